"""The second part: what a read costs after ten times the history, and on deep branches."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sized
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import numpy as np

from graph.commit import CommitMeta
from graph.model import Delta, Statement
from graph.snapshot import Columns, Snapshot
from graph.store import Store, open_store
from tests.benchmarks.store_rows import number
from tests.benchmarks.store_workers import Samples
from tests.benchmarks.store_workload import PREDICATES, Made, Size, Table, iri, make

_ROUNDS: Final = 5
#: A branch starts at its parent's head and gets this many commits of its own.
_ON_BRANCH: Final = 5
#: Commits that a short and a long history get in turns, to be timed.
_COMMITS: Final = 100
_META: Final = CommitMeta("measured", "benchmark")
#: Depths of branches, and how often a parent's time they may take.
_DEPTHS: Final = {1: 2.5, 20: 6.0}
_GROWTH: Final = 1.5

#: Hierarchies change with a history, and lives get longer, so what counts there is the time for
#: each node or event found.
_BELOW: Final = "descendants, a thousand"
_LIFE: Final = "life, an event"
_PER: Final = {_BELOW: 1000, _LIFE: 1}

Read: TypeAlias = Callable[[], Sized]


def columns_of(made: Made) -> Columns:
    """The edges of a made graph as columns."""
    terms = (*(iri(number) for number in range(made.nodes)), *PREDICATES)
    s, p, o = (np.ascontiguousarray(made.edges[:, column]) for column in range(3))
    return Columns(terms, ((),), s, p + made.nodes, o, np.zeros_like(s))


def delta_of(removed: Table, added: Table) -> Delta:
    """Rows of numbers as a delta."""
    return Delta(frozenset(_statements(removed)), frozenset(_statements(added)))


def _statements(rows: Table) -> Iterator[Statement]:
    return (Statement(iri(s), PREDICATES[p], iri(o)) for s, p, o in rows.tolist())


def reads(snapshot: Snapshot, made: Made, turn: int, state: int) -> dict[str, list[Read]]:
    """The questions of one round to one state, with random nodes of its own."""
    random = np.random.default_rng((turn, state))
    nodes = [iri(n) for n in random.integers(0, made.nodes, 300).tolist()]
    roots = [iri(n) for n in made.roots]

    def reach(node: str, **how: Any) -> Read:
        return lambda: snapshot.reach((node,), PREDICATES, **how)

    def below(node: str) -> Read:
        return lambda: snapshot.reach((node,), PREDICATES[:1], inverse=True)

    return {
        "neighbours": [reach(node, depth=1) for node in nodes],
        "two_hop": [reach(node, depth=2) for node in nodes[:150]],
        _BELOW: [below(node) for node in roots],
    }


def measure(states: dict[str, Snapshot], made: Made) -> dict[str, dict[str, float]]:
    """Median milliseconds of each question, by state; the states take turns."""
    samples: dict[str, dict[str, Samples]] = {name: {} for name in states}
    for turn in range(_ROUNDS + 1):
        for state, (name, snapshot) in enumerate(states.items()):
            for question, asked in reads(snapshot, made, turn, state).items():
                seconds = _timed(question, asked)
                # The first round warms up.
                if turn:
                    samples[name].setdefault(question, Samples()).seconds += seconds
    return {
        name: {question: measured.median * 1000 for question, measured in rows.items()}
        for name, rows in samples.items()
    }


def _timed(question: str, asked: list[Read]) -> list[float]:
    """Seconds of each read, or of each so many things that it found."""
    per = _PER.get(question)
    seconds: list[float] = []
    for read in asked:
        start = time.perf_counter()
        found = read()
        took = time.perf_counter() - start
        seconds.append(took if per is None else took * per / max(len(found), 1))
    return seconds


def run_growth(size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Grow one store tenfold, then branch; prints and gives the figures in milliseconds."""
    made = make(size)
    few = len(made.removed) // 10
    with TemporaryDirectory() as folder:
        young, old = Path(folder) / "young.db", Path(folder) / "old.db"
        store = open_store(str(young), create=True)
        store.load("main", columns_of(made), None, _META)
        _commit(store, made, 0, few)
        store.close()
        shutil.copy(young, old)
        stores = {"young": open_store(str(young)), "old": open_store(str(old))}
        _commit(stores["old"], made, few, len(made.removed))
        sizes = {name: len(list(grown.log())) - 1 for name, grown in stores.items()}
        say(f"after {sizes['young']:,} and after {sizes['old']:,} commits, measured in turns")
        growth = _growth(stores, made, few)
        _compare(growth["young"], growth["old"], _GROWTH, say)
        say("in the old store: its head, and what was the head of the young one")
        states = _states(stores["old"], few)
        _compare(*measure(states, made).values(), _GROWTH, say)
        found = {"commits": sizes, "growth": growth}
        found["MB"] = {"young": young.stat().st_size / 1e6, "old": old.stat().st_size / 1e6}
        say(f"size {number(found['MB']['young'])} and {number(found['MB']['old'])} MB")
        found["branches"] = _branches(stores["old"], made, say)
        for grown in stores.values():
            grown.close()
    return found


