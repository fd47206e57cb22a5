"""Whether a store is what it claims: ids, digests and states recomputed from the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.errors import CorruptStoreError
from graph.model import encode_object, hash_of_digests
from graph.sqlite_commits import Commits, Recorded
from graph.sqlite_database import Database, Row
from graph.sqlite_lineage import Span, lineage_of, visible
from graph.sqlite_log import ADD
from graph.sqlite_schema import OPEN
from graph.sqlite_terms import Numbers, Terms, digest_of, value_from

_STRAY: Final = """SELECT 1 FROM change AS c WHERE c.branch=? AND NOT EXISTS (
    SELECT 1 FROM position AS p WHERE p.branch=c.branch AND p.seq=c.seq) LIMIT 1"""


class Verification:
    """One pass over a file and one of its graphs."""

    def __init__(self, database: Database, gid: int, terms: Terms, commits: Commits) -> None:
        self._database = database
        self._gid = gid
        self._terms = terms
        self._commits = commits
        self._digests: dict[int, bytes] = {}

    def run(self) -> Iterator[str]:
        """One line for each thing that is damaged; nothing where all is well."""
        self._terms.forget()
        for part in (self._file, self._values, self._qualifiers, self._branches, self._facts):
            try:
                yield from part()
            except CorruptStoreError as error:
                yield str(error)
            except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
                # A damaged row may hold anything, of any type; its kind is all that can be said.
                yield f"{part.__name__.strip('_')}: damaged rows: {error!r}"

    def _file(self) -> Iterator[str]:
        for row in self._database.rows("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"file: {row[0]}"

    def _values(self) -> Iterator[str]:
        rows = self._database.rows("SELECT vid, text, datatype, language, tree, digest FROM value")
        for vid, text, datatype, language, tree, digest in rows:
            try:
                term = value_from(text, datatype, language, tree, f"value {vid}")
            except CorruptStoreError as error:
                yield str(error)
                continue
            if digest_of(encode_object(term)) != digest:
                yield f"value {vid}: its text does not match its digest"

    def _qualifiers(self) -> Iterator[str]:
        for qid, data, digest in self._database.rows("SELECT qid, data, digest FROM qualifier"):
            if digest_of(data) != digest:
                yield f"qualifiers {qid}: the content does not match its digest"

    def _branches(self) -> Iterator[str]:
        rows = self._database.rows(
            "SELECT bid, coalesce(name, '(deleted)'), seq, head, parent, fork FROM branch "
            "WHERE gid=? ORDER BY depth, bid",
            (self._gid,),
        )
        for row in rows:
            yield from self._branch(row)

    def _branch(self, row: Row) -> Iterator[str]:
        """Replay a branch's log from its fork, and compare what the rows show at each end."""
        bid, name, seq, head, parent, fork = row
        start = () if parent is None else lineage_of(self._database, parent, fork)
        live = self._row_ids(visible(start))
        positions = self._database.rows(
            "SELECT seq, cid, size FROM position WHERE branch=? ORDER BY seq", (bid,)
        )
        if [position[0] for position in positions] != list(range(1, seq + 1)):
            yield f"branch {name}: its log has gaps"
            return
        if positions and positions[-1][1] != head:
            yield f"branch {name}: its head is not its last commit"
        for number, cid, size in positions:
            recorded = self._commits.get(cid)
            entry = self._entry(bid, number)
            if len(entry) != self._length(bid, number):
                yield f"branch {name} entry {number}: a statement of its log is missing"
            if recorded.home == Span(bid, number):
                yield from self._commit(recorded, entry)
            elif self._content(bid, number) != self._content(*_pair(recorded.home)):
                yield f"branch {name} entry {number}: not the state of {recorded.commit.short}"
            yield from self._replay(live, entry, f"branch {name} entry {number}")
            if len(live) != size:
                yield f"branch {name} entry {number}: {len(live)} statements, recorded {size}"
        if self._database.rows(_STRAY, (bid,)):
            yield f"branch {name}: its log has changes of no commit"
        yield from self._intervals(bid, name)
        if live != self._row_ids(visible(lineage_of(self._database, bid, seq))):
            yield f"branch {name}: its rows are not what its log makes"

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
            "SELECT count(*), coalesce(sum(until<?), 0), "
            "(SELECT count(*) FROM closed WHERE branch=?) FROM fact WHERE branch=?",
            (OPEN, bid, bid),
        )
        if logged != rows:
            yield f"branch {name}: statement rows opened and closed {rows[0]}, logged {logged[0]}"

    def _entry(self, bid: int, seq: int) -> list[Row]:
        """One entry of a log: op, row id, numbers of the statement."""
        return self._database.rows(
            "SELECT c.op, f.fid, f.s, f.p, f.o, f.q FROM change AS c "
            "CROSS JOIN fact AS f ON f.fid BETWEEN c.fid AND c.fid+c.n-1 "
            "WHERE c.branch=? AND c.seq=? ORDER BY c.i, f.fid",
            (bid, seq),
        )

    def _length(self, bid: int, seq: int) -> int:
        sql = "SELECT coalesce(sum(n), 0) FROM change WHERE branch=? AND seq=?"
        return int(self._database.value(sql, (bid, seq)))

    def _replay(self, live: set[int], entry: list[Row], where: str) -> Iterator[str]:
        for op, fid, *_ in entry:
            if (fid in live) == (op == ADD):
                yield f"{where}: row {fid} is {'added twice' if op == ADD else 'not there'}"
            (live.add if op == ADD else live.discard)(fid)

    def _commit(self, recorded: Recorded, entry: list[Row]) -> Iterator[str]:
        commit = recorded.commit
        if not commit.adds_up:
            yield f"commit {commit.short}: its record does not match its id"
        digests: dict[int, list[bytes]] = {0: [], 1: []}
        statements = self._terms.statements([_numbers(row) for row in entry])
        for row, statement in zip(entry, statements, strict=True):
            fid = row[1]
            if fid not in self._digests:
                self._digests[fid] = statement.digest()
            digests[row[0]].append(self._digests[fid])
        if hash_of_digests(digests[0], digests[1]) != commit.delta:
            yield f"commit {commit.short}: its statements do not match the hash of its delta"

    def _facts(self) -> Iterator[str]:
        rows = self._database.rows(
            "SELECT f.fid FROM fact AS f JOIN branch AS b ON b.bid=f.branch AND b.gid=? "
            "WHERE NOT EXISTS (SELECT 1 FROM commits AS c CROSS JOIN fact AS g INDEXED BY fact_out "
            "ON g.s=f.s AND g.branch=c.branch AND g.p=f.p AND g.o=f.o AND g.q=f.q "
            "AND g.since=c.seq WHERE c.cid=f.origin)",
            (self._gid,),
        )
        for (fid,) in rows:
            yield f"statement row {fid}: the commit named as its origin did not set it"

    def _row_ids(self, conditions: list[str]) -> set[int]:
        return {
            row[0]
            for condition in conditions
            for row in self._database.rows(
                f"SELECT f.fid FROM fact AS f NOT INDEXED WHERE {condition}"  # noqa: S608
            )
        }

    def _content(self, branch: int, seq: int) -> set[Numbers]:
        return {
            _numbers(("", "", *row))
            for condition in visible(lineage_of(self._database, branch, seq))
            for row in self._database.rows(
                f"SELECT f.s, f.p, f.o, f.q FROM fact AS f NOT INDEXED WHERE {condition}"  # noqa: S608
            )
        }


def _numbers(row: Row) -> Numbers:
    """The statement of a row of the log."""
    return (row[2], row[3], row[4], row[5])


def _pair(span: Span) -> tuple[int, int]:
    return (span.branch, span.seq)
