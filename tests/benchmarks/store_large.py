"""The third part: a graph of millions, taken in, changed, dumped anew and compared.

The measured process is a child: ``store_large FOLDER`` reads the arrays that the parent made, so
that its peak memory is that of its own work, its input included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from graph.commit import CommitMeta
from graph.snapshot import Columns
from graph.store import Store, open_store
from tests.benchmarks.peers.system import peak_memory
from tests.benchmarks.store_growth import delta_of, measure
from tests.benchmarks.store_rows import number
from tests.benchmarks.store_workers import Samples
from tests.benchmarks.store_workload import PREDICATES, Made, Size, fresh, iri, make

_COMMITS: Final = 50
_CHANGES: Final = 50
#: Megabytes that the child may use at its peak.
_MEMORY: Final = 2_000
_META: Final = CommitMeta("measured", "benchmark")


def run_large(size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Make the input, measure in a child, print its figures and give them back."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        _write_input(size, place)
        command = [sys.executable, "-m", "tests.benchmarks.store_large", folder]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as child:
            for line in child.stdout or ():
                say(line.rstrip("\n"))
        if child.returncode:
            raise RuntimeError(f"the measured process ended with status {child.returncode}")
        found: dict[str, Any] = json.loads((place / "figures.json").read_text(encoding="utf-8"))
    return found


def _write_input(size: Size, folder: Path) -> None:
    made = make(size)
    for name, column in zip("spo", made.edges.T, strict=True):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(column))
    dump = size.edges // 200
    taken = _COMMITS * _CHANGES + dump
    random = np.random.default_rng(5)
    removed = made.edges[random.choice(len(made.edges), taken, replace=False)]
    np.save(folder / "removed.npy", removed)
    np.save(folder / "added.npy", fresh(made, taken))
    (folder / "small.json").write_text(
        json.dumps({"nodes": made.nodes, "roots": made.roots}), encoding="utf-8"
    )


class Child:
    """What is measured, step by step, in one process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "kg.db"
        self._store: Store = open_store(str(self._path), create=True)
        small = json.loads((folder / "small.json").read_text(encoding="utf-8"))
        nothing = np.empty((0, 3), dtype=np.int64)
        self._made = Made(small["nodes"], nothing, [], [], small["roots"])
        self._removed = np.load(folder / "removed.npy")
        self._added = np.load(folder / "added.npy")
        self._line: list[str] = []
        self.figures: dict[str, float] = {}

    def run(self) -> None:
        columns = self._columns()
        self._say("memory with the input, MB", peak())
        start = time.perf_counter()
        self._line.append(self._store.load("main", columns, None, _META).id)
        self._say("import, s", time.perf_counter() - start)
        self._say("peak memory after it, MB", peak())
        del columns
        self._commits()
        self._reads()
        self._dump()
        self._say("peak memory, MB", peak(), _MEMORY)
        self._store.close()
        self._say("size, MB", self._path.stat().st_size / 1e6)

    def _columns(self) -> Columns:
        s, p, o = (np.load(self._folder / f"{name}.npy") for name in "spo")
        terms = (*(iri(n) for n in range(self._made.nodes)), *PREDICATES)
        return Columns(terms, ((),), s, p + self._made.nodes, o, np.zeros_like(s))

    def _commits(self) -> None:
        samples = Samples()
        for place in range(_COMMITS):
            rows = slice(place * _CHANGES, place * _CHANGES + _CHANGES)
            samples.seconds.append(self._commit(rows))
        self._say("commit of 100 changes, ms", samples.median * 1000)
        self._say("the same, 95 of 100, ms", samples.percentile(95) * 1000)

    def _commit(self, rows: slice) -> float:
        delta = delta_of(self._removed[rows], self._added[rows])
        start = time.perf_counter()
        self._line.append(self._store.commit("main", delta, self._line[-1], _META).id)
        return time.perf_counter() - start

    def _reads(self) -> None:
        middle = self._line[len(self._line) // 2]
        states = {"head": self._store.snapshot("main"), "as-of": self._store.snapshot(middle)}
        found = measure(states, self._made)
        for question, milliseconds in found["head"].items():
            self._say(f"head {question}, ms", milliseconds)
            old = found["as-of"][question]
            self._say(f"as-of {question}, ms", old, 1.2 * milliseconds)

    def _dump(self) -> None:
        rows = slice(_COMMITS * _CHANGES, None)
        changes = 2 * len(self._removed[rows])
        self._say(f"commit of {changes:,} changes, s", self._commit(rows))
        before, after = self._line[-2:]
        start = time.perf_counter()
        count = sum(1 for _ in self._store.differences(before, after))
        self._say("its differences, one by one, s", time.perf_counter() - start)
        if count != changes:
            raise RuntimeError(f"{count:,} differences instead of {changes:,}")
        start = time.perf_counter()
        self._store.diff(before, after)
        self._say("the same as one delta, s", time.perf_counter() - start)

    def _say(self, name: str, value: float, limit: float | None = None) -> None:
        self.figures[name] = value
        judged = "" if limit is None else ("met" if value <= limit else "MISSED")
        target = "" if limit is None else f"  target {number(limit)} {judged}"
        sys.stdout.write(f"  {name:<36}{number(value):>10}{target}\n")
        sys.stdout.flush()


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return peak_memory() / 1e6


if __name__ == "__main__":
    child = Child(Path(sys.argv[1]))
    child.run()
    (Path(sys.argv[1]) / "figures.json").write_text(json.dumps(child.figures), encoding="utf-8")
