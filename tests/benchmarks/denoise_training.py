"""Whether training on edges as they are believed gives a better model.

python -m tests.benchmarks.denoise_training [--shares .05 .2] [--kinds typed random] [--seeds N]
[--json]

The first snapshot of ENTITY: wrong edges are added to its training edges, ComplEx is trained on
all of them, and on each with the probability that denoise (quick mode, one round) leaves it;
filtered MRR on the clean test edges.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from embeddings.denoise import denoise_table
from embeddings.denoise_results import DenoiseConfig
from embeddings.evaluate import filtered_ranks, metrics
from embeddings.kernels import Kernel
from embeddings.tensors import edge_keys, table_from_triples
from embeddings.train import TrainConfig, Trainer
from tests.benchmarks.ckge_data import read_set
from tests.benchmarks.denoise import corrupt
from tests.benchmarks.planted import ENTITY

EPOCHS = 16


def measure(kernel: Kernel, share: float, seed: int) -> dict[str, object]:
    snapshot = read_set(ENTITY)[0]
    clean = table_from_triples(snapshot.train, snapshot.vocabulary)
    noisy, _ = corrupt(clean, kernel, share, seed)
    # A planted edge may be one of those that are held out: then it is true.
    held = np.concatenate((snapshot.valid, snapshot.test))
    kept = ~np.isin(noisy.keys(), edge_keys(held))
    noisy = table_from_triples(noisy.triples[kept], noisy.vocabulary)
    odds = {row.key: row.posterior for row in denoise_table(noisy, DenoiseConfig(seed=seed)).rows}
    beliefs = 1 - np.array([odds[key] for key in noisy.statements])
    found: dict[str, object] = {"kernel": kernel.value, "share": share, "seed": seed}
    for name, given in (("unweighted", None), ("weighted", beliefs)):
        trainer = Trainer(TrainConfig(rank=100, seed=seed))
        trainer.fit(noisy, EPOCHS, beliefs=given)
        ranks = filtered_ranks(trainer.model, snapshot.test, snapshot.every)
        found[name] = round(metrics(ranks).mrr, 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.05, 0.2])
    parser.add_argument("--kinds", nargs="+", default=["typed", "random"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for seed in range(options.seeds):
        for share in options.shares:
            for kind in map(Kernel, options.kinds):
                found = measure(kind, share, seed)
                sys.stdout.write((json.dumps(found) if options.json else str(found)) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
