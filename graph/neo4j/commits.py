"""Commits as people recorded them, read by number and kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from graph.commit import Commit, from_microseconds
from graph.errors import CorruptStoreError
from graph.neo4j.ledger import Asking, Ledger

_BATCH: Final = 500
_READ: Final = """UNWIND $numbers AS number MATCH (c:Commit {graph: $graph, number: number})
RETURN number, c.id, c.delta, c.author, c.authored, c.committed, c.message, c.changes,
    c.provenance"""


class Commits:
    """The commits of one graph; they never change but where words are erased."""

    def __init__(self, server: Asking, ledger: Ledger, graph: str) -> None:
        self._server = server
        self._ledger = ledger
        self._graph = graph
        self._kept: dict[int, Commit] = {}

    def through(self, server: Asking) -> Commits:
        """The same commits, asked for in a transaction."""
        other = Commits(server, self._ledger, self._graph)
        other._kept = self._kept
        return other

    def keep(self, number: int, commit: Commit) -> None:
        """Know a commit without asking."""
        self._kept[number] = commit

    def forget(self) -> None:
        """Know nothing."""
        self._kept.clear()

    def get(self, numbers: Collection[int]) -> dict[int, Commit]:
        """Commits by their numbers. Raises CorruptStoreError."""
        missing = [number for number in numbers if number not in self._kept]
        if missing:
            for row in self._server.rows(_READ, graph=self._graph, numbers=missing):
                self._kept[row[0]] = self._commit(row)
        try:
            return {number: self._kept[number] for number in numbers}
        except KeyError as error:
            raise CorruptStoreError(self._graph, f"damaged: no commit {error}") from error

    def one(self, number: int) -> Commit:
        """A commit by its number."""
        return self.get([number])[number]

    def in_order(self, numbers: Collection[int]) -> Iterator[Commit]:
        """Commits so that parents come first, read in batches."""
        yield from self.listed(sorted(numbers))

    def listed(self, numbers: list[int]) -> Iterator[Commit]:
        """Commits in a given order, read in batches."""
        for start in range(0, len(numbers), _BATCH):
            batch = numbers[start : start + _BATCH]
            found = self.get(batch)
            yield from (found[number] for number in batch)

    def _commit(self, row: list[Any]) -> Commit:
        number, commit, delta, author, authored, committed, message, changes, provenance = row
        try:
            parents = self._ledger.place(number).parents
            return Commit(
                commit,
                tuple(self._ledger.place(parent).id for parent in parents),
                bytes.fromhex(delta),
                author,
                from_microseconds(authored),
                from_microseconds(committed),
                message,
                tuple(changes),
                tuple((key, value) for key, value in json.loads(provenance)),
            )
        except (ValueError, TypeError, OverflowError) as error:
            reason = f"damaged: commit {number}: {error}"
            raise CorruptStoreError(self._graph, reason) from error
