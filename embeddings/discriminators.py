"""The reverse process: how much likelier an edge is under a corruption than as observed."""

from __future__ import annotations

from dataclasses import dataclass

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

    def part(self, rows: Indices | slice) -> Judged:
        """Some of the edges."""
        return Judged(self.features[rows], self.relations[rows], self.folds[rows])


def ratios(observed: Judged, wrong: Judged, folds: int, seed: int) -> tuple[Floats, Floats]:
    """p_kernel / p_observed of observed and of planted edges, each from trees of other folds.

    Boosted trees tell planted from observed edges; their odds are the ratio of densities.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    categories = _categories(observed.relations)
    here = np.column_stack((observed.features, categories[observed.relations]))
    there = np.column_stack((wrong.features, categories[wrong.relations]))
    found = np.zeros(len(here)), np.zeros(len(there))
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
            # Odds of as many planted as observed; weights instead make the trees' bins slow.
            even = sizes[0] / max(sizes[1], 1)
            for ratio, features, held in (
                (found[0], here, observed.folds == k),
                (found[1], there, wrong.folds == k),
            ):
                if held.any():
                    p = model.predict_proba(features[held])[:, 1]
                    p = np.clip(p, _SMALLEST, 1 - _SMALLEST)
                    ratio[held] = even * p / (1 - p)
    return found


def _categories(relations: Indices) -> Indices:
    """A number below ``_MOST_CATEGORIES`` for each relation, the common ones one of their own."""
    counts = np.bincount(relations)
    order = np.argsort(-counts, kind="stable")
    categories = np.empty(len(counts), dtype=np.int64)
    categories[order] = np.minimum(np.arange(len(counts)), _MOST_CATEGORIES - 1)
    return categories
