"""KGCL text to typed changes: both dialects, every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from kgcl.changes import OBSOLETIONS, Change, Meta, MultiNodeObsoletion, Position
from kgcl.errors import KgclSyntaxError

if TYPE_CHECKING:
    from lark import Lark

    from kgcl.building import Built, Opening

#: Expressions and qualifiers may nest this deep.
MAX_DEPTH: Final = 200
#: Blocks may nest this deep; each costs a reader of changes several calls.
MAX_BLOCKS: Final = 20

_BULLET: Final = re.compile(r"\s*(?:[-*]\s+)?")
#: What encloses a list of commands that was pasted out of Markdown.
_FENCE: Final = re.compile(r"`{3,}\w*")
_PIECE: Final = re.compile(
    r"""'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
      | '(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|<[^<>"{}|\\^`\s]+>
      | (?:(?<=[\s'">})])|^)\#.*|[;(){}]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a source: where it stands, its text, and the change it says."""

    position: Position
    text: str
    change: Change


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source says, in order, and every mistake in it."""

    commands: tuple[Command, ...]
    errors: tuple[KgclSyntaxError, ...]

    @property
    def changes(self) -> list[Change]:
        """The changes of the commands, in order."""
        return [command.change for command in self.commands]


def parse(text: str) -> list[Change]:
    """The changes that a text says; raises :class:`KgclSyntaxError` for the first mistake."""
    parsed = parse_all(text)
    if parsed.errors:
        raise parsed.errors[0]
    return parsed.changes


def parse_all(text: str) -> Parsed:
    """Read every command of a text; a mistake costs its own command, or the block it is in."""
    assembly = _Assembly()
    for number, raw in enumerate(text.split("\n"), 1):
        for start, source in _commands_of(raw):
            line = _Line(number, start, source, raw)
            try:
                assembly.take(read_command(line.source, number, start, raw), line)
            except KgclSyntaxError as error:
                assembly.fail(error)
    assembly.close()
    errors = sorted(assembly.errors, key=lambda error: (error.line, error.column))
    return Parsed(tuple(assembly.commands), tuple(errors))


@dataclass(frozen=True, slots=True)
class _Line:
    """A command where it stands; ``start`` is its offset in the raw line."""

    number: int
    start: int
    source: str
    raw: str

    def error(self, reason: str) -> KgclSyntaxError:
        return KgclSyntaxError(reason, self.number, self.start + 1, (), self.raw)


@dataclass(slots=True)
class _Block:
    """Changes between ``begin`` and ``end``: a set of their own, or what a change comes with."""

    change: Change
    forced: bool
    line: _Line
    members: list[Change] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    failed: bool = False

    def closed(self) -> Change:
        members = tuple(self.members)
        if not self.forced:
            # only a change with a set of its own opens a block that is not forced
            return replace(self.change, change_set=members)  # type: ignore[call-arg]
        meta = self.change.meta
        if meta is None:
            return replace(self.change, meta=Meta(associated_change_set=members))
        return replace(self.change, meta=replace(meta, associated_change_set=members))


class _Assembly:
    """Puts commands together: those of blocks into their change, the others one by one."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.errors: list[KgclSyntaxError] = []
        self.blocks: list[_Block] = []

    def take(self, built: Built, line: _Line) -> None:
        if isinstance(built, Change):
            self._add(built, line, line.source)
            return
        from kgcl.building import Opening

        if isinstance(built, Opening):
            self._open(built, line)
        else:
            self._end(line)

    def fail(self, error: KgclSyntaxError) -> None:
        self.errors.append(error)
        for block in self.blocks:
            block.failed = True

    def close(self) -> None:
        """What is open at the end of the source is a mistake."""
        for block in self.blocks:
            self.errors.append(block.line.error("what begins here has no 'end'"))
        self.blocks.clear()

    def _open(self, built: Opening, line: _Line) -> None:
        if len(self.blocks) + built.opens + built.forcing > MAX_BLOCKS:
            raise line.error(f"blocks nest more than {MAX_BLOCKS} deep")
        if built.opens:
            self.blocks.append(_Block(built.change, False, line, texts=[line.source]))
        if built.forcing:
            self.blocks.append(_Block(built.change, True, line, texts=[line.source]))

    def _end(self, line: _Line) -> None:
        if not self.blocks:
            raise line.error("there is nothing to end here")
        block = self.blocks.pop()
        text = "; ".join([*block.texts, line.source])
        if not block.members and not block.failed:
            raise line.error("there is nothing between 'begin' and 'end'")
        if self.blocks and self.blocks[-1].line is block.line:
            # the forced changes of a set: the set itself is still open
            self.blocks[-1].change = block.closed()
            self.blocks[-1].texts = [text]
        elif not block.failed:
            self._add(block.closed(), block.line, text)

    def _add(self, change: Change, line: _Line, text: str) -> None:
        position = Position(line.number, line.start + 1)
        object.__setattr__(change, "position", position)
        if not self.blocks:
            self.commands.append(Command(position, text, change))
            return
        block = self.blocks[-1]
        wanted = isinstance(block.change, MultiNodeObsoletion) and not block.forced
        if wanted and not isinstance(change, OBSOLETIONS):
            raise line.error("only obsoletions stand between 'begin obsoletion' and 'end'")
        block.members.append(change)
        block.texts.append(text)


def _commands_of(line: str) -> Iterator[tuple[int, str]]:
    """Each command of a line, with its offset; blanks, comments and fences are none."""
    start = _start(line, 0)
    if ";" in line:
        for found in _PIECE.finditer(line, start):
            if found[0] == ";":
                yield from _unless_blank(start, line[start : found.start()])
                start = _start(line, found.end())
    yield from _unless_blank(start, line[start:])


def _start(line: str, offset: int) -> int:
    found = _BULLET.match(line, offset)
    return found.end() if found else offset


def _unless_blank(start: int, text: str) -> Iterator[tuple[int, str]]:
    text = text.rstrip()
    if text and not text.startswith("#") and not _FENCE.fullmatch(text):
        yield start, text


def read_command(source: str, line: int = 1, start: int = 0, raw: str = "") -> Built:
    """What one command says; where it stands is for the :class:`KgclSyntaxError` it may raise."""
    from lark.exceptions import UnexpectedInput

    from kgcl.lexical import TokenError

    raw = raw or source
    if source.count("(") + source.count("{") > MAX_DEPTH:
        _check_depth(source, line, start, raw)
    try:
        built: Built = grammar().parse(source)  # type: ignore[assignment]
    except UnexpectedInput as error:
        from kgcl.mistakes import syntax_error

        raise syntax_error(error, source, line, start, raw) from None
    except TokenError as error:
        column = start + error.offset + 1
        raise KgclSyntaxError(error.reason, line, column, (), raw) from None
    return built


def _check_depth(source: str, line: int, start: int, raw: str) -> None:
    depth = 0
    for found in _PIECE.finditer(source):
        if found[0] in "({":
            depth += 1
        elif found[0] in ")}":
            depth -= 1
        if depth > MAX_DEPTH:
            reason = f"nested more than {MAX_DEPTH} deep; say it in smaller parts"
            raise KgclSyntaxError(reason, line, start + found.start() + 1, (), raw)


@cache
def grammar() -> Lark:
    """The parser, made once."""
    from kgcl.tables import load_parser

    return load_parser()
