"""Filtered ranks of true edges among all entities, and what is told from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.models import Model
from embeddings.tensors import Indices


@dataclass(frozen=True, slots=True)
class Metrics:
    """Link prediction in both directions; ``count`` is the number of ranks."""

    mrr: float
    hits_at_1: float
    hits_at_3: float
    hits_at_10: float
    count: int


def filtered_ranks(
    model: Model, triples: Indices, known: Indices, batch_size: int = 512
) -> NDArray[np.float64]:
    """Realistic filtered ranks of shape (2, triples): of the tail, then of the head.

    Other entities that make a triple of ``known`` true are left out of the comparison; among
    equal scores the true one is in the middle (Berrendorf et al. 2020). Arrays are (n, 3).
    """
    device = next(model.parameters()).device
    there = np.stack((triples[:, 0], 2 * triples[:, 1], triples[:, 2]), axis=1)
    back = np.stack((triples[:, 2], 2 * triples[:, 1] + 1, triples[:, 0]), axis=1)
    queries = np.concatenate((there, back))
    answers = _answers(np.concatenate((known, triples)))
    ranks = np.empty(len(queries))
    with torch.no_grad():
        for start in range(0, len(queries), batch_size):
            batch = queries[start : start + batch_size]
            rows = torch.from_numpy(batch).to(device)
            scores = model.score_all(rows[:, 0], rows[:, 1]).cpu().numpy()
            for i, (entity, directed, target) in enumerate(batch):
                ranks[start + i] = _rank(scores[i], target, answers[int(entity), int(directed)])
    return ranks.reshape(2, len(triples))


def _answers(known: Indices) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for head, relation, tail in known.tolist():
        found.setdefault((head, 2 * relation), []).append(tail)
        found.setdefault((tail, 2 * relation + 1), []).append(head)
    return found


def _rank(scores: NDArray[np.float32], target: int, answers: list[int]) -> float:
    own = scores[target]
    others = scores.copy()
    others[answers] = -np.inf
    better, equal = int((others > own).sum()), int((others == own).sum())
    return 1 + better + equal / 2


def metrics(ranks: NDArray[np.float64]) -> Metrics:
    """Mean reciprocal rank and Hits@k of ranks of any shape."""
    flat = ranks.ravel()
    if not len(flat):
        return Metrics(0.0, 0.0, 0.0, 0.0, 0)
    first, third, tenth = (float((flat <= k).mean()) for k in (1, 3, 10))
    return Metrics(float((1 / flat).mean()), first, third, tenth, len(flat))
