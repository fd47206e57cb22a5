"""Errors of formats."""

from __future__ import annotations

from collections.abc import Iterable

from graph.errors import KgdeltaError


class IngestError(KgdeltaError):
    """A source cannot be read, or a state cannot be written, in a format."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        self.source = source
        self.line = line
        self.reason = reason
        super().__init__(f"{source}{f', line {line}' if line else ''}: {reason}")


class UnknownFormatError(IngestError):
    """What a source begins with, or how it is called, is of no format; ``known`` names them all."""

    def __init__(self, source: str, known: Iterable[str]) -> None:
        self.known = tuple(known)
        super().__init__(source, 0, f"not of a known format: {', '.join(self.known)}")
