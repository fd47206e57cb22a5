"""The embedded store: one SQLite file, many graphs, every state they ever had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from graph.commit import Commit, CommitMeta
from graph.encoding import is_storable
from graph.errors import InvalidDeltaError, InvalidNameError, NotFoundError
from graph.merging import Merging
from graph.model import Delta, Node, Statement
from graph.resolution import Resolutions
from graph.snapshot import Columns
from graph.sqlite_blame import Blaming
from graph.sqlite_commits import Commits
from graph.sqlite_compacting import delete_unused, give_back, size_of
from graph.sqlite_database import Database
from graph.sqlite_history import History
from graph.sqlite_log import Log
from graph.sqlite_merging import SqliteWork
from graph.sqlite_names import Names
from graph.sqlite_purging import Purging
from graph.sqlite_receiving import SqliteReceiving
from graph.sqlite_recording import Recording
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_states import States
from graph.sqlite_terms import Terms
from graph.sqlite_verify import Verification
from graph.sqlite_versions import Versions
from graph.store import (
    MAIN,
    Blame,
    Branch,
    Compacted,
    Difference,
    DiffFilter,
    Event,
    LogFilter,
    Purged,
    Received,
    Tag,
)


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
        self._terms = Terms(database)
        self._commits = Commits(database, gid)
        self._versions = Versions(database, gid, self._commits)
        self._log = Log(database, self._terms)
        self._history = History(database, gid, self._terms, self._commits, self._log)
        self._states = States(database, self._terms, self._commits, self._versions)
        self._recording = Recording(
            database, self._terms, self._commits, self._versions, self._log, self._states, clock
        )
        self._names = Names(database, gid, self._commits, self._versions, self._recording)
        self._work = SqliteWork(self._commits, self._states, self._log, self._history)
        self._merging = Merging(self._work, self._recording)

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

    def graphs(self) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT name FROM graph ORDER BY name")]

    def close(self) -> None:
        self._database.close()

    def resolve(self, version: str) -> str:
        return self.show(version).id

    def show(self, version: str) -> Commit:
        return self._commits.get(self._versions.commit(version)).commit

    def snapshot(self, version: str = MAIN) -> SqliteSnapshot:
        return self._states.named(version)

    def commit(
        self, branch: str, delta: Delta, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        with self._recording.writing():
            row = self._recording.head(branch, expected_head)
            self._recording.check_open(row, delta)
            return self._recording.record(row, delta, meta, _parents(row.head))

    def load(
        self, branch: str, columns: Columns, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        with self._recording.writing():
            row = self._recording.head(branch, expected_head)
            self._recording.check_open(row)
            return self._recording.load(row, columns, meta)

    def past(self, versions: Collection[str], without: Collection[str] = ()) -> Iterator[Commit]:
        known: set[int] = set()
        for version in without:
            known |= self._commits.past(self._versions.commit(version))
        wanted: set[int] = set()
        for version in versions:
            wanted |= self._commits.past(self._versions.commit(version))
        yield from (recorded.commit for recorded in self._commits.in_order(wanted - known))

    def delta(self, version: str) -> Delta:
        return self._work.delta(self._versions.commit(version))

    def diff(self, before: str, after: str, where: DiffFilter | None = None) -> Delta:
        if where is None:
            return self._log.delta(self._states.lineage(before), self._states.lineage(after))
        found = list(self.differences(before, after, where))
        return Delta(
            frozenset(d.statement for d in found if not d.added),
            frozenset(d.statement for d in found if d.added),
        )

    def differences(
        self, before: str, after: str, where: DiffFilter | None = None
    ) -> Iterator[Difference]:
        one, other = self._states.lineage(before), self._states.lineage(after)
        yield from self._log.differences(one, other, where or DiffFilter())

    def log(self, version: str = MAIN, where: LogFilter | None = None) -> Iterator[Commit]:
        cid = self._versions.commit_or_empty(version)
        if cid is not None:
            yield from self._history.log(cid, where or LogFilter())

    def life(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Event]:
        cid = self._versions.commit_or_empty(version)
        if cid is not None:
            yield from self._history.life(cid, nodes)

    def blame(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Blame]:
        blaming = Blaming(self._terms, self._commits, self._states)
        yield from blaming.run(self.snapshot(version), nodes)

    def branches(self) -> list[Branch]:
        return self._names.branches()

    def create_branch(self, name: str, version: str = MAIN) -> Branch:
        with self._recording.writing():
            return self._names.create_branch(name, version)

    def delete_branch(self, name: str) -> None:
        with self._recording.writing():
            self._names.delete_branch(name)

    def tags(self) -> list[Tag]:
        return self._names.tags()

    def create_tag(self, name: str, version: str = MAIN) -> Tag:
        with self._recording.writing():
            return self._names.create_tag(name, version)

    def delete_tag(self, name: str) -> None:
        with self._recording.writing():
            self._names.delete_tag(name)

    def merge_base(self, ours: str, theirs: str) -> str | None:
        base = self._merging.base(self._versions.commit(ours), self._versions.commit(theirs))
        return None if base is None else self._commits.get(base).commit.id

    def merge(
        self, branch: str, version: str, meta: CommitMeta, resolutions: Resolutions | None = None
    ) -> Commit:
        with self._recording.writing():
            row, theirs = self._versions.branch(branch), self._versions.commit(version)
            return self._merging.merge(row, theirs, meta, resolutions or Resolutions())

    def revert(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        with self._recording.writing():
            row = self._versions.branch(branch)
            return self._merging.revert(row, self._versions.commit(version), meta)

    def cherry_pick(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        with self._recording.writing():
            row = self._versions.branch(branch)
            return self._merging.cherry_pick(row, self._versions.commit(version), meta)

    def receive(
        self,
        commits: Iterable[tuple[Commit, Delta]],
        branches: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Received:
        with self._recording.writing():
            receiving = SqliteReceiving(
                self._database,
                self._commits,
                self._versions,
                self._names,
                self._recording,
            )
            return receiving.run(commits, branches or {}, tags or {})

    def purge(self, statements: Collection[Statement] = (), before: str | None = None) -> Purged:
        if bool(statements) == (before is not None):
            raise InvalidDeltaError("a purge erases statements, or what is before a version", "")
        with self._database.leaving_no_trace(), self._recording.writing():
            purging = Purging(
                self._database,
                self._gid,
                self._terms,
                self._commits,
                self._versions,
                self._states,
            )
            if before is None:
                purged = purging.statements(statements)
            else:
                purged = purging.before(self._versions.commit(before))
            delete_unused(self._database)
        self._terms.forget()
        give_back(self._database)
        return purged

    def compact(self, flatten: Collection[str] = ()) -> Compacted:
        before = size_of(self._database)
        with self._recording.writing():
            done = [name for name in sorted(set(flatten)) if self._names.flatten(name)]
            delete_unused(self._database)
        self._terms.forget()
        give_back(self._database)
        return Compacted(before, size_of(self._database), tuple(done))

    def verify(self) -> Iterator[str]:
        yield from Verification(self._database, self._gid, self._terms, self._commits).run()


def _parents(head: int | None) -> tuple[int, ...]:
    return () if head is None else (head,)


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
