"""What a reader gives: statements, layout, and what was wrong with the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from graph.memory import MemorySnapshot
from graph.model import Statement
from graph.snapshot import Version

_NO_PREFIXES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a caller may say about a source.

    ``ontology`` is used where the source names none; ``strict`` makes the first problem an
    IngestError; ``prefixes`` (prefix to namespace) serve where the source declares none of that
    name; ``stable_edge_ids`` replaces edge ids that are random per build by a hash of the rest.
    """

    ontology: str | None = None
    strict: bool = False
    prefixes: Mapping[str, str] = field(default_factory=lambda: _NO_PREFIXES)
    stable_edge_ids: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is not as its format wants it; ``line`` counts from 1, 0 is the whole source."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.source}{f', line {self.line}' if self.line else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A text of the source that is no statement: a comment, or a clause said twice."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file has beside its statements. It belongs to the file, never to the graph."""

    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A source that was read: what it says, how it looks, and what is wrong with it."""

    source: str
    statements: frozenset[Statement]
    layout: Layout = Layout()
    problems: tuple[Problem, ...] = ()

    def snapshot(self) -> MemorySnapshot:
        """The statements as a snapshot."""
        return MemorySnapshot(self.statements, Version(name=self.source))
