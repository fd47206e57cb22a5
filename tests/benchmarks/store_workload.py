"""A made graph with its history, for measuring stores: the same numbers from the same seed.

Nodes are numbered; edges of the first predicate are a hierarchy whose parents have lower numbers,
so it has no cycles. The other edges are random, with some objects far more frequent than others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

OBO: Final = "http://purl.obolibrary.org/obo/"
#: The hierarchy first. It is "part of": after a commit that touches subClassOf, Fluree works out
#: all classes anew, which takes more than a second, and the comparison is not about that.
PREDICATES: Final = (
    f"{OBO}BFO_0000050",
    f"{OBO}BFO_0000066",
    f"{OBO}RO_0002202",
    f"{OBO}RO_0002211",
    f"{OBO}RO_0000053",
)
_PARENTS: Final = 1.2

Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    nodes: int
    edges: int
    commits: int
    changes: int = 50
    descendants: int = 25_000


@dataclass(frozen=True, slots=True)
class Made:
    """Edges of shape (edges, 3), and for each commit those removed and added, shape (changes, 3).

    A row is subject, predicate, object; predicates are numbered by ``PREDICATES``.
    """

    nodes: int
    edges: Table
    removed: list[Table]
    added: list[Table]
    roots: list[int]


def iri(number: int) -> str:
    """The IRI of a node."""
    return f"{OBO}X_{number:07d}"


def make(size: Size, seed: int = 20_261_122) -> Made:
    """A graph of a size, and its commits."""
    random = np.random.default_rng(seed)
    hierarchy = _hierarchy(random, size.nodes, int(size.nodes * _PARENTS))
    keys = _keys(hierarchy, size.nodes)
    while len(keys) < size.edges:
        others = _others(random, size.nodes, size.edges - len(keys))
        keys = np.union1d(keys, _keys(others, size.nodes))
    edges = _rows(keys, size.nodes)
    removed, added = _history(random, keys, size)
    return Made(size.nodes, edges, removed, added, _roots(hierarchy, size))


def _hierarchy(random: np.random.Generator, nodes: int, count: int) -> Table:
    more = random.integers(1, nodes, max(count - nodes + 1, 0))
    return _parents(random, np.concatenate([np.arange(1, nodes), more]))


def _parents(random: np.random.Generator, children: Table) -> Table:
    """An edge of the hierarchy for each child."""
    low, high = children // 4, children // 2
    parents = low + (random.random(len(children)) * (high - low + 1)).astype(np.int64)
    parents = np.minimum(parents, children - 1)
    return np.column_stack([children, np.zeros_like(children), parents])


def _others(random: np.random.Generator, nodes: int, count: int) -> Table:
    subjects = random.integers(0, nodes, count)
    predicates = random.integers(1, len(PREDICATES), count)
    # The cube makes a few objects hubs, as in real ontologies.
    objects = (nodes * random.random(count) ** 3).astype(np.int64)
    return np.column_stack([subjects, predicates, objects])


def fresh(made: Made, count: int, seed: int = 11) -> Table:
    """Edges that the graph does not have, as many as asked for, shape (count, 3)."""
    random = np.random.default_rng(seed)
    there = _keys(made.edges, made.nodes)
    new = np.setdiff1d(_keys(_others(random, made.nodes, 2 * count), made.nodes), there)
    return _rows(random.permutation(new)[:count], made.nodes)


def _keys(rows: Table, nodes: int) -> Table:
    """Each row as one number, sorted and without repetitions."""
    return np.unique((rows[:, 0] * len(PREDICATES) + rows[:, 1]) * nodes + rows[:, 2])


def _rows(keys: Table, nodes: int) -> Table:
    left, objects = np.divmod(keys, nodes)
    subjects, predicates = np.divmod(left, len(PREDICATES))
    return np.column_stack([subjects, predicates, objects])


def _history(
    random: np.random.Generator, keys: Table, size: Size
) -> tuple[list[Table], list[Table]]:
    live = list(keys.tolist())
    there = set(live)
    removed: list[Table] = []
    added: list[Table] = []
    for _ in range(size.commits):
        gone = []
        for place in sorted(random.choice(len(live), size.changes, replace=False), reverse=True):
            gone.append(live[place])
            live[place] = live[-1]
            live.pop()
        there.difference_update(gone)
        new = _added(random, np.array(gone), there, size)
        live += sorted(new)
        there |= new
        removed.append(_rows(np.array(sorted(gone)), size.nodes))
        added.append(_rows(np.array(sorted(new)), size.nodes))
    return removed, added


def _added(random: np.random.Generator, gone: Table, there: set[int], size: Size) -> set[int]:
    """As many new edges as are gone; who lost a parent gets another, so the hierarchy lasts."""
    rows = _rows(gone, size.nodes)
    drawn = _parents(random, rows[rows[:, 1] == 0, 0])
    barred = set(gone.tolist())
    new: set[int] = set()
    while len(new) < size.changes:
        left = size.changes - len(new)
        fitting = set(_keys(drawn, size.nodes).tolist()) - there - barred
        new.update(sorted(fitting)[:left])
        drawn = _others(random, size.nodes, left)
    return new


def _roots(hierarchy: Table, size: Size, count: int = 5) -> list[int]:
    """The nodes whose number of descendants is nearest to the one wanted."""
    above: dict[int, list[int]] = {}
    for child, _, parent in hierarchy.tolist():
        above.setdefault(child, []).append(parent)
    below: dict[int, list[int]] = {}
    for child, parents in above.items():
        for parent in parents:
            below.setdefault(parent, []).append(child)
    # Low numbers have many nodes below them, high ones few.
    tried = np.unique(np.geomspace(2, size.nodes // 50 + 2, 80).astype(np.int64)).tolist()
    sizes = {node: _count_below(node, below) for node in tried}
    return sorted(sizes, key=lambda node: abs(sizes[node] - size.descendants))[:count]


def _count_below(node: int, below: dict[int, list[int]]) -> int:
    reached: set[int] = set()
    frontier = [node]
    while frontier:
        frontier = [c for n in frontier for c in below.get(n, ()) if c not in reached]
        reached.update(frontier)
    return len(reached)


def write(made: Made, path: Path, seed: int = 7) -> None:
    """The workload as JSON, which programs without numpy read too; nodes to ask for are drawn."""
    random = np.random.default_rng(seed)
    changed = sorted({int(row[0]) for table in made.removed + made.added for row in table})
    document = {
        "iris": [iri(number) for number in range(made.nodes)],
        "predicates": PREDICATES,
        "edges": [made.edges[:, column].tolist() for column in range(3)],
        "removed": [table.tolist() for table in made.removed],
        "added": [table.tolist() for table in made.added],
        "roots": made.roots,
        "nodes": random.permutation(made.nodes)[:20_000].tolist(),
        "changed": random.permutation(np.array(changed))[:500].tolist(),
    }
    path.write_text(json.dumps(document), encoding="utf-8")
