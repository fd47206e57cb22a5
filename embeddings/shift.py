"""Which nodes moved between two snapshots, whether that is more than their churn, and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.edits import FLOOR, Edits, Floats, edits_between, movement
from embeddings.errors import TrainingError
from embeddings.explaining import explain
from embeddings.kept import Following, Kept, null_key
from embeddings.null import (
    FEWEST,
    Calibration,
    Conditional,
    NullRun,
    Tail,
    averaged,
    benjamini_hochberg,
    run_null,
    scores_of,
)
from embeddings.shift_results import (
    Effect,
    Seconds,
    ShiftConfig,
    ShiftManifest,
    ShiftResult,
    ShiftRow,
)
from embeddings.tensors import EdgeRule, EdgeTable, Indices, read_edges
from embeddings.train import TrainConfig
from embeddings.undoing import share_explained
from graph.model import Node
from graph.snapshot import Snapshot

#: Called with what begins now, in words.
Began = Callable[[str], None]

_GRADIENT_WEIGHT: Final = 0.3
#: Edges from which on the default training takes batches of queries.
_MANY: Final = 20_000
#: Steps of an epoch beyond which larger batches, of up to 512 queries, do as well.
_STEPS: Final = 150


def shift(
    before: Snapshot,
    after: Snapshot,
    trajectory: TrajectoryConfig | None = None,
    config: ShiftConfig | None = None,
    began: Began | None = None,
    kept: Kept | None = None,
) -> ShiftResult:
    """The shift between two snapshots, trained for this question alone.

    The training on ``before`` and its null are looked for in ``kept``, and kept there once they
    are there. Raises TrainingError where one of the snapshots has no edges.
    """
    rule = trajectory.rule if trajectory else EdgeRule()
    old = read_edges(before, None, rule)
    new = read_edges(after, old.vocabulary, rule)
    return shift_tables(old, new, trajectory, config, began, kept)


def trajectory_for(table: EdgeTable, seed: int = 0, rank: int = 64) -> TrajectoryConfig:
    """The training that shift is judged by: batches of 512 edges, or of queries.

    Queries are the same loss in half the time, and as good on 28,000 edges; on 1,700 they told
    moved terms less surely, as did training the later version only near what changed. So both are
    for tables from ``_MANY`` edges on.
    """
    train = TrainConfig(rank=rank, seed=seed)
    if len(table) >= _MANY:
        h, r, t = table.triples.T
        size = 2 * table.num_relations
        queries = len(np.unique(h * size + 2 * r)) + len(np.unique(t * size + 2 * r + 1))
        as_many = round(train.batch_size * queries / (2 * len(table)))
        batch = max(as_many, min(queries // _STEPS, train.batch_size), 16)
        train = replace(train, grouped=True, batch_size=batch)
    return TrajectoryConfig(train, near=train.grouped)


def shift_tables(
    before: EdgeTable,
    after: EdgeTable,
    trajectory: TrajectoryConfig | None = None,
    config: ShiftConfig | None = None,
    began: Began | None = None,
    kept: Kept | None = None,
) -> ShiftResult:
    """:func:`shift` of edges that are read already; the later vocabulary extends the earlier."""
    config = config or ShiftConfig()
    trajectory = trajectory or trajectory_for(before, config.seed)
    start = time.perf_counter()
    runs = []
    for seed in range(trajectory.train.seed, trajectory.train.seed + config.seeds):
        own = replace(trajectory, train=replace(trajectory.train, seed=seed))
        if began:
            told = f", seed {seed}" if config.seeds > 1 else ""
            began(f"training on the two snapshots{told}")
        first = Following(own, kept).go_on(before)
        runs.append(Run(own, first, first.onward(after, own)))
    return _judge(runs, trajectory, config, began, kept, time.perf_counter() - start)


def shift_along(
    trajectory: Trajectory,
    first: int = 0,
    last: int = -1,
    config: ShiftConfig | None = None,
    began: Began | None = None,
    kept: Kept | None = None,
) -> ShiftResult:
    """The shift between two stages of a trajectory.

    The later state is trained from the earlier stage in one step, as the null is, whatever lies
    between them. Raises TrainingError where the stages are not two in order, or where the
    configuration asks for several seeds, of which a trajectory has one.
    """
    config = config or ShiftConfig()
    count = len(trajectory.stages)
    if not (-count <= first < count and -count <= last < count and first % count < last % count):
        raise TrainingError("shift", f"stages {first} and {last} of {count} are not two in order")
    if config.seeds > 1:
        raise TrainingError("shift", "a trajectory has one seed", "compare two snapshots")
    first, last = first % count, last % count
    before, after = trajectory.stages[first], trajectory.stages[last]
    start = time.perf_counter()
    if last != first + 1:
        after = before.onward(after.table, trajectory.config)
    run = Run(trajectory.config, before, after)
    return _judge([run], trajectory.config, config, began, kept, time.perf_counter() - start)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One training through the two versions."""

    trajectory: TrajectoryConfig
    before: Stage
    after: Stage


