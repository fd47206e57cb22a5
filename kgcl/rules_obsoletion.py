"""Rules for nodes that are no longer to be used, and for those that are again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES, is_edge, is_logical
from graph.model import Literal, Node, Statement
from graph.vocabulary import CONSIDER, DEFINITION, DEPRECATED, LABEL, REPLACED_BY
from kgcl.changes import NodeObsoletion, NodeObsoletionWithDirectReplacement
from kgcl.plan import Plan
from kgcl.policy import Consider, Restore, Rewire
from kgcl.restoring import restore
from kgcl.state import TRUE, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kgcl.changes import (
        Change,
        NodeObsoletionWithNoDirectReplacement,
        NodeUnobsoletion,
        Ref,
    )
    from kgcl.state import State


_POINTERS: Final = frozenset({REPLACED_BY, CONSIDER})


def obsolete(
    change: NodeObsoletion
    | NodeObsoletionWithDirectReplacement
    | NodeObsoletionWithNoDirectReplacement,
    state: State,
) -> Ruling:
    """The flag and what to use instead; what else happens is the policy's, told as effects."""
    node = state.existing(change.about_node)
    replacement = None
    if isinstance(change, NodeObsoletionWithDirectReplacement):
        replacement = _instead(change.has_direct_replacement, node, state)
    pointers = list(_pointers(change, node, replacement, state))
    if state.is_obsolete(node):
        missing = [s for s in pointers if s not in state.about(node, s.predicate)]
        if not missing:
            raise UnchangedError(f"{state.show(node)} is obsolete already")
        other = state.show(str(missing[0].object))
        raise RefusedError(
            f"{state.show(node)} is obsolete already: name {other} by 'add statement'"
        )
    plan = Plan(state)
    plan.add(Statement(node, DEPRECATED, TRUE, state.qualifiers(change.qualifiers)))
    plan.added.update(s for s in pointers if s not in state.about(node, s.predicate))
    policy = state.policy
    _prefix(node, LABEL, policy.label_prefix, EffectKind.RELABELLED, plan)
    _prefix(node, DEFINITION, policy.definition_prefix, EffectKind.DEFINITION_PREFIXED, plan)
    _record(change, node, plan)
    if not pointers and policy.consider is Consider.PARENTS:
        _suggest_parents(node, plan)
    if policy.drop_axioms:
        plan.drop_axioms(node)
    _rewire(node, replacement, plan)
    return plan.ruling()


def _pointers(
    change: NodeObsoletion
    | NodeObsoletionWithDirectReplacement
    | NodeObsoletionWithNoDirectReplacement,
    node: Node,
    replacement: Node | None,
    state: State,
) -> Iterator[Statement]:
    if replacement is not None:
        yield Statement(node, REPLACED_BY, replacement)
    if not isinstance(change, NodeObsoletion):
        for ref in change.has_nondirect_replacement:
            yield Statement(node, CONSIDER, _instead(ref, node, state))


def _instead(ref: Ref, node: Node, state: State) -> Node:
    """The node to use instead, which must be there, in use, and another one."""
    other = state.node(ref)
    if other == node:
        raise RefusedError(f"{state.show(node)} cannot replace itself")
    if not state.exists(other) and not state.is_outside(other):
        raise RefusedError(f"no node {state.show(other)} to replace it")
    if state.is_obsolete(other):
        raise RefusedError(f"the replacement {state.show(other)} is obsolete itself")
    return other


def _prefix(node: Node, predicate: Node, prefix: str, kind: EffectKind, plan: Plan) -> None:
    """The texts of a predicate get what the policy puts before those of obsolete nodes."""
    if not prefix:
        return
    for old in plan.state.about(node, predicate):
        text = old.object
        if isinstance(text, Literal) and not text.value.startswith(prefix):
            longer = text.with_value(prefix + text.value)
            new = Statement(node, predicate, longer, old.qualifiers)
            plan.effect(kind, removed=old, added=new)


def _record(change: Change, node: Node, plan: Plan) -> None:
    policy = plan.state.policy
    fields = {
        "term_tracker_issue": policy.obsolete_issue,
        "change_date": policy.obsolete_date,
        "reason": policy.obsolete_reason,
    }
    plan.record(change, node, fields)


