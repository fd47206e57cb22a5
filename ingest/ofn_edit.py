"""Edits that keep a file in functional syntax: only the lines that must change do.

The state before and the state after are laid out as ROBOT lays them out, with the file's own
prefixes and labels; what goes and what comes between the two is then done to the file, each new
line behind the one that it follows there. The result is read back before it is handed out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graph.memory import MemorySnapshot
from graph.model import Literal, Node, Statement
from graph.prefixes import ontology_node
from ingest.blank_nodes import identify, rename
from ingest.document import ReadOptions
from ingest.ofn import read_ofn, scanner
from ingest.ofn_scan import Item
from ingest.ofn_writer import lines
from ingest.owl_prefixes import STANDARD, prefixes_of
from ingest.owl_reading import read_items
from ingest.owl_writing import contents

_HEADER: Final = ("prefix", "ontology", "iri", "end")
_TITLE: Final = re.compile(r"# (?:Annotation Property|Object Property|Data Property|Datatype|Class"
                           r"|Individual): ")  # fmt: skip

_BANNER: Final = re.compile(r"#{20,}[ \t]*\n(#   [A-Z][a-zA-Z ]+)\n#{20,}[ \t]*(?=\n)")

_Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A part of a text: an item, or a line between items."""

    key: _Key
    start: int
    end: int


@dataclass(slots=True)
class _Segments:
    """A text in units, in order, and by what they say."""

    text: str
    units: list[_Unit] = field(default_factory=list)
    statements: frozenset[Statement] = frozenset()
    labels: dict[Node, str] = field(default_factory=dict)
    namespaces: dict[str, str] = field(default_factory=dict)


def edit_ofn(text: str, old: frozenset[Statement], new: frozenset[Statement]) -> str:
    """The text with what is only in ``old`` removed and what is only in ``new`` added.

    The text reads as ``new`` where it read as ``old``; a file that says other things too keeps
    saying them.
    """
    before = _segments(text)
    wanted = (before.statements - (old - new)) | (new - old)
    if wanted == before.statements:
        return text
    base, target = _laid_out(before.statements, before), _laid_out(wanted, before)
    if text.rstrip() == base:
        return target + text[len(base) :]
    edited = _applied(before, _segments(base), _segments(target))
    if _read(edited) == wanted:
        return edited
    # Rare: the header is written in a way of its own, or an axiom would now be read otherwise.
    return target


def _read(text: str) -> frozenset[Statement]:
    return read_ofn(io.BytesIO(text.encode()), "", ReadOptions()).statements


def _laid_out(statements: frozenset[Statement], like: _Segments) -> str:
    snapshot = MemorySnapshot(statements)
    ontology = ontology_node(snapshot)
    made = contents(statements, ontology, like.labels)
    dropped = _declared(like.statements) - _declared(statements)
    kept = {p: n for p, n in like.namespaces.items() if p not in dropped}
    made.namespaces = {**kept, **_own(made.namespaces)}
    return "\n".join(lines(made))


def _declared(statements: frozenset[Statement]) -> set[str]:
    ontology = ontology_node(MemorySnapshot(statements))
    about = [s for s in statements if s.subject == ontology]
    declared = (s.object for _, s in prefixes_of(about, ontology))
    return {prefix.value for prefix in declared if isinstance(prefix, Literal)}


def _own(namespaces: Mapping[str, str]) -> dict[str, str]:
    """Namespaces that statements declare; the file decides on those that are always there."""
    return {p: n for p, n in namespaces.items() if p and STANDARD.get(p) != n}


def _segments(text: str) -> _Segments:
    items = list(scanner(text, ReadOptions()).items())
    reading = read_items(items, ReadOptions())
    plain = list(reading.statements())
    ids = identify({statement for statement, _ in plain}).ids
    said = {item.start: rename(s, ids) if ids else s for s, item in plain}
    made = _Segments(text, statements=frozenset(said.values()))
    made.labels = {node: label for label, node in ids.items()}
    place = 0
    for item in items:
        _lines_between(made, place, item.start)
        made.units.append(_Unit(_key(item, said), item.start, item.end))
        if item.name == "prefix":
            made.namespaces.setdefault(str(item.arguments[0]), str(item.arguments[1]))
        place = item.end
    _lines_between(made, place, len(text))
    return made


def _key(item: Item, said: Mapping[int, Statement]) -> _Key:
    if item.name in _HEADER:
        return (item.name, *item.arguments)
    statement = said.get(item.start)
    return ("unread", item.start) if statement is None else ("said", statement)


