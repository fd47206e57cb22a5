"""Rules for nodes that are no longer to be used, and for those that are again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES, is_edge, is_logical
from graph.model import Literal, Node, Statement
from graph.vocabulary import CONSIDER, DEPRECATED, LABEL, REPLACED_BY
from kgcl.changes import NodeObsoletion, NodeObsoletionWithDirectReplacement
from kgcl.plan import Plan
from kgcl.state import TRUE, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kgcl.changes import NodeObsoletionWithNoDirectReplacement, NodeUnobsoletion, Ref
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
    _relabel(node, plan)
    if state.policy.drop_axioms:
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


def _relabel(node: Node, plan: Plan) -> None:
    prefix = plan.state.policy.label_prefix
    if not prefix:
        return
    for old in plan.state.about(node, LABEL):
        label = old.object
        if isinstance(label, Literal) and not label.value.startswith(prefix):
            longer = label.with_value(prefix + label.value)
            new = Statement(node, LABEL, longer, old.qualifiers)
            plan.effect(EffectKind.RELABELLED, removed=old, added=new)


def _rewire(node: Node, replacement: Node | None, plan: Plan) -> None:
    """What other nodes say of this one goes elsewhere by policy; what stays is told."""
    state = plan.state
    parents = sorted(
        str(s.object) for s in state.about(node, *HIERARCHY_PREDICATES) if isinstance(s.object, str)
    )
    for statement in plan.incoming(node):
        if not is_logical(statement):
            if statement.predicate in _POINTERS:
                plan.effect(EffectKind.DANGLING, concerns=statement)
        elif not state.policy.rewire:
            plan.effect(EffectKind.DANGLING, concerns=statement)
        elif _is_child(statement, node) and replacement in (None, statement.subject):
            _to_parents(statement, parents, plan)
        elif replacement is not None:
            plan.repoint(statement, node, replacement)
        else:
            plan.effect(EffectKind.DANGLING, concerns=statement)
    for statement in plan.uses(node):
        if replacement is not None and state.policy.rewire:
            plan.repoint(statement, node, replacement)
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
    """The flag, what to use instead, and the label prefix of the policy go.

    A replacement or an alternative that the change names must be there.
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
    prefix = state.policy.label_prefix
    for old in state.about(node, LABEL):
        label = old.object
        if prefix and isinstance(label, Literal) and label.value.startswith(prefix):
            shorter = label.with_value(label.value[len(prefix) :])
            new = Statement(node, LABEL, shorter, old.qualifiers)
            plan.effect(EffectKind.RELABELLED, removed=old, added=new)
    return plan.ruling()
