"""Committing beside others: apart goes on top, together stops, and nobody's work is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.commit import Commit, CommitMeta
from graph.conflicts import ConflictKind
from graph.errors import ConflictError, InvalidDeltaError, NotFoundError, StaleHeadError
from graph.model import Delta, Literal, Qualifier, Statement
from graph.rebase import REBASED_FROM, commit_rebased
from graph.sqlite import SqliteStore
from graph.store import Store, open_store
from graph.vocabulary import DEFAULT_ONTOLOGY, EXACT_SYNONYM, LABEL, SINGLE_VALUED, XREF
from tests.graph.clocks import Ticking
from tests.graph.conformance import A, B, C, D, isa, label, put, state
from tests.graph.strategies import few

META = CommitMeta("mine", "Ann", provenance=(("issue", "7"),))
NOTED = isa(A, B).with_qualifiers((Qualifier(XREF, Literal("X:1")),))


def delta(*added: Statement, removed: tuple[Statement, ...] = ()) -> Delta:
    return Delta(frozenset(removed), frozenset(added))


@pytest.fixture
def handles(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two handles on one file, with a first commit."""
    path = str(tmp_path / "kg.db")
    one = open_store(path, create=True)
    put(one, label(A, "a"), label(B, "b"), isa(A, B), meta=CommitMeta("first"))
    other = open_store(path)
    yield one, other
    one.close()
    other.close()


def test_nobody_in_between(handles: tuple[Store, Store]) -> None:
    mine, _ = handles
    head = mine.resolve("main")
    done = commit_rebased(mine, "main", delta(label(C, "c")), head, META)
    assert (done.commit.parents, done.onto, done.passed) == ((head,), head, ())
    assert done.commit.provenance == META.provenance


def test_apart_goes_on_top(handles: tuple[Store, Store]) -> None:
    mine, other = handles
    head = mine.resolve("main")
    first = put(other, label(C, "c"), isa(C, B))
    second = put(other, label(C, "see"), removed=(label(C, "c"),))
    change = delta(label(A, "mass"), isa(B, D), removed=(label(A, "a"),))
    done = commit_rebased(mine, "main", change, head, META)
    assert done.commit.parents == (second.id,)
    assert (done.onto, done.passed) == (second.id, (first, second))
    assert done.commit.provenance == (("issue", "7"), (REBASED_FROM, head))
    assert (done.commit.message, done.commit.author) == ("mine", "Ann")
    assert mine.delta(done.commit.id) == change
    expected = {label(A, "mass"), label(B, "b"), label(C, "see"), isa(A, B), isa(B, D), isa(C, B)}
    assert state(other) == expected


def test_two_first_commits(tmp_path: Path) -> None:
    path = str(tmp_path / "kg.db")
    mine, other = open_store(path, create=True), open_store(path)
    theirs = put(other, label(A, "a"))
    done = commit_rebased(mine, "main", delta(label(B, "b")), None, META)
    assert (done.onto, done.passed) == (theirs.id, (theirs,))
    assert (REBASED_FROM, "") in done.commit.provenance
    with pytest.raises(ConflictError):
        commit_rebased(mine, "main", delta(label(A, "x")), None, META)
    assert state(mine) == {label(A, "a"), label(B, "b")}
    mine.close()
    other.close()


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        (
            delta(label(A, "x"), removed=(label(A, "a"),)),
            delta(label(A, "y"), removed=(label(A, "a"),)),
            ConflictKind.DIVERGENT_VALUE,
        ),
        (
            delta(removed=(isa(A, B),)),
            delta(NOTED, removed=(isa(A, B),)),
            ConflictKind.DELETE_MODIFY,
        ),
        (delta(removed=(label(B, "b"),)), delta(isa(C, B)), ConflictKind.EDGE_TO_DELETED),
        (delta(isa(B, C)), delta(isa(C, A)), ConflictKind.CYCLE),
    ],
)
def test_contradictions_are_conflicts(
    handles: tuple[Store, Store], theirs: Delta, ours: Delta, kind: ConflictKind
) -> None:
    mine, other = handles
    head = mine.resolve("main")
    made = other.commit("main", theirs, head, CommitMeta())
    with pytest.raises(ConflictError, match="rebase stopped") as caught:
        commit_rebased(mine, "main", ours, head, META)
    assert [conflict.kind for conflict in caught.value.conflicts] == [kind]
    assert mine.resolve("main") == made.id


SETTING = Statement(DEFAULT_ONTOLOGY, SINGLE_VALUED, Literal(EXACT_SYNONYM))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        # The same, said twice.
        (delta(label(C, "c")), delta(label(C, "c"))),
        (delta(removed=(isa(A, B),)), delta(removed=(isa(A, B),))),
        # Qualifiers that would unite, on a statement that was read without the others'.
        (
            delta(NOTED, removed=(isa(A, B),)),
            delta(isa(A, B).with_qualifiers((Qualifier(XREF, C),)), removed=(isa(A, B),)),
        ),
        # A slot emptied by one side and filled with the same by the other.
        (
            delta(label(A, "x"), removed=(label(A, "a"),)),
            delta(label(A, "x")),
        ),
    ],
)
def test_what_touches_is_stale(handles: tuple[Store, Store], theirs: Delta, ours: Delta) -> None:
    mine, other = handles
    head = mine.resolve("main")
    made = other.commit("main", theirs, head, CommitMeta())
    with pytest.raises(StaleHeadError) as caught:
        commit_rebased(mine, "main", ours, head, META)
    assert (caught.value.expected, caught.value.actual) == (head, made.id)
    assert mine.resolve("main") == made.id


