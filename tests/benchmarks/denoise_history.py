"""What history adds to denoise, and whether what curators took back later ranks high.

python -m tests.benchmarks.denoise_history [--seeds N] [--share .05] [--json]
python -m tests.benchmarks.denoise_history --real [--data DIR] [--seeds N] [--json]

The first prints the average precision of wrong edges among those that the second snapshot of
ENTITY adds: half of them typed, half random; the last snapshot alone, and with the judgement of the
first and the time of each edge. With ``--real`` the version in the middle of each history is
judged; an edge is positive where its term is still there at the end and the edge is not. AUROC
with a 95% interval by a bootstrap over terms; age is the version at which an edge came.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.denoise import denoise_table
from embeddings.denoise_results import DenoiseConfig, DenoiseResult, Past
from embeddings.held_out import held_out_losses
from embeddings.kernels import Kernel, planted
from embeddings.tensors import Vocabulary, edge_keys, read_edges, table_from_triples
from embeddings.texts import read_texts
from embeddings.train import TrainConfig
from ingest.formats import read_bytes
from ingest.obo import OboReader
from tests.benchmarks.ckge_data import read_set
from tests.benchmarks.planted import ENTITY
from tests.benchmarks.shift_real import DATA, HISTORIES, versions

RESAMPLES = 1_000


def of_keys(result: DenoiseResult) -> dict[tuple[str, str, object], float]:
    """The odds of each statement."""
    return {row.key: row.odds for row in result.rows}


def added_noise(share: float, seed: int) -> Iterator[dict[str, object]]:
    """Wrong edges among the new ones of the second snapshot."""
    from sklearn.metrics import average_precision_score

    one, two = read_set(ENTITY)[:2]
    first = table_from_triples(one.every, one.vocabulary)
    old = table_from_triples(one.every, two.vocabulary)
    new = two.every[~np.isin(edge_keys(two.every), old.keys())]
    whole = np.concatenate((old.triples, new))
    rng = np.random.default_rng((seed, 79))
    wrong = []
    for kernel in (Kernel.TYPED, Kernel.RANDOM):
        made, origins = planted(kernel, whole, rng)
        made = made[origins >= len(old)]
        wrong.append(rng.permutation(made)[: round(share * len(new) / 2)])
    noise = np.unique(np.concatenate(wrong), axis=0)
    noisy = table_from_triples(np.concatenate((whole, noise)), two.vocabulary)
    known = np.isin(noisy.keys(), old.keys())
    labels = np.isin(noisy.keys(), edge_keys(noise))
    config = DenoiseConfig(seed=seed)
    before = of_keys(denoise_table(first, config))
    doubts = np.array([min(before.get(key, np.nan), 1.0) for key in noisy.statements])
    eras = (~known).astype(np.int64)
    for name, past in (
        ("last snapshot alone", None),
        ("times", Past(eras=eras)),
        ("times and the judgement before", Past(doubts=doubts, eras=eras)),
    ):
        odds = of_keys(denoise_table(noisy, config, past=past))
        scores = np.array([odds[key] for key in noisy.statements])
        yield {
            "seed": seed,
            "new": int((~known).sum()),
            "wrong": int(labels.sum()),
            "method": name,
            "ap among new": round(
                float(average_precision_score(labels[~known], scores[~known])), 4
            ),
            "ap among all": round(float(average_precision_score(labels, scores)), 4),
        }


def real(data: Path, history: str, seed: int) -> dict[str, NDArray[np.float64]]:
    """Labels, terms and scores of the edges of the version in the middle of a history."""
    reader = OboReader()
    every = list(versions(data, history))
    middle = len(every) // 2
    vocabulary, tables, texts = Vocabulary(), [], None
    for number, (name, content) in enumerate(every):
        if middle < number < len(every) - 1:
            continue
        snapshot = read_bytes(content, source=f"{name}.obo", reader=reader).snapshot()
        tables.append(read_edges(snapshot, vocabulary))
        vocabulary = tables[-1].vocabulary
        if number == middle:
            texts = read_texts(snapshot, tables[-1])
    judged, end = tables[-2], tables[-1]
    age = np.zeros(len(judged), dtype=np.int64)
    for number, table in enumerate(tables[:-2]):
        age[~np.isin(judged.keys(), table.keys())] = number + 1
    stays = np.isin(judged.triples[:, 0], end.triples[:, 0])
    past = Past(eras=(age > 0).astype(np.int64), groups=(age,))
    config = DenoiseConfig(seed=seed)
    scores = {}
    for name, given, known in (
        ("denoise", texts, past),
        ("denoise without history", texts, None),
        ("denoise without texts", None, past),
    ):
        odds = of_keys(denoise_table(judged, config, None, given, known))
        scores[name] = np.array([odds[key] for key in judged.statements])
    degrees = judged.degrees()
    scores["degree"] = degrees[judged.triples[:, [0, 2]]].sum(axis=1).astype(float)
    scores["age (young)"] = age.astype(float)
    folds = np.random.default_rng(seed).permutation(len(judged)) % 5
    train = TrainConfig(rank=50, seed=seed)
    loss = held_out_losses(judged, judged.triples, folds, train, 20).sum(axis=1)
    scores["ComplEx out of fold"] = loss
    return {
        "label": (~np.isin(judged.keys(), end.keys()))[stays].astype(float),
        "term": judged.triples[stays, 0].astype(float),
        **{name: found[stays] for name, found in scores.items()},
    }


def auroc(found: dict[str, NDArray[np.float64]], name: str) -> str:
    """The area with its interval, terms drawn anew; "-" where nothing, or everything, went."""
    from sklearn.metrics import roc_auc_score

    label, score = found["label"], found[name]
    if not 0 < label.sum() < len(label):
        return "-"
    rng = np.random.default_rng(0)
    terms, place = np.unique(found["term"], return_inverse=True)
    drawn = []
    for _ in range(RESAMPLES):
        weight = np.bincount(rng.integers(0, len(terms), len(terms)), minlength=len(terms))[place]
        if weight[label > 0].sum() and weight[label == 0].sum():
            drawn.append(roc_auc_score(label, score, sample_weight=weight))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{roc_auc_score(label, score):.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    def tell(line: dict[str, object]) -> None:
        sys.stdout.write((json.dumps(line) if options.json else str(line)) + "\n")
        sys.stdout.flush()

    for seed in range(options.seeds):
        if not options.real:
            for line in added_noise(options.share, seed):
                tell(line)
            continue
        for history in HISTORIES:
            found = real(options.data, history, seed)
            about = {"history": history, "seed": seed, "edges": len(found["label"])}
            about["gone later"] = int(found["label"].sum())
            names = [name for name in found if name not in ("label", "term")]
            tell({**about, **{name: auroc(found, name) for name in names}})


if __name__ == "__main__":
    main()
