"""Errors of the change language."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from graph.errors import KgdeltaError

if TYPE_CHECKING:
    from kgcl.changes import Change


class ChangeError(KgdeltaError):
    """A change could not be read or cannot be made."""


class KgclSyntaxError(ChangeError):
    """A text is not KGCL: says where, what was expected there, and shows the line.

    ``source`` is the command that is wrong; the nearest text that would parse is sought when it
    is asked for, since that costs many parses.
    """

    def __init__(
        self,
        reason: str,
        line: int,
        column: int,
        expected: tuple[str, ...] = (),
        snippet: str = "",
        source: str = "",
    ) -> None:
        self.reason = reason
        self.line = line
        self.column = column
        self.expected = expected
        self.snippet = snippet
        self.source = source
        super().__init__(reason)

    def __str__(self) -> str:
        hint = f"; expected {' or '.join(self.expected)}" if self.expected else ""
        near = f"; did you mean: {self.suggestion}" if self.suggestion else ""
        return f"line {self.line}, column {self.column}: {self.reason}{hint}{near}"

    @cached_property
    def suggestion(self) -> str:
        """The nearest text that would parse, else the nearest form, else nothing."""
        from kgcl.mistakes import nearest

        return nearest(self.source)

    @property
    def pointer(self) -> str:
        """The line to print beneath the snippet: a caret under the mistake."""
        before = self.snippet[: self.column - 1]
        return "".join("\t" if mark == "\t" else " " for mark in before) + "^"


class RejectedChangeError(ChangeError):
    """A change that the state of the graph does not allow, with the reason."""

    def __init__(self, change: Change, reason: str, line: int = 0) -> None:
        self.change = change
        self.reason = reason
        self.line = line
        super().__init__((f"line {line}: " if line else "") + reason)
