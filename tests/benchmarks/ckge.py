"""Continual link prediction on a set of snapshots, beside fine-tuning and joint training.

python -m tests.benchmarks.ckge PATH... [--plan default|fine-tune|joint] [--removals SHARE]
[--seeds N] [--transfer] [--json]

PATH is a folder SNAPSHOT/{train,valid,test}.tsv or a .tar.xz of it. One seed is a try.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.evaluate import filtered_ranks, metrics
from embeddings.learner import Learner, Plan
from embeddings.strategies import AllEdges, Always, NewEdges, Replay
from embeddings.tensors import EdgeTable, edge_keys
from embeddings.train import TrainConfig, Validation
from embeddings.transfer import Probe, corrected_protocol, published_protocol, transfer
from tests.benchmarks.ckge_data import SetSnapshot, probes, read_set, tables

TRAIN = TrainConfig(rank=100, n3=0.05, grouped=True, precision="bfloat16")
PLANS = {
    "default": Plan(TRAIN, first_epochs=16, next_epochs=4, selection=Replay(2.0)),
    "fine-tune": Plan(TRAIN, first_epochs=16, next_epochs=4, selection=NewEdges()),
    "joint": Plan(TRAIN, first_epochs=40, selection=AllEdges(), policy=Always()),
}


def run(
    path: Path, plan: Plan, seed: int, removals: float = 0.0, transfers: bool = False
) -> dict[str, Any]:
    """Learn all snapshots; the metrics behind the last, and what learning took."""
    snapshots = read_set(path)
    graphs, tests = tables(snapshots, removals, seed), probes(snapshots)
    learner = Learner(replace(plan, train=replace(plan.train, seed=seed)))
    seconds = []
    scores = np.zeros((len(tests), len(tests)))
    for number, (graph, snapshot) in enumerate(zip(graphs, snapshots, strict=True)):
        start = time.perf_counter()
        learner.learn(graph, _validation(snapshot, tests[number], seed))
        seconds.append(time.perf_counter() - start)
        _say(f"snapshot {number + 1} of {len(tests)}: {seconds[-1]:.0f} s")
        if transfers:
            _transfers(learner, tests, number, scores)
    model = learner.trainer.model
    published, corrected = published_protocol(model, tests), corrected_protocol(model, tests)
    found = {
        "set": path.name.partition(".")[0],
        "seed": seed,
        "published": _figures(published.all),
        "corrected": _figures(corrected.all),
        "corrected_each": [round(each.mrr, 4) for each in corrected.each],
        "published_each": [round(each.mrr, 4) for each in published.each],
        "seconds": [round(each, 1) for each in seconds],
        "edges_trained": sum(step.edges for step in learner.steps),
        "epochs": [step.epochs for step in learner.steps],
    }
    if transfers:
        found["transfer"] = asdict(transfer(scores))
    if removals:
        found["removals"] = withdrawn(learner, graphs)
    return found


def _validation(snapshot: SetSnapshot, probe: Probe, seed: int) -> Validation | None:
    if not len(snapshot.valid):
        return None
    some = np.random.default_rng(seed).permutation(snapshot.valid)[:2000]
    return Validation(some, probe.known, every=2, patience=2)


def _transfers(learner: Learner, tests: list[Probe], number: int, scores: np.ndarray) -> None:
    model = learner.trainer.model
    known = tests[min(number + 1, len(tests) - 1)].known
    for other, probe in enumerate(tests[: number + 2]):
        rows = model.num_entities, model.num_relations
        able = (probe.test[:, [0, 2]].max(axis=1) < rows[0]) & (probe.test[:, 1] < rows[1])
        asked = probe.test[able]
        here = known[(known[:, [0, 2]].max(axis=1) < rows[0]) & (known[:, 1] < rows[1])]
        total = metrics(filtered_ranks(model, asked, here)).mrr * len(asked)
        scores[number, other] = total / max(len(probe.test), 1)


def withdrawn(learner: Learner, graphs: list[EdgeTable]) -> dict[str, float]:
    """MRR of edges that were withdrawn, and of as many training edges that were not."""
    last = graphs[-1]
    ever = np.unique(np.concatenate([graph.triples for graph in graphs]), axis=0)
    gone = ever[~np.isin(edge_keys(ever), last.keys())]
    stays = np.random.default_rng(0).permutation(last.triples)[: len(gone)]
    model = learner.trainer.model
    return {
        name: round(metrics(filtered_ranks(model, part, last.triples)).mrr, 4)
        for name, part in (("withdrawn", gone), ("kept", stays))
    }


def _figures(found: Any) -> dict[str, float]:
    return {
        "mrr": round(found.mrr, 4),
        "hits_at_1": round(found.hits_at_1, 4),
        "hits_at_10": round(found.hits_at_10, 4),
    }


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--plan", choices=PLANS, default="default")
    parser.add_argument("--removals", type=float, default=0.0)
    parser.add_argument("--no-denial", action="store_true", help="only leave removed edges out")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--transfer", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    plan = replace(PLANS[options.plan], deny=not options.no_denial)
    for path in options.paths:
        for seed in range(options.seeds):
            found = run(path, plan, seed, options.removals, options.transfer)
            found = {"plan": options.plan, **found}
            if options.json:
                text = json.dumps(found)
            else:
                text = "  ".join(f"{key} {value}" for key, value in found.items())
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
