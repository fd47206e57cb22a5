"""Wrong edges that come many at once, which support each other where they stand.

A batch gives one entity many wrong neighbours; a confusion gives one entity all edges of another.
"""

from __future__ import annotations

import numpy as np

from embeddings.tensors import Indices

#: Edges that a batch gives its hub, from and to.
_FEWEST, _MOST = 10, 30
#: Planted edges, of all that a graph has: more would change what they stand in.
_SHARE = 0.1

Draw = np.random.Generator


def batches(triples: Indices, generator: Draw, most: int) -> tuple[Indices, Indices]:
    """Edges of hubs with what a relation has at its other end: rows (n, 3) and origins (n,).

    Each batch begins at an edge that is drawn, one end of which is its hub; some ``most`` rows.
    """
    made, origins = [], []
    total = 0
    order = np.argsort(triples[:, 1], kind="stable")
    starts = np.searchsorted(triples[order, 1], np.arange(triples[:, 1].max() + 2))
    while total < most:
        origin = int(generator.integers(len(triples)))
        relation = triples[origin, 1]
        same = order[starts[relation] : starts[relation + 1]]
        end = 0 if generator.random() < 0.5 else 2
        size = int(generator.integers(_FEWEST, _MOST + 1))
        batch = np.repeat(triples[origin : origin + 1], size, axis=0)
        batch[:, 2 - end] = triples[generator.choice(same, size), 2 - end]
        made.append(batch)
        origins.append(np.full(size, origin))
        total += size
    return np.concatenate(made), np.concatenate(origins)


def confusions(triples: Indices, generator: Draw, most: int) -> tuple[Indices, Indices]:
    """Edges of entities given to others that have a relation with them in common.

    Gives rows (n, 3) and the edges that they are copies of, (n,); some ``most`` rows.
    """
    ends = np.concatenate((triples[:, 0], triples[:, 2]))
    edges = np.tile(np.arange(len(triples)), 2)
    order = np.argsort(ends, kind="stable")
    starts = np.searchsorted(ends[order], np.arange(ends.max() + 2))
    slots = np.concatenate((2 * triples[:, 1], 2 * triples[:, 1] + 1))
    by_slot = np.argsort(slots, kind="stable")
    slot_starts = np.searchsorted(slots[by_slot], np.arange(slots.max() + 2))
    made, origins = [], []
    total = tried = 0
    while total < most and tried < 10 * most:
        tried += 1
        first = int(generator.integers(len(ends)))
        same = by_slot[slot_starts[slots[first]] : slot_starts[slots[first] + 1]]
        taker, giver = ends[first], ends[generator.choice(same)]
        if taker == giver:
            continue
        copied = np.unique(edges[order[starts[giver] : starts[giver + 1]]])
        if len(copied) > _MOST:
            copied = generator.choice(copied, _MOST, replace=False)
        given = triples[copied].copy()
        for end in (0, 2):
            given[given[:, end] == giver, end] = taker
        made.append(given)
        origins.append(copied)
        total += len(copied)
    if not made:
        return triples[:0], np.zeros(0, dtype=np.int64)
    return np.concatenate(made), np.concatenate(origins)


def most_planted(triples: Indices) -> int:
    """How many edges are planted beside those of a graph."""
    return max(200, round(_SHARE * len(triples)))
