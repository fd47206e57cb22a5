"""The message-passing encoder beside its plain decoder on FB15k-237.

python -m tests.benchmarks.encoders [fb15k-237|wn18rr] [--rank N] [--epochs N] [--batch N]
[--layers N] [--model NAME] [--json]

Both have the same rank, epochs and batches. One seed is a try.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from embeddings.evaluate import filtered_ranks, metrics
from embeddings.train import TrainConfig, Trainer
from tests.benchmarks.ckge_static import DATA, read_split


def run(name: str, config: TrainConfig, epochs: int) -> dict[str, Any]:
    """Filtered MRR after every fourth of the epochs, and what training and encoding take."""
    table, valid, test = read_split(DATA / name)
    known = np.concatenate((table.triples, valid, test))
    some = np.random.default_rng(0).permutation(valid)[:3000]
    trainer = Trainer(config)
    course: list[float] = []
    seconds = 0.0
    start = time.perf_counter()

    def judge(done: Trainer) -> None:
        nonlocal seconds, start
        seconds += time.perf_counter() - start
        if done.epochs_done % max(epochs // 4, 1) == 0:
            course.append(round(metrics(filtered_ranks(done.model, some, known)).mrr, 4))
            sys.stderr.write(
                f"{config.encoder} {done.epochs_done}: {course[-1]}, {seconds:.0f} s\n"
            )
        start = time.perf_counter()

    trainer.fit(table, epochs, after_epoch=judge)
    start = time.perf_counter()
    trainer.model.embed()
    encoding = time.perf_counter() - start
    found = metrics(filtered_ranks(trainer.model, test, known))
    return {
        "set": name,
        "encoder": config.encoder,
        "model": config.model,
        "rank": config.rank,
        "layers": config.layers,
        "batch": config.batch_size,
        "epochs": epochs,
        "train_seconds": round(seconds, 1),
        "encoding_ms": round(1000 * encoding, 1),
        "valid_mrr": course,
        "mrr": round(found.mrr, 4),
        "hits_at_10": round(found.hits_at_10, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="fb15k-237", choices=("fb15k-237", "wn18rr"))
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--model", default="complex")
    parser.add_argument("--n3", type=float, default=0.05)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    config = TrainConfig(
        rank=options.rank,
        batch_size=options.batch,
        model=options.model,
        n3=options.n3,
        grouped=True,
        precision="bfloat16",
        layers=options.layers,
    )
    for encoder in ("none", "messages"):
        found = run(options.name, replace(config, encoder=encoder), options.epochs)
        sys.stdout.write((json.dumps(found) if options.json else str(found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
