"""Evidence for and against edges, always from a graph without them: the diffusion's resolvent.

Entities are described by their typed neighbours; the resolvent of the similarity between
entities spreads those descriptions, and an edge that similar entities do not support stands out.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from embeddings.edits import Floats
from embeddings.errors import TrainingError
from embeddings.tensors import Indices

#: Entities up to which the resolvent is a dense inverse.
LARGEST_DENSE = 8000
_LAMBDAS = (0.3, 3.0)
_STATISTICS = 4

SparseMatrix = Any  # scipy's sparse matrices have no types


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


class Evidence:
    """Features of edges from a graph that does not hold them.

    ``triples`` is the graph, shape (edges, 3). Raises TrainingError above ``LARGEST_DENSE``
    entities.
    """

    def __init__(self, triples: Indices, num_entities: int, num_relations: int) -> None:
        if num_entities > LARGEST_DENSE:
            raise TrainingError(
                "denoise",
                f"{num_entities} entities, the dense resolvent takes {LARGEST_DENSE}",
                "denoise a part of the graph",
            )
        self._size = num_entities
        there = np.stack((triples[:, 0], 2 * triples[:, 1], triples[:, 2]), axis=1)
        back = np.stack((triples[:, 2], 2 * triples[:, 1] + 1, triples[:, 0]), axis=1)
        directed = np.concatenate((there, back))
        self._adjacency = [
            _matrix(directed[directed[:, 1] == d], num_entities) for d in range(2 * num_relations)
        ]
        self._resolvents = _resolvents(self._adjacency)
        self._out = np.stack([np.diff(a.indptr) for a in self._adjacency])
        self._pairs = sum(self._adjacency[1::2], sparse.csr_matrix((num_entities, num_entities)))
        self._pairs = (self._pairs + self._pairs.T).tocsr()
        self._degrees = self._out.sum(axis=0)

    def features(self, triples: Indices) -> Floats:
        """One row for each edge; the columns are the same for every graph."""
        tails = self._supports(triples[:, 0], 2 * triples[:, 1], triples[:, 2])
        heads = self._supports(triples[:, 2], 2 * triples[:, 1] + 1, triples[:, 0])
        return np.concatenate((tails, heads, np.log1p(self._counted(triples))), axis=1)

    def counts(self, triples: Indices, features: Floats) -> list[Counts]:
        """The numbers that can be told in words, for edges and their features."""
        integers = np.rint(self._counted(triples)).astype(int)
        best_tail, best_head = features[:, 3], features[:, len(_LAMBDAS) * (_STATISTICS + 1) + 3]
        names = [f.name for f in fields(Counts)][:6]
        return [
            Counts(
                **dict(zip(names, (int(n) for n in row), strict=True)),
                support_tail=float(tail),
                support_head=float(head),
            )
            for row, tail, head in zip(integers, best_tail, best_head, strict=True)
        ]

    def _counted(self, triples: Indices) -> Floats:
        h, r, t = triples.T
        parallel = np.asarray(self._pairs[h, t]).ravel()
        relation = self._out.sum(axis=1)
        columns = (
            relation[2 * r],
            self._out[2 * r, h],
            self._out[2 * r + 1, t],
            self._degrees[h],
            self._degrees[t],
            parallel,
        )
        return np.stack(columns, axis=1).astype(np.float64)

    def _supports(self, sources: Indices, directed: Indices, targets: Indices) -> Floats:
        """Per resolvent: value, share, z and ratio to the best; and smoothed slot membership."""
        width = len(_LAMBDAS) * (_STATISTICS + 1)
        result = np.zeros((len(sources), width))
        for d in np.unique(directed):
            rows = np.flatnonzero(directed == d)
            adjacency = self._adjacency[d]
            candidates = np.unique(np.concatenate((adjacency.indices, targets[rows])))
            place = np.searchsorted(candidates, targets[rows])
            slot = (self._out[d] > 0).astype(np.float64)
            unique, inverse = np.unique(sources[rows], return_inverse=True)
            for k, resolvent in enumerate(self._resolvents):
                spread = (adjacency[:, candidates].T @ resolvent[unique].T).T
                values = spread[inverse, place]
                mean, deviation = spread.mean(axis=1), spread.std(axis=1)
                total, best = np.abs(spread).sum(axis=1), spread.max(axis=1)
                first = k * (_STATISTICS + 1)
                result[rows, first] = values
                result[rows, first + 1] = values / (total[inverse] + 1e-12)
                result[rows, first + 2] = (values - mean[inverse]) / (deviation[inverse] + 1e-9)
                result[rows, first + 3] = np.clip(values / (best[inverse] + 1e-9), -1, 1)
                result[rows, first + 4] = (resolvent[unique] @ slot)[inverse]
        return result


def _matrix(edges: Indices, size: int) -> SparseMatrix:
    ones = np.ones(len(edges))
    return sparse.csr_matrix((ones, (edges[:, 0], edges[:, 2])), shape=(size, size))


def _resolvents(adjacency: list[SparseMatrix]) -> list[NDArray[np.float32]]:
    """H = K (K + l m I)^-1 for each l, K = X W X^T, m the mean of K's diagonal.

    H = I - l m (K + l m I)^-1, and the inverse is that of a positive definite matrix.
    """
    described = sparse.hstack(adjacency, format="csc")
    counts = np.asarray(described.sum(axis=0)).ravel()
    weights = sparse.diags(1 / np.sqrt(np.maximum(counts, 1)))
    similarity = np.asarray((described @ weights @ described.T).todense(), dtype=np.float32)
    size = len(similarity)
    identity = np.eye(size, dtype=np.float32)
    mean = max(float(similarity.trace()) / max(size, 1), 1e-12)
    resolvents = []
    for scale in _LAMBDAS:
        ridge = np.float32(scale * mean)
        factor, _ = lapack.spotrf(similarity + ridge * identity, lower=1)
        half, _ = lapack.spotri(factor, lower=1)
        inverse = np.tril(half) + np.tril(half, -1).T
        resolvents.append(np.asarray(identity - ridge * inverse, dtype=np.float32))
    return resolvents
