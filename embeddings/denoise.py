"""Which statements of a snapshot are probably wrong, by the reverse of a planted corruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from embeddings.edits import Floats
from embeddings.errors import TrainingError
from embeddings.evidence import Counts, Evidence
from embeddings.kernels import Kernel, planted
from embeddings.tensors import EdgeRule, EdgeTable, Indices, read_edges, table_from_triples
from embeddings.train import TrainConfig, Trainer, losses
from graph.model import Node, Object
from graph.snapshot import Snapshot, Version

#: Called with (folds done, folds).
FoldDone = Callable[[int, int], None]

#: Edges without which neither shares nor discriminators mean anything.
FEWEST_EDGES = 100
_BINS = 20


@dataclass(frozen=True, slots=True)
class DenoiseConfig:
    """The corruption kernels, the folds, and whether a model's held-out loss is evidence.

    ``epochs`` are those of the model in each fold; 0 leaves link prediction out (quick mode).
    """

    kernels: tuple[Kernel, ...] = (Kernel.TYPED, Kernel.RANDOM)
    folds: int = 5
    epochs: int = 0
    train: TrainConfig = field(default_factory=TrainConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2 or not self.kernels:
            raise TrainingError("denoise", "at least two folds and one kernel are needed")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A statement, the probability that it is wrong, and what the rest of the graph says of it.

    ``odds`` ranks; ``posterior`` is it between 0 and 1. ``loss`` is the held-out loss in nats of
    the model, None in quick mode.
    """

    subject: Node
    predicate: Node
    object: Object
    posterior: float
    odds: float
    counts: Counts
    loss: float | None


@dataclass(frozen=True, slots=True)
class DenoiseResult:
    """Every statement that is an edge, the most suspicious first, and what reproduces it.

    ``shares`` estimates from above which part of the statements each kernel made.
    """

    rows: tuple[Suspicion, ...]
    shares: dict[Kernel, float]
    version: Version
    config: DenoiseConfig

    @property
    def expected(self) -> float:
        """The number of wrong statements that the posteriors add up to."""
        return sum(row.posterior for row in self.rows)


def denoise(
    snapshot: Snapshot,
    config: DenoiseConfig | None = None,
    rule: EdgeRule | None = None,
    fold_done: FoldDone | None = None,
) -> DenoiseResult:
    """Rank the statements of a snapshot by how probably they are wrong.

    Raises TrainingError where the graph has fewer than ``FEWEST_EDGES`` edges or more entities
    than the dense resolvent takes.
    """
    return denoise_table(read_edges(snapshot, None, rule), config, fold_done)


def denoise_table(
    table: EdgeTable, config: DenoiseConfig | None = None, fold_done: FoldDone | None = None
) -> DenoiseResult:
    """:func:`denoise` on edges that are read already."""
    config = config or DenoiseConfig()
    if len(table) < FEWEST_EDGES:
        raise TrainingError("denoise", f"{len(table)} edges, at least {FEWEST_EDGES} are needed")
    generator = np.random.default_rng((config.seed, 3))
    fold = generator.permutation(len(table)) % config.folds
    plants = [planted(k, table.triples, generator) for k in config.kernels]
    everything = np.concatenate((table.triples, *(wrong for wrong, _ in plants)))
    # A planted edge is judged where the edge that it was is held out too.
    folds = np.concatenate((fold, *(fold[origin] for _, origin in plants)))
    features, counts = _held_out(table, everything, folds, config, fold_done)
    odds = np.zeros(len(table))
    shares: dict[Kernel, float] = {}
    start = len(table)
    for kernel, (wrong, _) in zip(config.kernels, plants, strict=True):
        own = slice(start, start + len(wrong))
        start += len(wrong)
        ratio, planted_ratio = _ratios(
            features[: len(table)], fold, features[own], folds[own], config
        )
        shares[kernel] = best_bin_share(ratio, planted_ratio)
        odds += shares[kernel] * ratio
    loss = features[:, -1] if config.epochs else None
    return DenoiseResult(_rows(table, odds, counts, loss), shares, table.version, config)


