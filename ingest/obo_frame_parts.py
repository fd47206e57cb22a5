"""Frames and what they are read from: lines as clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.model import Node, Object, Statement
from ingest.clauses import split_tag, stanza_of
from ingest.tags import JUNK, SINGLE

#: A clause: its place in the frame, its tag, its value, and the line.
Clause = tuple[int, str, str, str]


@dataclass(slots=True)
class Frame:
    """What the lines of one frame came to; line numbers count from the frame's first line."""

    subject: Node | None = None
    statements: list[Statement] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)


class Part(NamedTuple):
    """A part of a group as read, None where it cannot be, and as text."""

    number: int
    operand: Object | None
    text: str


@dataclass(slots=True)
class Work:
    """A frame while it is read."""

    frame: Frame
    kind: str
    subject: Node
    said: set[Statement] = field(default_factory=set)
    single: set[str] = field(default_factory=set)
    groups: dict[str, list[Part]] = field(default_factory=dict)

    def add(self, statement: Statement, number: int, raw: str) -> None:
        """Take a statement; a line that says what another one says is layout, and reported."""
        self.take(number, "", raw, statement, "")

    def take(self, number: int, tag: str, raw: str, statement: Statement, comment: str) -> None:
        """Take the statement of a clause and the comment after it."""
        if comment:
            self.frame.remarks.append((number, comment))
        if tag in SINGLE:
            if tag in self.single and statement not in self.said:
                self.tell(number, f"a second {tag}; both are kept")
            self.single.add(tag)
        known = len(self.said)
        self.said.add(statement)
        if len(self.said) > known:
            self.frame.statements.append(statement)
        elif raw:
            self.tell(number, f"said twice: {raw[:60]}")
            self.frame.remarks.append((number, raw))

    def tell(self, number: int, reason: str) -> None:
        """Report something."""
        self.frame.problems.append((number, reason))


def clauses_of(lines: Sequence[str], frame: Frame) -> list[Clause]:
    """Lines as clauses; comments go to the layout, junk is kept verbatim."""
    found: list[Clause] = []
    for number, line in enumerate(lines):
        if not line or line.isspace():
            continue
        clause = split_tag(line)
        if clause is not None:
            found.append((number, *clause, line))
            continue
        bare = line.lstrip()
        if bare.startswith("!"):
            frame.remarks.append((number, line))
            continue
        if stanza_of(line) is not None:
            # The reader of a file never sees one here; a writer's line must not become one.
            frame.problems.append((number, "a heading inside a frame"))
            continue
        clause = split_tag(bare)
        if clause is not None:
            frame.problems.append((number, "white space before the tag; read without"))
            found.append((number, *clause, line))
        else:
            frame.problems.append((number, f"no tag in {line[:60]!r}; kept as it is"))
            found.append((number, JUNK, line, line))
    return found
