"""The append-only log of a graph: entries written, netted, and told as events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.errors import CorruptStoreError, InvalidDeltaError
from graph.model import Delta, Node, Statement
from graph.sqlite_database import Database
from graph.sqlite_lineage import Lineage, Span, entries_after, meeting, visible
from graph.sqlite_schema import OPEN
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_terms import Numbers, Terms, as_json
from graph.store import Difference, DiffFilter

ADD: Final = 1
REMOVE: Final = 0
_NUMBERS: Final = "f.s, f.p, f.o, f.q"
_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One log entry about to be written: rows to close, statements to open."""

    removed: tuple[tuple[int, int], ...]
    added: tuple[Numbers, ...]
    mentions: tuple[frozenset[Node], ...]


class Happening(NamedTuple):
    """A statement opened or closed at the log entry of a commit."""

    at: Span
    op: int
    numbers: Numbers
    origin: int
    cid: int


class Log:
    """Reads and writes the log; every write belongs inside a transaction."""

    def __init__(self, database: Database, terms: Terms) -> None:
        self._database = database
        self._terms = terms

    def prepare(self, head: SqliteSnapshot, delta: Delta) -> Entry:
        """Check a delta against the head and store its terms. Raises InvalidDeltaError."""
        removed = self._found(head, delta.removed)
        added = list(delta.added)
        new = dict(zip(self._terms.intern(added), added, strict=True))
        for numbers in head.rows_of(new):
            raise InvalidDeltaError("adds what is there already", new[numbers])
        # In the order of the indexes, which is also the same each time.
        opened = sorted(new)
        inner = tuple(new[numbers].inner_nodes() for numbers in opened)
        return Entry(removed, tuple(opened), inner)

    def _found(
        self, head: SqliteSnapshot, removed: Collection[Statement]
    ) -> tuple[tuple[int, int], ...]:
        """The rows of statements, each with its branch. Raises InvalidDeltaError."""
        listed = list(removed)
        known = self._terms.numbers(listed)
        holding = head.rows_of(numbers for numbers in known if numbers is not None)
        for statement, numbers in zip(listed, known, strict=True):
            if numbers is None or numbers not in holding:
                raise InvalidDeltaError("removes what is not there", statement)
        return tuple(sorted(row[:2] for row in holding.values()))

    def write(
        self, at: Span, entry: Entry, cid: int, size: int, origins: dict[Numbers, int]
    ) -> None:
        """Write an entry for a commit; statements keep the origin given for them."""
        self._close(at, entry.removed)
        first = self._database.value("SELECT coalesce(max(fid), 0) + 1 FROM fact")
        fids = range(first, first + len(entry.added))
        self._database.many(
            "INSERT INTO fact(fid, s, p, o, q, branch, since, origin) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (fid, *numbers, at.branch, at.seq, origins.get(numbers, cid))
                for fid, numbers in zip(fids, entry.added, strict=True)
            ),
        )
        self._mention(fids, entry.mentions)
        runs = [(REMOVE, fid, n) for fid, n in _runs(fid for fid, _ in entry.removed)]
        if fids:
            runs.append((ADD, first, len(fids)))
        self._enter(at, runs, cid, size + len(entry.added) - len(entry.removed))

    def copy(self, at: Span, source: Lineage, cid: int) -> None:
        """Write an entry that gives an empty branch all that a lineage sees, origins kept."""
        first = self._database.value("SELECT coalesce(max(fid), 0) + 1 FROM fact")
        branch, seq = int(at.branch), int(at.seq)
        conditions = visible(source)
        rows = " UNION ALL ".join(
            f"SELECT {_NUMBERS}, f.origin FROM fact AS f NOT INDEXED WHERE {condition}"  # noqa: S608
            for condition in conditions
        )
        if conditions:
            self._database.rows(
                "INSERT INTO fact(s, p, o, q, branch, since, origin) "  # noqa: S608
                f"SELECT s, p, o, q, {branch}, {seq}, origin FROM ({rows}) ORDER BY s, p, o, q"
            )
        for condition in conditions:
            self._database.rows(
                "INSERT INTO mention(node, fid) SELECT m.node, g.fid "  # noqa: S608
                "FROM mention AS m CROSS JOIN fact AS f ON f.fid=m.fid "
                "CROSS JOIN fact AS g INDEXED BY fact_out ON g.s=f.s AND g.p=f.p AND g.o=f.o "
                f"AND g.q=f.q AND g.branch={branch} WHERE {condition}"
            )
        last = self._database.value("SELECT coalesce(max(fid), 0) FROM fact")
        self.write_run(at, first, last - first + 1, cid, last - first + 1)

    def write_run(self, at: Span, first: int, count: int, cid: int, size: int) -> None:
        """Write the entry of neighbouring rows that are there already."""
        self._enter(at, [(ADD, first, count)] if count else [], cid, size)

    def _enter(self, at: Span, runs: Sequence[tuple[int, int, int]], cid: int, size: int) -> None:
        self._database.many(
            "INSERT INTO change(branch, seq, i, op, fid, n) VALUES(?, ?, ?, ?, ?, ?)",
            ((at.branch, at.seq, i, *run) for i, run in enumerate(runs)),
        )
        self._database.rows(
            "INSERT INTO position(branch, seq, cid, size) VALUES(?, ?, ?, ?)",
            (at.branch, at.seq, cid, size),
        )
        self._database.rows("UPDATE branch SET seq=?, head=? WHERE bid=?", (at.seq, cid, at.branch))

    def _close(self, at: Span, rows: Sequence[tuple[int, int]]) -> None:
        """End rows: the branch's own in place, inherited ones beside, for this branch only."""
        own = [(at.seq, fid) for fid, branch in rows if branch == at.branch]
        inherited = [(fid, at.branch, at.seq) for fid, branch in rows if branch != at.branch]
        self._database.many("UPDATE fact SET until=? WHERE fid=?", own)
        self._database.many("INSERT INTO closed(fid, branch, until) VALUES(?, ?, ?)", inherited)

    def _mention(self, fids: Iterable[int], mentions: Sequence[frozenset[Node]]) -> None:
        nodes = self._terms.nodes({node for group in mentions for node in group})
        self._database.many(
            "INSERT INTO mention(node, fid) VALUES(?, ?)",
            (
                (nodes[node], fid)
                for fid, group in zip(fids, mentions, strict=True)
                for node in sorted(group)
            ),
        )

    def net(self, before: Lineage, after: Lineage) -> tuple[list[Numbers], list[Numbers]]:
        """What turns one state into another, removed and added: costs the changes between."""
        start = meeting(before, after)
        gone: list[Numbers] = []
        come: list[Numbers] = []
        for lineage, lost, won in ((before, come, gone), (after, gone, come)):
            for branch, low, high in entries_after(lineage, start):
                for op, side in ((REMOVE, lost), (ADD, won)):
                    side += self._changed(op, branch, low, high)
        both = set(gone) & set(come)
        if not both:
            return gone, come
        # Withdrawn and set again on the way, perhaps more than once: what is left counts.
        balance = Counter(n for n in come if n in both)
        balance.subtract(n for n in gone if n in both)
        return (
            [n for n in gone if n not in both] + [n for n, count in balance.items() if count < 0],
            [n for n in come if n not in both] + [n for n, count in balance.items() if count > 0],
        )

    def _changed(self, op: int, branch: int, low: int, high: int) -> list[Numbers]:
        """Statements that entries of a branch set or withdrew, each time they did.

        Rows that were opened and closed again between these entries are left out.
        """
        sql = (
            f"SELECT {_NUMBERS} FROM change AS c "  # noqa: S608
            "CROSS JOIN fact AS f ON f.fid BETWEEN c.fid AND c.fid+c.n-1 "
            "WHERE c.branch=?1 AND c.seq>?2 AND c.seq<=?3 AND c.op=?4 "
            "AND NOT (f.branch=?1 AND f.since>?2 AND f.until<=?3)"
        )
        rows: list[Numbers] = self._database.rows(sql, (branch, low, high, op))
        return rows

    def differences(
        self, before: Lineage, after: Lineage, where: DiffFilter
    ) -> Iterator[Difference]:
        """What turns one state into another, statement by statement, removed ones first."""
        passes = self._filter(where)
        for numbers, added in zip(self.net(before, after), (False, True), strict=True):
            wanted = [n for n in numbers if passes is None or n[0] in passes]
            for start in range(0, len(wanted), _PAGE):
                for statement in self._terms.statements(wanted[start : start + _PAGE]):
                    yield Difference(added, statement)

    def _filter(self, where: DiffFilter) -> set[int] | None:
        """Numbers of the subjects that pass; None where all do."""
        named = None if where.nodes is None else set(self._terms.nodes(where.nodes).values())
        if not where.namespace:
            return named
        inside = self._terms.nodes_in(where.namespace)
        return inside if named is None else inside & named

    def delta(self, before: Lineage, after: Lineage) -> Delta:
        """What turns one state into another, as a delta."""
        removed, added = self.net(before, after)
        return Delta(
            frozenset(self._terms.statements(removed)), frozenset(self._terms.statements(added))
        )

    def happenings(self, gid: int, nodes: Collection[Node]) -> list[Happening]:
        """All that commits ever did to statements about nodes or mentioning them, anywhere."""
        touched = (
            "SELECT f.fid FROM json_each(:n) AS j "
            "CROSS JOIN fact AS f INDEXED BY fact_out ON f.s=j.value UNION ALL "
            "SELECT f.fid FROM json_each(:n) AS j "
            "CROSS JOIN fact AS f INDEXED BY fact_in ON f.o=j.value UNION ALL "
            "SELECT m.fid FROM json_each(:n) AS j CROSS JOIN mention AS m ON m.node=j.value"
        )
        return self._happenings(touched, gid, nodes)

    def with_predicate(self, gid: int, predicate: Node) -> list[Happening]:
        """All that commits ever did to statements with a predicate, anywhere."""
        touched = (
            "SELECT f.fid FROM json_each(:n) AS j "
            "CROSS JOIN fact AS f INDEXED BY fact_predicate ON f.p=j.value"
        )
        return self._happenings(touched, gid, {predicate})

    def _happenings(self, touched: str, gid: int, nodes: Collection[Node]) -> list[Happening]:
        """When rows were opened and closed, on their own branch and on others."""
        rows = self._database.rows(
            f"SELECT {_NUMBERS}, f.origin, f.branch, f.since, f.until, k.branch, k.until "  # noqa: S608
            f"FROM ({touched}) AS t CROSS JOIN fact AS f ON f.fid=t.fid "
            "LEFT JOIN closed AS k ON k.fid=f.fid",
            {"n": as_json(self._terms.nodes(nodes).values())},
        )
        # A statement may mention a node twice, and be closed on many branches.
        told: set[tuple[Span, int, Numbers, int]] = set()
        if not all(type(row[7]) is int for row in rows):
            raise CorruptStoreError(self._database.source, "damaged: a row ends nowhere")
        for s, p, o, q, origin, branch, since, until, other, closed in rows:
            told.add((Span(branch, since), ADD, (s, p, o, q), origin))
            if until < OPEN:
                told.add((Span(branch, until), REMOVE, (s, p, o, q), origin))
            if other is not None:
                told.add((Span(other, closed), REMOVE, (s, p, o, q), origin))
        made = self._commits_at({at for at, *_ in told}, gid)
        return [Happening(*one, made[one[0]]) for one in told if one[0] in made]

    def _commits_at(self, entries: Collection[Span], gid: int) -> dict[Span, int]:
        """The numbers of commits by the log entries at which they were made.

        Entries that only repeat a commit of another branch (a fast-forward) are left out.
        """
        rows = self._database.many(
            "SELECT p.branch, p.seq, p.cid FROM position AS p JOIN commits AS c ON c.cid=p.cid "
            "AND c.branch=p.branch AND c.seq=p.seq WHERE p.branch=? AND p.seq=? AND c.gid=?",
            ((span.branch, span.seq, gid) for span in entries),
        )
        return {Span(branch, seq): cid for branch, seq, cid in rows}


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as runs of neighbours: the first, and how many."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][0] + found[-1][1]:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return found
