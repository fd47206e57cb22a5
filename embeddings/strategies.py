"""The parts that a continual learner is put together from.

A *selection* says which edges an epoch trains on, a *start* which state training goes on from, a
*policy* when to train from scratch on everything, a *consolidation* what holds parameters back.
All are frozen and without state of their own: what they need is handed to them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from embeddings.errors import TrainingError
from embeddings.tensors import EdgeTable, Indices, edge_keys
from embeddings.train import Trainer, losses


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a snapshot brings: its edges as old ones that still hold and new ones, (n, 3) each.

    ``removed`` are the edges that hold no more.
    """

    table: EdgeTable
    old: Indices
    new: Indices
    removed: Indices

    @classmethod
    def between(cls, before: EdgeTable | None, after: EdgeTable) -> Change:
        """The change from one table to the next of the same, extended vocabulary."""
        if before is None:
            none = after.triples[:0]
            return cls(after, none, after.triples, none)
        keys, now = before.keys(), after.keys()
        stays = np.isin(now, keys)
        removed = before.triples[~np.isin(keys, now)]
        return cls(after, after.triples[stays], after.triples[~stays], removed)


class Selection(ABC):
    """Which edges an epoch trains on."""

    @abstractmethod
    def choose(self, change: Change, generator: np.random.Generator) -> Indices:
        """Edges of the snapshot, (n, 3), never removed ones; drawn anew for each epoch."""


@dataclass(frozen=True, slots=True)
class NewEdges(Selection):
    """Fine-tuning: only what is new, and the edges whose queries lost an answer."""

    def choose(self, change: Change, generator: np.random.Generator) -> Indices:  # noqa: ARG002
        return np.concatenate((change.new, beside_removed(change)))


@dataclass(frozen=True, slots=True)
class AllEdges(Selection):
    """Everything that holds: what joint training sees."""

    def choose(self, change: Change, generator: np.random.Generator) -> Indices:  # noqa: ARG002
        return change.table.triples


@dataclass(frozen=True, slots=True)
class Nearby(Selection):
    """What is new, and at each edited node ``ratio`` old edges for one edited, ``least`` at least.

    Drawn anew in each epoch. Costs what changed, whatever the size of the graph.
    """

    ratio: float = 2.0
    least: int = 8

    def __post_init__(self) -> None:
        if self.ratio < 0 or self.least < 0:
            raise TrainingError("nearby", "ratio and least must be >= 0")

    def choose(self, change: Change, generator: np.random.Generator) -> Indices:
        size = change.table.num_entities
        edited = np.zeros(size, dtype=np.int64)
        for part in (change.new, change.removed):
            edited += np.bincount(part[:, [0, 2]].ravel(), minlength=size)
        most = np.maximum(self.least, np.ceil(self.ratio * edited).astype(np.int64))
        old = change.old
        ends, edges = old[:, [0, 2]].T.ravel(), np.tile(np.arange(len(old)), 2)
        near = edited[ends] > 0
        ends, edges = ends[near], edges[near]
        order = np.lexsort((generator.random(len(ends)), ends))
        ends, edges = ends[order], edges[order]
        place = np.arange(len(ends)) - np.searchsorted(ends, ends, side="left")
        chosen = np.unique(edges[place < most[ends]])
        return np.concatenate((change.new, old[chosen]))


@dataclass(frozen=True, slots=True)
class Replay(Selection):
    """What is new, and ``ratio`` times as many old edges, drawn uniformly or evenly by relation.

    ``capacity`` is how many old edges are remembered at all: a uniform reservoir of them, the
    same for every epoch. None remembers all of the store.
    """

    ratio: float = 2.0
    capacity: int | None = None
    by_relation: bool = False

    def __post_init__(self) -> None:
        if self.ratio < 0 or (self.capacity is not None and self.capacity < 1):
            raise TrainingError("replay", "ratio must be >= 0 and capacity >= 1")

    def choose(self, change: Change, generator: np.random.Generator) -> Indices:
        changed = np.concatenate((change.new, beside_removed(change)))
        memory = change.old
        if self.capacity is not None and len(memory) > self.capacity:
            memory = memory[np.sort(_digest(memory).argsort(kind="stable")[: self.capacity])]
        count = min(len(memory), round(self.ratio * max(len(changed), 1)))
        if not count:
            return changed
        weights = None
        if self.by_relation:
            sizes = np.bincount(memory[:, 1])
            weights = 1 / np.sqrt(sizes[memory[:, 1]])
            weights /= weights.sum()
        drawn = generator.choice(len(memory), count, replace=False, p=weights)
        return np.unique(np.concatenate((changed, memory[drawn])), axis=0)


def beside_removed(change: Change) -> Indices:
    """Old edges that share a query (h, r, ?) or (?, r, t) with a removed one."""
    found = np.zeros(len(change.old), dtype=bool)
    for end in (0, 2):
        gone = change.removed[:, end] << 32 | change.removed[:, 1]
        found |= np.isin(change.old[:, end] << 32 | change.old[:, 1], gone)
    return change.old[found]


