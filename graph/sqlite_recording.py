"""Commits as they are written: checked against the head, stamped, logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from graph.admission import check_not_erased, check_open, fitted, unicode_checked
from graph.commit import Commit, CommitMeta, as_utc
from graph.errors import InvalidDeltaError, StaleHeadError
from graph.model import Delta, Statement
from graph.snapshot import Columns, columns_from
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_lineage import Span
from graph.sqlite_loading import Loading
from graph.sqlite_log import Log
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_states import States
from graph.sqlite_terms import Numbers, Terms
from graph.sqlite_versions import BranchRow, Versions
from graph.vocabulary import PROTECTED

#: More statements than this are written as columns, in an order that the indexes like.
_MANY: Final = 20_000


class Recording:
    """Writes commits and moves branches; everything but :meth:`writing` belongs inside it."""

    def __init__(
        self,
        database: Database,
        terms: Terms,
        commits: Commits,
        versions: Versions,
        log: Log,
        states: States,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._terms = terms
        self._commits = commits
        self._versions = versions
        self._log = log
        self._states = states
        self._clock = clock

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; what it interned is forgotten where it fails."""
        try:
            with self._database.transaction():
                self._terms.refresh()
                yield
        except BaseException:
            self._terms.forget()
            raise

    def head(self, branch: str, expected: str | None) -> BranchRow:
        """A branch that must still be at a commit. Raises NotFoundError, StaleHeadError."""
        row = self._versions.branch(branch)
        actual = None if row.head is None else self._commits.get(row.head).commit.id
        if actual != expected:
            raise StaleHeadError(branch, expected, actual)
        return row

    def record(
        self,
        row: BranchRow,
        delta: Delta,
        meta: CommitMeta,
        parents: tuple[int, ...],
        source: SqliteSnapshot | None = None,
    ) -> Commit:
        """Write a commit at the head of a branch; statements of ``source`` keep their origin.

        Raises InvalidDeltaError.
        """
        check_not_erased(delta)
        with unicode_checked():
            commit = self._made(parents, delta.digest(), meta)
        self._write(row, commit, delta, parents, source)
        return commit

    def load(self, row: BranchRow, columns: Columns, meta: CommitMeta) -> Commit:
        """Write a commit that only adds, from columns. Raises InvalidDeltaError."""
        from concurrent.futures import ThreadPoolExecutor

        parents = () if row.head is None else (row.head,)
        head, at = self._states.of_branch(row), Span(row.bid, row.seq + 1)
        with unicode_checked(), ThreadPoolExecutor(1) as beside:
            loading = Loading(self._database, self._terms, columns)
            loading.check_whole()
            loading.check_new(head)
            expected = self._commits.next()
            with loading.writing(at, expected):
                digest = beside.submit(loading.digest)
            commit = self._made(parents, digest.result(), meta)
        cid = self._number(commit, at, parents)
        loading.enter(self._log, at, cid, len(head), instead=cid != expected)
        return commit

    def _made(self, parents: tuple[int, ...], delta: bytes, meta: CommitMeta) -> Commit:
        """The commit, not yet written."""
        known = self._commits.load(parents)
        ids = tuple(known[parent].commit.id for parent in parents)
        return Commit.make(ids, delta, meta, as_utc(self._clock()))

    def adopt(self, row: BranchRow, commit: Commit, delta: Delta, parents: tuple[int, ...]) -> None:
        """Write a commit that was made elsewhere, under its id. Raises InvalidDeltaError."""
        source = self._states.of_commit(parents[1]) if len(parents) > 1 else None
        try:
            self._write(row, commit, delta, parents, source)
        except InvalidDeltaError:
            fitted = self._fitted(row, delta)
            if fitted == delta:
                raise
            self._write(row, commit, fitted, parents, source)

    def _write(
        self,
        row: BranchRow,
        commit: Commit,
        delta: Delta,
        parents: tuple[int, ...],
        source: SqliteSnapshot | None = None,
    ) -> None:
        head, at = self._states.of_branch(row), Span(row.bid, row.seq + 1)
        if len(delta.added) > _MANY and not delta.removed and source is None:
            loading = Loading(self._database, self._terms, columns_from(delta.added))
            loading.check_new(head)
            cid = self._number(commit, at, parents)
            with loading.writing(at, cid):
                pass
            loading.enter(self._log, at, cid, len(head))
            return
        entry = self._log.prepare(head, delta)
        cid = self._number(commit, at, parents)
        origins = {} if source is None else origins_of(source, entry.added)
        self._log.write(at, entry, cid, len(head), origins)

    def _number(self, commit: Commit, at: Span, parents: tuple[int, ...]) -> int:
        """The row of a commit; one that a sibling made with the very same content is shared."""
        same = self._commits.starting_with(commit.id)
        return same[0][1] if same else self._commits.add(commit, at, parents)

    def _fitted(self, row: BranchRow, delta: Delta) -> Delta:
        """A delta in which what was purged here or elsewhere stands as it does at the head."""
        head = self._states.of_branch(row)
        return fitted(delta, lambda statements: self._held(head, statements), head.statements)

    def _held(self, head: SqliteSnapshot, statements: Iterable[Statement]) -> set[Statement]:
        listed = list(statements)
        known = self._terms.numbers(listed)
        holding = head.rows_of(numbers for numbers in known if numbers is not None)
        return {s for s, numbers in zip(listed, known, strict=True) if numbers in holding}

    def forward(self, row: BranchRow, cid: int) -> Commit:
        """Move a branch to a commit that has its head in the past, as one entry of its log."""
        head, target = self._states.of_branch(row), self._states.of_commit(cid)
        if not row.seq and not row.depth:
            self._log.copy(Span(row.bid, 1), target.lineage, cid)
            return self._commits.get(cid).commit
        entry = self._log.prepare(head, self._log.delta(head.lineage, target.lineage))
        at = Span(row.bid, row.seq + 1)
        self._log.write(at, entry, cid, len(head), origins_of(target, entry.added))
        return self._commits.get(cid).commit

    def check_open(self, row: BranchRow, delta: Delta | None = None) -> None:
        """Raises ProtectedBranchError where a branch takes merges only."""
        if self._terms.nodes([PROTECTED]):
            check_open(row.name or "", lambda: self._states.of_branch(row), delta)


def origins_of(source: SqliteSnapshot, added: Iterable[Numbers]) -> dict[Numbers, int]:
    """The commits that set statements in a state where they hold."""
    return {numbers: row[2] for numbers, row in source.rows_of(added).items()}
