"""What people call a version, looked up in SQLite."""

from __future__ import annotations

from dataclasses import dataclass

from graph.encoding import is_storable
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.version_names import VersionNames


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch as the store keeps it; ``head`` is a commit's number."""

    bid: int
    name: str | None
    seq: int
    head: int | None
    depth: int


class Versions(VersionNames[BranchRow]):
    """Names of one graph: branches, tags, commit ids, dates."""

    def __init__(self, database: Database, gid: int, commits: Commits) -> None:
        super().__init__(commits)
        self._database = database
        self._gid = gid

    def branch_or_none(self, name: str) -> BranchRow | None:
        """A branch by name, or None."""
        sql = "SELECT bid, name, seq, head, depth FROM branch WHERE gid=? AND name=?"
        rows = self._database.rows(sql, (self._gid, name)) if is_storable(name) else []
        return BranchRow(*rows[0]) if rows else None

    def by_number(self, bid: int) -> BranchRow:
        """A branch by its number, with or without a name."""
        sql = "SELECT bid, name, seq, head, depth FROM branch WHERE bid=?"
        return BranchRow(*self._database.rows(sql, (bid,))[0])

    def tag_or_none(self, name: str) -> int | None:
        """The number of the commit that a tag names, or None."""
        sql = "SELECT cid FROM tag WHERE gid=? AND name=?"
        rows = self._database.rows(sql, (self._gid, name)) if is_storable(name) else []
        return int(rows[0][0]) if rows else None
