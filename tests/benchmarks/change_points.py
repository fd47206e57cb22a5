"""Change points planted at a known snapshot of a sequence with benign churn at all others.

python -m tests.benchmarks.change_points [ARCHIVE] [--seeds N] [--snapshots N] [--json]

Nodes and their donors are those of ``tests.benchmarks.shift``. Planted nodes get another's edges at
one snapshot, and at each of the others swap some edges for edges of theirs that were held out.
Controls do so at all, at one of them with as many edges as a planted node. F1 counts a change point
as found within one snapshot, and as false at any other and at every control.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.change_points import courses
from embeddings.continual import Trajectory, TrajectoryConfig
from embeddings.tensors import EdgeTable, Indices, table_from_triples
from embeddings.train import TrainConfig
from tests.benchmarks.planted import ENTITY, ckge_table
from tests.benchmarks.shift import Planted, incident_edges, plant

SNAPSHOTS = 9
#: How many of a node's edges are swapped where nothing happens to its meaning.
CHURN = 0.15


@dataclass(frozen=True, slots=True)
class Sequence:
    """The tables, and the snapshot at which each planted node changed; controls have none."""

    tables: list[EdgeTable]
    changed: dict[int, int]
    controls: Indices


def sequence(table: EdgeTable, snapshots: int, seed: int) -> Sequence:
    """One table after the other, each with the churn of its nodes."""
    rng = np.random.default_rng((seed, 5))
    planted = plant(table, seed)
    every = {v: group for group, nodes in planted.groups.items() for v in nodes.tolist()}
    when = {v: int(rng.integers(1, snapshots)) for v in every}
    spare = _spare(table, planted)
    moves = _moves(planted, every)
    tables, current = [planted.before], {tuple(edge) for edge in planted.before.triples.tolist()}
    for snapshot in range(1, snapshots):
        for v in every:
            if when[v] != snapshot:
                _churn(current, v, spare[v], CHURN, rng)
            elif every[v] == "control":
                _churn(current, v, spare[v], 0.5, rng)
            else:
                gone, come = moves[v]
                current -= {tuple(edge) for edge in gone.tolist()}
                current |= {tuple(edge) for edge in come.tolist()}
        triples = np.array(sorted(current))
        tables.append(table_from_triples(triples, table.vocabulary))
    changed = {v: k for v, k in when.items() if every[v] != "control"}
    return Sequence(tables, changed, planted.groups["control"])


def _moves(planted: Planted, every: dict[int, str]) -> dict[int, tuple[Indices, Indices]]:
    """What goes and what comes at each planted node."""
    before, after = planted.before, planted.after
    gone = before.triples[~np.isin(before.keys(), after.keys())]
    come = after.triples[~np.isin(after.keys(), before.keys())]
    size = before.num_entities
    at_gone, at_come = incident_edges(gone, size), incident_edges(come, size)
    return {v: (gone[at_gone[v]], come[at_come[v]]) for v in every}


def _spare(table: EdgeTable, planted: Planted) -> dict[int, list[tuple[int, int, int]]]:
    """The edges of each node that were held out."""
    held = table.triples[~np.isin(table.keys(), planted.before.keys())]
    at = incident_edges(held, table.num_entities)
    nodes = np.concatenate(list(planted.groups.values())).tolist()
    return {v: [tuple(edge) for edge in held[at[v]].tolist()] for v in nodes}


def _churn(
    current: set[tuple[int, int, int]],
    node: int,
    spare: list[tuple[int, int, int]],
    share: float,
    rng: np.random.Generator,
) -> None:
    """Swap some of a node's edges for held-out ones; what goes may come back."""
    own = sorted(edge for edge in current if node in (edge[0], edge[2]))
    size = min(len(spare), max(1, int(share * len(own))))
    for _ in range(size):
        come = spare.pop(int(rng.integers(len(spare))))
        gone = own.pop(int(rng.integers(len(own))))
        current.discard(gone)
        current.add(come)
        spare.append(gone)


def measure(archive: Path, snapshots: int, seed: int) -> dict[str, float]:
    """One seed: plant, train along the sequence, look for change points."""
    made = sequence(ckge_table(archive), snapshots, seed)
    start = time.process_time()
    config = TrajectoryConfig(TrainConfig(rank=100, seed=seed, grouped=True, batch_size=256))
    trajectory = Trajectory(config, ())
    for table in made.tables:
        trajectory = trajectory.continued(table)
    trained = time.process_time() - start
    nodes = np.concatenate((np.array(list(made.changed)), made.controls))
    found = courses(trajectory, nodes)
    return {**score(made, found), "cpu_train": round(trained, 1)}


def score(made: Sequence, found: dict) -> dict[str, float]:  # type: ignore[type-arg]
    """Precision, recall and F1 within one snapshot."""
    right = wrong = 0
    for node, course in found.items():
        when = made.changed.get(node)
        near = [k for k in course.turns if when is not None and abs(k - when) <= 1]
        right += bool(near)
        wrong += len(course.turns) - bool(near)
    precision, recall = right / max(right + wrong, 1), right / len(made.changed)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=ENTITY)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--snapshots", type=int, default=SNAPSHOTS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for seed in range(options.seeds):
        found = {"seed": seed, **measure(options.archive, options.snapshots, seed)}
        sys.stdout.write((json.dumps(found) if options.json else str(found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
