"""Ids for new nodes: whose they are, and which of them comes next.

Ranges are read from the ``*-idranges.owl`` files of ontology repositories (OWL in Manchester
syntax: one datatype per editor, with bounds on integers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kgcl.errors import ChangeError

if TYPE_CHECKING:
    from graph.model import Node


class Order(StrEnum):
    """Which free id of a range is given: the one after the last in use, or any."""

    NEXT = "next"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class IdRange:
    """Numbers that one editor may give to new nodes; both ends are in it."""

    owner: str
    first: int
    last: int

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last


@dataclass(frozen=True, slots=True)
class IdRanges:
    """The ranges of an ontology; an id is ``namespace`` and a number of at least ``digits``."""

    namespace: str
    digits: int
    ranges: tuple[IdRange, ...]

    def of(self, owner: str) -> IdRange:
        """The range of an editor, in any case. Raises ChangeError that names those there are."""
        named = [r for r in self.ranges if r.owner.casefold() == owner.casefold()]
        if named:
            return named[-1]
        known = ", ".join(sorted({repr(r.owner) for r in self.ranges})) or "none"
        raise ChangeError(f"no id range is allocated to {owner!r}; there are ranges for {known}")


@dataclass(frozen=True, slots=True)
class IdPolicy:
    """Gives ids to new nodes out of one range.

    ``pick`` chooses among numbers where the order is random; it is handed the first and the last.
    """

    namespace: str
    digits: int
    range: IdRange
    order: Order = Order.NEXT
    pick: Callable[[int, int], int] | None = None

    def number(self, node: Node) -> int | None:
        """The number of a node of this namespace and range, None for any other."""
        local = node.removeprefix(self.namespace)
        if local == node or not local.isascii() or not local.isdigit():
            return None
        number = int(local)
        return number if number in self.range else None

    def node(self, number: int) -> Node:
        """The node of a number."""
        return f"{self.namespace}{number:0{self.digits}d}"

    def choose(self, used: Collection[int]) -> Node:
        """An id that is not used yet. Raises ChangeError where the range is full."""
        taken = {number for number in used if number in self.range}
        size = self.range.last - self.range.first + 1
        if len(taken) >= size:
            raise ChangeError(
                f"the id range of {self.range.owner!r} is full ({size} ids): allocate another"
            )
        if self.order is Order.RANDOM:
            return self.node(self._random(taken))
        after = max(taken, default=self.range.first - 1) + 1
        if after in self.range:
            return self.node(after)
        return self.node(next(n for n in range(self.range.first, after) if n not in taken))

    def _random(self, taken: Collection[int]) -> int:
        number = (self.pick or _any_number)(self.range.first, self.range.last)
        # from a random place on, so that a nearly full range ends too
        while number in taken:
            number = number + 1 if number < self.range.last else self.range.first
        return number


def _any_number(first: int, last: int) -> int:
    from random import SystemRandom

    return SystemRandom().randint(first, last)


_IRI: Final = {
    "idprefix": "IAO_0000599",
    "iddigits": "IAO_0000596",
    "allocatedto": "IAO_0000597",
}
_BLOCK: Final = re.compile(r"^\s*Datatype:\s*(.*)$", re.MULTILINE)
_TEXT: Final = r'\s+"((?:[^"\\]|\\.)*)"'
_FACET: Final = re.compile(r"(<=|>=|<|>)\s*\"?(\d+)")


def read_id_ranges(text: str, source: str) -> IdRanges:
    """The ranges in a text of the OBO convention for ``*-idranges.owl``, in Manchester syntax.

    Raises ChangeError that says what is missing.
    """
    starts = [found.start() for found in _BLOCK.finditer(text)]
    head = text[: starts[0]] if starts else text
    namespace = _annotation(head, "idprefix")
    digits = re.search(rf"{_named('iddigits')}\s+\"?(\d+)", head)
    if namespace is None or digits is None:
        raise ChangeError(f"{source}: no idprefix or no iddigits; is it a file of id ranges?")
    blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return IdRanges(namespace, int(digits[1]), tuple(_ranges(blocks, source)))


def _ranges(blocks: Iterable[str], source: str) -> Iterable[IdRange]:
    for block in blocks:
        owner, facets = _annotation(block, "allocatedto"), _FACET.findall(block)
        if owner is None:
            continue
        lows = [int(n) + (sign == ">") for sign, n in facets if sign.startswith(">")]
        highs = [int(n) - (sign == "<") for sign, n in facets if sign.startswith("<")]
        if not lows or not highs or max(lows) > min(highs):
            raise ChangeError(f"{source}: the range of {owner!r} has no lower or no upper bound")
        yield IdRange(owner, max(lows), min(highs))


def _annotation(text: str, name: str) -> str | None:
    found = re.search(_named(name) + _TEXT, text)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else None


def _named(name: str) -> str:
    return rf"(?:\b{name}:?|<[^>]*{_IRI[name]}>|\b\w+:{_IRI[name]})"
