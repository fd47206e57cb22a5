"""The forward process of denoising: what wrong edges look like, planted by ourselves."""

from __future__ import annotations

from enum import Enum

import numpy as np

from embeddings.tensors import Indices, edge_keys


class Kernel(Enum):
    """How one slot of an edge jumps: to what the relation has there, or to anything."""

    TYPED = "typed"
    RANDOM = "random"


def planted(
    kernel: Kernel, triples: Indices, generator: np.random.Generator
) -> tuple[Indices, Indices]:
    """A wrong edge for each edge where one could be drawn.

    Gives (the wrong edges, (n, 3), and for each the row of the edge that it was). No wrong edge
    is an edge of the graph or a loop.
    """
    wrong = triples.copy()
    column = np.where(generator.random(len(triples)) < 0.5, 0, 2)
    rows = np.arange(len(triples))
    if kernel is Kernel.RANDOM:
        live = np.unique(triples[:, [0, 2]])
        wrong[rows, column] = generator.choice(live, len(triples))
    else:
        for relation in np.unique(triples[:, 1]):
            of_relation = triples[:, 1] == relation
            for slot in (0, 2):
                here = np.flatnonzero(of_relation & (column == slot))
                wrong[here, slot] = generator.choice(triples[of_relation, slot], len(here))
    good = ~np.isin(edge_keys(wrong), edge_keys(triples)) & (wrong[:, 0] != wrong[:, 2])
    return wrong[good], rows[good]
