"""Which edited edges explain where a node went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.continual import Stage
from embeddings.edits import Edits, Floats, row_cosines
from embeddings.gradients import edge_gradients
from embeddings.models import Model
from embeddings.shift_results import EdgeEffect
from embeddings.tensors import EdgeTable, Indices
from embeddings.train import Trainer
from graph.model import Key


@dataclass(frozen=True, slots=True)
class Cause:
    """What an edited edge does, and the edge: rows of head, relation, tail."""

    effect: EdgeEffect
    triple: tuple[int, int, int]


def explain(
    stages: Sequence[tuple[Stage, Stage]], edits: Edits, nodes: Indices
) -> dict[int, tuple[Cause, ...]]:
    """The edited edges at each node by c = cos(-g, v1 - v0), g under the earlier model.

    ``stages`` are the two versions in each training, whose cosines are averaged. Entities that
    the earlier model does not know stand where the later one has them. For a removed edge the
    sign is turned. Added and removed edges are parted in two groups each, of which the upper is
    named.
    """
    found: dict[int, list[Cause]] = {int(node): [] for node in nodes}
    before, after = stages[0][0].table, stages[0][1].table
    moved = [_moved(one.trainer, other.trainer) for one, other in stages]
    for added, triples, table in (
        (True, edits.added_edges, after),
        (False, edits.removed_edges, before),
    ):
        each = [_cosines(model, movements, triples) for model, movements in moved]
        contributions = (1.0 if added else -1.0) * np.mean(each, axis=0)
        statements = _statements(table)
        at_node: dict[int, list[tuple[float, tuple[int, int, int]]]] = {}
        for (h, r, t), values in zip(triples.tolist(), contributions.tolist(), strict=True):
            for node, value in zip((h, t) if h != t else (h,), values, strict=False):
                if node in found:
                    at_node.setdefault(node, []).append((value, (h, r, t)))
        for node, edges in at_node.items():
            named = _upper(np.array([value for value, _ in edges]))
            found[node] += [
                Cause(EdgeEffect(statements[triple], added, value, bool(says)), triple)
                for (value, triple), says in zip(edges, named, strict=True)
            ]
    return {
        node: tuple(sorted(causes, key=lambda c: (-c.effect.contribution, str(c.effect.statement))))
        for node, causes in found.items()
    }


def _moved(before: Trainer, after: Trainer) -> tuple[Model, Floats]:
    """The earlier model, grown to the later one's rows, and where each of its vectors went."""
    model = _joined(before, after).model
    v0, v1 = (m.embed().detach().cpu().double().numpy() for m in (model, after.model))
    return model, v1 - v0


def _cosines(model: Model, movements: Floats, triples: Indices) -> Floats:
    """cos(-g, v1 - v0) of each edge at its head and at its tail: (edges, 2)."""
    ends = zip((0, 2), edge_gradients(model, triples), strict=True)
    return np.stack([-row_cosines(g, movements[triples[:, column]]) for column, g in ends], axis=1)


def _upper(values: Floats) -> Floats:
    """Which values are in the upper of the two groups that have the least spread within."""
    if len(values) == 1:
        return np.array(values > 0)
    order = np.sort(values)[::-1]
    sums, counts = np.cumsum(order)[:-1], np.arange(1, len(order))
    upper, lower = sums / counts, (order.sum() - sums) / (len(order) - counts)
    between = counts * (len(order) - counts) * (upper - lower) ** 2
    return np.array(values >= order[int(between.argmax())])


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
