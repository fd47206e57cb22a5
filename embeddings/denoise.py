"""Which statements of a snapshot are probably wrong, by the reverse of a planted corruption."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embeddings.company import in_company
from embeddings.denoise_results import DenoiseConfig, DenoiseResult, Past, Suspicion
from embeddings.edits import Floats
from embeddings.errors import TrainingError
from embeddings.evidence import counts_of
from embeddings.kernels import Kernel
from embeddings.lexical import Lexicon
from embeddings.shares import Mixture, by_era, mixture
from embeddings.tensors import EdgeRule, EdgeTable, Indices, read_edges
from embeddings.texts import Texts, read_texts
from embeddings.trial import FoldDone, Folds, Trial
from graph.model import Key
from graph.snapshot import Snapshot

#: Edges without which neither shares nor discriminators mean anything.
FEWEST_EDGES = 100
#: Edges without which the share of an era means nothing.
FEWEST_IN_ERA = 1000
_LEAST_ODDS = 1e-12
#: Version of the method: what was found by another one is not comparable.
VERSION = 2


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
    past: Past | None = None,
) -> DenoiseResult:
    """:func:`denoise` on edges that are read already; without ``texts`` they alone are evidence."""
    return Denoising(table, config, texts, past, fold_done).result


class Denoising:
    """A judgement of the edges of a table, with what it was made of.

    ``folder`` keeps features of folds, and held-out losses, while it runs: an interrupted
    judgement goes on from it.
    Raises TrainingError where there are fewer than ``FEWEST_EDGES`` edges.
    """

    def __init__(
        self,
        table: EdgeTable,
        config: DenoiseConfig | None = None,
        texts: Texts | None = None,
        past: Past | None = None,
        fold_done: FoldDone | None = None,
        folder: Path | None = None,
    ) -> None:
        config, past = config or DenoiseConfig(), past or Past()
        if len(table) < FEWEST_EDGES:
            reason = f"{len(table)} edges, at least {FEWEST_EDGES} are needed"
            raise TrainingError("denoise", reason)
        lexicon = Lexicon(texts, config.seed) if texts is not None and config.lexical else None
        self.table, self.config, self.texts = table, config, texts
        self.trial = Trial(table, config, lexicon, _large(past.eras))
        folds = Folds(fold_done, config.folds * self.trial.passes * config.rounds, folder)
        losses = self.trial.held_out_losses(folds) if config.epochs else None
        #: The held-out loss of each edge in nats, None in quick mode.
        self.loss = None if losses is None else losses[0][:, -1]
        before = None if past.doubts is None else _belief(np.nan_to_num(past.doubts))
        self.features = first = self.trial.features(before, folds)
        self.ratios = self._ratios(losses)
        found = self._mixture()
        for _ in range(config.rounds - 1):
            self.features = self.trial.features(_belief(found.odds), folds)
            self.ratios = self._ratios(losses)
            found = self._mixture()
        self.odds, company = found.odds, None
        if past.groups:
            self.odds, company = in_company(found.odds, self.trial.eras, past.groups)
        rows = self._rows(self._ranking(found), first.observed, company)
        self.result = DenoiseResult(rows, found.shares, found.believed, table.version, config)

    def _ratios(
        self, losses: tuple[Floats, dict[Kernel, Floats]] | None
    ) -> dict[Kernel, tuple[Floats, Floats]]:
        """p_kernel / p_observed of the edges and of the plants of each kernel."""
        found = {}
        for kernel in self.config.kernels:
            trees, asked, plants = self.trial.discriminator(kernel, self.features, losses)
            found[kernel] = trees.ratios(asked), trees.ratios(plants)
        return found

    def _mixture(self) -> Mixture:
        """The odds of each edge of the table to be wrong, and the share that each kernel made."""
        eras = self.trial.eras
        if eras is None:
            return mixture(self.ratios)
        came = {kernel: eras[own.origins] for kernel, own in self.trial.plants.items()}
        return by_era(self.ratios, eras, came)

    def _ranking(self, found: Mixture) -> Floats:
        """What edges are ordered by; the company moves a loss as much as it moves odds."""
        if found.believed or self.loss is None:
            return self.odds
        before, after = (np.maximum(odds, _LEAST_ODDS) for odds in (found.odds, self.odds))
        ranking: Floats = self.loss + np.log(after / before)
        return ranking

    def _rows(
        self, ranking: Floats, features: Floats, company: Floats | None
    ) -> tuple[Suspicion, ...]:
        """One row per statement; one that entails several edges is as bad as its worst."""
        odds, loss = self.odds, self.loss
        seen: set[Key] = set()
        rows: list[Suspicion] = []
        counts, closer = counts_of(features), self._closer(features)
        for i in np.argsort(-ranking, kind="stable").tolist():
            subject, predicate, filler = key = self.table.statements[i]
            if key in seen:
                continue
            seen.add(key)
            rows.append(
                Suspicion(
                    subject,
                    predicate,
                    filler,
                    posterior=float(np.clip(odds[i], 0, 1)),
                    odds=float(odds[i]),
                    counts=counts[i],
                    loss=None if loss is None else float(loss[i]),
                    company=None if company is None else float(company[i]),
                    closer=None if closer is None else int(closer[i]),
                    edge=i,
                )
            )
        return tuple(rows)

    def _closer(self, features: Floats) -> Indices | None:
        lexicon = self.trial.lexicon
        if lexicon is None:
            return None
        end = features.shape[1] - (self.trial.eras is not None)
        return lexicon.closer(features[:, end - lexicon.width : end])


def _large(eras: Indices | None) -> Indices | None:
    """Eras from 0 on, each with enough edges: small ones are of the next; None if one is left."""
    if eras is None:
        return None
    place = np.unique(eras, return_inverse=True)[1]
    counts = np.bincount(place)
    number, size, numbers = 0, 0, []
    for i, count in enumerate(counts.tolist()):
        numbers.append(number)
        size += count
        if size >= FEWEST_IN_ERA and counts[i + 1 :].sum() >= FEWEST_IN_ERA:
            number, size = number + 1, 0
    return np.array(numbers, dtype=np.int64)[place] if number else None


def _belief(odds: Floats) -> Floats:
    """How much edges count in the next round: those that are rather true count in full.

    Weights for all edges would tell observed from planted edges: only the former had a part in
    what their neighbours are believed.
    """
    posterior = np.clip(odds, 0, 1)
    return np.where(posterior > 0.5, 1 - posterior, 1.0)
