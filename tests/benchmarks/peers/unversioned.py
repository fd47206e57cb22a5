"""SQLite without any history: what versions cost is measured against this."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import apsw

from tests.benchmarks.peers.sql import DELETE, DESCENDANTS, INSERT, NEIGHBOURS, TWO_HOP
from tests.benchmarks.peers.system import NotOffered, System, When, Workload


class Unversioned(System):
    """Nodes and edges in numbers, two indexes, one transaction a commit, as durable as can be."""

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self._connection = apsw.Connection(":memory:")

    def new(self, folder: Path) -> Callable[[], object]:
        self._connection.close()
        self._connection = apsw.Connection(str(folder / "plain.db"))
        for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            self._connection.execute(f"PRAGMA {setting}")
        return self._load

    def _load(self) -> None:
        run = self._connection
        with run:
            run.execute("CREATE TABLE node(id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE)")
            run.execute(
                "CREATE TABLE edge(s INTEGER NOT NULL, p INTEGER NOT NULL, o INTEGER NOT NULL)"
            )
            run.executemany("INSERT INTO node VALUES(?, ?)", enumerate(self.work.iris))
            run.executemany("INSERT INTO edge VALUES(?, ?, ?)", zip(*self.work.edges, strict=True))
            run.execute("CREATE UNIQUE INDEX edge_out ON edge(s, p, o)")
            run.execute("CREATE INDEX edge_in ON edge(o, p, s)")

    def change(self, number: int) -> Callable[[], object]:
        removed = self.work.named(self.work.removed[number])
        added = self.work.named(self.work.added[number])
        return lambda: self._commit(removed, added)

    def _commit(
        self, removed: list[tuple[str, str, str]], added: list[tuple[str, str, str]]
    ) -> None:
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        for sql, edges in ((DELETE, removed), (INSERT, added)):
            run.executemany(sql, self.work.with_predicate_numbers(edges))
        run.execute("COMMIT")

    def settle(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _ask(self, when: When, question: str, iri: str) -> Collection[str]:
        if when is not When.HEAD:
            raise NotOffered
        return {row[0] for row in self._connection.execute(question, (iri,))}

    def neighbours(self, when: When, iri: str) -> Collection[str]:
        return self._ask(when, NEIGHBOURS, iri)

    def two_hop(self, when: When, iri: str) -> Collection[str]:
        return self._ask(when, TWO_HOP, iri)

    def descendants(self, when: When, iri: str) -> Collection[str]:
        return self._ask(when, DESCENDANTS, iri)

    def finish(self) -> None:
        self._connection.close()
