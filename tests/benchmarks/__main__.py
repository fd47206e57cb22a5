"""The figures of the READMEs on the real releases: ``make bench``.

Rates are of this machine; ratios compare two measurements of the same run. The change language
stands beside kgcl-schema (``python -m tests.benchmarks.language``). The store benchmark comes
last, in a section of its own; its other parts are run by ``make bench-store``. The planted
benchmarks of shift and noise take minutes, and are run one by one: ``python -m
tests.benchmarks.shift`` and ``python -m tests.benchmarks.denoise``; so are those of models:
``ckge``, ``ckge_static``, ``encoders`` and ``inductive``.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.prefixes import PrefixMap
from graph.store import Store, open_store
from ingest.formats import read_bytes
from ingest.obo_writer import write_obo
from kgcl.apply import apply
from kgcl.diff import lift_results
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY
from kgcl.render import render
from kgdelta import settings
from kgdelta.importing import import_releases
from kgdelta.tour.reading import as_releases
from kgdelta.tour.releases import ReleaseFile, release_files
from tests.benchmarks import difference, language, patch, shares
from tests.benchmarks import store as stores


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<52} {figure}\n")
    sys.stdout.flush()


def timed(action: Callable[[], object], repeat: int = 5) -> float:
    """Median seconds of an action."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def bench_obo(found: list[ReleaseFile]) -> None:
    last = found[-1]
    lines = last.content.count(b"\n")
    document = read_bytes(last.content, last.name, "obo", "ms")
    seconds = timed(lambda: read_bytes(last.content, last.name, "obo", "ms"))
    say(f"read {last.name}, {lines:,} lines", f"{seconds * 1000:.0f} ms")
    snapshot = document.snapshot()
    seconds = timed(lambda: write_obo(snapshot), 3)
    say(f"write it, {len(snapshot):,} statements", f"{seconds * 1000:.0f} ms")


def bench_history(found: list[ReleaseFile], store: Store) -> None:
    start = time.perf_counter()
    count = sum(1 for _ in import_releases(store, as_releases(found, "ms", "Bench"), "main"))
    say(f"import {count} releases", f"{time.perf_counter() - start:.1f} s")
    head, old = store.snapshot("main"), store.snapshot("3.18.0")
    nodes = sorted({s.subject for s in old.statements()})[:500]
    now = timed(lambda: [list(head.statements({node})) for node in nodes])
    then = timed(lambda: [list(old.statements({node})) for node in nodes])
    say("frames of 500 nodes, head", f"{now / 500 * 1e6:.0f} us each")
    say("the same as of release 3.18.0", f"{then / now:.2f} x head")


def bench_changes(store: Store) -> None:
    line = [commit.id for commit in reversed(list(store.log()))]
    texts: list[str] = []
    judged = lifting = applying = 0.0
    for before, after in pairwise(line):
        a, delta = store.snapshot(before), store.diff(before, after)
        start = time.perf_counter()
        results = lift_results(a, delta, FLAG_POLICY)
        lifting += time.perf_counter() - start
        prefixes = PrefixMap.of(a)
        texts += [render(result.change, prefixes) for result in results]
        start = time.perf_counter()
        apply([result.change for result in results], a, FLAG_POLICY)
        applying += time.perf_counter() - start
        judged += len(results)
    say(f"diff of all {len(line) - 1} neighbours, from the store", f"{lifting:.1f} s")
    say(f"apply these {judged:,.0f} changes, in the store", f"{judged / applying:,.0f}/s")
    text = "\n".join(texts)
    seconds = timed(lambda: parse(text), 3)
    say("parse them", f"{len(texts) / seconds:,.0f}/s")
    changes = parse(text)
    seconds = timed(lambda: [render(change) for change in changes], 3)
    say("render them", f"{len(texts) / seconds:,.0f}/s")


def main() -> None:
    found = release_files(settings.cache_folder())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store = open_store(str(path), create=True)
        bench_obo(found)
        bench_history(found, store)
        say("file size", f"{path.stat().st_size / 1e6:.1f} MB")
        bench_changes(store)
        store.close()
    say("\nWhat named classes say of the real histories", "")
    shares.main()
    say("\nKGCL beside kgcl-schema", "")
    language.main()
    say("\nChanges applied", "")
    patch.main()
    say("\nDifferences of releases", "")
    difference.main()
    stores.say("\nStores, side by side")
    stores.main(["--main"])


if __name__ == "__main__":
    main()
