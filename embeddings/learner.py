"""A model that follows a graph from snapshot to snapshot, by strategies put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embeddings.strategies import (
    AllEdges,
    Change,
    Consolidation,
    Free,
    Latest,
    Never,
    Policy,
    Replay,
    Selection,
    Spent,
    Start,
)
from embeddings.tensors import EdgeTable, table_from_triples
from embeddings.train import TrainConfig, Trainer, Validation

#: Called after each epoch with (epochs done on this snapshot, epochs at most, mean loss).
Told = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn: the training, its epochs, and the strategies.

    ``first_epochs`` are those of a training from scratch, ``next_epochs`` those of going on (0:
    an inductive model takes the snapshot without training);
    ``deny`` trains removed edges to be false. ``checkpoints`` is how many earlier states a start
    may choose from. The defaults are what won on the benchmark; see the README.
    """

    train: TrainConfig = field(default_factory=TrainConfig)
    first_epochs: int = 16
    next_epochs: int = 4
    selection: Selection = field(default_factory=Replay)
    start: Start = field(default_factory=Latest)
    policy: Policy = field(default_factory=Never)
    consolidation: Consolidation = field(default_factory=Free)
    deny: bool = True
    checkpoints: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """What learning a snapshot took: edges times epochs, and where it began.

    ``start`` is the number of the snapshot whose state it went on from, None from scratch.
    """

    snapshot: int
    edges: int
    epochs: int
    start: int | None


class Learner:
    """Learns one snapshot after the other; entities keep their rows."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.trainer = Trainer(plan.train)
        self.steps: list[Step] = []
        self._table: EdgeTable | None = None
        self._earlier: list[tuple[int, Trainer]] = []
        self._since = 0
        self._changed = 0
        self._joint = 0.0

    @classmethod
    def resumed(cls, plan: Plan, trainer: Trainer, table: EdgeTable) -> Learner:
        """A learner that goes on from a trainer that has learnt a table."""
        learner = cls(plan)
        learner.trainer = trainer
        learner._table = table
        learner.steps = [Step(0, 0, trainer.epochs_done, None)]
        return learner

    def learn(
        self,
        table: EdgeTable,
        validation: Validation | None = None,
        told: Told | None = None,
        beliefs: NDArray[np.float64] | None = None,
    ) -> Step:
        """Take the next snapshot; its vocabulary extends that of the one before.

        With a validation a training from scratch stops when it stalls, and trains on edges as
        they are believed, if ``beliefs`` (edges,) says how much. Raises TrainingError where there
        is nothing to train on.
        """
        change = Change.between(self._table, table)
        number = len(self.steps)
        self._changed += len(change.new) + len(change.removed)
        self._joint += len(table) * self.plan.first_epochs
        if self._table is None or self.plan.policy.retrains(self._spent(table)):
            step = self._from_scratch(table, number, validation, told, beliefs)
            self._since, self._changed = 0, 0
        else:
            step = self._go_on(change, number, told)
        self._since += 1
        self._table = table
        self.steps.append(step)
        if self.plan.checkpoints > 1:
            self._earlier.append((number, self.trainer.copy()))
            self._earlier = self._earlier[-self.plan.checkpoints :]
        return step

    def _spent(self, table: EdgeTable) -> Spent:
        return Spent(
            self._since,
            self._changed,
            len(table),
            self._joint,
            float(sum(step.edges for step in self.steps)),
            float(len(table) * self.plan.first_epochs),
        )

    def _from_scratch(
        self,
        table: EdgeTable,
        number: int,
        validation: Validation | None,
        told: Told | None,
        beliefs: NDArray[np.float64] | None,
    ) -> Step:
        self.trainer = Trainer(self.plan.train)
        epochs = self.plan.first_epochs
        self.trainer.fit(table, epochs, told, validation=validation, beliefs=beliefs)
        epochs = self.trainer.epochs_done
        return Step(number, len(table) * epochs, epochs, None)

    def _go_on(self, change: Change, number: int, told: Told | None) -> Step:
        plan, start = self.plan, number - 1
        if self._earlier:
            chosen = plan.start.choose([trainer for _, trainer in self._earlier], change)
            start, trainer = self._earlier[chosen]
            self.trainer = trainer.copy()
        if not plan.next_epochs:
            self.trainer.see(change.table)
            return Step(number, 0, 0, start)
        anchor = plan.consolidation.anchored(self.trainer)
        denied = change.removed if plan.deny and len(change.removed) else None
        edges = 0
        for epoch in range(plan.next_epochs):
            generator = np.random.default_rng((plan.train.seed, number, epoch))
            chosen_edges = plan.selection.choose(change, generator)
            if not len(chosen_edges):
                chosen_edges = AllEdges().choose(change, generator)
            part = table_from_triples(chosen_edges, change.table.vocabulary)
            loss = self.trainer.fit(part, 1, anchor=anchor, denied=denied, graph=change.table)
            edges += len(part) + (0 if denied is None else len(denied))
            if told:
                told(epoch + 1, plan.next_epochs, loss)
        return Step(number, edges, plan.next_epochs, start)
