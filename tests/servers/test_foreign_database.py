"""Any Neo4j database as statements: nothing lost, nothing invented, at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from graph.errors import UnavailableError
from graph.model import Literal, Statement
from graph.neo4j.foreign import ForeignState, Key, read_database
from graph.neo4j.foreign_values import NEO4J, UNLABELLED
from graph.neo4j.native_values import MADE, native_of, property_name
from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.vocabulary import LABEL, RDF_TYPE, XSD
from ingest.errors import IngestError
from ingest.neo4j_database import COPIES, DatabaseMapping, parse_key, read_neo4j
from kgdelta.local_neo4j import LocalServer

PERSON = NEO4J + "key:Person:email:"
VALUES = """CREATE (:Kinds {text: 'a"b\\n', yes: true, number: -9223372036854775808, half: 0.1,
    huge: 1e300 * 1e300, day: date('2020-02-29'), ides: date('-0044-03-15'),
    later: date('+12000-01-01'), clock: localtime('10:11'), zoned: time('10:11:12.000000001+01:30'),
    local: localdatetime('2020-01-01T00:00:00.5'), moment: datetime('2020-10-25T02:30+02:00'),
    berlin: datetime('2020-10-25T02:30:00.000000001[Europe/Berlin]'),
    month: duration('P14M3DT4.5S'),
    mixed: duration('P1M-3DT-0.000000001S'), place: point({latitude: 1.5, longitude: -2}),
    high: point({x: 1, y: 2, z: 3}), bytes: $bytes, texts: ['b', 'a', 'b'], numbers: [3, 1],
    halves: [0.5, -1.0], flags: [true, false], days: [date('2020-01-01'), date('-0044-03-15')],
    places: [point({x: 1, y: 2})], zones: [datetime('2020-10-25T02:30[Europe/Berlin]')],
    nothing: [], waits: [duration('P1M-1D')], `odd name: é%`: 1})"""


@pytest.fixture
def driver(neo4j_server: LocalServer) -> Iterator[Driver]:
    url = neo4j_server.url
    with GraphDatabase.driver(url, notifications_min_severity="OFF") as driver:
        clean = "MATCH (n) WHERE n:Mine OR none(l IN labels(n) WHERE l IN $own) DETACH DELETE n"
        yield driver
        driver.execute_query(clean, own=_OWN)


_OWN = [
    *("Entity", "Value", "Predicate", "NodeType", "Commit", "LogPart"),
    *("Branch", "Tag", "VersionedGraph"),
]


@pytest.fixture
def address(neo4j_server: LocalServer) -> Address:
    return Address.parse(neo4j_server.url)


@pytest.fixture
def fill(driver: Driver) -> Callable[..., None]:
    def fill(query: str, **parameters: Any) -> None:
        driver.execute_query(query, parameters)

    return fill


def read(address: Address, mapping: DatabaseMapping | None = None) -> set[Statement]:
    return set(read_neo4j(address, mapping or DatabaseMapping()).columns.statements())


def test_every_kind_of_value_can_be_made_again_from_its_literal(
    fill: Callable[..., None], driver: Driver, address: Address
) -> None:
    fill(VALUES, bytes=b"\x00\xff")
    (keys,) = driver.execute_query("MATCH (n:Kinds) RETURN keys(n)").records[0]
    said = [s for s in read(address) if s.predicate.startswith(NEO4J + "property:")]
    assert len(said) == len(keys)
    for statement in said:
        value = statement.object
        assert isinstance(value, Literal)
        name = property_name(statement.predicate)
        native = native_of(value)
        assert native is not None
        query = (
            "UNWIND $rows AS p MATCH (n:Kinds) "
            f"WITH n[p[0]] AS was, {MADE.replace('<<P>>', 'p')} AS made "
            "RETURN was = made AND valueType(was) = valueType(made)"
        )
        rows = [[name, native.function, native.sent]]
        same = driver.execute_query(query, {"rows": rows}).records[0][0]
        assert same, statement


def test_nodes_relationships_and_equal_ones_among_them_are_all_there(
    fill: Callable[..., None], address: Address
) -> None:
    fill("""CREATE (a:Person:Editor {email: 'a:1', name: 'Ann'}), (b:Person {email: 'b', name: 7}),
        (), (a)-[:KNOWS {since: 2010}]->(b), (a)-[:KNOWS {since: 2010}]->(b),
        (a)-[:KNOWS {since: 2011}]->(b), (a)-[:KNOWS]->(a), (a)-[:`acted in`]->(b)""")
    table = read_neo4j(address, DatabaseMapping((parse_key("Person.email"),)))
    said = set(table.columns.statements())
    ann, ben = PERSON + "a:1", PERSON + "b"
    since = NEO4J + "property:since"
    knows = [s for s in said if s.predicate == NEO4J + "type:KNOWS"]
    told = {
        (s.subject, s.object, tuple((q.predicate, q.value) for q in s.qualifiers)) for s in knows
    }
    twice = ((COPIES, Literal("2", XSD + "integer")), (since, Literal("2010", XSD + "integer")))
    assert told == {
        (ann, ben, tuple(sorted(twice, key=lambda q: (len(q[0]), q[0])))),
        (ann, ben, ((since, Literal("2011", XSD + "integer")),)),
        (ann, ann, ()),
    }
    assert Statement(ann, NEO4J + "type:acted%20in", ben) in said
    assert {s.object for s in said if s.subject == ann and s.predicate == RDF_TYPE} == {
        NEO4J + "label:Person",
        NEO4J + "label:Editor",
    }
    # Only a text can be a label.
    assert Statement(ann, LABEL, Literal("Ann")) in said
    assert Statement(ben, NEO4J + "property:name", Literal("7", XSD + "integer")) in said
    assert [s.object for s in said if s.subject.startswith(NEO4J + "node:")] == [UNLABELLED]
    assert [problem.reason[:20] for problem in table.problems] == ["1 nodes have no key "]


def test_a_key_of_two_nodes_stops_the_import(fill: Callable[..., None], address: Address) -> None:
    fill("UNWIND [1, '1'] AS id CREATE (:Thing {id: id})")
    with pytest.raises(IngestError, match="id = '1' names two nodes"):
        read(address, DatabaseMapping((Key("", "id"),)))


def test_what_stores_keep_in_the_same_database_is_left_out(
    fill: Callable[..., None], address: Address
) -> None:
    store = Neo4jStore.open(address, "beside", create=True)
    try:
        fill("CREATE (:Tag:Mine {name: 'own'})-[:OF]->(:Branch:Mine {graph: 'not there'})")
        fill("MATCH (g:VersionedGraph), (t:Tag:Mine) CREATE (t)-[:MARKS]->(g)")
        table = read_neo4j(address, DatabaseMapping((Key("", "name"),)))
    finally:
        store.close()
    types = {s.object for s in table.columns.statements() if s.predicate == RDF_TYPE}
    assert types == {NEO4J + f"label:{name}" for name in ("Tag", "Branch", "Mine")}
    assert any("between this and a graph of kgdelta" in p.reason for p in table.problems)


def test_a_state_is_read_again_where_others_wrote_meanwhile(
    fill: Callable[..., None], address: Address
) -> None:
    fill("CREATE (:Counted)")
    writes = [1]

    def take(state: ForeignState) -> int:
        count = sum(node.labels == ["Counted"] for node in state.nodes())
        if writes:
            writes.pop()
            fill("CREATE (:Counted)")
        return count

    assert read_database(address, (), take) == 2
    writes += [1] * 10
    with pytest.raises(UnavailableError, match="others wrote while it was read"):
        read_database(address, (), take)
