"""What every store must do. A backend's test module subclasses this and gives ``store``."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph.commit import Commit, CommitMeta
from graph.conflicts import ConflictKind
from graph.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidDeltaError,
    InvalidNameError,
    NotFoundError,
    StaleHeadError,
)
from graph.expression import Expression
from graph.model import Delta, Literal, Qualifier, Statement
from graph.snapshot import Snapshot
from graph.store import LogFilter, Store
from graph.vocabulary import (
    COMMENT,
    DEFINITION,
    EQUIVALENT_CLASS,
    EXACT_SYNONYM,
    LABEL,
    SUBCLASS_OF,
    XREF,
)

A, B, C, D = (f"urn:n:{letter}" for letter in "abcd")


def label(node: str, text: str) -> Statement:
    return Statement(node, LABEL, Literal(text))


def isa(node: str, parent: str) -> Statement:
    return Statement(node, SUBCLASS_OF, parent)


def state(store: Store, version: str = "main") -> frozenset[Statement]:
    return frozenset(store.snapshot(version).statements())


def put(
    store: Store,
    *added: Statement,
    removed: tuple[Statement, ...] = (),
    branch: str = "main",
    meta: CommitMeta | None = None,
) -> Commit:
    delta = Delta(frozenset(removed), frozenset(added))
    head = store.snapshot(branch).version.commit
    return store.commit(branch, delta, head, meta or CommitMeta(message=f"{len(delta)} changes"))


def on(day: str) -> CommitMeta:
    return CommitMeta(message=day, authored=datetime.fromisoformat(day).replace(tzinfo=UTC))


class StoreConformance:
    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("a backend gives its store here")

    def test_an_empty_graph(self, store: Store) -> None:
        assert isinstance(store.snapshot(), Snapshot)
        assert state(store) == frozenset()
        assert store.snapshot().version.commit is None
        assert [(b.name, b.head) for b in store.branches()] == [("main", None)]
        assert list(store.log()) == []
        assert list(store.life({A})) == []
        with pytest.raises(NotFoundError, match="no commits yet"):
            store.resolve("main")

    def test_commits_keep_what_people_said(self, store: Store) -> None:
        meta = CommitMeta(
            "say\nit", "Ann", datetime(2012, 1, 31, 5, tzinfo=UTC), ("c'1", "ü2"), (("issue", "7"),)
        )
        made = put(store, label(A, "a"), meta=meta)
        shown = store.show(made.id)
        assert shown == made
        assert (shown.message, shown.author, shown.changes) == ("say\nit", "Ann", ("c'1", "ü2"))
        assert (shown.authored, shown.provenance) == (meta.authored, (("issue", "7"),))
        assert shown.recomputed_id() == shown.id

    def test_deltas_that_do_not_fit_are_refused(self, store: Store) -> None:
        put(store, label(A, "a"), isa(A, B))
        before, head = state(store), store.resolve("main")
        with pytest.raises(InvalidDeltaError, match="not there"):
            put(store, label(C, "c"), removed=(label(A, "b"),))
        with pytest.raises(InvalidDeltaError, match="there already"):
            put(store, label(C, "c"), label(A, "a"))
        with pytest.raises(InvalidDeltaError, match="not there"):
            put(store, removed=(isa(A, B).with_qualifiers((Qualifier(XREF, C),)),))
        with pytest.raises(InvalidDeltaError, match="Unicode"):
            put(store, label(C, "\ud800"))
        assert (state(store), store.resolve("main")) == (before, head)
        put(store, label(C, "c"))

    def test_stale_heads_are_refused(self, store: Store) -> None:
        first = put(store, label(A, "a"))
        with pytest.raises(StaleHeadError) as caught:
            store.commit("main", Delta(), None, CommitMeta())
        assert (caught.value.expected, caught.value.actual) == (None, first.id)
        with pytest.raises(NotFoundError):
            store.commit("nowhere", Delta(), None, CommitMeta())

    def test_an_empty_delta_is_a_release_like_any_other(self, store: Store) -> None:
        first = put(store, label(A, "a"))
        second = put(store)
        assert second.parents == (first.id,)
        assert not store.delta(second.id)
        assert state(store, second.id) == state(store, first.id)

    def test_versions(self, store: Store) -> None:
        made = [
            put(store, label(node, node), meta=on(day))
            for node, day in ((A, "2012-01-31"), (B, "2014-05-05"), (C, "2013-01-01"))
        ]
        store.create_tag("v1", made[1].id)
        for version, expected in (
            ("main", 2),
            ("main~0", 2),
            ("main~", 1),
            ("main~2", 0),
            ("main~1~1", 0),
            ("v1", 1),
            ("v1~1", 0),
            (made[0].id, 0),
            (made[0].id[:8], 0),
            (made[0].id[:8].upper(), 0),
            ("2012-01-31", 0),
            ("2012-12-31", 0),
            ("2012-01-31T00:00:00Z", 0),
            ("2012-01-31T01:00:00+01:00", 0),
            # The third commit was authored before the second: the order of the line decides.
            ("2013-06-01", 2),
            ("2020-01-01", 2),
            ("main@2012-06-01", 0),
            ("main~1@2020-01-01", 1),
        ):
            assert store.resolve(version) == made[expected].id, version
            assert len(state(store, version)) == expected + 1

    @pytest.mark.parametrize(
        "version",
        [
            "",
            "nobody",
            "main~3",
            "2011-01-01",
            "main@",
            "main@soon",
            "0" * 64,
            "0" * 8,
            "~1",
            "@",
            "nobody~1",
            "main~99999999999999999999999",
            "2012-13-45",
            "main@2012-02-30",
            "\ud800",
        ],
    )
    def test_versions_that_are_none(self, store: Store, version: str) -> None:
        put(store, label(A, "a"), meta=on("2012-01-31"))
        with pytest.raises(NotFoundError):
            store.snapshot(version)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "a b",
            "a~1",
            "a@b",
            "-x",
            "deadbeef",
            "2012-01-31",
            "x\n",
            "a:b",
            "/a",
            "a/",
            "n" * 201,
            "\ud800",
        ],
    )
    def test_names_that_could_be_something_else(self, store: Store, name: str) -> None:
        put(store, label(A, "a"))
        with pytest.raises(InvalidNameError):
            store.create_branch(name)
        with pytest.raises(InvalidNameError):
            store.create_tag(name)

    def test_names_are_taken_once(self, store: Store) -> None:
        put(store, label(A, "a"))
        store.create_branch("proposals/1")
        store.create_tag("v4.1.2")
        for name in ("proposals/1", "v4.1.2", "main"):
            with pytest.raises(AlreadyExistsError):
                store.create_branch(name)
            with pytest.raises(AlreadyExistsError):
                store.create_tag(name)
        assert [b.name for b in store.branches()] == ["main", "proposals/1"]
        assert [t.name for t in store.tags()] == ["v4.1.2"]

    def test_a_branch_does_not_disturb_its_parent(self, store: Store) -> None:
        put(store, label(A, "a"), isa(A, B))
        store.create_branch("b")
        put(store, label(A, "other"), removed=(label(A, "a"),), branch="b")
        put(store, label(C, "c"), removed=(isa(A, B),))
        store.create_branch("c", "b")
        put(store, label(A, "a"), removed=(isa(A, B),), branch="c")
        assert state(store) == {label(A, "a"), label(C, "c")}
        assert state(store, "b") == {label(A, "other"), isa(A, B)}
        assert state(store, "c") == {label(A, "other"), label(A, "a")}
        assert store.diff("main", "c") == Delta.between(state(store), state(store, "c"))
        assert store.diff("c", "main") == store.diff("main", "c").inverse

    def test_deep_branches(self, store: Store) -> None:
        expected = {isa(A, B)}
        put(store, isa(A, B))
        parent = "main"
        for number in range(40):
            store.create_branch(f"d{number}", parent)
            parent = f"d{number}"
            put(store, label(A, str(number)), branch=parent)
            expected.add(label(A, str(number)))
        assert state(store, parent) == expected
        assert store.snapshot(parent).reach({A}, {SUBCLASS_OF}) == {B}
        put(store, removed=(isa(A, B),), branch=parent)
        assert store.snapshot(parent).reach({A}, {SUBCLASS_OF}) == set()
        assert [len(list(store.log(f"d{number}"))) for number in (0, 38)] == [2, 40]
        assert {b.statement: b.commit.message for b in store.blame({A}, "d39")}
        assert list(store.verify()) == []

    def test_merging_what_is_there_already(self, store: Store) -> None:
        put(store, label(A, "a"))
        store.create_branch("b")
        head = put(store, label(B, "b"))
        assert store.merge("main", "b", CommitMeta()) == head
        assert len(list(store.log())) == 2

    def test_fast_forward(self, store: Store) -> None:
        put(store, label(A, "a"))
        store.create_branch("b")
        first = put(store, label(B, "b"), branch="b")
        second = put(store, removed=(label(A, "a"),), branch="b")
        assert store.merge("main", "b", CommitMeta("not used")) == second
        assert store.resolve("main") == second.id
        assert store.resolve("main~1") == first.id
        assert state(store) == state(store, "b") == {label(B, "b")}
        assert state(store, first.id) == {label(A, "a"), label(B, "b")}
        assert [e.commit.id for e in store.life({B})] == [first.id]
        assert [b.commit.id for b in store.blame({B})] == [first.id]
        assert [e.added for e in store.life({A})] == [True, False]
        store.create_branch("empty-side", "main~2")
        put(store, label(C, "c"))
        assert state(store, "b") == {label(B, "b")}

    def test_three_way_merge(self, store: Store) -> None:
        old = Statement(A, DEFINITION, Literal("d"), (Qualifier(XREF, Literal("1")),))
        mine = old.with_qualifiers((*old.qualifiers, Qualifier(XREF, Literal("2"))))
        yours = old.with_qualifiers((Qualifier(XREF, Literal("3")),))
        base = put(store, label(A, "a"), old, isa(A, B))
        store.create_branch("b")
        theirs = put(store, yours, label(B, "b"), removed=(old, isa(A, B)), branch="b")
        ours = put(store, mine, label(C, "c"), removed=(old,))
        assert store.merge_base("main", "b") == base.id
        merged = store.merge("main", "b", CommitMeta("bring b"))
        assert merged.parents == (ours.id, theirs.id)
        united = old.with_qualifiers((Qualifier(XREF, Literal("2")), Qualifier(XREF, Literal("3"))))
        assert state(store) == {label(A, "a"), label(B, "b"), label(C, "c"), united}
        assert state(store, ours.id) == {label(A, "a"), mine, isa(A, B), label(C, "c")}
        blame = {b.statement: b.commit.id for b in store.blame({A, B, C})}
        assert blame == {
            label(A, "a"): base.id,
            label(B, "b"): theirs.id,
            label(C, "c"): ours.id,
            united: merged.id,
        }
        life = [(e.commit.id, e.added, e.statement) for e in store.life({B})]
        assert life == [
            (base.id, True, isa(A, B)),
            (theirs.id, False, isa(A, B)),
            (theirs.id, True, label(B, "b")),
        ]
        assert [c.id for c in store.log()] == [merged.id, ours.id, base.id]
        assert store.delta(merged.id) == Delta.between(state(store, ours.id), state(store))

    def test_blame_of_qualifiers(self, store: Store) -> None:
        """Each qualifier keeps the commit that put it there, whatever happens around it."""
        one, two, three, four = (Qualifier(XREF, Literal(text)) for text in "1234")
        plain = Statement(A, DEFINITION, Literal("d"), (one,))
        base = put(store, plain)
        store.create_branch("b")
        mine = put(store, plain.with_qualifiers((one, two)), removed=(plain,))
        yours = put(store, plain.with_qualifiers((three,)), removed=(plain,), branch="b")
        merged = store.merge("main", "b", CommitMeta("merge"))
        united = plain.with_qualifiers((two, three))
        (blame,) = store.blame({A})
        assert (blame.statement, blame.commit.id, blame.since.id) == (united, merged.id, base.id)
        assert {q: c.id for q, c in blame.qualifiers} == {two: mine.id, three: yours.id}
        last = put(store, united.with_qualifiers((one, two, four)), removed=(united,))
        (blame,) = store.blame({A})
        assert (blame.commit.id, blame.since.id) == (last.id, base.id)
        assert {q: c.id for q, c in blame.qualifiers} == {one: last.id, two: mine.id, four: last.id}
        put(store, removed=(blame.statement,))
        again = put(store, plain)
        (blame,) = store.blame({A})
        assert (blame.commit, blame.since, blame.qualifiers) == (again, again, ((one, again),))
        (early,) = store.blame({A}, "b")
        assert (early.since.id, early.qualifiers[0][1].id) == (base.id, yours.id)

    def test_a_conflict_changes_nothing(self, store: Store) -> None:
        put(store, label(A, "a"))
        store.create_branch("b")
        put(store, label(A, "theirs"), removed=(label(A, "a"),), branch="b")
        ours = put(store, label(A, "ours"), removed=(label(A, "a"),))
        with pytest.raises(ConflictError) as caught:
            store.merge("main", "b", CommitMeta())
        (conflict,) = caught.value.conflicts
        assert conflict.kind is ConflictKind.DIVERGENT_VALUE
        assert (conflict.base, conflict.ours, conflict.theirs) == (
            (label(A, "a"),),
            (label(A, "ours"),),
            (label(A, "theirs"),),
        )
        assert store.resolve("main") == ours.id
        assert state(store) == {label(A, "ours")}

    def test_criss_cross_and_repeated_merges(self, store: Store) -> None:
        put(store, isa(A, B))
        store.create_branch("b")
        put(store, label(B, "b"), branch="b")
        put(store, label(C, "c"))
        one = store.merge("main", "b", CommitMeta("one"))
        other = store.merge("b", one.parents[0], CommitMeta("other"))
        assert state(store) == state(store, "b")
        put(store, label(D, "d"), branch="b")
        last = store.merge("main", "b", CommitMeta("last"))
        assert last.parents == (one.id, store.resolve("b"))
        assert state(store) == state(store, "b")
        assert state(store, other.id) == state(store, one.id)
        assert store.merge("b", "main", CommitMeta()) == last
        assert [e.added for e in store.life({B}) if e.statement == label(B, "b")] == [True]
        assert list(store.verify()) == []

    def test_revert(self, store: Store) -> None:
        put(store, label(A, "a"))
        second = put(store, label(A, "b"), isa(A, C), removed=(label(A, "a"),))
        put(store, label(C, "c"))
        undone = store.revert("main", second.id, CommitMeta("undo"))
        assert state(store) == {label(A, "a"), label(C, "c")}
        assert store.delta(undone.id) == store.delta(second.id).inverse
        with pytest.raises(ConflictError, match="revert") as caught:
            store.revert("main", second.id, CommitMeta())
        assert [c.kind for c in caught.value.conflicts] == [ConflictKind.NOTHING_LEFT]
        third = put(store, label(A, "x"), removed=(label(A, "a"),))
        put(store, label(A, "y"), removed=(label(A, "x"),))
        with pytest.raises(ConflictError) as caught:
            store.revert("main", third.id, CommitMeta())
        assert [c.kind for c in caught.value.conflicts] == [ConflictKind.DIVERGENT_VALUE]
        assert label(A, "y") in state(store)

    def test_a_revert_keeps_what_came_later(self, store: Store) -> None:
        one, two = (Qualifier(XREF, Literal(text)) for text in "12")
        plain = Statement(A, COMMENT, Literal("c"))
        put(store, plain)
        added = put(store, plain.with_qualifiers((one,)), removed=(plain,))
        put(store, plain.with_qualifiers((one, two)), removed=(plain.with_qualifiers((one,)),))
        store.revert("main", added.id, CommitMeta())
        assert state(store) == {plain.with_qualifiers((two,))}

    def test_life_and_log_follow_mentions(self, store: Store) -> None:
        tree = Expression("ObjectIntersectionOf", (B, Expression("ObjectSomeValuesFrom", (C, D))))
        equivalent = Statement(A, EQUIVALENT_CLASS, tree)
        first = put(store, equivalent, meta=CommitMeta("first", "Ann"))
        noted = Statement(A, EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, D),))
        second = put(store, noted, meta=CommitMeta("second", "Bob"))
        third = put(store, removed=(equivalent,), meta=CommitMeta("third", "Ann"))
        assert [e.commit.id for e in store.life({D})] == [first.id, second.id, third.id]
        assert [e.commit.id for e in store.life({B})] == [first.id, third.id]
        assert [e.commit.id for e in store.life({D}, second.id)] == [first.id, second.id]
        assert [c.id for c in store.log(where=LogFilter(node=B))] == [third.id, first.id]
        assert [c.id for c in store.log(where=LogFilter(node=D, author="bob"))] == [second.id]
        assert [c.id for c in store.log(where=LogFilter(message="IR"))] == [third.id, first.id]
        cut = LogFilter(since=second.authored, until=second.authored)
        assert [c.id for c in store.log(where=cut)] == [second.id]
        assert set(store.snapshot(second.id).mentioning({D})) == {equivalent, noted}
        assert set(store.snapshot().mentioning({D})) == {noted}

    def test_a_snapshot_stays_as_it_was(self, store: Store) -> None:
        put(store, label(A, "a"), isa(A, B))
        held = store.snapshot()
        reading = held.statements()
        next(reading)
        put(store, label(C, "c"), removed=(label(A, "a"),))
        assert set(held.statements()) == {label(A, "a"), isa(A, B)}
        assert held.labels({A, C}) == {A: Literal("a")}
        assert len(list(reading)) == 1

    def test_a_sound_store_verifies(self, store: Store) -> None:
        put(store, label(A, "a"))
        store.create_branch("b")
        put(store, label(B, "b"), branch="b")
        put(store, label(C, "c"), removed=(label(A, "a"),))
        store.merge("main", "b", CommitMeta())
        store.revert("main", "main~1", CommitMeta())
        assert list(store.verify()) == []
