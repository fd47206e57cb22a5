"""Documents to commits: a state that a file holds becomes the next commit of a branch."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from graph.commit import CommitMeta
from graph.model import Delta
from graph.vocabulary import SETTINGS

if TYPE_CHECKING:
    from graph.commit import Commit
    from graph.model import Statement
    from graph.snapshot import Columns, Snapshot
    from graph.store import Store
    from ingest.bulk_reading import Table
    from ingest.document import Document, Problem


@dataclass(frozen=True, slots=True)
class Release:
    """A document on its way into a history: where it is from, when, by whom, under which name."""

    document: Document | Table
    source: str
    date: datetime | None = None
    author: str = ""
    message: str | None = None
    tag: str = ""
    provenance: tuple[tuple[str, str], ...] = ()

    @property
    def meta(self) -> CommitMeta:
        """What is said of the commit that it becomes."""
        return CommitMeta(
            message=f"import {self.source}" if self.message is None else self.message,
            author=self.author,
            authored=self.date,
            provenance=(("source", self.source), *self.provenance),
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one release; no commit where it says what the branch says already."""

    source: str
    commit: Commit | None
    tag: str
    added: int
    removed: int
    problems: tuple[Problem, ...]


class Done(NamedTuple):
    """What setting a state came to; no commit where it changed nothing."""

    commit: Commit | None
    added: int
    removed: int


class Target(Protocol):
    """What imports set: a whole branch, or what one source says on it."""

    @property
    def scope(self) -> str:
        """What tells what was imported here from what was imported elsewhere on the branch."""

    @property
    def holds(self) -> AbstractSet[Statement]:
        """What it says now."""

    def held(self, commit: str) -> AbstractSet[Statement]:
        """What it said at a commit of the branch."""

    def change(self, delta: Delta, meta: CommitMeta) -> Done:
        """Change what it says. Raises StaleHeadError and its siblings."""

    def put(self, statements: AbstractSet[Statement], meta: CommitMeta) -> Done:
        """Make it say this, and nothing else. Raises StaleHeadError and its siblings."""

    def put_columns(self, columns: Columns, meta: CommitMeta) -> Done:
        """The same of :meth:`put` for what came as columns, each row once."""


class WholeBranch:
    """A branch whose state is what was imported last, and the settings of the graph.

    No file knows settings, so they stay.
    """

    def __init__(self, store: Store, branch: str) -> None:
        self._store = store
        self._branch = branch
        snapshot = store.snapshot(branch)
        self._head = snapshot.version.commit
        self._kept = frozenset(snapshot.statements(predicates=SETTINGS))
        #: The state of the branch, once somebody asked for it as a set.
        self._state: set[Statement] | None = None

    @property
    def scope(self) -> str:
        """Nothing: it is the branch."""
        return ""

    @property
    def holds(self) -> AbstractSet[Statement]:
        """The state of the branch."""
        if self._state is None:
            self._state = set(self._snapshot().statements())
        return self._state

    def _snapshot(self) -> Snapshot:
        """The state on which the next commit is made."""
        return self._store.snapshot(self._head or self._branch)

    def held(self, commit: str) -> AbstractSet[Statement]:
        """The state at a commit."""
        if commit == self._head:
            return self.holds
        return frozenset(self._store.snapshot(commit).statements())

    def change(self, delta: Delta, meta: CommitMeta) -> Done:
        """Commit a delta. Raises StaleHeadError."""
        if not delta:
            return Done(None, 0, 0)
        commit = self._store.commit(self._branch, delta, self._head, meta)
        self._head = commit.id
        if self._state is not None:
            self._state -= delta.removed
            self._state |= delta.added
        return Done(commit, len(delta.added), len(delta.removed))

    def put(self, statements: AbstractSet[Statement], meta: CommitMeta) -> Done:
        """Commit what turns the branch into this state. Raises StaleHeadError."""
        holds = self.holds
        removed = holds - statements - self._kept
        return self.change(Delta(frozenset(removed), frozenset(statements - holds)), meta)

    def put_columns(self, columns: Columns, meta: CommitMeta) -> Done:
        """Commit what turns the branch into these rows: all of them, or what differs.

        Raises StaleHeadError.
        """
        from graph.column_delta import delta_between

        before = self._snapshot().columns()
        if len(before) or not len(columns):
            delta = delta_between(before, columns)
            return self.change(Delta(delta.removed - self._kept, delta.added), meta)
        commit = self._store.load(self._branch, columns, self._head, meta)
        self._head, self._state = commit.id, None
        return Done(commit, len(columns), 0)


def settings_in(statements: Iterable[Statement]) -> frozenset[Statement]:
    """The statements that set how a graph is handled."""
    return frozenset(s for s in statements if s.predicate in SETTINGS)


@contextmanager
def without_collection() -> Iterator[None]:
    """Leave cyclic garbage for later while millions of objects are made that all stay.

    They have no cycles, and looking through them again and again takes a third of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Tagging:
    """Names commits, each name once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = {tag.name for tag in store.tags()}

    def tag(self, name: str, commit: Commit | None) -> None:
        """Name a commit, unless there is nothing to name or the name is taken."""
        if commit is not None and name and name not in self._known:
            self._store.create_tag(name, commit.id)
            self._known.add(name)


def import_releases(
    store: Store, releases: Iterable[Release], branch: str, target: Target | None = None
) -> Iterator[Imported]:
    """Commit releases one after the other, each as what it changes against the one before.

    ``target`` is the whole branch unless given. Raises StaleHeadError where somebody else commits
    meanwhile; what was committed before that stays.
    """
    from ingest.document import Document

    target = target or WholeBranch(store, branch)
    tagging = Tagging(store)
    for release in releases:
        with without_collection():
            said = release.document
            if isinstance(said, Document):
                done = target.put(said.statements, release.meta)
            else:
                done = target.put_columns(said.columns, release.meta)
        tagging.tag(release.tag, done.commit)
        yield Imported(
            release.source,
            done.commit,
            release.tag,
            done.added,
            done.removed,
            release.document.problems,
        )
