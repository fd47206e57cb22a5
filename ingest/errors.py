"""Errors of formats."""

from __future__ import annotations

from graph.errors import KgdeltaError


class IngestError(KgdeltaError):
    """A source cannot be read, or a state cannot be written, in a format."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        self.source = source
        self.line = line
        self.reason = reason
        super().__init__(f"{source}{f', line {line}' if line else ''}: {reason}")
