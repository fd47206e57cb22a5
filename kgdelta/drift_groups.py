"""Drift of groups of terms: branches of the hierarchy, namespaces, everything."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from graph.vocabulary import OBO_NAMESPACE, SUBCLASS_OF
from kgdelta.groupings import Grouping
from queries.hierarchy import descendants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graph.model import Node
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot
    from kgdelta.drifting import Shifted

#: Terms without which a branch is not told apart.
FEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class GroupDrift:
    """How far a group moved: the mean of 1 - cosine over its terms, edited and others.

    ``low`` and ``high`` bound the mean in 95% of trainings, None for one training. ``edited``
    terms have edits of their own, ``shifted`` ones are significant.
    """

    group: str
    label: str
    terms: int
    edited: int
    shifted: int
    movement: float
    low: float | None
    high: float | None


def drift_of(group: str, label: str, rows: Sequence[Shifted]) -> GroupDrift:
    """The drift of a group of rows, of which there is at least one."""
    by_training = np.mean([row.movements for row in rows], axis=0)
    mean = float(by_training.mean())
    half = None
    if len(by_training) > 1:
        from scipy.stats import t

        error = float(by_training.std(ddof=1)) / len(by_training) ** 0.5
        half = float(t.ppf(0.975, len(by_training) - 1)) * error
    return GroupDrift(
        group,
        label,
        len(rows),
        sum(row.direct for row in rows),
        sum(row.significant for row in rows),
        mean,
        None if half is None else mean - half,
        None if half is None else mean + half,
    )


def drift_by(
    groups: Mapping[str, Sequence[str]], labels: Mapping[str, str], rows: Sequence[Shifted]
) -> list[GroupDrift]:
    """The drift of each group of nodes, that which moved furthest first."""
    by_node = {row.node: row for row in rows}
    found = [
        drift_of(group, labels.get(group, ""), members)
        for group, nodes in groups.items()
        if (members := [by_node[node] for node in nodes if node in by_node])
    ]
    return sorted(found, key=lambda g: (-g.movement, g.group))


def grouped(
    by: Grouping, snapshot: Snapshot, prefixes: PrefixMap, rows: Sequence[Shifted]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The nodes of each group, as CURIEs, and the labels of groups that are terms."""
    nodes = {prefixes.expand(row.node): row.node for row in rows}
    if by is Grouping.BRANCH:
        return _branches(snapshot, prefixes, nodes)
    return _namespaces(snapshot, nodes), {}


def _branches(
    snapshot: Snapshot, prefixes: PrefixMap, nodes: Mapping[Node, str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What is below each child of a root; a root whose children are all small is one branch.

    A term below several of them is in each.
    """
    children: defaultdict[Node, set[Node]] = defaultdict(set)
    below: set[Node] = set()
    for edge in snapshot.statements(predicates={SUBCLASS_OF}):
        if isinstance(edge.object, str) and edge.object != edge.subject:
            children[edge.object].add(edge.subject)
            below.add(edge.subject)
    roots = sorted(children.keys() - below)
    found: dict[Node, set[Node]] = {}
    for root in roots:
        parts = {
            child: descendants(snapshot, child, {SUBCLASS_OF}) | {child} for child in children[root]
        }
        large = {child: part for child, part in parts.items() if len(part) >= FEWEST}
        whole = descendants(snapshot, root, {SUBCLASS_OF}) | {root}
        found |= large or ({root: whole} if len(whole) >= FEWEST else {})
    rest = nodes.keys() - set().union(*found.values())
    labels = {node: label.value for node, label in snapshot.labels(found).items()}
    groups = {
        prefixes.contract(branch): sorted(nodes[node] for node in part & nodes.keys())
        for branch, part in sorted(found.items())
    }
    if rest:
        groups["(elsewhere)"] = sorted(nodes[node] for node in rest)
    return groups, {prefixes.contract(node): label for node, label in labels.items()}


def _namespaces(snapshot: Snapshot, nodes: Mapping[Node, str]) -> dict[str, list[str]]:
    """OBO's namespace where a term has one, else the prefix of its id."""
    said = {
        s.subject: getattr(s.object, "value", str(s.object))
        for s in snapshot.statements(subjects=set(nodes), predicates={OBO_NAMESPACE})
    }
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for node, curie in nodes.items():
        prefix, colon, _ = curie.partition(":")
        groups[said.get(node, prefix if colon else "(no prefix)")].append(curie)
    return dict(sorted(groups.items()))
