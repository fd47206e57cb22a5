"""Which statements of a snapshot are probably wrong, by the reverse of a planted corruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from embeddings.discriminators import Judged, ratios
from embeddings.edits import Floats
from embeddings.errors import TrainingError
from embeddings.evidence import Counts, Evidence, counts_of
from embeddings.held_out import held_out_losses
from embeddings.kernels import Kernel, planted
from embeddings.lexical import LexicalEvidence, Lexicon
from embeddings.shares import Mixture, Share, mixture
from embeddings.tensors import EdgeRule, EdgeTable, Indices, read_edges
from embeddings.texts import Texts, read_texts
from embeddings.train import TrainConfig
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
    ``lexical`` asks labels, synonyms and definitions where there are any; then ``replacing`` is the
    share of planted edges that are judged as if the edge they were had gone (0 to 1).
    """

    kernels: tuple[Kernel, ...] = (Kernel.TYPED, Kernel.RANDOM)
    folds: int = 5
    rounds: int = 1
    epochs: int = 0
    lexical: bool = True
    replacing: float = 0.5
    train: TrainConfig = field(default_factory=TrainConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2 or self.rounds < 1 or not self.kernels:
            raise TrainingError("denoise", "two folds, a round and a kernel are needed at least")
        if not 0 <= self.replacing <= 1:
            raise TrainingError("denoise", f"replacing is {self.replacing}, not from 0 to 1")

    @classmethod
    def full(cls, seed: int = 0) -> DenoiseConfig:
        """Every kernel, and link prediction: several times the cost of the quick mode."""
        train = TrainConfig(rank=100, n3=0.05, seed=seed)
        return cls(tuple(Kernel), epochs=12, train=train, seed=seed)

    @property
    def compares_relations(self) -> bool:
        """Whether a kernel confuses relations or directions."""
        return Kernel.RELATION in self.kernels or Kernel.SWAP in self.kernels


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A statement, the probability that it is wrong, and what the rest of the graph says of it.

    ``posterior`` is ``odds`` between 0 and 1. ``loss`` is the held-out loss in nats of the model,
    None in quick mode.
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

    ``shares`` estimates from above which part of the statements each kernel made. Where no kernel
    is ``believed`` to be there, the loss ranks if there is one, and else the odds.
    """

    rows: tuple[Suspicion, ...]
    shares: dict[Kernel, Share]
    believed: bool
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
    config = config or DenoiseConfig()
    table = read_edges(snapshot, None, rule)
    texts = read_texts(snapshot, table) if config.lexical else None
    return denoise_table(table, config, fold_done, texts)


def denoise_table(
    table: EdgeTable,
    config: DenoiseConfig | None = None,
    fold_done: FoldDone | None = None,
    texts: Texts | None = None,
) -> DenoiseResult:
    """:func:`denoise` on edges that are read already; without ``texts`` they alone are evidence."""
    config = config or DenoiseConfig()
    if len(table) < FEWEST_EDGES:
        raise TrainingError("denoise", f"{len(table)} edges, at least {FEWEST_EDGES} are needed")
    trial = _Trial.drawn(table, config, texts)
    told = _Told(fold_done, config.folds * config.rounds)
    held_out = trial.held_out_losses() if config.epochs else None
    features = trial.evidence(None, told)
    counts = counts_of(features[: len(table)])
    found = trial.judged(features, held_out)
    for _ in range(config.rounds - 1):
        found = trial.judged(trial.evidence(_belief(found.odds), told), held_out)
    loss = None if held_out is None else held_out[: len(table), -1]
    rows = _rows(table, found, counts, loss)
    return DenoiseResult(rows, found.shares, found.believed, table.version, config)


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
    lexicon: Lexicon | None

    @classmethod
    def drawn(cls, table: EdgeTable, config: DenoiseConfig, texts: Texts | None) -> _Trial:
        generator = np.random.default_rng((config.seed, 3))
        every, origins, parts = [table.triples], [np.arange(len(table))], {}
        start = len(table)
        for kernel in config.kernels:
            wrong, origin = planted(kernel, table.triples, generator)
            order = generator.permutation(len(wrong))[:MOST_PLANTED]
            wrong, origin = wrong[order], origin[order]
            parts[kernel] = slice(start, start + len(wrong))
            start += len(wrong)
            every.append(wrong)
            origins.append(origin)
        # A wrong edge mostly stands beside the right one, so each is dealt to a fold by itself.
        folds = [generator.permutation(len(part)) % config.folds for part in every]
        if texts is not None:
            # In ontologies most have one parent: a wrong one stands in the place of the right one.
            for i, origin in enumerate(origins[1:], 1):
                gone = generator.random(len(origin)) < config.replacing
                folds[i] = np.where(gone, folds[0][origin], folds[i])
        lexicon = None if texts is None else Lexicon(texts, config.seed)
        return cls(table, config, np.concatenate(every), np.concatenate(folds), parts, lexicon)

    def evidence(self, weights: Floats | None, told: _Told) -> Floats:
        """Features of all edges, each from the graph without its fold.

        ``weights`` (edges of the table,) says how much each is believed.
        """
        observed, table = len(self.table), self.table
        parts: list[tuple[Indices, Floats]] = []
        for k in range(self.config.folds):
            rows = np.flatnonzero(self.folds == k)
            rest = self.folds[:observed] != k
            evidence = Evidence(
                table.triples[rest],
                table.num_entities,
                table.num_relations,
                None if weights is None else weights[rest],
                self.config.seed,
                self.config.compares_relations,
            )
            features = evidence.features(self.triples[rows])
            if self.lexicon is not None:
                lexical = LexicalEvidence(
                    self.lexicon, table.triples[rest], table.num_relations, self.config.seed
                )
                features = np.concatenate((features, lexical.features(self.triples[rows])), axis=1)
            parts.append((rows, features))
            told.fold()
        every = np.zeros((len(self.triples), parts[0][1].shape[1]))
        for rows, features in parts:
            every[rows] = features
        return every

    def held_out_losses(self) -> Floats:
        """Losses of all edges in both directions and their sum, by models without their fold."""
        config = self.config
        both = held_out_losses(self.table, self.triples, self.folds, config.train, config.epochs)
        return np.concatenate((both, both.sum(axis=1, keepdims=True)), axis=1)

    def judged(self, features: Floats, held_out: Floats | None) -> Mixture:
        """The odds of each edge of the table to be wrong, and the share that each kernel made."""
        if held_out is not None:
            features = np.concatenate((features, held_out), axis=1)
        every = Judged(features, self.triples[:, 1], self.folds)
        observed = every.part(slice(0, len(self.table)))
        config = self.config
        return mixture(
            {
                kernel: ratios(observed, every.part(rows), config.folds, config.seed)
                for kernel, rows in self.parts.items()
            }
        )


def _rows(
    table: EdgeTable, found: Mixture, counts: list[Counts], loss: Floats | None
) -> tuple[Suspicion, ...]:
    """One row per statement; a statement that entails several edges is as bad as its worst."""
    seen: set[tuple[Node, Node, Object]] = set()
    rows: list[Suspicion] = []
    odds = found.odds
    ranking = odds if found.believed or loss is None else loss
    for i in np.argsort(-ranking, kind="stable").tolist():
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
