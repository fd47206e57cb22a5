"""Edges, and wrong ones planted beside them, judged by a graph that holds none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.denoise_results import DenoiseConfig
from embeddings.discriminators import Discriminator, Judged
from embeddings.edits import Floats
from embeddings.evidence import Evidence
from embeddings.held_out import held_out_losses
from embeddings.kernels import Kernel, came_together, planted
from embeddings.lexical import LexicalEvidence, Lexicon
from embeddings.tensors import EdgeTable, Indices

#: Called with (folds done, folds).
FoldDone = Callable[[int, int], None]

#: Edges that one kernel plants at most.
MOST_PLANTED = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Plants:
    """The wrong edges of one kernel, (n, 3), their folds, and the rows of the edges they were.

    ``dealt`` are the folds of trees: what came together is not both learnt and judged.
    """

    triples: Indices
    folds: Indices
    origins: Indices
    dealt: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Evidence about the edges of a table, (edges, width), and about the plants of each kernel.

    ``beside`` is that of the edges where a kernel's plants stand among them.
    """

    observed: Floats
    plants: dict[Kernel, Floats]
    beside: dict[Kernel, Floats]


class Folds:
    """Counts folds over all passes, and keeps their features in a folder, if there is one."""

    def __init__(self, fold_done: FoldDone | None, folds: int, folder: Path | None) -> None:
        self._fold_done, self._folds, self._folder = fold_done, folds, folder
        self._done = 0

    def found(self, compute: Callable[[], Floats]) -> Floats:
        """The features of the next fold: what ``compute`` gives, or gave to an earlier run."""
        found = self.kept(str(self._done), compute)
        self._done += 1
        if self._fold_done:
            self._fold_done(self._done, self._folds)
        return found

    def kept(self, name: str, compute: Callable[[], Floats]) -> Floats:
        """What ``compute`` gives, or gave to an earlier run that came as far."""
        if self._folder is None:
            return compute()
        path = self._folder / f"{name}.npy"
        if path.exists():
            known: Floats = np.load(path)
            return known
        found = compute()
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as stream:
            np.save(stream, found)
        part.replace(path)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Witnesses:
    """What a graph says of edges that it does not hold."""

    edges: Evidence
    texts: LexicalEvidence | None

    def features(self, triples: Indices) -> Floats:
        """One row for each edge, without what eras say."""
        found = self.edges.features(triples)
        if self.texts is None:
            return found
        return np.concatenate((found, self.texts.features(triples)), axis=1)


