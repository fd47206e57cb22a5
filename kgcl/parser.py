"""KGCL text to typed changes: both dialects, every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from kgcl.changes import Change, Position
from kgcl.errors import KgclSyntaxError

if TYPE_CHECKING:
    from lark import Lark
    from lark.exceptions import UnexpectedInput

#: Expressions and qualifiers may nest this deep.
MAX_DEPTH: Final = 200

_BULLET: Final = re.compile(r"\s*(?:[-*]\s+)?")
_PIECE: Final = re.compile(
    r"""'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|<[^<>"{}|\\^`\s]+>|(?:(?<=[\s'">})])|^)\#.*|[;(){}]""",
    re.VERBOSE,
)
_READABLE: Final = {
    "IRI": "an entity",
    "CURIE": "an entity",
    "NAME": "an entity",
    "STRING": "a quoted text",
    "LANGUAGE": "a language tag",
    "OPERATOR": "an expression",
    "SEMICOLON": "';'",
    "$END": "the end of the command",
}


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
    """Read every command of a text; a mistake costs its own command and no other."""
    commands: list[Command] = []
    errors: list[KgclSyntaxError] = []
    for number, raw in enumerate(text.split("\n"), 1):
        for start, source in _commands_of(raw):
            try:
                change = _read(source, number, start, raw)
            except KgclSyntaxError as error:
                errors.append(error)
                continue
            position = Position(number, start + 1)
            object.__setattr__(change, "position", position)
            commands.append(Command(position, source, change))
    return Parsed(tuple(commands), tuple(errors))


def _commands_of(line: str) -> Iterator[tuple[int, str]]:
    """Each command of a line, with its offset; blank ones and comments are none."""
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
    if text and not text.startswith("#"):
        yield start, text


def _read(source: str, line: int, start: int, raw: str) -> Change:
    from lark.exceptions import UnexpectedInput

    from kgcl.building import TokenError

    if source.count("(") + source.count("{") > MAX_DEPTH:
        _check_depth(source, line, start, raw)
    try:
        change = _grammar().parse(source)
    except UnexpectedInput as error:
        raise _syntax_error(error, source, line, start, raw) from None
    except TokenError as error:
        raise KgclSyntaxError(error.reason, line, start + error.offset + 1, (), raw) from None
    if not isinstance(change, Change):
        raise TypeError(type(change).__name__)
    return change


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


def _syntax_error(
    error: UnexpectedInput, source: str, line: int, start: int, raw: str
) -> KgclSyntaxError:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    wanted: set[str] = set()
    offset = len(source)
    if isinstance(error, UnexpectedToken):
        wanted = error.accepts or error.expected
        if error.token.type != "$END":
            offset = error.token.start_pos or 0
    elif isinstance(error, UnexpectedCharacters):
        offset = error.column - 1
        prefix = _grammar().parse_interactive(source[:offset])
        prefix.exhaust_lexer()
        wanted = prefix.accepts()  # type: ignore[no-untyped-call]
    words = _keywords()
    expected = sorted(
        {
            _READABLE.get(name) or f"'{words.get(name, name.lower())}'"
            for name in wanted
            if not name.startswith("_")
        }
    )
    return KgclSyntaxError(
        _reason(source, offset, expected), line, start + offset + 1, tuple(expected), raw
    )


def _reason(source: str, offset: int, expected: list[str]) -> str:
    if offset >= len(source):
        return "the command ends too early"
    if source[offset] in "'\"":
        return "a quoted text does not fit here, or is not closed"
    word = re.split(r"[\s;]", source[offset:], maxsplit=1)[0] or source[offset]
    from difflib import get_close_matches

    near = get_close_matches(f"'{word[:40].lower()}'", expected, 1)
    return f"{word[:40]!r} does not fit here" + (f"; did you mean {near[0]}?" if near else "")


@cache
def _keywords() -> dict[str, str]:
    """The word of each keyword terminal of the grammar."""
    from lark.lexer import PatternStr

    return {
        terminal.name: terminal.pattern.value
        for terminal in _grammar().terminals
        if isinstance(terminal.pattern, PatternStr)
    }


@cache
def _grammar() -> Lark:
    from importlib.resources import files

    from lark import Lark

    from kgcl.building import Builder

    return Lark(
        files("kgcl").joinpath("kgcl.lark").read_text("utf-8"),
        parser="lalr",
        lexer="contextual",
        strict=True,
        maybe_placeholders=True,
        transformer=Builder(),
    )
