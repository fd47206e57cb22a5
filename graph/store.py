"""The contract of a versioned store, and the one way to open one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from graph.errors import NotFoundError, UnavailableError
from graph.model import Delta, Node, Qualifier, Statement

if TYPE_CHECKING:
    from graph.commit import Commit, CommitMeta
    from graph.resolution import Resolutions
    from graph.snapshot import Columns, Snapshot

#: The branch that a new graph starts with.
MAIN = "main"


@dataclass(frozen=True, slots=True)
class Branch:
    """A named line of commits; ``head`` is None before the first."""

    name: str
    head: str | None


@dataclass(frozen=True, slots=True)
class Tag:
    """A name for one commit that does not move."""

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class Event:
    """A statement set or withdrawn by a commit: one line in the life of a node."""

    commit: Commit
    added: bool
    statement: Statement


@dataclass(frozen=True, slots=True)
class Blame:
    """A statement that holds, and the commits that really made it what it is.

    ``commit`` set it as it stands, ``since`` first set its key (subject, predicate, object),
    and each of its qualifiers has the commit that put it there.
    """

    statement: Statement
    commit: Commit
    since: Commit
    qualifiers: tuple[tuple[Qualifier, Commit], ...] = ()


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which commits a log shows; every field that is set must hold."""

    node: Node | None = None
    author: str | None = None
    message: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    predicate: Node | None = None

    def passes(self, commit: Commit) -> bool:
        """Whether author and message contain the texts, letter case aside, and the dates fit.

        Which nodes and predicates a commit touched is for the store to tell.
        """
        from graph.commit import as_utc

        return (
            (self.author is None or self.author.casefold() in commit.author.casefold())
            and (self.message is None or self.message.casefold() in commit.message.casefold())
            and (self.since is None or commit.authored >= as_utc(self.since))
            and (self.until is None or commit.authored <= as_utc(self.until))
        )


@dataclass(frozen=True, slots=True)
class DiffFilter:
    """Which statements a difference shows: by subject, by the start of the subject's IRI."""

    nodes: frozenset[Node] | None = None
    namespace: str = ""

    def passes(self, statement: Statement) -> bool:
        """Whether a statement's subject is one of those."""
        named = self.nodes is None or statement.subject in self.nodes
        return named and statement.subject.startswith(self.namespace)


class Difference(NamedTuple):
    """One statement that only one of two states has; ``added`` says the later one."""

    added: bool
    statement: Statement


