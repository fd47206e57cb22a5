"""Merges, reverts and cherry-picks: one three-way merge, over different bases."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from functools import cache

from graph.commit import Commit, CommitMeta
from graph.conflicts import Conflict
from graph.errors import ConflictError, NotFoundError
from graph.merge import Rules, three_way
from graph.model import Delta
from graph.resolution import Decision, Resolutions, Side, record_of
from graph.sqlite_commits import Commits
from graph.sqlite_history import History
from graph.sqlite_log import Log
from graph.sqlite_recording import Recording
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_states import States
from graph.sqlite_versions import BranchRow
from graph.undo import replay


class Merging:
    """Brings lines of work together; every method belongs inside a transaction."""

    def __init__(
        self, commits: Commits, states: States, log: Log, history: History, recording: Recording
    ) -> None:
        self._commits = commits
        self._states = states
        self._log = log
        self._history = history
        self._recording = recording

    def base(self, ours: int, theirs: int) -> int | None:
        """The newest common ancestor of two commits, None where there is none."""
        # A commit's number is above its parents', so the highest common one is nobody's ancestor.
        return max(self._commits.past(ours) & self._commits.past(theirs), default=None)

    def merge(
        self, row: BranchRow, theirs: int, meta: CommitMeta, resolutions: Resolutions
    ) -> Commit:
        """Bring a commit into a branch. Raises ConflictError, NotFoundError for a choice unused."""
        base = None if row.head is None else self.base(row.head, theirs)
        if row.head is None or base in (row.head, theirs):
            _check_used(resolutions, ())
            if row.head is not None and base == theirs:
                return self._commits.get(row.head).commit
            return self._recording.forward(row, theirs)
        start, other = self._states.of_commit(base), self._states.of_commit(theirs)
        head = self._states.of_branch(row)
        mine = self._between(start, head)
        decide = resolutions.decider(self._newer(base, row.head, theirs))
        merged = three_way(
            start,
            mine,
            self._between(start, other),
            Rules.of(head).with_those_of(other),
            decide,
        )
        if merged.conflicts:
            raise ConflictError(merged.conflicts)
        _check_used(resolutions, merged.decisions)
        decided = record_of(merged.decisions)
        told = replace(meta, provenance=(*meta.provenance, *decided))
        delta = mine.inverse.then(merged.delta)
        return self._recording.record(row, delta, told, (row.head, theirs), other)

    def _newer(self, base: int | None, ours: int, theirs: int) -> Callable[[Conflict], Side | None]:
        """Which side of a conflict was authored later, None for a draw."""

        @cache
        def fresh(cid: int) -> set[str]:
            """Commits of a side since the base; asked for only where recency decides."""
            known = set() if base is None else self._commits.past(base)
            loaded = self._commits.load(self._commits.past(cid) - known)
            return {recorded.commit.id for recorded in loaded.values()}

        def latest(conflict: Conflict, cid: int) -> datetime | None:
            sides = {*conflict.base, *conflict.ours, *conflict.theirs}
            subjects = {conflict.subject, *(s.subject for s in sides)}
            events = [e for e in self._history.life(cid, subjects) if e.commit.id in fresh(cid)]
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

    def revert(self, row: BranchRow, cid: int, meta: CommitMeta) -> Commit:
        """Take a commit back on a branch. Raises ConflictError.

        Reverting is merging: the base is the state after the commit, theirs takes it back.
        """
        undo = self.delta(cid).inverse
        after = self._states.of_commit(cid)
        return self._replay(row, after, undo, meta, "revert")

    def cherry_pick(self, row: BranchRow, cid: int, meta: CommitMeta) -> Commit:
        """Do on a branch what a commit did elsewhere. Raises ConflictError.

        Picking is merging: the base is the state before the commit.
        """
        before = self._states.of_commit(next(iter(self._commits.get(cid).parents), None))
        return self._replay(row, before, self.delta(cid), meta, "cherry-pick")

    def _replay(
        self,
        row: BranchRow,
        base: SqliteSnapshot,
        change: Delta,
        meta: CommitMeta,
        doing: str,
    ) -> Commit:
        head = self._states.of_branch(row)
        mine = self._between(base, head)
        delta = replay(base, mine, change, Rules.of(head), doing)
        self._recording.check_open(row, delta)
        return self._recording.record(row, delta, meta, () if row.head is None else (row.head,))

    def delta(self, cid: int) -> Delta:
        """What a commit changed against its first parent."""
        before, after = self._commits.around(cid)
        return self._log.delta(before, after)

    def _between(self, before: SqliteSnapshot, after: SqliteSnapshot) -> Delta:
        return self._log.delta(before.lineage, after.lineage)


def _check_used(resolutions: Resolutions, decisions: Collection[Decision]) -> None:
    for unused in resolutions.unused(decisions):
        raise NotFoundError("conflict", unused, "the merge has no such conflict")
