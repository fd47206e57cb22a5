"""The server store: many graphs in a Neo4j database, the head of each a graph like any other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import uuid4

from graph.admission import unicode_checked
from graph.commit import Commit, CommitMeta
from graph.encoding import is_storable
from graph.errors import CorruptStoreError, InvalidDeltaError, InvalidNameError, NotFoundError
from graph.merging import Merging
from graph.model import Delta, Node, Statement
from graph.neo4j import schema
from graph.neo4j.commits import Commits
from graph.neo4j.flattening import Flattening, size_of
from graph.neo4j.history import History
from graph.neo4j.ledger import Asking, BranchRow, Ledger, Versions
from graph.neo4j.merging import Neo4jWork
from graph.neo4j.names import NameWriting
from graph.neo4j.purging import Purging
from graph.neo4j.receiving import Neo4jReceiving
from graph.neo4j.recording import Recording
from graph.neo4j.server import Address, Server, Work
from graph.neo4j.states import Entries, State, States
from graph.neo4j.verify import Verification
from graph.resolution import Resolutions
from graph.snapshot import Columns
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

T = TypeVar("T")

_MAKE: Final = """MERGE (g:VersionedGraph {name: $graph})
ON CREATE SET g.layout = $layout, g.changed = 0, g.commits = 0, g.seq = 0, g.rows = 0,
    g.epoch = 0, g.token = ''
MERGE (b:Branch {graph: $graph, name: $main})"""
#: Writers wait here for one another; a cluster needs it too, since it is the node that is locked.
LOCK: Final = "MATCH (g:VersionedGraph {name: $graph}) SET g.token = $token"
_COUNT: Final = """MATCH (g:VersionedGraph {name: $graph})
SET g.changed = g.changed + 1, g.commits = $commits, g.seq = $seq, g.rows = $rows,
    g.epoch = g.epoch + $epoch"""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one transaction writes with."""

    work: Work
    recording: Recording
    names: NameWriting
    merging: Merging[State, BranchRow]
    commits: Commits


