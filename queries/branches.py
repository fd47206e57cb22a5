"""Which branch of the hierarchy a node is in: the term under the root that is above it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES

if TYPE_CHECKING:
    from graph.model import Node
    from graph.snapshot import Snapshot


class Branches:
    """Branches of some nodes, looked up together.

    A node without parents is a root. Where more than half of the nodes lead to one root its
    branches are the terms under it; other roots are branches themselves. Of several parents the
    one with the lowest id is followed; what has none any more (an obsolete term) is in the branch
    that it was in before.
    """

    def __init__(self, before: Snapshot, after: Snapshot, nodes: Collection[Node]) -> None:
        self._parents: dict[Node, Node] = {}
        for snapshot in (before, after):
            above = snapshot.reach(nodes, HIERARCHY_PREDICATES) | set(nodes)
            found: defaultdict[Node, set[Node]] = defaultdict(set)
            for edge in snapshot.statements(subjects=above, predicates=HIERARCHY_PREDICATES):
                if isinstance(edge.object, str):
                    found[edge.subject].add(edge.object)
            self._parents |= {node: min(parents) for node, parents in found.items()}
        paths = {node: self._path(node) for node in nodes}
        roots = Counter(path[-1] for path in paths.values() if len(path) > 1)
        most = {root for root, count in roots.items() if 2 * count > roots.total()}
        self._branch = {
            node: path[-2] if path[-1] in most else path[-1]
            for node, path in paths.items()
            if len(path) > 1
        }
        of = set(self._branch.values())
        labels = {**before.labels(of), **after.labels(of)}
        self._names = {node: label.value for node, label in labels.items()}

    def _path(self, node: Node) -> list[Node]:
        """The node and what is above it, up to a root, or to where a cycle closes."""
        path = [node]
        while (parent := self._parents.get(path[-1])) is not None and parent not in path:
            path.append(parent)
        return path

    def name_of(self, node: Node | None) -> str:
        """The label of a node's branch, else its id; nothing for a root and for no node."""
        branch = self._branch.get(node) if node is not None else None
        return "" if branch is None else self._names.get(branch, branch)
