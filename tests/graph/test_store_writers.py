"""Many writers at once: one wins, the others hear of it, and nothing that was told is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from graph.commit import CommitMeta
from graph.errors import StaleHeadError
from graph.model import Delta, Literal
from graph.store import open_store
from tests.graph.conformance import label
from tests.graph.store_files import filled
from tests.graph.writing_at_once import write_at_once

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
