"""Which nodes moved between two snapshots, whether that is more than their churn, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from embeddings.continual import Stage, Trajectory, TrajectoryConfig, train_trajectory
from embeddings.edits import FLOOR, Edits, Floats, edits_between, movement
from embeddings.errors import TrainingError
from embeddings.gradients import edge_gradients
from embeddings.null import (
    FEWEST,
    Calibration,
    Conditional,
    NullConfig,
    NullRun,
    Tail,
    benjamini_hochberg,
    run_null,
    scores_of,
)
from embeddings.tensors import EdgeTable, Indices
from embeddings.train import Trainer
from graph.model import Key, Node
from graph.snapshot import Snapshot, Version

#: Called with what begins now, in words.
Began = Callable[[str], None]

_GRADIENT_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class ShiftConfig:
    """How the shift is judged: the null, the false discovery rate, the seed."""

    null: NullConfig = field(default_factory=NullConfig)
    false_discovery_rate: float = 0.05
    seed: int = 0


@dataclass(frozen=True, slots=True)
class EdgeEffect:
    """An edge added or removed at a node, and how well it explains the node's movement.

    ``contribution`` is the cosine, in [-1, 1], between the movement and where the edge pulls;
    for a removed edge, where its absence lets go.
    """

    statement: Key
    added: bool
    contribution: float


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A node in both snapshots: how far it moved, and the chance of that without a new meaning.

    ``score`` ranks (log movement + 0.3 zA for direct nodes); ``movement`` is 1 - cosine. ``p`` and
    ``q`` are None where no null could be measured, ``q`` also for indirect nodes (no edit of
    their own). ``effects`` are the node's edited edges, the best explanation first.
    """

    node: Node
    score: float
    movement: float
    p: float | None
    q: float | None
    significant: bool
    direct: bool
    added: int
    removed: int
    effects: tuple[EdgeEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftManifest:
    """What reproduces a result: the versions, every setting, and the size of the null."""

    before: Version
    after: Version
    trajectory: TrajectoryConfig
    config: ShiftConfig
    null_nodes: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShiftResult:
    """Rows with the highest score first, direct nodes before indirect ones."""

    rows: tuple[ShiftRow, ...]
    manifest: ShiftManifest

    @property
    def significant(self) -> tuple[ShiftRow, ...]:
        """The rows that shifted, at the configured false discovery rate."""
        return tuple(row for row in self.rows if row.significant)


def shift(
    before: Snapshot,
    after: Snapshot,
    trajectory: TrajectoryConfig | None = None,
    config: ShiftConfig | None = None,
    began: Began | None = None,
) -> ShiftResult:
    """The shift between two snapshots, trained for this question alone.

    Raises TrainingError where one of them has no edges.
    """
    if began:
        began("training on the two snapshots")
    return shift_along(train_trajectory((before, after), trajectory), 0, 1, config, began)


def shift_along(
    trajectory: Trajectory,
    first: int = 0,
    last: int = -1,
    config: ShiftConfig | None = None,
    began: Began | None = None,
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
    if last != first + 1:
        after = before.onward(after.table, trajectory.config)
    return _judge(before, after, trajectory.config, config, began)


def _judge(
    before: Stage,
    after: Stage,
    trajectory: TrajectoryConfig,
    config: ShiftConfig,
    began: Began | None,
) -> ShiftResult:
    edits = edits_between(before.table, after.table)
    live = np.intersect1d(before.table.live(), after.table.live())
    direct, indirect = live[edits.direct[live]], live[~edits.direct[live]]
    if began:
        began("measuring what benign edits do")
    null = None
    if len(direct):
        epochs = (before.trainer.epochs_done, trajectory.next_epochs)
        null = run_null(before.table, trajectory.train, epochs, config.null, config.seed)
    if began:
        began("judging the nodes")
    scores = scores_of(
        before.trainer, after.trainer, edits, direct, config.null.shuffles, config.seed
    )
    p = _direct_p(scores, null, config.seed)
    rows = _direct_rows(before, after, edits, direct, scores, p, config)
    rows += _indirect_rows(before, after, edits, indirect, trajectory, config)
    note = ""
    if p is None and len(direct):
        note = f"no p-values: {len(null or ())} nodes in the null, {FEWEST} are needed"
    manifest = ShiftManifest(
        before.table.version, after.table.version, trajectory, config, len(null or ()), note
    )
    return ShiftResult(tuple(rows), manifest)


def _direct_p(scores: NullRun, null: NullRun | None, seed: int) -> Floats | None:
    if null is None or len(null) < FEWEST:
        return None
    calibration = Calibration(null, seed)
    return calibration.p(calibration.statistic(scores))


def _direct_rows(
    before: Stage,
    after: Stage,
    edits: Edits,
    nodes: Indices,
    scores: NullRun,
    p: Floats | None,
    config: ShiftConfig,
) -> list[ShiftRow]:
    q = None if p is None else benjamini_hochberg(p)
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


def explain(
    before: Stage, after: Stage, edits: Edits, nodes: Indices
) -> dict[int, tuple[EdgeEffect, ...]]:
    """The edited edges at each node by c = cos(-g, v1 - v0), g under the earlier model.

    Entities that the earlier model does not know stand where the later one has them. For a
    removed edge the sign is turned.
    """
    joined = _joined(before.trainer, after.trainer)
    v0 = joined.model.embed().detach().cpu().double().numpy()
    movements = after.trainer.model.embed().detach().cpu().double().numpy() - v0
    found: dict[int, list[EdgeEffect]] = {int(node): [] for node in nodes}
    for added, triples, table in (
        (True, edits.added_edges, after.table),
        (False, edits.removed_edges, before.table),
    ):
        sign = -1.0 if added else 1.0
        statements = _statements(table)
        for column, gradient in zip((0, 2), edge_gradients(joined.model, triples), strict=True):
            toward = movements[triples[:, column]]
            norms = np.linalg.norm(gradient, axis=1) * np.linalg.norm(toward, axis=1)
            cosine = np.einsum("ij,ij->i", gradient, toward) / np.maximum(norms, 1e-30)
            for triple, value in zip(triples.tolist(), cosine, strict=True):
                if triple[column] in found and not (column == 2 and triple[0] == triple[2]):
                    key = statements[triple[0], triple[1], triple[2]]
                    found[triple[column]].append(EdgeEffect(key, added, float(sign * value)))
    return {
        node: tuple(sorted(effects, key=lambda e: (-e.contribution, str(e.statement))))
        for node, effects in found.items()
    }


def _joined(before: Trainer, after: Trainer) -> Trainer:
    import torch

    joined = after.copy()
    with torch.no_grad():
        for own, old in zip(joined.model.parameters(), before.model.parameters(), strict=True):
            own[: len(old)] = old
    return joined


def _statements(table: EdgeTable) -> dict[tuple[int, int, int], Key]:
    return {
        (int(h), int(r), int(t)): key
        for (h, r, t), key in zip(table.triples, table.statements, strict=True)
    }
