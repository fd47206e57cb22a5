"""What denoising is compared with: simple scores of how wrong each edge looks.

All have one method, ``scores(table) -> (edges,)``, higher for what is rather wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import sparse

from embeddings.edits import Floats
from embeddings.held_out import held_out_losses
from embeddings.row_diffusion import RowDiffusion
from embeddings.tensors import EdgeTable
from embeddings.train import TrainConfig, Trainer, losses


class NoiseBaseline(Protocol):
    """A score for each edge of a table."""

    def scores(self, table: EdgeTable) -> Floats:
        """How wrong each edge looks, shape (edges,); of edges alone, so 0 is no boundary."""


@dataclass(frozen=True, slots=True)
class SlotCounts:
    """How rarely the head has the relation, and the relation the tail, the edge left out."""

    def scores(self, table: EdgeTable) -> Floats:
        h, r, t = table.triples.T
        found: Floats = np.zeros(len(table))
        for entity in (h, t):
            _, place, counts = np.unique(
                entity * (table.num_relations + 1) + r, return_inverse=True, return_counts=True
            )
            found -= np.log1p(counts[place] - 1)
        return found


@dataclass(frozen=True, slots=True)
class CommonNeighbours:
    """How few neighbours the two ends share, whatever the relations."""

    def scores(self, table: EdgeTable) -> Floats:
        h, _, t = table.triples.T
        size = table.num_entities
        ones = np.ones(2 * len(table), dtype=np.float32)
        ends = np.concatenate((h, t)), np.concatenate((t, h))
        joined = sparse.csr_matrix((ones, ends), shape=(size, size))
        joined.data[:] = 1.0
        # The edge itself puts no end among the other's neighbours but where it is a loop.
        shared = np.concatenate(
            [
                np.asarray(joined[h[part]].multiply(joined[t[part]]).sum(axis=1)).ravel()
                for part in np.array_split(np.arange(len(h)), max(1, len(h) // 20_000))
            ]
        )
        found: Floats = -shared.astype(np.float64)
        return found


@dataclass(frozen=True, slots=True)
class InSample:
    """The loss of each edge, in both directions, by a model that was trained on it."""

    train: TrainConfig = field(default_factory=lambda: TrainConfig(rank=100))
    epochs: int = 12

    def scores(self, table: EdgeTable) -> Floats:
        trainer = Trainer(self.train)
        trainer.fit(table, self.epochs)
        found: Floats = losses(trainer.model, table.triples).sum(axis=1)
        return found


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """The loss of each edge by a model that was trained without its fold."""

    train: TrainConfig = field(default_factory=lambda: TrainConfig(rank=100))
    epochs: int = 12
    folds: int = 5

    def scores(self, table: EdgeTable) -> Floats:
        generator = np.random.default_rng((self.train.seed, 3))
        fold = generator.permutation(len(table)) % self.folds
        both = held_out_losses(table, table.triples, fold, self.train, self.epochs)
        found: Floats = both.sum(axis=1)
        return found


def noise_baselines(seed: int = 0, rank: int = 100, epochs: int = 12) -> dict[str, NoiseBaseline]:
    """Every baseline by its name; ``rank`` and ``epochs`` are those of the trained ones."""
    train = TrainConfig(rank=rank, seed=seed)
    return {
        "counts": SlotCounts(),
        "common neighbours": CommonNeighbours(),
        "row diffusion": RowDiffusion(seed=seed),
        "in-sample": InSample(train, epochs),
        "out-of-fold": OutOfFold(train, epochs),
    }
