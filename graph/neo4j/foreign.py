"""Any Neo4j database, read as it is: all nodes and relationships of one moment, streamed.

What our own stores keep in the same database is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from graph.errors import UnavailableError
from graph.model import Literal
from graph.neo4j.foreign_values import literal_of, properties_of
from graph.neo4j.naming import OWN_LABELS
from graph.neo4j.server import Address, Server

if TYPE_CHECKING:
    from neo4j import Transaction

T = TypeVar("T")

_ATTEMPTS: Final = 3
#: A node as it is called: by the first key that it has, ``[label, property, text]``, or null.
_KEY: Final = """head([k IN $keys WHERE (k[0] = '' OR k[0] IN labels(<<N>>))
    AND toStringOrNull(<<N>>[k[1]]) IS NOT NULL | [k[0], k[1], toStringOrNull(<<N>>[k[1]])]])"""
_OURS: Final = """(any(l IN labels(<<N>>) WHERE l IN $own)
    AND (coalesce(<<N>>.graph IN $graphs, false) OR <<N>>:VersionedGraph OR <<N>>:LogPart))"""
_GRAPHS: Final = "MATCH (g:VersionedGraph) RETURN g.name"


def _of(expression: str, name: str) -> str:
    return expression.replace("<<N>>", name)


def _nodes(ours: bool) -> str:
    where = f"WHERE NOT {_of(_OURS, 'n')} " if ours else ""
    shape = f"elementId(n), {_of(_KEY, 'n')}, labels(n), {properties_of('n')}"
    return f"MATCH (n) {where}RETURN {shape}"


def _relationships(ours: bool) -> str:
    where = f"WHERE NOT {_of(_OURS, 'a')} AND NOT {_of(_OURS, 'b')} " if ours else ""
    ends = f"elementId(a), {_of(_KEY, 'a')}, elementId(b), {_of(_KEY, 'b')}"
    return f"MATCH (a)-[r]->(b) {where}RETURN type(r), {ends}, {properties_of('r')}"


_BETWEEN: Final = f"MATCH (a)-[r]->(b) WHERE {_of(_OURS, 'a')} <> {_of(_OURS, 'b')} RETURN count(r)"


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

    def __init__(self, transaction: Transaction, keys: Sequence[Key]) -> None:
        self._transaction = transaction
        graphs = [row[0] for row in transaction.run(_GRAPHS).values()]
        self._ours = bool(graphs)
        self._asked: dict[str, Any] = {
            "keys": [[key.label, key.property] for key in keys],
            "own": sorted(OWN_LABELS),
            "graphs": graphs,
        }

    def nodes(self) -> Iterator[ForeignNode]:
        """All nodes, in any order."""
        for element, key, labels, properties in self._transaction.run(
            _nodes(self._ours), self._asked
        ):
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


def read_database(address: Address, keys: Sequence[Key], take: Callable[[ForeignState], T]) -> T:
    """Hand over what a database holds at one moment; taken again where others wrote meanwhile.

    Neo4j shows each row as it is when it is read, so the moment is asked for before and after.
    Raises UnavailableError, also where others write on and on.
    """
    server = Server.connect(address)
    try:
        for _ in range(_ATTEMPTS):
            before = server.moment()
            with server.reading() as transaction:
                taken = take(ForeignState(transaction, keys))
            if server.moment() == before:
                return taken
    finally:
        server.close()
    reason = f"others wrote while it was read, {_ATTEMPTS} times"
    raise UnavailableError(server.shown, reason, "read it when nobody writes, or read a copy")
