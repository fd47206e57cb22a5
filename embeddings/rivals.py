"""Whether another relation, or the other direction, would say better what an edge says.

For a head and a tail the resolvent supports every relation as far as entities like the head have
the tail by it; the relation of the edge is compared with the strongest other one, and with itself
read backwards.
"""

from __future__ import annotations

import numpy as np

from embeddings.edits import Floats
from embeddings.resolvent import Resolvent
from embeddings.runs import few_of_each, runs
from embeddings.tensors import Indices

#: The columns of :meth:`Rivals.features`.
WIDTH = 8
#: Edges of one node that are looked at, at most.
_MOST_EDGES = 128
_CHUNK = 5_000


class Rivals:
    """Supports of relations between given ends, from a graph of edges, (n, 3)."""

    def __init__(
        self,
        triples: Indices,
        num_entities: int,
        num_relations: int,
        resolvent: Resolvent,
        seed: int = 0,
    ) -> None:
        self._resolvent = resolvent
        self._relations = num_relations
        generator = np.random.default_rng((seed, 11))
        there = triples[:, [2, 0, 1]]
        back = triples.copy()[:, [0, 2, 1]]
        back[:, 2] += num_relations
        #: For each node, who leads to it by which relation, and to whom it leads.
        directed = np.concatenate((there, back))
        directed = directed[np.argsort(directed[:, 0], kind="stable")]
        kept = directed[few_of_each(directed[:, 0], num_entities, _MOST_EDGES, generator)]
        self._other, self._relation = kept[:, 1], kept[:, 2]
        self._start = np.searchsorted(kept[:, 0], np.arange(num_entities + 1))
        self._totals = np.bincount(triples[:, 1], minlength=num_relations).astype(np.float64)
        keys = np.unique(
            triples[:, 1] * num_entities**2 + triples[:, 0] * num_entities + triples[:, 2]
        )
        turned = triples[:, 1] * num_entities**2 + triples[:, 2] * num_entities + triples[:, 0]
        both = np.bincount(triples[:, 1], np.isin(turned, keys), num_relations)
        self._symmetry = both / np.maximum(self._totals, 1)
        self._keys, self._size = keys, num_entities

    def features(self, triples: Indices) -> Floats:
        """How well other relations would do, (n, ``WIDTH``).

        From the tail and from the head: the share of the relation in the support of all, the
        logarithm of its lead over the next, and over itself backwards. Then how symmetric the
        relation is, and whether the reverse edge is there.
        """
        found = np.zeros((len(triples), WIDTH))
        for begin in range(0, len(triples), _CHUNK):
            part = triples[begin : begin + _CHUNK]
            rows = slice(begin, begin + len(part))
            found[rows, 0:3] = self._compared(part[:, 0], part[:, 2], part[:, 1])
            found[rows, 3:6] = self._compared(part[:, 2], part[:, 0], part[:, 1] + self._relations)
        h, r, t = triples.T
        found[:, 6] = self._symmetry[r]
        reverse = r * self._size**2 + t * self._size + h
        found[:, 7] = np.isin(reverse, self._keys)
        return found

    def _compared(self, sources: Indices, targets: Indices, wanted: Indices) -> Floats:
        """Share in all support, log lead over the next and over itself backwards: (n, 3)."""
        first = self._start[targets]
        rows, places = runs(first, self._start[targets + 1] - first)
        other = self._other[places]
        weight = np.maximum(self._resolvent.between(sources[rows], other), 0)
        weight[other == sources[rows]] = 0
        support = np.zeros((len(targets), 2 * self._relations))
        np.add.at(support, (rows, self._relation[places]), weight)
        here = np.arange(len(targets))
        own = support[here, wanted]
        backwards = support[here, (wanted + self._relations) % (2 * self._relations)]
        total = support.sum(axis=1)
        support[here, wanted] = 0
        best = support.max(axis=1)
        return np.stack(
            (
                own / (total + 1e-9),
                np.log((own + 1e-3) / (best + 1e-3)),
                np.log((own + 1e-3) / (backwards + 1e-3)),
            ),
            axis=1,
        )
