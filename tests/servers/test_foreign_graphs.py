"""Any graph that Neo4j can hold is in the statements that are read of it: it can be made again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import GraphDatabase

from graph.model import Literal, Object, Statement
from graph.neo4j.foreign import Key
from graph.neo4j.foreign_values import NEO4J, UNLABELLED
from graph.neo4j.server import Address
from graph.prefixes import decode_local
from graph.vocabulary import LABEL, RDF_TYPE, TOKEN, XSD
from ingest.neo4j_database import COPIES, DatabaseMapping, read_neo4j
from kgdelta.local_neo4j import LocalServer

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0`"), min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.lists(TEXTS, max_size=3),
    st.lists(st.integers(-5, 5), min_size=1, max_size=3),
)
PROPERTIES = st.dictionaries(NAMES.filter(lambda name: name != "key"), VALUES, max_size=3)
NODES = st.lists(st.tuples(st.sets(NAMES, max_size=2), PROPERTIES), min_size=1, max_size=4)
EDGES = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["R", "is a"]) | NAMES, st.integers(0, 3), PROPERTIES
    ),
    max_size=4,
)
MAKE = """UNWIND $nodes AS n CREATE (a:Any:$(n.labels)) SET a = n.properties, a.key = n.key"""
JOIN = """UNWIND $edges AS e MATCH (a:Any {key: e.start}) MATCH (b:Any {key: e.end})
CREATE (a)-[r:$(e.type)]->(b) SET r = e.properties"""


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(NODES, EDGES)
def test_what_is_read_makes_the_graph_again(
    neo4j_server: LocalServer,
    nodes: list[tuple[set[str], dict[str, Any]]],
    edges: list[tuple[int, str, int, dict[str, Any]]],
) -> None:
    made = {
        f"k{i}": (frozenset({"Any", *labels}), frozen(properties | {"key": f"k{i}"}))
        for i, (labels, properties) in enumerate(nodes)
    }
    joined = [
        (f"k{s % len(nodes)}", kind, f"k{o % len(nodes)}", properties)
        for s, kind, o, properties in edges
    ]
    with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:
        try:
            driver.execute_query(
                MAKE,
                nodes=[
                    {"key": f"k{i}", "labels": sorted(labels), "properties": properties}
                    for i, (labels, properties) in enumerate(nodes)
                ],
            )
            keys = ("start", "type", "end", "properties")
            driver.execute_query(JOIN, edges=[dict(zip(keys, e, strict=True)) for e in joined])
            address = Address.parse(neo4j_server.url)
            table = read_neo4j(address, DatabaseMapping((Key("", "key"),), "key"))
        finally:
            driver.execute_query("MATCH (n:Any) DETACH DELETE n")
    again = list(table.columns.statements())
    assert len(again) == len(set(again))
    assert table.problems == ()
    assert nodes_of(again) == made
    assert edges_of(again) == Counter((s, kind, o, frozen(p)) for s, kind, o, p in joined)


def frozen(properties: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """Properties as what can be compared: 1, 1.0 and true differ."""
    return frozenset((name, repr(value)) for name, value in properties.items())


def nodes_of(statements: Iterable[Statement]) -> dict[str, object]:
    """Nodes by key: their labels and properties."""
    labels: dict[str, set[str]] = {}
    properties: dict[str, dict[str, Any]] = {}
    for s in statements:
        key = s.subject.removeprefix(TOKEN)
        if s.predicate == RDF_TYPE and isinstance(s.object, str):
            assert s.object != UNLABELLED
            labels.setdefault(key, set()).add(decode_local(s.object.removeprefix(NEO4J + "label:")))
        elif not isinstance(s.object, str):
            properties.setdefault(key, {})[name_of(s.predicate)] = value_of(s.object)
    return {key: (frozenset(labels[key]), frozen(properties[key])) for key in labels}


def edges_of(statements: Iterable[Statement]) -> Counter[tuple[object, ...]]:
    """Relationships, as often as they are there."""
    found: Counter[tuple[object, ...]] = Counter()
    for s in statements:
        if s.predicate == RDF_TYPE or not isinstance(s.object, str):
            continue
        said = {q.predicate: value_of(q.value) for q in s.qualifiers}
        count = said.pop(COPIES, 1)
        properties = frozen({name_of(predicate): value for predicate, value in said.items()})
        kind = decode_local(s.predicate.removeprefix(NEO4J + "type:"))
        ends = (s.subject.removeprefix(TOKEN), s.object.removeprefix(TOKEN))
        found[ends[0], kind, ends[1], properties] += count
    return found


def name_of(predicate: str) -> str:
    if predicate == LABEL:
        return "key"
    return decode_local(predicate.removeprefix(NEO4J + "property:"))


def value_of(value: Object) -> Any:
    assert isinstance(value, Literal)
    if value.datatype.startswith(NEO4J + "list:"):
        return json.loads(value.value)
    if value.datatype == XSD + "integer":
        return int(value.value)
    if value.datatype == XSD + "double":
        return float(value.value)
    if value.datatype == XSD + "boolean":
        return value.value == "true"
    return value.value
