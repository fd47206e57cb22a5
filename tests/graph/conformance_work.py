"""What every store must do beside commits and reads: exchange, picking, erasure, space."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.commit import Commit, CommitMeta
from graph.conflicts import Conflict, ConflictKind
from graph.errors import (
    AlreadyExistsError,
    ConflictError,
    CorruptBundleError,
    InvalidDeltaError,
    NotFoundError,
    ProtectedBranchError,
    StaleHeadError,
)
from graph.expression import Expression
from graph.model import Delta, Literal, Qualifier, Statement
from graph.resolution import Resolutions, Side
from graph.snapshot import Columns, columns_from
from graph.store import DiffFilter, LogFilter, Store
from graph.vocabulary import (
    DEFAULT_ONTOLOGY,
    DEFINITION,
    EQUIVALENT_CLASS,
    ERASED,
    EXACT_SYNONYM,
    LABEL,
    PROTECTED,
    SUBCLASS_OF,
    XREF,
)
from tests.graph.conformance import A, B, C, D, isa, label, on, put, state

RICH = (
    label(A, "a mass"),
    isa(B, A),
    Statement(A, EXACT_SYNONYM, Literal("s", language="en"), (Qualifier(XREF, D),)),
    Statement(
        C,
        EQUIVALENT_CLASS,
        Expression("ObjectIntersectionOf", (A, Expression("ObjectOneOf", (D,)))),
    ),
)


def history(store: Store) -> list[Commit]:
    """Two lines, a merge, a tag, a revert."""
    put(store, *RICH)
    store.create_branch("side")
    put(store, label(B, "b"), removed=(isa(B, A),), branch="side")
    put(store, label(C, "c"))
    store.merge("main", "side", CommitMeta("merge", "Ann"))
    store.create_tag("v1")
    put(store, label(D, "d"), branch="side")
    store.revert("main", "main~1", CommitMeta("undo"))
    return list(store.past(["main", "side"]))


def carried(store: Store, commits: list[Commit]) -> list[tuple[Commit, Delta]]:
    return [(commit, store.delta(commit.id)) for commit in commits]


class WorkConformance:
    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("a backend gives its store here")

    @pytest.fixture
    def other(self) -> Store:
        raise NotImplementedError("a backend gives a second store here")

    def test_a_load_is_a_commit(self, store: Store, other: Store) -> None:
        columns = columns_from([*RICH, RICH[1]])
        loaded = store.load("main", columns, None, CommitMeta("load", "Ann"))
        made = put(other, *RICH, meta=CommitMeta("load", "Ann"))
        assert state(store) == set(RICH)
        assert (loaded.delta, store.delta(loaded.id)) == (made.delta, other.delta(made.id))
        assert len(list(store.snapshot().statements())) == len(RICH)
        for snapshot in (store.snapshot(), other.snapshot()):
            assert set(snapshot.mentioning({D})) == {RICH[2], RICH[3]}
            assert [m.node for m in snapshot.find(["A MASS"])["A MASS"]] == [A]
        more = columns_from([label(D, "d"), isa(C, A)])
        second = store.load("main", more, loaded.id, CommitMeta("more"))
        assert second.parents == (loaded.id,)
        assert state(store) == {*RICH, label(D, "d"), isa(C, A)}
        assert [e.commit.id for e in store.life({D})] == [loaded.id] * 2 + [second.id]
        assert list(store.verify()) == []

    def test_a_load_that_does_not_fit_changes_nothing(self, store: Store) -> None:
        made = put(store, label(A, "a"))
        with pytest.raises(InvalidDeltaError, match="there already"):
            store.load("main", columns_from([isa(A, B), label(A, "a")]), made.id, CommitMeta())
        with pytest.raises(StaleHeadError):
            store.load("main", columns_from([isa(A, B)]), None, CommitMeta())
        with pytest.raises(InvalidDeltaError, match="Unicode"):
            store.load("main", columns_from([label(B, "\ud800")]), made.id, CommitMeta())
        with pytest.raises(InvalidDeltaError, match="erased"):
            store.load("main", columns_from([label(B, "b").erased]), made.id, CommitMeta())
        good = columns_from([isa(A, B)])
        swapped = Columns((Literal("x"), *good.terms[1:]), good.qualifiers, *_arrays(good))
        with pytest.raises(InvalidDeltaError, match="no node"):
            store.load("main", swapped, made.id, CommitMeta())
        assert (state(store), store.resolve("main")) == ({label(A, "a")}, made.id)
        store.load("main", columns_from([]), made.id, CommitMeta("nothing"))
        assert list(store.verify()) == []

    def test_the_past_of_versions(self, store: Store) -> None:
        commits = history(store)
        seen: set[str] = set()
        for commit in commits:
            assert set(commit.parents) <= seen
            seen.add(commit.id)
        assert len(commits) == 6
        assert [c.id for c in store.past(["main"], ["main~1", "side"])] == [store.resolve("main")]
        assert list(store.past(["side~1"], ["main"])) == []

    def test_differences_are_filtered(self, store: Store) -> None:
        first = put(store, label(A, "a"), label("urn:m:x", "x"), isa(A, B))
        put(store, label("urn:m:y", "y"), label(A, "b"), removed=(label(A, "a"), isa(A, B)))
        whole = list(store.differences(first.id, "main"))
        assert [d.added for d in whole] == [False, False, True, True]
        assert {d.statement for d in whole if d.added} == store.diff(first.id, "main").added
        assert store.diff(first.id, "main", DiffFilter(namespace="urn:m:")) == Delta(
            added=frozenset({label("urn:m:y", "y")})
        )
        only = DiffFilter(nodes=frozenset({A}))
        assert len(store.diff(first.id, "main", only)) == 3
        assert not store.diff(first.id, "main", DiffFilter(frozenset({A}), "urn:m:"))
        assert not store.diff(first.id, "main", DiffFilter(frozenset()))

    def test_the_log_of_a_predicate(self, store: Store) -> None:
        first = put(store, label(A, "a"))
        second = put(store, isa(A, B), isa(B, C))
        third = put(store, removed=(isa(A, B), label(A, "a")))
        found = [c.id for c in store.log(where=LogFilter(predicate=SUBCLASS_OF))]
        assert found == [third.id, second.id]
        both = LogFilter(node=A, predicate=LABEL)
        assert [c.id for c in store.log(where=both)] == [third.id, first.id]
        assert list(store.log(where=LogFilter(node=B, predicate=LABEL))) == []
        assert list(store.log(where=LogFilter(predicate="urn:none"))) == []

    def test_cherry_pick(self, store: Store) -> None:
        put(store, label(A, "a"), label(B, "b"))
        store.create_branch("side")
        put(store, label(C, "c"), branch="side")
        wanted = put(store, label(A, "x"), removed=(label(A, "a"),), branch="side")
        picked = store.cherry_pick("main", wanted.id, CommitMeta("pick"))
        assert state(store) == {label(A, "x"), label(B, "b")}
        assert store.delta(picked.id) == store.delta(wanted.id)
        assert len(picked.parents) == 1
        with pytest.raises(ConflictError, match="cherry-pick") as caught:
            store.cherry_pick("main", wanted.id, CommitMeta())
        assert [c.kind for c in caught.value.conflicts] == [ConflictKind.NOTHING_LEFT]
        put(store, label(A, "y"), removed=(label(A, "x"),))
        with pytest.raises(ConflictError) as caught:
            store.cherry_pick("main", wanted.id, CommitMeta())
        assert [c.kind for c in caught.value.conflicts] == [ConflictKind.DIVERGENT_VALUE]
        first = store.resolve("main~2")
        assert state(store, first) == {label(A, "a"), label(B, "b")}

    def diverged(self, store: Store) -> tuple[Conflict, ...]:
        """Two branches that rename one node and define another, theirs later."""
        base = (label(A, "a"), Statement(B, DEFINITION, Literal("b")))
        put(store, *base, meta=on("2020-01-01"))
        store.create_branch("side")
        put(store, label(A, "ours"), removed=base[:1], meta=on("2020-03-03"))
        put(store, label(A, "theirs"), removed=base[:1], branch="side", meta=on("2020-02-02"))
        mine, yours = (Statement(B, DEFINITION, Literal(t)) for t in ("mine", "yours"))
        put(store, mine, removed=base[1:], meta=on("2020-04-04"))
        put(store, yours, removed=base[1:], branch="side", meta=on("2020-05-05"))
        with pytest.raises(ConflictError) as caught:
            store.merge("main", "side", CommitMeta())
        return caught.value.conflicts

    def test_conflicts_are_decided_by_side(self, store: Store) -> None:
        conflicts = self.diverged(store)
        assert [c.kind for c in conflicts] == [ConflictKind.DIVERGENT_VALUE] * 2
        merged = store.merge("main", "side", CommitMeta("m"), Resolutions(otherwise=Side.THEIRS))
        assert state(store) == state(store, "side")
        told = [value for key, value in merged.provenance if key == "resolved"]
        assert len(told) == 2
        assert all(c.id in " ".join(told) for c in conflicts)
        assert len(merged.parents) == 2
        assert list(store.verify()) == []

    def test_conflicts_are_decided_by_recency(self, store: Store) -> None:
        self.diverged(store)
        store.merge("main", "side", CommitMeta("m"), Resolutions(recent=True))
        assert state(store) == {label(A, "ours"), Statement(B, DEFINITION, Literal("yours"))}

    def test_conflicts_are_decided_one_by_one(self, store: Store) -> None:
        conflicts = self.diverged(store)
        first, second = conflicts
        with pytest.raises(ConflictError) as caught:
            store.merge("main", "side", CommitMeta(), Resolutions({first.id: Side.OURS}))
        assert caught.value.conflicts == (second,)
        head = store.resolve("main")
        odd = Resolutions({first.id: Side.OURS, second.id: Side.OURS, "0" * 12: Side.OURS})
        with pytest.raises(NotFoundError, match="conflict"):
            store.merge("main", "side", CommitMeta(), odd)
        assert store.resolve("main") == head
        choices = {first.id: Side.OURS, second.id: Side.THEIRS}
        merged = store.merge("main", "side", CommitMeta("m"), Resolutions(choices))
        assert state(store) == {
            *(s for s in state(store, head) if s.subject == first.subject),
            *(s for s in state(store, "side") if s.subject == second.subject),
        }
        assert [v.split()[:2] for k, v in merged.provenance if k == "resolved"] == sorted(
            [[first.id, "ours:"], [second.id, "theirs:"]]
        )

    def test_a_choice_for_nothing_is_an_error(self, store: Store) -> None:
        put(store, label(A, "a"))
        store.create_branch("side")
        put(store, label(B, "b"), branch="side")
        odd = Resolutions({"0" * 12: Side.OURS})
        for branch, version in (("main", "side"), ("side", "main")):
            with pytest.raises(NotFoundError, match="conflict"):
                store.merge(branch, version, CommitMeta(), odd)
        assert label(B, "b") not in state(store)

    def test_protected_branches_take_merges_only(self, store: Store) -> None:
        put(store, label(A, "a"))
        setting = Statement(DEFAULT_ONTOLOGY, PROTECTED, Literal("ma*"))
        put(store, setting)
        with pytest.raises(ProtectedBranchError):
            put(store, label(B, "b"))
        with pytest.raises(ProtectedBranchError):
            store.load("main", columns_from([isa(A, B)]), store.resolve("main"), CommitMeta())
        with pytest.raises(ProtectedBranchError):
            store.revert("main", "main~1", CommitMeta())
        store.create_branch("work")
        store.create_branch("maintenance")
        with pytest.raises(ProtectedBranchError):
            store.delete_branch("maintenance")
        put(store, label(B, "b"), branch="work")
        store.merge("main", "work", CommitMeta())
        assert label(B, "b") in state(store)
        put(store, removed=(setting,))
        put(store, label(C, "c"))
        store.delete_branch("work")
        assert [b.name for b in store.branches()] == ["main", "maintenance"]

    def test_tags_and_branches_are_forgotten(self, store: Store) -> None:
        made = put(store, label(A, "a"))
        store.create_tag("v1")
        store.delete_tag("v1")
        assert store.tags() == []
        with pytest.raises(NotFoundError):
            store.delete_tag("v1")
        with pytest.raises(NotFoundError):
            store.delete_branch("nobody")
        assert state(store, made.id) == {label(A, "a")}

    def test_everything_is_received(self, store: Store, other: Store) -> None:
        commits = history(store)
        heads = {b.name: b.head or "" for b in store.branches()}
        tags = {t.name: t.commit for t in store.tags()}
        got = other.receive(carried(store, commits), heads, tags)
        assert list(got.commits) == [c.id for c in commits]
        assert other.branches() == store.branches()
        assert other.tags() == store.tags()
        for commit in commits:
            assert other.show(commit.id) == commit
            assert state(other, commit.id) == state(store, commit.id)
            assert other.delta(commit.id) == store.delta(commit.id)
        for blame in store.blame({A, B, C, D}):
            assert blame in set(other.blame({A, B, C, D}))
        assert [e.commit.id for e in other.life({B})] == [e.commit.id for e in store.life({B})]
        assert list(other.verify()) == []
        again = other.receive(carried(store, commits), heads, tags)
        assert (again.commits, again.branches, again.tags) == ((), (), ())

    def test_work_goes_back_and_forth(self, store: Store, other: Store) -> None:
        other.receive(carried(store, history(store)), {"main": store.resolve("main")})
        base = store.resolve("main")
        theirs = put(other, label("urn:n:e", "e"))
        new = carried(other, list(other.past(["main"], [base])))
        got = store.receive(new, {"main": theirs.id})
        assert (got.commits, state(store)) == ((theirs.id,), state(other))
        mine = put(store, label("urn:n:f", "f"))
        put(other, label("urn:n:g", "g"))
        new = carried(other, list(other.past(["main"], [theirs.id])))
        with pytest.raises(StaleHeadError):
            store.receive(new, {"main": other.resolve("main")})
        assert store.resolve("main") == mine.id
        with pytest.raises(NotFoundError):
            store.show(other.resolve("main"))
        store.receive(new, {"theirs": other.resolve("main")})
        store.merge("main", "theirs", CommitMeta("together"))
        assert state(store) == state(other) | {label("urn:n:f", "f")}
        assert list(store.verify()) == list(other.verify()) == []

    @pytest.mark.parametrize(
        ("spoil", "error"),
        [
            (lambda c, d: (c, Delta(d.removed, d.added | {label(A, "more")})), CorruptBundleError),
            (lambda c, d: (_with(c, author="Eve"), d), CorruptBundleError),
            (lambda c, d: (_with(c, parents=()), d), CorruptBundleError),
        ],
    )
    def test_what_does_not_add_up_is_not_received(
        self,
        store: Store,
        other: Store,
        spoil: Callable[[Commit, Delta], tuple[Commit, Delta]],
        error: type[Exception],
    ) -> None:
        made = carried(store, history(store))
        with pytest.raises(error):
            other.receive([*made[:3], spoil(*made[3])])
        with pytest.raises(NotFoundError, match="builds on it"):
            other.receive(made[1:])
        with pytest.raises(NotFoundError):
            other.receive(made[:1], {"main": made[1][0].id})
        put(other, label(A, "a"))
        other.create_tag("v1")
        with pytest.raises(AlreadyExistsError):
            other.receive(made, {}, {"v1": made[0][0].id})
        assert [c.message for c in other.past(["main"])] == ["1 changes"]
        with pytest.raises(NotFoundError):
            other.show(made[0][0].id)
        assert list(other.verify()) == []

    def test_purged_statements_leave_their_digests(self, store: Store, other: Store) -> None:
        secret = Statement(A, EXACT_SYNONYM, Literal("Jane Roe"), (Qualifier(XREF, D),))
        meta = CommitMeta("name Jane Roe", "Ann", changes=("create synonym 'Jane Roe' for A",))
        first = put(store, label(A, "a"), secret, meta=meta)
        store.create_branch("side")
        second = put(store, removed=(secret,))
        with pytest.raises(InvalidDeltaError, match="'side' still shows"):
            store.purge([secret])
        with pytest.raises(InvalidDeltaError, match="never was"):
            store.purge([label(D, "nobody")])
        put(store, removed=(secret,), branch="side")
        purged = store.purge([secret])
        assert (purged.statements, purged.commits) == (1, (first.id,))
        assert state(store, first.id) == {label(A, "a"), secret.erased}
        assert state(store) == {label(A, "a")}
        shown = store.show(first.id)
        assert (shown.id, shown.message, shown.changes) == (first.id, "(erased)", ("(erased)",))
        assert store.delta(second.id) == Delta(removed=frozenset({secret.erased}))
        assert store.delta(second.id).digest() == second.delta
        assert [e.statement for e in store.life({A})] == [label(A, "a")]
        assert store.snapshot(first.id).find(["jane roe"]) == {"jane roe": []}
        assert list(store.snapshot(first.id).mentioning({D})) == []
        assert list(store.verify()) == []
        with pytest.raises(InvalidDeltaError, match="erased"):
            put(store, secret.erased)
        with pytest.raises(InvalidDeltaError, match="erased"):
            store.revert("main", second.id, CommitMeta())
        put(store, secret)
        assert secret in state(store)
        other.receive(carried(store, [store.show(first.id)]))
        other.receive(carried(store, list(store.past(["main"], [first.id]))))
        assert state(other, second.id) == {label(A, "a")}
        assert list(other.verify()) == list(store.verify()) == []

    def test_what_is_received_fits_what_was_purged(self, store: Store, other: Store) -> None:
        """A statement erased on one side is the same statement on the other."""
        secret = label(A, "secret")
        first = put(store, secret, label(B, "b"))
        whole = carried(store, [first])
        other.receive(whole, {"main": first.id})
        second = put(store, removed=(secret,))
        kept = carried(store, [second])
        store.purge([secret])
        other.receive(carried(store, [second]), {"main": second.id})
        assert state(other) == {label(B, "b")}
        assert other.delta(second.id) == Delta(removed=frozenset({secret}))
        third = put(other, secret)
        store.receive(carried(other, [third]), {"main": third.id})
        assert state(store) == {label(B, "b"), secret}
        assert list(store.verify()) == list(other.verify()) == []
        with_digest = store.delta(first.id)
        assert secret.erased in with_digest.added
        fresh = carried(store, [store.show(first.id)])
        assert fresh[0][1] == with_digest
        put(store, removed=(secret,))
        store.purge([secret])
        store.create_branch("again", first.id)
        assert list(store.receive(kept).commits) == []

    def test_old_history_is_purged(self, store: Store) -> None:
        old = Statement(A, DEFINITION, Literal("old words"))
        gone = Statement(B, DEFINITION, Literal("gone words"))
        put(store, label(A, "a"), old, gone)
        put(store, label(B, "b"), removed=(gone,))
        cut = put(store, removed=(old,))
        store.create_branch("side", "main~2")
        put(store, label(C, "c"), branch="side")
        heads = {b.name: state(store, b.name) for b in store.branches()}
        assert store.purge(before=cut.id).statements == 0
        store.delete_branch("side")
        assert store.purge(before=cut.id).statements == 0
        assert {name: state(store, name) for name in ("main",)} == {"main": heads["main"]}
        assert list(store.verify()) == []

    def test_old_history_without_branches_is_purged(self, store: Store) -> None:
        old = Statement(A, DEFINITION, Literal("old words"))
        again = label(B, "b")
        first = put(store, label(A, "a"), old, again)
        put(store, removed=(again,))
        cut = put(store, again, removed=(old,))
        put(store, label(C, "c"))
        kept = {v: state(store, v) for v in (cut.id, "main")}
        assert store.purge(before=cut.id).statements == 1
        assert {v: state(store, v) for v in kept} == kept
        assert state(store, first.id) == {label(A, "a"), again, old.erased}
        assert list(store.verify()) == []
        assert store.purge(before="main").statements == 0

    def test_a_purge_says_what(self, store: Store) -> None:
        put(store, label(A, "a"))
        with pytest.raises(InvalidDeltaError):
            store.purge()
        with pytest.raises(InvalidDeltaError):
            store.purge([label(A, "a")], before="main")

    def test_compacting_changes_no_answer(self, store: Store) -> None:
        commits = history(store)
        put(store, label("urn:n:e", "e"), branch="side")
        store.create_branch("deeper", "side")
        put(store, removed=(label("urn:n:e", "e"),), branch="deeper")
        heads = {b.name: state(store, b.name) for b in store.branches()}
        before = {c.id: state(store, c.id) for c in commits}
        blamed = {b: set(store.blame({A, B, C, D}, b)) for b in heads}
        lives = {b: list(store.life({A, B, C, D}, b)) for b in heads}
        done = store.compact(flatten=["side", "deeper", "main"])
        assert done.flattened == ("deeper", "side")
        assert {b.name: state(store, b.name) for b in store.branches()} == heads
        assert {c: state(store, c) for c in before} == before
        assert {b: set(store.blame({A, B, C, D}, b)) for b in heads} == blamed
        assert {b: list(store.life({A, B, C, D}, b)) for b in heads} == lives
        put(store, label("urn:n:f", "f"), branch="side")
        store.merge("main", "side", CommitMeta())
        assert list(store.verify()) == []
        with pytest.raises(NotFoundError):
            store.compact(flatten=["nobody"])

    def test_erasure_leaves_no_reserved_words(self, store: Store) -> None:
        put(store, label(A, "a"))
        with pytest.raises(InvalidDeltaError, match="erased"):
            put(store, Statement(A, ERASED, Literal("00")))


def _with(commit: Commit, **changes: object) -> Commit:
    from dataclasses import replace

    return replace(commit, **changes)


def _arrays(columns: Columns) -> tuple[object, object, object, object]:
    return columns.subject, columns.predicate, columns.object, columns.qualifier
