"""Branches and tags as people make, list and delete them."""

from __future__ import annotations

from graph.errors import NotFoundError
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_lineage import MAX_DEPTH, Span
from graph.sqlite_recording import Recording
from graph.sqlite_versions import BranchRow, Versions
from graph.store import Branch, Tag


class Names:
    """The names of one graph; every write belongs inside a transaction."""

    def __init__(
        self,
        database: Database,
        gid: int,
        commits: Commits,
        versions: Versions,
        recording: Recording,
    ) -> None:
        self._database = database
        self._gid = gid
        self._commits = commits
        self._versions = versions
        self._recording = recording

    def branches(self) -> list[Branch]:
        """All branches by name."""
        rows = self._database.rows(
            "SELECT b.name, c.id FROM branch AS b LEFT JOIN commits AS c ON c.cid=b.head "
            "WHERE b.gid=? AND b.name IS NOT NULL ORDER BY b.name",
            (self._gid,),
        )
        return [Branch(name, head) for name, head in rows]

    def create_branch(self, name: str, version: str) -> Branch:
        """Start a branch at a version. Raises AlreadyExistsError, InvalidNameError."""
        self._versions.check_new("branch", name)
        cid = self._versions.commit_or_empty(version)
        row = self.start(name, cid)
        return Branch(name, None if row.head is None else self._commits.get(row.head).commit.id)

    def start(self, name: str | None, cid: int | None) -> BranchRow:
        """A new line from a commit, or from nothing; one without a name is seen by ids only."""
        if cid is None:
            return self._insert(name, None, None, 0)
        place = self._commits.positions(cid)[0]
        depth = 1 + self._database.value("SELECT depth FROM branch WHERE bid=?", (place.branch,))
        if depth <= MAX_DEPTH:
            return self._insert(name, cid, place, depth)
        row = self._insert(name, None, None, 0)
        self._recording.forward(row, cid)
        return self._versions.by_number(row.bid)

    def _insert(
        self, name: str | None, head: int | None, start: Span | None, depth: int
    ) -> BranchRow:
        bid = self._database.value(
            "INSERT INTO branch(gid, name, seq, head, parent, fork, depth) "
            "VALUES(?, ?, 0, ?, ?, ?, ?) RETURNING bid",
            (
                self._gid,
                name,
                head,
                start.branch if start else None,
                start.seq if start else 0,
                depth,
            ),
        )
        return self._versions.by_number(bid)

    def flatten(self, name: str) -> bool:
        """Give a branch rows of its own; False where it has no parent to be freed from."""
        row = self._versions.branch(name)
        if not row.depth or row.head is None:
            return False
        self._database.rows("UPDATE branch SET name=NULL WHERE bid=?", (row.bid,))
        self._recording.forward(self._insert(name, None, None, 0), row.head)
        return True

    def delete_branch(self, name: str) -> None:
        """Forget the name of a branch; its commits stay.

        Raises NotFoundError, InvalidNameError, ProtectedBranchError.
        """
        row = self._versions.branch(name)
        self._versions.check_removable(name)
        self._recording.check_open(row)
        self._database.rows("UPDATE branch SET name=NULL WHERE bid=?", (row.bid,))

    def tags(self) -> list[Tag]:
        """All tags by name."""
        rows = self._database.rows(
            "SELECT t.name, c.id FROM tag AS t JOIN commits AS c ON c.cid=t.cid "
            "WHERE t.gid=? ORDER BY t.name",
            (self._gid,),
        )
        return [Tag(name, commit) for name, commit in rows]

    def create_tag(self, name: str, version: str) -> Tag:
        """Name a commit. Raises AlreadyExistsError, InvalidNameError, NotFoundError."""
        self._versions.check_new("tag", name)
        cid = self._versions.commit(version)
        self._database.rows(
            "INSERT INTO tag(gid, name, cid) VALUES(?, ?, ?)", (self._gid, name, cid)
        )
        return Tag(name, self._commits.get(cid).commit.id)

    def delete_tag(self, name: str) -> None:
        """Forget a tag. Raises NotFoundError."""
        if self._versions.tag_or_none(name) is None:
            raise NotFoundError("tag", name, "`kgdelta tag` lists them")
        self._database.rows("DELETE FROM tag WHERE gid=? AND name=?", (self._gid, name))
