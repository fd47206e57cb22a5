"""Any Neo4j database, read as it is: all nodes and relationships of one moment, streamed.

What our own stores keep in the same database is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from graph.errors import UnavailableError
from graph.model import Literal
from graph.neo4j.foreign_values import literal_of, properties_of
from graph.neo4j.naming import OWN_LABELS, TAKEN_OVER
from graph.neo4j.said_properties import OWN_OF_NODES
from graph.neo4j.server import Address, Server

if TYPE_CHECKING:
    from neo4j import Transaction

T = TypeVar("T")

_ATTEMPTS: Final = 3
#: A node as it is called: by the first key that it has, ``[label, property, text]``, or null.
_KEY: Final = """head([k IN $keys WHERE (k[0] = '' OR k[0] IN labels(<<N>>))
    AND toStringOrNull(<<N>>[k[1]]) IS NOT NULL | [k[0], k[1], toStringOrNull(<<N>>[k[1]])]])"""
#: What is ours; a node that a graph is taking over in place is still foreign to that graph.
_OURS: Final = f"""(any(l IN labels(<<N>>) WHERE l IN $own)
    AND (coalesce(<<N>>.graph IN $graphs, false) OR <<N>>:VersionedGraph OR <<N>>:LogPart)
    AND NOT (<<N>>:{TAKEN_OVER} AND <<N>>.graph = $taking))"""
#: Relationships that were made for it meanwhile.
_MADE: Final = f"(r.since IS NOT NULL AND (a:{TAKEN_OVER} OR b:{TAKEN_OVER}))"
_GRAPHS: Final = "MATCH (g:VersionedGraph) RETURN g.name"


def _of(expression: str, name: str) -> str:
    return expression.replace("<<N>>", name)


def _nodes(ours: bool) -> str:
    where = f"WHERE NOT {_of(_OURS, 'n')} " if ours else ""
    shape = f"elementId(n), {_of(_KEY, 'n')}, labels(n), {properties_of('n')}"
    return f"MATCH (n) {where}RETURN {shape}"


def _relationships(ours: bool) -> str:
    foreign = f"NOT {_of(_OURS, 'a')} AND NOT {_of(_OURS, 'b')} AND NOT {_MADE}"
    where = f"WHERE {foreign} " if ours else ""
    ends = f"elementId(a), {_of(_KEY, 'a')}, elementId(b), {_of(_KEY, 'b')}"
    return f"MATCH (a)-[r]->(b) {where}RETURN type(r), {ends}, {properties_of('r')}"


_BETWEEN: Final = f"""MATCH (a)-[r]->(b)
WHERE {_of(_OURS, "a")} <> {_of(_OURS, "b")} AND NOT {_MADE} RETURN count(r)"""


class Key(NamedTuple):
    """A property that names nodes: all of them, or those with a label; with its text."""

    label: str
    property: str
    text: str = ""


class NodeName(NamedTuple):
    """What a node is called: its element id, and what its first key says, if it has one."""

    element: str
    key: Key | None


class Property(NamedTuple):
    """A property, what Neo4j says it is, and its value; None where we know no such values."""

    name: str
    kind: str
    value: Literal | None


class ForeignNode(NamedTuple):
    """A node of any database."""

    name: NodeName
    labels: list[str]
    properties: list[Property]


class ForeignRelationship(NamedTuple):
    """A relationship of any database."""

    type: str
    start: NodeName
    end: NodeName
    properties: list[Property]


class ForeignState:
    """What a database holds while one transaction reads it."""

    def __init__(self, transaction: Transaction, keys: Sequence[Key], taking: str) -> None:
        self._transaction = transaction
        graphs = [row[0] for row in transaction.run(_GRAPHS).values()]
        self._ours = bool(graphs)
        self._asked: dict[str, Any] = {
            "keys": [[key.label, key.property] for key in keys],
            "own": sorted(OWN_LABELS),
            "graphs": graphs,
            "taking": taking,
        }

    def nodes(self) -> Iterator[ForeignNode]:
        """All nodes, in any order."""
        for element, key, labels, properties in self._transaction.run(
            _nodes(self._ours), self._asked
        ):
            if TAKEN_OVER in labels:
                labels = [label for label in labels if label not in OWN_LABELS]
                properties = [row for row in properties if row[0] not in OWN_OF_NODES]
            yield ForeignNode(_name(element, key), labels, _properties(properties))

    def relationships(self) -> Iterator[ForeignRelationship]:
        """All relationships, in any order; see :meth:`between`."""
        for kind, start, start_key, end, end_key, properties in self._transaction.run(
            _relationships(self._ours), self._asked
        ):
            yield ForeignRelationship(
                kind, _name(start, start_key), _name(end, end_key), _properties(properties)
            )

    def between(self) -> int:
        """How many relationships lead from what is ours to what is not, or back."""
        if not self._ours:
            return 0
        rows = self._transaction.run(_BETWEEN, self._asked).values()
        return int(rows[0][0])


def _name(element: str, key: list[str] | None) -> NodeName:
    return NodeName(element, None if key is None else Key(*key))


def _properties(rows: list[list[Any]]) -> list[Property]:
    return [Property(name, kind, literal_of(kind, value)) for name, kind, value in rows]


def read_database(
    address: Address, keys: Sequence[Key], take: Callable[[ForeignState], T], taking: str = ""
) -> T:
    """Hand over what a database holds at one moment; taken again where others wrote meanwhile.

    Nodes that the graph ``taking`` is taking over in place are read as they were before.
    Neo4j shows each row as it is when it is read, so the moment is asked for before and after.
    Raises UnavailableError, also where others write on and on.
    """
    server = Server.connect(address)
    try:
        for _ in range(_ATTEMPTS):
            before = server.moment()
            with server.reading() as transaction:
                taken = take(ForeignState(transaction, keys, taking))
            if server.moment() == before:
                return taken
    finally:
        server.close()
    reason = f"others wrote while it was read, {_ATTEMPTS} times"
    raise UnavailableError(server.shown, reason, "read it when nobody writes, or read a copy")
