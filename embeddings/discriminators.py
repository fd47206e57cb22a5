"""The reverse process: how much likelier an edge is under a corruption than as observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from embeddings.edits import Floats
from embeddings.tensors import Indices

#: Categories that the trees can tell apart; rarer relations are one.
_MOST_CATEGORIES = 254
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Edges with evidence from a graph without their fold.

    ``features`` has shape (n, width), ``relations`` and ``folds`` (n,).
    """

    features: Floats
    relations: Indices
    folds: Indices


class Discriminator:
    """Boosted trees that tell planted from observed edges; their odds are a ratio of densities.

    One forest for each fold, which has not seen it.
    """

    def __init__(self, observed: Judged, wrong: Judged, folds: int, seed: int) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        self._categories = _categories(observed.relations)
        here, there = self._columns(observed), self._columns(wrong)
        self._models: list[tuple[Any, float]] = []
        # OpenMP's barriers spin: on cores that others use, two threads take many times one.
        with threadpool_limits(1):
            for k in range(folds):
                x = np.concatenate((here[observed.folds != k], there[wrong.folds != k]))
                sizes = [int((side.folds != k).sum()) for side in (observed, wrong)]
                y = np.repeat((0, 1), sizes)
                model = HistGradientBoostingClassifier(
                    max_iter=80,
                    max_leaf_nodes=63,
                    learning_rate=0.1,
                    min_samples_leaf=20,
                    l2_regularization=1.0,
                    early_stopping=False,
                    categorical_features=[x.shape[1] - 1],
                    random_state=seed,
                )
                model.fit(x, y)
                # Odds of as many planted as observed; weights make the trees' bins slow.
                self._models.append((model, sizes[0] / max(sizes[1], 1)))

    def ratios(self, asked: Judged) -> Floats:
        """p_kernel / p_observed of edges, each by the trees that have not seen its fold."""
        columns = self._columns(asked)
        found = np.zeros(len(columns))
        for k, (model, even) in enumerate(self._models):
            held = asked.folds == k
            if held.any():
                found[held] = _odds(model, columns[held], even)
        return found

    def of_any(self, features: Floats, relations: Indices) -> Floats:
        """The ratio of edges that no forest has seen: the geometric mean of all forests'."""
        columns: Floats = np.column_stack((features, self._categories[relations]))
        logs = [np.log(_odds(model, columns, even)) for model, even in self._models]
        found: Floats = np.exp(np.mean(logs, axis=0))
        return found

    def _columns(self, judged: Judged) -> Floats:
        return np.column_stack((judged.features, self._categories[judged.relations]))


def _odds(model: Any, columns: Floats, even: float) -> Floats:
    p = np.clip(model.predict_proba(columns)[:, 1], _SMALLEST, 1 - _SMALLEST)
    odds: Floats = even * p / (1 - p)
    return odds


def _categories(relations: Indices) -> Indices:
    """A number below ``_MOST_CATEGORIES`` for each relation, the common ones one of their own."""
    counts = np.bincount(relations)
    order = np.argsort(-counts, kind="stable")
    categories = np.empty(len(counts), dtype=np.int64)
    categories[order] = np.minimum(np.arange(len(counts)), _MOST_CATEGORIES - 1)
    return categories