def _commit(store: Store, made: Made, first: int, last: int) -> None:
    head = store.resolve("main")
    for place in range(first, last):
        delta = delta_of(made.removed[place], made.added[place])
        head = store.commit("main", delta, head, _META).id


def _line(store: Store) -> list[str]:
    return [commit.id for commit in store.log()][::-1]


def _states(store: Store, place: int) -> dict[str, Snapshot]:
    """The head, and the state after so many commits."""
    return {"head": store.snapshot("main"), "as-of": store.snapshot(_line(store)[place])}


def _growth(stores: dict[str, Store], made: Made, few: int) -> dict[str, dict[str, float]]:
    """Milliseconds of the same questions to stores with short and long histories."""
    states = {
        f"{name} {when}": snapshot
        for name, store in stores.items()
        for when, snapshot in _states(store, few // 2).items()
    }
    read = measure(states, made)
    found = {
        name: {
            f"{when} {question}": milliseconds
            for when in ("head", "as-of")
            for question, milliseconds in read[f"{name} {when}"].items()
        }
        for name in stores
    }
    samples: dict[str, dict[str, Samples]] = {name: {} for name in stores}
    for turn in range(_ROUNDS):
        for name, store in stores.items():
            for question, actions in _looking_back(store, made, few, turn).items():
                seconds = _timed(question, actions)
                samples[name].setdefault(question, Samples()).seconds += seconds
    for delta in _deltas(made, 0, _COMMITS):
        for name, store in stores.items():
            head = store.resolve("main")
            start = time.perf_counter()
            store.commit("main", delta, head, _META)
            seconds = [time.perf_counter() - start]
            samples[name].setdefault("commit", Samples()).seconds += seconds
    for name, rows in samples.items():
        found[name] |= {question: found.median * 1000 for question, found in rows.items()}
    return found


def _looking_back(store: Store, made: Made, few: int, turn: int) -> dict[str, list[Read]]:
    """Differences and lives in the first commits."""
    line = _line(store)[1 : few + 1]
    changed = [iri(int(table[turn][0])) for table in made.removed[: min(few, 200)]]

    def difference(before: str, after: str) -> Read:
        return lambda: list(store.differences(before, after))

    def life(node: str) -> Read:
        return lambda: list(store.life((node,)))

    return {
        "one-commit diff": [difference(a, b) for a, b in pairwise(line[:50])],
        "diff over 8 of the first 10 parts": [difference(line[few // 10], line[few * 9 // 10])],
        _LIFE: [life(node) for node in changed],
    }


def _compare(
    before: dict[str, float],
    after: dict[str, float],
    target: float,
    say: Callable[[str], None],
) -> None:
    for name, old in before.items():
        ratio = after[name] / old
        judged = "met" if ratio <= target else "MISSED"
        shown = f"{number(old):>10}{number(after[name]):>10}{ratio:>8.2f}x"
        say(f"  {name + ', ms':<36}{shown}  target {target:g}x {judged}")


def _branches(store: Store, made: Made, say: Callable[[str], None]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    names = ["main"]
    for depth in range(1, max(_DEPTHS) + 1):
        names.append(f"branch-{depth}")
        store.create_branch(names[-1], names[-2])
        _change_branch(store, made, names[-1], depth)
    for depth, target in _DEPTHS.items():
        deep = names[depth]
        states = measure({"main": store.snapshot("main"), deep: store.snapshot(deep)}, made)
        say(f"main, and a branch of depth {depth}")
        _compare(states["main"], states[deep], target, say)
        found[f"depth {depth}"] = states
    deep = names[-1]
    start = time.perf_counter()
    compacted = store.compact(flatten=[deep])
    seconds = time.perf_counter() - start
    sizes = f"{compacted.before / 1e6:.0f} MB before, {compacted.after / 1e6:.0f} MB after"
    states = measure({"main": store.snapshot("main"), deep: store.snapshot(deep)}, made)
    say(f"main, and the same branch flattened ({seconds:.1f} s; {sizes})")
    _compare(states["main"], states[deep], _GROWTH, say)
    found["flattened"] = {**states, "seconds": seconds}
    return found


def _change_branch(store: Store, made: Made, name: str, depth: int) -> None:
    head = store.resolve(name)
    for delta in _deltas(made, depth, _ON_BRANCH):
        head = store.commit(name, delta, head, _META).id


def _deltas(made: Made, part: int, count: int) -> Iterator[Delta]:
    """Changes that any state takes: edges that no commit removes, given new objects.

    Each part has edges of its own, so that a branch can follow another.
    """
    random = np.random.default_rng(part)
    gone = {tuple(row) for table in made.removed for row in table.tolist()}
    own = random.permutation(made.edges[part :: max(_DEPTHS) + 1])[: 60 * count].tolist()
    rows = np.array([row for row in own if tuple(row) not in gone])
    for first in range(0, 50 * count, 50):
        removed = rows[first : first + 50]
        added = removed.copy()
        added[:, 2] = made.nodes + (part * count + 1) * 1000 + np.arange(first, first + len(added))
        yield delta_of(removed, added)
