"""The contract of a model.

A model holds one vector per entity. A *directed relation* is ``2 r`` for relation ``r`` read from
head to tail and ``2 r + 1`` for its reciprocal, read from tail to head; ranking tails and ranking
heads are the same operation on one or the other. The models with a row per entity are in
``embeddings.scoring``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn

from embeddings.tensors import EdgeTable


class Model(nn.Module, ABC):
    """Entity vectors, and how a vector and a directed relation are matched with candidates.

    ``entities`` holds what is kept per entity and ``relations`` what is kept per directed
    relation, a row each; :meth:`embed` makes the vectors of it.
    """

    entities: nn.Parameter
    relations: nn.Parameter

    #: Whether a score is the scalar product of what :meth:`query` gives and the candidate.
    bilinear = False
    #: Whether :meth:`embed` is ``entities`` itself, so that a batch needs only its own rows.
    row_local = True
    #: Whether entities that no training has seen have vectors that mean something.
    inductive = False

    def __init__(self, num_entities: int, num_relations: int) -> None:
        super().__init__()
        self.num_entities = num_entities
        self.num_relations = num_relations

    @abstractmethod
    def embed(self) -> Tensor:
        """One vector per entity, shape (entities, width)."""

    @abstractmethod
    def transform(self, vectors: Tensor, relations: Tensor) -> Tensor:
        """What vectors (..., width) look for along rows of ``relations``: (..., width)."""

    @abstractmethod
    def match(self, queries: Tensor, candidates: Tensor) -> Tensor:
        """Scores of every candidate (m, width) for every query (n, width): (n, m)."""

    @abstractmethod
    def match_pairs(self, queries: Tensor, candidates: Tensor) -> Tensor:
        """Scores of candidate i for query i: (...,)."""

    def transform_gradients(
        self, vectors: Tensor, relations: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Gradients at the vectors and at the relations, from those at what they transform to."""
        return _by_autograd(self.transform, vectors, relations, at)

    def match_gradients(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Gradients at queries and candidates, from those at the scores that :meth:`match` gave."""
        del scores
        return _by_autograd(self.match, queries, candidates, at)

    def pair_gradients(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, at: Tensor, at_queries: Tensor
    ) -> Tensor:
        """The same of :meth:`match_pairs`: adds to ``at_queries``, gives that at candidates."""
        del scores
        by_pair, at_candidates = _by_autograd(self.match_pairs, queries, candidates, at)
        at_queries.add_(by_pair)
        return at_candidates

    @abstractmethod
    def regularise(
        self, vectors: Tensor, relations: Tensor, targets: Tensor, power: int = 3
    ) -> Tensor:
        """The sum over a batch of the moduli of its rows to a power (3: N3, 2: L2): a scalar."""

    @abstractmethod
    def grow(self, num_entities: int, num_relations: int, generator: torch.Generator) -> None:
        """Append rows for new entities and relations; existing rows stay bit for bit."""

    def see(self, table: EdgeTable) -> None:
        """Take the graph that training now begins on; row-local models need none."""

    def embed_for(self, one: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """The vectors to train edges between ``one[i]`` and ``other[i]`` with: (entities, width).

        A model whose vectors are made of edges makes them without any edge between those ends.
        """
        return self.embed()

    def query(self, vectors: Tensor, directed: Tensor) -> Tensor:
        """What entity vectors (n, width) look for along directed relations (n,): (n, width)."""
        return self.transform(vectors, self.relations[directed])

    def penalty(self, entities: Tensor, directed: Tensor, targets: Tensor) -> Tensor:
        """N3 of a batch of directed edges, a mean over the batch."""
        vectors = self.embed()
        rows = vectors[entities], self.relations[directed], vectors[targets]
        return self.regularise(*rows) / max(len(entities), 1)

    @abstractmethod
    def match_relations(self, vectors: Tensor, targets: Tensor, relations: Tensor) -> Tensor:
        """Scores of rows of ``relations`` (m, ...) from vectors (n, width) to targets: (n, m).

        For relation prediction as a second objective; Chen et al. 2021.
        """

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


def _by_autograd(
    function: Callable[[Tensor, Tensor], Tensor], one: Tensor, other: Tensor, at: Tensor
) -> tuple[Tensor, Tensor]:
    one, other = one.detach().requires_grad_(), other.detach().requires_grad_()
    with torch.enable_grad():
        found = function(one, other)
    at_one, at_other = torch.autograd.grad(found, (one, other), at)
    return at_one, at_other


def appended(table: nn.Parameter, rows: Tensor) -> nn.Parameter:
    """A parameter with rows behind its own, which stay as they are."""
    return nn.Parameter(torch.cat((table.detach(), rows.to(table.device, table.dtype))))
