"""Errors of the change language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.errors import KgdeltaError

if TYPE_CHECKING:
    from kgcl.changes import Change


class ChangeError(KgdeltaError):
    """A change could not be read or cannot be made."""


class KgclSyntaxError(ChangeError):
    """A text is not KGCL; says where, what was expected there, and shows the line."""

    def __init__(
        self, reason: str, line: int, column: int, expected: tuple[str, ...] = (), snippet: str = ""
    ) -> None:
        self.reason = reason
        self.line = line
        self.column = column
        self.expected = expected
        self.snippet = snippet
        hint = f"; expected {' or '.join(expected)}" if expected else ""
        super().__init__(f"line {line}, column {column}: {reason}{hint}")

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
