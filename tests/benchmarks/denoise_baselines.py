"""What simple scores make of the noise that ``tests.benchmarks.denoise`` plants.

python -m tests.benchmarks.denoise_baselines [ARCHIVE] [--share .05] [--kinds KIND...]
[--methods NAME...] [--seeds N] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.kernels import Kernel
from embeddings.noise_baselines import NoiseBaseline, noise_baselines
from embeddings.tensors import EdgeTable
from tests.benchmarks.denoise import corrupt
from tests.benchmarks.planted import ENTITY, ckge_table


def measure(
    noisy: EdgeTable, labels: NDArray[np.bool_], method: NoiseBaseline
) -> dict[str, float | str]:
    """One method on one kind of noise."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    start = time.process_time()
    scores = method.scores(noisy)
    spent = time.process_time() - start
    return {
        "ap": round(float(average_precision_score(labels, scores)), 4),
        "auroc": round(float(roc_auc_score(labels, scores)), 4),
        "cpu": round(spent, 1),
    }


def main() -> None:
    names = list(noise_baselines())
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=ENTITY)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--kinds", nargs="+", choices=[k.value for k in Kernel])
    parser.add_argument("--methods", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    table = ckge_table(options.archive)
    for seed in range(options.seeds):
        for kind in map(Kernel, options.kinds or ["typed", "random"]):
            noisy, wrong = corrupt(table, kind, options.share, seed)
            labels = np.array([key in wrong for key in noisy.statements])
            methods = noise_baselines(seed)
            for name in options.methods:
                about = {"kernel": kind.value, "method": name, "seed": seed}
                found = {**about, **measure(noisy, labels, methods[name])}
                sys.stdout.write((json.dumps(found) if options.json else str(found)) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
