"""Who set a statement, and each qualifier on it: told from commit to commit, through merges."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from graph.model import Node, Qualifier
from graph.sqlite_commits import Commits
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_states import States
from graph.sqlite_terms import Numbers, Terms
from graph.store import Blame


@dataclass(frozen=True, slots=True)
class _Traced:
    """The commits, by number, that set the key of a statement and each of its qualifiers."""

    key: int
    qualifiers: dict[Qualifier, int]


class Blaming:
    """Answers for one state; what was traced once is remembered."""

    def __init__(self, terms: Terms, commits: Commits, states: States) -> None:
        self._terms = terms
        self._commits = commits
        self._states = states
        self._traced: dict[tuple[Numbers, int], _Traced] = {}

    def run(self, snapshot: SqliteSnapshot, nodes: Collection[Node]) -> Iterator[Blame]:
        """For each statement about the nodes, the commits that made it what it is."""
        rows = snapshot.rows_about(nodes)
        traced = [self._trace(numbers, origin) for numbers, origin in rows]
        cids = {origin for _, origin in rows}
        cids.update(*({t.key, *t.qualifiers.values()} for t in traced))
        commits = self._commits.load(cids)
        statements = self._terms.statements([numbers for numbers, _ in rows])
        for statement, (_, origin), found in zip(statements, rows, traced, strict=True):
            yield Blame(
                statement,
                commits[origin].commit,
                commits[found.key].commit,
                tuple((q, commits[found.qualifiers[q]].commit) for q in statement.qualifiers),
            )

    def _trace(self, numbers: Numbers, origin: int) -> _Traced:
        """Follow a statement back; what came before it is traced first, without recursion."""
        waiting = [(numbers, origin)]
        while waiting:
            one = waiting[-1]
            if one in self._traced:
                waiting.pop()
                continue
            before = self._before(*one)
            missing = [earlier for earlier in before if earlier not in self._traced]
            if missing:
                waiting += missing
                continue
            self._traced[one] = self._inherited(one, before)
            waiting.pop()
        return self._traced[(numbers, origin)]

    def _inherited(self, one: tuple[Numbers, int], before: list[tuple[Numbers, int]]) -> _Traced:
        """What the parents had is theirs; the rest is the commit's own."""
        numbers, origin = one
        known: dict[Qualifier, int] = {}
        for earlier in reversed(before):
            known |= self._traced[earlier].qualifiers
        group = self._terms.groups({numbers[3]})[numbers[3]]
        key = self._traced[before[0]].key if before else origin
        return _Traced(key, {q: known.get(q, origin) for q in group})

    def _before(self, numbers: Numbers, origin: int) -> list[tuple[Numbers, int]]:
        """Statements with the same key in the parents of the commit that set this one.

        The first parent's first; a statement that the commit left as it was is not its source.
        """
        recorded = self._commits.get(origin)
        found: list[tuple[Numbers, int]] = []
        for parent in recorded.parents:
            state = self._states.of_commit(parent)
            found += [row for row in state.rows_with_key(numbers) if row[0] != numbers]
        if len(found) > 1:
            kept = {row[0] for row in self._states.of_commit(origin).rows_with_key(numbers)}
            found = [row for row in found if row[0] not in kept] or found
        return found
