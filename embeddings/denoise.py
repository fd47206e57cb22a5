"""Which statements of a snapshot are probably wrong, by the reverse of a planted corruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from embeddings.discriminators import Judged, best_bin_share, ratios
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
#: Edges that one kernel plants at most.
MOST_PLANTED = 200_000


@dataclass(frozen=True, slots=True)
class DenoiseConfig:
    """The corruption kernels, the folds, and whether a model's held-out loss is evidence.

    In each round after the first edges count as much as they were believed in the one before.
    ``epochs`` are those of the model in each fold; 0 leaves link prediction out (quick mode).
    """

    kernels: tuple[Kernel, ...] = (Kernel.TYPED, Kernel.RANDOM)
    folds: int = 5
    rounds: int = 1
    epochs: int = 0
    train: TrainConfig = field(default_factory=TrainConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2 or self.rounds < 1 or not self.kernels:
            raise TrainingError("denoise", "two folds, a round and a kernel are needed at least")


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

    Raises TrainingError where the graph has fewer than ``FEWEST_EDGES`` edges.
    """
    return denoise_table(read_edges(snapshot, None, rule), config, fold_done)


def denoise_table(
    table: EdgeTable, config: DenoiseConfig | None = None, fold_done: FoldDone | None = None
) -> DenoiseResult:
    """:func:`denoise` on edges that are read already."""
    config = config or DenoiseConfig()
    if len(table) < FEWEST_EDGES:
        raise TrainingError("denoise", f"{len(table)} edges, at least {FEWEST_EDGES} are needed")
    trial = _Trial.drawn(table, config)
    told = _Told(fold_done, config.folds * config.rounds)
    losses_ = trial.held_out_losses() if config.epochs else None
    weights: Floats | None = None
    counts: list[Counts] = []
    for _ in range(config.rounds):
        features, found = trial.evidence(weights, told)
        counts = counts or found
        if losses_ is not None:
            features = np.concatenate((features, losses_), axis=1)
        odds, shares = trial.judged(features)
        weights = _belief(odds)
    loss = None if losses_ is None else losses_[: len(table), -1]
    return DenoiseResult(_rows(table, odds, counts, loss), shares, table.version, config)


def _belief(odds: Floats) -> Floats:
    """How much edges count in the next round: those that are rather true count in full.

    Weights for all edges would tell observed from planted edges: only the former had a part in
    what their neighbours are believed.
    """
    posterior = np.clip(odds, 0, 1)
    return np.where(posterior > 0.5, 1 - posterior, 1.0)


class _Told:
    """Counts folds over all rounds."""

    def __init__(self, fold_done: FoldDone | None, folds: int) -> None:
        self._fold_done, self._folds, self._done = fold_done, folds, 0

    def fold(self) -> None:
        self._done += 1
        if self._fold_done:
            self._fold_done(self._done, self._folds)


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """The edges of a table and those planted beside them, dealt to folds.

    ``triples`` holds the edges of the table first; ``parts`` are the rows that each kernel made.
    """

    table: EdgeTable
    config: DenoiseConfig
    triples: Indices
    folds: Indices
    parts: dict[Kernel, slice]

    @classmethod
    def drawn(cls, table: EdgeTable, config: DenoiseConfig) -> _Trial:
        generator = np.random.default_rng((config.seed, 3))
        every, parts, start = [table.triples], {}, len(table)
        for kernel in config.kernels:
            wrong = planted(kernel, table.triples, generator)[0]
            wrong = generator.permutation(wrong)[:MOST_PLANTED]
            parts[kernel] = slice(start, start + len(wrong))
            start += len(wrong)
            every.append(wrong)
        # A wrong edge mostly stands beside the right one, so each is dealt to a fold by itself.
        folds = np.concatenate([generator.permutation(len(part)) % config.folds for part in every])
        return cls(table, config, np.concatenate(every), folds, parts)

    def evidence(self, weights: Floats | None, told: _Told) -> tuple[Floats, list[Counts]]:
        """Features of all edges, and counts of the observed, each from the graph without its fold.

        ``weights`` (edges of the table,) says how much each is believed.
        """
        observed, table = len(self.table), self.table
        parts: list[tuple[Indices, Floats]] = []
        counts: dict[int, Counts] = {}
        for k in range(self.config.folds):
            rows = np.flatnonzero(self.folds == k)
            rest = self.folds[:observed] != k
            evidence = Evidence(
                table.triples[rest],
                table.num_entities,
                table.num_relations,
                None if weights is None else weights[rest],
                self.config.seed,
            )
            features = evidence.features(self.triples[rows])
            parts.append((rows, features))
            seen = rows < observed
            said = evidence.counts(self.triples[rows[seen]], features[seen])
            counts.update(zip(rows[seen].tolist(), said, strict=True))
            told.fold()
        return self._together(parts), [counts[i] for i in range(observed)]

    def held_out_losses(self) -> Floats:
        """Losses of all edges in both directions and their sum, by models without their fold."""
        parts: list[tuple[Indices, Floats]] = []
        for k in range(self.config.folds):
            rows = np.flatnonzero(self.folds == k)
            rest = self.table.triples[self.folds[: len(self.table)] != k]
            trainer = Trainer(self.config.train)
            trainer.fit(table_from_triples(rest, self.table.vocabulary), self.config.epochs)
            both = losses(trainer.model, self.triples[rows])
            parts.append((rows, np.concatenate((both, both.sum(axis=1, keepdims=True)), axis=1)))
        return self._together(parts)

    def judged(self, features: Floats) -> tuple[Floats, dict[Kernel, float]]:
        """The odds of each edge of the table to be wrong, and the share that each kernel made."""
        every = Judged(features, self.triples[:, 1], self.folds)
        observed = every.part(slice(0, len(self.table)))
        odds, shares = np.zeros(len(self.table)), {}
        for kernel, rows in self.parts.items():
            found = ratios(observed, every.part(rows), self.config.folds, self.config.seed)
            shares[kernel] = best_bin_share(*found)
            odds += shares[kernel] * found[0]
        return odds, shares

    def _together(self, parts: list[tuple[Indices, Floats]]) -> Floats:
        every = np.zeros((len(self.triples), parts[0][1].shape[1]))
        for rows, features in parts:
            every[rows] = features
        return every


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
