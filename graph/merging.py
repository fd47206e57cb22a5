"""Merges, reverts and cherry-picks: one three-way merge, over different bases, in any store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Generic, Protocol, TypeVar

from graph.commit import Commit, CommitMeta
from graph.conflicts import Conflict
from graph.errors import ConflictError, NotFoundError
from graph.merge import Rules, three_way
from graph.model import Delta, Node
from graph.resolution import Decision, Resolutions, Side, record_of
from graph.snapshot import Snapshot
from graph.store import Event
from graph.undo import replay
from graph.version_names import Headed

State = TypeVar("State", bound=Snapshot)
Source = TypeVar("Source", bound=Snapshot, contravariant=True)
Row = TypeVar("Row", bound=Headed, contravariant=True)


class Work(Protocol[State, Row]):
    """What a store can do, as a merge needs it; commits are their numbers.

    A commit's number is above its parents'.
    """

    def past(self, cid: int) -> set[int]:
        """A commit and all its ancestors, through merges too."""

    def commits(self, cids: Collection[int]) -> Iterable[Commit]:
        """Commits by their numbers, in no order."""

    def first_parent(self, cid: int) -> int | None:
        """What a commit's delta is against."""

    def state(self, cid: int | None) -> State:
        """The state at a commit; None is the empty graph."""

    def head(self, row: Row) -> State:
        """The state at the head of a branch."""

    def between(self, before: State, after: State) -> Delta:
        """What turns one state into another."""

    def delta(self, cid: int) -> Delta:
        """What a commit changed against its first parent."""

    def life(self, cid: int, nodes: Collection[Node]) -> Iterable[Event]:
        """What happened to nodes in the past of a commit."""


class Recorder(Protocol[Source, Row]):
    """What a store writes, as a merge needs it."""

    def check_open(self, row: Row, delta: Delta) -> None:
        """Raises ProtectedBranchError where a branch takes merges only."""

    def record(
        self,
        row: Row,
        delta: Delta,
        meta: CommitMeta,
        parents: tuple[int, ...],
        source: Source | None = None,
    ) -> Commit:
        """Write a commit at the head of a branch; statements of ``source`` keep their origin."""

    def forward(self, row: Row, cid: int) -> Commit:
        """Move a branch to a commit that has its head in the past."""


class Merging(Generic[State, Row]):
    """Brings lines of work together; every method belongs inside a transaction."""

    def __init__(self, work: Work[State, Row], recorder: Recorder[State, Row]) -> None:
        self._work = work
        self._recorder = recorder

    def base(self, ours: int, theirs: int) -> int | None:
        """The newest common ancestor of two commits, None where there is none."""
        # The highest common number is nobody's ancestor.
        return max(self._work.past(ours) & self._work.past(theirs), default=None)

    def merge(self, row: Row, theirs: int, meta: CommitMeta, resolutions: Resolutions) -> Commit:
        """Bring a commit into a branch. Raises ConflictError, NotFoundError for a choice unused."""
        base = None if row.head is None else self.base(row.head, theirs)
        if row.head is None or base in (row.head, theirs):
            _check_used(resolutions, ())
            if row.head is not None and base == theirs:
                return self._commit(row.head)
            return self._recorder.forward(row, theirs)
        start, other = self._work.state(base), self._work.state(theirs)
        head = self._work.head(row)
        mine = self._work.between(start, head)
        decide = resolutions.decider(self._newer(base, row.head, theirs))
        merged = three_way(
            start,
            mine,
            self._work.between(start, other),
            Rules.of(head).with_those_of(other),
            decide,
        )
        if merged.conflicts:
            raise ConflictError(merged.conflicts)
        _check_used(resolutions, merged.decisions)
        decided = record_of(merged.decisions)
        told = replace(meta, provenance=(*meta.provenance, *decided))
        delta = mine.inverse.then(merged.delta)
        return self._recorder.record(row, delta, told, (row.head, theirs), other)

    def _newer(self, base: int | None, ours: int, theirs: int) -> Callable[[Conflict], Side | None]:
        """Which side of a conflict was authored later, None for a draw."""

        @cache
        def fresh(cid: int) -> set[str]:
            """Commits of a side since the base; asked for only where recency decides."""
            known = set() if base is None else self._work.past(base)
            return {commit.id for commit in self._work.commits(self._work.past(cid) - known)}

        def latest(conflict: Conflict, cid: int) -> datetime | None:
            sides = {*conflict.base, *conflict.ours, *conflict.theirs}
            subjects = {conflict.subject, *(s.subject for s in sides)}
            events = [e for e in self._work.life(cid, subjects) if e.commit.id in fresh(cid)]
            exact = [e for e in events if e.statement in sides] or events
            return max((event.commit.authored for event in exact), default=None)

        def newer(conflict: Conflict) -> Side | None:
            mine, yours = latest(conflict, ours), latest(conflict, theirs)
            if mine == yours:
                return None
            if mine is None or (yours is not None and yours > mine):
                return Side.THEIRS
            return Side.OURS

        return newer

    def revert(self, row: Row, cid: int, meta: CommitMeta) -> Commit:
        """Take a commit back on a branch. Raises ConflictError.

        Reverting is merging: the base is the state after the commit, theirs takes it back.
        """
        undo = self._work.delta(cid).inverse
        after = self._work.state(cid)
        return self._replay(row, after, undo, meta, "revert")

    def cherry_pick(self, row: Row, cid: int, meta: CommitMeta) -> Commit:
        """Do on a branch what a commit did elsewhere. Raises ConflictError.

        Picking is merging: the base is the state before the commit.
        """
        before = self._work.state(self._work.first_parent(cid))
        return self._replay(row, before, self._work.delta(cid), meta, "cherry-pick")

    def _replay(
        self,
        row: Row,
        base: State,
        change: Delta,
        meta: CommitMeta,
        doing: str,
    ) -> Commit:
        head = self._work.head(row)
        mine = self._work.between(base, head)
        delta = replay(base, mine, change, Rules.of(head), doing)
        self._recorder.check_open(row, delta)
        return self._recorder.record(row, delta, meta, () if row.head is None else (row.head,))

    def _commit(self, cid: int) -> Commit:
        (commit,) = self._work.commits([cid])
        return commit


def _check_used(resolutions: Resolutions, decisions: Collection[Decision]) -> None:
    for unused in resolutions.unused(decisions):
        raise NotFoundError("conflict", unused, "the merge has no such conflict")
