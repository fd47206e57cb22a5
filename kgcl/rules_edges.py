"""Rules for edges and for statements in general."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Delta, Node, Statement
from kgcl.state import Effect, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import (
        EdgeCreation,
        EdgeDeletion,
        NodeMove,
        Notes,
        PredicateChange,
        StatementAddition,
        StatementRemoval,
    )
    from kgcl.state import State


def create_edge(change: EdgeCreation, state: State) -> Ruling:
    """An edge to a node that is there, or outside the graph; no loop, no cycle."""
    subject = state.existing(change.subject)
    predicate, target = state.node(change.predicate), state.node(change.object)
    if state.with_key(subject, predicate, target):
        raise UnchangedError("the edge is there already")
    new = Statement(subject, predicate, target, state.qualifiers(change.qualifiers))
    return Ruling(Delta(added=frozenset({new})), _check_new_edge(new, state))


def delete_edge(change: EdgeDeletion, state: State) -> Ruling:
    """The one edge of this key goes."""
    subject, predicate = state.node(change.subject), state.node(change.predicate)
    old = _edge(state, subject, predicate, state.node(change.object))
    return Ruling(Delta(removed=frozenset({old})))


def move(change: NodeMove, state: State) -> Ruling:
    """An edge of the hierarchy, or of the named predicate, gets another object."""
    edge = change.about_edge
    subject, new_target = state.existing(edge.subject), state.node(change.new_value)
    if edge.predicate is None:
        predicates = tuple(HIERARCHY_PREDICATES)
    else:
        predicates = (state.node(edge.predicate),)
    old = _moved_edge(state, subject, predicates, change)
    return _exchange(state, old, old.predicate, new_target, change.qualifiers)


def _moved_edge(
    state: State, subject: Node, predicates: tuple[Node, ...], change: NodeMove
) -> Statement:
    edges = [s for s in state.about(subject, *predicates) if isinstance(s.object, str)]
    if change.old_value is not None:
        old_target = state.node(change.old_value)
        matching = [s for s in edges if s.object == old_target]
        if not matching:
            actual = ", ".join(state.show(str(s.object)) for s in edges[:3]) or "nothing"
            raise RefusedError(
                f"{state.show(subject)} is not under {state.show(old_target)}, but under {actual}"
            )
        edges = matching
    if not edges:
        raise RefusedError(f"{state.show(subject)} has no parent to move from")
    if len(edges) > 1:
        raise RefusedError(
            f"{state.show(subject)} has {len(edges)} such edges: say from which it goes"
        )
    return edges[0]


def change_predicate(change: PredicateChange, state: State) -> Ruling:
    """The edge between two nodes gets another predicate."""
    edge = change.about_edge
    if edge.object is None:
        raise RefusedError("the edge has no object")
    old = _edge(
        state, state.node(edge.subject), state.node(change.old_value), state.node(edge.object)
    )
    return _exchange(state, old, state.node(change.new_value), str(old.object), change.qualifiers)


def _exchange(state: State, old: Statement, predicate: Node, target: Node, notes: Notes) -> Ruling:
    new = Statement(old.subject, predicate, target, state.qualifiers(notes, old.qualifiers))
    if new == old:
        raise UnchangedError("the edge is so already")
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError("the new edge is there already: delete the old one instead")
    effects = _check_new_edge(new, state)
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
    matching = state.with_key(subject, predicate, state.object(change.object))
    if change.qualifiers is not None:
        qualifiers = set(state.qualifiers(change.qualifiers))
        matching = [s for s in matching if set(s.qualifiers) == qualifiers]
    if not matching:
        raise RefusedError(f"{state.show(subject)} has no such statement")
    if len(matching) > 1:
        raise RefusedError(f"{len(matching)} statements fit: say which by its qualifiers")
    return Ruling(Delta(removed=frozenset(matching)))


def _edge(state: State, subject: Node, predicate: Node, target: Node) -> Statement:
    matching = state.with_key(subject, predicate, target)
    if not matching:
        raise RefusedError(
            f"there is no edge {state.show(subject)} {state.resolver.show(predicate)} "
            f"{state.show(target)}"
        )
    if len(matching) > 1:
        raise RefusedError(
            f"{len(matching)} such edges differ by qualifiers: use 'remove statement'"
        )
    return matching[0]


def _check_new_edge(edge: Statement, state: State) -> tuple[Effect, ...]:
    """Refuse an edge to nothing, over an unknown predicate, to itself, or closing a cycle."""
    target = str(edge.object)
    if not state.is_predicate(edge.predicate):
        raise RefusedError(f"no relation {state.resolver.show(edge.predicate)}")
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
