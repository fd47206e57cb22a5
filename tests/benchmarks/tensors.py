"""A large snapshot of a store as torch_geometric data, and the next one with a hundredth changed.

python -m tests.benchmarks.tensors [--edges N] [--json]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from embeddings.geometric import geometric
from embeddings.strategies import Change
from embeddings.tensors import read_edges
from graph.commit import CommitMeta
from graph.store import open_store
from tests.benchmarks.store_growth import columns_of, delta_of
from tests.benchmarks.store_workload import Size, make


def measure(edges: int, path: Path) -> dict[str, float]:
    """CPU seconds of each step; a tenth as many entities as edges."""
    geometric("data")  # imported once, not for each graph
    made = make(Size(nodes=edges // 10, edges=edges, commits=1, changes=edges // 100))
    figures: dict[str, float] = {"edges": edges}
    with closing(open_store(str(path), create=True)) as store:
        first = store.load("main", columns_of(made), None, CommitMeta("bench", "all"))
        start = time.process_time()
        table = read_edges(store.snapshot(first.id))
        figures["read"] = time.process_time() - start
        data = table.data()
        figures["read and data"] = time.process_time() - start
        figures["edges with inverses"] = data.edge_index.shape[1]
        delta = delta_of(made.removed[0], made.added[0])
        second = store.commit("main", delta, first.id, CommitMeta("bench", "next"))
        start = time.process_time()
        after = read_edges(store.snapshot(second.id), table.vocabulary)
        change = Change.between(table, after)
        figures["next and its change"] = time.process_time() - start
        figures["changed"] = len(change.new) + len(change.removed)
    figures["MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {name: round(value, 2) for name, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options.edges, Path(folder) / "kg.db")
    text = json.dumps(found) if options.json else "  ".join(f"{k} {v}" for k, v in found.items())
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
