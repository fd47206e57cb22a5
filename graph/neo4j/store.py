"""The server store: many graphs in a Neo4j database, the head of each a graph like any other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TypeVar

from graph.commit import Commit, CommitMeta
from graph.encoding import is_storable
from graph.errors import (
    CorruptBundleError,
    CorruptStoreError,
    InvalidDeltaError,
    InvalidNameError,
    NotFoundError,
    StoreError,
)
from graph.model import Delta, Node, Statement
from graph.neo4j import schema
from graph.neo4j.commits import Commits
from graph.neo4j.flattening import Flattening, size_of
from graph.neo4j.history import History
from graph.neo4j.ledger import Ledger, Versions
from graph.neo4j.loading import LARGE, PagedLoad, Pages, columns_checked, is_large
from graph.neo4j.purging import Purging
from graph.neo4j.receiving import Made, Neo4jReceiving, Parcel
from graph.neo4j.server import Address, Server
from graph.neo4j.states import Entries, State, States
from graph.neo4j.taking_over import TakingOver
from graph.neo4j.verify import Verification
from graph.neo4j.writing import Writer, Writing
from graph.resolution import Resolutions
from graph.snapshot import Columns, columns_from
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
    g.epoch = 0, g.token = '', g.shows = true
MERGE (b:Branch {graph: $graph, name: $main})"""


def _now() -> datetime:
    return datetime.now(UTC)


