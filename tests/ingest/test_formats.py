"""Every format of the table: known by its content, packed or not, there and back."""

from __future__ import annotations

import gzip
import io
from importlib import import_module
from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    CLASS,
    DEFINITION,
    LABEL,
    OBO,
    ONTOLOGY,
    RDF_TYPE,
    SUBCLASS_OF,
    TOKEN,
    XREF,
)
from ingest.compression import SUFFIXES
from ingest.document import ReadOptions
from ingest.errors import IngestError
from ingest.formats import FORMATS, format_named, read, read_bytes, read_stream, write
from ingest.sniffing import sniff

EX = [f"{OBO}EX_{n:07d}" for n in range(4)]
ONTOLOGY_NODE = OBO + "ex.owl"
GRAPH = MemorySnapshot(
    [
        Statement(ONTOLOGY_NODE, RDF_TYPE, ONTOLOGY),
        *(Statement(node, RDF_TYPE, CLASS) for node in EX),
        *(Statement(node, LABEL, Literal(f"term {n} 'é'")) for n, node in enumerate(EX)),
        *(Statement(node, SUBCLASS_OF, EX[0]) for node in EX[1:]),
        Statement(
            EX[1], DEFINITION, Literal("A definition."), (Qualifier(XREF, Literal("PMID:1")),)
        ),
    ]
)
EVENTS = MemorySnapshot(Statement(f"{TOKEN}a{n}", f"{TOKEN}r", f"{TOKEN}b{n}") for n in range(5))
#: What a file of a format holds by its nature; any graph goes into any format.
#: A database file holds more than its content.
NOT_CANONICAL = {"duckdb"}
OWN = {"triples": EVENTS, "links": EVENTS, "quads": EVENTS}


def written(form: str, graph: MemorySnapshot) -> bytes:
    stream = io.BytesIO()
    write(graph, stream, form)
    return stream.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_known_by_its_content_and_reads_back(form: str) -> None:
    graph = OWN.get(form, GRAPH)
    content = written(form, graph)
    document = read_bytes(content, f"source{FORMATS[form].suffixes[0]}")
    assert document.statements == graph.all
    if form not in NOT_CANONICAL:
        assert written(form, MemorySnapshot(document.statements)) == content


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_packed_is_the_same(form: str, suffix: str) -> None:
    graph = OWN.get(form, GRAPH)
    name = f"x{FORMATS[form].suffixes[0]}{suffix}"
    packed = written(name, graph)
    assert (packed == written(name, graph)) == (form not in NOT_CANONICAL)
    assert read_bytes(packed, name).statements == graph.all


@pytest.mark.parametrize(
    "form", sorted(set(FORMATS) - {"kgx", "links", "triples", "quads", "sssom"})
)
def test_a_name_that_says_nothing_does_not_matter(form: str) -> None:
    assert read_bytes(written(form, GRAPH), "download").statements == GRAPH.all


TABLES = [
    ("subject_id\tpredicate_id\tobject_id\tconfidence\nX:1\tskos:exactMatch\tY:1\t0.5\n", "sssom"),
    ("subject_id\tobject_id\tmapping_justification\nX:1\tY:1\tsemapv:LexicalMatching\n", "sssom"),
    ("id\tcategory\tname\nX:1\tbiolink:Gene\tx\n", "kgx"),
    ("subject\tpredicate\tobject\nX:1\tbiolink:related_to\tX:2\n", "kgx"),
    ("subject\tpredicate\tobject\tvalid_from\na\tr\tb\t2014-01-01\n", "quads"),
    ("a\tr\tb\t2014-01-01\n", "quads"),
    ("a\tr\tb\n", "triples"),
    ("1\n0 1 0\n", "triples"),
    ("a\tb\n", None),
]


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_a_table_is_known_by_its_heading_or_its_cells(text: str, expected: str | None) -> None:
    assert sniff(text.encode(), "download") == expected


@pytest.mark.parametrize("form", FORMATS)
def test_the_table_names_what_is_there(form: str) -> None:
    known = FORMATS[form]
    for where in (known.reader, known.writer):
        module, _, function = where.partition(":")
        assert callable(getattr(import_module(f"ingest.{module}"), function))
    for suffix in known.suffixes:
        assert format_named(f"some{suffix}", "x") is known
    assert format_named(form, "x") is known


def test_a_broken_end_is_told_and_what_stands_before_it_is_read() -> None:
    lines = "".join(f"<http://x/{n}> <http://x/p> <http://x/o{n}> .\n" for n in range(50_000))
    packed = gzip.compress(lines.encode())[:-2000]
    document = read_bytes(packed, "x.nt.gz")
    assert 1_000 < len(document.statements) < 50_000
    assert "the compression is damaged" in document.problems[0].reason
    with pytest.raises(IngestError, match="the compression is damaged"):
        read_bytes(packed, "x.nt.gz", strict=True)


def test_damage_from_the_start_is_an_error() -> None:
    with pytest.raises(IngestError, match="the compression is damaged"):
        read_bytes(b"\x1f\x8b\x08\x00garbage", "x.obo.gz")


def test_what_is_empty_is_called_so() -> None:
    for content in (b"", gzip.compress(b"")):
        with pytest.raises(IngestError, match="x: it is empty"):
            read_bytes(content, "x")
    assert not read_bytes(b"", "x", "turtle").statements


@pytest.mark.parametrize(
    "content", [b"hello\n", b"\x00\x01\x02", b"\x01a\tb\tc\n", b"{}", b"<html></html>"]
)
def test_what_is_no_format_says_how_to_name_one(content: bytes) -> None:
    with pytest.raises(IngestError, match=r"not of a known format: obo, ofn"):
        read_bytes(content, "x")


def test_a_format_that_is_named_is_used_whatever_the_name() -> None:
    content = b"a\tr\tb\n"
    assert len(read_bytes(content, "x.obo", "triples").statements) == 1
    with pytest.raises(IngestError, match="not of a known format"):
        read_bytes(content, "x.obo", "nonsense")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_told_apart(encoding: str) -> None:
    text = "format-version: 1.2\nontology: ex\n\n[Term]\nid: EX:0000001\nname: é\n"
    content = text.encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    document = read_bytes(content, "x.obo")
    assert Statement(EX[1], LABEL, Literal("é")) in document.statements
    assert bool(document.problems) == (encoding == "cp1252")


def test_a_stream_that_cannot_go_back_is_read() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, content: bytes) -> None:
            self.rest = content

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            chunk, self.rest = self.rest[:7], self.rest[7:]
            buffer[: len(chunk)] = chunk
            return len(chunk)

    pipe = Pipe(written("turtle", GRAPH))
    document = read_stream(pipe, "-", None, ReadOptions())  # type: ignore[arg-type]
    assert document.statements == GRAPH.all


def test_a_folder_of_a_link_prediction_set_is_read(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("a\tr\tb\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text("b\tr\ta\n", encoding="utf-8")
    assert len(read(tmp_path).statements) == 2
