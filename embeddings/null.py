"""What edits without a change of meaning look like, measured: the null of a shift.

A part of the graph is withheld and the model trained without it; then edges of a node are
swapped for withheld edges of the same node (the same churn, the same meaning) and training goes
on as it will for the real change. Scores are then judged against what degree and churn explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from embeddings.continual import Trajectory, TrajectoryConfig
from embeddings.edits import FLOOR, Edits, Floats, edits_between, movement, novelty
from embeddings.tensors import EdgeTable, Indices, table_from_triples
from embeddings.train import Trainer

#: Raised with every change of the code that changes the numbers of a null or of a shift.
VERSION: Final = 4
#: Edited nodes without which a null is not worth its name.
FEWEST = 60
_FOLDS: Final = 5
#: The least spread of a score at any degree and churn, as a share of that of the whole null.
_LEAST_SPREAD: Final = 0.1
#: How much of what unedited nodes move, as a logarithm, edited ones do too. Chosen by planted
#: controls of three seeds: with none 12% of them have p < .05, with half 4% and less power.
_SHARED: Final = 0.35


@dataclass(frozen=True, slots=True)
class NullConfig:
    """How many nodes to edit without meaning, how much of each, in how many trainings at most."""

    nodes: int = 700
    most_share_of_nodes: float = 0.25
    least_withheld: float = 0.15
    most_withheld: float = 0.5
    shuffles: int = 500
    most_runs: int = 5


@dataclass(frozen=True, slots=True, eq=False)
class Benign:
    """Two tables of one vocabulary whose edits change no meaning."""

    before: EdgeTable
    after: EdgeTable


def benign_edits(table: EdgeTable, config: NullConfig, seed: int) -> Benign:
    """Withhold edges of sampled nodes; then swap, add or remove as many as half of the rest."""
    generator = np.random.default_rng((seed, 1))
    degrees = table.degrees()
    able = np.flatnonzero(degrees >= 3)
    count = min(config.nodes, int(config.most_share_of_nodes * len(able)))
    nodes = generator.choice(able, size=count, replace=False)
    incident = _incident(table)
    withheld = np.zeros(len(table), dtype=bool)
    own: list[Indices] = []
    for node in nodes:
        share = generator.uniform(config.least_withheld, config.most_withheld)
        edges = incident[int(node)]
        taken = generator.permutation(edges)[: max(1, round(share * len(edges)))]
        taken = taken[~withheld[taken]]
        withheld[taken] = True
        own.append(taken)
    after = ~withheld
    for node, taken in zip(nodes, own, strict=True):
        _edit(after, withheld, incident[int(node)], taken, generator)
    return Benign(
        table_from_triples(table.triples[~withheld], table.vocabulary),
        table_from_triples(table.triples[after], table.vocabulary),
    )


def _edit(
    after: np.ndarray[tuple[int], np.dtype[np.bool_]],
    withheld: np.ndarray[tuple[int], np.dtype[np.bool_]],
    edges: Indices,
    taken: Indices,
    generator: np.random.Generator,
) -> None:
    """Mostly swaps, as planted controls are; some nodes only gain and some only lose edges."""
    present = edges[~withheld[edges] & after[edges]]
    most = max(1, len(present) // 2)
    size = int(generator.integers(1, most + 1))
    kind = generator.choice(3, p=(0.7, 0.2, 0.1))
    if kind != 1 and len(present) > size:
        after[generator.permutation(present)[:size]] = False
    if kind != 2:
        after[taken[:size]] = True


def _incident(table: EdgeTable) -> dict[int, Indices]:
    ends = np.concatenate((table.triples[:, 0], table.triples[:, 2]))
    edges = np.tile(np.arange(len(table)), 2)
    order = np.argsort(ends, kind="stable")
    nodes, starts = np.unique(ends[order], return_index=True)
    groups = np.split(edges[order], starts[1:])
    return {int(n): np.unique(group) for n, group in zip(nodes, groups, strict=True)}


@dataclass(frozen=True, slots=True, eq=False)
class NullRun:
    """Scores of edited nodes: log movement, zA and features, a row for each node.

    ``usual`` is the log movement of unedited nodes of the same degree in the same run, NaN where
    there are too few of them.
    """

    log_movement: Floats
    gradient: Floats
    features: Floats
    usual: Floats

    def __len__(self) -> int:
        return len(self.log_movement)


def averaged(runs: Sequence[NullRun]) -> NullRun:
    """The mean scores of the same nodes by several trainings."""
    return NullRun(
        np.mean([run.log_movement for run in runs], axis=0),
        np.mean([run.gradient for run in runs], axis=0),
        runs[0].features,
        np.mean([run.usual for run in runs], axis=0),
    )


def run_null(
    table: EdgeTable, trajectory: TrajectoryConfig, config: NullConfig, seed: int
) -> NullRun:
    """Train on the withheld graph, edit benignly, go on: what the edited nodes score.

    ``seed`` draws the edits, the training's own seed is another. A graph that has not
    ``config.nodes`` nodes to spare at once is run again, with other nodes, until as many are
    pooled or ``config.most_runs`` are done: p-values from a few hundred rows swing with the seed.
    """
    runs: list[NullRun] = []
    while len(runs) < config.most_runs and sum(map(len, runs)) < config.nodes:
        runs.append(_run_once(table, trajectory, config, seed + 7919 * len(runs)))
    return NullRun(
        np.concatenate([run.log_movement for run in runs]),
        np.concatenate([run.gradient for run in runs]),
        np.concatenate([run.features for run in runs]),
        np.concatenate([run.usual for run in runs]),
    )


def _run_once(
    table: EdgeTable, trajectory: TrajectoryConfig, config: NullConfig, seed: int
) -> NullRun:
    benign = benign_edits(table, config, seed)
    stages = Trajectory(trajectory, ()).continued(benign.before).continued(benign.after).stages
    before, after = (stage.trainer for stage in stages)
    edits = edits_between(benign.before, benign.after)
    live = np.intersect1d(benign.before.live(), benign.after.live())
    return scores_of(before, after, edits, live, config.shuffles, seed)


def scores_of(
    before: Trainer, after: Trainer, edits: Edits, live: Indices, shuffles: int, seed: int
) -> NullRun:
    """The scores of the edited nodes among those that live in both versions, in their order."""
    nodes, still = live[edits.direct[live]], live[~edits.direct[live]]
    logs = np.log(movement(before, after) + FLOOR)
    features = edits.features()
    degrees = features[:, 0]
    return NullRun(
        logs[nodes],
        novelty(after, edits, nodes, seed, shuffles),
        features[nodes],
        usual_at(degrees[nodes], degrees[still], logs[still]),
    )


def usual_at(degrees: Floats, still: Floats, logs: Floats) -> Floats:
    """The median log movement of unedited nodes (degrees ``still``) by degree, interpolated.

    NaN for all where fewer than ``FEWEST`` nodes are unedited.
    """
    if len(still) < FEWEST:
        return np.full(len(degrees), np.nan)
    order = np.argsort(still, kind="stable")
    groups = np.array_split(order, max(len(order) // FEWEST, 1))
    at = [float(np.median(still[group])) for group in groups]
    places, first = np.unique(at, return_inverse=True)
    medians = np.array(
        [
            np.median(logs[np.concatenate([groups[i] for i in np.flatnonzero(first == k)])])
            for k in range(len(places))
        ]
    )
    found: Floats = np.interp(degrees, places, medians)
    return found


class Calibration:
    """z-scores given degree and churn, and p-values from the null's pooled z-scores.

    With ``relative``, log movement counts from a part of that of unedited nodes: the more
    changes anywhere, the further everything moves, and a version's null cannot know how much will.
    """

    def __init__(self, null: NullRun, seed: int, relative: bool = False) -> None:
        self._relative = relative
        self._movement = Conditional(null.features, self._logs(null), seed)
        self._gradient = Conditional(null.features, null.gradient, seed + 1)
        self._tail = Tail(self._movement.own + self._gradient.own)

    def statistic(self, run: NullRun) -> Floats:
        """S = z of log movement + z of the gradient statistic."""
        return self._movement.z(run.features, self._logs(run)) + self._gradient.z(
            run.features, run.gradient
        )

    def p(self, statistic: Floats) -> Floats:
        """The share of benignly edited nodes that score as high."""
        return self._tail.p(statistic)

    def sizes(self, run: NullRun) -> Floats:
        """How many times as far nodes moved as benign edits of their size move one: (nodes, 3).

        The ratio to the benign mean, and to the ends of the middle 95% of benign movements.
        """
        return self._movement.ratios(run.features, self._logs(run))

    def _logs(self, run: NullRun) -> Floats:
        return run.log_movement - _SHARED * run.usual if self._relative else run.log_movement


class Conditional:
    """Mean and spread of a score given features, by boosted trees fitted in folds.

    ``own`` are the z-scores of the fitted rows, each from the folds it is not in.
    """

    def __init__(self, features: Floats, values: Floats, seed: int) -> None:
        from sklearn.ensemble import GradientBoostingRegressor

        def fitted(x: Floats, y: Floats) -> GradientBoostingRegressor:
            return GradientBoostingRegressor(
                n_estimators=60,
                max_depth=2,
                learning_rate=0.1,
                subsample=0.7,
                min_samples_leaf=10,
                random_state=seed,
            ).fit(x, y)

        fold = np.random.default_rng((seed, 2)).permutation(len(values)) % _FOLDS
        self._models: list[tuple[GradientBoostingRegressor, GradientBoostingRegressor]] = []
        # Where the null says the same of all, as of nodes with nothing to compare, it is not sure.
        least = _LEAST_SPREAD * float(values.std())
        self.own = np.zeros(len(values))
        for k in range(_FOLDS):
            x, y = features[fold != k], values[fold != k]
            mean = fitted(x, y)
            spread = fitted(x, np.log(np.abs(y - mean.predict(x)) + max(least, 1e-3)))
            self._models.append((mean, spread))
            self.own[fold == k] = self._one(k, features[fold == k], values[fold == k])
        self._scale = float(self.own.std()) or 1.0
        self.own /= self._scale

    def _one(self, k: int, features: Floats, values: Floats) -> Floats:
        mean, spread = self._models[k]
        z: Floats = (values - mean.predict(features)) / np.exp(spread.predict(features))
        return z

    def z(self, features: Floats, values: Floats) -> Floats:
        """z-scores of new rows, the mean over the folds' models."""
        if not len(values):
            return np.zeros(0)
        slope, zero = self._line(features)
        return slope * values + zero

    def ratios(self, features: Floats, values: Floats) -> Floats:
        """exp(value - what the null expects), and its 95% interval: (rows, 3).

        The interval is what is left between the value and the 97.5% and 2.5% points of the null's
        own values given the features, which are logarithms as the value is.
        """
        if not len(values):
            return np.zeros((0, 3))
        slope, zero = self._line(features)
        high, low = np.quantile(self.own, (0.025, 0.975))
        points = [values - (point - zero) / slope for point in (0.0, low, high)]
        found: Floats = np.exp(np.stack(points, axis=1))
        return found

    def _line(self, features: Floats) -> tuple[Floats, Floats]:
        """Z of a value is slope * value + zero, by row."""
        slopes = [np.exp(-spread.predict(features)) for _, spread in self._models]
        zeros = [
            -mean.predict(features) * slope
            for (mean, _), slope in zip(self._models, slopes, strict=True)
        ]
        slope: Floats = np.mean(slopes, axis=0) / self._scale
        zero: Floats = np.mean(zeros, axis=0) / self._scale
        return slope, zero