class Neo4jStore:
    """:class:`graph.store.Store` on Neo4j; one object belongs to one thread."""

    def __init__(self, server: Server, graph: str, clock: Callable[[], datetime] = _now) -> None:
        self._server = server
        self._graph = graph
        self._ledger = Ledger(server.shown, graph)
        self._entries = Entries()
        self._commits = Commits(server, self._ledger, graph)
        self._versions = Versions(self._ledger)
        self._states = States(server, self._ledger, graph, self._entries)
        self._history = History(server, self._ledger, graph, self._commits, self._states)
        self._writer = Writer(server, graph, self._ledger, self._entries, self._commits, clock)

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

    def _refresh(self) -> None:
        self._writer.refresh(self._server)

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
        if branch == MAIN and is_large(delta):
            return self._load(columns_from(delta.added), expected_head, meta)

        def job(writing: Writing) -> Commit:
            row = writing.recording.head(branch, expected_head)
            writing.recording.check_open(row, delta)
            return writing.recording.record(row, delta, meta, _parents(row.head))

        return self._writer.run(job)

    def load(
        self, branch: str, columns: Columns, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        if branch == MAIN and len(columns) > LARGE:
            return self._load(columns, expected_head, meta)
        with columns_checked():
            delta = Delta(added=frozenset(columns.statements()))

        def job(writing: Writing) -> Commit:
            row = writing.recording.head(branch, expected_head)
            writing.recording.check_open(row)
            return writing.recording.record(row, delta, meta, _parents(row.head))

        return self._writer.run(job)

    def finish_import(self, columns: Columns, meta: CommitMeta) -> Commit:
        """Record as the first commit what files of :mod:`graph.neo4j.offline` brought here.

        Raises StaleHeadError, UnavailableError where the database holds something else.
        """
        loading = PagedLoad(self._server, self._writer, self._ledger, self._graph)
        return loading.finish(Pages(columns), meta)

    def taking_over(self) -> TakingOver:
        """What takes the other nodes of this database over into this graph."""
        return TakingOver(self._server, self._writer, self._ledger, self._graph)

    def _load(self, columns: Columns, head: str | None, made: CommitMeta | Commit) -> Commit:
        loading = PagedLoad(self._server, self._writer, self._ledger, self._graph)
        return loading.run(Pages(columns), head, made)

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
        def ask() -> list[Event]:
            number = self._versions.commit_or_empty(version)
            return [] if number is None else list(self._history.life(number, nodes))

        yield from self._current(ask)

    def blame(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Blame]:
        def ask() -> list[Blame]:
            number = self._versions.commit_or_empty(version)
            state = self._states.of_commit(number, version)
            return list(self._history.blame(state, nodes))

        yield from self._current(ask)

    def _current(self, ask: Callable[[], T]) -> T:
        """An answer from what is known, and anew where it turns out that somebody wrote.

        That saves asking for news first: the answer comes with how many writes there were.
        """
        self._ledger.seen = -1
        if self._ledger.changed >= 0:
            with suppress(StoreError):
                found = ask()
                if self._ledger.seen == self._ledger.changed:
                    return found
        self._refresh()
        return ask()

    def branches(self) -> list[Branch]:
        self._refresh()
        return [
            Branch(name, None if head is None else self._ledger.place(head).id)
            for name, head in sorted(self._ledger.branches.items())
        ]

    def create_branch(self, name: str, version: str = MAIN) -> Branch:
        return self._writer.run(lambda writing: writing.names.create_branch(name, version))

    def delete_branch(self, name: str) -> None:
        self._writer.run(lambda writing: writing.names.delete_branch(name))

    def tags(self) -> list[Tag]:
        self._refresh()
        return [
            Tag(name, self._ledger.place(n).id) for name, n in sorted(self._ledger.tags.items())
        ]

    def create_tag(self, name: str, version: str = MAIN) -> Tag:
        return self._writer.run(lambda writing: writing.names.create_tag(name, version))

    def delete_tag(self, name: str) -> None:
        self._writer.run(lambda writing: writing.names.delete_tag(name))

    def merge_base(self, ours: str, theirs: str) -> str | None:
        self._refresh()
        one = self._ledger.past(self._versions.commit(ours))
        both = one & self._ledger.past(self._versions.commit(theirs))
        return self._ledger.place(max(both)).id if both else None

    def merge(
        self, branch: str, version: str, meta: CommitMeta, resolutions: Resolutions | None = None
    ) -> Commit:
        def job(writing: Writing) -> Commit:
            row = writing.recording.versions.branch(branch)
            theirs = writing.recording.versions.commit(version)
            return writing.merging.merge(row, theirs, meta, resolutions or Resolutions())

        return self._writer.run(job)

    def revert(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        def job(writing: Writing) -> Commit:
            row = writing.recording.versions.branch(branch)
            return writing.merging.revert(row, writing.recording.versions.commit(version), meta)

        return self._writer.run(job)

    def cherry_pick(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        def job(writing: Writing) -> Commit:
            row = writing.recording.versions.branch(branch)
            number = writing.recording.versions.commit(version)
            return writing.merging.cherry_pick(row, number, meta)

        return self._writer.run(job)

    def receive(
        self,
        commits: Iterable[tuple[Commit, Delta]],
        branches: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Received:
        parcel = Parcel(list(commits), branches or {}, tags or {})
        parts = parcel.parts()
        rest, new = parts[0], []
        if len(parts) > 1 or any(is_large(delta) for _, delta in rest):
            self._writer.run(lambda writing: self._receiving(writing, parcel).check())
            new = [commit for part in parts for commit in self._take(parcel, part)]
            rest = []

        def job(writing: Writing) -> Received:
            return self._receiving(writing, parcel).run(rest, parcel.branches, parcel.tags)

        done = self._writer.run(job)
        return Received((*new, *done.commits), done.branches, done.tags)

    def _take(self, parcel: Parcel, part: list[Made]) -> tuple[str, ...]:
        """Commits of a parcel that is too large for one transaction; gives those that are new."""
        self._refresh()
        commit, delta = part[0]
        if is_large(delta) and parcel.comes_next(commit, self._ledger):
            head = commit.parents[0] if commit.parents else None
            try:
                self._load(columns_from(delta.added), head, commit)
            except InvalidDeltaError as error:
                raise CorruptBundleError(commit.short, str(error)) from error
            parcel.moved.add(MAIN)
            return (commit.id,)

        def job(writing: Writing) -> Received:
            return self._receiving(writing, parcel).run(part, {}, {})

        return self._writer.run(job).commits

    def _receiving(self, writing: Writing, parcel: Parcel) -> Neo4jReceiving:
        return Neo4jReceiving(self._ledger, writing.recording, writing.names, parcel)

    def purge(self, statements: Collection[Statement] = (), before: str | None = None) -> Purged:
        if bool(statements) == (before is not None):
            raise InvalidDeltaError("a purge erases statements, or what is before a version", "")

        def job(writing: Writing) -> Purged:
            purging = Purging(
                writing.work, self._ledger, self._graph, writing.recording, writing.commits
            )
            if before is None:
                return purging.statements(statements)
            return purging.before(writing.recording.versions.commit(before))

        return self._writer.run(job, erases=True)

    def compact(self, flatten: Collection[str] = ()) -> Compacted:
        def job(writing: Writing) -> Compacted:
            before = size_of(writing.work, self._graph)
            flattening = Flattening(writing.work, self._ledger, self._graph, writing.recording)
            done = tuple(name for name in sorted(set(flatten)) if flattening.flatten(name))
            return Compacted(before, size_of(writing.work, self._graph), done)

        return self._writer.run(job)

    def verify(self) -> Iterator[str]:
        self._writer.forget()
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
