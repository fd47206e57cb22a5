"""Bisecting: the very commit, in few questions, or a clear reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.bisect import bisect
from graph.commit import Commit, CommitMeta
from graph.errors import InvalidRangeError, NotFoundError
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from tests.graph.clocks import Ticking
from tests.graph.conformance import A, B, C, isa, label, put

LENGTH = 33


@pytest.fixture(scope="module")
def store() -> Iterator[SqliteStore]:
    """A line of commits that each name one node, with a merged side line at its end."""
    opened = SqliteStore.open(":memory:", create=True, clock=Ticking())
    for number in range(LENGTH):
        put(opened, label(f"urn:n:{number}", str(number)))
    opened.create_branch("side", "main~1")
    put(opened, isa(A, B), branch="side")
    put(opened, isa(A, C))
    opened.merge("main", "side", CommitMeta("merge"))
    yield opened
    opened.close()


class Naming:
    """Whether a node has a label, and how many states were asked."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.asked = 0

    def __call__(self, snapshot: Snapshot) -> bool:
        self.asked += 1
        return bool(snapshot.labels({self.node}))


@given(st.data())
def test_the_first_is_found_in_few_questions(store: SqliteStore, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, LENGTH - 1))
    end = data.draw(st.integers(first, LENGTH + 1))
    start = data.draw(st.one_of(st.none(), st.integers(0, first - 1))) if first else None
    line = list(store.log())[::-1]
    holds = Naming(f"urn:n:{first}")
    steps: list[tuple[Commit, int]] = []
    found = bisect(
        store,
        None if start is None else line[start].id,
        line[end].id,
        holds,
        lambda commit, left: steps.append((commit, left)),
    )
    candidates = end - (-1 if start is None else start)
    assert found == line[first]
    assert holds.asked <= ceil(log2(candidates)) + 2
    assert len(steps) == holds.asked - (1 if start is None else 2)
    assert [left for _, left in steps] == sorted({left for _, left in steps}, reverse=True)
    assert all(left <= candidates for _, left in steps)


def test_a_merge_answers_for_what_it_brought(store: SqliteStore) -> None:
    brought = bisect(store, "main~2", "main", lambda s: any(s.statements({A}, None, {B})))
    assert brought == store.show("main")
    assert bisect(store, None, "side", lambda s: any(s.statements({A}))) == store.show("side")


def test_where_it_came_and_went_a_coming_is_found() -> None:
    opened = SqliteStore.open(":memory:", create=True, clock=Ticking())
    for _ in range(3):
        put(opened, label(A, "a"))
        put(opened, removed=(label(A, "a"),))
    put(opened, label(A, "a"))
    line = list(opened.log())[::-1]
    assert bisect(opened, None, "main", Naming(A)) in line[::2]
    opened.close()


@pytest.mark.parametrize(
    ("good", "bad", "node", "reason"),
    [
        ("main~5", "main", "urn:n:0", "holds at the start already"),
        ("main~5", "main", "urn:n:none", "does not hold at the end"),
        (None, "main~10", f"urn:n:{LENGTH - 1}", "does not hold at the end"),
        ("side", "main", A, "first-parent line"),
        ("main", "main~3", A, "first-parent line"),
        ("main~3", "main~3", A, "same commit"),
    ],
)
def test_ends_that_do_not_fit(
    store: SqliteStore, good: str | None, bad: str, node: str, reason: str
) -> None:
    with pytest.raises(InvalidRangeError, match=reason) as caught:
        bisect(store, good, bad, Naming(node))
    assert (caught.value.good, caught.value.bad) == (good, bad)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("good", "bad"), [("nobody", "main"), (None, "nobody"), (None, "empty")])
def test_versions_that_are_none(store: SqliteStore, good: str | None, bad: str) -> None:
    with pytest.raises(NotFoundError):
        bisect(store, good, bad, Naming(A))


def test_errors_of_the_question_come_through(store: SqliteStore) -> None:
    def failing(snapshot: Snapshot) -> bool:
        raise KeyError(snapshot.version.commit)

    with pytest.raises(KeyError):
        bisect(store, None, "main", failing)
