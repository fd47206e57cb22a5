"""What a graph on a Neo4j server costs, on a server of the benchmark's own.

``python -m tests.benchmarks.store_neo4j``: 100,000 nodes, 1,000,000 edges, 1,000 commits of 50
removals and 50 additions each; ``--grown N`` adds commits until there are N and reads again;
``--plain`` loads the same edges without versions, to compare
disks, ``--offline`` loads them from files as well. What is compared takes turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from graph.commit import CommitMeta
from graph.neo4j.loading import Pages
from graph.neo4j.offline import Files
from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.snapshot import Snapshot
from graph.store import Store, open_store
from kgdelta import settings
from kgdelta.local_neo4j import LocalServer, free_port, neo4j_jars
from tests.benchmarks.peers.system import bytes_in
from tests.benchmarks.store_growth import columns_of, delta_of
from tests.benchmarks.store_workers import Samples
from tests.benchmarks.store_workload import PREDICATES, Made, Size, iri, make

_META: Final = CommitMeta("measured", "benchmark")
_ROUNDS: Final = 5
_PLAIN_BATCH: Final = 10_000
_PLAIN: Final = """UNWIND $rows AS r MATCH (s:Entity {id: r[0]}) MATCH (o:Entity {id: r[2]})
CREATE (s)-[:$(r[1])]->(o)"""


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<44} {figure}\n")
    sys.stdout.flush()


def _local(home: Path, heap: str, pages: str) -> LocalServer:
    jars = neo4j_jars(settings.cache_folder())
    return LocalServer(home, jars, port=free_port(), heap=heap, pages=pages)


@contextmanager
def _server(home: Path, heap: str, pages: str) -> Iterator[LocalServer]:
    server = _local(home, heap, pages)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _load(store: Store, made: Made) -> dict[str, float]:
    columns = columns_of(made)
    start = time.perf_counter()
    store.load("main", columns, None, _META)
    seconds = time.perf_counter() - start
    say(f"load {len(columns):,} edges", f"{seconds:.1f} s, {len(columns) / seconds:,.0f}/s")
    return {"load s": seconds, "edges/s": len(columns) / seconds}


def _offline(made: Made, folder: Path, heap: str, pages: str) -> dict[str, float]:
    """The same load as files for a server that does not run, and the commit that follows."""
    server = _local(folder / "home", heap, pages)
    columns = columns_of(made)
    (folder / "files").mkdir(parents=True)
    start = time.perf_counter()
    arguments = Files(folder / "files", "default").write(Pages(columns))
    written = time.perf_counter()
    server.import_files(arguments)
    imported = time.perf_counter()
    server.start()
    try:
        ready = time.perf_counter()
        store = Neo4jStore.open(Address.parse(server.url), create=True)
        store.finish_import(columns, _META)
        finished = time.perf_counter()
        store.close()
    finally:
        server.stop()
    parts = (written - start, imported - written, finished - ready)
    told = "{:.1f} s to write files, {:.1f} s to import, {:.1f} s for the commit".format(*parts)
    say(f"offline, {len(columns):,} edges", f"{sum(parts):.1f} s: {told}")
    return dict(zip(("files s", "import s", "commit s"), parts, strict=True))


def _commits(store: Store, made: Made, first: int, last: int) -> dict[str, float]:
    samples = Samples()
    head = store.resolve("main")
    for number in range(first, last):
        delta = delta_of(made.removed[number], made.added[number])
        start = time.perf_counter()
        head = store.commit("main", delta, head, _META).id
        samples.seconds.append(time.perf_counter() - start)
    p50, p95 = samples.median * 1000, samples.percentile(95) * 1000
    say(f"commits {first:,} to {last:,}, p50 / p95", f"{p50:.1f} / {p95:.1f} ms")
    return {"commit p50 ms": p50, "commit p95 ms": p95}


def _questions(snapshot: Snapshot, made: Made, turn: int) -> dict[str, list[Callable[[], Sized]]]:
    """The questions of one round; two states are asked about the same nodes, in turns."""
    random = np.random.default_rng(turn)
    nodes = [iri(n) for n in random.integers(0, made.nodes, 60).tolist()]
    hubs = [iri(n) for n in range(1, 6)]

    def reach(node: str, **how: Any) -> Callable[[], Sized]:
        return lambda: snapshot.reach((node,), PREDICATES, **how)

    def below(node: str) -> Callable[[], Sized]:
        return lambda: snapshot.reach((node,), PREDICATES[:1], inverse=True)

    def into(node: str) -> Callable[[], Sized]:
        return lambda: list(snapshot.statements(objects=(node,)))

    return {
        "neighbours": [reach(node, depth=1) for node in nodes],
        "2-hop": [reach(node, depth=2) for node in nodes[:30]],
        "descendants": [below(iri(n)) for n in made.roots[:2]],
        "hub": [into(node) for node in hubs],
    }


def _reads(states: dict[str, Snapshot], made: Made, rounds: int = _ROUNDS) -> dict[str, Any]:
    """Median milliseconds of each question by state."""
    samples: dict[str, dict[str, Samples]] = {name: {} for name in states}
    for turn in range(rounds + 1):
        asked = {name: _questions(snapshot, made, turn) for name, snapshot in states.items()}
        for question in next(iter(asked.values())):
            for place in range(len(next(iter(asked.values()))[question])):
                ordered = list(asked.items())
                for name, questions in ordered if (turn + place) % 2 else ordered[::-1]:
                    start = time.perf_counter()
                    questions[question][place]()
                    if turn:
                        into = samples[name].setdefault(question, Samples())
                        into.seconds.append(time.perf_counter() - start)
    return {
        name: {question: one.median * 1000 for question, one in rows.items()}
        for name, rows in samples.items()
    }


def _tell_reads(figures: dict[str, Any]) -> None:
    (one, base), (other, rows) = figures.items()
    for question, value in base.items():
        text = f"{value:.2f} / {rows[question]:.2f} ms, {rows[question] / value:.2f} x"
        say(f"{question}, {one} / {other}", text)


def _median(asked: Sequence[Callable[[], object]]) -> float:
    seconds = []
    for ask in asked:
        start = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1000


def _history(url: str, made: Made) -> dict[str, float]:
    """What looking back costs; each difference is asked of a store that has read nothing yet."""
    store = open_store(url)
    ids = [commit.id for commit in reversed(list(store.log()))]
    store.close()
    tenth = (len(ids) - 1) // 10
    figures: dict[str, float] = {}
    spans = {"one-commit diff": 1, "diff over 80% of the commits": 8 * tenth}
    for name, length in spans.items():
        times = []
        for _ in range(_ROUNDS + 1):
            store = open_store(url)
            store.resolve("main")
            times.append(_median([lambda s=store, n=length: s.diff(ids[tenth], ids[tenth + n])]))  # type: ignore[misc]
            store.close()
        figures[name] = statistics.median(times[1:])
    store = open_store(url)
    changed = sorted({iri(n) for rows in made.removed[:400] for n in rows[:, 0].tolist()})
    picked = np.random.default_rng(5).permutation(len(changed))[:600]
    nodes = [changed[place] for place in picked.tolist()]
    for name, ask in {"life": store.life, "blame": store.blame}.items():
        asked = [lambda a=ask, n=node: list(a((n,))) for node in nodes]
        _median(asked[:400])
        figures[name] = _median(asked[400:])
    store.close()
    for name, value in figures.items():
        say(name, f"{value:.2f} ms")
    return figures


def _plain(made: Made, folder: Path, heap: str, pages: str) -> int:
    """Bytes of the same edges in a database of their own, without versions."""
    from neo4j import GraphDatabase

    with (
        _server(folder, heap, pages) as server,
        GraphDatabase.driver(server.url) as driver,
        driver.session() as session,
    ):
        session.run("CREATE CONSTRAINT one FOR (e:Entity) REQUIRE e.id IS UNIQUE").consume()
        ids = [iri(number) for number in range(made.nodes)]
        session.run("UNWIND $ids AS id CREATE (:Entity {id: id})", ids=ids).consume()
        rows = [[iri(s), f"P{p}", iri(o)] for s, p, o in made.edges.tolist()]
        for at in range(0, len(rows), _PLAIN_BATCH):
            session.run(_PLAIN, rows=rows[at : at + _PLAIN_BATCH]).consume()
    return _disk(folder)


def _disk(home: Path) -> int:
    return bytes_in(home / "data" / "databases" / "neo4j")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--commits", type=int, default=1_000)
    parser.add_argument("--grown", type=int, default=0)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--heap", default="2g")
    parser.add_argument("--pages", default="1g")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    made = make(Size(asked.nodes, asked.edges, max(asked.commits, asked.grown)))
    figures: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        home = Path(folder) / "versioned"
        with _server(home, asked.heap, asked.pages) as server:
            store = open_store(server.url, create=True)
            figures |= _load(store, made)
            figures |= _commits(store, made, 0, asked.commits)
            states = {
                "head": store.snapshot(),
                "as-of": store.snapshot(f"main~{asked.commits // 2}"),
            }
            figures["reads"] = _reads(states, made)
            _tell_reads(figures["reads"])
            figures |= _history(server.url, made)
            figures["bytes"] = _disk(home)
            say("disk", f"{figures['bytes'] / 1e6:.0f} MB")
            if asked.grown:
                _commits(store, made, asked.commits, asked.grown)
                grown = {
                    "head": store.snapshot(),
                    "as-of": store.snapshot(f"main~{asked.grown // 2}"),
                }
                figures["reads grown"] = _reads(grown, made)
                for name, rows in figures["reads grown"].items():
                    _tell_reads({f"{name} before": figures["reads"][name], f"{name} after": rows})
            store.close()
        if asked.plain:
            figures["plain bytes"] = _plain(made, Path(folder) / "plain", asked.heap, asked.pages)
            ratio = figures["bytes"] / figures["plain bytes"]
            say(
                "the same without versions", f"{figures['plain bytes'] / 1e6:.0f} MB, {ratio:.2f} x"
            )
        if asked.offline:
            figures |= _offline(made, Path(folder) / "offline", asked.heap, asked.pages)
    if asked.json:
        sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