def _judge(
    runs: Sequence[Run],
    trajectory: TrajectoryConfig,
    config: ShiftConfig,
    began: Began | None,
    kept: Kept | None,
    training: float,
) -> ShiftResult:
    before, after = runs[0].before.table, runs[0].after.table
    edits = edits_between(before, after)
    live = np.intersect1d(before.live(), after.live())
    direct, indirect = live[edits.direct[live]], live[~edits.direct[live]]
    if began:
        began("measuring what benign edits do")
    start = time.perf_counter()
    null = averaged([_null(run, config, kept) for run in runs]) if len(direct) else None
    judging = time.perf_counter()
    if began:
        began("judging the nodes")
    shuffles, seed = config.null.shuffles, config.seed
    each = [
        scores_of(run.before.trainer, run.after.trainer, edits, live, shuffles, seed)
        for run in runs
    ]
    calibration = None
    if null is not None and len(null) >= FEWEST:
        usual = np.concatenate((null.usual, *(scores.usual for scores in each)))
        calibration = Calibration(null, config.seed, relative=bool(np.isfinite(usual).all()))
    moved = np.stack([movement(run.before.trainer, run.after.trainer) for run in runs])
    names = after.vocabulary.entities
    rows = _direct_rows(runs, each, edits, direct, calibration, config, moved[:, direct])
    rows += _indirect_rows(names, edits, indirect, config.seed, moved[:, indirect])
    note = ""
    if calibration is None and len(direct):
        note = f"no p-values: {len(null or ())} nodes in the null, {FEWEST} are needed"
    seconds = Seconds(training, judging - start, time.perf_counter() - judging)
    versions = before.version, after.version
    manifest = ShiftManifest(*versions, trajectory, config, len(null or ()), note, seconds)
    return ShiftResult(tuple(rows), manifest)


def _null(run: Run, config: ShiftConfig, kept: Kept | None) -> NullRun:
    """The null of a version, found among those kept or measured and kept."""
    table = run.before.table
    # Along a trajectory the earlier version may have had more epochs than the first has.
    alike = replace(run.trajectory, first_epochs=run.before.trainer.epochs_done)
    key = null_key(table, alike, config.null, config.seed) if kept else ""
    found = kept.null(key) if kept else None
    if found is None:
        found = run_null(table, alike, config.null, config.seed)
        if kept:
            kept.keep_null(key, found, table.version)
    return found


def _direct_rows(
    runs: Sequence[Run],
    each: Sequence[NullRun],
    edits: Edits,
    nodes: Indices,
    calibration: Calibration | None,
    config: ShiftConfig,
    moved: Floats,
) -> list[ShiftRow]:
    scores = averaged(each)
    p = None if calibration is None else calibration.p(calibration.statistic(scores))
    q = None if p is None else benjamini_hochberg(p)
    sizes = None if calibration is None else calibration.sizes(scores)
    effects = np.stack([run.log_movement + _GRADIENT_WEIGHT * run.gradient for run in each])
    stages = [(run.before, run.after) for run in runs]
    causes = explain(stages, edits, nodes)
    significant = np.zeros(len(nodes), dtype=bool)
    if q is not None:
        significant = q <= config.false_discovery_rate
    tried = nodes[np.lexsort((-effects.mean(axis=0), ~significant))[: config.checked]].tolist()
    epochs = runs[0].trajectory.next_epochs
    undone = share_explained(stages[0], edits, {node: causes[node] for node in tried}, epochs)
    names = runs[0].after.table.vocabulary.entities
    rows = [
        ShiftRow(
            names[node],
            float(effects[:, i].mean()),
            float(moved[:, i].mean()),
            None if p is None else float(p[i]),
            None if q is None else float(q[i]),
            bool(significant[i]),
            True,
            int(edits.added[node]),
            int(edits.removed[node]),
            tuple(cause.effect for cause in causes[node]),
            None if sizes is None else Effect(*map(float, sizes[i])),
            undone.get(node),
            tuple(moved[:, i].tolist()),
            tuple(effects[:, i].tolist()),
        )
        for i, node in enumerate(nodes.tolist())
    ]
    return sorted(rows, key=lambda row: (-row.score, row.node))


def _indirect_rows(
    names: Sequence[Node], edits: Edits, nodes: Indices, seed: int, moved: Floats
) -> list[ShiftRow]:
    """Nodes without an edit; p is among themselves, given the degree.

    How far everything moves depends on how much changed, which no other run has alike.
    """
    each = np.log(moved + FLOOR)
    logs = each.mean(axis=0)
    p = None
    if len(nodes) >= FEWEST:
        given = Conditional(edits.features()[nodes][:, :1], logs, seed)
        p = Tail(given.own).p(given.own)
    rows = [
        ShiftRow(
            names[node],
            float(logs[i]),
            float(moved[:, i].mean()),
            None if p is None else float(p[i]),
            None,
            False,
            False,
            0,
            0,
            movements=tuple(moved[:, i].tolist()),
            scores=tuple(each[:, i].tolist()),
        )
        for i, node in enumerate(nodes)
    ]
    return sorted(rows, key=lambda row: (-row.score, row.node))
