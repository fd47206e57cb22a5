"""The canonical order of blank nodes that are linked: the same for every naming of them.

Colour refinement tells nodes apart by what is said of them; where that leaves several alike, one is
singled out, each in turn, and the order with the least text wins. This is what RDF Dataset
Canonicalization does (RDFC-1.0, section 4.4), but parts that only nodes already told apart hold
together are ordered one by one, and nodes that an automorphism exchanges are tried once. The work
is bounded: a graph built to defeat it is ordered as the source has it, and the order says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, NamedTuple, TypeAlias

#: Renderings that the search in one component may cost: about a second.
BUDGET: Final = 200_000
_DEEPEST: Final = 100

Colours: TypeAlias = dict[str, str]


class Pattern(NamedTuple):
    """Something said of blank nodes: ``render`` gives its text under names for them.

    ``subject`` is set where it is a link from that node to the other ones.
    """

    blanks: tuple[str, ...]
    render: Callable[[Mapping[str, str]], str]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Nodes in canonical order, and the text that is the same for all isomorphic components.

    ``exact`` is false where the budget did not suffice, and the order is partly the source's.
    """

    nodes: tuple[str, ...]
    text: str
    exact: bool = True


class _ExhaustedError(Exception):
    """The budget of a search is spent."""


def canonical_order(nodes: Sequence[str], patterns: Sequence[Pattern]) -> Order:
    """The canonical order of the nodes of one component, and its text."""
    if len(nodes) == 1:
        return Order((nodes[0],), _text(patterns, {nodes[0]: "0"}))
    search = _Search(patterns)
    colours = search.first_colours(nodes)
    exact = True
    try:
        search.refine(colours, nodes)
        ordered = search.order(nodes, colours, 0)
    except _ExhaustedError:
        exact = False
        ordered = sorted(nodes, key=colours.__getitem__)
    return Order(tuple(ordered), _text(patterns, _numbered(ordered)), exact)


def _hash(*texts: str) -> str:
    return blake2b("\x00".join(texts).encode(), digest_size=16).hexdigest()


def _text(patterns: Iterable[Pattern], names: Mapping[str, str]) -> str:
    rendered = sorted(pattern.render(names) for pattern in patterns)
    return "".join(f"{len(text)}:{text}" for text in rendered)


def _numbered(nodes: Iterable[str]) -> dict[str, str]:
    return {node: str(index) for index, node in enumerate(nodes)}


def _cells(nodes: Iterable[str], colours: Mapping[str, str]) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = {}
    for node in nodes:
        cells.setdefault(colours[node], []).append(node)
    return cells


