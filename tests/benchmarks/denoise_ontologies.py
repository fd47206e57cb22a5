"""Planted noise in ontologies, where a wrong edge stands in the place of a true one.

python -m tests.benchmarks.denoise_ontologies [--data DIR] [--sets NAME...] [--seeds N]
[--share .05] [--full] [--json]

The newest release of each ontology. A planted edge has another filler of the same slot of its
relation at one end; the edge that it was is gone. Average precision by counts, by common
neighbours, by denoise without texts and with them; how many wrong statements are expected; and
of a release in which nothing was planted, the share of statements above a posterior of a half.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from embeddings.denoise import denoise_table
from embeddings.denoise_results import DenoiseConfig
from embeddings.kernels import Kernel, planted
from embeddings.noise_baselines import CommonNeighbours, SlotCounts
from embeddings.tensors import EdgeTable, edge_keys, read_edges, table_from_triples
from embeddings.texts import Texts, read_texts
from ingest.formats import read_bytes

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = ("pato", "uo", "eco")


def newest(data: Path, name: str) -> tuple[EdgeTable, Texts | None]:
    """The edges of the newest release and the texts of their ends."""
    path = max((data / name).glob("*.obo"))
    snapshot = read_bytes(path.read_bytes(), source=path.name).snapshot()
    table = read_edges(snapshot)
    return table, read_texts(snapshot, table)


def replaced(table: EdgeTable, kernel: Kernel, share: float, seed: int) -> tuple[EdgeTable, set]:
    """A share of the edges made wrong; gives the wrong ones as statements too."""
    rng = np.random.default_rng((seed, 78))
    wrong, origin = planted(kernel, table.triples, rng)
    drawn = rng.permutation(len(wrong))[: round(share * len(table))]
    wrong, origin = wrong[drawn], origin[drawn]
    kept = np.delete(table.triples, origin, axis=0)
    noisy = table_from_triples(np.concatenate((kept, wrong)), table.vocabulary)
    new = wrong[~np.isin(edge_keys(wrong), edge_keys(kept))]
    return noisy, set(table_from_triples(new, table.vocabulary).statements)


def measures(
    name: str, table: EdgeTable, texts: Texts | None, share: float, config: DenoiseConfig
) -> Iterator[dict[str, object]]:
    """Every method on one draw of noise."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    noisy, wrong = replaced(table, Kernel.TYPED, share, config.seed)
    about = {"set": name, "seed": config.seed, "edges": len(noisy), "planted": len(wrong)}
    labels = np.array([key in wrong for key in noisy.statements])
    for baseline, method in (("counts", SlotCounts()), ("neighbours", CommonNeighbours())):
        ap = average_precision_score(labels, method.scores(noisy))
        yield {**about, "method": baseline, "ap": round(float(ap), 4)}
    for lexical in (False, True):
        start = time.process_time()
        result = denoise_table(noisy, config, None, texts if lexical else None)
        labels = np.array([r.key in wrong for r in result.rows])
        ranks = -np.arange(len(labels))
        yield {
            **about,
            "method": "lexical on" if lexical else "lexical off",
            "ap": round(float(average_precision_score(labels, ranks)), 4),
            "auroc": round(float(roc_auc_score(labels, ranks)), 4),
            "expected": round(result.expected, 1),
            "shares": {k.value: round(v.share, 4) for k, v in result.shares.items()},
            "cpu": round(time.process_time() - start, 1),
        }


def nothing_planted(
    name: str, table: EdgeTable, texts: Texts | None, config: DenoiseConfig
) -> dict[str, object]:
    """What is doubted in a release as it is."""
    result = denoise_table(table, config, None, texts)
    doubted = np.mean([row.posterior > 0.5 for row in result.rows])
    return {
        "set": name,
        "seed": config.seed,
        "edges": len(table),
        "planted": 0,
        "doubted": round(float(doubted), 4),
        "expected": round(result.expected, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--full", action="store_true", help="all kernels and link prediction")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for name in options.sets:
        table, texts = newest(options.data, name)
        for seed in range(options.seeds):
            config = DenoiseConfig.full(seed) if options.full else DenoiseConfig(seed=seed)
            lines = [*measures(name, table, texts, options.share, config)]
            lines.append(nothing_planted(name, table, texts, config))
            for line in lines:
                sys.stdout.write((json.dumps(line) if options.json else str(line)) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
