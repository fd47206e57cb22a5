"""A Neo4j database read to be taken over where it is: what would be lost is refused first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from graph.model import Node
from graph.neo4j.foreign import read_database
from graph.neo4j.foreign_values import NEO4J
from graph.neo4j.naming import LONGEST_ID, Names
from graph.neo4j.native_values import PROPERTY, native_of
from graph.neo4j.said_properties import OWN_OF_NODES, is_own_of_relationships, name_on_node
from graph.prefixes import decode_local, encode_local
from ingest.errors import IngestError
from ingest.neo4j_database import UNNAMED, Reading, Stated

if TYPE_CHECKING:
    from graph.neo4j.foreign import ForeignNode, ForeignRelationship, ForeignState, Property
    from graph.neo4j.server import Address
    from ingest.bulk_reading import Table
    from ingest.neo4j_database import DatabaseMapping

_LABEL: Final = NEO4J + "label:"
_TYPE: Final = NEO4J + "type:"
#: What a name of a user's becomes that is ours.
_OTHER: Final = "_of_before"


@dataclass(frozen=True, slots=True)
class Taken:
    """A database as statements, its nodes by element id and id, and what was counted.

    ``copies`` counts relationships that say what another one says.
    """

    table: Table
    nodes: list[tuple[str, Node]]
    relationships: int
    copies: int


def read_in_place(
    address: Address, mapping: DatabaseMapping, prefixes: Mapping[str, str], graph: str
) -> Taken:
    """Read what a graph takes over, or goes on to take over.

    Raises IngestError in one line for what would be lost, UnavailableError.
    """

    def take(state: ForeignState) -> Taken:
        reading = Reading(address.shown, mapping, prefixes)
        watched = _Watched(state, reading, bool(mapping.keys))
        table = reading.table(watched)
        watched.check_names(table)
        if watched.obstacles:
            raise IngestError(address.shown, 0, "; ".join(watched.obstacles))
        said = watched.relationships_said(table)
        # Here an id is kept on its node, whatever becomes of the element id.
        told = tuple(problem for problem in table.problems if UNNAMED not in problem.reason)
        return Taken(
            replace(table, problems=told), watched.named, watched.count, watched.count - said
        )

    return read_database(address, mapping.keys, take, graph)


@dataclass(slots=True)
class _Watched(Stated):
    """A state that notes what cannot be kept, while it is read."""

    state: ForeignState
    reading: Reading
    keyed: bool
    named: list[tuple[str, Node]] = field(default_factory=list)
    count: int = 0
    #: Names of ours that others use: how often, and with which labels or types.
    _on_nodes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _on_relationships: Counter[tuple[str, str]] = field(default_factory=Counter)
    _unkept: Counter[str] = field(default_factory=Counter)
    _long: int = 0
    _unkeyed: int = 0
    _names: list[str] = field(default_factory=list)

    def nodes(self) -> Iterator[ForeignNode]:
        """All nodes, each noted with its id."""
        for node in self.state.nodes():
            called = self.reading.node(node.name)
            self.named.append((node.name.element, called))
            self._long += len(called.encode()) > LONGEST_ID
            self._unkeyed += self.keyed and node.name.key is None
            self._look(node.properties)
            for name, _, _ in node.properties:
                if name in OWN_OF_NODES:
                    self._on_nodes[name, next(iter(node.labels), "")] += 1
            yield node

    def relationships(self) -> Iterator[ForeignRelationship]:
        """All relationships, counted."""
        for edge in self.state.relationships():
            self.count += 1
            self._look(edge.properties)
            for name, _, _ in edge.properties:
                if is_own_of_relationships(name):
                    self._on_relationships[name, edge.type] += 1
            yield edge

    def between(self) -> int:
        """Relationships to other graphs, which stay as they are."""
        return self.state.between()

    def _look(self, properties: Iterable[Property]) -> None:
        for name, kind, value in properties:
            own = name in OWN_OF_NODES or is_own_of_relationships(name)
            shown = own or name_on_node(PROPERTY + encode_local(name)) == name
            if value is None or not shown or native_of(value) is None:
                self._unkept[f"{name!r} of the kind {kind}"] += 1

    def check_names(self, table: Table) -> None:
        """Note the labels and types that versioned nodes and relationships cannot have."""
        terms = [term for term in table.columns.terms if isinstance(term, str)]
        labels = [term for term in terms if term.startswith(_LABEL)]
        types = [term for term in terms if term.startswith(_TYPE)]
        names = Names({}, {})
        for kind, beginning, found, rename in (
            ("label", _LABEL, names.new_labels(labels), _RELABEL),
            ("type", _TYPE, names.new_types(types, {}), _RETYPE),
        ):
            for node, name in sorted(found.items()):
                old = decode_local(node.removeprefix(beginning))
                if old != name:
                    cypher = rename.format(old=_quoted(old), new=_quoted(name))
                    self._names.append(f"the {kind} {old!r} cannot be kept: {cypher}")

    @property
    def obstacles(self) -> list[str]:
        """What would be lost, one short text each."""
        found: list[str] = []
        for counted, kind, rename in (
            (self._on_nodes, "nodes", _RENAME_ON_NODES),
            (self._on_relationships, "relationships", _RENAME_ON_RELATIONSHIPS),
        ):
            for name in sorted({name for name, _ in counted}):
                places = {place: n for (one, place), n in counted.items() if one == name}
                cypher = rename.format(
                    places="|".join(_quoted(place) for place in sorted(places) if place),
                    old=_quoted(name),
                    new=_quoted(name.strip("_") + _OTHER),
                ).replace("(n:)", "(n)")
                found.append(
                    f"{sum(places.values()):,} {kind} have a property {name!r}, which is a name of "
                    f"kgdelta's: {cypher}"
                )
        found += [f"{n:,} values {what} cannot be kept" for what, n in sorted(self._unkept.items())]
        # Renamed last, since what is said before names them.
        found += self._names
        if self._long:
            found.append(f"{self._long:,} ids have more than {LONGEST_ID:,} bytes")
        if self._unkeyed:
            found.append(
                f"{self._unkeyed:,} nodes do not have the key: give another --key for them"
            )
        return found

    def relationships_said(self, table: Table) -> int:
        """How many statements about two nodes there are, each once."""
        import numpy as np

        columns = table.columns
        wanted = [
            place
            for place, term in enumerate(columns.terms)
            if isinstance(term, str) and term.startswith(_TYPE)
        ]
        return int(np.isin(columns.predicate, wanted).sum())


_RENAME_ON_NODES: Final = (
    "MATCH (n:{places}) WHERE n.{old} IS NOT NULL SET n.{new} = n.{old} REMOVE n.{old}"
)
_RENAME_ON_RELATIONSHIPS: Final = (
    "MATCH (a)-[r:{places}]->() WHERE NOT a:Entity AND r.{old} IS NOT NULL "
    "SET r.{new} = r.{old} REMOVE r.{old}"
)
_RELABEL: Final = "MATCH (n:{old}) WHERE n.graph IS NULL SET n:{new} REMOVE n:{old}"
_RETYPE: Final = (
    "MATCH (a)-[r:{old}]->(b) WHERE NOT a:Entity "
    "CREATE (a)-[n:{new}]->(b) SET n = properties(r) DELETE r"
)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
