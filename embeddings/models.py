"""The contract of a model, and ComplEx under it.

A model holds one vector per entity. A *directed relation* is ``2 r`` for relation ``r`` read from
head to tail and ``2 r + 1`` for its reciprocal, read from tail to head; ranking tails and ranking
heads are the same operation on one or the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn


class Model(nn.Module, ABC):
    """Entity vectors, and how a vector and a directed relation are matched with candidates."""

    def __init__(self, num_entities: int, num_relations: int) -> None:
        super().__init__()
        self.num_entities = num_entities
        self.num_relations = num_relations

    @abstractmethod
    def embed(self) -> Tensor:
        """One vector per entity, shape (entities, width)."""

    @abstractmethod
    def query(self, vectors: Tensor, directed: Tensor) -> Tensor:
        """What entity vectors (n, width) look for along directed relations (n,): (n, width)."""

    @abstractmethod
    def match(self, queries: Tensor, candidates: Tensor) -> Tensor:
        """Scores of every candidate (m, width) for every query (n, width): (n, m)."""

    @abstractmethod
    def match_pairs(self, queries: Tensor, candidates: Tensor) -> Tensor:
        """Scores of candidate i for query i: (n,)."""

    @abstractmethod
    def penalty(self, entities: Tensor, directed: Tensor, targets: Tensor) -> Tensor:
        """The regulariser of a batch of directed edges, a mean over the batch."""

    @abstractmethod
    def grow(self, num_entities: int, num_relations: int, generator: torch.Generator) -> None:
        """Append rows for new entities and relations; existing rows stay bit for bit."""

    def score(self, heads: Tensor, relations: Tensor, tails: Tensor) -> Tensor:
        """Scores of triples, read from head to tail: (n,)."""
        vectors = self.embed()
        return self.match_pairs(self.query(vectors[heads], 2 * relations), vectors[tails])

    def score_all(self, entities: Tensor, directed: Tensor) -> Tensor:
        """Scores of every entity as the target of directed edges: (n, entities)."""
        vectors = self.embed()
        return self.match(self.query(vectors[entities], directed), vectors)

    def score_tails(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Scores of every entity as tail: (n, entities)."""
        return self.score_all(heads, 2 * relations)

    def score_heads(self, relations: Tensor, tails: Tensor) -> Tensor:
        """Scores of every entity as head, by the reciprocal relation: (n, entities)."""
        return self.score_all(tails, 2 * relations + 1)


class ComplEx(Model):
    """ComplEx with reciprocal relations and the nuclear 3-norm N3.

    score = Re(<h, r, conj t>) over ``rank`` complex numbers, kept as real parts then imaginary
    parts (width = 2 rank). Trouillon et al. 2016; N3 and reciprocals: Lacroix et al. 2018.
    """

    def __init__(
        self,
        num_entities: int,
        num_relations: int,
        rank: int = 64,
        initial_scale: float = 1e-3,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(num_entities, num_relations)
        self.rank = rank
        self.initial_scale = initial_scale
        self.entities = nn.Parameter(self._rows(num_entities, generator))
        self.relations = nn.Parameter(self._rows(2 * num_relations, generator))

    def _rows(self, count: int, generator: torch.Generator | None) -> Tensor:
        return self.initial_scale * torch.randn(count, 2 * self.rank, generator=generator)

    def embed(self) -> Tensor:
        return self.entities

    def query(self, vectors: Tensor, directed: Tensor) -> Tensor:
        a, b = vectors.chunk(2, dim=-1)
        c, d = self.relations[directed].chunk(2, dim=-1)
        return torch.cat((a * c - b * d, a * d + b * c), dim=-1)

    def match(self, queries: Tensor, candidates: Tensor) -> Tensor:
        return queries @ candidates.t()

    def match_pairs(self, queries: Tensor, candidates: Tensor) -> Tensor:
        return (queries * candidates).sum(dim=-1)

    def penalty(self, entities: Tensor, directed: Tensor, targets: Tensor) -> Tensor:
        rows = (self.entities[entities], self.relations[directed], self.entities[targets])
        total = sum((_cubed_moduli(row) for row in rows), torch.zeros((), device=rows[0].device))
        return total / max(len(entities), 1)

    def grow(self, num_entities: int, num_relations: int, generator: torch.Generator) -> None:
        self.entities = _appended(
            self.entities, self._rows(num_entities - self.num_entities, generator)
        )
        self.relations = _appended(
            self.relations, self._rows(2 * (num_relations - self.num_relations), generator)
        )
        self.num_entities, self.num_relations = num_entities, num_relations


def _cubed_moduli(rows: Tensor) -> Tensor:
    real, imaginary = rows.chunk(2, dim=-1)
    # The offset keeps the gradient of the modulus finite at 0.
    return torch.pow(real**2 + imaginary**2 + 1e-12, 1.5).sum()


def _appended(table: nn.Parameter, rows: Tensor) -> nn.Parameter:
    return nn.Parameter(torch.cat((table.detach(), rows.to(table.device))))
