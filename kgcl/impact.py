"""How far a change reaches: what stands below a node, what uses it, where else it is known.

Counted on the state before the batch, since that is what people have in front of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES, is_edge, is_logical
from graph.model import Node, Statement, in_order
from graph.vocabulary import ALTERNATIVE_ID, DEPRECATED, IN_SUBSET, LABEL, RDF_TYPE
from kgcl.rules_records import MAPPINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph.snapshot import Snapshot
    from kgcl.apply import Result

#: Statements beside axioms that others depend on; a comment or a synonym changes nobody else.
_WEIGHTY: Final = frozenset({LABEL, RDF_TYPE, DEPRECATED, ALTERNATIVE_ID})


@dataclass(frozen=True, slots=True)
class Impact:
    """What depends on a node that a change is about.

    ``descendants`` are all below it; ``users`` are nodes with another edge to it or over it;
    ``expressions`` are axioms that mention it. ``subsets`` and ``mappings`` are its own.
    """

    node: Node
    descendants: int
    users: int
    expressions: int
    subsets: tuple[Node, ...]
    mappings: tuple[Statement, ...]

    def __bool__(self) -> bool:
        numbers = self.descendants or self.users or self.expressions
        return bool(numbers or self.subsets or self.mappings)


def impacts(result: Result, before: Snapshot) -> list[Impact]:
    """What depends on the nodes that a change is about, those on which nothing does left out."""
    effects = {s for e in result.effects for s in (e.removed, e.added) if s is not None}
    own = (result.delta.removed | result.delta.added) - effects
    nodes = sorted({s.subject for s in own if s.predicate in _WEIGHTY or is_logical(s)})
    found = (impact_of(node, before) for node in nodes)
    return [impact for impact in found if impact]


def impact_of(node: Node, before: Snapshot) -> Impact:
    """What depends on a node."""
    mentions = [s for s in before.mentioning({node}) if s.subject != node and is_logical(s)]
    users = {s.subject for s in mentions if is_edge(s) and s.predicate not in HIERARCHY_PREDICATES}
    users |= {s.subject for s in _over(node, before)}
    about = list(before.statements({node}, {IN_SUBSET, *MAPPINGS}))
    return Impact(
        node,
        len(before.reach({node}, HIERARCHY_PREDICATES, inverse=True)),
        len(users),
        sum(1 for s in mentions if not is_edge(s)),
        tuple(sorted(str(s.object) for s in about if s.predicate == IN_SUBSET)),
        tuple(in_order(s for s in about if s.predicate != IN_SUBSET)),
    )


def _over(node: Node, before: Snapshot) -> Iterable[Statement]:
    """Statements whose predicate a relation is; no index leads to them from other nodes."""
    types = {str(s.object) for s in before.statements({node}, {RDF_TYPE})}
    return before.statements(predicates={node}) if any("Property" in t for t in types) else ()
