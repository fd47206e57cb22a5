"""What a shift run costs on FB15k-237, by how much changed, and on two neighbouring PATO releases.

python -m tests.benchmarks.shift_cost [--data DIR] [--shares .01 .1 1] [--json]

A share of the edges have their tails exchanged within their relation. The training on the earlier
version and its null are measured once and kept, and told apart, as the product keeps them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from embeddings.kept import Kept
from embeddings.shift import shift_tables
from embeddings.shift_results import ShiftConfig
from embeddings.tensors import EdgeTable, read_edges, table_from_triples
from ingest.formats import read
from tests.benchmarks.ckge_static import DATA, read_split


def exchanged(table: EdgeTable, share: float, seed: int = 0) -> EdgeTable:
    """The table with the tails of a share of its edges exchanged within their relations."""
    rng = np.random.default_rng((seed, 17))
    triples = table.triples.copy()
    chosen = np.flatnonzero(rng.random(len(triples)) < share)
    for relation in np.unique(triples[chosen, 1]):
        own = chosen[triples[chosen, 1] == relation]
        triples[own, 2] = triples[rng.permutation(own), 2]
    return table_from_triples(np.unique(triples, axis=0), table.vocabulary)


def runs(data: Path, shares: list[float]) -> Iterator[dict[str, float | str]]:
    """Seconds of the first run, with everything to measure, and of the others."""
    with TemporaryDirectory() as folder:
        kept = Kept(Path(folder))
        before, _, _ = read_split(data / "fb15k-237")
        for number, share in enumerate((shares[0], *shares)):
            name = f"fb15k-237, {share:.0%} of {len(before):,} edges"
            first = " (first run)" if not number else ""
            yield {"run": name + first, **measure(before, exchanged(before, share), kept)}
        names = sorted((data / "pato").glob("*.obo"))[-2:]
        old = read_edges(read(names[0]).snapshot())
        new = read_edges(read(names[1]).snapshot(), old.vocabulary)
        yield {"run": f"pato {names[0].stem} to {names[1].stem}", **measure(old, new, kept)}


def measure(before: EdgeTable, after: EdgeTable, kept: Kept) -> dict[str, float]:
    start = time.perf_counter()
    result = shift_tables(before, after, None, ShiftConfig(), None, kept)
    whole = time.perf_counter() - start
    null = result.manifest.seconds.null if result.manifest.seconds else 0.0
    edited = sum(row.direct for row in result.rows)
    return {
        "seconds": round(whole - null, 1),
        "null": round(null, 1),
        "edited": edited,
        "significant": len(result.significant),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--shares", type=float, nargs="*", default=[0.01, 0.1, 1.0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for told in runs(options.data, options.shares):
        text = json.dumps(told) if options.json else "  ".join(f"{k} {v}" for k, v in told.items())
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
