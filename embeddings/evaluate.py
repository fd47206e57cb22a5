"""Filtered ranks of true edges among all entities, and what is told from them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.models import Model
from embeddings.tensors import Indices

Ranks = NDArray[np.float64]

#: Mean number of tails per head (or heads per tail) from which a side counts as many.
_MANY = 1.5


@dataclass(frozen=True, slots=True)
class Metrics:
    """Link prediction in both directions; ``count`` is the number of ranks."""

    mrr: float
    hits_at_1: float
    hits_at_3: float
    hits_at_10: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class RankBounds:
    """Ranks of shape (2, triples), tails then heads, by how ties are counted.

    ``optimistic``: the true one is the first of its equals; ``pessimistic``: the last.
    """

    optimistic: Ranks
    pessimistic: Ranks

    @property
    def realistic(self) -> Ranks:
        """The mean of both (Berrendorf et al. 2020)."""
        return (self.optimistic + self.pessimistic) / 2


def filtered_ranks(
    model: Model,
    triples: Indices,
    known: Indices,
    batch_size: int = 512,
    candidates: int | None = None,
) -> Ranks:
    """Realistic filtered ranks of shape (2, triples): of the tail, then of the head.

    As :func:`rank_bounds`.
    """
    return rank_bounds(model, triples, known, batch_size, candidates).realistic


def rank_bounds(
    model: Model,
    triples: Indices,
    known: Indices,
    batch_size: int = 512,
    candidates: int | None = None,
) -> RankBounds:
    """Filtered ranks of true edges among entities, in both directions.

    Other entities that make a triple of ``known`` true are left out of the comparison. Arrays
    are (n, 3); ``candidates`` counts the entities that are ranked, the first rows.
    """
    asked, known_edges = _both_ways(triples), _both_ways(np.concatenate((known, triples)))
    device = model.relations.device
    better = torch.empty(len(asked), dtype=torch.long)
    equal = torch.empty_like(better)
    with torch.no_grad():
        every = model.embed()
        vectors = every[:candidates]
        size = len(vectors)
        for part in _grouped(asked, known_edges, batch_size, size):
            queries = model.query(every[part.entities.to(device)], part.directed.to(device))
            scores = model.match(queries, vectors).cpu()
            own = scores[part.row, part.targets]
            found = _compared(scores, own, part)
            better[part.places], equal[part.places] = found
    ranks = (1 + better).double().numpy().reshape(2, -1)
    ties = equal.double().numpy().reshape(2, -1)
    return RankBounds(ranks, ranks + ties)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Distinct queries; their asked edges (``row``, ``targets``, where they go) and answers.

    ``answer_edge`` and ``answer`` are pairs of an asked edge and a known target of its query.
    """

    entities: Tensor
    directed: Tensor
    row: Tensor
    targets: Tensor
    places: Tensor
    answer_edge: Tensor
    answer: Tensor


def _both_ways(triples: Indices) -> Indices:
    there = np.stack((triples[:, 0], 2 * triples[:, 1], triples[:, 2]), axis=1)
    back = np.stack((triples[:, 2], 2 * triples[:, 1] + 1, triples[:, 0]), axis=1)
    return np.concatenate((there, back)).astype(np.int64)


def _grouped(asked: Indices, known: Indices, size: int, candidates: int) -> Iterator[_Part]:
    """Asked edges by query, in parts of ``size`` queries; answers beyond candidates left out."""
    key = asked[:, 0] << 32 | asked[:, 1]
    order = np.argsort(key, kind="stable")
    distinct, starts = np.unique(key[order], return_index=True)
    known = _distinct(known[known[:, 2] < candidates])
    known_key = known[:, 0] << 32 | known[:, 1]
    low = np.asarray(np.searchsorted(known_key, distinct, side="left"), dtype=np.int64)
    count = np.asarray(np.searchsorted(known_key, distinct, side="right"), dtype=np.int64) - low
    stops = np.append(starts[1:], len(order))
    for first in range(0, len(distinct), size):
        last = min(first + size, len(distinct))
        places = order[starts[first] : stops[last - 1]]
        row = np.repeat(np.arange(last - first), (stops - starts)[first:last])
        answers = count[first:last][row]
        edge = np.repeat(np.arange(len(row)), answers)
        offset = np.arange(len(edge)) - np.repeat(np.cumsum(answers) - answers, answers)
        answer = known[low[first:last][row][edge] + offset, 2]
        columns = (distinct[first:last] >> 32, distinct[first:last] & 0xFFFFFFFF, row)
        arrays = (*columns, asked[places, 2], places, edge, answer)
        yield _Part(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays))


