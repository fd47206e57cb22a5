"""What a merge holds to: which predicates have one value, and which form hierarchies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from graph.model import Literal, Node
from graph.prefixes import ontology_node
from graph.snapshot import Snapshot
from graph.vocabulary import (
    COMMENT,
    CREATED_BY,
    CREATION_DATE,
    DEFINITION,
    DEPRECATED,
    HIERARCHY,
    LABEL,
    OBO_NAMESPACE,
    QUANTIFIER,
    SINGLE_VALUED,
    SKOS,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

SINGLE_VALUED_DEFAULTS: Final = frozenset(
    {
        LABEL,
        DEFINITION,
        COMMENT,
        DEPRECATED,
        OBO_NAMESPACE,
        CREATED_BY,
        CREATION_DATE,
        QUANTIFIER,
        SKOS + "prefLabel",
        SKOS + "definition",
    }
)
HIERARCHY_DEFAULTS: Final = frozenset({SUBCLASS_OF, SUBPROPERTY_OF, SKOS + "broader"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What is single-valued and what is a hierarchy, by default and by a graph's settings."""

    single_valued: frozenset[Node] = SINGLE_VALUED_DEFAULTS
    hierarchies: frozenset[Node] = HIERARCHY_DEFAULTS

    @classmethod
    def of(cls, snapshot: Snapshot) -> Rules:
        """The defaults and what the ontology node declares."""
        node = ontology_node(snapshot)
        declared: defaultdict[Node, set[Node]] = defaultdict(set)
        for statement in snapshot.statements({node}, {SINGLE_VALUED, HIERARCHY}):
            value = statement.object
            if isinstance(value, Literal):
                declared[statement.predicate].add(value.value)
            elif isinstance(value, str):
                declared[statement.predicate].add(value)
        return cls(
            SINGLE_VALUED_DEFAULTS | declared[SINGLE_VALUED],
            HIERARCHY_DEFAULTS | declared[HIERARCHY],
        )

    def with_those_of(self, other: Snapshot) -> Rules:
        """These rules and those that another state declares."""
        more = Rules.of(other)
        return Rules(self.single_valued | more.single_valued, self.hierarchies | more.hierarchies)
