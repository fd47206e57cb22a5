"""A database taken over where it is: its Cypher answers as before, and nothing of it is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from neo4j import Driver, GraphDatabase

from graph.commit import CommitMeta
from graph.errors import UnavailableError
from graph.model import Delta, Literal, Statement
from graph.neo4j import loading, taking_over
from graph.neo4j.adopting import adopt
from graph.neo4j.foreign_values import NEO4J, properties_of
from graph.neo4j.naming import OWN_LABELS
from graph.neo4j.said_properties import OWN_OF_NODES
from graph.neo4j.server import Address, Server
from graph.neo4j.store import Neo4jStore
from graph.store import MAIN
from graph.vocabulary import LABEL, TOKEN, XSD
from ingest.errors import IngestError
from ingest.neo4j_database import DatabaseMapping, parse_key
from kgdelta.databases import Telling, import_in_place
from kgdelta.importing import Imported
from kgdelta.local_neo4j import LocalServer

META = CommitMeta("a change", "Ada")
TELLING = Telling("Ada")
MAPPING = DatabaseMapping((parse_key("mail"),))
RICH = """
CREATE (a:Person:Editor {mail: 'ann', name: 'Ann', age: 30, half: 0.5, born: date('1990-02-28'),
        at: datetime('2020-10-25T02:30[Europe/Berlin]'), nicks: ['b', 'a'], nothing: [],
        place: point({latitude: 1.5, longitude: -2}), waits: [duration('P1M-1D')], raw: $raw}),
    (b:Person {mail: 'ben', name: 'Ben', age: 31, knows: true}),
    (c {mail: 'c', name: 7}), (d:Paper {mail: 'd', TYPE: 'x'}),
    (a)-[:KNOWS {from: date('2020-01-01'), weight: 1}]->(b),
    (a)-[:KNOWS {weight: 1.0}]->(b), (a)-[:knows]->(b), (b)-[:KNOWS]->(b),
    (a)-[:TYPE]->(d), (c)-[:LABEL {of: ['x']}]->(d), (b)-[:HAS_AGE]->(c)"""
TYPES = ["KNOWS", "knows", "TYPE", "LABEL", "HAS_AGE"]
NODES = f"""MATCH (n) WHERE n.mail IS NOT NULL
RETURN n.mail, elementId(n), [l IN labels(n) WHERE NOT l IN $labels],
    {properties_of("n", "NOT k IN $own")} ORDER BY n.mail"""
EDGES = f"""MATCH (a)-[r]->(b) WHERE type(r) IN $types AND a.mail IS NOT NULL AND b.mail IS NOT NULL
RETURN a.mail, type(r), b.mail,
    {properties_of("r", "NOT k IN ['since', '_q'] AND NOT k STARTS WITH 'q_'")}"""
CLEAN = (
    "MATCH (n) WHERE none(l IN labels(n) WHERE l IN $labels) OR n.graph = $graph DETACH DELETE n"
)


@pytest.fixture
def address(neo4j_server: LocalServer) -> Address:
    return Address.parse(neo4j_server.url)


@pytest.fixture
def driver(neo4j_server: LocalServer) -> Iterator[Driver]:
    with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:
        yield driver


@pytest.fixture
def store(address: Address, driver: Driver) -> Iterator[Neo4jStore]:
    store = Neo4jStore.open(address, uuid4().hex, create=True)
    yield store
    store.close()
    forget = "MATCH (g:VersionedGraph {name: $graph}) DETACH DELETE g"
    driver.execute_query(forget, graph=store.graph)
    driver.execute_query(CLEAN, graph=store.graph, labels=sorted(OWN_LABELS))


def small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(loading, "LARGE", 12)
    patch.setattr(taking_over, "_PAGE", 3)


def fill(driver: Driver) -> None:
    driver.execute_query(RICH, raw=b"\x00\xff")


def shown(driver: Driver) -> list[Any]:
    """What Cypher says of all that was there before."""
    asked = {"labels": [*OWN_LABELS, "Unlabelled"], "own": sorted(OWN_OF_NODES), "types": TYPES}
    answers = [driver.execute_query(query, asked).records for query in (NODES, EDGES)]
    nodes, edges = ([list(map(_plain, record)) for record in records] for records in answers)
    return [nodes, sorted(edges, key=repr)]


def _plain(value: Any) -> Any:
    """Labels and properties in one order."""
    return sorted(value, key=repr) if type(value) is list else value


def everything(driver: Driver) -> list[Any]:
    query = "MATCH (n) RETURN elementId(n), labels(n), properties(n) ORDER BY elementId(n)"
    edges = "MATCH ()-[r]->() RETURN elementId(r), properties(r) ORDER BY elementId(r)"
    return [list(map(list, driver.execute_query(q).records)) for q in (query, edges)]


def take(store: Neo4jStore, address: Address) -> Imported:
    return import_in_place(store, address, MAPPING, {}, TELLING)


def node(mail: str) -> str:
    return TOKEN + mail


def named(name: str) -> str:
    return f"{NEO4J}property:{name}"


def test_cypher_answers_as_before_and_changes_are_versioned(
    store: Neo4jStore, driver: Driver, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch)
    fill(driver)
    before = shown(driver)
    done = take(store, address)
    assert done.commit is not None
    assert done.added == len(list(store.snapshot().statements()))
    assert shown(driver) == before
    assert list(store.verify()) == []
    assert store.resolve(MAIN) == done.commit.id
    people = "MATCH (p:Person {graph: $graph}) RETURN p.name, p.label, p.id ORDER BY p.name"
    rows = [list(r) for r in driver.execute_query(people, graph=store.graph).records]
    assert rows == [["Ann", "Ann", node("ann")], ["Ben", "Ben", node("ben")]]
    # By a commit.
    age = Statement(node("ann"), named("age"), Literal("30", XSD + "integer"))
    names = [Statement(node("ann"), LABEL, Literal(text)) for text in ("Ann", "Anna")]
    store.commit(
        MAIN, Delta(frozenset({age, names[0]}), frozenset({names[1]})), done.commit.id, META
    )
    query = "MATCH (p:Person {mail: 'ann'}) RETURN p.name, p.age, p.half"
    assert list(driver.execute_query(query).records[0]) == ["Anna", None, 0.5]
    # By Cypher.
    driver.execute_query("MATCH (p:Person {mail: 'ben'}) SET p.name = 'Benno', p.age = 32")
    driver.execute_query("MATCH (:Person {mail: 'ann'})-[r:knows]->() SET r.new = 1")
    driver.execute_query("MATCH (n {mail: 'c'}) SET n.name = 'See'")
    assert list(store.verify())
    adopted = adopt(address, store.graph, CommitMeta("by hand"))
    assert {
        (s.subject, s.predicate, getattr(s.object, "value", "")) for s in adopted.delta.added
    } == {
        (node("ben"), LABEL, "Benno"),
        (node("ben"), named("age"), "32"),
        (node("ann"), NEO4J + "type:knows", ""),
        (node("c"), LABEL, "See"),
    }
    assert len(adopted.delta.removed) == 4
    assert list(store.verify()) == []
    store.revert(MAIN, adopted.commit.id if adopted.commit else "", META)
    store.revert(MAIN, f"{MAIN}~2", META)
    assert list(store.verify()) == []
    assert shown(driver) == before


def test_relationships_that_say_the_same_become_one(
    store: Neo4jStore, driver: Driver, address: Address
) -> None:
    driver.execute_query(
        "CREATE (a:A {mail: 'a'}) WITH a UNWIND range(1, 3) AS i CREATE (a)-[:KNOWS {w: 1}]->(a)"
    )
    done = take(store, address)
    assert [p.reason[:47] for p in done.problems] == [
        "2 relationships say what another one says, and "
    ]
    (row,) = driver.execute_query("MATCH (:A)-[r:KNOWS]->() RETURN r.w, r.q_copies").records
    assert list(row) == [1, ["3"]]
    assert list(store.verify()) == []


REFUSED = {
    "a property of a node": (
        "CREATE (:Thing {mail: 'x', id: 1}), (:`Odd one` {mail: 'y', id: 2})",
        "2 nodes have a property 'id', which is a name of kgdelta's: ",
    ),
    "a property of a relationship": (
        "CREATE (a:Thing {mail: 'x'})-[:KNOWS {since: 2010}]->(a)",
        "1 relationships have a property 'since', which is a name of kgdelta's: ",
    ),
    "a label": ("CREATE (:Tag {mail: 'x'})", "the label 'Tag' cannot be kept: "),
    "a type": (
        "CREATE (a:Thing {mail: 'x'})-[:`acted in` {n: 1}]->(a)",
        "the type 'acted in' cannot be kept: ",
    ),
    "no key": ("CREATE (:Thing {name: 'x'})", "1 nodes do not have the key"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_lost_is_refused_before_anything_is_written(
    name: str, store: Neo4jStore, driver: Driver, address: Address
) -> None:
    make, reason = REFUSED[name]
    driver.execute_query(make)
    before = everything(driver)
    with pytest.raises(IngestError, match=re.escape(reason)) as caught:
        take(store, address)
    assert everything(driver) == before
    if ": MATCH" in str(caught.value):
        for cypher in re.findall(r": (MATCH [^;]*)", str(caught.value)):
            driver.execute_query(cypher)
        assert take(store, address).commit is not None
        assert list(store.verify()) == []


def test_only_an_empty_graph_takes_over(
    store: Neo4jStore, driver: Driver, address: Address
) -> None:
    fill(driver)
    store.commit(
        MAIN, Delta(added=frozenset({Statement("urn:a", LABEL, Literal("a"))})), None, META
    )
    before = everything(driver)
    with pytest.raises(UnavailableError, match="has commits"):
        take(store, address)
    assert everything(driver) == before


class Killed(BaseException):
    """The process ends here."""


def killed_at(patch: pytest.MonkeyPatch, number: int, committed: bool) -> Callable[[], int]:
    """Let a process end at one of its writes, before or behind its commit."""
    write, count = Server.write, [0]

    def wrapped(self: Server, *given: Any, **named: Any) -> Any:
        count[0] += 1
        if count[0] == number and not committed:
            raise Killed
        done = write(self, *given, **named)
        if count[0] == number:
            raise Killed
        return done

    patch.setattr(Server, "write", wrapped)
    return lambda: count[0]


def test_killed_anywhere_it_goes_on_without_loss(
    driver: Driver, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch)
    number, over = 1, False
    said: set[frozenset[Statement]] = set()
    while not over:
        store = Neo4jStore.open(address, f"kill-{uuid4().hex}", create=True)
        fill(driver)
        before = shown(driver)
        with monkeypatch.context() as patched:
            killed_at(patched, number, committed=number % 2 == 0)
            try:
                take(store, address)
                over = True
            except Killed:
                pass
        again = Neo4jStore.open(address, store.graph)
        try:
            if not over:
                assert shown(driver)[0] == before[0]
                again.branches()
                if again._ledger.in_place is not None:
                    with pytest.raises(UnavailableError, match="taken over in place"):
                        again.create_branch("other", MAIN)
                    assert list(again.verify())
                assert take(again, address).commit is not None
            assert shown(driver) == before
            assert list(again.verify()) == []
            said.add(frozenset(again.snapshot().statements()))
        finally:
            for one in (store, again):
                one.close()
            forget = "MATCH (g:VersionedGraph {name: $graph}) DETACH DELETE g"
            driver.execute_query(forget, graph=store.graph)
            driver.execute_query(CLEAN, graph=store.graph, labels=sorted(OWN_LABELS))
        number += 1
    assert number > 8
    assert len(said) == 1
