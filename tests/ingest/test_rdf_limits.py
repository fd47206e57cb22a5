"""Sources that no parser should meet, and damaged ones: an error or a problem, never more."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import rdf_reading
from ingest.errors import IngestError
from tests.ingest.rdf_formats import read, write

DATA = Path(__file__).parent / "data" / "rdf"
DEEP = 100_000
HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
TERM = "<<( <urn:s> <urn:p> "
ITEM = "<rdf:Description><e:p>"
ITEM_END = "</e:p></rdf:Description>"


def _entities(*declared: str, use: str) -> str:
    return (
        f"<!DOCTYPE rdf:RDF [{''.join(declared)}]>{HEAD}"
        f"<rdf:Description><e:p>{use}</e:p></rdf:Description></rdf:RDF>"
    )


UNSAFE = {
    "triple terms": ("turtle", f"<urn:a> <urn:b> {TERM * DEEP}1{')>>' * DEEP} .", "nest"),
    "triple terms closed in comments": (
        "trig",
        f"<urn:a> <urn:b> {(TERM + '# )>>' + chr(10)) * DEEP}1{')>>' * DEEP} .",
        "nest",
    ),
    "triple terms in a line": (
        "ntriples",
        f'<urn:a> <urn:b> {TERM * DEEP}"1"{")>>" * DEEP} .',
        "nest",
    ),
    "objects": ("jsonld", '{"urn:p":' * DEEP + "1" + "}" * DEEP, "too deep"),
    "arrays": ("jsonld", '{"urn:p":' + "[" * DEEP + "1" + "]" * DEEP + "}", "too deep"),
    "elements": ("rdfxml", HEAD + ITEM * DEEP + ITEM_END * DEEP + "</rdf:RDF>", "nest"),
    "entities within entities": (
        "rdfxml",
        _entities('<!ENTITY a "aaaa">', '<!ENTITY b "&a;&a;">', use="&b;"),
        "made of the entity a",
    ),
    "entities in number": (
        "rdfxml",
        _entities(f'<!ENTITY a "{"a" * 100_000}">', use="&a;" * 1_000),
        "come to more than",
    ),
    "entities elsewhere": (
        "rdfxml",
        _entities('<!ENTITY a SYSTEM "file:///etc/passwd">', use="&a;"),
        "outside of the source",
    ),
}


@pytest.mark.parametrize("what", UNSAFE)
def test_unsafe_sources_are_refused(what: str) -> None:
    form, text, reason = UNSAFE[what]
    with pytest.raises(IngestError, match=reason):
        read(text, form)


def test_deep_nesting_that_is_safe_is_read_and_written() -> None:
    text = f"<urn:a> <urn:b> {'[ <urn:p> ' * 3_000}1{']' * 3_000} ."
    document = read(text)
    assert len(document.statements) == 3_001
    assert read(write(document.statements), strict=True).statements == document.statements


def test_triple_terms_in_strings_are_no_nesting() -> None:
    lines = "".join(f'<urn:a> <urn:p{n}> "<<( <<( <<(" .\n' for n in range(100))
    assert len(read(lines, "turtle", strict=True).statements) == 100
    assert len(read(lines, "ntriples", strict=True).statements) == 100


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf_reading, "LONGEST_LINE", 1_000)
    monkeypatch.setattr(rdf_reading, "_BLOCK", 100)
    text = f'<urn:a> <urn:b> "x" .\n<urn:a> <urn:b> "{"x" * 2_000}" .\n'
    with pytest.raises(IngestError, match="line 2: a line of more than"):
        read(text, "ntriples")


def test_a_source_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf_reading, "LARGEST", 10)
    with pytest.raises(IngestError, match="more than"):
        read('<urn:a> <urn:b> "x" .')


@pytest.mark.parametrize("block", [1, 7, 30, 64, 1_000])
def test_lines_are_the_same_in_blocks_of_any_size(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (DATA / "lines.nt").read_bytes()
    whole = read(content, "ntriples")
    monkeypatch.setattr(rdf_reading, "_BLOCK", block)
    parts = read(content, "ntriples")
    assert parts.statements == whole.statements
    assert parts.problems == whole.problems
