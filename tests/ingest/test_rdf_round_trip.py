"""The law of RDF formats: what is written is read as the same statements, whatever they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    CLASS,
    DEFAULT_ONTOLOGY,
    GRAPH,
    LABEL,
    NAMESPACE,
    OBJECT_PROPERTY,
    ONTOLOGY,
    PREFIX,
    RDF,
    RDF_TYPE,
    SUBCLASS_OF,
    XSD,
)
from ingest.rdf_statements import DEFAULT_GRAPH, STATED
from ingest.rdf_terms import REIFIES, TRIPLE_TERM
from tests.graph import strategies
from tests.ingest.rdf_formats import FORMATS, read, write

BLANKS = tuple(f"urn:kgdelta:blank:0123456789abcdef0123-{n}" for n in ("0", "1", "0-2"))
IRIS = (
    "urn:n:a",
    "urn:n:b",
    "http://example.org/x#y",
    "http://example.org/%20/é",
    "http://example.org/12",
    "rdf:not-a-prefix",
    "http://example.org/ a b",
    "relative",
    "_:label",
    "",
    "http://[bad",
    *BLANKS,
)
PREDICATES = (
    LABEL,
    SUBCLASS_OF,
    RDF_TYPE,
    REIFIES,
    STATED,
    RDF + "li",
    RDF + "first",
    RDF + "rest",
    RDF + "Description",
    "http://example.org/x#p",
    "http://example.org/1",
    "urn:p:é",
    "not an IRI",
)
LITERALS = (
    Literal("01", XSD + "integer"),
    Literal("+1.50", XSD + "decimal"),
    Literal("1e5", XSD + "double"),
    Literal("TRUE", XSD + "boolean"),
    Literal("true", XSD + "boolean"),
    Literal("x", RDF + "langString"),
    Literal("[1, 2]", RDF + "JSON"),
    Literal("<b>x</b> & ]]>", RDF + "XMLLiteral"),
    Literal("x", "not an IRI"),
    Literal("x", "rdf:integer"),
    Literal("x", language="en--ltr"),
    Literal("x", language="not a tag"),
    Literal("x", language="en--"),
    Literal(" \t\r\n\x0b\x00\ufffe\x85\u2028 '''\"\"\" \\"),
    Literal("a\r\nb\rc\n"),
)

nodes = st.sampled_from(IRIS)
literals = st.one_of(st.sampled_from(LITERALS), strategies.literals)
leaves = st.one_of(nodes, literals)
triple_terms = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda *parts: Expression(TRIPLE_TERM, parts), nodes, st.sampled_from(PREDICATES), inner
    ),
    max_leaves=3,
)
objects = st.one_of(
    leaves,
    triple_terms,
    strategies.expressions(leaves),
    st.just(Expression(TRIPLE_TERM, (Literal("x"),))),
    st.just(RDF + "nil"),
    st.sampled_from((CLASS, OBJECT_PROPERTY, ONTOLOGY)),
)
graphs = st.builds(Qualifier, st.just(GRAPH), st.sampled_from((*IRIS, DEFAULT_GRAPH, Literal("g"))))
qualifiers = st.recursive(
    st.one_of(graphs, st.builds(Qualifier, st.sampled_from(PREDICATES), objects)),
    lambda inner: st.builds(
        Qualifier, st.sampled_from(PREDICATES), objects, st.lists(inner, max_size=2).map(tuple)
    ),
    max_leaves=3,
)
prefixes = st.builds(
    lambda node, prefix, namespace: Statement(
        node, PREFIX, Literal(prefix), (Qualifier(NAMESPACE, Literal(namespace)),)
    ),
    st.sampled_from((DEFAULT_ONTOLOGY, "urn:n:a")),
    st.sampled_from(("", "ex", "rdf", "xml", "Xmlns", "é", "a.b", "1", "urn", "a b", "n")),
    st.sampled_from(("http://example.org/x#", "urn:n:", "urn:n:a", "", "not an IRI", RDF)),
)
statements = st.one_of(
    st.builds(
        Statement,
        nodes,
        st.sampled_from(PREDICATES),
        objects,
        st.lists(qualifiers, max_size=2).map(tuple),
    ),
    st.builds(Statement, nodes, st.sampled_from(PREDICATES), objects),
    prefixes,
)
states = st.frozensets(statements, max_size=8)


@pytest.mark.parametrize("form", FORMATS)
@given(state=st.one_of(states, strategies.states))
def test_what_is_written_is_read_again(form: str, state: frozenset[Statement]) -> None:
    written = write(state, form)
    document = read(written, form, strict=True)
    assert document.statements == state
    assert write(document.statements, form) == written


ONTOLOGY_OF_NAMES = frozenset(
    {
        Statement("urn:o", RDF_TYPE, ONTOLOGY),
        Statement("urn:p:part_of", RDF_TYPE, OBJECT_PROPERTY),
        *(Statement(node, RDF_TYPE, CLASS) for node in strategies.NODES[:3]),
    }
)


@pytest.mark.parametrize("form", FORMATS)
@given(state=st.one_of(states, strategies.states))
def test_an_ontology_is_read_again(form: str, state: frozenset[Statement]) -> None:
    ontology = state | ONTOLOGY_OF_NAMES
    written = write(ontology, form)
    again = read(written, form).statements
    assert again == ontology
    assert write(again, form) == written
