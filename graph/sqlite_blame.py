"""Who set the statements of a state in SQLite."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from graph.blaming import Tracing
from graph.model import Node, Qualifier
from graph.sqlite_commits import Commits
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_states import States
from graph.sqlite_terms import Numbers, Terms
from graph.store import Blame


class Blaming:
    """Answers for one state; a row is the numbers of a statement."""

    def __init__(self, terms: Terms, commits: Commits, states: States) -> None:
        self._terms = terms
        self._commits = commits
        self._states = states

    def run(self, snapshot: SqliteSnapshot, nodes: Collection[Node]) -> Iterator[Blame]:
        """For each statement about the nodes, the commits that made it what it is."""
        rows = snapshot.rows_about(nodes)
        tracing = Tracing(self)
        traced = [tracing.trace(numbers, origin) for numbers, origin in rows]
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

    def parents(self, cid: int) -> tuple[int, ...]:
        """See :class:`graph.blaming.Past`."""
        return self._commits.get(cid).parents

    def with_key(self, cid: int, row: Numbers) -> Iterable[tuple[Numbers, int]]:
        """See :class:`graph.blaming.Past`."""
        return self._states.of_commit(cid).rows_with_key(row)

    def qualifiers(self, row: Numbers) -> tuple[Qualifier, ...]:
        """See :class:`graph.blaming.Past`."""
        return self._terms.groups({row[3]})[row[3]]
