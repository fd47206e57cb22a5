"""Views: networkx sees nodes and edges, rdflib the triples, SPARQL the same as on a copy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.namespace import RDFS, XSD

from graph.commit import CommitMeta
from graph.errors import ReadOnlyError
from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Qualifier, Statement
from graph.rdflib_store import EXPRESSION, to_rdflib
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from graph.views import networkx_view, rdflib_graph
from graph.vocabulary import (
    COMMENT,
    DEFAULT_ONTOLOGY,
    DEPRECATED,
    EQUIVALENT_CLASS,
    LABEL,
    NAMESPACE,
    PREFIX,
    SUBCLASS_OF,
    XREF,
    XSD_BOOLEAN,
)
from tests.graph.clocks import Ticking
from tests.graph.conformance import A, B, C, D, isa, label, put
from tests.graph.strategies import NODES, PREDICATES, literals, states

TREE = Expression("ObjectIntersectionOf", (B, Literal("x")))
NOTE, OTHER = (Qualifier(XREF, Literal(text)) for text in "12")
STATE = frozenset(
    {
        label(A, "a mass"),
        label(B, "b"),
        Statement(A, LABEL, Literal("Masse", language="de")),
        isa(A, B),
        isa(A, B).with_qualifiers((NOTE,)),
        isa(C, B).with_qualifiers((NOTE,)),
        isa(C, B).with_qualifiers((OTHER,)),
        Statement(C, "urn:p:part_of", B, (OTHER,)),
        Statement(D, EQUIVALENT_CLASS, TREE),
        Statement(D, DEPRECATED, Literal("1", XSD_BOOLEAN)),
        Statement(D, COMMENT, Literal("007", "http://www.w3.org/2001/XMLSchema#integer")),
    }
)


def test_a_network_has_nodes_with_labels_and_edges_with_qualifiers() -> None:
    view = networkx_view(MemorySnapshot(STATE))
    assert list(view.nodes(data=True)) == [
        (A, {"label": "a mass"}),
        (B, {"label": "b"}),
        (C, {}),
        (D, {}),
    ]
    assert list(view.edges(keys=True, data=True)) == [
        (A, B, SUBCLASS_OF, {"qualifiers": (NOTE,)}),
        (C, B, SUBCLASS_OF, {"qualifiers": (NOTE, OTHER)}),
        (C, B, "urn:p:part_of", {"qualifiers": (OTHER,)}),
    ]
    few = networkx_view(MemorySnapshot(STATE), {"urn:p:part_of"})
    assert list(few.nodes(data=True)) == [(B, {"label": "b"}), (C, {})]
    assert list(few.edges(keys=True)) == [(C, B, "urn:p:part_of")]
    assert not networkx_view(MemorySnapshot(()))


@given(states)
def test_a_network_is_what_the_statements_say(state: frozenset[Statement]) -> None:
    view = networkx_view(MemorySnapshot(state))
    edges = {(s.subject, s.object, s.predicate) for s in state if isinstance(s.object, str)}
    assert set(view.edges(keys=True)) == edges
    assert set(view) == {s.subject for s in state} | {target for _, target, _ in edges}


def copied(state: frozenset[Statement]) -> rdflib.Graph:
    """The same triples in rdflib's own memory."""
    graph = rdflib.Graph()
    for s in state:
        graph.add((rdflib.URIRef(s.subject), rdflib.URIRef(s.predicate), to_rdflib(s.object)))
    return graph


def held(state: frozenset[Statement]) -> Iterator[Snapshot]:
    yield MemorySnapshot(state)
    store = SqliteStore.open(":memory:", create=True, clock=Ticking())
    store.commit("main", Delta(added=state), None, CommitMeta())
    yield store.snapshot()
    store.close()


nothing = st.none()
some_subject = nothing | st.sampled_from((*NODES, "urn:unknown")).map(rdflib.URIRef)
some_predicate = nothing | st.sampled_from((*PREDICATES, "urn:unknown")).map(rdflib.URIRef)
any_object = st.one_of(some_subject, literals.map(to_rdflib))


@given(states, some_subject, some_predicate, st.data())
def test_every_pattern_finds_what_a_copy_finds(
    state: frozenset[Statement],
    subject: rdflib.URIRef | None,
    predicate: rdflib.URIRef | None,
    data: st.DataObject,
) -> None:
    copy = copied(state)
    there = st.sampled_from(sorted(copy.objects(), key=repr)) if len(copy) else nothing
    value = data.draw(any_object | there)
    pattern = (subject, predicate, value)
    for snapshot in held(state):
        graph = rdflib_graph(snapshot)
        found = list(graph.triples(pattern))
        assert len(found) == len(set(found))
        assert set(found) == set(copy.triples(pattern))
        assert len(graph) == len(copy)
        assert (pattern in graph) == (pattern in copy)


@given(states, st.integers(0, 2), st.data())
def test_choices_are_one_read(state: frozenset[Statement], place: int, data: st.DataObject) -> None:
    copy = copied(state)
    terms = {term for triple in copy for term in (triple[place],)}
    choices = (
        data.draw(st.lists(st.sampled_from(sorted(terms, key=repr)), unique=True)) if terms else []
    )
    pattern = [None, None, None]
    pattern[place] = choices
    for snapshot in held(state):
        found = list(rdflib_graph(snapshot).triples_choices(tuple(pattern)))
        assert len(found) == len(set(found))
        assert set(found) == {t for t in copy if not choices or t[place] in choices}


