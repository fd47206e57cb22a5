"""Whether the ends of an edge fit the domain and the range that its relation states.

The domain of a relation is no constraint in OWL: what stands there *is* of that class. So a
subject that is not stated to be below the domain may be wrong, and one that is stated to be
disjoint from it must be: the edge would make it impossible. Nothing is said of nodes that this
graph does not describe, of ends without any parent, nor of ``only`` and ``max``, which let an
edge be empty.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Literal, Node, Statement
from graph.vocabulary import DISJOINT_WITH, DOMAIN, QUANTIFIER, RANGE, RDF_TYPE
from kgcl.policy import Judgement
from kgcl.state import Effect, EffectKind, RefusedError

if TYPE_CHECKING:
    from kgcl.state import State

_EMPTY: Final = re.compile(r"only|max [0-9]+|(?:min|exactly) 0")


def check_ends(edge: Statement, state: State) -> tuple[Effect, ...]:
    """The effect of an edge whose ends do not fit. Raises RefusedError, as the policy has it."""
    judgement = state.policy.edge_range
    if judgement is Judgement.ALLOW or edge.predicate in HIERARCHY_PREDICATES:
        return ()
    if state.is_built_in(edge.predicate) or not isinstance(edge.object, str) or _may_be_empty(edge):
        return ()
    relations = [edge.predicate, *sorted(state.ancestors(edge.predicate))]
    misfit = False
    for side, node in ((DOMAIN, edge.subject), (RANGE, edge.object)):
        for wanted in _classes(relations, side, state):
            misfit = _check(node, wanted, side, edge, state) or misfit
    return (Effect(EffectKind.OUT_OF_RANGE, concerns=edge),) if misfit else ()


def _may_be_empty(edge: Statement) -> bool:
    words = [q.value for q in edge.qualifiers if q.predicate == QUANTIFIER]
    return any(isinstance(word, Literal) and _EMPTY.fullmatch(word.value) for word in words)


def _classes(relations: list[Node], side: Node, state: State) -> list[Node]:
    """The classes that a relation, or one above it, states for an end, if the graph has them."""
    found = {s.object for r in relations for s in state.draft.about(r, side)}
    return sorted(node for node in found if isinstance(node, str) and state.exists(node))


def _check(node: Node, wanted: Node, side: Node, edge: Statement, state: State) -> bool:
    """Whether a node is not below the class that is wanted; a refusal where it cannot be."""
    above = _above(node, state)
    if not above or wanted in above:
        return False
    end = "domain" if side == DOMAIN else "range"
    relation = state.show(edge.predicate)
    if _disjoint(above, {wanted, *state.ancestors(wanted)}, state):
        reason = (
            f"{state.show(node)} is disjoint from {state.show(wanted)}, the {end} of {relation}"
        )
        raise RefusedError(reason)
    if state.policy.edge_range is Judgement.REJECT:
        reason = f"{state.show(node)} is not below {state.show(wanted)}, the {end} of {relation}"
        raise RefusedError(reason)
    return True


def _above(node: Node, state: State) -> set[Node]:
    """All that a node is, itself included; nothing where nobody says what it is."""
    types = {s.object for s in state.draft.about(node, RDF_TYPE) if isinstance(s.object, str)}
    types = {kind for kind in types if not state.is_built_in(kind)}
    above = state.draft.reach({node, *types}, HIERARCHY_PREDICATES) | types
    return {node, *above} if above else set()


def _disjoint(ones: set[Node], others: set[Node], state: State) -> bool:
    for here, there in ((ones, others), (others, ones)):
        stated = state.draft.statements(here, {DISJOINT_WITH})
        if any(s.object in there for s in stated):
            return True
    return False
