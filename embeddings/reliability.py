"""Whether posteriors are probabilities: planted mistakes are found as often as they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embeddings.denoise import Denoising
from embeddings.denoise_results import DenoiseConfig
from embeddings.kernels import planted
from embeddings.tensors import EdgeTable, edge_keys, table_from_triples
from embeddings.texts import Texts
from embeddings.trial import FoldDone

#: Mistakes that are planted, of all edges, and the bounds of what is said of them.
SHARE = 0.03
_BOUNDS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Edges with like posteriors: how many, the mean posterior, and how many were planted."""

    edges: int
    said: float
    planted: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """What a judgement of a graph with planted mistakes says of them.

    ``expected`` is the number of wrong edges by the posteriors, ``planted`` the true number, less
    what was wrong before.
    """

    bins: tuple[Bin, ...]
    expected: float
    planted: int
    edges: int


def reliability(
    table: EdgeTable,
    config: DenoiseConfig,
    texts: Texts | None = None,
    fold_done: FoldDone | None = None,
) -> Reliability:
    """Plant mistakes of all the kinds that are looked for, ``SHARE`` of the edges, and judge.

    What was wrong before counts as true, so posteriors look a little too high.
    """
    rng = np.random.default_rng((config.seed, 101))
    wanted = max(1, round(SHARE * len(table) / len(config.kernels)))
    made = []
    for kernel in config.kernels:
        wrong, _ = planted(kernel, table.triples, rng)
        made.append(wrong[:wanted] if kernel.inserted else rng.permutation(wrong)[:wanted])
    wrong = np.unique(np.concatenate(made), axis=0)
    noisy = table_from_triples(np.concatenate((table.triples, wrong)), table.vocabulary)
    posterior = np.clip(Denoising(noisy, config, texts, None, fold_done).odds, 0, 1)
    labels = np.isin(noisy.keys(), edge_keys(wrong))
    place = np.clip(np.searchsorted(_BOUNDS, posterior, side="left") - 1, 0, len(_BOUNDS) - 2)
    bins = []
    for i in range(len(_BOUNDS) - 1):
        inside = place == i
        if inside.any():
            bins.append(
                Bin(int(inside.sum()), float(posterior[inside].mean()), int(labels[inside].sum()))
            )
    return Reliability(tuple(bins), float(posterior.sum()), int(labels.sum()), len(noisy))
