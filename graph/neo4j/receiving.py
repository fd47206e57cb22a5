"""Commits of another store taken over under their own ids, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.commit import Commit
from graph.errors import (
    AlreadyExistsError,
    CorruptBundleError,
    InvalidDeltaError,
    NotFoundError,
    StaleHeadError,
)
from graph.model import Delta, Statement
from graph.neo4j.ledger import Ledger
from graph.neo4j.names import NameWriting
from graph.neo4j.recording import Recording
from graph.store import Branch, Received, Tag
from graph.vocabulary import ERASED


class Receiving:
    """Takes commits, branches and tags over, all or nothing."""

    def __init__(self, ledger: Ledger, recording: Recording, names: NameWriting) -> None:
        self._ledger = ledger
        self._recording = recording
        self._names = names

    def run(
        self,
        commits: Iterable[tuple[Commit, Delta]],
        branches: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> Received:
        """Raises CorruptBundleError, NotFoundError, StaleHeadError and siblings."""
        new = tuple(commit.id for commit, delta in commits if self._take(commit, delta))
        moved = [self._branch(name, commit) for name, commit in sorted(branches.items())]
        made = [self._tag(name, commit) for name, commit in sorted(tags.items())]
        return Received(
            new,
            tuple(branch for branch in moved if branch is not None),
            tuple(tag for tag in made if tag is not None),
        )

    def _take(self, commit: Commit, delta: Delta) -> bool:
        """Record one commit beside the main line; False where the store has it."""
        if not commit.adds_up:
            raise CorruptBundleError(commit.short, "its record does not match its id")
        if delta.digest() != commit.delta:
            raise CorruptBundleError(commit.short, "its statements do not match its hash")
        if self._ledger.number(commit.id) is not None:
            return False
        parents = tuple(self._known(parent) for parent in commit.parents)
        source = self._recording.states.of_commit(parents[1]) if len(parents) > 1 else None
        fitted = self._fitted(parents, delta)
        try:
            self._recording.write(commit, fitted, parents, source, on_main=False)
        except InvalidDeltaError as error:
            raise CorruptBundleError(commit.short, str(error)) from error
        return True

    def _fitted(self, parents: tuple[int, ...], delta: Delta) -> Delta:
        """A delta in which what was purged here or elsewhere stands as it does here."""
        before = self._recording.states.of_commit(parents[0] if parents else None)
        missing = delta.removed - before.holding(delta.removed)
        if not missing:
            return delta
        here = before.holding({statement.erased for statement in missing})
        lost = {s for s in missing if s.erased in here}
        wanted = {s.digest(): s for s in lost if s.predicate == ERASED}
        wanted |= {s.digest(): s for s in missing - lost if s.predicate == ERASED}
        whole: dict[Statement, Statement] = {}
        if wanted:
            for s in before.statements():
                digest = s.digest()
                if digest in wanted and s != wanted[digest]:
                    whole[wanted[digest]] = s
        removed = {whole.get(s, s.erased if s in lost else s) for s in delta.removed}
        return Delta(frozenset(removed), delta.added)

    def _known(self, commit: str) -> int:
        found = self._ledger.number(commit)
        if found is None:
            hint = "the bundle builds on it: get a bundle that has it"
            raise NotFoundError("commit", commit, hint)
        return found

    def _branch(self, name: str, commit: str) -> Branch | None:
        """Make a branch, or move it forward; None where there is nothing to do."""
        number = self._known(commit)
        row = self._recording.versions.branch_or_none(name)
        if row is None:
            self._recording.versions.check_new("branch", name)
            self._names.start(name, number)
            return Branch(name, commit)
        if row.head == number:
            return None
        if row.head is not None and row.head not in self._ledger.past(number):
            if number in self._ledger.past(row.head):
                return None
            raise StaleHeadError(name, commit, self._ledger.place(row.head).id)
        self._recording.forward(row, number)
        return Branch(name, commit)

    def _tag(self, name: str, commit: str) -> Tag | None:
        number = self._known(commit)
        known = self._ledger.tags.get(name)
        if known == number:
            return None
        if known is not None:
            raise AlreadyExistsError("tag", name, "it names another commit here")
        return self._names.create_tag(name, commit)
