"""Rules for the life of a node: created, obsoleted, in use again, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES, is_edge, is_logical
from graph.expression import substitute
from graph.model import Delta, Literal, Node, Statement
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    CONSIDER,
    DEPRECATED,
    LABEL,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    RDF_TYPE,
    REPLACED_BY,
)
from kgcl.changes import NodeObsoletion, NodeType
from kgcl.state import TRUE, Effect, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import (
        ClassCreation,
        NodeCreation,
        NodeDeletion,
        NodeObsoletionWithDirectReplacement,
        NodeUnobsoletion,
        ObjectPropertyCreation,
        Ref,
    )
    from kgcl.state import State

OWL_TYPES: Final = {
    NodeType.NODE: CLASS,
    NodeType.INSTANCE: NAMED_INDIVIDUAL,
    NodeType.ANNOTATION_PROPERTY: ANNOTATION_PROPERTY,
}


def create(change: NodeCreation, state: State) -> Ruling:
    """A type and a label for an id that has no statements yet."""
    return _create(change.about_node, OWL_TYPES[change.owl_type], change, state)


def create_class(change: ClassCreation, state: State) -> Ruling:
    """A class, its label, and its first parent and definition where the change says them."""
    ruling = _create(change.about_node, CLASS, change, state)
    return ruling


def create_relation(change: ObjectPropertyCreation, state: State) -> Ruling:
    """A relation and its label."""
    return _create(change.about_node, OBJECT_PROPERTY, change, state)


def _create(
    ref: Ref | None,
    owl_type: Node,
    change: NodeCreation | ClassCreation | ObjectPropertyCreation,
    state: State,
) -> Ruling:
    if ref is None:
        raise RefusedError("no id is given")
    node = state.node(ref)
    new = {Statement(node, RDF_TYPE, owl_type)}
    if change.name is not None:
        label = Literal(change.name, language=change.language)
        new.add(Statement(node, LABEL, label, state.qualifiers(change.qualifiers)))
    present = set(state.about(node))
    if new <= present:
        raise UnchangedError(f"{state.show(node)} is there already")
    if present:
        raise RefusedError(f"{state.show(node)} exists already")
    return Ruling(Delta(added=frozenset(new)))


def obsolete(change: NodeObsoletion | NodeObsoletionWithDirectReplacement, state: State) -> Ruling:
    """The flag and the replacement; what else happens is the policy's, and is told as effects."""
    node = state.existing(change.about_node)
    replacement = _replacement(change, node, state)
    flag = Statement(node, DEPRECATED, TRUE)
    pointer = Statement(node, REPLACED_BY, replacement) if replacement else None
    if state.is_obsolete(node):
        if pointer is None or pointer in state.about(node, REPLACED_BY):
            raise UnchangedError(f"{state.show(node)} is obsolete already")
        raise RefusedError(
            f"{state.show(node)} is obsolete already: use 'add statement' for {pointer}"
        )
    plan = _Plan(state)
    plan.add(flag)
    if pointer is not None and pointer not in state.about(node, REPLACED_BY):
        plan.add(pointer)
    _relabel(node, plan)
    if state.policy.drop_axioms:
        _drop_axioms(node, plan)
    _rewire(node, replacement, plan)
    return plan.ruling()


def _replacement(
    change: NodeObsoletion | NodeObsoletionWithDirectReplacement, node: Node, state: State
) -> Node | None:
    if isinstance(change, NodeObsoletion):
        return None
    replacement = state.node(change.has_direct_replacement)
    if replacement == node:
        raise RefusedError(f"{state.show(node)} cannot replace itself")
    if not state.exists(replacement) and not state.is_outside(replacement):
        raise RefusedError(f"no node {state.show(replacement)} to replace it")
    if state.is_obsolete(replacement):
        raise RefusedError(f"the replacement {state.show(replacement)} is obsolete itself")
    return replacement


