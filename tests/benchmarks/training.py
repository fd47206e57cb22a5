"""How fast models are trained and ranked, beside torch_geometric and PyKEEN, in one run.

python -m tests.benchmarks.training [--models M ...] [--triples N] [--queries N] [--threads N]
[--rounds N] [--json]

On FB15k-237: 200 floats per entity, batches of 2,048, Adam. Ours scores each edge against 64
negatives that the batch shares, theirs against one. A triple is one edge asked in one direction,
as a triple with one end replaced is theirs; ours asks every edge in both. torch_geometric is its
own loader and loop, by dense Adam and by SparseAdam. Ranks are filtered, in both directions.
Everything is measured by turns in each round, and figures are medians of the rounds. ``--threads
1`` with its CPU seconds is for a machine with other work on it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch_geometric.nn import kge

from embeddings.evaluate import filtered_ranks
from embeddings.tensors import EdgeTable, Indices, table_from_triples
from embeddings.train import TrainConfig, Trainer
from tests.benchmarks.ckge_static import DATA, read_split
from tests.benchmarks.peers.environment import NotInstalledError
from tests.benchmarks.peers.pykeen_process import PyKEEN, running

BATCH: Final = 2048
NEGATIVES: Final = 64
#: The rank at which a model has 200 floats per entity, and its class in torch_geometric.
MODELS: Final[dict[str, tuple[int, type[kge.KGEModel]]]] = {
    "transe": (200, kge.TransE),
    "complex": (100, kge.ComplEx),
    "rotate": (100, kge.RotatE),
    "distmult": (200, kge.DistMult),
}


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is trained on and ranked: edges, the test's share of them, and all true ones."""

    table: EdgeTable
    test: Indices
    known: Indices
    threads: int

    @classmethod
    def read(cls, triples: int, queries: int, threads: int) -> Task:
        """FB15k-237, or as many of its edges, drawn, as are asked for (0: all)."""
        table, valid, test = read_split(DATA / "fb15k-237")
        known = np.concatenate((table.triples, valid, test))
        rng = np.random.default_rng(0)
        some = rng.permutation(table.triples)[: triples or None]
        asked = np.ascontiguousarray(rng.permutation(test)[: queries or None])
        return cls(table_from_triples(some, table.vocabulary), asked, known, threads)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the clock and of the processor."""

    wall: float
    cpu: float


def cost(action: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def trainer(name: str, task: Task) -> Trainer:
    config = TrainConfig(
        rank=MODELS[name][0],
        batch_size=BATCH,
        learning_rate=0.001,
        n3=0.0,
        initial_scale=0.1,
        model=name,
        optimiser="adam",
        negatives=NEGATIVES,
    )
    made = Trainer(config)
    made.grow(task.table)
    return made


def ours(name: str, task: Task) -> Cost:
    """An epoch, per triple."""
    one = trainer(name, task)
    one.fit(table_from_triples(task.table.triples[:BATCH], task.table.vocabulary), 1)
    spent = cost(lambda: one.fit(task.table, 1))
    edges = 2 * len(task.table)
    return Cost(spent.wall / edges, spent.cpu / edges)


def geometric(name: str, task: Task, sparse: bool) -> Cost:
    """An epoch of torch_geometric's loader and loop, per triple."""
    width, kind = MODELS[name]
    model = kind(task.table.num_entities, task.table.num_relations, width, sparse=sparse)
    optimiser = (torch.optim.SparseAdam if sparse else torch.optim.Adam)(model.parameters())
    columns = torch.from_numpy(task.table.triples).t().contiguous()

    def epoch(columns: torch.Tensor) -> None:
        for head, relation, tail in model.loader(*columns, batch_size=BATCH, shuffle=True):
            optimiser.zero_grad()
            model.loss(head, relation, tail).backward()
            optimiser.step()

    model.train()
    epoch(columns[:, :BATCH])
    spent = cost(lambda: epoch(columns))
    return Cost(spent.wall / columns.shape[1], spent.cpu / columns.shape[1])


def ranked(name: str, task: Task) -> Cost:
    """Ranking in both directions, per query."""
    model = trainer(name, task).model
    spent = cost(lambda: filtered_ranks(model, task.test, task.known))
    return Cost(spent.wall / (2 * len(task.test)), spent.cpu / (2 * len(task.test)))


def pykeen(peer: PyKEEN, what: str, name: str, task: Task) -> Cost:
    """PyKEEN's epoch per triple, or ranks per query."""
    queries = np.ascontiguousarray(task.test[:256])
    train = what == "train"
    found = peer.ask(
        what,
        {"train": task.table.triples, "test": queries, "known": task.known},
        model=name,
        threads=task.threads,
        batch=BATCH if train else 64,
        entities=task.table.num_entities,
        relations=task.table.num_relations,
    )
    count = len(task.table) if train else 2 * len(queries)
    return Cost(found[0] / count, found[1] / count)


def measured(name: str, task: Task, peer: PyKEEN | None) -> dict[str, dict[str, Cost]]:
    """One round of a model: what each took per triple, and per query."""
    train = {
        "ours": ours(name, task),
        "torch_geometric": geometric(name, task, sparse=False),
        "torch_geometric_sparse": geometric(name, task, sparse=True),
    }
    rank = {"ours": ranked(name, task)}
    if peer is not None:
        train["pykeen"] = pykeen(peer, "train", name, task)
        rank["pykeen"] = pykeen(peer, "rank", name, task)
    return {"train": train, "rank": rank}


def summary(name: str, rounds: list[dict[str, dict[str, Cost]]]) -> dict[str, Any]:
    """Medians over the rounds; a ratio is taken within a round, to the quickest peer."""

    def median(values: list[float]) -> float:
        return float(f"{statistics.median(values):.3g}")

    found: dict[str, Any] = {"model": name, "rounds": len(rounds)}
    for clock in ("wall", "cpu"):
        for part, unit in (("train", "triples_per_s"), ("rank", "ms_per_query")):
            costs = [
                {who: getattr(spent, clock) for who, spent in each[part].items()} for each in rounds
            ]
            found[f"{unit}_{clock}"] = {
                who: median([1 / c[who] if part == "train" else 1000 * c[who] for c in costs])
                for who in costs[0]
            }
            found[f"{part}_ratio_{clock}"] = (
                median([min(c[who] for who in c if who != "ours") / c["ours"] for c in costs])
                if len(costs[0]) > 1
                else None
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--triples", type=int, default=0)
    parser.add_argument("--queries", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    task = Task.read(options.triples, options.queries, options.threads)
    try:
        with running() as peer:
            tell(options, task, peer)
    except NotInstalledError as error:
        sys.stderr.write(f"without PyKEEN: {error}\n")
        tell(options, task, None)


def tell(options: argparse.Namespace, task: Task, peer: PyKEEN | None) -> None:
    rounds: dict[str, list[dict[str, dict[str, Cost]]]] = {name: [] for name in options.models}
    for number in range(options.rounds):
        for name in options.models:
            rounds[name].append(measured(name, task, peer))
            sys.stderr.write(f"round {number + 1}: {name}\n")
    for name in options.models:
        found = summary(name, rounds[name])
        text = (
            json.dumps(found) if options.json else "\n".join(f"{k}: {v}" for k, v in found.items())
        )
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
