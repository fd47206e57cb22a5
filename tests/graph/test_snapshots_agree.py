"""Whatever holds a state, memory, an overlay or SQLite, gives the same answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.commit import CommitMeta
from graph.errors import UnavailableError
from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Statement
from graph.overlay import Draft, Overlay
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from graph.vocabulary import COMMENT, DEFINITION, EXACT_SYNONYM, LABEL, SUBCLASS_OF
from tests.graph.strategies import NODES, PREDICATES, TEXTS, states

some_nodes = st.none() | st.frozensets(st.sampled_from((*NODES, "urn:unknown")), max_size=3)
some_predicates = st.none() | st.frozensets(
    st.sampled_from((*PREDICATES, "urn:unknown")), max_size=2
)


def snapshots(before: frozenset, after: frozenset) -> Iterator[tuple[str, Snapshot]]:
    """One state, held in every way there is, reached from another one."""
    delta = Delta.between(before, after)
    yield "overlay", Overlay(MemorySnapshot(before), delta)
    draft = Draft(MemorySnapshot(()))
    draft.stage(Delta.between((), before))
    draft.stage(delta)
    yield "draft", draft
    store = SqliteStore.open(
        ":memory:", create=True, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)
    )
    first = store.commit("main", Delta.between((), before), None, CommitMeta())
    store.create_branch("b")
    store.commit("main", delta, first.id, CommitMeta("main"))
    yield "sqlite", store.snapshot()
    store.commit("b", delta, first.id, CommitMeta("b"))
    store.commit("main", delta.inverse, store.resolve("main"), CommitMeta("back"))
    yield "sqlite as of", store.snapshot("main~1")
    yield "sqlite branch", store.snapshot("b")
    yield "sqlite back", Overlay(store.snapshot(), delta)
    store.close()


def every_snapshot(before: frozenset, after: frozenset) -> Iterator[tuple[str, Snapshot]]:
    yield "memory", MemorySnapshot(after)
    yield from snapshots(before, after)


@settings(max_examples=60)
@given(states, states, some_nodes, some_predicates, some_nodes)
def test_statements(before, after, subjects, predicates, objects) -> None:
    expected = [
        s
        for s in after
        if (subjects is None or s.subject in subjects)
        and (predicates is None or s.predicate in predicates)
        and (objects is None or (isinstance(s.object, str) and s.object in objects))
    ]
    for name, snapshot in every_snapshot(before, after):
        found = list(snapshot.statements(subjects, predicates, objects))
        assert len(found) == len(set(found)), name
        assert set(found) == set(expected), name


@settings(max_examples=60)
@given(states, states, st.frozensets(st.sampled_from(NODES), max_size=3))
def test_mentions_labels_and_columns(before, after, nodes) -> None:
    memory = MemorySnapshot(after)
    expected = {s for s in after if nodes & set(s.mentions())}
    for name, snapshot in every_snapshot(before, after):
        found = list(snapshot.mentioning(nodes))
        assert len(found) == len(set(found)), name
        assert set(found) == expected, name
        assert snapshot.labels(nodes) == memory.labels(nodes), name
        assert snapshot.counts() == Counter(s.predicate for s in after), name
        columns = snapshot.columns()
        assert len(columns) == len(after), name
        assert set(columns.statements()) == after, name
        assert columns.qualifiers[0] == (), name
        assert columns.subject.dtype == np.int64, name
        few = snapshot.columns({SUBCLASS_OF})
        assert set(few.statements()) == {s for s in after if s.predicate == SUBCLASS_OF}, name


@settings(max_examples=60)
@given(states, states, st.frozensets(st.sampled_from((*TEXTS, "mAsS", "none")), max_size=3))
def test_names(before, after, texts) -> None:
    expected = MemorySnapshot(after).find(texts)
    assert expected.keys() == texts
    for name, snapshot in snapshots(before, after):
        assert snapshot.find(texts) == expected, name


@settings(max_examples=60)
@given(
    states,
    states,
    st.lists(st.sampled_from((*TEXTS, "m", "str", "break end", "É", "none")), max_size=2),
    st.integers(1, 4),
)
def test_search(before, after, texts, limit) -> None:
    text = " ".join(texts)
    expected = MemorySnapshot(after).search(text, limit)
    for name, snapshot in snapshots(before, after):
        assert snapshot.search(text, limit) == expected, name


def test_what_a_search_finds_first() -> None:
    facts = [
        Statement("urn:n:a", LABEL, Literal("Mass spectrometer")),
        Statement("urn:n:b", LABEL, Literal("mass")),
        Statement("urn:n:c", EXACT_SYNONYM, Literal("Mass")),
        Statement("urn:n:c", DEFINITION, Literal("What a spectrometer of masses weighs.")),
        Statement("urn:n:d", COMMENT, Literal("massive")),
        Statement("urn:n:e", DEFINITION, Literal("Größe, naïvely")),
        Statement("urn:n:f", "urn:p:other", Literal("mass")),
    ]
    snapshot = MemorySnapshot(facts)
    assert [m.node[-1] for m in snapshot.search("MASS")] == ["b", "c", "a", "d"]
    assert [m.text for m in snapshot.search("mass")][:2] == ["mass", "Mass"]
    assert [m.exact for m in snapshot.search("mass")] == [True, False, False, False]
    assert [m.node[-1] for m in snapshot.search("spec mass")] == ["a", "c"]
    assert [m.node[-1] for m in snapshot.search("naive grosse")] == ["e"]
    assert [m.node[-1] for m in snapshot.search("grösse")] == ["e"]
    assert snapshot.search("") == snapshot.search("-- _ !") == snapshot.search("weight") == []
    assert len(snapshot.search("mass", limit=1)) == 1


@settings(max_examples=60)
@given(
    states,
    states,
    st.frozensets(st.sampled_from(NODES), max_size=2),
    st.booleans(),
    st.sampled_from((None, 0, 1, 2)),
)
def test_reach(before, after, nodes, inverse, depth) -> None:
    steps: dict[str, set[str]] = {}
    for s in after:
        if s.predicate == SUBCLASS_OF and isinstance(s.object, str):
            near, far = (s.object, s.subject) if inverse else (s.subject, s.object)
            steps.setdefault(near, set()).add(far)
    expected: set[str] = set()
    frontier = set(nodes)
    for _ in range(len(NODES) + 1 if depth is None else depth):
        frontier = {far for near in frontier for far in steps.get(near, ())}
        expected |= frontier
    for name, snapshot in every_snapshot(before, after):
        assert snapshot.reach(nodes, {SUBCLASS_OF}, inverse, depth) == expected, name


def test_large_sets_are_asked_at_once() -> None:
    store = SqliteStore.open(":memory:", create=True)
    statements = frozenset(
        Statement(f"urn:n:{number}", SUBCLASS_OF, f"urn:n:{number // 2}")
        for number in range(70_000)
    )
    store.commit("main", Delta(added=statements), None, CommitMeta())
    snapshot = store.snapshot()
    assert len(snapshot) == len(statements)
    every = {f"urn:n:{number}" for number in range(70_000)}
    assert sum(1 for _ in snapshot.statements(every)) == len(statements)
    assert set(snapshot.statements()) == statements
    assert len(snapshot.reach({"urn:n:69999"}, {SUBCLASS_OF})) == 17
    store.close()


def test_a_reader_goes_on_while_others_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.sqlite_terms._CACHE_LIMIT", 10)
    store = SqliteStore.open(":memory:", create=True)
    facts = frozenset(Statement(f"urn:n:{i}", LABEL, Literal(f"name {i}")) for i in range(90))
    store.commit("main", Delta(added=facts), None, CommitMeta())
    snapshot = store.snapshot()
    reading = snapshot.statements()
    first = next(reading)
    for i in range(90):
        assert snapshot.labels({f"urn:n:{i}"}) == {f"urn:n:{i}": Literal(f"name {i}")}
    assert {first, *reading} == facts
    store.close()


def test_names_that_no_store_can_hold() -> None:
    store = SqliteStore.open(":memory:", create=True)
    snapshot = store.snapshot()
    assert list(snapshot.statements({"\ud800"})) == []
    assert snapshot.find({"\ud800"}) == {"\ud800": []}
    assert snapshot.search("\ud800") == []
    store.close()
    with pytest.raises(UnavailableError, match="closed"):
        store.branches()
