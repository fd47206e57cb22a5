"""Commits as rows: written once, read by number, walked along first parents."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.commit import Commit, from_microseconds, to_microseconds
from graph.errors import CorruptStoreError
from graph.sqlite_database import Database, Row
from graph.sqlite_lineage import Lineage, Span, lineage_of
from graph.sqlite_terms import as_json

_BATCH: Final = 500
_COLUMNS: Final = (
    "c.cid, c.gid, c.id, c.branch, c.seq, c.first, c.second, c.delta, c.author, c.authored, "
    "c.committed, c.message, c.changes, c.provenance"
)
_LINE: Final = """WITH RECURSIVE line(cid, n) AS (
    SELECT :cid, 0 UNION ALL
    SELECT c.first, n + 1 FROM line CROSS JOIN commits AS c ON c.cid=line.cid
    WHERE c.first<c.cid)
"""
_PAST: Final = """WITH RECURSIVE past(cid) AS (
    SELECT :cid UNION
    SELECT c.first FROM past CROSS JOIN commits AS c ON c.cid=past.cid
    WHERE c.first<c.cid UNION
    SELECT c.second FROM past CROSS JOIN commits AS c ON c.cid=past.cid
    WHERE c.second<c.cid)
SELECT cid FROM past"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A commit with its row number, the log entry it was made at, and its parents' numbers."""

    commit: Commit
    cid: int
    home: Span
    parents: tuple[int, ...]


class Commits:
    """The commits of one graph. A parent's number is always below its children's."""

    def __init__(self, database: Database, gid: int) -> None:
        self._database = database
        self._gid = gid

    def next(self) -> int:
        """The number that the next commit gets, inside a transaction."""
        return 1 + int(self._database.value("SELECT coalesce(max(cid), 0) FROM commits"))

    def add(self, commit: Commit, home: Span, parents: Iterable[int]) -> int:
        """Write a commit; returns its number."""
        first, second = (*parents, None, None)[:2]
        cid = self.next()
        self._database.rows(
            "INSERT INTO commits(cid, gid, id, branch, seq, first, second, delta, author, "
            "authored, committed, message, changes, provenance) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                cid,
                self._gid,
                commit.id,
                home.branch,
                home.seq,
                first,
                second,
                commit.delta,
                commit.author,
                to_microseconds(commit.authored),
                to_microseconds(commit.committed),
                commit.message,
                json.dumps(commit.changes, ensure_ascii=False),
                json.dumps(commit.provenance, ensure_ascii=False),
            ),
        )
        return cid

    def get(self, cid: int) -> Recorded:
        """One commit by its number. Raises CorruptStoreError."""
        return self.load([cid])[cid]

    def load(self, cids: Collection[int]) -> dict[int, Recorded]:
        """Commits by their numbers. Raises CorruptStoreError where one is missing."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS}, a.id, b.id FROM json_each(?) AS j "  # noqa: S608
            "CROSS JOIN commits AS c ON c.cid=j.value "
            "LEFT JOIN commits AS a ON a.cid=c.first LEFT JOIN commits AS b ON b.cid=c.second",
            (as_json(cids),),
        )
        found = {row[0]: self._recorded(row) for row in rows}
        for cid in cids:
            if cid not in found:
                raise CorruptStoreError(self._database.source, f"damaged: no commit {cid}")
        return found

    def _recorded(self, row: Row) -> Recorded:
        cid, _, commit_id, branch, seq, first, second, delta, author, authored, committed = row[:11]
        message, changes, provenance, first_id, second_id = row[11:]
        try:
            commit = Commit(
                commit_id,
                tuple(parent for parent in (first_id, second_id) if parent is not None),
                delta,
                author,
                from_microseconds(authored),
                from_microseconds(committed),
                message,
                tuple(json.loads(changes)),
                tuple((key, value) for key, value in json.loads(provenance)),
            )
        except (ValueError, TypeError, OverflowError) as error:
            reason = f"damaged: commit row {cid}: {error}"
            raise CorruptStoreError(self._database.source, reason) from error
        parents = tuple(parent for parent in (first, second) if parent is not None)
        return Recorded(commit, cid, Span(branch, seq), parents)

    def line(self, cid: int) -> list[int]:
        """First parents from a commit down, newest first, itself included."""
        sql = _LINE + "SELECT cid FROM line ORDER BY n"  # noqa: S608
        return [row[0] for row in self._database.rows(sql, {"cid": cid})]

    def recorded_on_line(self, cid: int) -> Iterator[Recorded]:
        """The commits of :meth:`line`, read in batches."""
        yield from self._batched(self.line(cid))

    def in_order(self, cids: Collection[int]) -> Iterator[Recorded]:
        """Commits so that parents come first, read in batches."""
        yield from self._batched(sorted(cids))

    def _batched(self, cids: list[int]) -> Iterator[Recorded]:
        for start in range(0, len(cids), _BATCH):
            batch = cids[start : start + _BATCH]
            loaded = self.load(batch)
            yield from (loaded[number] for number in batch)

    def ancestor(self, cid: int, steps: int) -> int | None:
        """The first parent so many steps back, None before the first commit."""
        sql = _LINE + "SELECT cid FROM line WHERE n=:steps"  # noqa: S608
        return self._number(self._database.value(sql, {"cid": cid, "steps": steps}))

    def authored_by(self, cid: int, moment: datetime) -> int | None:
        """The newest commit in line order that was authored by a moment.

        Authored dates may go backwards on a line; its order decides, not the dates.
        """
        sql = (
            _LINE + "SELECT line.cid FROM line CROSS JOIN commits AS c ON c.cid=line.cid "  # noqa: S608
            "WHERE c.authored<=:moment ORDER BY n LIMIT 1"
        )
        bindings = {"cid": cid, "moment": to_microseconds(moment)}
        return self._number(self._database.value(sql, bindings))

    def past(self, cid: int) -> set[int]:
        """A commit and all its ancestors, through merges too."""
        return {row[0] for row in self._database.rows(_PAST, {"cid": cid})}

    def around(self, cid: int) -> tuple[Lineage, Lineage]:
        """What was seen before a commit, and what with it."""
        home = self.get(cid).home
        return (
            lineage_of(self._database, home.branch, home.seq - 1),
            lineage_of(self._database, home.branch, home.seq),
        )

    def starting_with(self, prefix: str) -> list[tuple[str, int]]:
        """Commits whose id starts with these digits, two at most."""
        sql = "SELECT id, cid FROM commits WHERE gid=? AND id>=? AND id<? LIMIT 2"
        found = self._database.rows(sql, (self._gid, prefix, prefix + "g"))
        return [(row[0], row[1]) for row in found]

    def positions(self, cid: int) -> list[Span]:
        """Log entries at which this commit stands, one or more, the shallowest branch first."""
        sql = (
            "SELECT p.branch, p.seq FROM position AS p JOIN branch AS b ON b.bid=p.branch "
            "WHERE p.cid=? ORDER BY b.depth, p.branch"
        )
        found = [Span(row[0], row[1]) for row in self._database.rows(sql, (cid,))]
        if not found:
            raise CorruptStoreError(self._database.source, f"damaged: commit {cid} has no place")
        return found

    @staticmethod
    def _number(value: object) -> int | None:
        return value if isinstance(value, int) else None
