"""One source among several on a branch: a new dump replaces what that source said before.

What a source says is kept as a line of commits of its own, on the branch ``sources/NAME``, each
the whole dump. The commit that brings a dump into a branch names it in its provenance: ``dump``,
with the source and the id of that commit. So every branch and every old version knows what each
source says on it, statements need no qualifier for it, and two sources may say the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from graph.commit import Commit, CommitMeta
from graph.model import Delta
from kgdelta.errors import UsageError
from kgdelta.importing import Done

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from graph.model import Statement
    from graph.snapshot import Columns
    from graph.store import Store

#: In the provenance of a commit: source and commit of the dump it brings, with a space between.
DUMP: Final = "dump"
_LINES: Final = "sources/"


class OneSource:
    """What one source says on a branch; see the module.

    Of what it no longer says, a statement goes where no other source says it and where it came
    with a dump: what was imported or edited without naming a source stays.
    """

    def __init__(self, store: Store, branch: str, name: str) -> None:
        if not name or name != name.strip() or " " in name:
            raise UsageError(f"{name!r} is no name of a source: write it without spaces")
        self._store = store
        self._branch = branch
        self._name = name
        self._dumps = dumps_on(store, branch)
        self._head = store.snapshot(branch).version.commit
        known = self._dumps.get(name)
        self._holds = self._said(known) if known else frozenset()

    @property
    def scope(self) -> str:
        """The name of the source."""
        return f"source:{self._name} "

    @property
    def holds(self) -> AbstractSet[Statement]:
        """What the source says on the branch."""
        return self._holds

    def held(self, commit: str) -> AbstractSet[Statement]:
        """What the source said on the branch at a commit."""
        dump = dumps_on(self._store, commit).get(self._name)
        return self._said(dump) if dump else frozenset()

    def change(self, delta: Delta, meta: CommitMeta) -> Done:
        """Commit what the source says once a delta has changed it. Raises StaleHeadError."""
        return self.put((self._holds - delta.removed) | delta.added, meta)

    def put(self, statements: AbstractSet[Statement], meta: CommitMeta) -> Done:
        """Commit the dump on its own line, then what follows from it on the branch.

        The branch gets a commit without changes where others said all of it already: it tells
        then that this source says so too. Raises StaleHeadError.
        """
        own = Delta.between(self._holds, statements)
        if not own and self._name in self._dumps:
            return Done(None, 0, 0)
        dump = self._record(statements, meta)
        delta = self._following(own)
        told = (*meta.provenance, (DUMP, f"{self._name} {dump}"))
        marked = CommitMeta(meta.message, meta.author, meta.authored, meta.changes, told)
        commit = self._store.commit(self._branch, delta, self._head, marked)
        self._head, self._holds = commit.id, frozenset(statements)
        self._dumps[self._name] = dump
        return Done(commit, len(delta.added), len(delta.removed))

    def put_columns(self, columns: Columns, meta: CommitMeta) -> Done:
        """The same for what came as columns."""
        return self.put(frozenset(columns.statements()), meta)

    def _record(self, statements: AbstractSet[Statement], meta: CommitMeta) -> str:
        """The commit on the source's own line that holds a dump; one that is there is used."""
        line = f"{_LINES}{self._name}"
        heads = {branch.name: branch.head for branch in self._store.branches()}
        head = heads.get(line)
        if head is None:
            # A line of its own has no past here, which only a commit taken over can have.
            delta = Delta(added=frozenset(statements))
            commit = Commit.make((), delta.digest(), meta, datetime.now(UTC))
            self._store.receive([(commit, delta)], {line: commit.id})
            return commit.id
        delta = Delta.between(self._said(head), statements)
        return self._store.commit(line, delta, head, meta).id if delta else head

    def _following(self, own: Delta) -> Delta:
        """What a change of the dump changes on the branch."""
        here = self._store.snapshot(self._branch)
        touched = {s.subject for s in own.removed} | {s.subject for s in own.added}
        there = frozenset(here.statements(touched)) if touched else frozenset()
        gone = set(own.removed & there)
        for name, dump in self._dumps.items():
            if gone and name != self._name:
                others = self._store.snapshot(dump)
                gone.difference_update(others.statements({s.subject for s in gone}))
        return Delta(self._brought(gone), own.added - there)

    def _brought(self, statements: set[Statement]) -> frozenset[Statement]:
        """Those of the statements that came with a dump of any source."""
        if not statements:
            return frozenset()
        blamed = self._store.blame({s.subject for s in statements}, self._branch)
        return frozenset(
            blame.statement
            for blame in blamed
            if blame.statement in statements
            and any(key == DUMP for key, _ in blame.commit.provenance)
        )

    def _said(self, dump: str) -> frozenset[Statement]:
        return frozenset(self._store.snapshot(dump).statements())


def dumps_on(store: Store, version: str) -> dict[str, str]:
    """The last dump of each source that a version has in its past, merges included."""
    found: dict[str, str] = {}
    if store.snapshot(version).version.commit is None:
        return found
    for commit in store.past([version]):
        for key, value in commit.provenance:
            if key == DUMP:
                name, _, dump = value.partition(" ")
                found[name] = dump
    return found
