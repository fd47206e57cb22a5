"""Planted noise: how well denoise ranks it.

python -m tests.benchmarks.denoise [ARCHIVE|DIR] [--share X] [--mode quick|wide|full]
[--kinds KIND...] [--commits] [--seeds N] [--json] [--large EDGES]

``wide`` has all kernels of ``full`` without link prediction. With ``--commits`` edges came in
commits: true ones a few nodes at a time, wrong ones each in some commit or, where they come many
at once, with ten true ones in one of their own. A folder is a set in OpenKE's form, of which the
training edges are taken. ``ap_withheld`` is without the kernel that is there, and its trees.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from embeddings.denoise import Denoising, denoise_table
from embeddings.denoise_results import DenoiseConfig, DenoiseResult, Past
from embeddings.kernels import Kernel, planted
from embeddings.shares import mixture
from embeddings.tensors import EdgeTable, Vocabulary, table_from_triples
from tests.benchmarks.ckge_static import read_split
from tests.benchmarks.planted import ENTITY, ckge_table


def corrupt(table: EdgeTable, kernel: Kernel, share: float, seed: int) -> tuple[EdgeTable, set]:
    """Add wrong edges, a share of the table's size; gives them as statements too."""
    rng = np.random.default_rng((seed, 77))
    wrong, _ = planted(kernel, table.triples, rng)
    if not kernel.inserted:
        wrong = rng.permutation(wrong)
    wrong = np.unique(wrong[: round(share * len(table))], axis=0)
    noisy = table_from_triples(np.concatenate((table.triples, wrong)), table.vocabulary)
    return noisy, set(table_from_triples(wrong, table.vocabulary).statements)


def in_commits(noisy: EdgeTable, wrong: set, kernel: Kernel, seed: int) -> Past:
    """Numbers of commits: up to 40 edges each, true ones of neighbouring nodes.

    Wrong edges that come many at once are a commit by the node that most of them share, with ten
    true ones of other commits; others are in the commit of some true edge.
    """
    rng = np.random.default_rng((seed, 78))
    bad = np.array([key in wrong for key in noisy.statements])
    place = rng.permutation(noisy.num_entities)[noisy.triples[:, 0]]
    good = np.flatnonzero(~bad)
    good = good[np.argsort(place[good], kind="stable")]
    ends = np.cumsum(rng.integers(1, 41, len(good)))
    commits = np.empty(len(noisy), dtype=np.int64)
    commits[good] = np.searchsorted(ends, np.arange(len(good)), side="right")
    there = np.flatnonzero(bad)
    if not kernel.inserted:
        commits[there] = commits[rng.choice(good, len(there))]
        return Past(groups=(commits,))
    degree = np.bincount(noisy.triples[there][:, [0, 2]].ravel(), minlength=noisy.num_entities)
    heads, tails = noisy.triples[there, 0], noisy.triples[there, 2]
    hubs = np.where(degree[heads] >= degree[tails], heads, tails)
    commits[there] = len(noisy) + hubs
    for hub in np.unique(hubs).tolist():
        commits[rng.choice(good, 10)] = len(noisy) + hub
    return Past(groups=(commits,))


def measure(
    table: EdgeTable,
    kernel: Kernel,
    share: float,
    seed: int,
    config: DenoiseConfig,
    commits: bool = False,
) -> dict[str, float | str]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    noisy, wrong = corrupt(table, kernel, share, seed)
    past = in_commits(noisy, wrong, kernel, seed) if commits else None
    start = time.process_time()
    judgement = Denoising(noisy, config, past=past)
    result = judgement.result
    labels = [row.key in wrong for row in result.rows]
    scores = -np.arange(len(labels))
    return {
        "kernel": kernel.value,
        "seed": seed,
        "ap": round(float(average_precision_score(labels, scores)), 4),
        "auroc": round(float(roc_auc_score(labels, scores)), 4),
        **_by_loss(result, labels),
        **_withheld(judgement, kernel, wrong),
        "expected": round(result.expected, 1),
        "planted": len(wrong),
        "cpu": round(time.process_time() - start, 1),
        "believed": result.believed,
        **{
            f"share_{k.value}": f"{v.share:.4f} ({v.resolved:.2f})"
            for k, v in result.shares.items()
        },
    }


