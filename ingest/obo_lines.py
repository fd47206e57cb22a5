"""The lines of an OBO file as they stand there, in sections, and what each of them says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.model import Literal, Node, Statement
from graph.prefixes import PrefixMap
from ingest.clauses import ClauseError, split_comment, split_tag, stanza_of, unescape
from ingest.header import read_header_clause
from ingest.obo import Block
from ingest.obo_frames import FrameReader
from ingest.obo_text import logical_lines
from ingest.tags import GROUPS, JUNK, VERBATIM

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_OLD_LINE: Final = re.compile(r"[^\r]*\r|[^\r]+")
_NOTHING: Final[frozenset[Statement]] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end, and those that continue it; ``logical`` is what a reader makes of it."""

    raw: str
    logical: tuple[str, ...]

    @property
    def text(self) -> str:
        """The line without its end, continued ones joined."""
        return self.logical[0]

    @property
    def tag(self) -> str:
        """The tag of its clause; of a comment or a blank line nothing."""
        bare = self.text.lstrip()
        if not bare or bare.startswith("!"):
            return ""
        found = split_tag(bare)
        return JUNK if found is None else found[0]


@dataclass(slots=True)
class Section:
    """The header or a stanza: its heading, its lines, and the first of them by number."""

    kind: str
    start: int
    heading: Line | None = None
    lines: list[Line] = field(default_factory=list)
    ending: tuple[str, ...] = ()

    @property
    def block(self) -> Block:
        """The section as the reader sees it."""
        lines = tuple(text for line in self.lines for text in line.logical) + self.ending
        return Block(
            self.kind, self.start, lines, self.heading.text.rstrip() if self.heading else ""
        )

    @property
    def raw(self) -> str:
        """The section as it stands in the file."""
        head = self.heading.raw if self.heading else ""
        return head + "".join(line.raw for line in self.lines)


@dataclass(frozen=True, slots=True)
class Unit:
    """Lines that say something together: a clause, or all parts of a group; places in a section."""

    tag: str
    places: tuple[int, ...]
    statements: frozenset[Statement]


def sections_of(text: str) -> list[Section] | None:
    """The header and the stanzas of a text, None where a line holds the end of one and another."""
    lines = _lines(text)
    sections = [Section("", 1)]
    number = 1
    for line in lines:
        heads = [stanza_of(part) for part in line.logical if part.lstrip()[:1] == "["]
        if heads and heads[0] and len(line.logical) == 1:
            sections.append(Section(heads[0], number + 1, line))
        elif any(heads):
            return None
        else:
            sections[-1].lines.append(line)
        number += len(line.logical)
    if not text or text.endswith(_end_of(text)):
        # A reader sees an empty line behind the last end.
        sections[-1].ending = ("",)
    return sections


def newline_of(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else _end_of(text)


def _end_of(text: str) -> str:
    return "\r" if "\r" in text and "\n" not in text else "\n"


def _lines(text: str) -> list[Line]:
    logical, _ = logical_lines(text)
    pattern = _LINE if _end_of(text) == "\n" else _OLD_LINE
    found: list[Line] = []
    at = 0
    for raw in pattern.findall(text):
        count = len(logical_lines(raw.rstrip("\n"))[0]) if "\r" in raw[:-2] else 1
        part = tuple(logical[at : at + count])
        at += count
        if part == ("",) and raw.strip("\r\n \t") and found:
            last = found.pop()
            found.append(Line(last.raw + raw, (*last.logical, "")))
        else:
            found.append(Line(raw, part))
    return found


def frame_units(kind: str, lines: Sequence[Line], reader: FrameReader) -> list[Unit]:
    """What each line of a stanza says by itself, the parts of a group together.

    The first unit is what the id and the stanza say, and has the place of the id.
    """
    at = next((n for n, line in enumerate(lines) if line.tag == "id"), None)
    if at is None:
        return []
    named = lines[at].logical[0]
    base = frozenset(reader.read(kind, [named]).statements)
    whole = frozenset(
        reader.read(kind, [text for line in lines for text in line.logical]).statements
    )
    units = [Unit("id", (at,), base & whole)]
    groups: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        tag = line.tag
        if not tag or tag == "id":
            continue
        if tag in GROUPS:
            groups.setdefault(tag, []).append(place)
            continue
        said = frozenset(reader.read(kind, [named, *line.logical]).statements) - base
        units.append(Unit(tag, (place,), said))
    for tag, places in groups.items():
        parts = [lines[place].logical[0] for place in places]
        said = frozenset(reader.read(kind, [named, *parts]).statements) - base
        units.append(Unit(tag, tuple(places), said))
    return units


def header_units(lines: Sequence[Line], node: Node, prefixes: PrefixMap) -> list[Unit]:
    """What each line of a header says by itself; the first that names the ontology says nothing."""
    units = []
    named = False
    for place, line in enumerate(lines):
        if not line.tag:
            continue
        said = _header_statements(line, node, prefixes)
        if line.tag == "ontology" and not named:
            value = split_comment((split_tag(line.text.lstrip()) or ("", ""))[1])
            named = unescape(value) == prefixes.ontology
            said = _NOTHING if named else said
        units.append(Unit(line.tag, (place,), said))
    return units


def _header_statements(line: Line, node: Node, prefixes: PrefixMap) -> frozenset[Statement]:
    if line.tag == JUNK:
        return frozenset({Statement(node, JUNK, Literal(line.text))})
    tag, value = split_tag(line.text.lstrip()) or (line.tag, "")
    try:
        return frozenset(read_header_clause(node, tag, value, prefixes))
    except ClauseError:
        return frozenset({Statement(node, VERBATIM + tag, Literal(value))})