def test_what_has_one_value_is_said_by_their_settings_too(handles: tuple[Store, Store]) -> None:
    mine, other = handles
    head = mine.resolve("main")
    one, two = (Statement(A, EXACT_SYNONYM, Literal(text)) for text in "xy")
    put(other, one)
    done = commit_rebased(mine, "main", delta(two), head, META)
    assert {one, two} <= state(mine)
    put(other, SETTING, Statement(B, EXACT_SYNONYM, Literal("x")))
    with pytest.raises(ConflictError):
        commit_rebased(
            mine, "main", delta(Statement(B, EXACT_SYNONYM, Literal("y"))), done.commit.id, META
        )


def test_a_branch_that_went_another_way(handles: tuple[Store, Store]) -> None:
    mine, other = handles
    mine.create_branch("work")
    read = put(mine, label(C, "c"), branch="work")
    other.delete_branch("work")
    other.create_branch("work", "main")
    for head in (read.id, "0" * 64):
        with pytest.raises(StaleHeadError) as caught:
            commit_rebased(mine, "work", delta(label(D, "d")), head, META)
        assert caught.value.expected == head
    with pytest.raises(NotFoundError):
        commit_rebased(mine, "nowhere", delta(label(D, "d")), read.id, META)


def test_a_delta_that_never_fitted(handles: tuple[Store, Store]) -> None:
    mine, other = handles
    head = mine.resolve("main")
    put(other, label(C, "c"))
    with pytest.raises(InvalidDeltaError, match="not there"):
        commit_rebased(mine, "main", delta(removed=(label(D, "d"),)), head, META)


def interrupted(
    store: Store, monkeypatch: pytest.MonkeyPatch, write: Callable[[int], Commit], times: int
) -> list[int]:
    """Let somebody commit before each of the first attempts of a store."""
    attempts: list[int] = []
    commit = store.commit

    def beaten(branch: str, change: Delta, head: str | None, meta: CommitMeta) -> Commit:
        attempts.append(len(attempts))
        if len(attempts) <= times:
            write(len(attempts))
        return commit(branch, change, head, meta)

    monkeypatch.setattr(store, "commit", beaten)
    return attempts


@pytest.mark.parametrize(("writers", "attempts"), [(4, 5), (1, 2), (0, 1)])
def test_a_writer_before_each_attempt_but_the_last(
    handles: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, writers: int, attempts: int
) -> None:
    mine, other = handles
    head = mine.resolve("main")
    tried = interrupted(mine, monkeypatch, lambda n: put(other, label(f"urn:n:{n}", "x")), writers)
    done = commit_rebased(mine, "main", delta(label(C, "c")), head, META, attempts)
    assert len(tried) == attempts
    assert len(done.passed) == writers
    assert [c.id for c in other.log()] == [
        done.commit.id,
        *[c.id for c in done.passed[::-1]],
        head,
    ]
    assert [p for p in done.commit.provenance if p[0] == REBASED_FROM] == (
        [(REBASED_FROM, head)] if writers else []
    )
    assert list(other.verify()) == []


def test_a_writer_before_every_attempt(
    handles: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = handles
    head = mine.resolve("main")
    tried = interrupted(mine, monkeypatch, lambda n: put(other, label(f"urn:n:{n}", "x")), 99)
    with pytest.raises(StaleHeadError) as caught:
        commit_rebased(mine, "main", delta(label(C, "c")), head, META, attempts=3)
    assert len(tried) == 3
    assert (caught.value.expected, caught.value.actual) == (head, other.resolve("main"))
    assert label(C, "c") not in state(other)


def test_a_late_writer_who_touches_it(
    handles: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = handles
    head = mine.resolve("main")
    names = ("urn:n:1", C)
    interrupted(mine, monkeypatch, lambda n: put(other, label(names[n - 1], "x")), 2)
    with pytest.raises(ConflictError):
        commit_rebased(mine, "main", delta(label(C, "c")), head, META)
    assert label(C, "x") in state(other)


@given(st.frozensets(few), st.frozensets(few, max_size=4), st.frozensets(few, max_size=4))
def test_both_deltas_are_whole_or_the_second_is_refused(
    before: frozenset[Statement], theirs: frozenset[Statement], ours: frozenset[Statement]
) -> None:
    store = SqliteStore.open(":memory:", create=True, clock=Ticking())
    head = store.commit("main", Delta.between((), before), None, CommitMeta()).id
    store.commit("main", Delta.between(before, before ^ theirs), head, CommitMeta())
    change = Delta.between(before, before ^ ours)
    try:
        done = commit_rebased(store, "main", change, head, META)
    except (StaleHeadError, ConflictError):
        assert state(store) == before ^ theirs
        assert theirs
        assert ours
    else:
        assert store.delta(done.commit.id) == change
        assert state(store) == before ^ theirs ^ ours
        assert not {s.key for s in theirs} & {s.key for s in ours}
        changed = [{s.subject for s in side if s.predicate == LABEL} for side in (theirs, ours)]
        assert not changed[0] & changed[1]
    store.close()
