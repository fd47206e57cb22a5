"""Commits of another store, written as lines of the embedded one."""

from __future__ import annotations

from graph.commit import Commit
from graph.model import Delta
from graph.receiving import Receiving
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_names import Names
from graph.sqlite_recording import Recording
from graph.sqlite_versions import BranchRow, Versions
from graph.store import Tag


class SqliteReceiving(Receiving[BranchRow]):
    """:class:`graph.receiving.Receiving` on SQLite: commits extend the line they belong to."""

    def __init__(
        self,
        database: Database,
        commits: Commits,
        versions: Versions,
        names: Names,
        recording: Recording,
    ) -> None:
        super().__init__(versions)
        self._database = database
        self._commits = commits
        self._lines = versions
        self._names = names
        self._recording = recording
        #: Lines begun here that may still grow, by the number of their last commit.
        self._tips: dict[int, int] = {}

    def number(self, commit: str) -> int | None:
        found = self._commits.starting_with(commit)
        return found[0][1] if found else None

    def commit_id(self, number: int) -> str:
        return self._commits.get(number).commit.id

    def past(self, number: int) -> set[int]:
        return self._commits.past(number)

    def record(self, commit: Commit, delta: Delta, parents: tuple[int, ...]) -> None:
        row = self._line(parents[0] if parents else None)
        self._recording.adopt(row, commit, delta, parents)
        row = self._lines.by_number(row.bid)
        if row.head is not None:
            self._tips[row.head] = row.bid

    def _line(self, parent: int | None) -> BranchRow:
        bid = None if parent is None else self._tips.pop(parent, None)
        return self._names.start(None, parent) if bid is None else self._lines.by_number(bid)

    def forward(self, row: BranchRow, number: int) -> None:
        self._recording.forward(row, number)

    def start(self, name: str, empty: BranchRow | None, number: int) -> None:
        bid = self._tips.pop(number, None)
        if empty is not None:
            self._database.rows("UPDATE branch SET name=NULL WHERE bid=?", (empty.bid,))
        if bid is None:
            self._names.start(name, number)
        else:
            self._database.rows("UPDATE branch SET name=? WHERE bid=?", (name, bid))

    def tag(self, name: str, commit: str) -> Tag:
        return self._names.create_tag(name, commit)
