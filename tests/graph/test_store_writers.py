"""Many writers at once: one wins, the others hear of it, and nothing that was told is lost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from graph.commit import CommitMeta
from graph.errors import StaleHeadError
from graph.model import Delta, Literal
from graph.store import open_store
from tests.graph.committing import SIZE
from tests.graph.conformance import label, state
from tests.graph.store_files import acknowledged, filled, start_together


def write_at_once(path: Path, branches: Sequence[str], writers: int, commits: int) -> None:
    """So many processes, spread over the branches; what they were told is what is there."""
    with closing(open_store(str(path), create=True)) as store:
        for branch in branches:
            if branch != "main":
                store.create_branch(branch)
    places = [branches[number % len(branches)] for number in range(writers)]
    processes = start_together(path, places, commits)
    told = [acknowledged(process) for process in processes]
    assert [process.returncode for process in processes] == [0] * writers
    with closing(open_store(str(path))) as store:
        for branch in branches:
            line = list(store.log(branch))
            expected = [made for made, place in zip(told, places, strict=True) if place == branch]
            assert sorted(each.id for each in line) == sorted(
                each for made in expected for each in made
            )
            parents = [parent for each in line for parent in each.parents]
            assert parents == [each.id for each in line[1:]]
            for made in expected:
                mine = set(made)
                assert [each.id for each in reversed(line) if each.id in mine] == made
            assert len(state(store, branch)) == SIZE * commits * len(expected)
        assert list(store.verify()) == []


ONE = ("main",)
SEVERAL = ("main", "b", "c", "d")


@pytest.mark.parametrize("branches", [ONE, SEVERAL[:2]])
def test_four_writers_lose_nothing(tmp_path: Path, branches: Sequence[str]) -> None:
    write_at_once(tmp_path / "kg.db", branches, writers=4, commits=12)


@pytest.mark.long
@pytest.mark.parametrize("branches", [ONE, SEVERAL])
@pytest.mark.parametrize("writers", [4, 8])
def test_writers_at_length_lose_nothing(
    tmp_path: Path, branches: Sequence[str], writers: int
) -> None:
    write_at_once(tmp_path / "kg.db", branches, writers, commits=60)


def test_two_handles_one_wins(tmp_path: Path) -> None:
    path = str(filled(tmp_path / "kg.db"))
    one, other = open_store(path), open_store(path)
    head = one.resolve("main")
    assert other.resolve("main") == head
    held = other.snapshot()
    size = len(list(held.statements()))
    won = one.commit("main", Delta(added=frozenset({label("urn:n:w", "one")})), head, CommitMeta())
    with pytest.raises(StaleHeadError) as caught:
        other.commit("main", Delta(added=frozenset({label("urn:n:w", "two")})), head, CommitMeta())
    assert caught.value.actual == won.id
    assert len(list(held.statements())) == size
    assert other.snapshot().labels({"urn:n:w"}) == {"urn:n:w": Literal("one")}
    one.close()
    other.close()
