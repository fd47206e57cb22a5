"""What changed at each node between two edge tables, and how far and how oddly it moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.gradients import edge_gradients
from embeddings.tensors import EdgeTable, Indices
from embeddings.train import Trainer

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32] | NDArray[np.float64]

#: Added to 1 - cos before the logarithm: what is below is numerical noise.
FLOOR = 1e-4
#: Edges of one node that enter its gradient statistic at most.
_MOST_EDGES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Edits:
    """The edges kept, removed and added between two tables of one vocabulary, (n, 3) each.

    ``added``, ``removed`` and ``kept`` count them per entity, shape (entities,).
    """

    kept_edges: Indices
    removed_edges: Indices
    added_edges: Indices
    kept: Indices
    removed: Indices
    added: Indices

    @property
    def direct(self) -> NDArray[np.bool_]:
        """Entities with an edit of their own."""
        return (self.added + self.removed) > 0

    def features(self) -> Floats:
        """Degree before, edges added and removed and their shares: (entities, 5), logarithms."""
        before = self.kept + self.removed
        total = np.maximum(before + self.added, 1)
        return np.stack(
            (
                np.log1p(before),
                np.log1p(self.added),
                np.log1p(self.removed),
                self.added / total,
                self.removed / total,
            ),
            axis=1,
        )


def edits_between(before: EdgeTable, after: EdgeTable) -> Edits:
    """The edits between two tables; the later one's vocabulary extends the earlier one's."""
    old, new = before.keys(), after.keys()
    stays = np.isin(old, new)
    parts = (before.triples[stays], before.triples[~stays], after.triples[~np.isin(new, old)])
    counts = [_at_ends(part, after.num_entities) for part in parts]
    return Edits(*parts, *counts)


def _at_ends(triples: Indices, size: int) -> Indices:
    counts = np.bincount(triples[:, 0], minlength=size)
    proper = triples[triples[:, 0] != triples[:, 2]]
    return counts + np.bincount(proper[:, 2], minlength=size)


def movement(before: Trainer, after: Trainer) -> Floats:
    """1 - cos of the vectors that both have, shape (entities of the earlier one,)."""
    v0 = before.model.embed().detach().cpu().double().numpy()
    v1 = after.model.embed().detach().cpu().double().numpy()[: len(v0)]
    return np.clip(1 - row_cosines(v0, v1), 0, 2)


def row_cosines(one: Matrix, other: Matrix) -> Floats:
    """The cosine of row i of one and row i of the other, shape (rows,); 0 where a row is 0."""
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    found: Floats = np.einsum("ij,ij->i", one, other) / np.maximum(norms, 1e-30)
    return found


def novelty(after: Trainer, edits: Edits, nodes: Indices, seed: int, shuffles: int = 500) -> Floats:
    """Gradient statistic zA: how much added edges pull another way than kept ones.

    T = log |mean gradient over added - mean over kept|^2 under the later model (removed edges
    where none was added); labels are shuffled within the node; zA = (T - mean) / sd, shape
    (nodes,), 0 where a node has nothing to compare.
    """
    parts = (edits.kept_edges, edits.removed_edges, edits.added_edges)
    labels = np.repeat(np.arange(3), [len(part) for part in parts])
    triples = np.concatenate(parts)
    wanted = np.zeros(len(edits.kept), dtype=bool)
    wanted[nodes] = True
    near = wanted[triples[:, 0]] | wanted[triples[:, 2]]
    triples, labels = triples[near], labels[near]
    at_head, at_tail = edge_gradients(after.model, triples)
    gradients = np.concatenate((at_head, at_tail))
    ends = np.concatenate((triples[:, 0], triples[:, 2]))
    labels = np.concatenate((labels, labels))
    order = np.argsort(ends, kind="stable")
    starts = np.searchsorted(ends[order], nodes, side="left")
    stops = np.searchsorted(ends[order], nodes, side="right")
    result = np.zeros(len(nodes))
    for i, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        rows = order[start:stop]
        # One stream of random numbers per node: its answer does not depend on the others'.
        generator = np.random.default_rng((seed, int(nodes[i])))
        if len(rows) > _MOST_EDGES:
            rows = _thinned(rows, labels, generator)
        result[i] = _z_of_labels(gradients[rows], labels[rows], shuffles, generator)
    return result


def _thinned(rows: Indices, labels: Indices, generator: np.random.Generator) -> Indices:
    edited, kept = rows[labels[rows] > 0], rows[labels[rows] == 0]
    edited = generator.permutation(edited)[: _MOST_EDGES // 2]
    return np.concatenate((edited, generator.permutation(kept)[: _MOST_EDGES - len(edited)]))


def _z_of_labels(
    gradients: NDArray[np.float32], labels: Indices, shuffles: int, generator: np.random.Generator
) -> float:
    group = 2 if (labels == 2).any() else 1
    chosen, rest = labels == group, labels == 0
    if not chosen.any() or not rest.any():
        return 0.0
    weights = (chosen / chosen.sum() - rest / rest.sum()).astype(np.float32)
    shuffled = generator.permuted(np.broadcast_to(weights, (shuffles, len(weights))), axis=1)
    products = gradients @ gradients.T
    null = np.log(np.maximum(((shuffled @ products) * shuffled).sum(axis=1), 1e-30))
    spread = float(null.std())
    own = np.log(max(float(weights @ products @ weights), 1e-30))
    return float((own - null.mean()) / spread) if spread > 1e-6 else 0.0
