"""Where new lines and frames of an OBO file go: as the file orders its own, else as ROBOT does."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from ingest.clauses import split_comment, split_tag
from ingest.obo_lines import Section
from ingest.tags import GROUPS, HEADER_ORDER, STANZAS, TAG_ORDER

_RANK: Final = MappingProxyType({tag: rank for rank, tag in enumerate(TAG_ORDER)})
_HEADER_RANK: Final = MappingProxyType({tag: rank for rank, tag in enumerate(HEADER_ORDER)})
_KINDS: Final = tuple(STANZAS)


_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _as_robot(value: str) -> tuple[str, ...]:
    """ROBOT sorts values without case first, texts in quotes before what follows them."""
    quoted = _QUOTED.match(value)
    first = quoted[1] if quoted else value
    return first.upper(), first, value


#: Orders that files are found to have.
_ORDERS: Final[tuple[Callable[[str], Any], ...]] = (_as_robot, str)


class TagOrder:
    """Which tag comes before which: what the frames of a file show, else the usual order."""

    def __init__(self, sections: Sequence[Section], header: bool = False) -> None:
        self._rank = _HEADER_RANK if header else _RANK
        self._sections = sections
        self._counted: Counter[tuple[str, str]] | None = None

    def _seen(self) -> Counter[tuple[str, str]]:
        """How often one tag stands before another; counted when it is asked for."""
        if self._counted is None:
            self._counted = Counter()
            for section in self._sections:
                met = list(dict.fromkeys(line.tag for line in section.lines if line.tag))
                self._counted.update((a, b) for n, a in enumerate(met) for b in met[n + 1 :])
        return self._counted

    def precedes(self, one: str, other: str) -> bool:
        """Whether a tag stands before another one."""
        seen = self._seen()
        first, second = seen[one, other], seen[other, one]
        if first != second:
            return first > second
        last = len(self._rank)
        return self._rank.get(one, last) <= self._rank.get(other, last)

    def place(self, tag: str, tags: Sequence[str]) -> int:
        """The place of a new tag among those of a frame, in which blank lines have none."""
        place = 0
        for at, present in enumerate(tags):
            if present and (present == "id" or self.precedes(present, tag)):
                place = at + 1
        return place


def value_of(line: str) -> str:
    """What a line is sorted by: its value without the comment after it."""
    found = split_tag(line.lstrip())
    return split_comment(found[1]) if found else line


def place_among(new: str, tag: str, present: Sequence[tuple[int, str]], gone: Sequence[int]) -> int:
    """The place of a new line among the lines of its tag.

    ``present`` has places and texts of those that stay, ``gone`` the places of those that go. A
    sorted tag stays sorted; else the line takes the place of one that goes, or the last.
    """
    values = [value_of(text) for _, text in present]
    for order in _ORDERS if tag not in GROUPS else ():
        keys = [order(value) for value in values]
        if len(keys) == 1 and gone:
            # One line shows no order, and the new one is seen best where the old one was.
            break
        if all(a <= b for a, b in pairwise(keys)):
            at = bisect_right(keys, order(value_of(new)))
            return present[at][0] if at < len(present) else present[-1][0] + 1
    if gone:
        return gone[0]
    return present[-1][0] + 1


def frame_place(kind: str, name: str, frames: Sequence[tuple[str, str]]) -> int:
    """The place of a new frame among frames, each a stanza and an id.

    Where the frames of its stanza are sorted by id it is sorted in, else it follows the last.
    """
    own = [(place, other) for place, (stanza, other) in enumerate(frames) if stanza == kind]
    if own:
        names = [other for _, other in own]
        for order in _ORDERS:
            keys = [order(other) for other in names]
            if len(keys) > 1 and all(a <= b for a, b in pairwise(keys)):
                at = bisect_right(keys, order(name))
                return own[at][0] if at < len(own) else own[-1][0] + 1
        return own[-1][0] + 1
    rank = _KINDS.index(kind)
    earlier = [n for n, (stanza, _) in enumerate(frames) if _stands_before(stanza, rank)]
    return earlier[-1] + 1 if earlier else 0


def _stands_before(stanza: str, rank: int) -> bool:
    return stanza not in _KINDS or _KINDS.index(stanza) < rank
