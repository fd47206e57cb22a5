"""The states of a graph in SQLite: of a branch, of a commit, of whatever a version names."""

from __future__ import annotations

from graph.snapshot import Version
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_lineage import Lineage, lineage_of
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_terms import Terms
from graph.sqlite_versions import BranchRow, Versions


class States:
    """Makes snapshots; each is fixed to its lineage, whatever is written later."""

    def __init__(
        self, database: Database, terms: Terms, commits: Commits, versions: Versions
    ) -> None:
        self._database = database
        self._terms = terms
        self._commits = commits
        self._versions = versions

    def named(self, version: str) -> SqliteSnapshot:
        """The state of a version. Raises NotFoundError."""
        branch = self._versions.branch_or_none(version)
        if branch is not None:
            return self.of_branch(branch)
        return self.of_commit(self._versions.commit_or_empty(version), version)

    def lineage(self, version: str) -> Lineage:
        """What a version sees. Raises NotFoundError."""
        branch = self._versions.branch_or_none(version)
        if branch is not None:
            return lineage_of(self._database, branch.bid, branch.seq)
        cid = self._versions.commit_or_empty(version)
        return () if cid is None else self._commits.around(cid)[1]

    def of_branch(self, branch: BranchRow) -> SqliteSnapshot:
        """The state at the head of a branch."""
        lineage = lineage_of(self._database, branch.bid, branch.seq)
        head = None if branch.head is None else self._commits.get(branch.head).commit.id
        return self._state(lineage, Version(head, branch.name or ""))

    def of_commit(self, cid: int | None, name: str = "") -> SqliteSnapshot:
        """The state at a commit; None is the empty graph."""
        if cid is None:
            return self._state((), Version(None, name))
        place = self._commits.positions(cid)[0]
        lineage = lineage_of(self._database, place.branch, place.seq)
        return self._state(lineage, Version(self._commits.get(cid).commit.id, name))

    def _state(self, lineage: Lineage, version: Version) -> SqliteSnapshot:
        top = next((span for span in lineage if span.seq), None)
        size = 0
        if top is not None:
            sql = "SELECT size FROM position WHERE branch=? AND seq=?"
            size = self._database.value(sql, (top.branch, top.seq)) or 0
        return SqliteSnapshot(self._database, self._terms, lineage, size, version)
