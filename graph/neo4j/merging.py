"""What a merge needs of the server store."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graph.commit import Commit
from graph.model import Delta, Node
from graph.neo4j.commits import Commits
from graph.neo4j.history import History
from graph.neo4j.ledger import BranchRow, Ledger
from graph.neo4j.states import State, States
from graph.store import Event


class Neo4jWork:
    """:class:`graph.merging.Work` on Neo4j."""

    def __init__(self, ledger: Ledger, commits: Commits, history: History, states: States) -> None:
        self._ledger = ledger
        self._commits = commits
        self._history = history
        self._states = states

    def past(self, cid: int) -> set[int]:
        return self._ledger.past(cid)

    def commits(self, cids: Collection[int]) -> Iterable[Commit]:
        return self._commits.get(cids).values()

    def first_parent(self, cid: int) -> int | None:
        return next(iter(self._ledger.place(cid).parents), None)

    def state(self, cid: int | None) -> State:
        return self._states.of_commit(cid)

    def head(self, row: BranchRow) -> State:
        return self._states.of_branch(row)

    def between(self, before: State, after: State) -> Delta:
        one, other = before.version.commit, after.version.commit
        return self._states.between(
            None if one is None else self._ledger.number(one),
            None if other is None else self._ledger.number(other),
        )

    def delta(self, cid: int) -> Delta:
        return self._states.entry(cid).delta

    def life(self, cid: int, nodes: Collection[Node]) -> Iterable[Event]:
        return self._history.life(cid, nodes)
