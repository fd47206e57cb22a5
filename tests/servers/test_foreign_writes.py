"""What others write with plain Cypher is noticed, and becomes a commit of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import GraphDatabase

from graph.commit import CommitMeta
from graph.expression import Expression
from graph.model import Delta, Literal, Qualifier, Statement
from graph.neo4j.adopting import adopt
from graph.neo4j.counting import ForeignWritesError
from graph.neo4j.foreign_values import NEO4J
from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.store import MAIN
from graph.vocabulary import CLASS, EQUIVALENT_CLASS, LABEL, RDF_TYPE, SUBCLASS_OF, XSD
from kgdelta.local_neo4j import LocalServer

META = CommitMeta("a change", "Ada")
THEIRS = CommitMeta("by hand", "Somebody")
A, B, C = "urn:t:a", "urn:t:b", "urn:t:c"
TYPED = {Statement(node, RDF_TYPE, CLASS) for node in (A, B, C)}
NAMED = {node: Statement(node, LABEL, Literal(node[-1].upper())) for node in (A, B, C)}
EDGE = Statement(B, SUBCLASS_OF, A)
XREF = Qualifier("urn:t:source", C)
TOLD = Statement(C, SUBCLASS_OF, A, (XREF,))
OLD = Statement(C, SUBCLASS_OF, B)
TREE = Statement(A, EQUIVALENT_CLASS, Expression("ObjectUnionOf", (B, C)))
KNOWS = NEO4J + "type:LIKES"
WEIGHT = Qualifier(NEO4J + "property:weight", Literal("3", XSD + "integer"))

#: Cypher, whether counts notice it, what it takes away, what it brings.
WRITES: dict[str, tuple[str, bool, set[Statement], set[Statement]]] = {
    "an edge of a known type": (
        "MATCH (a:Entity {graph: $graph, id: 'urn:t:a'}), (c:Entity {graph: $graph, id: 'urn:t:c'})"
        " CREATE (a)-[:IS_A]->(c)",
        True,
        set(),
        {Statement(A, SUBCLASS_OF, C)},
    ),
    "an edge of a new type, with a property": (
        "MATCH (a:Entity {graph: $graph, id: 'urn:t:a'}), (c:Entity {graph: $graph, id: 'urn:t:c'})"
        " CREATE (a)-[:LIKES {weight: 3}]->(c)",
        True,
        set(),
        {Statement(A, KNOWS, C, (WEIGHT,))},
    ),
    "a deleted edge": (
        "MATCH (:Entity {graph: $graph, id: 'urn:t:b'})-[r:IS_A]->() DELETE r",
        True,
        {EDGE},
        set(),
    ),
    "a deleted node": (
        "MATCH (c:Entity {graph: $graph, id: 'urn:t:c'}) DETACH DELETE c",
        True,
        {NAMED[C], TOLD, Statement(C, RDF_TYPE, CLASS)},
        set(),
    ),
    "a label set on the node": (
        "MATCH (a:Entity {graph: $graph, id: 'urn:t:a'}) SET a.label = 'Aha'",
        False,
        {NAMED[A]},
        {Statement(A, LABEL, Literal("Aha"))},
    ),
    "another text of a value": (
        "MATCH (:Entity {graph: $graph, id: 'urn:t:a'})-[:LABEL]->(v) SET v.text = 'Oh'",
        False,
        {NAMED[A]},
        {Statement(A, LABEL, Literal("Oh"))},
    ),
    "an edge turned round": (
        "MATCH (b:Entity {graph: $graph, id: 'urn:t:b'})-[r:IS_A]->(a) DELETE r"
        " CREATE (a)-[:IS_A]->(b)",
        False,
        {EDGE},
        {Statement(A, SUBCLASS_OF, B)},
    ),
    "history deleted": (
        "MATCH (:Entity {graph: $graph})-[r:IS_A__H]->() DELETE r",
        True,
        set(),
        set(),
    ),
    "mentions deleted": (
        "MATCH (:Entity {graph: $graph})-[r:MENTIONS]->() DELETE r",
        True,
        set(),
        set(),
    ),
    "a node label taken": (
        "MATCH (a:Entity {graph: $graph, id: 'urn:t:a'}) REMOVE a:Class",
        False,
        set(),
        set(),
    ),
    "a commit's number changed": (
        "MATCH (:Entity {graph: $graph, id: 'urn:t:b'})-[r:IS_A]->() SET r.since = 77",
        False,
        set(),
        set(),
    ),
}


def made(neo4j_server: LocalServer) -> Neo4jStore:
    """A graph with a past, and a branch beside it."""
    store = Neo4jStore.open(Address.parse(neo4j_server.url), uuid4().hex, create=True)
    first = frozenset({*TYPED, *NAMED.values(), EDGE, OLD})
    one = store.commit(MAIN, Delta(added=first), None, META)
    store.commit(MAIN, Delta(frozenset({OLD}), frozenset({TOLD, TREE})), one.id, META)
    store.create_branch("beside", one.id)
    aside = Delta(added=frozenset({Statement(C, SUBCLASS_OF, C)}))
    store.commit("beside", aside, one.id, META)
    return store


@pytest.fixture
def store(neo4j_server: LocalServer) -> Iterator[Neo4jStore]:
    store = made(neo4j_server)
    yield store
    store.close()


@pytest.fixture
def cypher(neo4j_server: LocalServer, store: Neo4jStore) -> Iterator[Callable[[str], None]]:
    """Plain Cypher of somebody else."""
    with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:
        yield lambda query: driver.execute_query(query, graph=store.graph) and None


def states(store: Neo4jStore) -> list[object]:
    """All that a store says of what was before."""
    versions = ["main~0", "main~1", "beside"]
    shown = [frozenset(store.snapshot(version).statements()) for version in versions]
    lives = [(e.commit.id, e.added, e.statement) for e in store.life({A, B, C}, "beside")]
    return [*shown, lives, frozenset(store.snapshot().mentioning({C}))]


@pytest.mark.parametrize("name", WRITES)
def test_it_is_noticed_and_adopted(
    name: str, store: Neo4jStore, cypher: Callable[[str], None], neo4j_server: LocalServer
) -> None:
    query, counted, removed, added = WRITES[name]
    address = Address.parse(neo4j_server.url)
    head = store.resolve(MAIN)
    before = states(store)
    cypher(query)
    assert list(store.verify())
    if counted:
        with pytest.raises(ForeignWritesError, match="somebody wrote past the store"):
            store.commit(
                MAIN, Delta(added=frozenset({Statement(B, LABEL, Literal("b"))})), head, META
            )
    looked = adopt(address, store.graph, THEIRS, look=True)
    assert (looked.delta.removed, looked.delta.added) == (removed, added)
    assert looked.commit is None
    assert list(store.verify())
    done = adopt(address, store.graph, THEIRS)
    assert list(store.verify()) == []
    if removed or added:
        assert done.commit is not None
        assert done.commit.author == "Somebody"
        assert store.diff(head, MAIN) == Delta(frozenset(removed), frozenset(added))
        assert store.show(MAIN).id == done.commit.id
    else:
        assert done.commit is None
        assert store.resolve(MAIN) == head
        assert states(store) == before
    assert frozenset(store.snapshot(head).statements()) == before[0]
    assert frozenset(store.snapshot("beside").statements()) == before[2]
    lives = [(e.commit.id, e.added, e.statement) for e in store.life({A, B, C}, "beside")]
    assert lives == before[3]
    again = adopt(address, store.graph, THEIRS)
    assert (again.commit, again.restored, again.withdrawn) == (None, 0, 0)
    store.commit(
        MAIN, Delta(added=frozenset({Statement(B, LABEL, Literal("b"))})), store.resolve(MAIN), META
    )


@pytest.mark.long
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(WRITES)), min_size=2, max_size=4))
def test_however_much_they_wrote(neo4j_server: LocalServer, names: list[str]) -> None:
    store = made(neo4j_server)
    head = store.resolve(MAIN)
    before = states(store)
    try:
        with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:
            for name in names:
                driver.execute_query(WRITES[name][0], graph=store.graph)
        address = Address.parse(neo4j_server.url)
        looked = adopt(address, store.graph, THEIRS, look=True)
        done = adopt(address, store.graph, THEIRS)
        assert looked.delta == done.delta
        assert list(store.verify()) == []
        assert store.diff(head, MAIN) == done.delta
        assert frozenset(store.snapshot(head).statements()) == before[0]
        assert frozenset(store.snapshot("beside").statements()) == before[2]
        again = adopt(address, store.graph, THEIRS)
        assert (again.commit, again.restored, again.withdrawn) == (None, 0, 0)
    finally:
        store.close()


def test_what_others_keep_beside_the_graph_is_theirs(
    store: Neo4jStore, cypher: Callable[[str], None], neo4j_server: LocalServer
) -> None:
    cypher("MATCH (a:Entity {graph: $graph, id: 'urn:t:a'}) CREATE (a)-[:READ]->(:Paper {id: 'x'})")
    cypher("CREATE (:Entity {name: 'no graph of ours'})-[:READ]->(:Paper {id: 'y'})")
    assert list(store.verify()) == []
    new = Delta(added=frozenset({Statement(B, LABEL, Literal("b"))}))
    store.commit(MAIN, new, store.resolve(MAIN), META)
    done = adopt(Address.parse(neo4j_server.url), store.graph, THEIRS)
    assert (done.commit, done.foreign) == (None, 1)
    cypher("MATCH (p:Paper) DETACH DELETE p")
    cypher("MATCH (e:Entity {name: 'no graph of ours'}) DELETE e")
