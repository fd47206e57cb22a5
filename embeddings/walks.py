"""What else leads from the head of an edge to its tail: other relations, and two steps.

How often a relation holds where another does, and which two steps lead along where it holds and
not where its slots were filled by chance (path ranking; Lao, Mitchell and Cohen 2011), are counted
on a graph without the edges that are judged.
"""

from __future__ import annotations

import numpy as np

from embeddings.edits import Floats
from embeddings.kernels import Kernel, planted
from embeddings.runs import few_of_each, looked_up, runs
from embeddings.tensors import Indices

#: The columns of :meth:`Walks.features`.
WIDTH = 7
#: Edges of one node that are followed at most; an even sample of those of a hub.
_MOST_EDGES = 256
_CHUNK = 20_000
#: Edges that the relation of a parallel edge is taken to have besides, none of them parallel.
_PRIOR = 5.0


class Walks:
    """Walks of a graph of edges, (n, 3)."""

    def __init__(
        self, triples: Indices, num_entities: int, num_relations: int, seed: int = 0
    ) -> None:
        self._size, self._width = num_entities, 2 * num_relations
        generator = np.random.default_rng((seed, 5))
        directed = np.concatenate(
            (
                np.stack((triples[:, 0], triples[:, 2], 2 * triples[:, 1]), axis=1),
                np.stack((triples[:, 2], triples[:, 0], 2 * triples[:, 1] + 1), axis=1),
            )
        )
        directed = directed[np.lexsort(directed.T[::-1])]
        self._source, self._target, self._directed = directed.T
        self._pairs = self._source * num_entities + self._target
        self._totals = np.bincount(self._directed, minlength=self._width)
        kept = directed[few_of_each(self._source, num_entities, _MOST_EDGES, generator)]
        self._kept_target, self._kept_directed = kept[:, 1], kept[:, 2]
        self._start = np.searchsorted(kept[:, 0], np.arange(num_entities + 1))
        self._confidence = self._confidences(triples)
        self._learn(triples, planted(Kernel.TYPED, triples, generator)[0])

    def features(self, triples: Indices) -> Floats:
        """What leads along edges that are not in the graph, (n, ``WIDTH``).

        The strongest parallel relation and all together; the best and the worst log-odds of the
        two-step walks, their sum, that of the good ones, and how many kinds there are.
        """
        asked = len(triples)
        edge, directed = self._parallel(triples)
        confidence = self._confidence_of(directed, 2 * triples[edge, 1])
        both = np.zeros(asked)
        np.add.at(both, edge, -np.log1p(-np.minimum(confidence, 0.99)))
        edge_, keys = self._walks(triples)
        odds = self._odds_of(keys)
        return np.stack(
            (
                _largest(edge, confidence, asked),
                both,
                _largest(edge_, odds, asked),
                -_largest(edge_, -odds, asked),
                np.bincount(edge_, odds, asked),
                np.bincount(edge_, np.maximum(odds, 0), asked),
                np.log1p(np.bincount(edge_, minlength=asked)),
            ),
            axis=1,
        )

    def _confidences(self, triples: Indices) -> tuple[Indices, Floats]:
        """Pairs of directed relations, as sorted keys, and the share in which both hold."""
        edge, directed = self._parallel(triples)
        own = 2 * triples[edge, 1]
        other = directed != own
        keys, counts = np.unique(directed[other] * self._width + own[other], return_counts=True)
        return keys, counts / (self._totals[keys // self._width] + _PRIOR)

    def _confidence_of(self, directed: Indices, own: Indices) -> Floats:
        keys, shares = self._confidence
        return looked_up(keys, shares, directed * self._width + own)

    def _parallel(self, triples: Indices) -> tuple[Indices, Indices]:
        """All edges from heads to tails: (row of ``triples``, directed relation)."""
        pairs = triples[:, 0] * self._size + triples[:, 2]
        first = np.searchsorted(self._pairs, pairs, "left")
        counts = np.searchsorted(self._pairs, pairs, "right") - first
        rows, places = runs(first, counts)
        return rows, self._directed[places]

    def _learn(self, good: Indices, wrong: Indices) -> None:
        """Log-odds of each kind of walk where a relation holds, against its slots by chance."""
        here, there = self._walks(good)[1], self._walks(wrong)[1]
        self._keys = np.unique(np.concatenate((here, there)))
        relation = self._keys // self._width**2
        found = []
        for keys, edges in ((here, good), (there, wrong)):
            counts = np.bincount(np.searchsorted(self._keys, keys), minlength=len(self._keys))
            totals = np.bincount(edges[:, 1], minlength=self._width // 2)
            found.append(np.log((counts + 1) / (totals[relation] + 2)))
        self._odds = found[0] - found[1]

    def _odds_of(self, keys: Indices) -> Floats:
        return looked_up(self._keys, self._odds, keys)

    def _walks(self, triples: Indices) -> tuple[Indices, Indices]:
        """Kinds of two steps: (row of ``triples``, relation and two directed ones as a key)."""
        rows, keys = [], []
        for begin in range(0, len(triples), _CHUNK):
            part = triples[begin : begin + _CHUNK]
            edge, walk = self._two_steps(part)
            rows.append(edge + begin)
            keys.append(part[edge, 1] * self._width**2 + walk)
        nothing = np.zeros(0, dtype=np.int64)
        return np.concatenate((nothing, *rows)), np.concatenate((nothing, *keys))

    def _two_steps(self, triples: Indices) -> tuple[Indices, Indices]:
        edge, middle, step = self._steps(triples[:, 0], triples[:, 2])
        edge_, middle_, back = self._steps(triples[:, 2], triples[:, 0])
        here, there = edge * self._size + middle, edge_ * self._size + middle_
        first = np.searchsorted(there, here, "left")
        counts = np.searchsorted(there, here, "right") - first
        rows, places = runs(first, counts)
        walk = step[rows] * self._width + (back[places] ^ 1)
        found = np.unique(edge[rows] * self._width**2 + walk)
        return found // self._width**2, found % self._width**2

    def _steps(self, nodes: Indices, others: Indices) -> tuple[Indices, Indices, Indices]:
        """Edges of nodes that do not end at their other: (place, neighbour, directed)."""
        first = self._start[nodes]
        rows, places = runs(first, self._start[nodes + 1] - first)
        middle = self._kept_target[places]
        other = middle != others[rows]
        return rows[other], middle[other], self._kept_directed[places][other]


def _largest(rows: Indices, values: Floats, size: int) -> Floats:
    largest = np.zeros(size)
    np.maximum.at(largest, rows, values)
    return largest
