"""Nodes that a delta deletes or makes obsolete."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

from graph.axioms import is_edge
from graph.model import Delta, Literal, Node, Statement, in_order
from graph.overlay import Overlay
from graph.snapshot import Snapshot
from graph.vocabulary import DEPRECATED

_TRUE: Final = ("true", "1")


def subjects(statements: Iterable[Statement]) -> set[Node]:
    """The nodes that statements are about."""
    return {statement.subject for statement in statements}


def described(statements: Iterable[Statement]) -> set[Node]:
    """The nodes that statements say more of than edges.

    A node that only ever had edges was never declared, so it is not deleted with its last edge.
    """
    return subjects(s for s in statements if not is_edge(s))


def vanished(base: Snapshot, delta: Delta, among: Set[Node] | None = None) -> set[Node]:
    """Nodes that the base describes and that have no statement after the delta."""
    touched = subjects(delta.removed)
    had = described(base.statements(touched if among is None else touched & among))
    return had - subjects(Overlay(base, delta).statements(had))


def made_obsolete(delta: Delta) -> dict[Node, Statement]:
    """The statements by which a delta makes nodes obsolete that were not so before."""
    before = subjects(s for s in delta.removed if _is_flag(s))
    return {
        s.subject: s for s in in_order(filter(_is_flag, delta.added)) if s.subject not in before
    }


def _is_flag(statement: Statement) -> bool:
    return (
        statement.predicate == DEPRECATED
        and isinstance(statement.object, Literal)
        and statement.object.value in _TRUE
    )
