"""Erasure: statements replaced by their digests, the words of their commits with them."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from graph.commit import ERASED_TEXT
from graph.errors import InvalidDeltaError
from graph.model import Literal, Statement
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_schema import OPEN
from graph.sqlite_states import States
from graph.sqlite_terms import Numbers, Terms, as_json
from graph.sqlite_versions import Versions
from graph.store import Purged
from graph.vocabulary import ERASED

_NUMBERS: Final = "f.s, f.p, f.o, f.q"


class Purging:
    """Erases from one graph; belongs inside a transaction, and is final with its end."""

    def __init__(
        self,
        database: Database,
        gid: int,
        terms: Terms,
        commits: Commits,
        versions: Versions,
        states: States,
    ) -> None:
        self._database = database
        self._gid = gid
        self._terms = terms
        self._commits = commits
        self._versions = versions
        self._states = states

    def statements(self, statements: Collection[Statement]) -> Purged:
        """Erase statements wherever they ever stood. Raises InvalidDeltaError where one holds."""
        listed = sorted(set(statements), key=Statement.encode)
        numbers = self._terms.numbers(listed)
        known = [n for n in numbers if n is not None]
        for statement, number in zip(listed, numbers, strict=True):
            if number is None or not self._rows_of([number]):
                raise InvalidDeltaError("purges what never was there", statement)
        for name in self._branch_names():
            held = self._states.of_branch(self._versions.branch(name)).rows_of(known)
            for statement, number in zip(listed, numbers, strict=True):
                if number in held:
                    reason = f"purges what branch {name!r} still shows; remove it there first"
                    raise InvalidDeltaError(reason, statement)
        return self._erase(self._rows_of(known))

    def before(self, cid: int) -> Purged:
        """Erase what only proper ancestors of a commit show, those with a name left out."""
        old = self._commits.past(cid) - {cid} - self._named()
        kept = _Kept(self._database, self._gid, old)
        rows = self._database.rows(
            f"SELECT f.fid, {_NUMBERS}, f.branch, f.since, f.until FROM fact AS f "  # noqa: S608
            "JOIN branch AS b ON b.bid=f.branch AND b.gid=?",
            (self._gid,),
        )
        gone: dict[int, Numbers] = {}
        shown: set[Numbers] = set()
        erased = self._terms.nodes([ERASED]).get(ERASED)
        for fid, s, p, o, q, branch, since, until in rows:
            if p == erased or kept.shows(fid, branch, since, until):
                shown.add((s, p, o, q))
            else:
                gone[fid] = (s, p, o, q)
        return self._erase({fid: n for fid, n in gone.items() if n not in shown})

    def _branch_names(self) -> list[str]:
        sql = "SELECT name FROM branch WHERE gid=? AND name IS NOT NULL"
        return [row[0] for row in self._database.rows(sql, (self._gid,))]

    def _named(self) -> set[int]:
        """Commits that a branch or a tag names."""
        rows = self._database.rows(
            "SELECT head FROM branch WHERE gid=?1 AND name IS NOT NULL AND head IS NOT NULL "
            "UNION SELECT cid FROM tag WHERE gid=?1",
            (self._gid,),
        )
        return {row[0] for row in rows}

    def _rows_of(self, numbers: Sequence[Numbers]) -> dict[int, Numbers]:
        rows = self._database.many(
            f"SELECT f.fid, {_NUMBERS} FROM fact AS f "  # noqa: S608
            "JOIN branch AS b ON b.bid=f.branch AND b.gid=? "
            "WHERE f.s=? AND f.p=? AND f.o=? AND f.q=?",
            ((self._gid, *number) for number in numbers),
        )
        return {row[0]: row[1:] for row in rows}

    def _erase(self, rows: dict[int, Numbers]) -> Purged:
        distinct = sorted(set(rows.values()))
        statements = dict(zip(distinct, self._terms.statements(distinct), strict=True))
        left = [statements[numbers].erased for numbers in distinct]
        stands = dict(zip(distinct, self._terms.intern(left), strict=True))
        commits = self._silence(rows, statements)
        self._database.many(
            "UPDATE fact SET s=?, p=?, o=?, q=? WHERE fid=?",
            ((*stands[numbers], fid) for fid, numbers in rows.items()),
        )
        # By node first is how the table is sorted, so it is read through once.
        sql = "DELETE FROM mention WHERE fid IN (SELECT value FROM json_each(?))"
        self._database.rows(sql, (as_json(rows),))
        return Purged(len(distinct), commits)

    def _silence(
        self, rows: dict[int, Numbers], statements: dict[Numbers, Statement]
    ) -> tuple[str, ...]:
        """Erase the changes of commits that set or withdrew the rows, and messages that quote.

        The changes say the same in other words, so all of them go; their number stays.
        """
        touched = self._touching(rows)
        silenced: list[str] = []
        for cid, recorded in self._commits.load(touched.keys()).items():
            commit = recorded.commit
            quoted = {_text(statements[numbers]) for numbers in touched[cid]} - {""}
            message = commit.message
            if any(text in message for text in quoted):
                message = ERASED_TEXT
            changes = tuple(ERASED_TEXT for _ in commit.changes)
            if (message, changes) != (commit.message, commit.changes):
                self._database.rows(
                    "UPDATE commits SET message=?, changes=? WHERE cid=?",
                    (message, json.dumps(changes, ensure_ascii=False), cid),
                )
                silenced.append(commit.id)
        return tuple(silenced)

    def _touching(self, rows: dict[int, Numbers]) -> dict[int, set[Numbers]]:
        """The commits whose entries open or close the rows."""
        found: defaultdict[int, set[Numbers]] = defaultdict(set)
        listed = as_json(rows)
        for fid, cid in self._database.rows(
            "SELECT f.fid, p.cid FROM json_each(:f) AS j CROSS JOIN fact AS f ON f.fid=j.value "
            "JOIN position AS p ON p.branch=f.branch AND p.seq IN (f.since, f.until) "
            "UNION SELECT c.fid, p.cid FROM json_each(:f) AS j "
            "CROSS JOIN closed AS c ON c.fid=j.value "
            "JOIN position AS p ON p.branch=c.branch AND p.seq=c.until",
            {"f": listed},
        ):
            found[cid].add(rows[fid])
        return dict(found)


class _Kept:
    """Which rows a state still shows that is not among the commits to be forgotten."""

    def __init__(self, database: Database, gid: int, forgotten: Collection[int]) -> None:
        self._entries: defaultdict[int, list[int]] = defaultdict(list)
        self._children: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._closed: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._heads: set[int] = set()
        for branch, seq, cid in database.rows(
            "SELECT p.branch, p.seq, p.cid FROM position AS p "
            "JOIN branch AS b ON b.bid=p.branch AND b.gid=? ORDER BY p.branch, p.seq",
            (gid,),
        ):
            if cid not in forgotten:
                self._entries[branch].append(seq)
        for bid, parent, fork, head in database.rows(
            "SELECT bid, parent, fork, head FROM branch WHERE gid=?", (gid,)
        ):
            if parent is not None:
                self._children[parent].append((fork, bid))
            # A line without entries of its own shows what its parent shows at the fork.
            if head is not None and head not in forgotten:
                self._heads.add(bid)
        for fid, branch, until in database.rows(
            "SELECT c.fid, c.branch, c.until FROM closed AS c "
            "JOIN branch AS b ON b.bid=c.branch AND b.gid=?",
            (gid,),
        ):
            self._closed[fid][branch] = until

    def shows(self, fid: int, branch: int, since: int, until: int) -> bool:
        """Whether any kept state shows a row of a branch that stands from one entry to another."""
        entries = self._entries[branch]
        place = bisect_left(entries, since)
        if place < len(entries) and entries[place] < until:
            return True
        return any(
            self._inherited(fid, child)
            for fork, child in self._children[branch]
            if since <= fork < until
        )

    def _inherited(self, fid: int, branch: int) -> bool:
        until = self._closed[fid].get(branch, OPEN)
        entries = self._entries[branch]
        if (entries and entries[0] < until) or (not entries and branch in self._heads):
            return True
        return any(
            self._inherited(fid, child) for fork, child in self._children[branch] if fork < until
        )


def _text(statement: Statement) -> str:
    """The text of a literal, which is what a message could quote."""
    return statement.object.value if isinstance(statement.object, Literal) else ""
