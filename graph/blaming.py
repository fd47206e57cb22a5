"""Who set a statement, and each qualifier on it: told from commit to commit, through merges."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from graph.model import Qualifier

Row = TypeVar("Row", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Traced:
    """The commits, by number, that set the key of a statement and each of its qualifiers."""

    key: int
    qualifiers: dict[Qualifier, int]


class Past(Protocol[Row]):
    """What a store tells of rows, which stand for statements, and of commits by number."""

    def parents(self, cid: int) -> tuple[int, ...]:
        """The parents of a commit, the first one first."""

    def with_key(self, cid: int, row: Row) -> Iterable[tuple[Row, int]]:
        """Rows with the key of one, in the state at a commit, and the commits that set them."""

    def qualifiers(self, row: Row) -> tuple[Qualifier, ...]:
        """What is said on the statement that a row stands for."""


class Tracing(Generic[Row]):
    """Follows statements back; what was traced once is remembered."""

    def __init__(self, past: Past[Row]) -> None:
        self._past = past
        self._traced: dict[tuple[Row, int], Traced] = {}

    def trace(self, row: Row, origin: int) -> Traced:
        """Follow a statement back; what came before it is traced first, without recursion."""
        waiting = [(row, origin)]
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
        return self._traced[(row, origin)]

    def _inherited(self, one: tuple[Row, int], before: list[tuple[Row, int]]) -> Traced:
        """What the parents had is theirs; the rest is the commit's own."""
        row, origin = one
        known: dict[Qualifier, int] = {}
        for earlier in reversed(before):
            known |= self._traced[earlier].qualifiers
        key = self._traced[before[0]].key if before else origin
        return Traced(key, {q: known.get(q, origin) for q in self._past.qualifiers(row)})

    def _before(self, row: Row, origin: int) -> list[tuple[Row, int]]:
        """Statements with the same key in the parents of the commit that set this one.

        The first parent's first; a statement that the commit left as it was is not its source.
        """
        found: list[tuple[Row, int]] = []
        for parent in self._past.parents(origin):
            found += [other for other in self._past.with_key(parent, row) if other[0] != row]
        if len(found) > 1:
            kept = {other[0] for other in self._past.with_key(origin, row)}
            found = [other for other in found if other[0] not in kept] or found
        return found
