"""The past of a version: its log, and the lives of nodes through merges."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graph.commit import Commit
from graph.model import Node, Statement
from graph.sqlite_commits import Commits, Recorded
from graph.sqlite_database import Database
from graph.sqlite_lineage import lineage_of
from graph.sqlite_log import ADD, Happening, Log
from graph.sqlite_terms import Numbers, Terms
from graph.store import Event, LogFilter


class History:
    """What led to a commit."""

    def __init__(
        self, database: Database, gid: int, terms: Terms, commits: Commits, log: Log
    ) -> None:
        self._database = database
        self._gid = gid
        self._terms = terms
        self._commits = commits
        self._log = log

    def log(self, cid: int, where: LogFilter) -> Iterator[Commit]:
        """Commits on the first-parent line that pass a filter, newest first."""
        touching = self._touching(where)
        for recorded in self._commits.recorded_on_line(cid):
            if (touching is None or recorded.cid in touching) and where.passes(recorded.commit):
                yield recorded.commit

    def _touching(self, where: LogFilter) -> set[int] | None:
        """Commits that touched a node, a predicate, or the two in one statement; None for all."""
        if where.node is None:
            if where.predicate is None:
                return None
            happened = self._log.with_predicate(self._gid, where.predicate)
        else:
            happened = self._log.happenings(self._gid, {where.node})
            if where.predicate is not None:
                along = self._terms.nodes({where.predicate}).get(where.predicate)
                happened = [h for h in happened if h.numbers[1] == along]
        return {h.cid for h in happened}

    def life(self, cid: int, nodes: Collection[Node]) -> Iterator[Event]:
        """Each statement set or withdrawn by a commit in the past of one, oldest first.

        What a merge brings is told by the commits that made it, not once more by the merge.
        """
        happened = self._log.happenings(self._gid, nodes)
        past = self._past(cid, happened)
        events = {(h.cid, h.op, h.numbers): h for h in happened if h.cid in past}
        commits = self._commits.load({number for number, _, _ in events})
        told = [key for key, h in events.items() if not self._repeats(commits[key[0]], h, events)]
        statements = list(self._terms.statements([numbers for _, _, numbers in told]))
        rows = zip(told, statements, strict=True)
        for (number, op, _), statement in sorted(rows, key=_order):
            yield Event(commits[number].commit, op == ADD, statement)

    def _past(self, cid: int, happened: list[Happening]) -> set[int]:
        """Ancestors among the commits of the happenings; walks them only where it must."""
        home = self._commits.get(cid).home
        seen = {s.branch: s.seq for s in lineage_of(self._database, home.branch, home.seq)}
        if all(h.at.seq <= seen.get(h.at.branch, 0) for h in happened):
            return {h.cid for h in happened}
        return self._commits.past(cid)

    def _repeats(
        self,
        recorded: Recorded,
        happening: Happening,
        events: dict[tuple[int, int, Numbers], Happening],
    ) -> bool:
        """Whether a merge only brings what a commit of its second parent's line did."""
        if len(recorded.parents) < 2:
            return False
        if happening.op == ADD:
            return happening.origin != recorded.cid
        others = {
            number
            for number, op, numbers in events
            if op == happening.op and numbers == happening.numbers and number != recorded.cid
        }
        if not others:
            return False
        past = self._commits.past
        return bool(others & (past(recorded.parents[1]) - past(recorded.parents[0])))


def _order(row: tuple[tuple[int, int, Numbers], Statement]) -> tuple[int, int, bytes]:
    (number, op, _), statement = row
    return (number, op, statement.encode())