def _digest(triples: Indices) -> Indices:
    """A number for each edge that looks drawn and does not change: bottom-k is a reservoir."""
    mixed = edge_keys(triples).astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(1)).astype(np.int64)


class Start(ABC):
    """Which earlier state training goes on from."""

    @abstractmethod
    def choose(self, earlier: Sequence[Trainer], change: Change) -> int:
        """The place of the chosen one among earlier trainers, oldest first, at least one."""


@dataclass(frozen=True, slots=True)
class Latest(Start):
    """The state behind the snapshot before."""

    def choose(self, earlier: Sequence[Trainer], change: Change) -> int:  # noqa: ARG002
        return len(earlier) - 1


@dataclass(frozen=True, slots=True)
class BestStart(Start):
    """The state under which a sample of the snapshot's edges is most probable.

    The sample is of edges whose ends and relation every state knows; after reverts and
    withdrawals an older state may be nearer than the last one.
    """

    sample: int = 512

    def choose(self, earlier: Sequence[Trainer], change: Change) -> int:
        entities = min(trainer.model.num_entities for trainer in earlier)
        relations = min(trainer.model.num_relations for trainer in earlier)
        triples = change.table.triples
        known = triples[(triples[:, [0, 2]].max(axis=1) < entities) & (triples[:, 1] < relations)]
        if not len(known):
            return len(earlier) - 1
        some = known[_digest(known).argsort(kind="stable")[: self.sample]]
        found = [float(losses(trainer.model, some).mean()) for trainer in earlier]
        # Between equals the latest, which knows more rows.
        return len(found) - 1 - int(np.argmin(found[::-1]))


@dataclass(frozen=True, slots=True)
class Spent:
    """Since the last training from scratch: snapshots, edges changed, and edges trained on.

    ``size`` is the number of edges now; ``joint`` what always training from scratch would have
    cost by now, ``total`` what was spent; both in edges times epochs, from the first snapshot.
    """

    snapshots: int
    changed: int
    size: int
    joint: float
    total: float
    from_scratch: float


class Policy(ABC):
    """When to train everything from scratch."""

    @abstractmethod
    def retrains(self, spent: Spent) -> bool:
        """Whether this snapshot is the one."""


@dataclass(frozen=True, slots=True)
class Never(Policy):
    """Always go on from what is there."""

    def retrains(self, spent: Spent) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True, slots=True)
class Always(Policy):
    """At every snapshot."""

    def retrains(self, spent: Spent) -> bool:  # noqa: ARG002
        return True


@dataclass(frozen=True, slots=True)
class Periodic(Policy):
    """At every n-th snapshot."""

    every: int = 5

    def retrains(self, spent: Spent) -> bool:
        return spent.snapshots >= self.every


@dataclass(frozen=True, slots=True)
class OnDrift(Policy):
    """When the edges changed since the last time are a share of the graph."""

    share: float = 1.0

    def retrains(self, spent: Spent) -> bool:
        return spent.changed > self.share * spent.size


@dataclass(frozen=True, slots=True)
class OnBudget(Policy):
    """Whenever what was spent stays below a share of what always retraining would have cost."""

    share: float = 0.3

    def retrains(self, spent: Spent) -> bool:
        return spent.total + spent.from_scratch <= self.share * spent.joint


class Consolidation(ABC):
    """What holds parameters where earlier snapshots put them."""

    @abstractmethod
    def anchored(self, trainer: Trainer) -> Anchored | None:
        """The anchor for the training that follows this state, or None."""


@dataclass(frozen=True, slots=True)
class Free(Consolidation):
    """Nothing does."""

    def anchored(self, trainer: Trainer) -> Anchored | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class Elastic(Consolidation):
    """Elastic weight consolidation (Kirkpatrick et al. 2017).

    The importance of a number is its mean squared gradient, which the state of the optimiser
    holds already (Adagrad's sum or Adam's second moment), divided by the mean of its table.
    """

    weight: float = 0.001

    def anchored(self, trainer: Trainer) -> Anchored | None:
        values = [p.detach().clone() for p in trainer.model.parameters()]
        importance = []
        for state in trainer.optimiser.state:
            squares = state[-1]
            importance.append(squares * (self.weight / squares.mean().clamp_min(1e-30)))
        return Anchored(values, importance)


@dataclass(frozen=True, slots=True, eq=False)
class Anchored:
    """Where parameters were, and how firmly each number is held; new rows are free."""

    values: list[Tensor]
    importance: list[Tensor]

    def pull(self, index: int, parameter: Tensor) -> Tensor:
        """Importance x (value - anchor), 0 for rows that came later."""
        found = torch.zeros_like(parameter)
        anchor = self.values[index]
        found[: len(anchor)] = self.importance[index] * (parameter[: len(anchor)] - anchor)
        return found
