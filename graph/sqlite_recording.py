"""Commits as they are written: checked against the head, stamped, logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from graph.commit import Commit, CommitMeta, as_utc
from graph.errors import InvalidDeltaError, ProtectedBranchError, StaleHeadError
from graph.model import Delta, Literal, Statement
from graph.prefixes import ontology_node
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
from graph.vocabulary import ERASED, PROTECTED

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
        for statement in delta.added:
            if statement.predicate == ERASED:
                raise InvalidDeltaError("adds what was erased", statement)
        with _unicode():
            commit = self._made(parents, delta.digest(), meta)
        self._write(row, commit, delta, parents, source)
        return commit

    def load(self, row: BranchRow, columns: Columns, meta: CommitMeta) -> Commit:
        """Write a commit that only adds, from columns. Raises InvalidDeltaError."""
        from concurrent.futures import ThreadPoolExecutor

        parents = () if row.head is None else (row.head,)
        head, at = self._states.of_branch(row), Span(row.bid, row.seq + 1)
        with _unicode(), ThreadPoolExecutor(1) as beside:
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
        missing = self._missing(head, delta.removed)
        if not missing:
            return delta
        here = self._missing(head, {statement.erased for statement in missing})
        lost = {s for s in missing if s.erased in here}
        wanted = {s.digest(): s for s in lost if s.predicate == ERASED}
        whole = (
            {wanted[d]: s for s in head.statements() if (d := s.digest()) in wanted}
            if wanted
            else {}
        )
        removed = {
            whole.get(s, s) if s in lost else s.erased if s in missing else s for s in delta.removed
        }
        return Delta(frozenset(removed), delta.added)

    def _missing(self, head: SqliteSnapshot, statements: Iterable[Statement]) -> set[Statement]:
        listed = list(statements)
        known = self._terms.numbers(listed)
        holding = head.rows_of(numbers for numbers in known if numbers is not None)
        return {
            statement
            for statement, numbers in zip(listed, known, strict=True)
            if numbers is None or numbers not in holding
        }

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
        """Raises ProtectedBranchError where a branch takes merges only.

        What it protects is a setting in its own state; a delta of nothing but that may pass.
        """
        if not self._terms.nodes([PROTECTED]):
            return
        if delta and all(s.predicate == PROTECTED for s in (*delta.removed, *delta.added)):
            return
        head = self._states.of_branch(row)
        settings: Iterable[Statement] = head.statements({ontology_node(head)}, {PROTECTED})
        for setting in settings:
            name = setting.object
            if isinstance(name, Literal) and fnmatchcase(row.name or "", name.value):
                raise ProtectedBranchError(row.name or "")


@contextmanager
def _unicode() -> Iterator[None]:
    """A text that no encoding has is a fault of the delta."""
    try:
        yield
    except UnicodeEncodeError as error:
        reason = "text that is not valid Unicode"
        raise InvalidDeltaError(reason, ascii(error.object)) from error


def origins_of(source: SqliteSnapshot, added: Iterable[Numbers]) -> dict[Numbers, int]:
    """The commits that set statements in a state where they hold."""
    return {numbers: row[2] for numbers, row in source.rows_of(added).items()}
