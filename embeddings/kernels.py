"""The forward process of denoising: what wrong edges look like, planted by ourselves."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from embeddings.batches import Draw, batches, confusions, most_planted
from embeddings.tensors import Indices, edge_keys

#: Entities that count as near to one, each equally likely to be taken for it.
_NEAREST = 10
_CHUNK = 4096


class Kernel(Enum):
    """How an edge jumps to a wrong one.

    One end becomes what the relation has there (``TYPED``), anything (``RANDOM``), or what is
    most alike (``NEAR``); the relation becomes another that has both ends in its slots
    (``RELATION``); the ends change places (``SWAP``). Many come at once where one entity gets a
    lot of typed neighbours (``BATCH``), or the edges of another entity (``ENTITY``).
    """

    TYPED = "typed"
    RANDOM = "random"
    RELATION = "relation"
    SWAP = "swap"
    NEAR = "near"
    BATCH = "batch"
    ENTITY = "entity"

    @property
    def inserted(self) -> bool:
        """Whether its edges stand together, and so are judged where they all are."""
        return self in (Kernel.BATCH, Kernel.ENTITY)


def planted(kernel: Kernel, triples: Indices, generator: Draw) -> tuple[Indices, Indices]:
    """A wrong edge for each edge where one could be drawn.

    Gives (the wrong edges, (n, 3), and for each the row of the edge that it was). No wrong edge
    is an edge of the graph or a loop. Those that come many at once are fewer, each once, a batch
    after the other.
    """
    if kernel.inserted:
        drawn = batches if kernel is Kernel.BATCH else confusions
        wrong, origin = drawn(triples, generator, most_planted(triples))
        first = np.sort(np.unique(edge_keys(wrong), return_index=True)[1])
        wrong, origin = wrong[first], origin[first]
        good = _is_new(wrong, triples)
        return wrong[good], origin[good]
    wrong = _JUMPS[kernel](triples, generator)
    good = _is_new(wrong, triples)
    return wrong[good], np.flatnonzero(good)


def came_together(kernel: Kernel, wrong: Indices, were: Indices) -> Indices:
    """A number for each wrong edge, the same for those of one batch or of one entity, (n,).

    ``were`` (n, 3) are the edges that they were.
    """
    if kernel is Kernel.BATCH:
        shared: Indices = edge_keys(were)
    else:
        shared = np.where(wrong[:, 0] != were[:, 0], wrong[:, 0], wrong[:, 2])
    found: Indices = np.unique(shared, return_inverse=True)[1]
    return found


def _is_new(wrong: Indices, triples: Indices) -> NDArray[np.bool_]:
    known = np.isin(edge_keys(wrong), edge_keys(triples))
    found: NDArray[np.bool_] = ~known & (wrong[:, 0] != wrong[:, 2])
    return found


def _ends(triples: Indices, generator: Draw) -> Indices:
    """Which end of each edge jumps: column 0 or 2."""
    return np.where(generator.random(len(triples)) < 0.5, 0, 2)


def _typed(triples: Indices, generator: Draw) -> Indices:
    wrong, column = triples.copy(), _ends(triples, generator)
    order = np.argsort(triples[:, 1], kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(triples[order, 1])) + 1):
        for end in (0, 2):
            here = rows[column[rows] == end]
            wrong[here, end] = generator.choice(triples[rows, end], len(here))
    return wrong


def _random(triples: Indices, generator: Draw) -> Indices:
    wrong, column = triples.copy(), _ends(triples, generator)
    live = np.unique(triples[:, [0, 2]])
    wrong[np.arange(len(wrong)), column] = generator.choice(live, len(triples))
    return wrong


def _near(triples: Indices, generator: Draw) -> Indices:
    wrong, column = triples.copy(), _ends(triples, generator)
    near = nearest(triples)
    rows = np.arange(len(wrong))
    drawn = generator.integers(0, near.shape[1], len(wrong))
    wrong[rows, column] = near[wrong[rows, column], drawn]
    return wrong


def _swapped(triples: Indices, _generator: Draw) -> Indices:
    return triples[:, ::-1].copy()


def _other_relation(triples: Indices, generator: Draw) -> Indices:
    """Each edge with one of the relations that have its head as a head and its tail as a tail."""
    size, width = int(triples[:, [0, 2]].max()) + 1, int(triples[:, 1].max()) + 1
    slots = np.zeros((2, size, width), dtype=bool)
    slots[0, triples[:, 0], triples[:, 1]] = True
    slots[1, triples[:, 2], triples[:, 1]] = True
    wrong = triples.copy()
    for begin in range(0, len(triples), _CHUNK):
        part = triples[begin : begin + _CHUNK]
        allowed = slots[0, part[:, 0]] & slots[1, part[:, 2]]
        allowed[np.arange(len(part)), part[:, 1]] = False
        chance = generator.random(allowed.shape) * allowed
        other = chance.argmax(axis=1)
        wrong[begin : begin + len(part), 1] = np.where(allowed.any(axis=1), other, part[:, 1])
    return wrong


_JUMPS: dict[Kernel, Callable[[Indices, Draw], Indices]] = {
    Kernel.TYPED: _typed,
    Kernel.RANDOM: _random,
    Kernel.NEAR: _near,
    Kernel.SWAP: _swapped,
    Kernel.RELATION: _other_relation,
}


def nearest(triples: Indices, count: int = _NEAREST) -> Indices:
    """The entities whose typed neighbours are most alike to those of each, (entities, count).

    By the cosine of their rows of typed neighbours; an entity without edges has any.
    """
    from scipy import sparse

    size, width = int(triples[:, [0, 2]].max()) + 1, int(triples[:, 1].max()) + 1
    rows = np.concatenate((triples[:, 0], triples[:, 2]))
    columns = np.concatenate(
        (
            2 * triples[:, 1] * size + triples[:, 2],
            (2 * triples[:, 1] + 1) * size + triples[:, 0],
        )
    )
    ones = np.ones(len(rows), dtype=np.float32)
    described = sparse.csr_matrix((ones, (rows, columns)), shape=(size, 2 * width * size))
    lengths = np.sqrt(np.maximum(np.asarray(described.multiply(described).sum(axis=1)), 1))
    described = described.multiply(1 / lengths).tocsr()
    count = min(count, size - 1)
    found = np.empty((size, count), dtype=np.int64)
    for begin in range(0, size, _CHUNK // 4):
        part = (described[begin : begin + _CHUNK // 4] @ described.T).toarray()
        part[np.arange(len(part)), begin + np.arange(len(part))] = -1
        found[begin : begin + len(part)] = np.argpartition(-part, count - 1, axis=1)[:, :count]
    return found
