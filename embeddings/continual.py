"""One warm-started training through a sequence of snapshots, every stage of it kept.

It is the learner that sees every edge at each snapshot; movement is told from its stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import TrainingError
from embeddings.learner import Learner, Plan
from embeddings.strategies import AllEdges, Nearby
from embeddings.tensors import EdgeRule, EdgeTable, Vocabulary, read_edges
from embeddings.train import TrainConfig, Trainer
from graph.snapshot import Snapshot

#: Called before each snapshot with (its number, epochs it will take).
Started = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TrajectoryConfig:
    """A training from scratch of ``first_epochs``, then ``next_epochs`` on each later snapshot.

    ``near``: going on takes only edges at nodes that changed, so that a small change costs little.
    """

    train: TrainConfig = field(default_factory=TrainConfig)
    first_epochs: int = 20
    next_epochs: int = 8
    near: bool = False
    rule: EdgeRule = field(default_factory=EdgeRule)

    def __post_init__(self) -> None:
        if self.first_epochs < 1 or self.next_epochs < 1:
            raise TrainingError("configuration", "epochs must be at least 1")

    @property
    def plan(self) -> Plan:
        """The same for a learner: what is gone is not denied."""
        selection = Nearby() if self.near else AllEdges()
        return Plan(self.train, self.first_epochs, self.next_epochs, selection, deny=False)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A snapshot's edges and the training as it stood behind it."""

    table: EdgeTable
    trainer: Trainer

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The entity vectors, shape (entities known by then, width)."""
        return vectors_of(self.trainer)

    def onward(self, table: EdgeTable, config: TrajectoryConfig) -> Stage:
        """The stage after this one, which stays as it is."""
        learner = Learner.resumed(config.plan, self.trainer.copy(), self.table)
        learner.learn(table)
        return Stage(table, learner.trainer)


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """The stages of one training, oldest first; an entity has the same row in all of them."""

    config: TrajectoryConfig
    stages: tuple[Stage, ...]

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the last stage, which holds that of every other."""
        return self.stages[-1].table.vocabulary if self.stages else Vocabulary()

    def extended(self, snapshot: Snapshot, started: Started | None = None) -> Trajectory:
        """A trajectory of one stage more; this one stays as it is.

        Raises TrainingError where the snapshot has no edges.
        """
        return self.continued(read_edges(snapshot, self.vocabulary, self.config.rule), started)

    def continued(self, table: EdgeTable, started: Started | None = None) -> Trajectory:
        """:meth:`extended` by edges that are read already, whose vocabulary extends this one's."""
        epochs = self.config.next_epochs if self.stages else self.config.first_epochs
        if started:
            started(len(self.stages), epochs)
        if self.stages:
            stage = self.stages[-1].onward(table, self.config)
        else:
            learner = Learner(self.config.plan)
            learner.learn(table)
            stage = Stage(table, learner.trainer)
        return Trajectory(self.config, (*self.stages, stage))


def train_trajectory(
    snapshots: Iterable[Snapshot],
    config: TrajectoryConfig | None = None,
    started: Started | None = None,
) -> Trajectory:
    """Train the first snapshot from scratch and go on through the others in order."""
    trajectory = Trajectory(config or TrajectoryConfig(), ())
    for snapshot in snapshots:
        trajectory = trajectory.extended(snapshot, started)
    return trajectory


def vectors_of(trainer: Trainer) -> NDArray[np.float32]:
    """A model's entity vectors as float32 of shape (entities, width), a copy."""
    vectors: NDArray[np.float32] = trainer.model.embed().detach().cpu().numpy().copy()
    return vectors
