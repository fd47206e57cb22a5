"""What predicates and types are called in Neo4j: relationship types and node labels.

A name is fixed at first use and kept in the database, so that a renamed predicate keeps its
type; two that would be called the same are numbered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.model import Literal, Node, Qualifier, Statement
from graph.neo4j.foreign_values import NEO4J
from graph.prefixes import encode_local
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    DEFINITION,
    LABEL,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    ONTOLOGY,
    RDF_TYPE,
    SUBCLASS_OF,
)

#: The end of the type of a relationship that holds no longer.
CLOSED: Final = "__H"
#: From the subject of a statement to what its qualifiers or its expression mention.
MENTIONS: Final = "MENTIONS"
#: Bytes of an id that an index of Neo4j can hold; longer ones cannot be looked up.
LONGEST_ID: Final = 8_000
_LONGEST: Final = 60
_SAFE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")

#: How predicates and types from a Neo4j database begin, behind :data:`NEO4J`.
_TYPE: Final = "type:"
_LABEL: Final = "label:"
#: Nodes of a database that is being taken over in place, until that is done.
TAKEN_OVER: Final = "TakenOver"
#: Names that the store itself uses.
_OWN_TYPES: Final = frozenset({MENTIONS, "PARENT", "HEAD", "LOG", "TOUCHED"})
OWN_LABELS: Final = frozenset(
    {
        "Entity",
        "Value",
        "Expression",
        "Predicate",
        "NodeType",
        "Commit",
        "LogPart",
        "Branch",
        "Tag",
        "VersionedGraph",
        TAKEN_OVER,
    }
)
_KNOWN_TYPES: Final[Mapping[Node, str]] = {
    SUBCLASS_OF: "IS_A",
    LABEL: "LABEL",
    DEFINITION: "DEFINITION",
    RDF_TYPE: "TYPE",
}
_KNOWN_LABELS: Final[Mapping[Node, str]] = {
    CLASS: "Class",
    OBJECT_PROPERTY: "Property",
    ANNOTATION_PROPERTY: "AnnotationProperty",
    NAMED_INDIVIDUAL: "Individual",
    ONTOLOGY: "Ontology",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a graph has fixed so far, both ways."""

    types: Mapping[Node, str]
    labels: Mapping[Node, str]

    def predicate_of(self) -> dict[str, Node]:
        """Relationship types and the predicates that they stand for."""
        return {name: node for node, name in self.types.items()}

    def new_types(
        self, predicates: Collection[Node], called: Mapping[Node, str]
    ) -> dict[Node, str]:
        """Relationship types for predicates that have none; ``called`` are their labels."""
        taken = set(self.types.values()) | _OWN_TYPES
        return _numbered(
            predicates,
            self.types,
            taken,
            _TYPE,
            lambda node: (
                _KNOWN_TYPES.get(node)
                or _foreign(node, _TYPE)
                or _upper(called.get(node) or local_name(node))
            ),
        )

    def new_labels(self, types: Collection[Node]) -> dict[Node, str]:
        """Node labels for types that have none."""
        taken = set(self.labels.values()) | OWN_LABELS
        return _numbered(
            types,
            self.labels,
            taken,
            _LABEL,
            lambda node: (
                _KNOWN_LABELS.get(node) or _foreign(node, _LABEL) or _camel(local_name(node))
            ),
        )


def _numbered(
    nodes: Collection[Node],
    known: Mapping[Node, str],
    taken: set[str],
    kind: str,
    wanted: Callable[[Node], str],
) -> dict[Node, str]:
    found: dict[Node, str] = {}
    # What has a name in Neo4j keeps it, whatever else would be called the same.
    for node in sorted(set(nodes) - known.keys(), key=lambda one: (not _foreign(one, kind), one)):
        name = wanted(node)
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        found[node] = free
    return found


def typed(labels: Collection[str], fixed: Mapping[Node, str]) -> set[Node]:
    """The types that the labels of a node say; ``fixed`` are the labels of types that have one.

    Any other label is a type of Neo4j's, where it could be the label of one.
    """
    known = {label: node for node, label in fixed.items()}
    found = set()
    for label in set(labels) - OWN_LABELS:
        node = known.get(label) or NEO4J + _LABEL + encode_local(label)
        if label in known or _foreign(node, _LABEL) == label:
            found.add(node)
    return found


def _foreign(node: Node, kind: str) -> str:
    """The name that came from a Neo4j database, where it can be one here too, or nothing."""
    name = node.removeprefix(NEO4J + kind)
    fits = name != node and is_safe(name) and len(name) <= _LONGEST and not name.endswith(CLOSED)
    return name if fits else ""


def local_name(node: Node) -> str:
    """The last part of an IRI: behind its last ``#``, ``/`` or ``:``."""
    return re.split(r"[#/:]", node.rstrip("#/:"))[-1]


def _upper(text: str) -> str:
    """``part of``, ``partOf``, ``part-of`` as ``PART_OF``; ids such as ``RO_0002211`` stay."""
    if re.fullmatch(r"[A-Z][A-Za-z]*_[0-9]+", text):
        return text.upper()[:_LONGEST]
    name = "_".join(word.upper() for word in _WORD.findall(text))[:_LONGEST].strip("_")
    return name if _SAFE.fullmatch(name) else f"P_{name}".rstrip("_")


def _camel(text: str) -> str:
    words = _WORD.findall(text)
    name = "".join(word[:1].upper() + word[1:] for word in words)[:_LONGEST]
    return name if _SAFE.fullmatch(name) else f"T{name}"


def is_safe(name: str) -> bool:
    """Whether a name may stand in the text of a query: letters, digits and ``_`` only."""
    return _SAFE.fullmatch(name) is not None


def labels_in(statements: Iterable[Statement]) -> dict[Node, str]:
    """What nodes are called by some label statements."""
    return {
        s.subject: s.object.value
        for s in statements
        if s.predicate == LABEL and isinstance(s.object, Literal)
    }


def properties_of(qualifiers: tuple[Qualifier, ...]) -> dict[str, list[str]]:
    """Qualifiers as properties that people can ask for: texts, by the name of the predicate."""
    found: dict[str, list[str]] = {}
    for qualifier in qualifiers:
        name = _upper(local_name(qualifier.predicate)).lower()
        value = qualifier.value
        text = value if isinstance(value, str) else str(getattr(value, "value", value))
        found.setdefault(f"q_{name}", []).append(text)
    return found
