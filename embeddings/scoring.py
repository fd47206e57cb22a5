"""The models that keep one row per entity: TransE, DistMult, ComplEx and RotatE.

On equal rows they score as ``torch_geometric.nn.kge`` does; beyond it they rank all candidates at
once, have reciprocal relations, grow, and train by rows.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

from embeddings.models import Model, appended

#: Below this squared distance the gradient of the distance is taken as that at its root.
_NEAR = 1e-12
#: A distance up to here was held at the root of that, whatever it is rounded to.
_HELD = 1.001e-6


class TableModel(Model):
    """A model whose vectors are its rows: ``entities`` (n, width), ``relations`` (2 r, ...)."""

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
        self.entities = nn.Parameter(self._entity_rows(num_entities, generator))
        self.relations = nn.Parameter(self._relation_rows(2 * num_relations, generator))

    @property
    @abstractmethod
    def width(self) -> int:
        """Numbers in the vector of an entity."""

    @abstractmethod
    def squared_moduli(self, rows: Tensor) -> Tensor:
        """|x|^2 of every real or complex number of rows."""

    def _entity_rows(self, count: int, generator: torch.Generator | None) -> Tensor:
        return self.initial_scale * torch.randn(count, self.width, generator=generator)

    def _relation_rows(self, count: int, generator: torch.Generator | None) -> Tensor:
        return self._entity_rows(count, generator)

    def embed(self) -> Tensor:
        return self.entities

    def regularise(
        self, vectors: Tensor, relations: Tensor, targets: Tensor, power: int = 3
    ) -> Tensor:
        return sum(
            (self._powers(rows, power) for rows in (vectors, relations, targets)),
            torch.zeros((), device=vectors.device, dtype=vectors.dtype),
        )

    def _powers(self, rows: Tensor, power: int) -> Tensor:
        squared = self.squared_moduli(rows)
        if power == 2:
            return squared.sum()
        # The offset keeps the gradient of the modulus finite at 0.
        squared = squared + 1e-12
        return (squared * squared.sqrt()).sum()

    def grow(self, num_entities: int, num_relations: int, generator: torch.Generator) -> None:
        entities, relations = num_entities - self.num_entities, num_relations - self.num_relations
        self.entities = appended(self.entities, self._entity_rows(entities, generator))
        self.relations = appended(self.relations, self._relation_rows(2 * relations, generator))
        self.num_entities, self.num_relations = num_entities, num_relations


class _Product(TableModel):
    """score = <q, t>, the scalar product."""

    bilinear = True

    def match(self, queries: Tensor, candidates: Tensor) -> Tensor:
        return queries @ candidates.t()

    def match_pairs(self, queries: Tensor, candidates: Tensor) -> Tensor:
        return (queries * candidates).sum(dim=-1)

    def match_gradients(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        del scores
        return at @ candidates, at.t() @ queries

    def pair_gradients(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, at: Tensor, at_queries: Tensor
    ) -> Tensor:
        del scores
        at_queries.addcmul_(at[:, None], candidates)
        return at[:, None] * queries


class ComplEx(_Product):
    """score = Re(<h, r, conj t>) over ``rank`` complex numbers. Trouillon et al. 2016.

    Rows hold the real and the imaginary part of each in turn (width = 2 rank). N3: Lacroix et
    al. 2018.
    """

    @property
    def width(self) -> int:
        return 2 * self.rank

    def transform(self, vectors: Tensor, relations: Tensor) -> Tensor:
        return _complex_product(vectors, relations)

    def transform_gradients(
        self, vectors: Tensor, relations: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        return _complex_product(relations, at, -1), _complex_product(vectors, at, -1)

    def match_relations(self, vectors: Tensor, targets: Tensor, relations: Tensor) -> Tensor:
        return _complex_product(vectors, targets, -1) @ relations.t()

    def squared_moduli(self, rows: Tensor) -> Tensor:
        return _pairs(rows).pow(2).sum(dim=-1)


class DistMult(_Product):
    """score = <h, r, t> over real numbers. Yang et al. 2015."""

    @property
    def width(self) -> int:
        return self.rank

    def transform(self, vectors: Tensor, relations: Tensor) -> Tensor:
        return vectors * relations

    def transform_gradients(
        self, vectors: Tensor, relations: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        return at * relations, at * vectors

    def match_relations(self, vectors: Tensor, targets: Tensor, relations: Tensor) -> Tensor:
        return (vectors * targets) @ relations.t()

    def squared_moduli(self, rows: Tensor) -> Tensor:
        return rows**2


class _Distance(TableModel):
    """score = -|q - t|, the Euclidean distance; all candidates cost one product of matrices."""

    def match(self, queries: Tensor, candidates: Tensor) -> Tensor:
        squares = vector_norm(candidates, dim=-1) ** 2 + vector_norm(queries, dim=-1)[:, None] ** 2
        squared = torch.addmm(squares, queries, candidates.t(), alpha=-2)
        return -squared.clamp_min(_NEAR).sqrt()

    def match_pairs(self, queries: Tensor, candidates: Tensor) -> Tensor:
        distances: Tensor = vector_norm(queries - candidates, dim=-1)
        return -distances.clamp_min(math.sqrt(_NEAR))

    def match_gradients(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        slope = _by_square(scores, at)
        at_queries = queries * (2 * slope.sum(dim=1, keepdim=True))
        at_candidates = candidates * (2 * slope.sum(dim=0)[:, None])
        at_queries.addmm_(slope, candidates, alpha=-2)
        at_candidates.addmm_(slope.t(), queries, alpha=-2)
        return at_queries, at_candidates

    def pair_gradients(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, at: Tensor, at_queries: Tensor
    ) -> Tensor:
        at_candidates = (candidates - queries).mul_(2 * _by_square(scores, at)[:, None])
        at_queries.sub_(at_candidates)
        return at_candidates


class TransE(_Distance):
    """score = -|h + r - t|, Euclidean; rows are not normalised. Bordes et al. 2013."""

    @property
    def width(self) -> int:
        return self.rank

    def transform(self, vectors: Tensor, relations: Tensor) -> Tensor:
        return vectors + relations

    def transform_gradients(
        self, vectors: Tensor, relations: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        del vectors, relations
        return at, at

    def match_relations(self, vectors: Tensor, targets: Tensor, relations: Tensor) -> Tensor:
        return self.match(targets - vectors, relations)

    def squared_moduli(self, rows: Tensor) -> Tensor:
        return rows**2


class RotatE(_Distance):
    """score = -|h rotated by r - t| over ``rank`` complex numbers; Sun et al. 2019.

    Relations are angles in radians, shape (2 r, rank). The distance is the Euclidean one of the
    whole vector, as in torch_geometric.
    """

    @property
    def width(self) -> int:
        return 2 * self.rank

    def _relation_rows(self, count: int, generator: torch.Generator | None) -> Tensor:
        return 2 * math.pi * torch.rand(count, self.rank, generator=generator)

    def transform(self, vectors: Tensor, relations: Tensor) -> Tensor:
        return _complex_product(vectors, _turns(relations))

    def transform_gradients(
        self, vectors: Tensor, relations: Tensor, at: Tensor
    ) -> tuple[Tensor, Tensor]:
        turns = _turns(relations)
        # An angle moves its turn by i times the turn.
        at_turns = _complex_product(turns, _complex_product(vectors, at, -1), -1)
        return _complex_product(turns, at, -1), _pairs(at_turns)[..., 1].contiguous()

    def match_relations(self, vectors: Tensor, targets: Tensor, relations: Tensor) -> Tensor:
        turns = _turns(relations)
        squares = (vectors**2).sum(dim=-1) + (targets**2).sum(dim=-1)
        product = _complex_product(vectors, targets, -1) @ turns.t()
        return -(squares[:, None] - 2 * product).clamp_min(_NEAR).sqrt()

    def squared_moduli(self, rows: Tensor) -> Tensor:
        return _pairs(rows).pow(2).sum(dim=-1)

    def regularise(
        self, vectors: Tensor, relations: Tensor, targets: Tensor, power: int = 3
    ) -> Tensor:
        del relations  # their moduli are 1
        return self._powers(vectors, power) + self._powers(targets, power)


def _by_square(scores: Tensor, at: Tensor) -> Tensor:
    """The gradient at squared distances from that at scores; 0 where a distance was held."""
    return torch.where(scores < -_HELD, 0.5 * at / scores, 0.0)


def _turns(angles: Tensor) -> Tensor:
    return torch.stack((torch.cos(angles), torch.sin(angles)), dim=-1).flatten(-2)


def _pairs(rows: Tensor) -> Tensor:
    """Rows (..., 2 rank) as (..., rank, 2): real and imaginary parts."""
    return rows.view(*rows.shape[:-1], -1, 2)


def _complex_product(vectors: Tensor, others: Tensor, sign: int = 1) -> Tensor:
    """The product v w, or conj(v) w for a sign of -1, of rows (..., 2 rank).

    The real product of conj(v) t with a relation r is Re(<v, r, conj t>).
    """
    v = torch.view_as_complex(_pairs(vectors))
    product = (v if sign > 0 else v.conj()) * torch.view_as_complex(_pairs(others))
    return torch.view_as_real(product).flatten(-2)


#: The models by the names that people give.
BY_NAME: Final[Mapping[str, Callable[..., TableModel]]] = MappingProxyType(
    {"complex": ComplEx, "distmult": DistMult, "rotate": RotatE, "transe": TransE}
)
