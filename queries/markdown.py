"""Text of anybody as Markdown that shows it and does nothing else, and Markdown cut to a length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: Invisible; between a sign and a name it keeps readers such as GitHub's from making a mention.
_JOINER: Final = "&#8203;"
#: Control characters, line separators, and what turns the direction of text.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe]"
)
_SPACE: Final = re.compile(r"[\t\n\v\f\r \x85\u2028\u2029]+")
_SIGNS: Final = re.compile(r"[\\`*_\[\]<>|~$]|&(?=#?\w+;)")
#: ``http://`` and ``www.``, which some readers make links of without any sign.
_BARE: Final = re.compile(r":(?=//)|(?<=[wW]{3})\.")
_CALLED: Final = re.compile(r"@(?=[\w\\])|(?<!&)#(?=\d)|(?<=\b[gG][hH])-(?=\d)")
#: What at the beginning of a line would be a heading, a quotation, a rule, or a list.
_OPENING: Final = re.compile(r"^(\d*)([.)](?=\d*\s|$)|(?<!\d)[#+=-])")

_LEFT_OUT: Final = "_and {} left out here_"
_HEADING: Final = re.compile(r"(#{1,6}) ")


def escape(text: str) -> str:
    """A text as one line of Markdown in which no sign of it counts.

    Links, mentions (``@name``), issues (``#1``), HTML, code and emphasis stay words; characters
    that cannot be seen are shown as U+FFFD.
    """
    line = _SPACE.sub(" ", _UNSAFE.sub("\ufffd", text)).strip()
    line = _SIGNS.sub(lambda found: "\\" + found[0], line)
    line = _BARE.sub(lambda found: "\\" + found[0], line)
    line = _OPENING.sub(r"\1\\\2", line)
    return _CALLED.sub(lambda found: found[0] + _JOINER, line)


def code(text: str) -> str:
    """A text as a span of code, whatever backticks it has."""
    line = _SPACE.sub(" ", _UNSAFE.sub("\ufffd", text))
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    inner = f" {line} " if "`" in line or not line.strip() else line
    return f"{fence}{inner}{fence}"


@dataclass(frozen=True, slots=True)
class _Item:
    """A bullet with what stands under it, or a row; before it the lines that lead to it."""

    before: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def length(self) -> int:
        return sum(len(line) + 1 for line in (*self.before, *self.lines))


def cut(text: str, limit: int | None) -> str:
    """As many whole items of Markdown as fit, and how many are left out.

    Items are bullets and rows of tables; a heading stays where one of its items does, a comment
    (``<!--``) always. An item that takes more than half of the room is left out by itself.
    """
    lines = text.rstrip("\n").split("\n")
    whole = "\n".join(lines) + "\n"
    if limit is None or len(whole) <= limit:
        return whole
    start = sum(1 for _ in _comments(lines))
    items = list(_items(lines[start:]))
    # An empty line before what is left out.
    room = limit - sum(len(line) + 1 for line in lines[:start]) - len(_left_out(len(items))) - 2
    kept: list[_Item] = []
    waiting: tuple[str, ...] = ()
    most = room // 2
    for item in items:
        leading = _merged(waiting, item.before)
        if sum(len(line) + 1 for line in item.lines) > most:
            waiting = leading
            continue
        fitting = _Item(leading, item.lines)
        if fitting.length > room:
            break
        room -= fitting.length
        kept.append(fitting)
        waiting = ()
    shown = [line for item in kept for line in (*item.before, *item.lines)]
    gap = [""] if shown else []
    return "\n".join([*lines[:start], *shown, *gap, _left_out(len(items) - len(kept))]) + "\n"


def _left_out(count: int) -> str:
    return _LEFT_OUT.format(f"{count:,} more {'item' if count == 1 else 'items'}")


def _comments(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("<!--"):
            return
        yield line


def _items(lines: Sequence[str]) -> Iterator[_Item]:
    before: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.startswith(("- ", "| ")) or line.startswith("| ---"):
            before.append(line)
            continue
        if line.startswith("| ") and at < len(lines) and lines[at].startswith("| ---"):
            before.append(line)
            continue
        under = [line]
        while at < len(lines) and lines[at].startswith("  "):
            under.append(lines[at])
            at += 1
        yield _Item(tuple(before), tuple(under))
        before = []


def _merged(waiting: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """Leading lines without the headings that came to nothing."""
    if not waiting:
        return before
    found = next((match for line in before if (match := _HEADING.match(line))), None)
    if found is None:
        return (*waiting, *before)
    level = len(found[1])
    kept: list[str] = []
    for line in waiting:
        heading = _HEADING.match(line)
        if heading and len(heading[1]) >= level:
            break
        kept.append(line)
    first = next(at for at, line in enumerate(before) if _HEADING.match(line))
    return (*kept, *before[first:])