class _Plan:
    """A delta in the making, together with the effects that explain it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.removed: set[Statement] = set()
        self.added: set[Statement] = set()
        self.effects: list[Effect] = []

    def add(self, statement: Statement) -> None:
        self.added.add(statement)

    def effect(
        self,
        kind: EffectKind,
        removed: Statement | None = None,
        added: Statement | None = None,
        concerns: Statement | None = None,
    ) -> None:
        self.effects.append(Effect(kind, removed, added, concerns))
        if removed is not None:
            self.removed.add(removed)
        if added is not None:
            self.added.add(added)

    def ruling(self) -> Ruling:
        delta = Delta(frozenset(self.removed - self.added), frozenset(self.added - self.removed))
        return Ruling(delta, tuple(self.effects))


def _relabel(node: Node, plan: _Plan) -> None:
    prefix = plan.state.policy.label_prefix
    if not prefix:
        return
    for old in plan.state.about(node, LABEL):
        label = old.object
        if isinstance(label, Literal) and not label.value.startswith(prefix):
            longer = label.with_value(prefix + label.value)
            new = Statement(node, LABEL, longer, old.qualifiers)
            plan.effect(EffectKind.RELABELLED, removed=old, added=new)


def _drop_axioms(node: Node, plan: _Plan) -> None:
    for statement in plan.state.about(node):
        if is_logical(statement):
            plan.effect(EffectKind.AXIOM_DROPPED, removed=statement)


def _rewire(node: Node, replacement: Node | None, plan: _Plan) -> None:
    state = plan.state
    incoming = sorted(
        (s for s in state.draft.mentioning({node}) if s.subject != node), key=Statement.encode
    )
    parents = sorted(
        str(s.object) for s in state.about(node, *HIERARCHY_PREDICATES) if isinstance(s.object, str)
    )
    for statement in incoming:
        if not is_logical(statement):
            continue
        if not state.policy.rewire:
            plan.effect(EffectKind.DANGLING, concerns=statement)
        elif replacement is not None:
            _to_replacement(statement, node, replacement, plan)
        elif statement.predicate in HIERARCHY_PREDICATES and statement.object == node:
            _to_parents(statement, parents, plan)
        else:
            plan.effect(EffectKind.DANGLING, concerns=statement)


def _to_replacement(old: Statement, node: Node, replacement: Node, plan: _Plan) -> None:
    new = Statement(
        old.subject, old.predicate, substitute(old.object, {node: replacement}), old.qualifiers
    )
    if new == old:
        plan.effect(EffectKind.DANGLING, concerns=old)
    elif new.object == new.subject or _would_cycle(new, plan.state):
        plan.effect(EffectKind.EDGE_REMOVED, removed=old)
    elif plan.state.with_key(*new.key):
        plan.effect(EffectKind.REWIRED, removed=old)
    else:
        plan.effect(EffectKind.REWIRED, removed=old, added=new)


def _would_cycle(edge: Statement, state: State) -> bool:
    return (
        edge.predicate in HIERARCHY_PREDICATES
        and isinstance(edge.object, str)
        and edge.subject in state.ancestors(edge.object)
    )


def _to_parents(old: Statement, parents: list[Node], plan: _Plan) -> None:
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
    """The flag, the replacement and the label prefix of the policy go."""
    node = state.existing(change.about_node)
    if not state.is_obsolete(node):
        raise UnchangedError(f"{state.show(node)} is in use already")
    plan = _Plan(state)
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


def delete(change: NodeDeletion, state: State) -> Ruling:
    """Everything said of a node goes, and every statement whose object it is."""
    node = state.existing(change.about_node)
    plan = _Plan(state)
    plan.removed.update(state.about(node))
    mentions = (s for s in state.draft.mentioning({node}) if s.subject != node)
    for statement in sorted(mentions, key=Statement.encode):
        if statement.object == node:
            plan.effect(EffectKind.EDGE_REMOVED, removed=statement)
        else:
            plan.effect(EffectKind.DANGLING, concerns=statement)
    return plan.ruling()
