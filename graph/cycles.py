"""Cycles in a hierarchy that come about only where two kinds of edges meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from typing import TypeAlias

from graph.model import Node, Statement
from graph.snapshot import Snapshot

#: A child and its parent.
Pair: TypeAlias = tuple[Node, Node]


def pairs(statements: Iterable[Statement], predicate: Node) -> set[Pair]:
    """Children and parents along one predicate."""
    return {
        (s.subject, s.object)
        for s in statements
        if s.predicate == predicate and isinstance(s.object, str)
    }


def loops(
    state: Snapshot, predicate: Node, some: Set[Pair], others: Set[Pair]
) -> list[frozenset[Node]]:
    """Groups of nodes of a state that all reach each other, with edges of both kinds among them."""
    if not some or not others:
        return []
    above = _climb(state, predicate, {parent for _, parent in some | others})
    below: defaultdict[Node, set[Node]] = defaultdict(set)
    for child, parents in above.items():
        for parent in parents:
            below[parent].add(child)
    found: list[frozenset[Node]] = []
    seen: set[Node] = set()
    for child in sorted({child for child, _ in some | others} & above.keys()):
        if child in seen:
            continue
        group = frozenset(_walk(above, child) & _walk(below, child))
        seen |= group
        if inside(some, group) and inside(others, group):
            found.append(group)
    return found


def inside(edges: Iterable[Pair], group: Collection[Node]) -> set[Pair]:
    """The edges that have both ends in a group."""
    return {(child, parent) for child, parent in edges if child in group and parent in group}


def _climb(state: Snapshot, predicate: Node, start: set[Node]) -> dict[Node, set[Node]]:
    """The parents of each node from the start upwards, one read a level."""
    above: dict[Node, set[Node]] = {}
    frontier = set(start)
    while frontier:
        above |= {node: set() for node in frontier}
        for child, parent in pairs(state.statements(frontier, {predicate}), predicate):
            above[child].add(parent)
        frontier = {parent for node in frontier for parent in above[node]} - above.keys()
    return above


def _walk(steps: Mapping[Node, Set[Node]], start: Node) -> set[Node]:
    """Nodes reached in one step or more."""
    reached: set[Node] = set()
    todo = [start]
    while todo:
        fresh = steps.get(todo.pop(), frozenset()) - reached
        reached |= fresh
        todo += fresh
    return reached