def _suggest_parents(node: Node, plan: Plan) -> None:
    """Where nobody says what to use instead, the parents are to be considered."""
    for parent in _parents(node, plan.state):
        suggestion = Statement(node, CONSIDER, parent)
        if not plan.state.is_obsolete(parent) and not plan.state.with_key(*suggestion.key):
            plan.effect(EffectKind.SUGGESTED, added=suggestion)


def _parents(node: Node, state: State) -> list[Node]:
    edges = state.about(node, *HIERARCHY_PREDICATES)
    return sorted(str(s.object) for s in edges if isinstance(s.object, str))


def _rewire(node: Node, replacement: Node | None, plan: Plan) -> None:
    """What other nodes say of this one goes elsewhere by policy; what stays is told."""
    state = plan.state
    mode = state.policy.rewire
    target = replacement if mode in (Rewire.BOTH, Rewire.REPLACEMENT) else None
    upwards = mode in (Rewire.BOTH, Rewire.PARENTS)
    parents = _parents(node, state)
    for statement in plan.incoming(node):
        if not is_logical(statement):
            if statement.predicate in _POINTERS:
                plan.effect(EffectKind.DANGLING, concerns=statement)
        elif upwards and _is_child(statement, node) and target in (None, statement.subject):
            _to_parents(statement, parents, plan)
        elif target is not None:
            plan.repoint(statement, node, target)
        else:
            plan.effect(EffectKind.DANGLING, concerns=statement)
    for statement in plan.uses(node):
        if target is not None:
            plan.repoint(statement, node, target)
        else:
            plan.effect(EffectKind.DANGLING, concerns=statement)


def _is_child(statement: Statement, node: Node) -> bool:
    return statement.predicate in HIERARCHY_PREDICATES and statement.object == node


def _to_parents(old: Statement, parents: list[Node], plan: Plan) -> None:
    state = plan.state
    others = [s for s in state.about(old.subject, old.predicate) if s != old and is_edge(s)]
    if not parents and not others:
        plan.effect(EffectKind.LEFT_WITHOUT_PARENT, removed=old)
        return
    missing = [
        Statement(old.subject, old.predicate, parent, old.qualifiers)
        for parent in parents
        if parent != old.subject and not state.with_key(old.subject, old.predicate, parent)
    ]
    if not missing:
        plan.effect(EffectKind.REWIRED, removed=old)
    for new in missing:
        plan.effect(EffectKind.REWIRED, removed=old, added=new)


def unobsolete(change: NodeUnobsoletion, state: State) -> Ruling:
    """The flag, what to use instead, and the prefixes of the policy go.

    By policy the axioms that the obsoletion took come back too. A replacement or an alternative
    that the change names must be there.
    """
    if change.qualifiers:
        raise RefusedError("an unobsoletion takes no qualifiers")
    node = state.existing(change.about_node)
    if not state.is_obsolete(node):
        raise UnchangedError(f"{state.show(node)} is in use already")
    for predicate, ref in ((REPLACED_BY, change.replaced_by), (CONSIDER, change.consider)):
        if ref is not None and not state.with_key(node, predicate, state.node(ref)):
            raise RefusedError(
                f"{state.show(node)} does not point at {state.show(state.node(ref))}"
            )
    plan = Plan(state)
    plan.removed.update(s for s in state.about(node, DEPRECATED) if s.object == TRUE)
    plan.removed.update(state.about(node, REPLACED_BY, CONSIDER))
    policy = state.policy
    _unprefix(node, LABEL, policy.label_prefix, EffectKind.RELABELLED, plan)
    _unprefix(node, DEFINITION, policy.definition_prefix, EffectKind.DEFINITION_PREFIXED, plan)
    if policy.restore is Restore.HISTORY:
        restore(node, plan)
    return plan.ruling()


def _unprefix(node: Node, predicate: Node, prefix: str, kind: EffectKind, plan: Plan) -> None:
    for old in plan.state.about(node, predicate):
        text = old.object
        if prefix and isinstance(text, Literal) and text.value.startswith(prefix):
            shorter = text.with_value(text.value[len(prefix) :])
            new = Statement(node, predicate, shorter, old.qualifiers)
            plan.effect(kind, removed=old, added=new)
