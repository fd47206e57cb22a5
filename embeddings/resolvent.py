"""The resolvent of a diffusion between entities that are described by their typed neighbours.

K = X W X^T is the similarity of entities, X their typed neighbours (one column per directed
relation and neighbour), W 1/sqrt(count) of each column. H = K (K + l m I)^-1, m the mean of K's
diagonal, spreads what one entity has to those like it: ridge regression of every column of X on
all others, its solution at once. Small graphs have H whole; for large ones K is a product of low
rank (Halko, Martinsson and Tropp 2011) and a diagonal that keeps what the product leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from embeddings.edits import Floats
from embeddings.runs import runs
from embeddings.tensors import Indices

#: Entities up to which the resolvent is a dense inverse.
LARGEST_DENSE = 8000
#: Width of the product that stands for a larger one.
RANK = 256
#: More vectors than are wanted, and multiplications, which make the wanted ones exact.
_SPARE, _POWERS = 10, 3
#: Columns of X that are multiplied at once.
_COLUMNS = 50_000
_SMALLEST = 1e-6

Matrix = NDArray[np.float32]
SparseMatrix = Any  # scipy's sparse matrices have no types


class Resolvent(Protocol):
    """H of (entities, entities), as what it does with columns (entities, n) that are sparse."""

    def spread(self, sources: Indices, columns: SparseMatrix) -> Matrix:
        """The rows ``sources`` of H times the columns: (len(sources), n)."""

    def at(self, sources: Indices, columns: SparseMatrix, places: Indices) -> Matrix:
        """Row ``sources[i]`` of H times column ``places[i]``: (len(sources),)."""

    def between(self, sources: Indices, targets: Indices) -> Matrix:
        """H of pairs of entities: (len(sources),)."""


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """H as it is, (entities, entities)."""

    matrix: Matrix

    def spread(self, sources: Indices, columns: SparseMatrix) -> Matrix:
        spread: Matrix = (columns.T @ self.matrix[sources].T).T
        return spread

    def at(self, sources: Indices, columns: SparseMatrix, places: Indices) -> Matrix:
        columns = columns.tocsc()
        first = columns.indptr[places].astype(np.int64)
        rows, entries = runs(first, columns.indptr[places + 1] - first)
        there = columns.data[entries] * self.matrix[sources[rows], columns.indices[entries]]
        value: Matrix = np.bincount(rows, there, len(places)).astype(np.float32)
        return value

    def between(self, sources: Indices, targets: Indices) -> Matrix:
        return self.matrix[sources, targets]


@dataclass(frozen=True, slots=True, eq=False)
class LowRank:
    """H = diag(``diagonal``) + ``half`` ``half``^T, ``half`` of shape (entities, rank)."""

    diagonal: Matrix
    half: Matrix

    def spread(self, sources: Indices, columns: SparseMatrix) -> Matrix:
        own = columns.tocsr()[sources].multiply(self.diagonal[sources, None])
        spread: Matrix = self.half[sources] @ (columns.T @ self.half).T
        spread += own.toarray()
        return spread

    def at(self, sources: Indices, columns: SparseMatrix, places: Indices) -> Matrix:
        reached = columns.T @ self.half
        own = np.asarray(columns.tocsr()[sources, places]).ravel() * self.diagonal[sources]
        value: Matrix = np.einsum("ij,ij->i", self.half[sources], reached[places]) + own
        return value

    def between(self, sources: Indices, targets: Indices) -> Matrix:
        own = np.where(sources == targets, self.diagonal[sources], 0)
        value: Matrix = np.einsum("ij,ij->i", self.half[sources], self.half[targets]) + own
        return value


def resolvents(
    described: SparseMatrix, scales: tuple[float, ...], seed: int = 0, rank: int = RANK
) -> list[Resolvent]:
    """H for each l of ``scales``, from X of shape (entities, columns) with weights in it."""
    counts = np.asarray(described.sum(axis=0)).ravel()
    halved = described @ sparse.diags(np.maximum(counts, 1) ** -0.25)
    if described.shape[0] <= LARGEST_DENSE:
        return _dense(np.asarray((halved @ halved.T).todense(), dtype=np.float32), scales)
    return _low_rank(halved, scales, seed, rank)


def _dense(similarity: Matrix, scales: tuple[float, ...]) -> list[Resolvent]:
    """H = I - l m (K + l m I)^-1, and the inverse is that of a positive definite matrix."""
    size = len(similarity)
    identity = np.eye(size, dtype=np.float32)
    mean = max(float(similarity.trace()) / max(size, 1), 1e-12)
    found: list[Resolvent] = []
    for scale in scales:
        ridge = np.float32(scale * mean)
        factor, _ = lapack.spotrf(similarity + ridge * identity, lower=1)
        half, _ = lapack.spotri(factor, lower=1)
        inverse = np.tril(half) + np.tril(half, -1).T
        found.append(Dense(np.asarray(identity - ridge * inverse, dtype=np.float32)))
    return found


def _low_rank(
    halved: SparseMatrix, scales: tuple[float, ...], seed: int, rank: int
) -> list[Resolvent]:
    """H of U diag(e) U^T + diag(rest), by the identity of Woodbury."""
    strengths, basis = _leading(halved, rank, seed)
    trace = np.asarray(halved.multiply(halved).sum(axis=1), dtype=np.float64).ravel()
    rest = np.maximum(trace - (basis**2) @ strengths, 0)
    mean = max(float(trace.mean()), 1e-12)
    found: list[Resolvent] = []
    for scale in scales:
        ridge = scale * mean
        inverse = 1 / (rest + ridge)
        scaled = basis * inverse[:, None]
        factor = np.linalg.cholesky(
            np.linalg.inv(np.diag(1 / strengths) + basis.T @ scaled) * ridge
        )
        found.append(
            LowRank((1 - ridge * inverse).astype(np.float32), (scaled @ factor).astype(np.float32))
        )
    return found


def _leading(halved: SparseMatrix, rank: int, seed: int) -> tuple[Floats, Floats]:
    """The largest eigenvalues of K and their vectors, (rank,) and (entities, rank).

    K is multiplied with a few vectors at a time and never made.
    """
    columns = halved.tocsc()
    columns = columns[:, np.flatnonzero(np.diff(columns.indptr))]
    width = columns.shape[1]
    blocks = [columns[:, at : at + _COLUMNS].tocsr() for at in range(0, width, _COLUMNS)]

    def times(vectors: Matrix) -> Matrix:
        product = np.zeros_like(vectors)
        for block in blocks:
            product += block @ (block.T @ vectors)
        return product

    size = halved.shape[0]
    generator = np.random.default_rng((seed, 13))
    vectors = generator.standard_normal((size, min(rank + _SPARE, size)), dtype=np.float32)
    for _ in range(_POWERS):
        vectors = np.linalg.qr(times(vectors))[0]
    inner = (vectors.T @ times(vectors)).astype(np.float64)
    values, turn = np.linalg.eigh((inner + inner.T) / 2)
    values, turn = values[::-1][:rank], turn[:, ::-1][:, :rank]
    return np.maximum(values, _SMALLEST), vectors.astype(np.float64) @ turn