class Neo4jStore:
    """:class:`graph.store.Store` on Neo4j; one object belongs to one thread."""

    def __init__(self, server: Server, graph: str, clock: Callable[[], datetime] = _now) -> None:
        self._server = server
        self._graph = graph
        self._clock = clock
        self._ledger = Ledger(server.shown, graph)
        self._entries = Entries()
        self._commits = Commits(server, self._ledger, graph)
        self._versions = Versions(self._ledger)
        self._states = States(server, self._ledger, graph, self._entries)
        self._history = History(server, self._ledger, graph, self._commits, self._states)

    @classmethod
    def open(
        cls,
        address: Address,
        graph: str = "default",
        create: bool = False,
        clock: Callable[[], datetime] = _now,
    ) -> Neo4jStore:
        """Open a graph in a database, or make it there.

        Raises NotFoundError, CorruptStoreError (written by newer code), UnavailableError.
        """
        if not is_storable(graph):
            raise InvalidNameError("graph", graph, "it is not valid Unicode")
        server = Server.connect(address)
        try:
            query = "MATCH (g:VersionedGraph {name: $graph}) RETURN g.layout"
            layout = server.rows(query, graph=graph)
            if not layout:
                if not create:
                    hint = f"make it with `kgdelta init --graph {graph}`"
                    raise NotFoundError("graph", graph, hint)
                schema.declare(server)
                made = {"graph": graph, "layout": schema.LAYOUT, "main": MAIN}
                server.write(lambda work: work.rows(_MAKE, **made))
            else:
                schema.check(server, layout[0][0])
            return cls(server, graph, clock)
        except BaseException:
            server.close()
            raise

    @property
    def url(self) -> str:
        return self._server.shown

    @property
    def graph(self) -> str:
        return self._graph

    def graphs(self) -> list[str]:
        query = "MATCH (g:VersionedGraph) RETURN g.name ORDER BY g.name"
        return [row[0] for row in self._server.rows(query)]

    def close(self) -> None:
        self._server.close()

    def _refresh(self, asking: Asking | None = None) -> None:
        """See what others wrote; what somebody erased is known no longer."""
        epoch = self._ledger.epoch
        if not self._ledger.refresh(asking or self._server):
            raise NotFoundError("graph", self._graph, "somebody deleted it")
        if self._ledger.epoch != epoch:
            self._entries.forget()
            self._commits.forget()

    def _forget(self) -> None:
        """Know nothing: what a transaction would have written is not there if it failed."""
        self._ledger.forget()
        self._entries.forget()
        self._commits.forget()

    def _writing(self, job: Callable[[_Writing], T], erases: bool = False) -> T:
        """One transaction that others wait for; what it knew is forgotten where it fails."""
        made: list[str] = []
        results: list[T] = []
        tried = False

        def attempt(work: Work) -> T:
            nonlocal tried
            if tried:
                self._forget()
            tried = True
            made.clear()
            results.clear()
            work.rows(LOCK, graph=self._graph, token=uuid4().hex)
            self._refresh(work)
            writing = self._parts(work)
            result = job(writing)
            work.rows(
                _COUNT,
                graph=self._graph,
                commits=self._ledger.commits,
                seq=self._ledger.seq,
                rows=self._ledger.rows,
                epoch=int(erases),
            )
            made.extend(writing.recording.made)
            results.append(result)
            return result

        def done() -> T | None:
            """The result, where the commits that were written are there."""
            if not made:
                return None
            query = "MATCH (c:Commit {graph: $graph, id: $id}) RETURN c.number"
            found = self._server.rows(query, graph=self._graph, id=made[-1])
            return results[0] if found else None

        try:
            result = self._server.write(attempt, done)
        except BaseException:
            self._forget()
            raise
        if erases:
            self._forget()
        else:
            self._ledger.changed += 1
        return result

    def _parts(self, work: Work) -> _Writing:
        commits = self._commits.through(work)
        recording = Recording(work, self._ledger, self._graph, self._entries, commits, self._clock)
        history = History(work, self._ledger, self._graph, commits, recording.states)
        names = NameWriting(work, self._ledger, self._graph, recording)
        reads = Neo4jWork(self._ledger, commits, history, recording.states)
        merging = Merging(reads, recording)
        return _Writing(work, recording, names, merging, commits)

    def resolve(self, version: str) -> str:
        self._refresh()
        return self._ledger.place(self._versions.commit(version)).id

    def show(self, version: str) -> Commit:
        self._refresh()
        return self._commits.one(self._versions.commit(version))

    def snapshot(self, version: str = MAIN) -> State:
        self._refresh()
        return self._states.of_commit(self._versions.commit_or_empty(version), version)

    def commit(
        self, branch: str, delta: Delta, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        def job(writing: _Writing) -> Commit:
            row = writing.recording.head(branch, expected_head)
            writing.recording.check_open(row, delta)
            return writing.recording.record(row, delta, meta, _parents(row.head))

        return self._writing(job)

    def load(
        self, branch: str, columns: Columns, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        try:
            with unicode_checked():
                delta = Delta(added=frozenset(columns.statements()))
        except ValueError as error:
            raise InvalidDeltaError(f"a row that is no statement: {error}", "no node") from error

        def job(writing: _Writing) -> Commit:
            row = writing.recording.head(branch, expected_head)
            writing.recording.check_open(row)
            return writing.recording.record(row, delta, meta, _parents(row.head))

        return self._writing(job)

    def past(self, versions: Collection[str], without: Collection[str] = ()) -> Iterator[Commit]:
        self._refresh()
        known: set[int] = set()
        for version in without:
            known |= self._ledger.past(self._versions.commit(version))
        wanted: set[int] = set()
        for version in versions:
            wanted |= self._ledger.past(self._versions.commit(version))
        yield from self._commits.in_order(wanted - known)

    def delta(self, version: str) -> Delta:
        self._refresh()
        return self._states.entry(self._versions.commit(version)).delta

    def diff(self, before: str, after: str, where: DiffFilter | None = None) -> Delta:
        self._refresh()
        one = self._versions.commit_or_empty(before)
        other = self._versions.commit_or_empty(after)
        delta = self._states.between(one, other)
        if where is None:
            return delta
        return Delta(
            frozenset(s for s in delta.removed if where.passes(s)),
            frozenset(s for s in delta.added if where.passes(s)),
        )

    def differences(
        self, before: str, after: str, where: DiffFilter | None = None
    ) -> Iterator[Difference]:
        delta = self.diff(before, after, where)
        for added, statements in ((False, delta.removed), (True, delta.added)):
            for statement in sorted(statements, key=Statement.encode):
                yield Difference(added, statement)

    def log(self, version: str = MAIN, where: LogFilter | None = None) -> Iterator[Commit]:
        self._refresh()
        number = self._versions.commit_or_empty(version)
        if number is not None:
            yield from self._history.log(number, where or LogFilter())

    def life(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Event]:
        self._refresh()
        number = self._versions.commit_or_empty(version)
        if number is not None:
            yield from self._history.life(number, nodes)

    def blame(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Blame]:
        yield from self._history.blame(self.snapshot(version), nodes)

    def branches(self) -> list[Branch]:
        self._refresh()
        return [
            Branch(name, None if head is None else self._ledger.place(head).id)
            for name, head in sorted(self._ledger.branches.items())
        ]

    def create_branch(self, name: str, version: str = MAIN) -> Branch:
        return self._writing(lambda writing: writing.names.create_branch(name, version))

    def delete_branch(self, name: str) -> None:
        self._writing(lambda writing: writing.names.delete_branch(name))

    def tags(self) -> list[Tag]:
        self._refresh()
        return [
            Tag(name, self._ledger.place(n).id) for name, n in sorted(self._ledger.tags.items())
        ]

    def create_tag(self, name: str, version: str = MAIN) -> Tag:
        return self._writing(lambda writing: writing.names.create_tag(name, version))

    def delete_tag(self, name: str) -> None:
        self._writing(lambda writing: writing.names.delete_tag(name))

    def merge_base(self, ours: str, theirs: str) -> str | None:
        self._refresh()
        one = self._ledger.past(self._versions.commit(ours))
        both = one & self._ledger.past(self._versions.commit(theirs))
        return self._ledger.place(max(both)).id if both else None

    def merge(
        self, branch: str, version: str, meta: CommitMeta, resolutions: Resolutions | None = None
    ) -> Commit:
        def job(writing: _Writing) -> Commit:
            row = writing.recording.versions.branch(branch)
            theirs = writing.recording.versions.commit(version)
            return writing.merging.merge(row, theirs, meta, resolutions or Resolutions())

        return self._writing(job)

    def revert(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        def job(writing: _Writing) -> Commit:
            row = writing.recording.versions.branch(branch)
            return writing.merging.revert(row, writing.recording.versions.commit(version), meta)

        return self._writing(job)

    def cherry_pick(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        def job(writing: _Writing) -> Commit:
            row = writing.recording.versions.branch(branch)
            number = writing.recording.versions.commit(version)
            return writing.merging.cherry_pick(row, number, meta)

        return self._writing(job)

    def receive(
        self,
        commits: Iterable[tuple[Commit, Delta]],
        branches: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Received:
        given = list(commits)

        def job(writing: _Writing) -> Received:
            receiving = Neo4jReceiving(self._ledger, writing.recording, writing.names)
            return receiving.run(given, branches or {}, tags or {})

        return self._writing(job)

    def purge(self, statements: Collection[Statement] = (), before: str | None = None) -> Purged:
        if bool(statements) == (before is not None):
            raise InvalidDeltaError("a purge erases statements, or what is before a version", "")

        def job(writing: _Writing) -> Purged:
            purging = Purging(
                writing.work, self._ledger, self._graph, writing.recording, writing.commits
            )
            if before is None:
                return purging.statements(statements)
            return purging.before(writing.recording.versions.commit(before))

        return self._writing(job, erases=True)

    def compact(self, flatten: Collection[str] = ()) -> Compacted:
        def job(writing: _Writing) -> Compacted:
            before = size_of(writing.work, self._graph)
            flattening = Flattening(writing.work, self._ledger, self._graph, writing.recording)
            done = tuple(name for name in sorted(set(flatten)) if flattening.flatten(name))
            return Compacted(before, size_of(writing.work, self._graph), done)

        return self._writing(job)

    def verify(self) -> Iterator[str]:
        self._forget()
        try:
            self._refresh()
        except CorruptStoreError as error:
            yield str(error)
            return
        verification = Verification(
            self._server, self._ledger, self._graph, self._commits, self._states
        )
        yield from verification.run()


def _parents(head: int | None) -> tuple[int, ...]:
    return () if head is None else (head,)
