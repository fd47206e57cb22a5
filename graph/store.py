"""The contract of a versioned store, and the one way to open one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from graph.errors import NotFoundError, UnavailableError
from graph.model import Delta, Node, Statement

if TYPE_CHECKING:
    from graph.commit import Commit, CommitMeta
    from graph.snapshot import Snapshot

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
    """A statement that holds, and the commit that really set it."""

    statement: Statement
    commit: Commit


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which commits a log shows; every field that is set must hold."""

    node: Node | None = None
    author: str | None = None
    message: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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

    def show(self, version: str) -> Commit:
        """The commit of a version."""

    def delta(self, version: str) -> Delta:
        """What a commit changed against its first parent."""

    def diff(self, before: str, after: str) -> Delta:
        """What turns the state at one version into that at another, across branches too."""

    def log(self, version: str = MAIN, where: LogFilter | None = None) -> Iterator[Commit]:
        """Commits on the first-parent line of a version, newest first."""

    def life(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Event]:
        """What happened to nodes as subjects, or where they are mentioned, oldest first."""

    def blame(self, nodes: Collection[Node], version: str = MAIN) -> Iterator[Blame]:
        """For each statement about the nodes at a version, the commit that set it."""

    def branches(self) -> list[Branch]:
        """All branches by name."""

    def create_branch(self, name: str, version: str = MAIN) -> Branch:
        """Start a branch at a version. Raises AlreadyExistsError, NotFoundError."""

    def tags(self) -> list[Tag]:
        """All tags by name."""

    def create_tag(self, name: str, version: str = MAIN) -> Tag:
        """Name a commit. Raises AlreadyExistsError, NotFoundError."""

    def merge_base(self, ours: str, theirs: str) -> str | None:
        """The newest commit that both versions have in their past."""

    def merge(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        """Bring a version into a branch: nothing to do, fast-forward, or a merge commit.

        Raises ConflictError, and then nothing has changed.
        """

    def revert(self, branch: str, version: str, meta: CommitMeta) -> Commit:
        """Record the inverse of a commit on a branch. Raises ConflictError."""

    def verify(self) -> Iterator[str]:
        """Recompute every id and state; yields one line for each thing that is damaged."""


def open_store(url: str, graph: str = "default", create: bool = False) -> Store:
    """Open a store by URL: a path such as ``kg.db``, ``sqlite:///path``, or ``:memory:``.

    With ``create`` it is made if it is not there. Raises NotFoundError, CorruptStoreError,
    UnavailableError.
    """
    scheme, separator, path = url.partition("://")
    if separator and scheme != "sqlite":
        raise UnavailableError(
            url, f"no backend for {scheme}:// URLs", "use a file or sqlite:///path"
        )
    from graph.sqlite import SqliteStore

    location = path[1:] if separator else url
    if not location:
        raise NotFoundError("store", url, "name a file")
    return SqliteStore.open(location, graph, create)
