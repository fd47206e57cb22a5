"""Branches replayed from their logs, and compared with what their rows show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from graph.digests import Digests, hash_of
from graph.errors import CorruptStoreError
from graph.sqlite_commits import Commits, Recorded
from graph.sqlite_database import Database, Row
from graph.sqlite_lineage import Span, lineage_of, visible
from graph.sqlite_log import ADD
from graph.sqlite_schema import OPEN
from graph.sqlite_terms import Terms

_PAGE: Final = 50_000
_STRAY: Final = """SELECT 1 FROM change AS c WHERE c.branch=? AND NOT EXISTS (
    SELECT 1 FROM position AS p WHERE p.branch=c.branch AND p.seq=c.seq) LIMIT 1"""


class _Live:
    """Which rows hold while a log is replayed: a byte for each row of the file."""

    def __init__(self, size: int) -> None:
        self.flags = bytearray(size)
        self.count = 0

    def set(self, fid: int, holds: bool) -> bool:
        """Whether this changed anything."""
        if bool(self.flags[fid]) == holds:
            return False
        self.flags[fid] = holds
        self.count += 1 if holds else -1
        return True


class Replay:
    """Checks one branch after another; every reading is in pages."""

    def __init__(self, database: Database, terms: Terms, commits: Commits) -> None:
        self._database = database
        self._terms = terms
        self._commits = commits
        count, last = database.rows("SELECT count(*), coalesce(max(fid), 0) FROM fact")[0]
        # Rows are numbered without gaps, and never deleted.
        if count != last:
            raise CorruptStoreError(
                database.source, f"damaged: of {last} statement rows {last - count} are missing"
            )
        self._size = last + 1

    def branch(self, row: Row) -> Iterator[str]:
        """Replay a branch's log from its fork, and compare what the rows show at each end."""
        bid, name, seq, head, parent, fork = row
        start = () if parent is None else lineage_of(self._database, parent, fork)
        live = self._shown(visible(start))
        positions = self._database.rows(
            "SELECT seq, cid, size FROM position WHERE branch=? ORDER BY seq", (bid,)
        )
        if [position[0] for position in positions] != list(range(1, seq + 1)):
            yield f"branch {name}: its log has gaps"
            return
        if positions and positions[-1][1] != head:
            yield f"branch {name}: its head is not its last commit"
        for number, cid, size in positions:
            where = f"branch {name} entry {number}"
            recorded = self._commits.get(cid)
            yield from self._entry(Span(bid, number), recorded, live, where)
            if live.count != size:
                yield f"{where}: {live.count} statements, recorded {size}"
        if self._database.rows(_STRAY, (bid,)):
            yield f"branch {name}: its log has changes of no commit"
        yield from self._intervals(bid, name)
        if live.flags != self._shown(visible(lineage_of(self._database, bid, seq))).flags:
            yield f"branch {name}: its rows are not what its log makes"

    def _entry(self, at: Span, recorded: Recorded, live: _Live, where: str) -> Iterator[str]:
        """One entry: it fits the rows before it, and has the hash that its commit names."""
        commit = recorded.commit
        own = recorded.home == at
        digests = (Digests(), Digests())
        found = 0
        for page in self._pages(at):
            found += len(page)
            if own:
                statements = self._terms.statements([(s, p, o, q) for *_, s, p, o, q in page])
                for (_, op, *_), statement in zip(page, statements, strict=True):
                    digests[op].extend([statement.digest()])
            for fid, op, *_ in page:
                if not live.set(fid, op == ADD):
                    yield f"{where}: row {fid} is {'added twice' if op == ADD else 'not there'}"
        length = "SELECT coalesce(sum(n), 0) FROM change WHERE branch=? AND seq=?"
        if found != self._database.value(length, (at.branch, at.seq)):
            yield f"{where}: a statement of its log is missing"
        if not own:
            if not self._same_content(at, recorded.home):
                yield f"{where}: not the state of {commit.short}"
            return
        if not commit.adds_up:
            yield f"commit {commit.short}: its record does not match its id"
        if hash_of(*digests) != commit.delta:
            yield f"commit {commit.short}: its statements do not match the hash of its delta"

    def _pages(self, at: Span) -> Iterator[list[Row]]:
        """The rows of one entry of a log: row id, op, numbers of the statement."""
        runs = self._database.rows(
            "SELECT op, fid, n FROM change WHERE branch=? AND seq=? ORDER BY i",
            (at.branch, at.seq),
        )
        short = [run for run in runs if run[2] == 1]
        for start in range(0, len(short), _PAGE):
            yield self._database.many(
                "SELECT fid, ?1, s, p, o, q FROM fact WHERE fid=?2",
                ((op, fid) for op, fid, _ in short[start : start + _PAGE]),
            )
        for op, fid, n in runs:
            if n > 1:
                for first in range(fid, fid + n, _PAGE):
                    yield self._database.rows(
                        "SELECT fid, ?, s, p, o, q FROM fact WHERE fid BETWEEN ? AND ?",
                        (op, first, min(first + _PAGE, fid + n) - 1),
                    )

    def _intervals(self, bid: int, name: str) -> Iterator[str]:
        """Every row begins and ends where the log says, and no row lacks its place in the log."""
        wrong = self._database.rows(
            "SELECT c.seq, f.fid FROM change AS c "
            "JOIN fact AS f ON f.fid BETWEEN c.fid AND c.fid+c.n-1 "
            "LEFT JOIN closed AS k ON k.fid=f.fid AND k.branch=c.branch WHERE c.branch=? "
            "AND CASE WHEN c.op=1 THEN f.branch IS NOT c.branch OR f.since IS NOT c.seq "
            "WHEN f.branch=c.branch THEN f.until IS NOT c.seq ELSE k.until IS NOT c.seq END",
            (bid,),
        )
        for seq, fid in wrong:
            yield f"branch {name} entry {seq}: statement row {fid} does not change there"
        logged = self._database.rows(
            "SELECT coalesce(sum(c.op), 0), coalesce(sum(c.op=0 AND f.branch=c.branch), 0), "
            "coalesce(sum(c.op=0 AND f.branch<>c.branch), 0) "
            "FROM change AS c JOIN fact AS f ON f.fid BETWEEN c.fid AND c.fid+c.n-1 "
            "WHERE c.branch=?",
            (bid,),
        )
        rows = self._database.rows(
            "SELECT count(*), coalesce(sum(until IS NOT ?), 0), "
            "(SELECT count(*) FROM closed WHERE branch=?) FROM fact WHERE branch=?",
            (OPEN, bid, bid),
        )
        if logged != rows:
            yield f"branch {name}: statement rows opened and closed {rows[0]}, logged {logged[0]}"

    def _shown(self, conditions: Sequence[str]) -> _Live:
        live = _Live(self._size)
        for condition in conditions:
            sql = (
                "SELECT f.fid FROM fact AS f NOT INDEXED "  # noqa: S608
                f"WHERE f.fid>? AND {condition} ORDER BY f.fid LIMIT {_PAGE}"
            )
            last = 0
            while rows := self._database.rows(sql, (last,)):
                for (fid,) in rows:
                    live.set(fid, True)
                last = rows[-1][0]
        return live

    def _same_content(self, one: Span, other: Span) -> bool:
        """Whether two places in logs have the same statements, asked of the rows."""
        mine, yours = self._content(one), self._content(other)
        sql = "SELECT 1 FROM ({} EXCEPT {}) LIMIT 1"
        return not any(
            self._database.rows(sql.format(a, b)) for a, b in ((mine, yours), (yours, mine))
        )

    def _content(self, at: Span) -> str:
        select = "SELECT f.s, f.p, f.o, f.q FROM fact AS f NOT INDEXED WHERE"
        conditions = visible(lineage_of(self._database, at.branch, at.seq)) or ["0"]
        parts = " UNION ALL ".join(f"{select} {condition}" for condition in conditions)
        return f"SELECT * FROM ({parts})"  # noqa: S608
