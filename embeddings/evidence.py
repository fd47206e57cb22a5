"""Evidence for and against edges, always from a graph without them.

The resolvent spreads what entities have to those like them, and an edge that similar entities do
not support stands out; counts, other relations and two-step walks say the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy import sparse

from embeddings.edits import Floats
from embeddings.resolvent import LARGEST_DENSE, Resolvent, SparseMatrix, resolvents
from embeddings.rivals import Rivals
from embeddings.runs import looked_up
from embeddings.supporters import Supporters
from embeddings.tensors import Indices
from embeddings.walks import Walks

_LAMBDAS = (0.3, 3.0)
#: Columns for each resolvent and end, and which of them compares with the best candidate; columns
#: of counts, behind those of both ends.
_STATISTICS, _BEST = 5, 3
_COUNTED = 6
#: Candidates of a relation that an edge of a large graph is compared with at most, and edges
#: compared at once.
_MOST_CANDIDATES = 500
_CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Counts:
    """Held-out counts of one edge: what the rest of the graph has around it.

    ``support_tail`` and ``support_head`` are the share of the best candidate's support (0 to 1)
    that this tail and this head get from entities similar to the other end.
    """

    edges_of_relation: int
    same_head_and_relation: int
    same_relation_and_tail: int
    head_degree: int
    tail_degree: int
    parallel_relations: int
    support_tail: float
    support_head: float


def counts_of(features: Floats) -> list[Counts]:
    """The numbers that can be told in words, from the features of edges."""
    ends = 2 * len(_LAMBDAS) * _STATISTICS
    names = [f.name for f in fields(Counts)][:_COUNTED]
    integers = np.rint(np.expm1(features[:, ends : ends + _COUNTED])).astype(int)
    best_tail, best_head = features[:, _BEST], features[:, ends // 2 + _BEST]
    return [
        Counts(
            **dict(zip(names, (int(n) for n in row), strict=True)),
            support_tail=float(tail),
            support_head=float(head),
        )
        for row, tail, head in zip(integers, best_tail, best_head, strict=True)
    ]


class Evidence:
    """Features of edges from a graph that does not hold them.

    ``triples`` is the graph, (edges, 3), ``weights`` (edges,) how much each is believed;
    ``rivals`` compares relations with each other as well, ``supporters`` asks who else has an edge.
    """

    def __init__(
        self,
        triples: Indices,
        num_entities: int,
        num_relations: int,
        weights: Floats | None = None,
        seed: int = 0,
        rivals: bool = False,
        supporters: bool = False,
    ) -> None:
        self._size = num_entities
        self._generator = np.random.default_rng((seed, 9))
        weights = np.ones(len(triples)) if weights is None else weights
        order = np.argsort(triples[:, 1], kind="stable")
        ends = np.searchsorted(triples[order, 1], np.arange(num_relations + 1))
        self._adjacency: list[SparseMatrix] = []
        for relation in range(num_relations):
            rows = order[ends[relation] : ends[relation + 1]]
            there = _matrix(triples[rows, 0], triples[rows, 2], weights[rows], num_entities)
            self._adjacency += [there, there.T.tocsr()]
        described = sparse.hstack(self._adjacency, format="csr")
        self._resolvents: list[Resolvent] = resolvents(described, _LAMBDAS, seed)
        heads, relations, tails = triples.T
        self._relation = np.bincount(relations, weights, num_relations)
        self._slots = [
            _Sums(entities * num_relations + relations, weights) for entities in (heads, tails)
        ]
        self._num_relations = num_relations
        self._degrees = np.bincount(heads, weights, num_entities)
        self._degrees += np.bincount(tails, weights, num_entities)
        low, high = np.minimum(heads, tails), np.maximum(heads, tails)
        self._pairs = _Sums(low * num_entities + high, weights)
        self._walks = Walks(triples, num_entities, num_relations, seed)
        self._more: list[Rivals | Supporters] = []
        first = self._resolvents[0]
        if rivals:
            self._more.append(Rivals(triples, num_entities, num_relations, first, seed))
        if supporters:
            self._more.append(
                Supporters(triples, num_entities, num_relations, described, first, seed)
            )

    def features(self, triples: Indices) -> Floats:
        """One row for each edge; the columns are the same for every graph."""
        tails = self._supports(triples[:, 0], 2 * triples[:, 1], triples[:, 2])
        heads = self._supports(triples[:, 2], 2 * triples[:, 1] + 1, triples[:, 0])
        counted = np.log1p(self._counted(triples))
        every = [tails, heads, counted, self._walks.features(triples)]
        every += [more.features(triples) for more in self._more]
        return np.concatenate(every, axis=1)

    def alike(self, sources: Indices, others: Indices) -> Floats:
        """How much each source is like the other entity beside it, (n,), as diffusion has it."""
        return self._resolvents[0].between(sources, others).astype(np.float64)

    def _counted(self, triples: Indices) -> Floats:
        h, r, t = triples.T
        low, high = np.minimum(h, t), np.maximum(h, t)
        columns = (
            self._relation[r],
            self._slots[0].of(h * self._num_relations + r),
            self._slots[1].of(t * self._num_relations + r),
            self._degrees[h],
            self._degrees[t],
            self._pairs.of(low * self._size + high),
        )
        return np.stack(columns, axis=1)

    def _supports(self, sources: Indices, directed: Indices, targets: Indices) -> Floats:
        """Per resolvent: value, share, z and ratio to the best; and smoothed slot membership."""
        result = np.zeros((len(sources), len(_LAMBDAS) * _STATISTICS))
        order = np.argsort(directed, kind="stable")
        ends = np.searchsorted(directed[order], np.arange(len(self._adjacency) + 1))
        for d, adjacency in enumerate(self._adjacency):
            rows = order[ends[d] : ends[d + 1]]
            if not len(rows):
                continue
            candidates = self._candidates(adjacency)
            slot = np.asarray(adjacency.getnnz(axis=1) > 0, dtype=np.float32)
            columns = sparse.hstack(
                (adjacency[:, candidates], sparse.csr_matrix(slot[:, None])), format="csr"
            )
            by_target = adjacency.tocsc()
            for begin in range(0, len(rows), _CHUNK):
                some = rows[begin : begin + _CHUNK]
                for k, resolvent in enumerate(self._resolvents):
                    first = k * _STATISTICS
                    result[some, first : first + _STATISTICS] = _support(
                        resolvent, sources[some], columns, by_target, targets[some]
                    )
        return result

    def _candidates(self, adjacency: SparseMatrix) -> Indices:
        """The entities that a directed relation leads to, an even sample of many."""
        candidates: Indices = np.unique(adjacency.indices).astype(np.int64)
        if self._size <= LARGEST_DENSE or len(candidates) <= _MOST_CANDIDATES:
            return candidates
        drawn = self._generator.choice(candidates, _MOST_CANDIDATES, replace=False)
        return np.sort(drawn)


def _support(
    resolvent: Resolvent,
    sources: Indices,
    columns: SparseMatrix,
    adjacency: SparseMatrix,
    targets: Indices,
) -> Floats:
    """Value, share, z, ratio to the best, slot membership: (len(sources), 5)."""
    unique, inverse = np.unique(sources, return_inverse=True)
    spread = resolvent.spread(unique, columns)
    spread, slot = spread[:, :-1], spread[:, -1]
    values = resolvent.at(sources, adjacency, targets)
    if not spread.shape[1]:
        nothing = np.zeros(len(sources))
        return np.stack((values, nothing, nothing, nothing, slot[inverse]), axis=1)
    mean, deviation = spread.mean(axis=1), spread.std(axis=1)
    total, best = np.abs(spread).sum(axis=1), spread.max(axis=1)
    return np.stack(
        (
            values,
            values / (total[inverse] + 1e-12),
            (values - mean[inverse]) / (deviation[inverse] + 1e-9),
            np.clip(values / (np.maximum(best[inverse], values) + 1e-9), -1, 1),
            slot[inverse],
        ),
        axis=1,
    )


class _Sums:
    """Sums of weights by key."""

    def __init__(self, keys: Indices, weights: Floats) -> None:
        self._keys, places = np.unique(keys, return_inverse=True)
        self._sums: Floats = np.bincount(places, weights, len(self._keys)).astype(np.float64)

    def of(self, keys: Indices) -> Floats:
        """The sums of keys, 0 for those that there are none of."""
        return looked_up(self._keys, self._sums, keys)


def _matrix(heads: Indices, tails: Indices, weights: Floats, size: int) -> SparseMatrix:
    return sparse.csr_matrix((weights.astype(np.float32), (heads, tails)), shape=(size, size))
