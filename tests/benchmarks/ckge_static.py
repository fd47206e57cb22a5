"""Link prediction on FB15k-237 and WN18RR: filtered MRR, and what it costs.

python -m tests.benchmarks.ckge_static [fb15k-237|wn18rr] [--rank N] [--n3 X] [--batch N]
[--negatives N] [--epochs N] [--minutes N] [--seeds N] [--json]

One seed is a try. Training stops when validation stalls, or when the time is over.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings.evaluate import by_category, filtered_ranks, metrics
from embeddings.tensors import EdgeTable, Indices, Vocabulary, table_from_triples
from embeddings.train import TrainConfig, Trainer

DATA: Final = Path(__file__).parents[3] / "shared" / "data"


def read_split(folder: Path) -> tuple[EdgeTable, Indices, Indices]:
    """(training edges, valid, test) of a set in OpenKE's form: head, tail, relation in a line."""

    def names(file: str) -> tuple[str, ...]:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()[1:]
        return tuple(f"urn:token:{line.split()[0]}" for line in lines)

    def triples(file: str) -> Indices:
        text = (folder / file).read_text(encoding="utf-8").split("\n", 1)[1]
        numbers = np.array(text.split(), dtype=np.int64).reshape(-1, 3)
        return np.ascontiguousarray(numbers[:, [0, 2, 1]])

    vocabulary = Vocabulary(names("entity2id.txt"), names("relation2id.txt"))
    valid, test = triples("valid2id.txt"), triples("test2id.txt")
    return table_from_triples(triples("train2id.txt"), vocabulary), valid, test


#: What did well on each set. Where there are many entities for an edge, all of them as negatives
#: cost thirty times what a thousand do.
SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "fb15k-237": {"rank": 200, "n3": 0.05, "batch": 512, "negatives": 0},
    "wn18rr": {"rank": 100, "n3": 0.1, "batch": 1024, "negatives": 1000},
}


class _TimeIsOverError(Exception):
    """Training has had its minutes."""


def run(name: str, config: TrainConfig, epochs: int, minutes: float) -> dict[str, Any]:
    table, valid, test = read_split(DATA / name)
    known = np.concatenate((table.triples, valid, test))
    some = np.random.default_rng(0).permutation(valid)[:3000]
    trainer = Trainer(config)
    start = time.perf_counter()
    best = Trainer(config), -1.0

    def judge(done: Trainer) -> None:
        nonlocal best
        if done.epochs_done % 3 == 0:
            mrr = metrics(filtered_ranks(done.model, some, known)).mrr
            best = (done.copy(), mrr) if mrr > best[1] else best
            spent = time.perf_counter() - start
            sys.stderr.write(f"epoch {done.epochs_done}: valid {mrr:.4f}, {spent:.0f} s\n")
            sys.stderr.flush()
            if best[0].epochs_done < done.epochs_done - 5 or spent > 60 * minutes:
                raise _TimeIsOverError

    with contextlib.suppress(_TimeIsOverError):
        trainer.fit(table, epochs, after_epoch=judge)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    model = best[0].model
    ranks = filtered_ranks(model, test, known)
    ranking = time.perf_counter() - start
    sides = by_category(test, ranks, table.triples)
    return {
        "set": name,
        "config": asdict(config),
        "epochs": best[0].epochs_done,
        "train_seconds": round(seconds, 1),
        "rank_ms_per_query": round(1000 * ranking / ranks.size, 4),
        **{key: round(value, 4) for key, value in asdict(metrics(ranks)).items()},
        "by_category": {
            kind: {"tails": round(tails.mrr, 4), "heads": round(heads.mrr, 4)}
            for kind, (tails, heads) in sides.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="fb15k-237", choices=SETTINGS)
    parser.add_argument("--rank", type=int)
    parser.add_argument("--n3", type=float)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--negatives", type=int)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for setting, value in SETTINGS[options.name].items():
        if getattr(options, setting) is None:
            setattr(options, setting, value)
    for seed in range(options.seeds):
        config = TrainConfig(
            rank=options.rank,
            batch_size=options.batch,
            n3=options.n3,
            negatives=options.negatives,
            seed=seed,
            grouped=True,
            precision="bfloat16",
        )
        found = run(options.name, config, options.epochs, options.minutes)
        sys.stdout.write((json.dumps(found) if options.json else str(found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