def _distinct(rows: Indices) -> Indices:
    """Distinct rows (n, 3) in order; by single numbers, which sort ten times as fast as rows."""
    if not len(rows):
        return rows
    sizes = tuple(int(top) + 1 for top in rows.max(axis=0))
    if math.prod(sizes) >= 1 << 63:
        return np.unique(rows, axis=0)
    keys = np.unique(np.ravel_multi_index(tuple(rows.T), sizes))
    return np.stack(np.unravel_index(keys, sizes), axis=1).astype(np.int64)


def _compared(scores: Tensor, own: Tensor, part: _Part) -> tuple[Tensor, Tensor]:
    """How many entities score above, and as high as, each asked target, the known left out."""
    better = torch.empty(len(own), dtype=torch.long)
    equal = torch.empty_like(better)
    for start in range(0, len(own), 256):
        some = slice(start, start + 256)
        rows = scores[part.row[some]]
        better[some] = torch.count_nonzero(rows > own[some, None], dim=1)
        equal[some] = torch.count_nonzero(rows == own[some, None], dim=1)
    answers = scores[part.row[part.answer_edge], part.answer]
    asked = own[part.answer_edge]
    above = torch.bincount(part.answer_edge[answers > asked], minlength=len(own))
    level = torch.bincount(part.answer_edge[answers == asked], minlength=len(own))
    # The target is among the known answers, and equals itself.
    return better - above, equal - level


def metrics(ranks: Ranks) -> Metrics:
    """Mean reciprocal rank and Hits@k of ranks of any shape."""
    flat = ranks.ravel()
    if not len(flat):
        return Metrics(0.0, 0.0, 0.0, 0.0, 0)
    first, third, tenth = (float((flat <= k).mean()) for k in (1, 3, 10))
    return Metrics(float((1 / flat).mean()), first, third, tenth, len(flat))


def by_relation(triples: Indices, ranks: Ranks) -> dict[int, Metrics]:
    """Metrics of each relation's row among the triples; ranks are (2, triples)."""
    return {
        int(r): metrics(ranks[:, triples[:, 1] == r]) for r in np.unique(triples[:, 1]).tolist()
    }


def categories(known: Indices) -> dict[int, str]:
    """Each relation's row as ``1-1``, ``1-N``, ``N-1`` or ``N-N`` (Bordes et al. 2013).

    A side is N where the relation has more than 1.5 entities there for one on the other side.
    """
    found = {}
    unique = np.unique(known, axis=0)
    for relation in np.unique(unique[:, 1]).tolist():
        own = unique[unique[:, 1] == relation]
        heads = len(own) / len(np.unique(own[:, 2])) > _MANY
        tails = len(own) / len(np.unique(own[:, 0])) > _MANY
        found[int(relation)] = f"{'N' if heads else '1'}-{'N' if tails else '1'}"
    return found


def by_category(
    triples: Indices, ranks: Ranks, known: Indices
) -> dict[str, tuple[Metrics, Metrics]]:
    """(tail metrics, head metrics) of each category of relations; ranks are (2, triples)."""
    kinds = categories(np.concatenate((known, triples)))
    own = np.array([kinds[r] for r in triples[:, 1].tolist()])
    return {
        str(kind): (metrics(ranks[0, own == kind]), metrics(ranks[1, own == kind]))
        for kind in np.unique(own)
    }
