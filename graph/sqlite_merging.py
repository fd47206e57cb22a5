"""What a merge needs of the embedded store."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graph.commit import Commit
from graph.model import Delta, Node
from graph.sqlite_commits import Commits
from graph.sqlite_history import History
from graph.sqlite_log import Log
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_states import States
from graph.sqlite_versions import BranchRow
from graph.store import Event


class SqliteWork:
    """:class:`graph.merging.Work` on SQLite."""

    def __init__(self, commits: Commits, states: States, log: Log, history: History) -> None:
        self._commits = commits
        self._states = states
        self._log = log
        self._history = history

    def past(self, cid: int) -> set[int]:
        return self._commits.past(cid)

    def commits(self, cids: Collection[int]) -> Iterable[Commit]:
        return [recorded.commit for recorded in self._commits.load(cids).values()]

    def first_parent(self, cid: int) -> int | None:
        return next(iter(self._commits.get(cid).parents), None)

    def state(self, cid: int | None) -> SqliteSnapshot:
        return self._states.of_commit(cid)

    def head(self, row: BranchRow) -> SqliteSnapshot:
        return self._states.of_branch(row)

    def between(self, before: SqliteSnapshot, after: SqliteSnapshot) -> Delta:
        return self._log.delta(before.lineage, after.lineage)

    def delta(self, cid: int) -> Delta:
        before, after = self._commits.around(cid)
        return self._log.delta(before, after)

    def life(self, cid: int, nodes: Collection[Node]) -> Iterable[Event]:
        return self._history.life(cid, nodes)
