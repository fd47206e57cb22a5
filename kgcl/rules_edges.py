"""Rules for edges and for statements in general."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Delta, Literal, Node, Object, Qualifier, Statement, nodes_in
from graph.owl_terms import LOGICAL_PREDICATES
from graph.vocabulary import EDGE_PREDICATE, OBSOLETE_EDGE, SUBCLASS_OF, SUBPROPERTY_OF
from kgcl.changes import NodeDeepening, NodeShallowing
from kgcl.plan import would_cycle
from kgcl.ranges import check_ends
from kgcl.selection import addition
from kgcl.state import Effect, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import (
        EdgeCreation,
        EdgeDeletion,
        EdgeObsoletion,
        EdgeRewiring,
        NodeMove,
        Notes,
        PlaceUnder,
        PredicateChange,
        RemoveUnder,
        StatementAddition,
        StatementRemoval,
    )
    from kgcl.state import State


def create_edge(change: EdgeCreation, state: State) -> Ruling:
    """An edge to a node that is there, or outside the graph; no loop, no cycle."""
    subject, predicate = state.existing(change.subject), state.node(change.predicate)
    return _new_edge(subject, predicate, state.object(change.object), change.qualifiers, state)


def _new_edge(subject: Node, predicate: Node, target: Object, notes: Notes, state: State) -> Ruling:
    new = Statement(subject, predicate, target, state.qualifiers(notes))
    delta = addition(state, new, notes, lambda: "the edge is there").delta
    return Ruling(delta, check_new_edge(new, state))


def delete_edge(change: EdgeDeletion, state: State) -> Ruling:
    """The one edge of this key goes."""
    subject, predicate = state.node(change.subject), state.node(change.predicate)
    old = edge_of(state, subject, predicate, state.object(change.object), change.qualifiers)
    return Ruling(Delta(removed=frozenset({old})), _orphaned(old, state))


def _orphaned(edge: Statement, state: State) -> tuple[Effect, ...]:
    """What it means that an edge goes: a node may be left without a parent."""
    if edge.predicate not in HIERARCHY_PREDICATES or state.has_parent(edge.subject, edge):
        return ()
    return (Effect(EffectKind.LEFT_WITHOUT_PARENT, concerns=edge),)


def obsolete_edge(change: EdgeObsoletion, state: State) -> Ruling:
    """The edge goes; a record of it stays, as an annotation, which no reasoner takes as true.

    So do ontologies that keep what an edge was and why it went: the axiom is gone, and an
    annotation shadows it. Qualifiers of the edge stay unless said.
    """
    subject, predicate = state.node(change.subject), state.node(change.predicate)
    old = edge_of(state, subject, predicate, state.object(change.object))
    notes = state.qualifiers(change.qualifiers, old.qualifiers)
    record = Statement(
        subject, OBSOLETE_EDGE, old.object, (Qualifier(EDGE_PREDICATE, predicate), *notes)
    )
    added = frozenset({record}) - frozenset(state.with_key(*record.key))
    return Ruling(Delta(frozenset({old}), added), _orphaned(old, state))


def place_under(change: PlaceUnder, state: State) -> Ruling:
    """A parent more: a superclass, or a superproperty of a property."""
    subject = state.existing(change.subject)
    predicate = SUBPROPERTY_OF if state.is_property(subject) else SUBCLASS_OF
    return _new_edge(subject, predicate, state.node(change.object), change.qualifiers, state)


def remove_under(change: RemoveUnder, state: State) -> Ruling:
    """A parent less."""
    subject, target = state.existing(change.subject), state.node(change.object)
    edges = [s for s in state.about(subject, *HIERARCHY_PREDICATES) if s.object == target]
    matching = state.select(edges, change.qualifiers)
    if not matching:
        raise RefusedError(f"{state.show(subject)} is not under {state.show(target)}")
    if len(matching) > 1:
        raise RefusedError(_several(matching))
    return Ruling(Delta(removed=frozenset(matching)), _orphaned(matching[0], state))


def move(change: NodeMove, state: State) -> Ruling:
    """An edge of the hierarchy, or of the named predicate, gets another object."""
    edge = change.about_edge
    subject, new_target = state.existing(edge.subject), state.node(change.new_value)
    if edge.predicate is None:
        predicates = tuple(HIERARCHY_PREDICATES)
    else:
        predicates = (state.node(edge.predicate),)
    old = _moved_edge(state, subject, predicates, change)
    _check_direction(
        change, str(old.object), new_target, {*predicates, *HIERARCHY_PREDICATES}, state
    )
    return exchange(state, old, old.predicate, new_target, change.qualifiers)


def _moved_edge(
    state: State, subject: Node, predicates: tuple[Node, ...], change: NodeMove
) -> Statement:
    edges = [s for s in state.about(subject, *predicates) if isinstance(s.object, str)]
    if not edges:
        raise RefusedError(f"{state.show(subject)} has no parent to move from")
    if change.old_value is not None:
        old_target = state.node(change.old_value)
        matching = [s for s in edges if s.object == old_target]
        if not matching:
            actual = ", ".join(state.show(str(s.object)) for s in edges[:3])
            raise RefusedError(
                f"{state.show(subject)} is not under {state.show(old_target)}, but under {actual}"
            )
        edges = matching
    if len(edges) > 1:
        actual = ", ".join(state.show(str(s.object)) for s in edges[:3])
        raise RefusedError(
            f"{state.show(subject)} has {len(edges)} such edges ({actual}): say from which it goes"
        )
    return edges[0]


def _check_direction(
    change: NodeMove, old: Node, new: Node, predicates: set[Node], state: State
) -> None:
    """A deepening goes below the old parent, a shallowing above it."""
    if isinstance(change, NodeDeepening) and old not in state.draft.reach({new}, predicates):
        raise RefusedError(f"{state.show(new)} is not below {state.show(old)}: use 'move'")
    if isinstance(change, NodeShallowing) and new not in state.draft.reach({old}, predicates):
        raise RefusedError(f"{state.show(new)} is not above {state.show(old)}: use 'move'")


def rewire(change: EdgeRewiring, state: State) -> Ruling:
    """One end of an edge becomes another node."""
    edge = change.about_edge
    if edge.predicate is None or edge.object is None:
        raise RefusedError("the edge to rewire has a subject, a predicate and an object")
    subject, target = state.node(edge.subject), state.node(edge.object)
    before, after = state.node(change.old_value), state.node(change.new_value)
    old = edge_of(state, subject, state.node(edge.predicate), target)
    if before == target:
        return exchange(state, old, old.predicate, after, change.qualifiers)
    if before != subject:
        raise RefusedError(f"{state.show(before)} is not an end of the edge")
    state.existing(change.new_value)
    return exchange(state, old, old.predicate, target, change.qualifiers, after)


def change_predicate(change: PredicateChange, state: State) -> Ruling:
    """The edge between two nodes gets another predicate."""
    edge = change.about_edge
    if edge.object is None:
        raise RefusedError("the edge has no object")
    old = edge_of(
        state, state.node(edge.subject), state.node(change.old_value), state.node(edge.object)
    )
    return exchange(state, old, state.node(change.new_value), str(old.object), change.qualifiers)


def exchange(
    state: State,
    old: Statement,
    predicate: Node,
    target: Node,
    notes: Notes,
    subject: Node | None = None,
) -> Ruling:
    """An edge for another; qualifiers stay unless said."""
    new = Statement(
        subject or old.subject, predicate, target, state.qualifiers(notes, old.qualifiers)
    )
    if new == old:
        raise UnchangedError("the edge is so already")
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError("the new edge is there already: delete the old one instead")
    effects = check_new_edge(new, state)
    return Ruling(Delta(frozenset({old}), frozenset({new})), effects)


def add_statement(change: StatementAddition, state: State) -> Ruling:
    """Any statement that is not there yet; nothing else is asked."""
    new = Statement(
        state.node(change.subject),
        state.node(change.predicate),
        state.object(change.object),
        state.qualifiers(change.qualifiers),
    )
    if new in state.with_key(*new.key):
        raise UnchangedError("the statement is there already")
    return Ruling(Delta(added=frozenset({new})))


def remove_statement(change: StatementRemoval, state: State) -> Ruling:
    """The one statement of this key, or of this key and these qualifiers, goes."""
    subject, predicate = state.node(change.subject), state.node(change.predicate)
    found = state.with_key(subject, predicate, state.object(change.object))
    matching = state.select(found, change.qualifiers)
    if not matching:
        other = " with these qualifiers" if found else ""
        raise RefusedError(f"{state.show(subject)} has no such statement{other}")
    if len(matching) > 1:
        raise RefusedError(f"{len(matching)} statements fit: say which by its qualifiers")
    return Ruling(Delta(removed=frozenset(matching)))


def edge_of(
    state: State, subject: Node, predicate: Node, target: Object, notes: Notes = None
) -> Statement:
    """The one edge of a key; ``notes`` say which where several differ by qualifiers."""
    there = state.with_key(subject, predicate, target)
    matching = state.select(there, notes)
    if not matching:
        shown = state.show(target) if isinstance(target, str) else str(target)
        edge = f"edge {state.show(subject)} {state.resolver.show(predicate)} {shown}"
        other = " with these qualifiers" if there else ""
        raise RefusedError(f"there is no {edge}{other}")
    if len(matching) > 1:
        raise RefusedError(_several(matching))
    return matching[0]


def _several(edges: list[Statement]) -> str:
    return f"{len(edges)} such edges differ by qualifiers: say which by them"


def check_new_edge(edge: Statement, state: State) -> tuple[Effect, ...]:
    """Refuse an edge to nothing, over an unknown predicate, to itself, or closing a cycle."""
    if not state.is_predicate(edge.predicate):
        raise RefusedError(f"no relation {state.resolver.show(edge.predicate)}")
    target = edge.object
    if isinstance(target, Literal):
        if edge.predicate in LOGICAL_PREDICATES:
            shown = state.resolver.show(edge.predicate)
            raise RefusedError(f"{shown} leads to a node, not to a text")
        return ()
    if edge.subject == target:
        raise RefusedError(f"{state.show(edge.subject)} cannot point at itself")
    if would_cycle(edge, state):
        raise RefusedError(
            f"{state.show(str(target))} is below {state.show(edge.subject)}: "
            "this would close a cycle"
        )
    found = (_check_mention(node, edge, state) for node in sorted(set(nodes_in(target))))
    told = tuple(effect for effect in found if effect is not None)
    return (*told, *check_ends(edge, state))


def _check_mention(node: Node, edge: Statement, state: State) -> Effect | None:
    if state.is_obsolete(node):
        return Effect(EffectKind.DANGLING, concerns=edge)
    if state.exists(node) or state.is_built_in(node):
        return None
    if state.is_outside(node):
        return Effect(EffectKind.OUTSIDE, concerns=edge)
    if node == edge.object:
        raise RefusedError(f"no node {state.show(node)}: the edge would lead to nothing")
    raise RefusedError(f"no node {state.show(node)}, which the expression mentions")
