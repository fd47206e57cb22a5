"""Files as they are not meant to be: what each says, and the problem of each line, as data."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.model import Statement, in_order
from graph.prefixes import PrefixMap
from graph.vocabulary import OBO, OBO_IN_OWL, RDF_TYPE
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.formats import read_bytes
from ingest.obo import read_obo
from ingest.obo_writer import write_obo

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "obo" / "dirty.toml").read_text()
)["case"]
PREFIXES = PrefixMap({}, {}, "t")
ONTOLOGY_NODE = OBO + "t.owl"
HEADER = "format-version: 1.4\nontology: t\n\n"


def content(case: dict[str, Any]) -> bytes:
    """The bytes of a case; clauses of a stanza begin on line 6."""
    text: str = case.get("text", "")
    for stanza in ("Term", "Typedef", "Instance"):
        if stanza in case:
            text = f"{HEADER}[{stanza}]\nid: T:1\n{case[stanza]}"
    text = text.replace("\n", case.get("ends", "\n"))
    return bytes(text, case.get("encoding", "utf-8"))


def told(document: Document) -> list[str]:
    """The statements, with ids as OBO has them, without the header's and the plain types."""
    said = [
        s
        for s in in_order(document.statements)
        if not (
            s.subject == ONTOLOGY_NODE
            and s.predicate in (RDF_TYPE, OBO_IN_OWL + "hasOBOFormatVersion")
        )
        and not is_plain_type(s)
    ]
    return [re.sub("<([^>]*)>", lambda found: PREFIXES.contract(found[1]), str(s)) for s in said]


def is_plain_type(statement: Statement) -> bool:
    return (
        statement.key == (OBO + "T_1", RDF_TYPE, statement.object)
        and isinstance(statement.object, str)
        and statement.object.endswith(("#Class", "#ObjectProperty", "#NamedIndividual"))
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_dirty_files_say(case: dict[str, Any]) -> None:
    document = read_bytes(content(case), "dirty.obo", "obo")
    assert told(document) == case.get("says", [])
    assert [[p.line, p.reason] for p in document.problems] == case.get("problems", [])
    assert [[r.line, r.text] for r in document.layout.remarks] == case.get("layout", [])
    text = write_obo(document.snapshot())
    again = read_bytes(text.encode(), "again.obo", "obo")
    assert again.statements == document.statements
    assert write_obo(again.snapshot()) == text


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_strict_stops_at_the_first_problem(case: dict[str, Any]) -> None:
    problems = case.get("problems", [])
    if not problems:
        assert not read_bytes(content(case), "dirty.obo", "obo", strict=True).problems
        return
    with pytest.raises(IngestError) as error:
        read_bytes(content(case), "dirty.obo", "obo", strict=True)
    assert [error.value.line, error.value.reason] == min(problems, key=lambda each: each[0])


#: What fastobo refuses, although OBO 1.2 has it, and a comment line, on which it panics.
REFUSED = {
    "UTF-16",
    "a continued line",
    "a synonym without a scope",
    "no end of the last line",
    "a comment line and a comment behind",
}


def test_what_fastobo_refuses_is_reported(missing: Callable[[str], None]) -> None:
    try:
        import fastobo
    except ImportError:
        missing("fastobo is not installed")
    refused = 0
    for case in CASES:
        if case["name"] in REFUSED:
            continue
        try:
            fastobo.load(io.BytesIO(content(case)), threads=1)
        except (SyntaxError, OSError):
            refused += 1
            assert case.get("problems"), case["name"]
    assert refused >= 20, refused


class Endless(io.BytesIO):
    """A stream without end, which counts what was asked of it."""

    def __init__(self, begin: bytes, piece: bytes) -> None:
        super().__init__(begin)
        self.piece = piece
        self.given = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "all of a stream without end"
        found = super().read(size) or (self.piece * (size // len(self.piece)))
        self.given += len(found)
        return found


@pytest.mark.parametrize(
    ("piece", "reason"),
    [(b"x", "line 3: a line of more than 64 MiB"), (b"xref: X:1\n", "more than 16 MiB of OBO")],
)
def test_what_has_no_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, piece: bytes, reason: str
) -> None:
    if piece != b"x":
        monkeypatch.setattr("ingest.obo.LARGEST", 1 << 24)
    stream = Endless(b"format-version: 1.4\nontology: t\nremark: ", piece)
    with pytest.raises(IngestError, match=reason):
        read_obo(stream, "endless.obo", ReadOptions())
    assert stream.given < 70 << 20
