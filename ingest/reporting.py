"""Where a reader tells what is wrong with its source, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from graph.model import Statement
from ingest.document import Document, Problem
from ingest.errors import IngestError

#: Problems that are kept one by one; of more, only the number.
MOST: Final = 10_000


class Report:
    """Collects the problems of one source; with ``strict`` the first one is an IngestError."""

    def __init__(self, source: str, strict: bool = False) -> None:
        self.source = source
        self.strict = strict
        self._kept: list[Problem] = []
        self._further = 0

    def add(self, line: int, reason: str) -> None:
        """Tell a problem; ``line`` counts from 1, 0 is the whole source."""
        if self.strict:
            raise IngestError(self.source, line, reason)
        if len(self._kept) < MOST:
            self._kept.append(Problem(self.source, line, reason))
        else:
            self._further += 1

    def at(self, line: int) -> Callable[[str], None]:
        """How one line tells its problems."""
        return lambda reason: self.add(line, reason)

    def include(self, other: Report) -> None:
        """Take over what was told of another source that this one needs."""
        for problem in other.problems:
            if len(self._kept) < MOST:
                self._kept.append(problem)
            else:
                self._further += 1

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was told, in order."""
        if not self._further:
            return tuple(self._kept)
        rest = Problem(self.source, 0, f"{self._further:,} further problems are not listed")
        return (*self._kept, rest)


def collect(statements: Iterable[Statement], report: Report) -> Document:
    """The document of streamed statements; rows that say what another one says are reported."""
    found: set[Statement] = set()
    count = 0
    for statement in statements:
        found.add(statement)
        count += 1
    if count > len(found):
        report.add(0, f"{count - len(found):,} statements are said again")
    return Document(report.source, frozenset(found), problems=report.problems)
