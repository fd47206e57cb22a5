"""What every measured store does with a workload; only the standard library, for every worker."""

from __future__ import annotations

import json
import resource
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

#: A statement that was added or removed: (added, subject, predicate, object), as IRIs.
Change: TypeAlias = tuple[bool, str, str, str]


class When(StrEnum):
    """Which state is read: the last one, the one after half of the commits, or that one checked
    out as a branch."""

    HEAD = "head"
    AS_OF = "as-of"
    BRANCH = "branch"


class NotOffered(Exception):  # noqa: N818
    """The system has no such operation."""


@dataclass(frozen=True)
class Workload:
    """A graph and its commits in numbers, as the workload file has them."""

    iris: list[str]
    predicates: list[str]
    edges: list[list[int]]
    removed: list[list[tuple[int, int, int]]]
    added: list[list[tuple[int, int, int]]]
    roots: list[int]
    nodes: list[int]
    changed: list[int]

    @classmethod
    def read(cls, path: Path) -> Workload:
        """Raises OSError, ValueError."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    @property
    def middle(self) -> int:
        """How many commits the state in the middle of the history has after the load."""
        return len(self.removed) // 2

    @cached_property
    def predicate_numbers(self) -> dict[str, int]:
        return {predicate: number for number, predicate in enumerate(self.predicates)}

    def with_predicate_numbers(
        self, edges: Iterable[tuple[str, str, str]]
    ) -> list[tuple[str, int, str]]:
        """Edges of IRIs with the predicate as its number, as tables of edges have it."""
        numbers = self.predicate_numbers
        return [(s, numbers[p], o) for s, p, o in edges]

    def named(self, rows: Iterable[tuple[int, int, int]]) -> list[tuple[str, str, str]]:
        """Rows of numbers as IRIs."""
        return [(self.iris[s], self.predicates[p], self.iris[o]) for s, p, o in rows]


class System(ABC):
    """One store. Questions take an IRI and give IRIs; what is prepared is not measured.

    Commits are numbered from 0, and a state by the number of commits it has after the load.
    """

    def __init__(self, work: Workload) -> None:
        self.work = work

    @abstractmethod
    def new(self, folder: Path) -> Callable[[], object]:
        """Make ready to load the graph into an empty folder; the result loads it."""

    @abstractmethod
    def change(self, number: int) -> Callable[[], object]:
        """Make ready for a commit; the result makes it."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until nothing more happens in the background; the reads come next."""

    def check_out(self) -> None:
        """Make the state in the middle a branch that can be read as ``When.BRANCH``."""
        raise NotOffered

    @abstractmethod
    def neighbours(self, when: When, iri: str) -> Collection[str]:
        """Objects of all edges of a node."""

    @abstractmethod
    def two_hop(self, when: When, iri: str) -> Collection[str]:
        """Nodes one or two edges away."""

    @abstractmethod
    def descendants(self, when: When, iri: str) -> Collection[str]:
        """Nodes from which the hierarchy leads to a node."""

    def diff(self, before: int, after: int) -> Any:
        """Every statement that two states differ in."""
        raise NotOffered

    def diff_as_one(self, before: int, after: int) -> Any:
        """The same as one object, where there is such a thing besides the list."""
        raise NotOffered

    def life(self, iri: str) -> Any:
        """Everything that happened to the edges of a node."""
        raise NotOffered

    def changes(self, answer: Any) -> Iterable[Change]:
        """The answer of ``diff`` and ``life`` in the form that all systems share."""
        raise NotOffered

    @abstractmethod
    def finish(self) -> None:
        """Tidy up as the system advises and close."""


def peak_memory() -> int:
    """The most bytes of memory that this process has had.

    Linux counts it since the program began; what getrusage tells there includes the process that
    started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def bytes_in(folder: Path) -> int:
    """Size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
