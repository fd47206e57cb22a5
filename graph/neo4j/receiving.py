"""Commits of another store, taken over under their own ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from graph.admission import check_sound, fitted
from graph.commit import Commit
from graph.errors import StaleHeadError
from graph.model import Delta
from graph.neo4j.ledger import BranchRow, Ledger
from graph.neo4j.loading import LARGE
from graph.neo4j.names import NameWriting
from graph.neo4j.recording import Recording
from graph.receiving import Receiving
from graph.store import MAIN, Tag

#: A commit, and what it changed.
Made: TypeAlias = tuple[Commit, Delta]


@dataclass(frozen=True)
class Parcel:
    """What is taken over; ``moved`` are the branches that recording moved already."""

    commits: list[Made]
    branches: Mapping[str, str]
    tags: Mapping[str, str]
    moved: set[str] = field(default_factory=set)

    @cached_property
    def given(self) -> dict[str, Commit]:
        """The commits by their ids."""
        return {commit.id: commit for commit, _ in self.commits}

    @cached_property
    def line(self) -> set[str]:
        """Those that the main line goes through, by first parents."""
        found = set()
        one = self.given.get(self.branches.get(MAIN, ""))
        while one is not None:
            found.add(one.id)
            one = self.given.get(one.parents[0]) if one.parents else None
        return found

    def comes_next(self, commit: Commit, ledger: Ledger) -> bool:
        """Whether a commit is the next one of the main line as it stands, and new."""
        head = ledger.branches[MAIN]
        before = () if head is None else (ledger.place(head).id,)
        fits = commit.id in self.line and commit.parents[:1] == before
        return fits and ledger.number(commit.id) is None

    def parts(self) -> list[list[Made]]:
        """The commits in groups of few statements, one for each transaction; one at least."""
        found: list[list[Made]] = [[]]
        size = 0
        for commit, delta in self.commits:
            size += len(delta)
            if found[-1] and size > LARGE:
                found.append([])
                size = len(delta)
            found[-1].append((commit, delta))
        return found


class Neo4jReceiving(Receiving[BranchRow]):
    """:class:`graph.receiving.Receiving` on Neo4j.

    What comes next on the main line is written there, all else beside it.
    """

    def __init__(
        self, ledger: Ledger, recording: Recording, names: NameWriting, parcel: Parcel
    ) -> None:
        super().__init__(recording.versions)
        self._ledger = ledger
        self._recording = recording
        self._names = names
        self._parcel = parcel
        self.moved = parcel.moved

    def check(self) -> None:
        """Look at everything before anything of it is written.

        Raises CorruptBundleError, NotFoundError, StaleHeadError.
        """
        seen: set[str] = set()
        for commit, delta in self._parcel.commits:
            check_sound(commit, delta)
            for parent in commit.parents:
                if parent not in seen:
                    self._known(parent)
            seen.add(commit.id)
        for name, target in self._parcel.branches.items():
            row = self._versions.branch_or_none(name)
            if row is None or row.head is None:
                continue
            head = self._ledger.place(row.head).id
            here = self._ledger.number(target)
            behind = here is not None and here in self.past(row.head)
            if not behind and not self._leads_to(target, head):
                raise StaleHeadError(name, target, head)

    def _leads_to(self, commit: str, ancestor: str) -> bool:
        """Whether a commit, of the parcel or here, descends from one that is here."""
        waiting = [commit]
        seen: set[str] = set()
        while waiting:
            one = waiting.pop()
            if one == ancestor:
                return True
            if one not in seen:
                seen.add(one)
                waiting += self._parents(one)
        return False

    def _parents(self, commit: str) -> tuple[str, ...]:
        given = self._parcel.given.get(commit)
        if given is not None:
            return given.parents
        parents = self._ledger.place(self._known(commit)).parents
        return tuple(self._ledger.place(parent).id for parent in parents)

    def number(self, commit: str) -> int | None:
        return self._ledger.number(commit)

    def commit_id(self, number: int) -> str:
        return self._ledger.place(number).id

    def past(self, number: int) -> set[int]:
        return self._ledger.past(number)

    def record(self, commit: Commit, delta: Delta, parents: tuple[int, ...]) -> None:
        states = self._recording.states
        before = states.of_commit(parents[0] if parents else None)
        source = states.of_commit(parents[1]) if len(parents) > 1 else None
        here = fitted(delta, before.holding, before.statements)
        on_main = self._parcel.comes_next(commit, self._ledger)
        self._recording.write(commit, here, parents, source, MAIN if on_main else None)
        if on_main:
            self.moved.add(MAIN)

    def forward(self, row: BranchRow, number: int) -> None:
        self._recording.forward(row, number)

    def start(self, name: str, empty: BranchRow | None, number: int) -> None:
        if empty is None:
            self._names.start(name, number)
        else:
            self._recording.forward(empty, number)

    def tag(self, name: str, commit: str) -> Tag:
        return self._names.create_tag(name, commit)
