"""Statements that came from properties are properties of nodes and relationships still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from neo4j import Driver, GraphDatabase

from graph.commit import CommitMeta
from graph.errors import InvalidDeltaError
from graph.model import Delta, Literal, Qualifier, Statement, canonical_qualifiers
from graph.neo4j import loading
from graph.neo4j import store as neo4j_store
from graph.neo4j.adopting import adopt
from graph.neo4j.foreign_values import NEO4J, literal_of, properties_of
from graph.neo4j.native_values import MADE, native_of
from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.snapshot import columns_from
from graph.store import MAIN
from graph.vocabulary import RDF_TYPE, XSD
from kgdelta.local_neo4j import LocalServer

META = CommitMeta("a change", "Ada")
THEIRS = CommitMeta("by hand", "Somebody")
ANN, BEN = "urn:t:ann", "urn:t:ben"
PERSON = NEO4J + "label:Person"
KNOWS = NEO4J + "type:KNOWS"


def named(name: str) -> str:
    return f"{NEO4J}property:{name}"


def whole(value: int) -> Literal:
    return Literal(str(value), XSD + "integer")


AGE = Statement(ANN, named("age"), whole(30))
BORN = Statement(ANN, named("born"), Literal("1990-02-28", XSD + "date"))
NICKS = Statement(ANN, named("nicks"), Literal('["b", "a"]', NEO4J + "list:string"))
OURS = Statement(ANN, named("graph"), Literal("theirs"))
SAID = {
    *(Statement(node, RDF_TYPE, PERSON) for node in (ANN, BEN)),
    *(AGE, BORN, NICKS, OURS),
}
WEIGHT = Qualifier(named("weight"), Literal("0.5", XSD + "double"))
FROM = Qualifier(named("from"), Literal("2020-01-01T00:00:00Z", XSD + "dateTime"))
SINCE = Qualifier(named("since"), whole(2010))
EDGE = Statement(ANN, KNOWS, BEN, tuple(sorted((WEIGHT, FROM, SINCE), key=lambda q: q.predicate)))


@pytest.fixture
def driver(neo4j_server: LocalServer) -> Iterator[Driver]:
    with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:
        yield driver


@pytest.fixture
def store(neo4j_server: LocalServer) -> Iterator[Neo4jStore]:
    store = Neo4jStore.open(Address.parse(neo4j_server.url), uuid4().hex, create=True)
    store.commit(MAIN, Delta(added=frozenset({*SAID, EDGE})), None, META)
    yield store
    store.close()


@pytest.fixture
def ask(driver: Driver, store: Neo4jStore) -> Callable[[str], list[object]]:
    def ask(query: str) -> list[object]:
        found = driver.execute_query(
            query.replace("(ann)", "(p:Person {graph: $graph, id: 'urn:t:ann'})"),
            graph=store.graph,
        )
        return [value for record in found.records for value in record.values()]

    return ask


def change(store: Neo4jStore, removed: set[Statement], added: set[Statement]) -> None:
    store.commit(MAIN, Delta(frozenset(removed), frozenset(added)), store.resolve(MAIN), META)


def test_a_commit_keeps_properties_current(
    store: Neo4jStore, ask: Callable[[str], list[object]]
) -> None:
    kinds = "valueType(p.age), p.born = date('1990-02-28'), p.nicks, p.graph = $graph"
    assert ask(f"MATCH (ann) RETURN p.age, {kinds}") == [
        *(30, "INTEGER NOT NULL", True, ["b", "a"], True)
    ]
    told = "r.weight, r.from = datetime('2020-01-01T00:00Z'), r.since"
    assert ask(f"MATCH (ann)-[r:KNOWS]->() RETURN {told}") == [0.5, True, 1]
    older, text = (Statement(ANN, named("age"), one) for one in (whole(31), Literal("3 tens")))
    change(store, {AGE, BORN}, {older, text})
    assert ask("MATCH (ann) RETURN p.age, p.born") == ["3 tens", None]
    change(store, {text, EDGE}, {Statement(ANN, KNOWS, BEN)})
    assert ask("MATCH (ann)-[r:KNOWS]->() RETURN p.age, r.weight") == [31, None]
    assert ask("MATCH (ann)-[r:KNOWS__H]->() RETURN r.weight") == [0.5]
    store.revert(MAIN, MAIN, META)
    assert ask("MATCH (ann) RETURN p.age") == ["3 tens"]
    assert list(store.verify()) == []


def test_a_paged_load_shows_them_and_takes_them_back(
    store: Neo4jStore,
    ask: Callable[[str], list[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (loading, neo4j_store):
        monkeypatch.setattr(module, "LARGE", 3)
    head = store.resolve(MAIN)
    extra = {Statement(ANN, named(f"more{i}"), whole(i)) for i in range(8)}
    with pytest.raises(InvalidDeltaError, match="adds what is there already"):
        store.load(MAIN, columns_from([*extra, AGE]), head, META)
    assert ask("MATCH (ann) RETURN p.age, p.more0, p.more7") == [30, None, None]
    assert list(store.verify()) == []
    store.load(MAIN, columns_from(extra), head, META)
    assert ask("MATCH (ann) RETURN p.age, p.more0, p.more7") == [30, 0, 7]
    assert list(store.verify()) == []


#: Cypher of others, what it takes away, what it brings.
WRITES: dict[str, tuple[str, set[Statement], set[Statement]]] = {
    "another value": (
        "MATCH (ann) SET p.age = 31",
        {AGE},
        {Statement(ANN, named("age"), whole(31))},
    ),
    "another kind": (
        "MATCH (ann) SET p.age = '30'",
        {AGE},
        {Statement(ANN, named("age"), Literal("30"))},
    ),
    "a new property": (
        "MATCH (ann) SET p.`home town` = ['x']",
        set(),
        {Statement(ANN, named("home%20town"), Literal('["x"]', NEO4J + "list:string"))},
    ),
    "a property taken": ("MATCH (ann) REMOVE p.age", {AGE}, set()),
    "the value and the property": (
        "MATCH (ann)-[:AGE]->(v) SET v.text = '32', p.age = 32",
        {AGE},
        {Statement(ANN, named("age"), whole(32))},
    ),
    "a label given": (
        "MATCH (ann) SET p:Vip",
        set(),
        {Statement(ANN, RDF_TYPE, NEO4J + "label:Vip")},
    ),
    "a label taken": ("MATCH (ann) REMOVE p:Person", {Statement(ANN, RDF_TYPE, PERSON)}, set()),
    "a new node": (
        "CREATE (:Person:Entity {graph: $graph, id: 'urn:t:cid', age: 5})",
        set(),
        {
            Statement("urn:t:cid", RDF_TYPE, PERSON),
            Statement("urn:t:cid", named("age"), whole(5)),
        },
    ),
    "the value deleted": ("MATCH (ann)-[:AGE]->(v) DETACH DELETE v", {AGE}, set()),
    "a relationship's property": (
        "MATCH (ann)-[r:KNOWS]->() SET r.weight = 0.75, r.note = 'n'",
        {EDGE},
        {
            Statement(
                ANN,
                KNOWS,
                BEN,
                (
                    FROM,
                    Qualifier(named("note"), Literal("n")),
                    SINCE,
                    Qualifier(named("weight"), Literal("0.75", XSD + "double")),
                ),
            )
        },
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_others_set_is_noticed_and_adopted(
    name: str, store: Neo4jStore, ask: Callable[[str], list[object]], neo4j_server: LocalServer
) -> None:
    query, removed, added = WRITES[name]
    address = Address.parse(neo4j_server.url)
    head = store.resolve(MAIN)
    ask(query)
    assert list(store.verify())
    looked = adopt(address, store.graph, THEIRS, look=True)
    wanted = Delta(frozenset(removed), frozenset(map(canonical, added)))
    assert looked.delta == wanted
    assert adopt(address, store.graph, THEIRS).commit is not None
    assert list(store.verify()) == []
    assert store.diff(head, MAIN) == wanted
    assert frozenset(store.snapshot(head).statements()) == {*SAID, canonical(EDGE)}
    again = adopt(address, store.graph, THEIRS)
    assert (again.commit, again.restored, again.withdrawn) == (None, 0, 0)


def canonical(statement: Statement) -> Statement:
    qualifiers = canonical_qualifiers(statement.qualifiers)
    return Statement(statement.subject, statement.predicate, statement.object, qualifiers)


def test_properties_that_were_never_shown_are_not_taken_for_removed(
    store: Neo4jStore, ask: Callable[[str], list[object]], neo4j_server: LocalServer
) -> None:
    ask("MATCH (g:VersionedGraph {name: $graph}) REMOVE g.shows")
    ask("MATCH (ann) REMOVE p.age")
    done = adopt(Address.parse(neo4j_server.url), store.graph, THEIRS)
    assert done.commit is None
    assert ask("MATCH (ann) RETURN p.age") == [30]
    assert list(store.verify()) == []


TEXTS = st.text(st.sampled_from("0123456789-+:.TZPYMDHS[]EN "), max_size=14)
KINDS = [
    *("date", "time", "dateTime", "duration", "integer", "double", "boolean", "hexBinary"),
]
TIMES = st.one_of(
    st.dates().map(str),
    st.times().map(lambda one: one.isoformat()),
    st.datetimes().map(lambda one: one.isoformat() + "+01:30"),
    st.timedeltas().map(lambda one: f"P{one.days}DT{one.seconds}.{one.microseconds:06}S"),
    st.integers().map(str),
    st.floats().map(repr),
    TEXTS,
)
LITERALS = st.builds(lambda kind, text: Literal(text, XSD + kind), st.sampled_from(KINDS), TIMES)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(LITERALS, min_size=1, max_size=20))
@example([Literal("", XSD + "hexBinary")])
def test_neo4j_takes_every_value_that_we_make(
    neo4j_server: LocalServer, literals: list[Literal]
) -> None:
    """What it would refuse is told beforehand, and what it keeps is the same value."""
    made = [one for one in map(native_of, literals) if one is not None]
    rows = [[f"p{i}", one.function, one.sent] for i, one in enumerate(made)]
    with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:
        query = (
            f"CREATE (n:Kept) FOREACH (p IN $rows | SET n[p[0]] = {MADE.replace('<<P>>', 'p')}) "
            f"WITH n, {properties_of('n')} AS told DELETE n RETURN told"
        )
        (told,) = driver.execute_query(query, rows=rows).records[0]
    kept = {name: literal_of(kind, value) for name, kind, value in told}
    assert len(kept) == len(made)
    for i, native in enumerate(made):
        literal = kept[f"p{i}"]
        assert literal is not None
        again = native_of(literal)
        assert again is not None
        assert again.key == native.key
