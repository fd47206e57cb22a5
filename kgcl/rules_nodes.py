"""Rules for nodes that come and go, and for the subsets they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.model import Delta, Literal, Node, Statement, in_order
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    DEFINITION,
    IN_SUBSET,
    LABEL,
    NAMED_INDIVIDUAL,
    RDF_TYPE,
    SUBCLASS_OF,
)
from kgcl.changes import NodeType
from kgcl.plan import Plan
from kgcl.policy import Incoming
from kgcl.rules_edges import check_new_edge
from kgcl.selection import addition, only, removed
from kgcl.state import Effect, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import (
        AddNodeToSubset,
        ClassCreation,
        NodeCreation,
        NodeDeletion,
        ObjectPropertyCreation,
        RemoveNodeFromSubset,
    )
    from kgcl.state import State

#: The type of what is created; any other node gets the one that classes have in the graph.
OWL_TYPES: Final = {
    NodeType.INSTANCE: NAMED_INDIVIDUAL,
    NodeType.ANNOTATION_PROPERTY: ANNOTATION_PROPERTY,
}


def create(change: NodeCreation, state: State) -> Ruling:
    """A type and a label for an id that has no statements yet."""
    node = state.resolver.new_node(change.about_node)
    kind = OWL_TYPES.get(change.owl_type) or state.class_type
    return _created(change, node, _typed(change, node, kind, state), state)


def create_relation(change: ObjectPropertyCreation, state: State) -> Ruling:
    """A relation and its label."""
    node = state.resolver.new_node(change.about_node)
    return _created(change, node, _typed(change, node, state.relation_type, state), state)


def create_class(change: ClassCreation, state: State) -> Ruling:
    """A class, its label, and its first parent and definition where the change says them.

    Qualifiers stand on the definition where there is one: it is what sources are named for.
    """
    node = state.resolver.new_node(change.about_node)
    effects: tuple[Effect, ...] = ()
    if change.definition is None:
        new = _typed(change, node, state.class_type, state)
    else:
        new = {Statement(node, RDF_TYPE, state.class_type)}
        if change.name is not None:
            new.add(Statement(node, LABEL, Literal(change.name, language=change.language)))
        text = Literal(change.definition, language=change.definition_language)
        new.add(Statement(node, DEFINITION, text, state.qualifiers(change.qualifiers)))
    if change.superclass is not None:
        edge = Statement(node, SUBCLASS_OF, state.node(change.superclass))
        new.add(edge)
        if edge not in state.about(node, SUBCLASS_OF):
            effects = check_new_edge(edge, state)
    return _created(change, node, new, state, effects)


def _typed(
    change: NodeCreation | ClassCreation | ObjectPropertyCreation,
    node: Node,
    owl_type: Node,
    state: State,
) -> set[Statement]:
    """The type and the label; qualifiers stand on the label, or on the type without one."""
    notes = state.qualifiers(change.qualifiers)
    if change.name is None:
        return {Statement(node, RDF_TYPE, owl_type, notes)}
    label = Literal(change.name, language=change.language)
    return {Statement(node, RDF_TYPE, owl_type), Statement(node, LABEL, label, notes)}


def _created(
    change: NodeCreation | ClassCreation | ObjectPropertyCreation,
    node: Node,
    new: set[Statement],
    state: State,
    effects: tuple[Effect, ...] = (),
) -> Ruling:
    present = set(state.about(node))
    if new <= present:
        raise UnchangedError(f"{state.show(node)} is there already")
    if present:
        raise RefusedError(f"{state.show(node)} exists already")
    if state.resolver.show(node) in state.alternative_ids:
        first = next(s for s in in_order(new))
        effects = (*effects, Effect(EffectKind.ALTERNATIVE, concerns=first))
    plan = Plan(state)
    policy = state.policy
    fields = {
        "creator": policy.create_creator,
        "change_date": policy.create_date,
        "term_tracker_issue": policy.create_issue,
    }
    plan.record(change, node, fields)
    return Ruling(Delta(added=frozenset(new | plan.added)), (*effects, *plan.effects))


def delete(change: NodeDeletion, state: State) -> Ruling:
    """Everything said of a node goes, and every statement whose object or predicate it is.

    Expressions and qualifiers that mention it stay, and are told.
    """
    if change.qualifiers:
        raise RefusedError("a deletion takes no qualifiers")
    node = state.existing(change.about_node)
    plan = Plan(state)
    plan.removed.update(state.about(node))
    if state.policy.incoming is Incoming.REFUSE:
        _refuse_leaving(node, [*plan.incoming(node), *plan.uses(node)], state)
    for statement in plan.incoming(node):
        if statement.object == node:
            plan.remove_edge(statement)
        else:
            plan.effect(EffectKind.GONE, concerns=statement)
    for statement in plan.uses(node):
        plan.effect(EffectKind.EDGE_REMOVED, removed=statement)
    return plan.ruling()


def _refuse_leaving(node: Node, there: list[Statement], state: State) -> None:
    """Refuse to take a node away that others lead to."""
    if there:
        shown = ", ".join(state.show(s.subject) for s in there[:3])
        more = ", ..." if len(there) > 3 else ""
        count = f"{len(there)} statement{'s' if len(there) > 1 else ''}"
        raise RefusedError(
            f"{count} would lead to nothing without {state.show(node)} (of {shown}{more}): "
            "obsolete it, or remove them first"
        )


def add_to_subset(change: AddNodeToSubset, state: State) -> Ruling:
    """The node is marked as part of the subset."""
    node, subset = state.existing(change.about_node), state.node(change.in_subset)
    new = Statement(node, IN_SUBSET, subset, state.qualifiers(change.qualifiers))
    delta = addition(
        state,
        new,
        change.qualifiers,
        lambda: f"{state.show(node)} is in {state.resolver.show(subset)}",
    ).delta
    effects = () if state.exists(subset) else (Effect(EffectKind.UNDECLARED, concerns=new),)
    return Ruling(delta, effects)


def remove_from_subset(change: RemoveNodeFromSubset, state: State) -> Ruling:
    """The mark goes."""
    node, subset = state.existing(change.about_node), state.node(change.in_subset)
    matching = state.select(state.with_key(node, IN_SUBSET, subset), change.qualifiers)
    if not matching:
        raise RefusedError(f"{state.show(node)} is not in {state.resolver.show(subset)}")
    return removed(only(matching, "mark"))
