"""What a merge needs of the server store."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graph.commit import Commit, CommitMeta
from graph.model import Delta, Node
from graph.neo4j.commits import Commits
from graph.neo4j.history import History
from graph.neo4j.ledger import BranchRow, Ledger
from graph.neo4j.recording import Recording
from graph.neo4j.states import State
from graph.store import Event


class Neo4jWork:
    """:class:`graph.merging.Work` on Neo4j."""

    def __init__(
        self, ledger: Ledger, commits: Commits, history: History, recording: Recording
    ) -> None:
        self._ledger = ledger
        self._commits = commits
        self._history = history
        self._recording = recording

    def past(self, cid: int) -> set[int]:
        return self._ledger.past(cid)

    def commits(self, cids: Collection[int]) -> Iterable[Commit]:
        return self._commits.get(cids).values()

    def first_parent(self, cid: int) -> int | None:
        return next(iter(self._ledger.place(cid).parents), None)

    def state(self, cid: int | None) -> State:
        return self._recording.states.of_commit(cid)

    def head(self, row: BranchRow) -> State:
        return self._recording.states.of_branch(row)

    def between(self, before: State, after: State) -> Delta:
        one, other = before.version.commit, after.version.commit
        return self._recording.states.between(
            None if one is None else self._ledger.number(one),
            None if other is None else self._ledger.number(other),
        )

    def delta(self, cid: int) -> Delta:
        return self._recording.states.entry(cid).delta

    def life(self, cid: int, nodes: Collection[Node]) -> Iterable[Event]:
        return self._history.life(cid, nodes)

    def check_open(self, row: BranchRow, delta: Delta) -> None:
        self._recording.check_open(row, delta)

    def record(
        self,
        row: BranchRow,
        delta: Delta,
        meta: CommitMeta,
        parents: tuple[int, ...],
        source: State | None = None,
    ) -> Commit:
        return self._recording.record(row, delta, meta, parents, source)

    def forward(self, row: BranchRow, cid: int) -> Commit:
        return self._recording.forward(row, cid)