def _lines_between(made: _Segments, start: int, end: int) -> None:
    """Comments and empty lines from one item to the next, as units."""
    text = made.text
    begin = start
    if start:
        # What follows an item on its line belongs to that line.
        newline = text.find("\n", start, end)
        if newline < 0:
            return
        begin = newline + 1
    blanks = 0
    previous: _Key = made.units[-1].key if made.units else ()
    while begin < end:
        newline = text.find("\n", begin, end)
        if newline < 0:
            if text[begin:end].strip():
                made.units.append(_Unit(("line", text[begin:end].strip()), begin, end))
            return
        line = text[begin:newline].strip()
        banner = _BANNER.match(text, begin, end)
        if banner is not None:
            newline = banner.end()
            line = banner[1]
        if line:
            previous, blanks = ("line", line), 0
            made.units.append(_Unit(previous, begin, newline))
        else:
            made.units.append(_Unit(("blank", blanks, previous), begin, newline))
            blanks += 1
        begin = newline + 1


@dataclass(slots=True)
class _Edit:
    """Cuts and insertions in a text, done at once."""

    text: str
    cuts: list[tuple[int, int]] = field(default_factory=list)
    insertions: dict[int, list[str]] = field(default_factory=dict)

    def cut(self, unit: _Unit) -> None:
        """Take out a unit, with its line where it has one of its own."""
        start, end = unit.start, unit.end
        line = self.text.rfind("\n", 0, start) + 1
        newline = self.text.find("\n", end)
        newline = len(self.text) if newline < 0 else newline
        if not self.text[line:start].strip() and not self.text[end:newline].strip():
            start, end = line, min(newline + 1, len(self.text))
        self.cuts.append((start, end))

    def insert(self, place: int, line: str) -> None:
        """Put a line behind the line of a place."""
        newline = self.text.find("\n", place)
        if newline > 0 and self.text[newline - 1] == "\r":
            line += "\r"
        self.insertions.setdefault(len(self.text) if newline < 0 else newline, []).append(line)

    def done(self) -> str:
        """The text after all edits."""
        parts: list[str] = []
        at = 0
        events = sorted(
            [(place, place, "".join(f"\n{t}" for t in told)) for place, told in
             self.insertions.items()] + [(start, end, "") for start, end in self.cuts]
        )  # fmt: skip
        for start, end, told in events:
            if start > at:
                parts.append(self.text[at:start])
            if told:
                parts.append(told)
            at = max(at, end, start)
        parts.append(self.text[at:])
        return "".join(parts)


def _applied(before: _Segments, base: _Segments, target: _Segments) -> str:
    kept = {unit.key for unit in base.units}
    wanted = {unit.key for unit in target.units}
    gone = kept - wanted
    edit = _Edit(before.text)
    placed: dict[_Key, int] = {}
    for number, unit in enumerate(before.units):
        placed[unit.key] = number
        if unit.key in gone:
            edit.cut(unit)
    titled = _is_titled(before)
    retitled = {_head(unit.key) for unit in before.units if unit.key in gone}
    fresh: set[_Key] = set()
    anchor = 0
    for number, unit in enumerate(target.units):
        there = placed.get(unit.key)
        if there is not None:
            anchor = before.units[there].end
            continue
        if unit.key in kept:
            continue
        if unit.key[0] == "blank":
            previous = unit.key[2]
            wanted_here = titled and (
                previous in fresh or _loses_blank(before, placed.get(previous), gone)
            )
        elif unit.key[0] == "line":
            wanted_here = titled and (
                _head(unit.key) in retitled - {""}
                or _continues(target, number, fresh)
                or _leads(target, number, placed)
            )
        else:
            wanted_here = True
        if wanted_here:
            fresh.add(unit.key)
            edit.insert(anchor, target.text[unit.start : unit.end])
    return edit.done()


def _is_titled(before: _Segments) -> bool:
    """Whether the entities of a text have comments, or there are none yet."""
    said = [unit.key for unit in before.units if unit.key[0] == "said"]
    lines_ = [unit.key for unit in before.units if unit.key[0] == "line"]
    return not said or any(_TITLE.match(key[1]) for key in lines_)


def _head(key: _Key) -> str:
    """A comment of an entity without the label."""
    return str(key[1]).partition(" (")[0] if key[0] == "line" and _TITLE.match(key[1]) else ""


def _loses_blank(before: _Segments, number: int | None, gone: set[_Key]) -> bool:
    """Whether an empty line behind a unit, and all between the two, are cut."""
    if number is None:
        return False
    for unit in before.units[number + 1 :]:
        if unit.key not in gone:
            return False
        if unit.key[0] == "blank":
            return True
    return False


def _continues(target: _Segments, number: int, fresh: set[_Key]) -> bool:
    """Whether a line is the rest of a comment that is new."""
    previous = target.units[number - 1].key
    return previous[0] == "line" and previous in fresh


def _leads(target: _Segments, number: int, placed: Mapping[_Key, int]) -> bool:
    """Whether a comment stands before an axiom that is new, or begins a section that is."""
    for unit in target.units[number + 1 :]:
        if unit.key[0] == "said":
            return unit.key not in placed
        if unit.key[0] == "end":
            return False
    return False
