"""What led to a commit: its log, the lives of nodes, and who set what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from graph.blaming import Tracing
from graph.commit import Commit
from graph.model import Key, Node, Qualifier, Statement
from graph.neo4j.commits import Commits
from graph.neo4j.ledger import Asking, Ledger, Step
from graph.neo4j.main_line import touched
from graph.neo4j.snapshot import MainSnapshot, Row
from graph.neo4j.states import State, States
from graph.store import Blame, Event, LogFilter

#: A commit, whether it set the statement, and the statement.
Happening = tuple[int, bool, Statement]


class History:
    """Tells the main line from its relationships, and all else from the logs of its commits."""

    def __init__(
        self, server: Asking, ledger: Ledger, graph: str, commits: Commits, states: States
    ) -> None:
        self._server = server
        self._ledger = ledger
        self._graph = graph
        self._commits = commits
        self._states = states

    def log(self, number: int, where: LogFilter) -> Iterator[Commit]:
        """Commits on the first-parent line that pass a filter, newest first."""
        line = self._ledger.line(number)
        touching = self._touching(where)
        if touching is not None:
            line = [one for one in line if one in touching]
        for commit in self._commits.listed(line):
            if where.passes(commit):
                yield commit

    def _touching(self, where: LogFilter) -> set[int] | None:
        """Commits that touched a node, a predicate, or the two in one statement; None for all."""
        if where.node is None:
            if where.predicate is None:
                return None
            rows = self._whole().rows_with(where.predicate)
            beside = self._beside(None)
        else:
            rows = self._rows({where.node})
            beside = self._beside({where.node})
        wanted = where.predicate
        found = {
            number
            for row in rows
            if wanted is None or row.statement.predicate == wanted
            for number in self._entries_of(row)
        }
        return found | {
            number
            for number, _, statement in beside
            if wanted is None or statement.predicate == wanted
        }

    def _entries_of(self, row: Row) -> Iterator[int]:
        """The commits of the main line that opened and closed a row, those made there."""
        for seq in (row.since, row.until):
            if seq is not None:
                number = self._ledger.main[seq - 1]
                if self._ledger.place(number).home:
                    yield number

    def _whole(self) -> MainSnapshot:
        return self._states.main(self._ledger.seq)

    def _rows(self, nodes: Collection[Node]) -> list[Row]:
        return list(set(self._whole().rows_of(nodes)))

    def _beside(self, nodes: Collection[Node] | None) -> Iterator[Happening]:
        """What commits that were not made on the main line did to nodes, or to all."""
        if not self._ledger.beside:
            return
        if nodes is None:
            numbers = sorted(self._ledger.beside)
        else:
            query = (
                "UNWIND $nodes AS node MATCH (e:Entity {graph: $graph, id: node})<-[:TOUCHED]-(c) "
                "RETURN DISTINCT c.number ORDER BY c.number"
            )
            found = self._server.rows(query, graph=self._graph, nodes=sorted(set(nodes)))
            numbers = [row[0] for row in found]
        wanted = None if nodes is None else set(nodes)
        entries = self._states.entries([Step(number, False) for number in numbers])
        for number, entry in zip(numbers, entries, strict=True):
            for added, statements in ((False, entry.removed), (True, entry.added)):
                for statement in statements:
                    brought = added and entry.origins.get(statement, number) != number
                    if not brought and (wanted is None or wanted & touched(statement)):
                        yield number, added, statement

    def life(self, number: int, nodes: Collection[Node]) -> Iterator[Event]:
        """Each statement set or withdrawn by a commit in the past of one, oldest first.

        What a merge brings is told by the commits that made it, not once more by the merge.
        """
        past = self._ledger.past(number)
        told: set[Happening] = set()
        for row in self._rows(nodes):
            told.add((row.origin, True, row.statement))
            if row.until is not None:
                closing = self._ledger.main[row.until - 1]
                if self._ledger.place(closing).home:
                    told.add((closing, False, row.statement))
        told.update(self._beside(nodes))
        told = {one for one in told if one[0] in past}
        removing: defaultdict[Statement, set[int]] = defaultdict(set)
        for one, added, statement in told:
            if not added:
                removing[statement].add(one)
        kept = [h for h in told if h[1] or not self._repeats(h[0], removing[h[2]])]
        commits = self._commits.get({one for one, _, _ in kept})
        for one, added, statement in sorted(kept, key=lambda h: (h[0], h[1], h[2].encode())):
            yield Event(commits[one], added, statement)

    def _repeats(self, number: int, removing: set[int]) -> bool:
        """Whether a merge only brings what a commit of its second parent's line did."""
        parents = self._ledger.place(number).parents
        others = removing - {number}
        if len(parents) < 2 or not others:
            return False
        return bool(others & (self._ledger.past(parents[1]) - self._ledger.past(parents[0])))

    def blame(self, state: State, nodes: Collection[Node]) -> Iterator[Blame]:
        """For each statement about the nodes, the commits that made it what it is."""
        past = _Past(self._ledger, self._states, self._whole().rows_about(nodes))
        tracing = Tracing(past)
        steps = () if state.version.commit is None else self._steps(state.version.commit)
        rows = [row for row in past.rows(state.seq, steps, None) if row[0].subject in set(nodes)]
        traced = [tracing.trace(statement, origin) for statement, origin in rows]
        numbers = {origin for _, origin in rows}
        numbers.update(*({t.key, *t.qualifiers.values()} for t in traced))
        commits = self._commits.get(numbers)
        for (statement, origin), found in zip(rows, traced, strict=True):
            yield Blame(
                statement,
                commits[origin],
                commits[found.key],
                tuple((q, commits[found.qualifiers[q]]) for q in statement.qualifiers),
            )

    def _steps(self, commit: str) -> tuple[Step, ...]:
        return self._ledger.footing(self._ledger.number(commit))[1]


class _Past:
    """Rows of some subjects in any state: see :class:`graph.blaming.Past`."""

    def __init__(self, ledger: Ledger, states: States, rows: Iterable[Row]) -> None:
        self._ledger = ledger
        self._states = states
        self._all = list(rows)
        self._by_key: defaultdict[Key, list[Row]] = defaultdict(list)
        for row in self._all:
            self._by_key[row.statement.key].append(row)

    def parents(self, cid: int) -> tuple[int, ...]:
        return self._ledger.place(cid).parents

    def with_key(self, cid: int, row: Statement) -> Iterable[tuple[Statement, int]]:
        seq, steps = self._ledger.footing(cid)
        return self.rows(seq, steps, row.key)

    def qualifiers(self, row: Statement) -> tuple[Qualifier, ...]:
        return row.qualifiers

    def rows(
        self, seq: int, steps: tuple[Step, ...], key: Key | None
    ) -> list[tuple[Statement, int]]:
        """Statements that hold at an entry of the main line, and steps after it."""
        known = self._all if key is None else self._by_key.get(key, [])
        found = {
            row.statement: row.origin
            for row in known
            if row.since <= seq and (row.until is None or row.until > seq)
        }
        for step, entry in zip(steps, self._states.entries(steps), strict=True):
            for statement in entry.removed:
                found.pop(statement, None)
            for statement in entry.added:
                if key is None or statement.key == key:
                    found[statement] = entry.origins.get(statement, step.number)
        return sorted(found.items(), key=lambda one: one[0].encode())
