"""Who stands behind an edge: the other entities that have it, and what else its ends have.

An entity that was given another's edges is supported by that one alone, which has all of them; one
that a near neighbour was mistaken for mostly has the right one beside it.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from embeddings.edits import Floats
from embeddings.resolvent import Resolvent, SparseMatrix
from embeddings.runs import few_of_each, runs
from embeddings.tensors import Indices

#: Holders of a cell, and fillers of a slot, that are asked at most.
_MOST = 32
#: Columns for each end.
_WIDTH = 7
_CHUNK = 4_000


class Supporters:
    """The holders of each cell (relation, neighbour) of a graph, (n, 3), and how alike they are.

    ``described`` (entities, cells) holds what each entity has, whatever its weights.
    """

    def __init__(
        self,
        triples: Indices,
        num_entities: int,
        num_relations: int,
        described: SparseMatrix,
        resolvent: Resolvent,
        seed: int = 0,
    ) -> None:
        self._resolvent = resolvent
        self._size, self._relations = num_entities, num_relations
        self._has = sparse.csr_matrix(described, dtype=np.float32, copy=True)
        self._has.data[:] = 1
        self._counts = np.diff(self._has.indptr)
        generator = np.random.default_rng((seed, 19))
        h, r, t = triples.T
        # By which relation an entity is reached and left, and who is at the other end.
        cells = np.concatenate(((2 * r) * num_entities + t, (2 * r + 1) * num_entities + h))
        others = np.concatenate((h, t))
        order = np.argsort(cells, kind="stable")
        cells, others = cells[order], others[order]
        kept = few_of_each(cells, 2 * num_relations * num_entities, _MOST, generator)
        self._cells, self._others = cells[kept], others[kept]

    def features(self, triples: Indices) -> Floats:
        """For both ends of edges, (n, 14).

        Of the holders of the same cell: the likeness of the most alike, its part of all likeness,
        how much of what it has this end has too, the most that any holder has in common of what it
        has, and of what both have. Of the other fillers of the slot: the likeness of the closest,
        and whether there is any.
        """
        found = np.zeros((len(triples), 2 * _WIDTH))
        for begin in range(0, len(triples), _CHUNK):
            part = triples[begin : begin + _CHUNK]
            rows = slice(begin, begin + len(part))
            h, r, t = part.T
            found[rows, :5] = self._held(h, 2 * r, t)
            found[rows, 5:_WIDTH] = self._filled(h, 2 * r + 1, t)
            found[rows, _WIDTH : _WIDTH + 5] = self._held(t, 2 * r + 1, h)
            found[rows, _WIDTH + 5 :] = self._filled(t, 2 * r, h)
        return found

    def _in_cells(self, cells: Indices) -> tuple[Indices, Indices]:
        """Rows of ``cells`` and what is in each."""
        first = np.searchsorted(self._cells, cells)
        rows, places = runs(first, np.searchsorted(self._cells, cells, side="right") - first)
        return rows, self._others[places]

    def _held(self, sources: Indices, directed: Indices, targets: Indices) -> Floats:
        rows, holders = self._in_cells(directed * self._size + targets)
        mine = sources[rows]
        own = holders != mine
        rows, holders, mine = rows[own], holders[own], mine[own]
        alike = np.maximum(self._resolvent.between(mine, holders), 0).astype(np.float64)
        common = self._common(mine, holders)
        # Nobody is said to contain the other for the cell itself, which the source does not have.
        theirs = np.maximum(self._counts[holders] - 1, 1)
        contained = common / theirs
        union = np.maximum(self._counts[mine] + self._counts[holders] - 1 - common, 1)
        found = np.zeros((len(sources), 5))
        total = np.bincount(rows, alike, len(sources))
        np.maximum.at(found[:, 0], rows, alike)
        found[:, 1] = found[:, 0] / (total + 1e-9)
        best = alike >= found[rows, 0]
        np.maximum.at(found[:, 2], rows[best], contained[best])
        np.maximum.at(found[:, 3], rows, contained)
        np.maximum.at(found[:, 4], rows, common / union)
        return found

    def _filled(self, sources: Indices, directed: Indices, targets: Indices) -> Floats:
        # What leads to a source by a directed relation is what it has in the other direction.
        rows, fillers = self._in_cells(directed * self._size + sources)
        goal = targets[rows]
        other = fillers != goal
        rows, fillers, goal = rows[other], fillers[other], goal[other]
        alike = np.maximum(self._resolvent.between(goal, fillers), 0)
        found = np.zeros((len(sources), 2))
        np.maximum.at(found[:, 0], rows, alike.astype(np.float64))
        found[rows, 1] = 1
        return found

    def _common(self, ones: Indices, others: Indices) -> Floats:
        """How many cells pairs of entities have in common, (n,)."""
        found = np.zeros(len(ones))
        for begin in range(0, len(ones), 10 * _CHUNK):
            part = slice(begin, begin + 10 * _CHUNK)
            shared = self._has[ones[part]].multiply(self._has[others[part]])
            found[part] = np.asarray(shared.sum(axis=1)).ravel()
        return found