def _held_out(
    table: EdgeTable,
    triples: Indices,
    folds: Indices,
    config: DenoiseConfig,
    fold_done: FoldDone | None,
) -> tuple[Floats, list[Counts]]:
    """Features of all edges, and counts of the observed, each from the graph without its fold."""
    parts: list[tuple[Indices, Floats]] = []
    counts: dict[int, Counts] = {}
    observed = len(table)
    for k in range(config.folds):
        rows = np.flatnonzero(folds == k)
        rest = table.triples[folds[:observed] != k]
        evidence = Evidence(rest, table.num_entities, table.num_relations)
        features = evidence.features(triples[rows])
        if config.epochs:
            trainer = Trainer(config.train)
            trainer.fit(table_from_triples(rest, table.vocabulary), config.epochs)
            both = losses(trainer.model, triples[rows])
            features = np.concatenate((features, both, both.sum(axis=1, keepdims=True)), axis=1)
        parts.append((rows, features))
        seen = rows < observed
        told = evidence.counts(triples[rows[seen]], features[seen])
        counts.update(zip(rows[seen].tolist(), told, strict=True))
        if fold_done:
            fold_done(k + 1, config.folds)
    every = np.zeros((len(triples), parts[0][1].shape[1]))
    for rows, features in parts:
        every[rows] = features
    return every, [counts[i] for i in range(observed)]


def _ratios(
    observed: Floats, fold: Indices, wrong: Floats, wrong_fold: Indices, config: DenoiseConfig
) -> tuple[Floats, Floats]:
    """p_kernel / p_observed of observed and of planted edges, from discriminators cross-fitted."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    ratios = np.zeros(len(observed)), np.zeros(len(wrong))
    for k in range(config.folds):
        x = np.concatenate((observed[fold != k], wrong[wrong_fold != k]))
        sizes = int((fold != k).sum()), int((wrong_fold != k).sum())
        y = np.repeat((0, 1), sizes)
        weights = np.repeat([1 / max(size, 1) for size in sizes], sizes) * len(x) / 2
        model = HistGradientBoostingClassifier(
            max_iter=80,
            max_leaf_nodes=15,
            learning_rate=0.08,
            min_samples_leaf=20,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=config.seed,
        )
        # OpenMP's barriers spin: on cores that others use, two threads take many times one.
        with threadpool_limits(1):
            model.fit(x, y, sample_weight=weights)
        for ratio, part in ((ratios[0], observed[fold == k]), (ratios[1], wrong[wrong_fold == k])):
            rows = fold == k if ratio is ratios[0] else wrong_fold == k
            if len(part):
                p = np.clip(model.predict_proba(part)[:, 1], 1e-6, 1 - 1e-6)
                ratio[rows] = p / (1 - p)
    return ratios


def best_bin_share(observed: Floats, wrong: Floats) -> float:
    """The largest share of the kernel's noise that the observed edges leave room for.

    The smallest ratio, over bins that hold equal parts of the planted edges, of the observed
    share of a bin to its planted share; one observed edge is added to each bin.
    """
    if not len(wrong):
        return 0.0
    edges = np.unique(np.quantile(wrong, np.linspace(0, 1, _BINS + 1)[1:-1]))
    here = np.bincount(np.searchsorted(edges, observed), minlength=len(edges) + 1)
    there = np.bincount(np.searchsorted(edges, wrong), minlength=len(edges) + 1)
    filled = there >= len(wrong) / (2 * _BINS)
    ratio = ((here + 1) / len(observed))[filled] / (there / len(wrong))[filled]
    return float(min(ratio.min(), 1.0))


def _rows(
    table: EdgeTable, odds: Floats, counts: list[Counts], loss: Floats | None
) -> tuple[Suspicion, ...]:
    """One row per statement; a statement that entails several edges is as bad as its worst."""
    seen: set[tuple[Node, Node, Object]] = set()
    rows: list[Suspicion] = []
    for i in np.argsort(-odds, kind="stable").tolist():
        key = table.statements[i]
        if key in seen:
            continue
        seen.add(key)
        posterior = float(np.clip(odds[i], 0, 1))
        held_out = None if loss is None else float(loss[i])
        subject, predicate, filler = key
        rows.append(
            Suspicion(subject, predicate, filler, posterior, float(odds[i]), counts[i], held_out)
        )
    return tuple(rows)