def _by_loss(result: DenoiseResult, labels: list[bool]) -> dict[str, float]:
    """What the held-out losses of the model alone would have given."""
    from sklearn.metrics import average_precision_score

    losses = [row.loss for row in result.rows if row.loss is not None]
    if not losses:
        return {}
    return {"ap_by_loss": round(float(average_precision_score(labels, losses)), 4)}


def _withheld(judgement: Denoising, kernel: Kernel, wrong: set) -> dict[str, float | str]:
    """What comes out where nobody thinks of the kernel that is there: the others' trees alone."""
    from sklearn.metrics import average_precision_score

    others = {k: both for k, both in judgement.ratios.items() if k is not kernel}
    if not others:
        return {}
    found = mixture(others)
    scores = found.odds if found.believed or judgement.loss is None else judgement.loss
    labels = [key in wrong for key in judgement.table.statements]
    ap = round(float(average_precision_score(labels, scores)), 4)
    shares = {k.value: f"{v.share:.4f} ({v.resolved:.2f})" for k, v in found.shares.items()}
    return {"ap_withheld": ap, "believed_withheld": found.believed, "withheld": str(shares)}


def synthetic(entities: int, edges: int, seed: int = 0) -> EdgeTable:
    """Groups of entities that lead to each other by relations of their own; popular ones more."""
    rng = np.random.default_rng(seed)
    groups, relations = max(entities // 500, 2), 50
    heads = rng.integers(0, entities, edges)
    relation = rng.integers(0, relations, edges)
    goal = (heads % groups * (relation + 3) + relation) % groups
    place = (rng.power(0.4, edges) * (entities // groups)).astype(np.int64)
    triples = np.unique(np.stack((heads, relation, place * groups + goal), axis=1), axis=0)
    vocabulary = Vocabulary(
        tuple(f"urn:e{i:07d}" for i in range(entities)),
        tuple(f"urn:r{i:03d}" for i in range(relations)),
    )
    return table_from_triples(triples[triples[:, 0] != triples[:, 2]], vocabulary)


def large(entities: int, edges: int, config: DenoiseConfig) -> dict[str, float]:
    """Time and memory of a graph with noise of both kinds; run it in a process of its own."""
    from sklearn.metrics import average_precision_score

    clean = synthetic(entities, edges)
    noisy, wrong = corrupt(clean, Kernel.TYPED, 0.05, 0)
    start = time.perf_counter()
    result = denoise_table(noisy, config)
    seconds = time.perf_counter() - start
    labels = [row.key in wrong for row in result.rows]
    return {
        "entities": entities,
        "edges": len(noisy),
        "seconds": round(seconds, 1),
        "MiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "ap": round(float(average_precision_score(labels, -np.arange(len(labels)))), 4),
    }


#: Wrong edges that come many at once are fewer.
SHARES = {Kernel.BATCH: 0.04, Kernel.ENTITY: 0.016}
MODES: dict[str, Callable[[int], DenoiseConfig]] = {
    "quick": lambda seed: DenoiseConfig(seed=seed),
    "wide": lambda seed: replace(DenoiseConfig.full(seed), epochs=0),
    "full": DenoiseConfig.full,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=ENTITY)
    parser.add_argument(
        "--share", type=float, help="of true edges (.05; batches .04, entities .016)"
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--mode", choices=MODES, default="quick")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=[k.value for k in Kernel])
    parser.add_argument("--commits", action="store_true", help="edges came in commits")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--large", type=int, metavar="EDGES", help="a tenth as many entities")
    options = parser.parse_args()
    if options.large:
        found = large(options.large // 10, options.large, MODES[options.mode](0))
        sys.stdout.write(json.dumps(found) + "\n")
        return
    archive = options.archive
    table = read_split(archive)[0] if archive.is_dir() else ckge_table(archive)
    for seed in range(options.seeds):
        for kind in map(Kernel, options.kinds or ["typed", "random"]):
            config = replace(MODES[options.mode](seed), rounds=options.rounds)
            share = options.share or SHARES.get(kind, 0.05)
            found = measure(table, kind, share, seed, config, options.commits)
            text = json.dumps(found) if options.json else str(found)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
