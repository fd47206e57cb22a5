"""Commits of another store taken over under their own ids."""

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
from graph.model import Delta
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_names import Names
from graph.sqlite_recording import Recording
from graph.sqlite_versions import BranchRow, Versions
from graph.store import Branch, Received, Tag


class Receiving:
    """One transaction that takes commits, branches and tags over."""

    def __init__(
        self,
        database: Database,
        commits: Commits,
        versions: Versions,
        names: Names,
        recording: Recording,
    ) -> None:
        self._database = database
        self._commits = commits
        self._versions = versions
        self._names = names
        self._recording = recording
        #: Lines begun here that may still grow, by the number of their last commit.
        self._tips: dict[int, int] = {}

    def run(
        self,
        commits: Iterable[tuple[Commit, Delta]],
        branches: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> Received:
        """All or nothing. Raises CorruptBundleError, NotFoundError, StaleHeadError and siblings."""
        new = tuple(commit.id for commit, delta in commits if self._take(commit, delta))
        moved = [self._branch(name, commit) for name, commit in sorted(branches.items())]
        made = [self._tag(name, commit) for name, commit in sorted(tags.items())]
        return Received(
            new,
            tuple(branch for branch in moved if branch is not None),
            tuple(tag for tag in made if tag is not None),
        )

    def _take(self, commit: Commit, delta: Delta) -> bool:
        """Record one commit; False where the store has it."""
        if not commit.adds_up:
            raise CorruptBundleError(commit.short, "its record does not match its id")
        if delta.digest() != commit.delta:
            raise CorruptBundleError(commit.short, "its statements do not match its hash")
        if self._number(commit.id) is not None:
            return False
        parents = tuple(self._known(parent) for parent in commit.parents)
        row = self._line(parents[0] if parents else None)
        try:
            self._recording.adopt(row, commit, delta, parents)
        except InvalidDeltaError as error:
            raise CorruptBundleError(commit.short, str(error)) from error
        row = self._versions.by_number(row.bid)
        if row.head is not None:
            self._tips[row.head] = row.bid
        return True

    def _line(self, parent: int | None) -> BranchRow:
        bid = None if parent is None else self._tips.pop(parent, None)
        return self._names.start(None, parent) if bid is None else self._versions.by_number(bid)

    def _number(self, commit: str) -> int | None:
        found = self._commits.starting_with(commit)
        return found[0][1] if found else None

    def _known(self, commit: str) -> int:
        found = self._number(commit)
        if found is None:
            hint = "the bundle builds on it: get a bundle that has it"
            raise NotFoundError("commit", commit, hint)
        return found

    def _branch(self, name: str, commit: str) -> Branch | None:
        """Make a branch, or move it forward; None where there is nothing to do."""
        cid = self._known(commit)
        row = self._versions.branch_or_none(name)
        if row is None:
            self._versions.check_new("branch", name)
        elif row.head == cid:
            return None
        elif row.head is not None:
            past = self._commits.past(cid)
            if row.head not in past:
                if cid in self._commits.past(row.head):
                    return None
                raise StaleHeadError(name, commit, self._commits.get(row.head).commit.id)
            self._recording.forward(row, cid)
            return Branch(name, commit)
        self._name(name, row, cid)
        return Branch(name, commit)

    def _name(self, name: str, empty: BranchRow | None, cid: int) -> None:
        """Give a name to the line that ends in a commit, or to a new one there."""
        bid = self._tips.pop(cid, None)
        if empty is not None:
            self._database.rows("UPDATE branch SET name=NULL WHERE bid=?", (empty.bid,))
        if bid is None:
            self._names.start(name, cid)
        else:
            self._database.rows("UPDATE branch SET name=? WHERE bid=?", (name, bid))

    def _tag(self, name: str, commit: str) -> Tag | None:
        cid = self._known(commit)
        known = self._versions.tag_or_none(name)
        if known == cid:
            return None
        if known is not None:
            raise AlreadyExistsError("tag", name, "it names another commit here")
        return self._names.create_tag(name, commit)
