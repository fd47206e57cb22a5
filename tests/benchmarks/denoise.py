"""Planted noise: how well denoise ranks it.

python -m tests.benchmarks.denoise [ARCHIVE] [--share .05] [--epochs N] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from embeddings.denoise import DenoiseConfig, denoise_table
from embeddings.kernels import Kernel, planted
from embeddings.tensors import EdgeTable, table_from_triples
from tests.benchmarks.planted import ENTITY, ckge_table


def corrupt(table: EdgeTable, kernel: Kernel, share: float, seed: int) -> tuple[EdgeTable, set]:
    """Add wrong edges, a share of the table's size; gives them as statements too."""
    rng = np.random.default_rng((seed, 77))
    wrong, _ = planted(kernel, table.triples, rng)
    wrong = np.unique(rng.permutation(wrong)[: round(share * len(table))], axis=0)
    noisy = table_from_triples(np.concatenate((table.triples, wrong)), table.vocabulary)
    return noisy, set(table_from_triples(wrong, table.vocabulary).statements)


def measure(
    archive: Path, kernel: Kernel, share: float, seed: int, epochs: int, rounds: int
) -> dict[str, float | str]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    noisy, wrong = corrupt(ckge_table(archive), kernel, share, seed)
    start = time.process_time()
    result = denoise_table(noisy, DenoiseConfig(seed=seed, epochs=epochs, rounds=rounds))
    labels = [(row.subject, row.predicate, row.object) in wrong for row in result.rows]
    scores = [row.odds for row in result.rows]
    return {
        "kernel": kernel.value,
        "ap": round(float(average_precision_score(labels, scores)), 4),
        "auroc": round(float(roc_auc_score(labels, scores)), 4),
        "expected": round(result.expected, 1),
        "planted": len(wrong),
        "cpu": round(time.process_time() - start, 1),
        **{f"share_{k.value}": round(v, 4) for k, v in result.shares.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=ENTITY)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for seed in range(options.seeds):
        for kernel in Kernel:
            found = measure(
                options.archive, kernel, options.share, seed, options.epochs, options.rounds
            )
            text = json.dumps(found) if options.json else str(found)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
