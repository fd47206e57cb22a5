"""DoltLite in this process; its tables are asked in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.peers.sql import (
    DELETE,
    DESCENDANTS,
    INSERT,
    NEIGHBOURS,
    NUMBER,
    TWO_HOP,
)
from tests.benchmarks.peers.system import Change, NotOffered, System, When, Workload

# A past state has no index on objects, and none on subjects that a join could use.
_NEIGHBOURS_AT: Final = f"""
    SELECT b.iri FROM dolt_at_edge(?) e JOIN node b ON b.id=e.o WHERE e.s={NUMBER}"""
_BEYOND_AT: Final = """
    SELECT DISTINCT b.iri FROM dolt_at_edge(?) e JOIN node b ON b.id=e.o
    WHERE e.s IN (SELECT id FROM node WHERE iri IN ({}))"""
_DESCENDANTS_AT: Final = """
    WITH RECURSIVE was AS MATERIALIZED (SELECT e.s, e.o FROM dolt_at_edge(?) e WHERE e.p=0),
    below(n) AS (SELECT was.s FROM node a JOIN was ON was.o=a.id WHERE a.iri=?
        UNION SELECT was.s FROM below JOIN was ON was.o=below.n)
    SELECT b.iri FROM below JOIN node b ON b.id=below.n"""
_DIFF: Final = """
    SELECT d.diff_type='added', a.iri, coalesce(d.to_p, d.from_p), b.iri FROM {} d
    JOIN node a ON a.id=coalesce(d.to_s, d.from_s) JOIN node b ON b.id=coalesce(d.to_o, d.from_o)
    {}"""
_LIFE: Final = _DIFF.format("dolt_diff_edge", f"WHERE d.to_s={NUMBER} OR d.from_s={NUMBER}")


class DoltLite(System):
    """Edges in a table whose primary key is the edge, and an index for the other direction."""

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self._connection: Any = None
        self._old: Any = None
        self._file = Path()
        self._commits: list[str] = []

    def new(self, folder: Path) -> Callable[[], object]:
        if self._connection is not None:
            self._connection.close()
        self._file = folder / "dolt.db"
        self._connection = sqlite3.connect(self._file, isolation_level=None)
        if self._connection.execute("SELECT doltlite_engine()").fetchone() != ("prolly",):
            raise RuntimeError("sqlite3 of this Python is not DoltLite")
        return self._load

    def _load(self) -> None:
        run = self._connection
        run.execute("CREATE TABLE node(id INTEGER PRIMARY KEY, iri TEXT NOT NULL)")
        run.execute("CREATE UNIQUE INDEX node_iri ON node(iri)")
        run.execute(
            "CREATE TABLE edge(s INTEGER, p INTEGER, o INTEGER, PRIMARY KEY(s, p, o)) WITHOUT ROWID"
        )
        run.execute("BEGIN")
        run.executemany("INSERT INTO node VALUES(?, ?)", enumerate(self.work.iris))
        run.executemany("INSERT INTO edge VALUES(?, ?, ?)", zip(*self.work.edges, strict=True))
        run.execute("CREATE INDEX edge_in ON edge(o, p, s)")
        run.execute("COMMIT")
        self._commits = [run.execute("SELECT dolt_commit('-A', '-m', 'load')").fetchone()[0]]

    def change(self, number: int) -> Callable[[], object]:
        removed = self.work.named(self.work.removed[number])
        added = self.work.named(self.work.added[number])
        return lambda: self._commit(removed, added)

    def _commit(
        self, removed: list[tuple[str, str, str]], added: list[tuple[str, str, str]]
    ) -> None:
        run = self._connection
        run.execute("BEGIN")
        for sql, edges in ((DELETE, removed), (INSERT, added)):
            run.executemany(sql, self.work.with_predicate_numbers(edges))
        run.execute("COMMIT")
        made = run.execute("SELECT dolt_commit('-a', '-m', 'measured')").fetchone()[0]
        self._commits.append(made)

    def settle(self) -> None:
        """Nothing runs in the background."""

    def check_out(self) -> None:
        commit = self._commits[self.work.middle]
        self._connection.execute("SELECT dolt_branch('old', ?)", (commit,)).fetchall()
        self._old = sqlite3.connect(self._file, isolation_level=None)
        self._old.execute("SELECT dolt_checkout('old')").fetchall()

    def _ask(self, when: When, question: str, iri: str) -> Collection[str]:
        connection = self._old if when is When.BRANCH else self._connection
        return {row[0] for row in connection.execute(question, (iri,))}

    def _ask_past(self, question: str, *bindings: str) -> set[str]:
        past = self._commits[self.work.middle]
        return {row[0] for row in self._connection.execute(question, (past, *bindings))}

    def neighbours(self, when: When, iri: str) -> Collection[str]:
        if when is When.AS_OF:
            return self._ask_past(_NEIGHBOURS_AT, iri)
        return self._ask(when, NEIGHBOURS, iri)

    def two_hop(self, when: When, iri: str) -> Collection[str]:
        if when is not When.AS_OF:
            return self._ask(when, TWO_HOP, iri)
        near = self._ask_past(_NEIGHBOURS_AT, iri)
        return near | self._ask_past(_BEYOND_AT.format(", ".join("?" * len(near))), *near)

    def descendants(self, when: When, iri: str) -> Collection[str]:
        if when is When.AS_OF:
            return self._ask_past(_DESCENDANTS_AT, iri)
        return self._ask(when, DESCENDANTS, iri)

    def diff(self, before: int, after: int) -> list[Any]:
        states = (self._commits[before], self._commits[after])
        return list(self._connection.execute(_DIFF.format("dolt_diff_edge(?, ?)", ""), states))

    def diff_as_one(self, before: int, after: int) -> Any:
        raise NotOffered

    def life(self, iri: str) -> list[Any]:
        return list(self._connection.execute(_LIFE, (iri, iri)))

    def changes(self, answer: list[Any]) -> Iterable[Change]:
        for added, s, p, o in answer:
            yield bool(added), s, self.work.predicates[p], o

    def finish(self) -> None:
        if self._old is not None:
            self._old.close()
        self._connection.execute("SELECT dolt_gc()").fetchall()
        self._connection.close()
