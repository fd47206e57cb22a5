"""The hierarchy at a version: parents, children, and the tree around a node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES
from graph.vocabulary import DEPRECATED
from kgcl.state import TRUE

if TYPE_CHECKING:
    from graph.model import Node
    from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A node ``depth`` steps below the root; ``again`` where its children stand above already."""

    node: Node
    depth: int
    label: str
    obsolete: bool
    again: bool = False


def ancestors(
    snapshot: Snapshot, node: Node, predicates: Collection[Node] = HIERARCHY_PREDICATES
) -> set[Node]:
    """All nodes above a node along predicates."""
    return snapshot.reach({node}, predicates)


def descendants(
    snapshot: Snapshot, node: Node, predicates: Collection[Node] = HIERARCHY_PREDICATES
) -> set[Node]:
    """All nodes below a node along predicates."""
    return snapshot.reach({node}, predicates, inverse=True)


def parents(
    snapshot: Snapshot, node: Node, predicates: Collection[Node] = HIERARCHY_PREDICATES
) -> list[Node]:
    """The nodes directly above, in order of their id."""
    edges = snapshot.statements(subjects={node}, predicates=predicates)
    return sorted(s.object for s in edges if isinstance(s.object, str))


def tree(
    snapshot: Snapshot,
    node: Node,
    depth: int | None = None,
    predicates: Collection[Node] = HIERARCHY_PREDICATES,
) -> Iterator[TreeLine]:
    """The nodes below a node, each once with its children, ordered by label."""
    below = {node} | snapshot.reach({node}, predicates, inverse=True, depth=depth)
    children: defaultdict[Node, set[Node]] = defaultdict(set)
    for edge in snapshot.statements(subjects=below, predicates=predicates):
        if isinstance(edge.object, str):
            children[edge.object].add(edge.subject)
    labels = {n: label.value for n, label in snapshot.labels(below).items()}
    flags = snapshot.statements(subjects=below, predicates={DEPRECATED})
    obsolete = {s.subject for s in flags if s.object == TRUE}
    shown: set[Node] = set()
    stack = [(node, 0)]
    while stack:
        current, level = stack.pop()
        again = current in shown and bool(children[current])
        yield TreeLine(current, level, labels.get(current, ""), current in obsolete, again)
        if current in shown or (depth is not None and level >= depth):
            continue
        shown.add(current)
        ordered = sorted(children[current], key=lambda n: (labels.get(n, "").casefold(), n))
        stack.extend((child, level + 1) for child in reversed(ordered))
