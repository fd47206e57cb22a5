"""Commits of another store taken over under their own ids, in any store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from graph.admission import check_sound
from graph.commit import Commit
from graph.errors import (
    AlreadyExistsError,
    CorruptBundleError,
    InvalidDeltaError,
    NotFoundError,
    StaleHeadError,
)
from graph.model import Delta
from graph.store import Branch, Received, Tag
from graph.version_names import Headed, VersionNames

Row = TypeVar("Row", bound=Headed)


class Receiving(ABC, Generic[Row]):
    """One transaction that takes commits, branches and tags over; commits are their numbers."""

    def __init__(self, versions: VersionNames[Row]) -> None:
        self._versions = versions
        #: Branches that recording the commits has moved already.
        self.moved: set[str] = set()

    @abstractmethod
    def number(self, commit: str) -> int | None:
        """The number of a commit by its whole id, None where it is not here."""

    @abstractmethod
    def commit_id(self, number: int) -> str:
        """The id of a commit."""

    @abstractmethod
    def past(self, number: int) -> set[int]:
        """A commit and all its ancestors."""

    @abstractmethod
    def record(self, commit: Commit, delta: Delta, parents: tuple[int, ...]) -> None:
        """Write a commit that no branch has yet. Raises InvalidDeltaError."""

    @abstractmethod
    def forward(self, row: Row, number: int) -> None:
        """Move a branch to a commit that has its head in the past."""

    @abstractmethod
    def start(self, name: str, empty: Row | None, number: int) -> None:
        """Give a name to a commit: that of a branch without commits, or of a new one."""

    @abstractmethod
    def tag(self, name: str, commit: str) -> Tag:
        """Make a tag."""

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
        check_sound(commit, delta)
        if self.number(commit.id) is not None:
            return False
        parents = tuple(self._known(parent) for parent in commit.parents)
        try:
            self.record(commit, delta, parents)
        except InvalidDeltaError as error:
            raise CorruptBundleError(commit.short, str(error)) from error
        return True

    def _known(self, commit: str) -> int:
        found = self.number(commit)
        if found is None:
            hint = "the bundle builds on it: get a bundle that has it"
            raise NotFoundError("commit", commit, hint)
        return found

    def _branch(self, name: str, commit: str) -> Branch | None:
        """Make a branch, or move it forward; None where there is nothing to do."""
        number = self._known(commit)
        row = self._versions.branch_or_none(name)
        if row is None:
            self._versions.check_new("branch", name)
        elif row.head == number:
            return Branch(name, commit) if name in self.moved else None
        elif row.head is not None:
            if row.head not in self.past(number):
                if number in self.past(row.head):
                    return None
                raise StaleHeadError(name, commit, self.commit_id(row.head))
            self.forward(row, number)
            return Branch(name, commit)
        self.start(name, row, number)
        return Branch(name, commit)

    def _tag(self, name: str, commit: str) -> Tag | None:
        number = self._known(commit)
        known = self._versions.tag_or_none(name)
        if known == number:
            return None
        if known is not None:
            raise AlreadyExistsError("tag", name, "it names another commit here")
        return self.tag(name, commit)
