"""The rule for a node that gets another id: what it is, and what leads to it, stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model import Literal, Node, Qualifier, Statement, in_order
from graph.vocabulary import ALTERNATIVE_ID
from kgcl.plan import Plan, renamed, would_cycle
from kgcl.resolve import UnresolvedError
from kgcl.state import EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kgcl.changes import NodeIdChange
    from kgcl.state import State


def change_id(change: NodeIdChange, state: State) -> Ruling:
    """Every statement of the node, and every one that mentions it, names the new id.

    By policy the old id stays as an alternative one; the new one, where the node had it as an
    alternative, is none any more.
    """
    if change.qualifiers:
        raise RefusedError("a change of an id takes no qualifiers")
    node = state.node(change.about_node)
    if not state.exists(node):
        _refuse_missing(node, change, state)
    target = state.resolver.new_node(change.new_value)
    if target == node:
        raise UnchangedError(f"{state.show(node)} has this id already")
    if state.exists(target):
        raise RefusedError(f"{state.show(target)} exists already: merge into it, or take another")
    plan = Plan(state)
    _check_joined(node, target, state)
    for old in state.about(node):
        if old.key == (node, ALTERNATIVE_ID, _as_text(target, state)):
            plan.effect(EffectKind.DROPPED, removed=old)
        else:
            plan.removed.add(old)
            plan.add(renamed(old, {node: target}, target))
    for old in _naming(node, plan):
        _rewire(old, renamed(old, {node: target}), plan)
    if state.policy.old_id_kept:
        kept = Statement(target, ALTERNATIVE_ID, _as_text(node, state))
        plan.effect(EffectKind.RECORDED, added=kept)
    if state.resolver.show(target) in state.alternative_ids:
        plan.effect(EffectKind.ALTERNATIVE, concerns=in_order(plan.added)[0])
    return plan.ruling()


def _refuse_missing(node: Node, change: NodeIdChange, state: State) -> None:
    """Say that there is no such node, or that it has become the other one already."""
    try:
        target = state.node(change.new_value)
    except UnresolvedError:
        raise RefusedError(f"no node {state.show(node)}") from None
    if state.with_key(target, ALTERNATIVE_ID, _as_text(node, state)):
        raise UnchangedError(f"{state.show(target)} has this alternative id already")
    raise RefusedError(f"no node {state.show(node)}")


def _check_joined(node: Node, target: Node, state: State) -> None:
    """Refuse an id under which edges that led nowhere make a loop or a cycle."""
    if not any(True for _ in state.draft.mentioning({target})):
        return
    for old in state.about(node):
        new = renamed(old, {node: target}, target)
        if old.object == target:
            raise RefusedError(f"{state.show(node)} has an edge to {state.show(target)}")
        if old.object != node and would_cycle(new, state):
            shown = state.show(str(old.object))
            raise RefusedError(f"{state.show(target)} would be above {shown} and below it")


def _naming(node: Node, plan: Plan) -> list[Statement]:
    """Statements of other nodes that have this one in them, wherever it stands."""
    state = plan.state
    found = {*plan.incoming(node), *plan.uses(node)}
    if state.is_property(node):
        # no index leads from the predicate of a qualifier to its statements
        found.update(s for s in state.draft.statements() if _qualifies(node, s.qualifiers))
    return in_order(s for s in found if s.subject != node)


def _qualifies(node: Node, qualifiers: Iterable[Qualifier]) -> bool:
    return any(q.predicate == node or _qualifies(node, q.qualifiers) for q in qualifiers)


def _rewire(old: Statement, new: Statement, plan: Plan) -> None:
    """A statement of another node; where it is there under the new id already, it goes."""
    there = new.key != old.key and plan.state.with_key(*new.key)
    plan.effect(EffectKind.REWIRED, removed=old, added=None if there else new)


def _as_text(node: Node, state: State) -> Literal:
    """A node as an alternative id names it."""
    return Literal(state.resolver.show(node))
