"""How a file writes what may be written in several ways, so that its new lines look like it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from ingest.clauses import ClauseError, Xref, split_tag, take_quoted, take_xrefs, xref_text
from ingest.obo_lines import Section

_EDGES: Final = ("is_a", "relationship")
_LISTED: Final = ("def", "synonym")
#: Edges that show whether a file names their nodes in comments.
_ENOUGH: Final = 200
_BARE_COLON: Final = re.compile(r'[^\s":\\]+:[^\s":\\]*:[^\s":\\]')
_ID: Final = re.compile(r'(?:[^\s"{\\]|\\.)+')
_COLON: Final = re.compile(r"(?<!\\):")


class Style:
    """What the lines of a file show of its writer; where they show nothing, it is ROBOT."""

    def __init__(self, sections: Sequence[Section]) -> None:
        bare = commented = 0
        self.escaped = True
        for section in sections:
            for line in section.lines:
                text = line.raw
                if text.startswith("xref:") and _BARE_COLON.match(text, 5 + (text[5:6] == " ")):
                    self.escaped = False
                elif commented + bare < _ENOUGH and text.startswith(_EDGES):
                    commented += " ! " in text
                    bare += " ! " not in text
        #: Whether nodes of edges are named in comments.
        self.commented = commented >= bare

    def line(self, text: str, instead: Iterable[str] = ()) -> str:
        """A line in canonical form as the file would have it; ``instead`` are those that go."""
        found = split_tag(text)
        if found is None or found[0] not in ("xref", *_LISTED):
            return text
        tag, value = found
        if tag == "xref":
            name = _ID.match(value)
            return text if name is None else f"xref: {self._id(name[0])}{value[name.end() :]}"
        listed = _xrefs(value)
        if listed is None:
            return text
        start, xrefs, tail = listed
        before = [x for old in instead for x in _order_of(old, tag, start)]
        ordered = ", ".join(map(self._xref, _in_order(xrefs, before)))
        return f"{tag}: {start}[{ordered}]{tail}"

    def _xref(self, xref: Xref) -> str:
        text = xref_text(xref)
        name = _ID.match(text)
        return text if name is None else self._id(name[0]) + text[name.end() :]

    def _id(self, text: str) -> str:
        """An id with all colons escaped but the first, as ROBOT does."""
        colon = text.find(":") + 1
        if not colon or not self.escaped:
            return text
        return text[:colon] + _COLON.sub(r"\\:", text[colon:])


def _xrefs(value: str) -> tuple[str, list[Xref], str] | None:
    """What is before a value's xref list, the list, and what is after it."""
    try:
        rest = take_quoted(value)[1]
        opened = rest.find("[")
        if opened < 0:
            return None
        xrefs, tail = take_xrefs(rest[opened:])
    except ClauseError:
        return None
    start = value[: len(value) - len(rest) + opened]
    return start, xrefs, f" {tail}" if tail else ""


def _order_of(line: str, tag: str, start: str) -> list[str]:
    """The ids in the list of a line that says the like: a definition, or the same synonym."""
    found = split_tag(line.lstrip())
    if found is None or found[0] != tag:
        return []
    listed = _xrefs(found[1])
    if listed is None or (tag == "synonym" and listed[0].split() != start.split()):
        return []
    return [xref.id for xref in listed[1]]


def _by_name(text: str) -> tuple[str, str]:
    return text.upper(), text


def _in_order(xrefs: Sequence[Xref], before: Sequence[str]) -> list[Xref]:
    """Xrefs as they stood before, those that are new behind them; a sorted list stays sorted."""
    ordered = sorted(xrefs, key=lambda xref: _by_name(xref.id))
    if all(_by_name(a) <= _by_name(b) for a, b in pairwise(before)):
        return ordered
    places = {name: place for place, name in enumerate(before)}
    return sorted(ordered, key=lambda xref: places.get(xref.id, len(places)))
