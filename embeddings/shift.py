"""Which nodes moved between two snapshots, whether that is more than their churn, and why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from embeddings.continual import Stage, Trajectory, TrajectoryConfig, train_trajectory
from embeddings.edits import FLOOR, Edits, edits_between, movement
from embeddings.errors import TrainingError
from embeddings.explaining import explain
from embeddings.null import (
    FEWEST,
    Calibration,
    Conditional,
    NullRun,
    Tail,
    benjamini_hochberg,
    run_null,
    scores_of,
)
from embeddings.null_files import NullFiles, null_key
from embeddings.shift_results import (
    Effect,
    Seconds,
    ShiftConfig,
    ShiftManifest,
    ShiftResult,
    ShiftRow,
)
from embeddings.tensors import Indices
from graph.snapshot import Snapshot

#: Called with what begins now, in words.
Began = Callable[[str], None]

_GRADIENT_WEIGHT = 0.3


def shift(
    before: Snapshot,
    after: Snapshot,
    trajectory: TrajectoryConfig | None = None,
    config: ShiftConfig | None = None,
    began: Began | None = None,
    nulls: NullFiles | None = None,
) -> ShiftResult:
    """The shift between two snapshots, trained for this question alone.

    The null is looked for in ``nulls``, and kept there once it is measured. Raises TrainingError
    where one of the snapshots has no edges.
    """
    if began:
        began("training on the two snapshots")
    start = time.perf_counter()
    trained = train_trajectory((before, after), trajectory)
    training = time.perf_counter() - start
    result = shift_along(trained, 0, 1, config, began, nulls)
    seconds = result.manifest.seconds
    if seconds is None:
        return result
    told = replace(seconds, training=seconds.training + training)
    return replace(result, manifest=replace(result.manifest, seconds=told))


def shift_along(
    trajectory: Trajectory,
    first: int = 0,
    last: int = -1,
    config: ShiftConfig | None = None,
    began: Began | None = None,
    nulls: NullFiles | None = None,
) -> ShiftResult:
    """The shift between two stages of a trajectory.

    The later state is trained from the earlier stage in one step, as the null is, whatever lies
    between them. Raises TrainingError where the stages are not two in order.
    """
    config = config or ShiftConfig()
    count = len(trajectory.stages)
    if not (-count <= first < count and -count <= last < count and first % count < last % count):
        raise TrainingError("shift", f"stages {first} and {last} of {count} are not two in order")
    first, last = first % count, last % count
    before, after = trajectory.stages[first], trajectory.stages[last]
    start = time.perf_counter()
    if last != first + 1:
        after = before.onward(after.table, trajectory.config)
    training = time.perf_counter() - start
    return _judge(before, after, trajectory.config, config, began, nulls, training)


def _judge(
    before: Stage,
    after: Stage,
    trajectory: TrajectoryConfig,
    config: ShiftConfig,
    began: Began | None,
    nulls: NullFiles | None,
    training: float,
) -> ShiftResult:
    edits = edits_between(before.table, after.table)
    live = np.intersect1d(before.table.live(), after.table.live())
    direct, indirect = live[edits.direct[live]], live[~edits.direct[live]]
    if began:
        began("measuring what benign edits do")
    start = time.perf_counter()
    null = _null(before, trajectory, config, nulls) if len(direct) else None
    judging = time.perf_counter()
    if began:
        began("judging the nodes")
    scores = scores_of(
        before.trainer, after.trainer, edits, direct, config.null.shuffles, config.seed
    )
    calibration = None if null is None or len(null) < FEWEST else Calibration(null, config.seed)
    rows = _direct_rows(before, after, edits, direct, scores, calibration, config)
    rows += _indirect_rows(before, after, edits, indirect, trajectory, config)
    note = ""
    if calibration is None and len(direct):
        note = f"no p-values: {len(null or ())} nodes in the null, {FEWEST} are needed"
    seconds = Seconds(training, judging - start, time.perf_counter() - judging)
    versions = before.table.version, after.table.version
    manifest = ShiftManifest(*versions, trajectory, config, len(null or ()), note, seconds)
    return ShiftResult(tuple(rows), manifest)


def _null(
    before: Stage, trajectory: TrajectoryConfig, config: ShiftConfig, nulls: NullFiles | None
) -> NullRun:
    """The null of a version, found among those kept or measured and kept."""
    epochs = (before.trainer.epochs_done, trajectory.next_epochs)
    key = null_key(before.table, trajectory.train, epochs, config.null, config.seed)
    found = nulls.find(key) if nulls else None
    if found is None:
        found = run_null(before.table, trajectory.train, epochs, config.null, config.seed)
        if nulls:
            version = before.table.version
            nulls.keep(key, found, {"commit": version.commit, "name": version.name})
    return found


def _direct_rows(
    before: Stage,
    after: Stage,
    edits: Edits,
    nodes: Indices,
    scores: NullRun,
    calibration: Calibration | None,
    config: ShiftConfig,
) -> list[ShiftRow]:
    p = None if calibration is None else calibration.p(calibration.statistic(scores))
    q = None if p is None else benjamini_hochberg(p)
    sizes = None if calibration is None else calibration.sizes(scores)
    effect = scores.log_movement + _GRADIENT_WEIGHT * scores.gradient
    moved = movement(before.trainer, after.trainer)
    effects = explain(before, after, edits, nodes)
    names = after.table.vocabulary.entities
    rows = [
        ShiftRow(
            names[node],
            float(effect[i]),
            float(moved[node]),
            None if p is None else float(p[i]),
            None if q is None else float(q[i]),
            q is not None and bool(q[i] <= config.false_discovery_rate),
            True,
            int(edits.added[node]),
            int(edits.removed[node]),
            effects[int(node)],
            None if sizes is None else Effect(*map(float, sizes[i])),
        )
        for i, node in enumerate(nodes)
    ]
    return sorted(rows, key=lambda row: (-row.score, row.node))


def _indirect_rows(
    before: Stage,
    after: Stage,
    edits: Edits,
    nodes: Indices,
    trajectory: TrajectoryConfig,
    config: ShiftConfig,
) -> list[ShiftRow]:
    """Nodes without an edit, against what going on with an unchanged graph does to them."""
    moved = movement(before.trainer, after.trainer)
    logs = np.log(moved + FLOOR)
    p = None
    if len(nodes) >= FEWEST:
        same = before.trainer.copy()
        same.fit(before.table, trajectory.next_epochs)
        still = np.log(movement(before.trainer, same)[nodes] + FLOOR)
        features = edits.features()[nodes]
        given = Conditional(features, still, config.seed)
        p = Tail(given.own).p(given.z(features, logs[nodes]))
    names = after.table.vocabulary.entities
    rows = [
        ShiftRow(
            names[node],
            float(logs[node]),
            float(moved[node]),
            None if p is None else float(p[i]),
            None,
            False,
            False,
            0,
            0,
        )
        for i, node in enumerate(nodes)
    ]
    return sorted(rows, key=lambda row: (-row.score, row.node))
