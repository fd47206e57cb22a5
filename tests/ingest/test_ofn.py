"""OWL functional syntax: what is read, what is refused, and that what is written reads the same."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.owl_terms import AXIOM
from graph.vocabulary import CLASS, LABEL, ONTOLOGY, RDF_TYPE, SUBCLASS_OF, VERSION_INFO
from ingest.blank_nodes import identify, rename
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.ofn import read_ofn
from ingest.ofn_writer import write_ofn
from tests.ingest.any_graph import GRAPHS
from tests.ingest.owl_graphs import HEADER, MAPPED, ONTO, UNMAPPED, statements

DATA = Path(__file__).parent / "data" / "owl"
CASES: list[dict[str, Any]] = json.loads((DATA / "ofn.json").read_text())
NAME = Statement(ONTO, RDF_TYPE, ONTOLOGY)


def read(text: str | bytes, **options: Any) -> Document:
    content = text.encode() if isinstance(text, str) else text
    return read_ofn(io.BytesIO(content), "t.ofn", ReadOptions(**options))


def written(found: frozenset[Statement]) -> bytes:
    stream = io.BytesIO()
    write_ofn(MemorySnapshot(found), stream)
    return stream.getvalue()


def named(found: set[Statement]) -> frozenset[Statement]:
    ids = identify(found).ids
    return frozenset(rename(statement, ids) for statement in found)


@given(GRAPHS, st.booleans())
def test_any_graph_survives(found: list[Statement], has_name: bool) -> None:
    whole = frozenset({*found, NAME} if has_name else found)
    text = written(whole)
    again = read(text)
    assert again.statements == whole
    assert written(again.statements) == text


@given(st.lists(statements(MAPPED | UNMAPPED), max_size=8))
def test_every_axiom_is_an_axiom_in_the_file(axioms: list[Statement]) -> None:
    whole = named({*HEADER, *axioms})
    text = written(whole)
    assert read(text).statements == whole
    assert not read(text).problems
    # Nothing that OWL has words for is carried as text.
    assert b"urn:kgdelta:statement" not in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_texts(case: dict[str, Any]) -> None:
    got = read("\n".join(case["text"]))
    told = sorted(str(s).replace(f"{ONTO}#", ":") for s in got.statements if s != NAME)
    assert told == sorted(case["statements"])
    assert [[p.line, p.reason] for p in got.problems] == case.get("problems", [])
    assert [[r.line, r.text] for r in got.layout.remarks] == case.get("remarks", [])


def test_strict_raises_the_first_problem() -> None:
    with pytest.raises(IngestError) as caught:
        read("Ontology(<http://e.org/o>\nSubClassOf(<http://e.org/a>)\n)", strict=True)
    assert (caught.value.line, caught.value.source) == (2, "t.ofn")


def test_prefixes_of_the_caller_serve_where_the_file_has_none() -> None:
    got = read("Ontology(Declaration(Class(x:A)))", prefixes={"x": "http://x.org/"})
    assert got.statements == {Statement("http://x.org/A", RDF_TYPE, CLASS)}
    assert not got.problems


def test_a_nameless_ontology_has_the_node_of_the_caller() -> None:
    got = read('Ontology(Annotation(<http://e.org/p> "x"))', ontology="http://e.org/mine")
    assert {s.subject for s in got.statements} == {"http://e.org/mine"}


def test_other_encodings_are_read_and_reported() -> None:
    text = 'Ontology(<http://e.org/o>\nAnnotation(<http://e.org/p> "é"))'
    got = read(text.encode("cp1252"))
    assert Statement("http://e.org/o", "http://e.org/p", Literal("é")) in got.statements
    assert [(p.line, p.reason) for p in got.problems] == [(2, "not UTF-8; read as Windows-1252")]
    assert read(b"\xef\xbb\xbf" + text.encode()).statements == got.statements


@pytest.mark.parametrize("opening", ["ObjectComplementOf(", "Annotation(", "(", "Body("])
def test_deep_nesting_is_refused(opening: str) -> None:
    deep = opening * 100_000 + "<http://e.org/A>" + ")" * 100_000
    got = read(f"Ontology(<http://e.org/o>\nSubClassOf(<http://e.org/A> {deep})\n)")
    assert [p.line for p in got.problems][:1] == [2]
    assert "deep" in got.problems[0].reason
    assert got.statements == {Statement("http://e.org/o", RDF_TYPE, ONTOLOGY)}


class Endless(io.RawIOBase):
    """A line that does not end; counts what was asked of it."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


def test_a_line_without_end_is_refused() -> None:
    stream = Endless()
    with pytest.raises(IngestError, match="a line of more than 64 MiB"):
        read_ofn(stream, "t.ofn", ReadOptions())  # type: ignore[arg-type]
    assert stream.given < 1 << 27


def test_unclosed_quotes_take_linear_time() -> None:
    lines = 'AnnotationAssertion(<http://e.org/p> <http://e.org/a> "x)\n' * 20_001
    got = read(f"Ontology(<http://e.org/o>\n{lines})")
    assert len(got.problems) > 100


def test_what_owl_has_no_words_for_is_carried_as_text() -> None:
    odd = Statement(ONTO, SUBCLASS_OF, Expression("Unheard", (Literal("x"), f"{ONTO}#A")))
    text = written(frozenset({NAME, odd}))
    assert b'Annotation(<urn:kgdelta:statement> "[' in text
    assert read(text).statements == {NAME, odd}


def test_an_axiom_kept_in_the_graph_is_written_as_one() -> None:
    general = Statement(
        ONTO,
        AXIOM,
        Expression("SubClassOf", (Expression("ObjectComplementOf", (f"{ONTO}#A",)), f"{ONTO}#B")),
        (Qualifier(LABEL, Literal("why")),),
    )
    text = written(frozenset({NAME, general})).decode()
    assert 'SubClassOf(Annotation(rdfs:label "why") ObjectComplementOf(:A) :B)' in text


def test_the_zoo_of_robot_is_read_whole_and_written_the_same() -> None:
    """Every sort of axiom, as ROBOT wrote it: the bytes come back."""
    content = (DATA / "zoo.ofn").read_bytes()
    got = read(content)
    assert not got.problems
    assert written(got.statements) == content
    assert Statement("http://e.org/o", VERSION_INFO, Literal("1")) in got.statements