@dataclass(frozen=True, slots=True)
class Received:
    """What a store took over from another: commits that were new, names made or moved."""

    commits: tuple[str, ...]
    branches: tuple[Branch, ...]
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge erased: distinct statements, and commits whose words went with them."""

    statements: int
    commits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compacted:
    """The size of a store before and after, in bytes, and branches that got rows of their own."""

    before: int
    after: int
    flattened: tuple[str, ...]


class Store(Protocol):
    """One versioned graph: commits on branches, and every state they ever made.

    A version is a commit id (or an unambiguous start of one, eight digits or more), a branch,
    a tag, ``branch~n``, or a date (ISO 8601; optionally ``branch@date``): the last commit on the
    first-parent line authored by then. A store refuses a delta that removes what is absent or
    adds what is present.
    """

    @property
    def url(self) -> str:
        """Where this store is."""

    @property
    def graph(self) -> str:
        """The name of the graph in the store."""

    def graphs(self) -> list[str]:
        """The names of all graphs in the store."""

    def close(self) -> None:
        """Release the store; it cannot be used afterwards."""

    def resolve(self, version: str) -> str:
        """The commit id of a version. Raises NotFoundError."""

    def snapshot(self, version: str = MAIN) -> Snapshot:
        """The state at a version; a branch without commits is the empty graph."""

    def commit(
        self, branch: str, delta: Delta, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        """Record a delta on a branch that must still be at ``expected_head``.

        Raises StaleHeadError, InvalidDeltaError, NotFoundError.
        """

    def load(
        self, branch: str, columns: Columns, expected_head: str | None, meta: CommitMeta
    ) -> Commit:
        """Record many new statements at once: a commit that only adds, handed over as columns.

        Raises what :meth:`commit` raises; a row that is there already is an InvalidDeltaError.
        """

    def show(self, version: str) -> Commit:
        """The commit of a version."""

    def past(self, versions: Collection[str], without: Collection[str] = ()) -> Iterator[Commit]:
        """Commits that versions descend from, through merges too, themselves included.

        Parents come before their children; what ``without`` descends from is left out.
        """

    def delta(self, version: str) -> Delta:
        """What a commit changed against its first parent."""

    def diff(self, before: str, after: str, where: DiffFilter | None = None) -> Delta:
        """What turns the state at one version into that at another, across branches too."""

    def differences(
        self, before: str, after: str, where: DiffFilter | None = None
    ) -> Iterator[Difference]:
        """The statements of :meth:`diff` one by one, removed ones first."""

    def log(self, version: str = MAIN, where: LogFilter | None = None) -> Iterator[Commit]:
        """Commits on the first-parent line of a version, newest first."""

    def life(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Event]:
        """What happened to nodes as subjects, or where they are mentioned, oldest first."""

    def blame(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Blame]:
        """For each statement about the nodes at a version, the commits that set it."""

    def branches(self) -> list[Branch]:
        """All branches by name."""

    def create_branch(self, name: str, version: str = MAIN) -> Branch:
        """Start a branch at a version. Raises AlreadyExistsError, NotFoundError."""

    def delete_branch(self, name: str) -> None:
        """Forget the name of a branch; its commits stay. Raises NotFoundError and siblings."""

    def tags(self) -> list[Tag]:
        """All tags by name."""

    def create_tag(self, name: str, version: str = MAIN) -> Tag:
        """Name a commit. Raises AlreadyExistsError, NotFoundError."""

    def delete_tag(self, name: str) -> None:
        """Forget a tag. Raises NotFoundError."""

    def merge_base(self, ours: str, theirs: str) -> str | None:
        """The newest commit that both versions have in their past."""

    def merge(
        self, branch: str, version: str, meta: CommitMeta, resolutions: Resolutions | None = None
    ) -> Commit:
        """Bring a version into a branch: nothing to do, fast-forward, or a merge commit.

        What ``resolutions`` decided is kept in the provenance of the commit. Raises ConflictError
        for what is left open, and then nothing has changed.
        """

    def revert(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        """Record the inverse of a commit on a branch. Raises ConflictError."""

    def cherry_pick(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        """Record on a branch what a commit elsewhere changed. Raises ConflictError."""

    def receive(
        self,
        commits: Iterable[tuple[Commit, Delta]],
        branches: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Received:
        """Take over commits that another store made, under their ids, all or nothing.

        Parents come first; ids and hashes are recomputed. A branch is made, or moved where its
        head is in the past of its new commit. Raises CorruptBundleError, NotFoundError for an
        unknown parent, StaleHeadError for a branch that went another way.
        """

    def purge(self, statements: Collection[Statement] = (), before: str | None = None) -> Purged:
        """Erase statements for good, or all that only the past of ``before`` shows.

        Of that past, what a branch or a tag names keeps its statements.
        A digest stays in each place: states and differences show it, ``verify`` accepts it.
        Raises InvalidDeltaError where a branch still shows one of the statements.
        """

    def compact(self, flatten: Collection[str] = ()) -> Compacted:
        """Give back unused space; branches named get rows of their own. No answer changes."""

    def verify(self) -> Iterator[str]:
        """Recompute every id and state; yields one line for each thing that is damaged."""


def open_store(
    url: str,
    graph: str = "default",
    create: bool = False,
    user: str | None = None,
    password: str | None = None,
) -> Store:
    """Open a store by URL: a path such as ``kg.db``, ``sqlite:///path``, or ``:memory:``.

    Or ``neo4j://HOST[:PORT][/DATABASE]`` (``bolt://`` too; ``+s`` for TLS) on a server, as a user
    with a password. With ``create`` it is made if it is not there. Raises NotFoundError,
    CorruptStoreError, UnavailableError.
    """
    scheme, separator, path = url.partition("://")
    if separator and scheme.partition("+")[0] in ("neo4j", "bolt"):
        from graph.neo4j.server import Address
        from graph.neo4j.store import Neo4jStore

        return Neo4jStore.open(Address.parse(url, user, password), graph, create)
    if separator and scheme != "sqlite":
        from graph.neo4j.server import without_secrets

        raise UnavailableError(
            without_secrets(url),
            f"no backend for {scheme}:// URLs",
            "use a file, sqlite:///path or neo4j://HOST",
        )
    from graph.sqlite import SqliteStore

    location = path[1:] if separator else url
    if not location:
        raise NotFoundError("store", url, "name a file")
    return SqliteStore.open(location, graph, create)
