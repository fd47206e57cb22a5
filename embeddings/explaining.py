"""Which edited edges explain where a node went."""

from __future__ import annotations

import numpy as np

from embeddings.continual import Stage
from embeddings.edits import Edits
from embeddings.gradients import edge_gradients
from embeddings.shift_results import EdgeEffect
from embeddings.tensors import EdgeTable, Indices
from embeddings.train import Trainer
from graph.model import Key


def explain(
    before: Stage, after: Stage, edits: Edits, nodes: Indices
) -> dict[int, tuple[EdgeEffect, ...]]:
    """The edited edges at each node by c = cos(-g, v1 - v0), g under the earlier model.

    Entities that the earlier model does not know stand where the later one has them. For a
    removed edge the sign is turned.
    """
    joined = _joined(before.trainer, after.trainer)
    v0 = joined.model.embed().detach().cpu().double().numpy()
    movements = after.trainer.model.embed().detach().cpu().double().numpy() - v0
    found: dict[int, list[EdgeEffect]] = {int(node): [] for node in nodes}
    for added, triples, table in (
        (True, edits.added_edges, after.table),
        (False, edits.removed_edges, before.table),
    ):
        sign = -1.0 if added else 1.0
        statements = _statements(table)
        for column, gradient in zip((0, 2), edge_gradients(joined.model, triples), strict=True):
            toward = movements[triples[:, column]]
            norms = np.linalg.norm(gradient, axis=1) * np.linalg.norm(toward, axis=1)
            cosine = np.einsum("ij,ij->i", gradient, toward) / np.maximum(norms, 1e-30)
            for triple, value in zip(triples.tolist(), cosine, strict=True):
                if triple[column] in found and not (column == 2 and triple[0] == triple[2]):
                    key = statements[triple[0], triple[1], triple[2]]
                    found[triple[column]].append(EdgeEffect(key, added, float(sign * value)))
    return {
        node: tuple(sorted(effects, key=lambda e: (-e.contribution, str(e.statement))))
        for node, effects in found.items()
    }


def _joined(before: Trainer, after: Trainer) -> Trainer:
    import torch

    joined = after.copy()
    with torch.no_grad():
        for own, old in zip(joined.model.parameters(), before.model.parameters(), strict=True):
            own[: len(old)] = old
    return joined


def _statements(table: EdgeTable) -> dict[tuple[int, int, int], Key]:
    return {
        (int(h), int(r), int(t)): key
        for (h, r, t), key in zip(table.triples, table.statements, strict=True)
    }
