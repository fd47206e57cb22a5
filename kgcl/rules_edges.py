"""Rules for edges and for statements in general."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Delta, Node, Object, Qualifier, Statement
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    KGDELTA,
    OBJECT_PROPERTY,
    RDF_TYPE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)
from kgcl.changes import NodeDeepening, NodeShallowing
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

#: What stays of an edge that no longer holds: its object, with its predicate as a qualifier.
OBSOLETE_EDGE: Final = KGDELTA + "obsolete-edge"
EDGE_PREDICATE: Final = KGDELTA + "predicate"

_PROPERTIES: Final = frozenset({OBJECT_PROPERTY, ANNOTATION_PROPERTY})


def create_edge(change: EdgeCreation, state: State) -> Ruling:
    """An edge to a node that is there, or outside the graph; no loop, no cycle."""
    subject, predicate = state.existing(change.subject), state.node(change.predicate)
    return _new_edge(subject, predicate, state.object(change.object), change.qualifiers, state)


def _new_edge(subject: Node, predicate: Node, target: Object, notes: Notes, state: State) -> Ruling:
    if state.with_key(subject, predicate, target):
        raise UnchangedError("the edge is there already")
    new = Statement(subject, predicate, target, state.qualifiers(notes))
    return Ruling(Delta(added=frozenset({new})), check_new_edge(new, state))


def delete_edge(change: EdgeDeletion, state: State) -> Ruling:
    """The one edge of this key goes."""
    subject, predicate = state.node(change.subject), state.node(change.predicate)
    old = edge_of(state, subject, predicate, state.object(change.object), change.qualifiers)
    return Ruling(Delta(removed=frozenset({old})))


def obsolete_edge(change: EdgeObsoletion, state: State) -> Ruling:
    """The edge goes; a record of it stays, as an annotation, which no reasoner takes as true."""
    subject, predicate = state.node(change.subject), state.node(change.predicate)
    old = edge_of(state, subject, predicate, state.object(change.object))
    notes = state.qualifiers(change.qualifiers, old.qualifiers)
    record = Statement(
        subject, OBSOLETE_EDGE, old.object, (Qualifier(EDGE_PREDICATE, predicate), *notes)
    )
    if state.with_key(*record.key) and record in state.about(subject, OBSOLETE_EDGE):
        return Ruling(Delta(removed=frozenset({old})))
    return Ruling(Delta(frozenset({old}), frozenset({record})))


def place_under(change: PlaceUnder, state: State) -> Ruling:
    """A parent more: a superclass, or a superproperty of a property."""
    subject = state.existing(change.subject)
    types = {s.object for s in state.about(subject, RDF_TYPE)}
    predicate = SUBPROPERTY_OF if types & _PROPERTIES else SUBCLASS_OF
    return _new_edge(subject, predicate, state.node(change.object), change.qualifiers, state)


def remove_under(change: RemoveUnder, state: State) -> Ruling:
    """A parent less."""
    subject, target = state.existing(change.subject), state.node(change.object)
    edges = [s for s in state.about(subject, *HIERARCHY_PREDICATES) if s.object == target]
    matching = state.select(edges, change.qualifiers)
    if not matching:
        raise RefusedError(f"{state.show(subject)} is not under {state.show(target)}")
    if len(matching) > 1:
        raise RefusedError(f"{len(matching)} such edges differ: use 'remove statement'")
    return Ruling(Delta(removed=frozenset(matching)))


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
        raise RefusedError(f"{state.show(subject)} has no such statement")
    if len(matching) > 1:
        raise RefusedError(f"{len(matching)} statements fit: say which by its qualifiers")
    return Ruling(Delta(removed=frozenset(matching)))


def edge_of(
    state: State, subject: Node, predicate: Node, target: Object, notes: Notes = None
) -> Statement:
    """The one edge of a key; ``notes`` say which where several differ by qualifiers."""
    matching = state.select(state.with_key(subject, predicate, target), notes)
    if not matching:
        shown = state.show(target) if isinstance(target, str) else str(target)
        raise RefusedError(
            f"there is no edge {state.show(subject)} {state.resolver.show(predicate)} {shown}"
        )
    if len(matching) > 1:
        raise RefusedError(
            f"{len(matching)} such edges differ by qualifiers: use 'remove statement'"
        )
    return matching[0]


def check_new_edge(edge: Statement, state: State) -> tuple[Effect, ...]:
    """Refuse an edge to nothing, over an unknown predicate, to itself, or closing a cycle."""
    if not state.is_predicate(edge.predicate):
        raise RefusedError(f"no relation {state.resolver.show(edge.predicate)}")
    target = edge.object
    if not isinstance(target, str):
        return ()
    if edge.subject == target:
        raise RefusedError(f"{state.show(target)} cannot point at itself")
    if edge.predicate in HIERARCHY_PREDICATES and edge.subject in state.ancestors(target):
        raise RefusedError(
            f"{state.show(target)} is below {state.show(edge.subject)}: this would close a cycle"
        )
    if not state.exists(target):
        if not state.is_outside(target):
            raise RefusedError(f"no node {state.show(target)}: the edge would lead to nothing")
        return (Effect(EffectKind.OUTSIDE, concerns=edge),)
    if state.is_obsolete(target):
        return (Effect(EffectKind.DANGLING, concerns=edge),)
    return ()