class Tail:
    """Empirical p-values, with a generalised Pareto tail above the 95% point (Knijnenburg 2009)."""

    def __init__(self, null: Floats) -> None:
        from scipy.stats import genpareto

        self._sorted = np.sort(null)
        self._point = float(np.quantile(null, 0.95))
        excess = null[null > self._point] - self._point
        shape, _, scale = genpareto.fit(excess, floc=0)
        if shape < 0 or len(excess) < 20:
            # A tail with an end would call p = 0 what the null just did not reach.
            shape, scale = 0.0, float(excess.mean())
        self._shape, self._scale = float(shape), max(float(scale), 1e-9)

    def p(self, values: Floats) -> Floats:
        """p-values in (0, 1]."""
        from scipy.stats import genpareto

        above = len(self._sorted) - np.searchsorted(self._sorted, values, side="left")
        rank = (above + 1) / (len(self._sorted) + 1)
        excess = np.maximum(values - self._point, 0)
        tail = 0.05 * genpareto.sf(excess, self._shape, scale=self._scale)
        p: Floats = np.where(values > self._point, np.maximum(tail, 1e-12), rank)
        return np.clip(p, 1e-12, 1)


def benjamini_hochberg(p: Floats) -> Floats:
    """q-values: the smallest false discovery rate at which each is found (1995)."""
    if not len(p):
        return p
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q
