"""The embedded store: one SQLite file, many graphs, every state they ever had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from graph.commit import Commit, CommitMeta, as_utc
from graph.errors import (
    ConflictError,
    InvalidDeltaError,
    InvalidNameError,
    NotFoundError,
    StaleHeadError,
)
from graph.merge import Conflict, ConflictKind, Merged, Rules, three_way
from graph.model import Delta, Node
from graph.snapshot import Version
from graph.sqlite_commits import Commits, Recorded
from graph.sqlite_database import Database, is_storable
from graph.sqlite_history import History
from graph.sqlite_lineage import MAX_DEPTH, Lineage, Span, lineage_of
from graph.sqlite_log import Log
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_terms import Terms
from graph.sqlite_verify import Verification
from graph.sqlite_versions import BranchRow, Versions
from graph.store import MAIN, Blame, Branch, Event, LogFilter, Tag


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """:class:`graph.store.Store` on SQLite; one object belongs to one thread."""

    def __init__(
        self, database: Database, graph: str, gid: int, clock: Callable[[], datetime] = _now
    ) -> None:
        self._database = database
        self._graph = graph
        self._gid = gid
        self._clock = clock
        self._terms = Terms(database)
        self._commits = Commits(database, gid)
        self._versions = Versions(database, gid, self._commits)
        self._log = Log(database, self._terms)
        self._history = History(database, gid, self._terms, self._commits, self._log)

    @classmethod
    def open(
        cls,
        location: str,
        graph: str = "default",
        create: bool = False,
        clock: Callable[[], datetime] = _now,
    ) -> SqliteStore:
        """Open a graph in a file, or make both.

        Raises NotFoundError, CorruptStoreError (foreign, damaged or newer), UnavailableError.
        """
        database = Database.open(location, create)
        try:
            return cls(database, graph, _graph_number(database, graph, create), clock)
        except BaseException:
            database.close()
            raise

    @property
    def url(self) -> str:
        return self._database.source

    @property
    def graph(self) -> str:
        return self._graph

    def close(self) -> None:
        self._database.close()

    def resolve(self, version: str) -> str:
        return self.show(version).id

    def show(self, version: str) -> Commit:
        return self._commits.get(self._versions.commit(version)).commit

    def snapshot(self, version: str = MAIN) -> SqliteSnapshot:
        branch = self._versions.branch_or_none(version)
        if branch is not None:
            return self._at_branch(branch)
        return self._at(self._versions.commit_or_empty(version), version)

    def _at_branch(self, branch: BranchRow) -> SqliteSnapshot:
        lineage = lineage_of(self._database, branch.bid, branch.seq)
        head = None if branch.head is None else self._commits.get(branch.head).commit.id
        return self._state(lineage, Version(head, branch.name))

    def _at(self, cid: int | None, name: str = "") -> SqliteSnapshot:
        if cid is None:
            return self._state((), Version(None, name))
        place = self._commits.positions(cid)[0]
        lineage = lineage_of(self._database, place.branch, place.seq)
        return self._state(lineage, Version(self._commits.get(cid).commit.id, name))

    def _state(self, lineage: Lineage, version: Version) -> SqliteSnapshot:
        top = next((span for span in lineage if span.seq), None)
        size = 0
        if top is not None:
            sql = "SELECT size FROM position WHERE branch=? AND seq=?"
            size = self._database.value(sql, (top.branch, top.seq)) or 0
        return SqliteSnapshot(self._database, self._terms, lineage, size, version)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._database.transaction():
                yield
        except BaseException:
            self._terms.forget()
            raise

    def commit(
        self, branch: str, delta: Delta, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        with self._writing():
            row = self._versions.branch(branch)
            head = None if row.head is None else self._commits.get(row.head).commit.id
            if head != expected_head:
                raise StaleHeadError(branch, expected_head, head)
            return self._record(row, delta, meta, () if row.head is None else (row.head,))

    def _record(
        self,
        row: BranchRow,
        delta: Delta,
        meta: CommitMeta,
        parents: tuple[int, ...],
        source: SqliteSnapshot | None = None,
    ) -> Commit:
        """Write a commit at the head of a branch; statements of ``source`` keep their origin."""
        head = self._at_branch(row)
        at = Span(row.bid, row.seq + 1)
        known = self._commits.load(parents)
        ids = tuple(known[parent].commit.id for parent in parents)
        try:
            commit = Commit.make(ids, delta.digest(), meta, as_utc(self._clock()))
        except UnicodeEncodeError as error:
            raise InvalidDeltaError(
                "text that is not valid Unicode", ascii(error.object)
            ) from error
        entry = self._log.prepare(head, delta)
        same = self._commits.starting_with(commit.id)
        cid = same[0][1] if same else self._commits.add(commit, at, parents)
        origins = {} if source is None else _origins(source, entry.added)
        self._log.write(at, entry, cid, len(head), origins)
        return commit

    def _forward(self, row: BranchRow, cid: int) -> Commit:
        """Move a branch to a commit that has its head in the past, as one entry of its log."""
        head, target = self._at_branch(row), self._at(cid)
        entry = self._log.prepare(head, self._log.delta(head.lineage, target.lineage))
        at = Span(row.bid, row.seq + 1)
        self._log.write(at, entry, cid, len(head), _origins(target, entry.added))
        return self._commits.get(cid).commit

    def delta(self, version: str) -> Delta:
        return self._delta(self._commits.get(self._versions.commit(version)))

    def _delta(self, recorded: Recorded) -> Delta:
        home = recorded.home
        return self._log.delta(
            lineage_of(self._database, home.branch, home.seq - 1),
            lineage_of(self._database, home.branch, home.seq),
        )

    def diff(self, before: str, after: str) -> Delta:
        return self._log.delta(self.snapshot(before).lineage, self.snapshot(after).lineage)

    def log(self, version: str = MAIN, where: LogFilter | None = None) -> Iterator[Commit]:
        cid = self._versions.commit_or_empty(version)
        if cid is not None:
            yield from self._history.log(cid, where or LogFilter())

    def life(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Event]:
        cid = self._versions.commit_or_empty(version)
        if cid is not None:
            yield from self._history.life(cid, nodes)

    def blame(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Blame]:
        rows = self.snapshot(version).rows_about(nodes)
        commits = self._commits.load({origin for _, origin in rows})
        statements = self._terms.statements([numbers for numbers, _ in rows])
        for statement, (_, origin) in zip(statements, rows, strict=True):
            yield Blame(statement, commits[origin].commit)

    def branches(self) -> list[Branch]:
        rows = self._database.rows(
            "SELECT b.name, c.id FROM branch AS b LEFT JOIN commits AS c ON c.cid=b.head "
            "WHERE b.gid=? AND b.name IS NOT NULL ORDER BY b.name",
            (self._gid,),
        )
        return [Branch(name, head) for name, head in rows]

    def create_branch(self, name: str, version: str = MAIN) -> Branch:
        with self._writing():
            self._versions.check_new("branch", name)
            cid = self._versions.commit_or_empty(version)
            if cid is None:
                self._insert_branch(name, None, None, 0)
                return Branch(name, None)
            place = self._commits.positions(cid)[0]
            depth = 1 + self._database.value(
                "SELECT depth FROM branch WHERE bid=?", (place.branch,)
            )
            if depth <= MAX_DEPTH:
                self._insert_branch(name, cid, place, depth)
            else:
                self._insert_branch(name, None, None, 0)
                self._forward(self._versions.branch(name), cid)
            return Branch(name, self._commits.get(cid).commit.id)

    def _insert_branch(self, name: str, head: int | None, start: Span | None, depth: int) -> None:
        self._database.rows(
            "INSERT INTO branch(gid, name, seq, head, parent, fork, depth) "
            "VALUES(?, ?, 0, ?, ?, ?, ?)",
            (
                self._gid,
                name,
                head,
                start.branch if start else None,
                start.seq if start else 0,
                depth,
            ),
        )

    def delete_branch(self, name: str) -> None:
        """Forget the name of a branch; its commits stay. Raises NotFoundError, InvalidNameError."""
        with self._writing():
            row = self._versions.branch(name)
            self._versions.check_removable(name)
            self._database.rows("UPDATE branch SET name=NULL WHERE bid=?", (row.bid,))

    def tags(self) -> list[Tag]:
        rows = self._database.rows(
            "SELECT t.name, c.id FROM tag AS t JOIN commits AS c ON c.cid=t.cid "
            "WHERE t.gid=? ORDER BY t.name",
            (self._gid,),
        )
        return [Tag(name, commit) for name, commit in rows]

    def create_tag(self, name: str, version: str = MAIN) -> Tag:
        with self._writing():
            self._versions.check_new("tag", name)
            cid = self._versions.commit(version)
            self._database.rows(
                "INSERT INTO tag(gid, name, cid) VALUES(?, ?, ?)", (self._gid, name, cid)
            )
            return Tag(name, self._commits.get(cid).commit.id)

    def merge_base(self, ours: str, theirs: str) -> str | None:
        base = self._base(self._versions.commit(ours), self._versions.commit(theirs))
        return None if base is None else self._commits.get(base).commit.id

    def _base(self, ours: int, theirs: int) -> int | None:
        # A commit's number is above its parents', so the highest common one is nobody's ancestor.
        return max(self._commits.past(ours) & self._commits.past(theirs), default=None)

    def merge(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        with self._writing():
            row = self._versions.branch(branch)
            theirs = self._versions.commit(version)
            if row.head is None:
                return self._forward(row, theirs)
            base = self._base(row.head, theirs)
            if base == theirs:
                return self._commits.get(row.head).commit
            if base == row.head:
                return self._forward(row, theirs)
            return self._merge(row, base, theirs, meta, row.head)

    def _merge(
        self, row: BranchRow, base: int | None, theirs: int, meta: CommitMeta, ours: int
    ) -> Commit:
        start, head, other = self._at(base), self._at_branch(row), self._at(theirs)
        mine = self._log.delta(start.lineage, head.lineage)
        yours = self._log.delta(start.lineage, other.lineage)
        merged = three_way(start, mine, yours, Rules.of(head).with_those_of(other))
        if merged.conflicts:
            raise ConflictError(merged.conflicts)
        delta = mine.inverse.then(merged.delta)
        return self._record(row, delta, meta, (ours, theirs), other)

    def revert(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        with self._writing():
            row = self._versions.branch(branch)
            recorded = self._commits.get(self._versions.commit(version))
            undo = self._delta(recorded).inverse
            merged, mine = self._undo(row, recorded, undo)
            if merged.conflicts:
                raise ConflictError(merged.conflicts, "revert")
            delta = mine.inverse.then(merged.delta)
            if undo and not delta:
                raise ConflictError([_nothing_left(recorded.commit, undo)], "revert")
            return self._record(row, delta, meta, () if row.head is None else (row.head,))

    def _undo(self, row: BranchRow, recorded: Recorded, undo: Delta) -> tuple[Merged, Delta]:
        """Reverting is merging: the base is the state after the commit, theirs takes it back."""
        after, head = self._at(recorded.cid), self._at_branch(row)
        mine = self._log.delta(after.lineage, head.lineage)
        return three_way(after, mine, undo, Rules.of(head)), mine

    def verify(self) -> Iterator[str]:
        yield from Verification(self._database, self._gid, self._terms, self._commits).run()


def _origins(
    source: SqliteSnapshot, added: tuple[tuple[int, int, int, int], ...]
) -> dict[tuple[int, int, int, int], int]:
    return {numbers: row[2] for numbers, row in source.rows_of(added).items()}


def _nothing_left(commit: Commit, undo: Delta) -> Conflict:
    subject = min((s.subject for s in undo.removed | undo.added), default=commit.id)
    return Conflict.of(ConflictKind.NOTHING_LEFT, subject, undo.removed, undo.added, undo.added)


def _graph_number(database: Database, graph: str, create: bool) -> int:
    if not is_storable(graph):
        raise InvalidNameError("graph", graph, "it is not valid Unicode")
    sql = "SELECT gid FROM graph WHERE name=?"
    found = database.value(sql, (graph,))
    if found is None:
        if not create:
            raise NotFoundError("graph", graph, f"make it with `kgdelta init --graph {graph}`")
        with database.transaction():
            found = database.value(sql, (graph,))
            if found is None:
                database.rows("INSERT INTO graph(name) VALUES(?)", (graph,))
                found = database.value(sql, (graph,))
                database.rows("INSERT INTO branch(gid, name, seq) VALUES(?, ?, 0)", (found, MAIN))
    return int(found)
