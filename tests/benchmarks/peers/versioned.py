"""kgdelta, through its public interface alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import numpy as np

from graph.commit import CommitMeta
from graph.model import Delta, Statement
from graph.snapshot import Columns, Snapshot
from graph.store import Difference, Event, Store, open_store
from tests.benchmarks.peers.system import Change, System, When, Workload

META = CommitMeta("measured", "benchmark")


class Kgdelta(System):
    """A store in one file; one snapshot serves all the questions to a state."""

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self._store: Store | None = None
        self._commits: list[str] = []
        self._snapshots: dict[When, Snapshot] = {}

    def new(self, folder: Path) -> Callable[[], object]:
        if self._store is not None:
            self._store.close()
        self._store = open_store(str(folder / "kg.db"), create=True)
        s, p, o = (np.array(column, dtype=np.int64) for column in self.work.edges)
        terms = (*self.work.iris, *self.work.predicates)
        columns = Columns(terms, ((),), s, p + len(self.work.iris), o, np.zeros_like(s))
        return lambda: self._load(columns)

    @property
    def store(self) -> Store:
        if self._store is None:
            raise RuntimeError("nothing is loaded yet")
        return self._store

    def _load(self, columns: Columns) -> None:
        self._commits = [self.store.load("main", columns, None, META).id]

    def change(self, number: int) -> Callable[[], object]:
        delta = Delta(
            frozenset(Statement(*row) for row in self.work.named(self.work.removed[number])),
            frozenset(Statement(*row) for row in self.work.named(self.work.added[number])),
        )
        return lambda: self._commit(delta)

    def _commit(self, delta: Delta) -> None:
        self._commits.append(self.store.commit("main", delta, self._commits[-1], META).id)

    def settle(self) -> None:
        self._snapshots[When.HEAD] = self.store.snapshot("main")
        self._snapshots[When.AS_OF] = self.store.snapshot(self._commits[self.work.middle])

    def check_out(self) -> None:
        self.store.create_branch("old", self._commits[self.work.middle])
        self._snapshots[When.BRANCH] = self.store.snapshot("old")

    def neighbours(self, when: When, iri: str) -> Collection[str]:
        return self._snapshots[when].reach((iri,), self.work.predicates, depth=1)

    def two_hop(self, when: When, iri: str) -> Collection[str]:
        return self._snapshots[when].reach((iri,), self.work.predicates, depth=2)

    def descendants(self, when: When, iri: str) -> Collection[str]:
        return self._snapshots[when].reach((iri,), self.work.predicates[:1], inverse=True)

    def diff(self, before: int, after: int) -> list[Difference]:
        return list(self.store.differences(self._commits[before], self._commits[after]))

    def diff_as_one(self, before: int, after: int) -> Delta:
        return self.store.diff(self._commits[before], self._commits[after])

    def life(self, iri: str) -> list[Event]:
        return list(self.store.life((iri,)))

    def changes(self, answer: list[Difference] | list[Event] | Delta) -> Iterable[Change]:
        if isinstance(answer, Delta):
            answer = [
                *(Difference(False, statement) for statement in answer.removed),
                *(Difference(True, statement) for statement in answer.added),
            ]
        for row in answer:
            statement = row.statement
            yield row.added, statement.subject, statement.predicate, str(statement.object)

    def finish(self) -> None:
        self.store.close()
