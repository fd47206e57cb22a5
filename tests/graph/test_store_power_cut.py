"""The power is cut at any write or sync: what was acknowledged is there when it is back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from graph.commit import CommitMeta
from graph.errors import StoreError, UnavailableError
from graph.memory import MemorySnapshot
from graph.model import Statement
from graph.sqlite import SqliteStore
from tests.graph.clocks import Ticking
from tests.graph.conformance import isa, label, put, state
from tests.graph.faulty_disk import in_use
from tests.graph.power_cut import PowerCut

Step: TypeAlias = Callable[[SqliteStore], object]
Seen: TypeAlias = dict[str, object]

#: So few pages that the log is emptied into the file again and again.
_PAGES: Final = 12


def _names(first: int, count: int) -> frozenset[Statement]:
    return frozenset(label(f"urn:n:{i}", f"name {i}") for i in range(first, first + count))


def _adding(first: int, count: int, branch: str = "main") -> Step:
    return lambda store: put(store, *_names(first, count), branch=branch)


def _loading(first: int, count: int) -> Step:
    columns = MemorySnapshot(_names(first, count)).columns()
    return lambda store: store.load(
        "main", columns, store.resolve("main"), CommitMeta(message="load")
    )


def _changing(node: int) -> Step:
    before, after = label(f"urn:n:{node}", f"name {node}"), label(f"urn:n:{node}", "other")
    return lambda store: put(store, after, isa(before.subject, "urn:n:0"), removed=(before,))


STEPS: Final[Sequence[Step]] = (
    _adding(0, 30),
    _changing(3),
    lambda store: store.create_branch("b"),
    _adding(100, 1, "b"),
    _adding(200, 120),
    lambda store: store.create_tag("v1"),
    _adding(110, 40, "b"),
    lambda store: store.merge("main", "b", CommitMeta("merge")),
    _changing(4),
    lambda store: store.revert("main", "main", CommitMeta("revert")),
    _loading(1000, 60),
    lambda store: store.purge({label("urn:n:3", "name 3")}),
    _changing(5),
    lambda store: store.delete_branch("b"),
    lambda store: store.compact(),
    *(_adding(2000 + 10 * i, i) for i in range(6)),
)
#: Before these steps the store is closed and opened again.
_PAUSES: Final = (6, 13)


class Outcome(Enum):
    """What a cut left behind: all that was acknowledged, an earlier state, or no sound store."""

    KEPT = auto()
    LOST = auto()
    BROKEN = auto()


def work(path: Path, syncing: str) -> Iterator[SqliteStore]:
    """Do all steps; the store is handed out after each one that it acknowledged."""
    clock = Ticking()
    store = SqliteStore.open(str(path), create=True, clock=clock)
    try:
        store._database.rows(f"PRAGMA synchronous={syncing}")
        yield store
        for number, step in enumerate(STEPS):
            if number in _PAUSES:
                store.close()
                store = SqliteStore.open(str(path), clock=clock)
                store._database.rows(f"PRAGMA synchronous={syncing}")
            step(store)
            yield store
    finally:
        store.close()


def seen(store: SqliteStore) -> Seen:
    """What readers see: names, and the state of every branch."""
    branches = store.branches()
    return {
        "branches": branches,
        "tags": store.tags(),
        "states": {branch.name: state(store, branch.name) for branch in branches},
        "v1": state(store, "v1") if store.tags() else None,
    }


def acknowledged_until(path: Path, disk: PowerCut, syncing: str) -> int:
    """Work until the power is cut; how many states were acknowledged."""
    count = 0
    with in_use(disk, _PAGES):
        try:
            for _ in work(path, syncing):
                count += 1
        except UnavailableError:
            assert disk.dark
    return count


def outcome(path: Path, states: Sequence[Seen], acknowledged: int) -> Outcome:
    """Open what the cut left, and compare it with the states of the same work undisturbed."""
    try:
        with closing(SqliteStore.open(str(path), create=not acknowledged)) as store:
            damage = list(store.verify())
            found = seen(store)
            put(store, label("urn:after", "the cut"))
            damage += store.verify()
    except StoreError:
        return Outcome.BROKEN
    if damage or found not in states:
        return Outcome.BROKEN
    # The step under way may have come to its end without a chance to say so.
    return Outcome.KEPT if found in states[max(acknowledged - 1, 0) :][:2] else Outcome.LOST


class Cuts:
    """The same work, done once undisturbed, and then cut again and again."""

    def __init__(self, folder: Path, syncing: str, seed: int) -> None:
        self._folder = folder
        self._syncing = syncing
        self._chooser = random.Random(seed)
        self._states = [seen(store) for store in work(self._place("seen"), syncing)]
        disk = PowerCut(at=None)
        finished = acknowledged_until(self._place("counted"), disk, syncing)
        assert finished == len(self._states)
        self._operations = disk.operations

    def _place(self, name: str) -> Path:
        (self._folder / name).mkdir()
        return self._folder / name / "kg.db"

    def cut(self, at: int, name: str) -> Outcome:
        """What is left where the power is cut at one operation."""
        path = self._place(name)
        disk = PowerCut(at)
        acknowledged = acknowledged_until(path, disk, self._syncing)
        disk.leave(self._chooser)
        return outcome(path, self._states, acknowledged)

    def anywhere(self, count: int) -> dict[Outcome, int]:
        """How many cuts, at places chosen evenly, left what."""
        places = [self._chooser.randrange(1, self._operations + 1) for _ in range(count)]
        return Counter(self.cut(at, f"{number}-{at}") for number, at in enumerate(places))


def test_a_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert Cuts(tmp_path, "FULL", seed=1).anywhere(20) == {Outcome.KEPT: 20}


@pytest.mark.long
def test_400_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert Cuts(tmp_path, "FULL", seed=2).anywhere(400) == {Outcome.KEPT: 400}


@pytest.mark.parametrize("at", range(1, 13))
def test_a_store_that_is_being_made_can_be_made_again(tmp_path: Path, at: int) -> None:
    cuts = Cuts(tmp_path, "FULL", seed=at)
    assert {cuts.cut(at, str(number)) for number in range(8)} == {Outcome.KEPT}


def test_a_store_that_syncs_less_loses_commits(tmp_path: Path) -> None:
    """The cuts have teeth: what a store gains by syncing at each commit would show."""
    found = Cuts(tmp_path, "NORMAL", seed=1).anywhere(40)
    assert found[Outcome.LOST] > 0
    assert found[Outcome.BROKEN] == 0


def test_a_store_that_never_syncs_breaks(tmp_path: Path) -> None:
    assert Cuts(tmp_path, "OFF", seed=1).anywhere(8)[Outcome.BROKEN] > 0