class Trial:
    """The edges of a table and those planted beside them, dealt to folds.

    ``eras`` (edges,) numbers when edges came, if that is known: a planted edge is of the time of
    the edge it was, so that what is new is compared with noise that is new.
    """

    def __init__(
        self,
        table: EdgeTable,
        config: DenoiseConfig,
        lexicon: Lexicon | None = None,
        eras: Indices | None = None,
    ) -> None:
        self.table, self.config, self.lexicon, self.eras = table, config, lexicon, eras
        generator = np.random.default_rng((config.seed, 3))
        made: dict[Kernel, tuple[Indices, Indices]] = {}
        for kernel in config.kernels:
            wrong, origins = planted(kernel, table.triples, generator)
            if not kernel.inserted:
                order = generator.permutation(len(wrong))[:MOST_PLANTED]
                wrong, origins = wrong[order], origins[order]
            made[kernel] = wrong, origins
        # A wrong edge mostly stands beside the right one, so each is dealt to a fold by itself.
        self.folds: Indices = generator.permutation(len(table)) % config.folds
        self.plants: dict[Kernel, Plants] = {}
        for kernel, (wrong, origins) in made.items():
            folds = generator.permutation(len(wrong)) % config.folds
            if lexicon is not None:
                # In ontologies most have one parent: a wrong one stands in the right one's place.
                gone = generator.random(len(wrong)) < config.replacing
                folds = np.where(gone, self.folds[origins], folds)
            dealt = folds
            if kernel.inserted:
                together = came_together(kernel, wrong, table.triples[origins])
                dealt = generator.permutation(int(together.max(initial=0)) + 1)[together]
                dealt %= config.folds
            self.plants[kernel] = Plants(wrong, folds, origins, dealt)
        self._rivals = not {Kernel.RELATION, Kernel.SWAP}.isdisjoint(config.kernels)
        self._supporters = Kernel.NEAR in self.plants or self.passes > 1

    @property
    def passes(self) -> int:
        """How often the folds are gone through for one round of evidence."""
        return 1 + sum(kernel.inserted for kernel in self.plants)

    def features(self, weights: Floats | None, folds: Folds) -> Features:
        """Evidence about all edges, each from the graph without its fold.

        ``weights`` (edges of the table,) says how much each is believed.
        """
        beside_others = [k for k in self.plants if not k.inserted]
        asked = [self.table.triples, *(self.plants[k].triples for k in beside_others)]
        dealt = [self.folds, *(self.plants[k].folds for k in beside_others)]
        every = self._held_out(asked, dealt, 1, weights, folds)
        plants = dict(zip(beside_others, every[1:], strict=True))
        beside: dict[Kernel, Floats] = {}
        for kernel, own in self.plants.items():
            if kernel.inserted:
                asked, dealt = [self.table.triples, own.triples], [self.folds, own.folds]
                trusted = None
                if weights is not None:
                    trusted = np.concatenate((weights, np.ones(len(own.triples))))
                beside[kernel], plants[kernel] = self._held_out(asked, dealt, 2, trusted, folds)
        if self.eras is not None:
            eras = self.eras[:, None].astype(np.float64)
            every[0] = np.concatenate((every[0], eras), axis=1)
            for kernel, found in plants.items():
                own_eras = eras[self.plants[kernel].origins]
                plants[kernel] = np.concatenate((found, own_eras), axis=1)
            beside = {k: np.concatenate((f, eras), axis=1) for k, f in beside.items()}
        return Features(every[0], plants, beside)

    def _held_out(
        self,
        asked: list[Indices],
        dealt: list[Indices],
        standing: int,
        weights: Floats | None,
        folds: Folds,
    ) -> list[Floats]:
        """Features of parts of edges, from the first ``standing`` parts without their folds."""
        triples, fold = np.concatenate(asked), np.concatenate(dealt)
        size = sum(map(len, asked[:standing]))
        parts: list[tuple[Indices, Floats]] = []
        for k in range(self.config.folds):
            rows = np.flatnonzero(fold == k)
            rest = fold[:size] != k
            trusted = None if weights is None else weights[rest]

            def compute(
                rows: Indices = rows, rest: Indices = rest, trusted: Floats | None = trusted
            ) -> Floats:
                return self.witnesses(triples[:size][rest], trusted).features(triples[rows])

            parts.append((rows, folds.found(compute)))
        every = np.zeros((len(triples), parts[0][1].shape[1]))
        for rows, features in parts:
            every[rows] = features
        return np.split(every, np.cumsum([len(part) for part in asked])[:-1])

    def witnesses(self, graph: Indices, weights: Floats | None) -> Witnesses:
        """All evidence that a graph of edges, (n, 3), has about others."""
        table, seed = self.table, self.config.seed
        size, relations = table.num_entities, table.num_relations
        edges = Evidence(graph, size, relations, weights, seed, self._rivals, self._supporters)
        if self.lexicon is None:
            return Witnesses(edges, None)
        return Witnesses(edges, LexicalEvidence(self.lexicon, graph, relations, seed))

    def held_out_losses(self, kept: Folds) -> tuple[Floats, dict[Kernel, Floats]]:
        """Losses of edges and plants in both directions and their sum, by models without them.

        Where plants stand among the edges there are none: that would be as many trainings more.
        """
        plants = {k: own for k, own in self.plants.items() if not k.inserted}
        triples = np.concatenate((self.table.triples, *(p.triples for p in plants.values())))
        folds = np.concatenate((self.folds, *(p.folds for p in plants.values())))
        train, epochs = self.config.train, self.config.epochs

        def compute() -> Floats:
            return held_out_losses(self.table, triples, folds, train, epochs)

        both = kept.kept("losses", compute)
        every = np.concatenate((both, both.sum(axis=1, keepdims=True)), axis=1)
        sizes = [len(self.table), *(len(p.triples) for p in plants.values())]
        parts = np.split(every, np.cumsum(sizes)[:-1])
        return parts[0], dict(zip(plants, parts[1:], strict=True))

    def discriminator(
        self,
        kernel: Kernel,
        features: Features,
        losses: tuple[Floats, dict[Kernel, Floats]] | None = None,
    ) -> tuple[Discriminator, Judged, Judged]:
        """Trees that know a kernel, with the edges and the plants as they are to be asked."""
        observed, wrong = features.observed, features.plants[kernel]
        among = features.beside.get(kernel)
        if losses is not None and kernel in losses[1]:
            observed = np.concatenate((observed, losses[0]), axis=1)
            wrong = np.concatenate((wrong, losses[1][kernel]), axis=1)
        relations, own = self.table.triples[:, 1], self.plants[kernel]
        asked = Judged(observed, relations, self.folds)
        plants = Judged(wrong, own.triples[:, 1], own.dealt)
        learnt = asked if among is None else Judged(among, relations, self.folds)
        trees = Discriminator(learnt, plants, self.config.folds, self.config.seed)
        return trees, asked, plants
