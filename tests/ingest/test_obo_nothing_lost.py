"""Nothing on a line is lost: comments, odd headings, and texts that look like other lines."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    CLASS,
    EXACT_SYNONYM,
    LABEL,
    OBO,
    OBO_IN_OWL,
    ONTOLOGY,
    RDF_TYPE,
    SUBCLASS_OF,
)
from ingest.document import Document
from ingest.formats import read_bytes
from ingest.obo import OboReader
from ingest.obo_writer import write_obo
from ingest.tags import JUNK

HEADER = "format-version: 1.2\nontology: t\n\n"
A, B, NINE = OBO + "T_1", OBO + "T_2", OBO + "T_9"


def document(text: str) -> Document:
    return read_bytes(text.encode(), "t.obo")


def term(clause: str) -> Document:
    return document(f"{HEADER}[Term]\nid: T:1\n{clause}\n")


@pytest.mark.parametrize(
    "clause",
    [
        "is_a: T:2 ! said",
        "relationship: r T:2 ! said",
        "intersection_of: r T:2\nintersection_of: T:2 ! said",
        "replaced_by: T:2 ! said",
        "is_obsolete: true ! said",
        "property_value: r T:2 ! said",
        'property_value: r "x ! y" xsd:string ! said',
        'def: "d ! d" [P:1 "x ! y"] {a="b ! c"} ! said',
        'synonym: "s" EXACT [] ! said',
    ],
)
def test_comments_after_values_are_layout(clause: str) -> None:
    got = term(clause)
    assert [(r.line, r.text) for r in got.layout.remarks] == [(6 + clause.count("\n"), "! said")]
    assert not got.problems
    assert got.statements == term(clause.removesuffix(" ! said")).statements


def test_a_mark_in_quotes_begins_no_comment() -> None:
    source = Qualifier(OBO_IN_OWL + "source", Literal("a ! b"))
    got = term('is_a: T:2 {source="a ! b"}')
    assert Statement(A, SUBCLASS_OF, B, (source,)) in got.statements
    assert not got.problems


@pytest.mark.parametrize("heading", ["[Term] junk", " [Term]", "[Term", "[ Term ]"])
def test_an_odd_heading_begins_its_own_frame(heading: str) -> None:
    got = document(f"{HEADER}[Term]\nid: T:1\nname: one\n\n{heading}\nid: T:9\nname: nine\n")
    assert got.statements >= {
        Statement(A, LABEL, Literal("one")),
        Statement(NINE, LABEL, Literal("nine")),
    }
    assert Statement(A, LABEL, Literal("nine")) not in got.statements
    assert [p.line for p in got.problems] == [8]
    assert [r.text for r in got.layout.remarks] == [heading]


def test_comments_of_headings_ids_and_header_clauses_are_layout() -> None:
    got = document(
        'format-version: 1.2\nontology: t ! one\nsubsetdef: s "S" ! two\n'
        'synonymtypedef: p "P" EXACT ! three\nidspace: X http://x.org/ "x" ! four\n\n'
        "[Term] ! five\nid: T:1 ! six\n"
    )
    assert not got.problems
    assert [(r.line, r.text) for r in got.layout.remarks] == [
        (2, "! one"), (3, "! two"), (4, "! three"), (5, "! four"), (7, "[Term] ! five"),
        (8, "! six"),
    ]  # fmt: skip


def test_qualifiers_where_none_belong_are_reported() -> None:
    got = document(
        'format-version: 1.2\nontology: t\nidspace: X http://x.org/ {a="b"}\n\n'
        '[Term]\nid: T:1 {a="b"}\n'
    )
    assert [p.line for p in got.problems] == [3, 6]
    assert [r.text for r in got.layout.remarks] == ['{a="b"}']


def test_an_old_synonym_keeps_its_qualifiers() -> None:
    got = term('exact_synonym: "s" [] {a="b"}')
    qualifier = Qualifier(OBO_IN_OWL + "a", Literal("b"))
    assert Statement(A, EXACT_SYNONYM, Literal("s"), (qualifier,)) in got.statements


@pytest.mark.parametrize("subject", [A, OBO + "t.owl"])
@pytest.mark.parametrize("text", ["[Term]", "[Foo]", "[Term] ! c", " [Term", "! c", "", "  ", "x"])
def test_a_line_kept_as_it_is_never_becomes_another(subject: str, text: str) -> None:
    graph = MemorySnapshot(
        [
            Statement(OBO + "t.owl", RDF_TYPE, ONTOLOGY),
            Statement(A, RDF_TYPE, CLASS),
            Statement(subject, JUNK, Literal(text)),
        ]
    )
    assert document(write_obo(graph)).statements == graph.all


def test_every_line_of_real_files_counts(shared: Path) -> None:
    """A frame without any one of its lines is another document."""
    for name in ("uo", "eco", "pato"):
        lines = sorted((shared / name).glob("*.obo"))[0].read_text("utf-8", "replace").split("\n")
        starts = [i for i, line in enumerate(lines) if line.startswith("[")]
        checked = 0
        for start, end in list(pairwise(starts))[::40]:
            frame = lines[start:end]
            whole = told(frame)
            for i, line in enumerate(frame):
                if line.strip():
                    assert told(frame[:i] + frame[i + 1 :]) != whole, line
                    checked += 1
        assert checked > 20


def told(frame: list[str]) -> tuple[frozenset[Statement], Counter[str], int]:
    got = OboReader().read("\n".join([HEADER, *frame]), "t.obo")
    return got.statements, Counter(r.text for r in got.layout.remarks), len(got.problems)
