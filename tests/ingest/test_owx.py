"""OWL/XML: the same axioms as functional syntax, read and written, safely."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.owl_terms import VERSION_IRI
from graph.vocabulary import COMMENT, LABEL, NAMESPACE, PREFIX, SUBCLASS_OF
from ingest.blank_nodes import identify, rename
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.ofn import read_ofn
from ingest.owx import read_owx
from ingest.owx_writer import write_owx
from tests.ingest.any_graph import GRAPHS
from tests.ingest.owl_graphs import HEADER, MAPPED, ONTO, UNMAPPED, statements

DATA = Path(__file__).parent / "data" / "owl"
NAME = HEADER[0]
OPEN = f'<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="{ONTO}">\n'


def read(text: str | bytes, **options: Any) -> Document:
    content = text.encode() if isinstance(text, str) else text
    return read_owx(io.BytesIO(content), "t.owx", ReadOptions(**options))


def written(found: frozenset[Statement]) -> bytes:
    stream = io.BytesIO()
    write_owx(MemorySnapshot(found), stream)
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
    assert not again.problems
    assert written(again.statements) == text


@given(st.lists(statements(MAPPED | UNMAPPED), max_size=8))
def test_every_axiom_is_an_axiom_in_the_file(axioms: list[Statement]) -> None:
    whole = named({*HEADER, *axioms})
    text = written(whole)
    assert read(text).statements == whole
    assert b"urn:kgdelta:statement" not in text


def test_robot_says_the_same_in_both_syntaxes() -> None:
    """Both files of the zoo are by ROBOT, from one ontology."""
    plain = read_ofn(io.BytesIO((DATA / "zoo.ofn").read_bytes()), "zoo", ReadOptions())
    xml = read((DATA / "zoo.owx").read_bytes())
    assert not xml.problems
    version = Statement("http://e.org/o", "http://www.w3.org/2002/07/owl#versionInfo", Literal("1"))
    assert xml.statements == plain.statements - {version}


def test_header_prefixes_bases_and_entities() -> None:
    got = read(
        '<?xml version="1.0"?>\n<!DOCTYPE Ontology [ <!ENTITY e "http://ex.org/o#"> ]>\n'
        f'<Ontology xmlns="http://www.w3.org/2002/07/owl#" xml:base="{ONTO}" ontologyIRI="{ONTO}"'
        f' versionIRI="{ONTO}/1"><!-- why -->\n<Prefix name="x" IRI="http://x.org/"/>\n'
        '<SubClassOf><Class IRI="&e;A"/><Class IRI="#B"/></SubClassOf>\n'
        '<AnnotationAssertion><AnnotationProperty abbreviatedIRI="x:p"/><IRI>#A</IRI>'
        '<Literal xml:lang="en-GB"> a &lt;&#13;\n</Literal></AnnotationAssertion></Ontology>'
    )
    assert got.statements == {
        NAME,
        Statement(ONTO, VERSION_IRI, f"{ONTO}/1"),
        Statement(ONTO, PREFIX, Literal("x"), (Qualifier(NAMESPACE, Literal("http://x.org/")),)),
        Statement(f"{ONTO}#A", SUBCLASS_OF, f"{ONTO}#B"),
        Statement(f"{ONTO}#A", "http://x.org/p", Literal(" a <\r\n", language="en-gb")),
    }
    assert [(r.line, r.text) for r in got.layout.remarks] == [(3, "why")]
    assert not got.problems


@pytest.mark.parametrize(
    ("inner", "line", "reason"),
    [
        ("<SubClassOf><Class/><Class IRI='#B'/></SubClassOf>", 2, "Class without an IRI; not read"),
        ("<SubClassOf>\n<Class abbreviatedIRI='y:B'/></SubClassOf>", 2,
         "the prefix y: is not declared; not read"),
        ("<SubClassOf><Class IRI='#A'/></SubClassOf>", 2,
         "SubClassOf is not as OWL wants it; kept as it is"),
        ("<Foo><Class IRI='#A'/></Foo>", 2, "Foo is no axiom of OWL; kept as it is"),
        ("<x:Foo xmlns:x='http://x.org/'/>", 2, "Foo is no element of OWL/XML; not read"),
        ("<Declaration>text</Declaration>", 2, "text in Declaration; not read"),
        ("\n<Declaration>", 4, "column 3: not well-formed XML: mismatched tag"),
    ],
)  # fmt: skip
def test_what_is_odd_is_reported(inner: str, line: int, reason: str) -> None:
    good = '<SubClassOf><Class IRI="#A"/><Class IRI="#B"/></SubClassOf>\n'
    text = f"{OPEN}{inner}\n</Ontology>"
    got = read(text)
    first = got.problems[0]
    assert (first.line, first.reason) == (line, reason)
    with pytest.raises(IngestError) as caught:
        read(text, strict=True)
    assert caught.value.line == line
    assert (
        Statement(f"{ONTO}#A", SUBCLASS_OF, f"{ONTO}#B")
        in read(f"{OPEN}{good}{inner}\n</Ontology>").statements
    )


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ('<!ENTITY a "b"><!ENTITY c "&a;&a;">', "is made of the entity a"),
        ('<!ENTITY a SYSTEM "file:///etc/passwd">', "lies outside of the source"),
    ],
)
def test_unsafe_entities_are_refused(head: str, reason: str) -> None:
    text = f"<!DOCTYPE Ontology [ {head} ]>\n{OPEN}</Ontology>"
    with pytest.raises(IngestError, match=reason):
        read(text)


def test_deep_nesting_is_refused() -> None:
    deep = "<ObjectComplementOf>" * 100_000 + "</ObjectComplementOf>" * 100_000
    with pytest.raises(IngestError, match="deep"):
        read(f"{OPEN}<SubClassOf>{deep}</SubClassOf></Ontology>")
    less = "<ObjectComplementOf>" * 300 + "<Class IRI='#A'/>" + "</ObjectComplementOf>" * 300
    got = read(f"{OPEN}<SubClassOf>{less}<Class IRI='#A'/></SubClassOf></Ontology>")
    assert [p.reason for p in got.problems] == ["nested more than 100 deep; not read"]


def test_texts_that_xml_cannot_hold_are_carried_as_json() -> None:
    odd = {Statement(ONTO, LABEL, Literal("\x00")), Statement(ONTO, COMMENT, Literal("a\r\nb\t"))}
    text = written(frozenset({NAME, *odd}))
    assert text.count(b"urn:kgdelta:statement") == 1
    assert read(text).statements == {NAME, *odd}
