"""Nodes and relationships of any Neo4j database as statements; graph/NEO4J.md has the mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from graph.model import (
    Literal,
    Node,
    Qualifier,
    canonical_qualifiers,
    encode_qualifiers,
)
from graph.neo4j.foreign import Key, read_database
from graph.neo4j.foreign_values import NEO4J, UNLABELLED
from graph.prefixes import PrefixMap, encode_local
from graph.vocabulary import (
    DEFAULT_ONTOLOGY,
    LABEL,
    NAMESPACE,
    PREFIX,
    RDF_TYPE,
    VALID_FROM,
    VALID_TO,
    XSD_STRING,
)
from ingest.bulk import Interning
from ingest.bulk_reading import Table
from ingest.copies import counted_copies
from ingest.document import Problem
from ingest.errors import IngestError
from ingest.kgx_rows import NO_GROUP

if TYPE_CHECKING:
    from graph.neo4j.foreign import (
        ForeignNode,
        ForeignRelationship,
        ForeignState,
        NodeName,
        Property,
    )
    from graph.neo4j.server import Address
    from ingest.kgx_rows import Parts

#: How many relationships say the same, as a qualifier.
COPIES: Final = NEO4J + "copies"


@dataclass(frozen=True, slots=True)
class DatabaseMapping:
    """What a caller decides: which properties name nodes, which one is the label, which bound.

    ``keys`` are tried in order; ``intervals`` are the properties from when and until when a node
    or a relationship holds.
    """

    keys: tuple[Key, ...] = ()
    label: str = "name"
    intervals: tuple[str, str] | None = None

    @property
    def renamed(self) -> dict[str, Node]:
        """Properties that are not called by their own name."""
        bounds = zip(self.intervals or (), (VALID_FROM, VALID_TO), strict=False)
        return {self.label: LABEL, **dict(bounds)}


def parse_key(text: str) -> Key:
    """``PROPERTY``, or ``LABEL.PROPERTY``."""
    label, dot, name = text.rpartition(".")
    return Key(label, name) if dot and label and name else Key("", text)


def read_neo4j(
    address: Address, mapping: DatabaseMapping, prefixes: Mapping[str, str] | None = None
) -> Table:
    """A database as columns, with what could not be said.

    Raises IngestError where a key names two nodes, UnavailableError.
    """

    def take(state: ForeignState) -> Table:
        return Reading(address.shown, mapping, prefixes or {}).table(state)

    return read_database(address, mapping.keys, take)


class Stated(Protocol):
    """What a database holds, as :class:`graph.neo4j.foreign.ForeignState` has it."""

    def nodes(self) -> Iterator[ForeignNode]:
        """All nodes."""

    def relationships(self) -> Iterator[ForeignRelationship]:
        """All relationships."""

    def between(self) -> int:
        """How many relationships lead to what is ours, or back."""


class Reading:
    """One pass over a database."""

    def __init__(self, source: str, mapping: DatabaseMapping, prefixes: Mapping[str, str]) -> None:
        self._source = source
        self._mapping = mapping
        self._renamed = mapping.renamed
        self._given = prefixes
        self._prefixes = PrefixMap(prefixes)
        self._used: set[str] = set()
        self._predicates: dict[str, Node] = {}
        self._problems: Counter[str] = Counter()

    def table(self, state: Stated) -> Table:
        """All that a state says."""
        rows = Interning()
        rows.add(self._nodes(state))
        rows.add(self._named())
        others = len(rows)
        rows.add(self._relationships(state))
        columns = counted_copies(rows.columns(), others, COPIES)
        self._problems["relationships between this and a graph of kgdelta are left out"] += (
            state.between()
        )
        problems = tuple(
            Problem(self._source, 0, f"{count:,} {reason}")
            for reason, count in sorted(self._problems.items())
            if count
        )
        return Table(self._source, columns, problems)

    def _nodes(self, state: Stated) -> Iterator[Parts]:
        seen: set[Node] = set()
        for node in state.nodes():
            subject = self.node(node.name)
            if subject in seen:
                key = node.name.key or Key("", "")
                shown = f"{key.label}.{key.property}" if key.label else key.property
                reason = f"{shown} = {key.text!r} names two nodes, and a key names one"
                raise IngestError(self._source, 0, reason)
            seen.add(subject)
            if node.name.key is None:
                self._problems[UNNAMED] += 1
            said, bounds = self._said(node.properties)
            group = encode_qualifiers(canonical_qualifiers(bounds)) if bounds else NO_GROUP
            for label in node.labels:
                yield subject, RDF_TYPE, _named("label:", label), group
            if not node.labels:
                yield subject, RDF_TYPE, UNLABELLED, group
            for predicate, value in said:
                yield subject, predicate, value, group

    def _relationships(self, state: Stated) -> Iterator[Parts]:
        for edge in state.relationships():
            said, bounds = self._said(edge.properties)
            qualifiers = [*(Qualifier(*one) for one in said), *bounds]
            group = encode_qualifiers(canonical_qualifiers(qualifiers)) if qualifiers else NO_GROUP
            predicate = _named("type:", edge.type)
            yield self.node(edge.start), predicate, self.node(edge.end), group

    def _said(
        self, properties: Sequence[Property]
    ) -> tuple[list[tuple[Node, Literal]], list[Qualifier]]:
        """What properties say, and from when until when it holds."""
        said: list[tuple[Node, Literal]] = []
        bounds: list[Qualifier] = []
        for name, kind, value in properties:
            if value is None:
                self._problems[f"values of the kind {kind} are left out, which is not known"] += 1
                continue
            predicate = self._predicate(name, value)
            if predicate in (VALID_FROM, VALID_TO):
                bounds.append(Qualifier(predicate, value))
            else:
                said.append((predicate, value))
        return said, bounds

    def _predicate(self, name: str, value: Literal) -> Node:
        renamed = self._renamed.get(name)
        if renamed is not None and (renamed != LABEL or value.datatype == XSD_STRING):
            return renamed
        known = self._predicates.get(name)
        if known is None:
            known = self._predicates[name] = _named("property:", name)
        return known

    def node(self, name: NodeName) -> Node:
        """The id of a node: what its key says, else by its element id."""
        key = name.key
        if key is None:
            return _named("node:", name.element)
        if key.label:
            label, called = (part.replace(":", "%3A") for part in map(encode_local, key[:2]))
            return f"{NEO4J}key:{label}:{called}:{encode_local(key.text)}"
        prefix, colon, _ = key.text.partition(":")
        if colon and prefix in self._given:
            self._used.add(prefix)
        return self._prefixes.expand(key.text)

    def _named(self) -> Iterator[Parts]:
        """The prefixes that were used: by nodes, since all ends of relationships are nodes."""
        for prefix in sorted(self._used):
            namespace = (Qualifier(NAMESPACE, Literal(self._given[prefix])),)
            yield DEFAULT_ONTOLOGY, PREFIX, Literal(prefix), encode_qualifiers(namespace)


#: What is told of nodes without a key.
UNNAMED: Final = (
    "nodes have no key and are called by their element id, which Neo4j may give to another node "
    "once they are deleted, or change when the database is copied"
)


def _named(kind: str, name: str) -> Node:
    return NEO4J + kind + encode_local(name)
