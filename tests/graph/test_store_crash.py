"""Writers killed or interrupted anywhere: every acknowledged commit is there, none in half."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import apsw
import pytest

from graph.commit import CommitMeta
from graph.model import Delta
from graph.store import open_store
from tests.graph.committing import SIZE
from tests.graph.conformance import label, put, state
from tests.graph.store_files import acknowledged, answers, filled, start

#: Turns of a busy loop: more than the time of one commit.
_SPIN: Final = 40_000
#: Strides of SQLite's machine: more than it takes to open a store and commit a few times.
_STRIDES: Final = 1_500


def commit_and_be_killed(path: Path, name: str, chooser: random.Random) -> list[str]:
    """Kill a writer at some moment, or let it kill itself within a statement; its commits."""
    if chooser.randrange(2):
        strides = str(chooser.randrange(1, _STRIDES))
        writer = start(path, "main", name, 1_000_000, "--strides", strides)
        made = acknowledged(writer)
    else:
        writer = start(path, "main", name, 1_000_000)
        assert writer.stdout is not None
        made = [writer.stdout.readline().strip() for _ in range(chooser.randrange(12))]
        for _ in range(chooser.randrange(_SPIN)):
            pass
        writer.kill()
        made += acknowledged(writer)
    assert writer.returncode == -signal.SIGKILL
    return made


def kill_rounds(path: Path, rounds: int, seed: int) -> None:
    """Kill writers again and again on one file, which is open elsewhere or is not."""
    store = open_store(str(path), create=True)
    chooser = random.Random(seed)
    every: list[str] = []
    for number in range(rounds):
        if chooser.randrange(2):
            store.close()
            every += commit_and_be_killed(path, f"w{number}", chooser)
            store = open_store(str(path))
        else:
            every += commit_and_be_killed(path, f"w{number}", chooser)
        line = [commit.id for commit in store.log()]
        assert set(every) <= set(line)
        # Each of the killed may have ended one commit without the time to say so.
        assert len(line) <= len(every) + number + 1
        assert len(store.snapshot()) == SIZE * len(line)
        assert not line or len(store.delta(line[0])) == SIZE
    assert every
    store.close()
    with closing(open_store(str(path))) as again:
        assert len(state(again)) == SIZE * len(line)
        assert list(again.verify()) == []


def test_killed_writers_leave_whole_commits(tmp_path: Path) -> None:
    kill_rounds(tmp_path / "kg.db", rounds=20, seed=1)


@pytest.mark.long
def test_killed_writers_leave_whole_commits_200_times(tmp_path: Path) -> None:
    kill_rounds(tmp_path / "kg.db", rounds=200, seed=2)


@contextmanager
def interrupted_after(steps: list[int]) -> Iterator[None]:
    """Stores opened meanwhile are interrupted after so many steps, once; none set, not at all."""

    def count() -> bool:
        if steps:
            steps[0] -= 1
            if steps[0] < 0:
                steps.clear()
                raise KeyboardInterrupt
        return False

    def prepare(connection: apsw.Connection) -> None:
        connection.set_progress_handler(count, 1)

    apsw.connection_hooks.append(prepare)
    try:
        yield
    finally:
        apsw.connection_hooks.remove(prepare)


def test_an_interrupted_commit_is_taken_back(tmp_path: Path) -> None:
    """Wherever it is interrupted, it is there whole or not at all; the handle can be used."""
    added = Delta(added=frozenset({label("urn:new", "new"), label("urn:newer", "newer")}))
    steps: list[int] = []
    interruptions = 0
    with interrupted_after(steps), closing(open_store(str(filled(tmp_path / "kg.db")))) as store:
        before, head = answers(store), store.resolve("main")
        for count in range(0, 100_000, 13):
            steps[:] = [count]
            try:
                store.commit("main", added, head, CommitMeta())
            except KeyboardInterrupt:
                interruptions += 1
                if store.resolve("main") != head:
                    # Between the end of the transaction and the answer: it is there, whole.
                    break
            else:
                break
            assert added.added.isdisjoint(store.snapshot().statements({"urn:new", "urn:newer"}))
        steps.clear()
        assert state(store) == before["main"] | added.added
        store.revert("main", "main", CommitMeta())
        assert state(store) == before["main"]
        put(store, *added.added)
        assert list(store.verify()) == []
    assert interruptions > 20
