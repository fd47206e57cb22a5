"""Nodes reached along edges, asked in one question from the indexes alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from graph.sqlite_database import Database
from graph.sqlite_lineage import MAX_DEPTH
from graph.sqlite_terms import as_json

#: Up to so many steps are one question; more go step by step, so that no text of SQL grows long.
_CHAINED: Final = 3


class Reach:
    """Walks over the rows that a state sees: ``visible`` has a condition for each of its spans."""

    def __init__(self, database: Database, visible: Sequence[str]) -> None:
        self._database = database
        self._visible = visible

    def run(
        self, start: Collection[int], along: Collection[int], inverse: bool, depth: int | None
    ) -> Collection[int]:
        """Ids reached in one step or more, ``depth`` at most."""
        if not start or not along or not self._visible or depth == 0:
            return ()
        # Numbers of the store's own, never of a caller, so they may stand in the text.
        listed = ",".join(map(str, sorted(along)))
        if depth is None and len(self._visible) <= MAX_DEPTH + 1:
            return self._all(start, listed, inverse)
        if depth is not None and depth <= _CHAINED and len(self._visible) == 1:
            return self._chained(start, listed, inverse, depth)
        return self._steps(start, listed, inverse, depth)

    def _step(self, source: str, node: str, along: str, inverse: bool) -> str:
        """From nodes to nodes along an edge: one SELECT for each span."""
        near, far, index = ("o", "s", "fact_in") if inverse else ("s", "o", "fact_out")
        return " UNION ".join(
            f"SELECT f.{far} FROM {source} CROSS JOIN fact AS f INDEXED BY {index} "  # noqa: S608
            f"ON f.{near}={node} WHERE {condition} AND f.{far}>0 AND f.p IN ({along})"
            for condition in self._visible
        )

    def _ask(self, sql: str, start: Collection[int]) -> list[int]:
        rows = self._database.rows(sql, {"n": as_json(start)})
        return [number for (number,) in rows]

    def _all(self, start: Collection[int], along: str, inverse: bool) -> list[int]:
        first = self._step("json_each(:n) AS r", "r.value", along, inverse)
        again = self._step("reached AS r", "r.n", along, inverse)
        sql = f"WITH RECURSIVE reached(n) AS ({first} UNION {again}) SELECT n FROM reached"  # noqa: S608
        return self._ask(sql, start)

    def _chained(
        self, start: Collection[int], along: str, inverse: bool, depth: int
    ) -> Collection[int]:
        step = self._step("json_each(:n) AS r", "r.value", along, inverse)
        if depth == 1:
            return self._ask(step, start)
        steps = [f"h1(n) AS MATERIALIZED ({step})"]
        for number in range(2, depth + 1):
            step = self._step(f"h{number - 1} AS r", "r.n", along, inverse)
            steps.append(f"h{number}(n) AS MATERIALIZED ({step})")
        whole = " UNION ALL ".join(f"SELECT n FROM h{n}" for n in range(1, depth + 1))  # noqa: S608
        return self._ask(f"WITH {', '.join(steps)} {whole}", start)

    def _steps(
        self, start: Collection[int], along: str, inverse: bool, depth: int | None
    ) -> set[int]:
        reached: set[int] = set()
        frontier = set(start)
        step = self._step("json_each(:n) AS r", "r.value", along, inverse)
        taken = 0
        while frontier and (depth is None or taken < depth):
            found = set(self._ask(step, frontier))
            frontier = found - reached
            reached |= found
            taken += 1
        return reached
