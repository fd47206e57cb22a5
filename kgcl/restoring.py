"""What an unobsoletion brings back of what the obsoletion took.

``State.recall`` tells the delta that made a node obsolete. Only what is sure to have been the
obsoletion's work is undone: the node's own axioms, and edges of others that went from the node to
its replacement or to one of its parents, or went away. What was changed since is told, not undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES, is_logical
from graph.model import Delta, Node, Statement, in_order, nodes_in
from graph.vocabulary import REPLACED_BY
from kgcl.plan import renamed, would_cycle
from kgcl.state import EffectKind, RefusedError

if TYPE_CHECKING:
    from kgcl.plan import Plan
    from kgcl.state import State


def restore(node: Node, plan: Plan) -> None:
    """Add to a plan what comes back. Raises RefusedError where there is no history to ask."""
    state = plan.state
    if state.recall is None:
        raise RefusedError("there is no history here to restore from: apply it to a store")
    past = state.recall(node)
    if past is None:
        raise RefusedError(f"no commit tells how {state.show(node)} became obsolete")
    lost = [s for s in in_order(past.removed) if is_logical(s) and _concerns(s, node)]
    places = _new_places(node, past)
    for old in lost:
        if old.subject == node:
            _bring_back(old, None, node, plan)
        else:
            _bring_back(old, _in_its_place(old, node, places, past), node, plan)


def _concerns(statement: Statement, node: Node) -> bool:
    return statement.subject == node or node in statement.mentions()


def _new_places(node: Node, past: Delta) -> list[Node]:
    """Where the obsoletion sent what pointed at the node: to its replacement or its parents."""
    parents = [s for s in past.removed if s.subject == node and s.predicate in HIERARCHY_PREDICATES]
    pointers = [s for s in past.added if s.subject == node and s.predicate == REPLACED_BY]
    return sorted({s.object for s in (*parents, *pointers) if isinstance(s.object, str)})


def _in_its_place(
    old: Statement, node: Node, places: list[Node], past: Delta
) -> tuple[Statement, ...]:
    """What the obsoletion put in the place of a statement of another node."""
    moved = [renamed(old, {node: place}) for place in places]
    return tuple(s for s in moved if s != old and s in past.added)


def _bring_back(
    old: Statement, instead: tuple[Statement, ...] | None, node: Node, plan: Plan
) -> None:
    state = plan.state
    if state.with_key(*old.key):
        return
    there = [s for s in instead or () if s in state.about(s.subject, s.predicate)]
    if (instead and not there) or not _fits(old, node, state) or _loops(old, node, plan):
        plan.effect(EffectKind.NOT_RESTORED, concerns=old)
        return
    plan.effect(EffectKind.RESTORED, removed=there[0] if there else None, added=old)
    plan.removed.update(there)


def _fits(old: Statement, node: Node, state: State) -> bool:
    """Whether a statement of the past can stand again: all it mentions is there and in use."""
    mentioned = {old.subject, *nodes_in(old.object)} - {node}
    for other in mentioned:
        known = state.exists(other) or state.is_built_in(other) or state.is_outside(other)
        if not known or state.is_obsolete(other):
            return False
    return old.subject != old.object and not would_cycle(old, state)


def _loops(old: Statement, node: Node, plan: Plan) -> bool:
    """Whether a child that comes back would be above what came back as a parent."""
    if old.object != node or old.predicate not in HIERARCHY_PREDICATES:
        return False
    parents = {
        s.object
        for s in plan.added
        if s.subject == node and s.predicate in HIERARCHY_PREDICATES and isinstance(s.object, str)
    }
    return any(old.subject in {p, *plan.state.ancestors(p)} for p in parents)
