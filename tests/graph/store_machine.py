"""A store against a list of sets: whatever is done, no earlier answer ever changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph.bundle import read_bundle, write_bundle
from graph.commit import CommitMeta
from graph.errors import ConflictError, InvalidDeltaError
from graph.memory import MemorySnapshot
from graph.merge import three_way
from graph.model import Delta, Statement
from graph.sqlite import SqliteStore
from graph.store import Store
from graph.vocabulary import ERASED
from tests.graph.clocks import Ticking
from tests.graph.strategies import NODES, few

State = frozenset[Statement]


@dataclass
class Model:
    """Every state ever, by commit, and who descends from whom."""

    states: dict[str, State] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    heads: dict[str, str | None] = field(default_factory=lambda: {"main": None})
    order: list[str] = field(default_factory=list)

    def past(self, commit: str | None) -> set[str]:
        found: set[str] = set()
        todo = [commit] if commit else []
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self.parents[one]
        return found

    def state(self, commit: str | None) -> State:
        return self.states[commit] if commit else frozenset()

    def forget(self, kept: set[str]) -> None:
        """Only these commits are left, as where a bundle was unpacked."""
        self.order = [commit for commit in self.order if commit in kept]
        self.states = {commit: self.states[commit] for commit in self.order}
        self.parents = {commit: self.parents[commit] for commit in self.order}

    def record(self, branch: str, commit: str, parents: tuple[str, ...], state: State) -> None:
        if commit not in self.states:
            self.order.append(commit)
        self.states[commit], self.parents[commit] = state, parents
        self.heads[branch] = commit


class StoreMachine(RuleBasedStateMachine):
    """Does to a store all that can be done; :meth:`new` makes an empty one."""

    def new(self) -> Store:
        """An empty store that takes its time from the clock of the machine."""
        return SqliteStore.open(":memory:", create=True, clock=self.clock)

    @initialize()
    def open(self) -> None:
        self.clock = Ticking()
        self.store = self.new()
        self.model = Model()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.full_check()
            assert list(self.store.verify()) == []
            self.store.close()

    def a_branch(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.model.heads)))

    @rule(data=st.data(), touched=st.frozensets(few, max_size=5))
    def commit(self, data: st.DataObject, touched: State) -> None:
        branch = self.a_branch(data)
        head = self.model.heads[branch]
        before = self.model.state(head)
        delta = Delta.between(before, before ^ touched)
        made = self.store.commit(branch, delta, head, CommitMeta(message=branch))
        assert made.parents == ((head,) if head else ())
        assert self.store.delta(made.id) == delta
        self.model.record(branch, made.id, made.parents, before ^ touched)

    @precondition(lambda self: len(self.model.heads) < 8)
    @rule(data=st.data())
    def branch(self, data: st.DataObject) -> None:
        name = f"b{len(self.model.heads)}"
        source = data.draw(st.sampled_from([*sorted(self.model.heads), *self.model.order]))
        made = self.store.create_branch(name, source)
        self.model.heads[name] = self.model.heads.get(source, source)
        assert made.head == self.model.heads[name]

    @precondition(lambda self: self.model.order)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        branch = self.a_branch(data)
        theirs = data.draw(st.sampled_from(self.model.order))
        ours = self.model.heads[branch]
        common = self.model.past(ours) & self.model.past(theirs)
        base = max(common, key=self.model.order.index, default=None)
        if ours is not None:
            assert self.store.merge_base(ours, theirs) == base
        try:
            made = self.store.merge(branch, theirs, CommitMeta("merge"))
        except ConflictError:
            made = None
        except InvalidDeltaError:
            # What was purged does not come back.
            assert any(is_erased(s) for s in self.model.state(theirs))
            return
        if made is None:
            assert ours is not None
            assert base not in (ours, theirs)
            return
        if base == theirs:
            assert made.id == ours
        elif base == ours:
            assert made.id == theirs
            self.model.heads[branch] = theirs
        else:
            start, mine, yours = (self.model.state(c) for c in (base, ours, theirs))
            merged = three_way(
                MemorySnapshot(start), Delta.between(start, mine), Delta.between(start, yours)
            )
            assert not merged.conflicts
            assert made.adds_up
            after = (start - merged.delta.removed) | merged.delta.added
            self.model.record(branch, made.id, (ours or "", theirs), after)
            assert made.parents == (ours, theirs)

    @precondition(lambda self: self.model.order)
    @rule(data=st.data())
    def revert(self, data: st.DataObject) -> None:
        branch = self.a_branch(data)
        commit = data.draw(st.sampled_from(self.model.order))
        head = self.model.heads[branch]
        delta = self.store.delta(commit)
        try:
            made = self.store.revert(branch, commit, CommitMeta("revert"))
        except ConflictError:
            assert head != commit or not delta
            return
        except InvalidDeltaError:
            assert any(is_erased(s) for s in delta.removed)
            return
        before = self.model.state(head)
        after = frozenset(self.store.snapshot(made.id).statements())
        if head == commit:
            parents = self.model.parents[commit]
            assert after == (self.model.state(parents[0]) if parents else frozenset())
        assert self.store.delta(made.id) == Delta.between(before, after)
        self.model.record(branch, made.id, made.parents, after)

    @precondition(lambda self: self.model.order)
    @rule(data=st.data())
    def cherry_pick(self, data: st.DataObject) -> None:
        branch = self.a_branch(data)
        commit = data.draw(st.sampled_from(self.model.order))
        head = self.model.heads[branch]
        delta = self.store.delta(commit)
        try:
            made = self.store.cherry_pick(branch, commit, CommitMeta("pick"))
        except ConflictError:
            assert head not in self.model.parents[commit][:1] or not delta
            return
        except InvalidDeltaError:
            assert any(is_erased(s) for s in delta.added)
            return
        after = frozenset(self.store.snapshot(made.id).statements())
        if head in self.model.parents[commit][:1]:
            assert after == self.model.state(commit)
        assert self.store.delta(made.id) == Delta.between(self.model.state(head), after)
        self.model.record(branch, made.id, made.parents, after)

    @precondition(lambda self: self.model.order)
    @rule(data=st.data())
    def purge(self, data: st.DataObject) -> None:
        """The one exception: a statement is its digest in every state that ever had it."""
        ever = frozenset().union(*self.model.states.values())
        held = frozenset().union(*map(self.model.state, self.model.heads.values()))
        chosen = sorted((s for s in ever - held if not is_erased(s)), key=Statement.encode)
        if not chosen:
            return
        gone = data.draw(st.sampled_from(chosen))
        assert self.store.purge([gone]).statements == 1
        self.model.states = {
            commit: state - {gone} | {gone.erased} if gone in state else state
            for commit, state in self.model.states.items()
        }

    @precondition(lambda self: self.model.order)
    @rule(data=st.data())
    def purge_before(self, data: st.DataObject) -> None:
        commit = data.draw(st.sampled_from(self.model.order))
        old = self.model.past(commit) - {commit}
        kept = frozenset().union(
            *(state for c, state in self.model.states.items() if c not in old),
            *map(self.model.state, self.model.heads.values()),
        )
        self.store.purge(before=commit)
        self.model.states = {
            c: frozenset(s if s in kept or is_erased(s) else s.erased for s in state)
            for c, state in self.model.states.items()
        }

    @rule(data=st.data())
    def compact(self, data: st.DataObject) -> None:
        self.store.compact(data.draw(st.sets(st.sampled_from(sorted(self.model.heads)))))

    @precondition(lambda self: self.model.order and all(self.model.heads.values()))
    @rule()
    def move_to_another_store(self) -> None:
        """A bundle of all branches is unpacked in a new store, which is used from now on."""
        packed = BytesIO()
        write_bundle(self.store, packed, sorted(self.model.heads))
        packed.seek(0)
        other = self.new()
        with read_bundle(packed) as bundle:
            assert bundle.info.branches == self.model.heads
            received = other.receive(bundle.commits(), bundle.info.branches)
        again = BytesIO()
        write_bundle(other, again, sorted(self.model.heads))
        assert again.getvalue() == packed.getvalue()
        heads = self.model.heads.values()
        assert set(received.commits) == {c for head in heads for c in self.model.past(head)}
        self.store.close()
        self.store = other
        self.model.forget(set(received.commits))

    @precondition(lambda self: len(self.model.order) > 1)
    @rule(data=st.data())
    def diff(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.model.order))
        other = data.draw(st.sampled_from(self.model.order))
        expected = Delta.between(self.model.states[one], self.model.states[other])
        assert self.store.diff(one, other) == expected

    @precondition(lambda self: self.model.order)
    @rule(data=st.data())
    def lives(self, data: st.DataObject) -> None:
        """Lives along the first parents of a history without merges add up to the state."""
        commit = data.draw(st.sampled_from(self.model.order))
        state = self.model.states[commit]
        past = self.model.past(commit)
        events = list(self.store.life(NODES, commit))
        assert {e.commit.id for e in events} <= past
        known = frozenset(s for s in state if not is_erased(s))
        assert {b.statement for b in self.store.blame(NODES, commit)} == known
        for blame in self.store.blame(NODES, commit):
            assert blame.commit.id in past
            parents = [self.model.states[p] for p in self.model.parents[blame.since.id]]
            assert blame.since.id in past
            assert any(s.key == blame.statement.key for s in self.model.states[blame.since.id])
            assert not any(s.key == blame.statement.key for state in parents for s in state)
            assert [q for q, _ in blame.qualifiers] == list(blame.statement.qualifiers)
            for qualifier, setter in blame.qualifiers:
                made = {s for s in self.model.states[setter.id] if s.key == blame.statement.key}
                assert any(qualifier in s.qualifiers for s in made)
                assert setter.id in past
            first = self.model.parents[blame.commit.id][:1]
            assert blame.statement in self.model.states[blame.commit.id]
            assert blame.statement not in (self.model.states[first[0]] if first else frozenset())
        if all(len(self.model.parents[one]) < 2 for one in past):
            held: set[Statement] = set()
            for event in events:
                (held.add if event.added else held.remove)(event.statement)
            assert held == known

    @invariant()
    def heads_are_right(self) -> None:
        if not hasattr(self, "store"):
            return
        for branch, head in self.model.heads.items():
            snapshot = self.store.snapshot(branch)
            assert snapshot.version.commit == head
            assert frozenset(snapshot.statements()) == self.model.state(head)
            assert sum(snapshot.counts().values()) == len(self.model.state(head))

    def full_check(self) -> None:
        """No later operation changed any earlier answer."""
        for commit, state in self.model.states.items():
            snapshot = self.store.snapshot(commit)
            assert frozenset(snapshot.statements()) == state
            assert sum(snapshot.counts().values()) == len(state)
            assert self.store.show(commit).parents == self.model.parents[commit]


def is_erased(statement: Statement) -> bool:
    return statement.predicate == ERASED