QUERIES = (
    "SELECT ?n ?l WHERE { ?n rdfs:subClassOf ?p . ?p rdfs:label ?l }",
    'SELECT ?n WHERE { ?n rdfs:label "mass" }',
    "SELECT ?n ?m WHERE { ?n rdfs:subClassOf+ ?m }",
    "SELECT ?n ?m WHERE { ?n (rdfs:subClassOf|^rdfs:subClassOf)* ?m }",
    "SELECT ?n (COUNT(?o) AS ?k) WHERE { ?n ?p ?o } GROUP BY ?n",
    "SELECT ?n WHERE { ?n rdfs:subClassOf ?m FILTER NOT EXISTS { ?n rdfs:label ?l } }",
    "SELECT ?n ?l WHERE { VALUES ?n { <urn:n:a> <urn:n:b> } OPTIONAL { ?n rdfs:label ?l } }",
    'SELECT ?n WHERE { ?n rdfs:label ?l FILTER(LANG(?l) = "en" || STRSTARTS(?l, "ma")) }',
    "ASK { <urn:n:a> rdfs:subClassOf <urn:n:b> }",
    "CONSTRUCT { ?b rdfs:seeAlso ?a } WHERE { ?a rdfs:subClassOf ?b }",
    "SELECT DISTINCT ?p WHERE { ?s ?p ?o MINUS { ?s rdfs:label ?o } }",
)


@given(st.sampled_from(QUERIES), states)
def test_sparql_answers_as_on_a_copy(query: str, state: frozenset[Statement]) -> None:
    expected = sorted(map(repr, copied(state).query(query)))
    for snapshot in held(state):
        assert sorted(map(repr, rdflib_graph(snapshot).query(query))) == expected


def test_terms_are_shown_verbatim() -> None:
    graph = rdflib_graph(MemorySnapshot(STATE))
    subject = rdflib.URIRef(D)
    number = graph.value(subject, rdflib.URIRef(COMMENT))
    assert (str(number), number.datatype) == ("007", XSD.integer)
    tree = graph.value(subject, rdflib.URIRef(EQUIVALENT_CLASS))
    assert (str(tree), tree.datatype) == (str(TREE), rdflib.URIRef(EXPRESSION))
    assert list(graph.subjects(None, tree)) == [subject]
    assert rdflib.Literal("Masse", lang="de") in set(graph.objects(rdflib.URIRef(A), RDFS.label))
    assert graph.value(rdflib.URIRef(B), RDFS.label).datatype is None


def test_plain_texts_are_strings() -> None:
    graph = rdflib_graph(MemorySnapshot(STATE))
    for text in ('"b"', '"b"^^xsd:string'):
        assert list(graph.query(f"SELECT ?n {{ ?n rdfs:label {text} }}")) == [(rdflib.URIRef(B),)]


def test_what_rdflib_cannot_hold_is_near_and_found() -> None:
    odd = Statement(A, COMMENT, Literal("x", language="a_b"))
    token = Statement(A, COMMENT, Literal(" a  b ", str(XSD.token)))
    graph = rdflib_graph(MemorySnapshot({odd, token}))
    shown = set(graph.objects())
    assert shown == {
        rdflib.Literal("x", datatype=rdflib.RDF.langString),
        rdflib.Literal("a b", datatype=XSD.token),
    }
    for value in shown:
        assert list(graph.subjects(None, value)) == [rdflib.URIRef(A)]
    assert (rdflib.Literal("x"), None, None) not in graph
    assert (None, rdflib.BNode(), None) not in graph


def test_any_version_and_its_prefixes() -> None:
    store = SqliteStore.open(":memory:", create=True, clock=Ticking())
    declared = Statement(
        DEFAULT_ONTOLOGY, PREFIX, Literal("n"), (Qualifier(NAMESPACE, Literal("urn:n:")),)
    )
    put(store, declared, label(A, "old"))
    put(store, label(A, "new"), removed=(label(A, "old"),))
    for version, expected in (("main~1", "old"), ("main", "new")):
        graph = rdflib_graph(store.snapshot(version))
        rows = graph.query("SELECT ?l WHERE { n:a rdfs:label ?l }")
        assert [str(row.l) for row in rows] == [expected]
        assert dict(graph.namespaces())["n"] == rdflib.URIRef("urn:n:")
    graph.bind("other", "urn:other:")
    assert graph.qname("urn:other:x") == "other:x"
    store.close()


@pytest.mark.parametrize(
    "write",
    [
        lambda g: g.add((rdflib.URIRef(A), RDFS.label, rdflib.Literal("x"))),
        lambda g: g.addN([(rdflib.URIRef(A), RDFS.label, rdflib.Literal("x"), g)]),
        lambda g: g.remove((None, None, None)),
        lambda g: g.set((rdflib.URIRef(A), RDFS.label, rdflib.Literal("x"))),
        lambda g: g.update("DELETE WHERE { <urn:none> ?p ?o }"),
        lambda g: g.update("INSERT DATA { <urn:n:a> rdfs:label 'x' }"),
        lambda g: g.parse(data="<urn:a> <urn:b> <urn:c> .", format="nt"),
        lambda g: g.destroy(""),
    ],
)
def test_writing_is_refused(write) -> None:
    graph = rdflib_graph(MemorySnapshot(STATE))
    with pytest.raises(ReadOnlyError, match="commit a delta"):
        write(graph)
    assert len(graph) == len(copied(STATE))


def test_importing_the_views_loads_no_library() -> None:
    code = "import sys, graph.views; print({'networkx', 'rdflib', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
