"""Which branch of the hierarchy a node is in: the term under the root that is above it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES

if TYPE_CHECKING:
    from graph.model import Node
    from graph.snapshot import Snapshot

#: Paths through one branch from which on it is told by the branches under it.
_CROWDED: Final = 100
#: Paths that a finer branch has on average.
_SEVERAL: Final = 4


class Branches:
    """Branches of some nodes, looked up together.

    A node without parents is a root. Where more than half of the nodes lead to one root its
    branches are the terms under it, and so on below a branch that has more than half of them;
    other roots are branches themselves. Of several parents the one with the lowest id is
    followed; what has none any more (an obsolete term) is in the branch that it was in before.
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
        paths = [path for node in nodes if len(path := self._path(node)) > 1]
        #: Each node with the node that its branch begins at.
        self.of: dict[Node, Node] = _split(paths)
        tops = set(self.of.values())
        labels = {**before.labels(tops), **after.labels(tops)}
        self._names = {node: label.value for node, label in labels.items()}

    def _path(self, node: Node) -> list[Node]:
        """The node and what is above it, up to a root, or to where a cycle closes."""
        path = [node]
        while (parent := self._parents.get(path[-1])) is not None and parent not in path:
            path.append(parent)
        return path

    def name_of(self, node: Node | None, contract: Callable[[Node], str] = str) -> str:
        """The label of a node's branch, else its id; nothing for a root and for no node."""
        branch = self.of.get(node) if node is not None else None
        return "" if branch is None else self._names.get(branch) or contract(branch)


def _split(paths: list[list[Node]]) -> dict[Node, Node]:
    """Where the branch of each path begins: below what more than half of all paths go through.

    Beyond the terms under a root only what many paths go through is split, and only into branches
    that have several of them.
    """
    found: dict[Node, Node] = {path[0]: path[-1] for path in paths}
    for depth in range(2, max(map(len, paths), default=0) + 1):
        most, members = next(iter(Counter(found.values()).most_common(1)))
        below = {
            path[0]: path[-depth] for path in paths if found[path[0]] == most and len(path) >= depth
        }
        groups = len(set(below.values()))
        worth = depth == 2 or (members >= _CROWDED and _SEVERAL * groups <= members)
        if 2 * members <= len(paths) or not worth:
            break
        found |= below
    return found