@dataclass(slots=True)
class _Search:
    patterns: Sequence[Pattern]
    about: dict[str, list[Pattern]] = field(default_factory=dict)
    automorphisms: list[dict[str, str]] = field(default_factory=list)
    left: int = 0

    def __post_init__(self) -> None:
        self.left = BUDGET + 20 * len(self.patterns)
        for pattern in self.patterns:
            for node in dict.fromkeys(pattern.blanks):
                self.about.setdefault(node, []).append(pattern)

    def seen(self, node: str, colours: Colours, patterns: Sequence[Pattern]) -> list[str]:
        """What is said of a node, as it sees it: others by their colours, itself apart."""
        self.left -= len(patterns)
        if self.left < 0:
            raise _ExhaustedError
        kept, colours[node] = colours[node], "@"
        texts = sorted(pattern.render(colours) for pattern in patterns)
        colours[node] = kept
        return texts

    def first_colours(self, nodes: Sequence[str]) -> Colours:
        """Colours from the leaves upwards; nodes on or above a cycle are alike.

        A list of a thousand equal items is told apart in one pass this way, not in a thousand.
        """
        colours = dict.fromkeys(nodes, "")
        waiting = dict.fromkeys(nodes, 0)
        parents: dict[str, list[str]] = {}
        said: dict[str, list[Pattern]] = {}
        for pattern in self.patterns:
            if pattern.subject:
                said.setdefault(pattern.subject, []).append(pattern)
                for child in pattern.blanks[1:]:
                    waiting[pattern.subject] += 1
                    parents.setdefault(child, []).append(pattern.subject)
        ready = [node for node in nodes if not waiting[node]]
        while ready:
            node = ready.pop()
            colours[node] = _hash(*self.seen(node, colours, said.get(node, ())))
            for parent in parents.get(node, ()):
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)
        return colours

    def refine(self, colours: Colours, scope: Sequence[str], singled: str = "") -> None:
        """Split the cells of a scope until all nodes of a cell see the same.

        The largest part of a cell keeps its colour, and only nodes that see a new one look again:
        those around the one that was singled out, or else all at first.
        """
        cells = _cells(scope, colours)
        active = self._neighbours([singled], cells, colours) if singled else list(scope)
        while active:
            fresh: Colours = {}
            for colour, members in _cells(active, colours).items():
                if len(cells[colour]) > 1:
                    made = {
                        node: _hash(colour, *self.seen(node, colours, self.about.get(node, ())))
                        for node in members
                    }
                    if len(members) == len(cells[colour]):
                        groups = Counter(made.values())
                        kept = max(groups, key=lambda group: (groups[group], group))
                        made = {node: made[node] for node in members if made[node] != kept}
                    fresh.update(made)
            for node, colour in fresh.items():
                cells[colours[node]].remove(node)
                cells.setdefault(colour, []).append(node)
                colours[node] = colour
            active = self._neighbours(fresh, cells, colours)

    def _neighbours(
        self, nodes: Iterable[str], cells: Mapping[str, list[str]], colours: Colours
    ) -> list[str]:
        found: dict[str, None] = {}
        for node in nodes:
            for pattern in self.about.get(node, ()):
                for other in pattern.blanks:
                    if len(cells.get(colours[other], ())) > 1:
                        found[other] = None
        return list(found)

    def order(self, nodes: Sequence[str], colours: Colours, depth: int) -> list[str]:
        """Nodes in canonical order, what lies outside of them being told apart already."""
        cells = _cells(nodes, colours)
        ordered = sorted((c[0] for c in cells.values() if len(c) == 1), key=colours.__getitem__)
        alike = {node for cell in cells.values() if len(cell) > 1 for node in cell}
        parts = [self._best(part, colours, depth) for part in self._parts(nodes, alike)]
        for _, part in sorted(parts, key=lambda part: part[0]):
            ordered += part
        return ordered

    def _parts(self, nodes: Iterable[str], within: set[str]) -> list[list[str]]:
        """Nodes that hold together without those outside, in the order of the source."""
        parts: list[list[str]] = []
        left = dict.fromkeys(node for node in nodes if node in within)
        while left:
            first = next(iter(left))
            del left[first]
            part = [first]
            for node in part:
                for pattern in self.about.get(node, ()):
                    for other in pattern.blanks:
                        if other in left:
                            del left[other]
                            part.append(other)
            parts.append(part)
        return parts

    def _best(self, part: list[str], colours: Colours, depth: int) -> tuple[str, list[str]]:
        """The order of a part with the least text, and that text."""
        if depth > _DEEPEST:
            raise _ExhaustedError
        patterns = list({id(p): p for node in part for p in self.about.get(node, ())}.values())
        around = {other: colours[other] for pattern in patterns for other in pattern.blanks}
        around.update((node, colours[node]) for node in part)
        cells = [cell for cell in _cells(part, colours).values() if len(cell) > 1]
        if not cells:
            ordered = sorted(part, key=colours.__getitem__)
            return self._part_text(patterns, ordered, around), ordered
        cell = min(cells, key=lambda cell: (len(cell), colours[cell[0]]))
        first_known = len(self.automorphisms)
        twins = [node for node in cell[1:] if self._exchangeable(cell[0], node)]
        self.automorphisms += [{cell[0]: node, node: cell[0]} for node in twins]
        if len(twins) == len(cell) - 1:
            # Any order of them is the image of any other, so one is as good as all.
            return self._with(part, cell, patterns, around, depth)
        images = _Images(cell)
        tried: list[tuple[str, list[str]]] = []
        for node in cell:
            for automorphism in self.automorphisms[first_known:]:
                images.join(automorphism)
            first_known = len(self.automorphisms)
            if images.are_new(node):
                found = self._with(part, [node], patterns, around, depth)
                self.automorphisms += [
                    dict(zip(ordered, found[1], strict=True))
                    for text, ordered in tried
                    if text == found[0]
                ]
                tried.append(found)
                images.use(node)
        return min(tried, key=lambda found: found[0])

    def _with(
        self,
        part: list[str],
        singled: list[str],
        patterns: list[Pattern],
        around: Colours,
        depth: int,
    ) -> tuple[str, list[str]]:
        colours = dict(around)
        for index, node in enumerate(singled):
            colours[node] = _hash(colours[node], "!", str(index))
            self.refine(colours, part, node)
        ordered = self.order(part, colours, depth + 1)
        return self._part_text(patterns, ordered, around), ordered

    def _part_text(self, patterns: list[Pattern], ordered: list[str], around: Colours) -> str:
        self.left -= len(patterns)
        if self.left < 0:
            raise _ExhaustedError
        return _text(patterns, {**around, **_numbered(ordered)})

    def _exchangeable(self, one: str, other: str) -> bool:
        """Whether exchanging two nodes changes nothing of what is said."""
        patterns = [*self.about.get(one, ()), *self.about.get(other, ())]
        self.left -= 2 * len(patterns)
        if self.left < 0:
            raise _ExhaustedError
        names = {node: node for pattern in patterns for node in pattern.blanks}
        exchanged = {**names, one: other, other: one}
        return {p.render(names) for p in patterns} == {p.render(exchanged) for p in patterns}


class _Images:
    """Which nodes of a cell are images of each other, as far as is known, and which were tried."""

    def __init__(self, cell: Iterable[str]) -> None:
        self.parent = {node: node for node in cell}
        self.tried: set[str] = set()

    def join(self, automorphism: Mapping[str, str]) -> None:
        """Learn an automorphism, which is the identity where it says nothing."""
        for node in self.parent:
            one, other = self._root(node), self._root(automorphism.get(node, node))
            if one != other:
                self.parent[other] = one
                if other in self.tried:
                    self.tried.add(one)

    def use(self, node: str) -> None:
        self.tried.add(self._root(node))

    def are_new(self, node: str) -> bool:
        return self._root(node) not in self.tried

    def _root(self, node: str) -> str:
        while self.parent[node] != node:
            node = self.parent[node]
        return node
