"""A snapshot held in memory: what readers of files give, and the fastest to ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from graph.model import Literal, Node, Statement
from graph.snapshot import (
    UNCOMMITTED,
    DerivedReads,
    Match,
    Version,
    as_set,
    matches_from,
    naming,
    selects,
)


class MemorySnapshot(DerivedReads):
    """A set of statements with indexes that are built when first asked."""

    def __init__(self, statements: Iterable[Statement], version: Version = UNCOMMITTED) -> None:
        self.all = frozenset(statements)
        self._version = version

    @property
    def version(self) -> Version:
        return self._version

    def __len__(self) -> int:
        return len(self.all)

    def __repr__(self) -> str:
        return f"MemorySnapshot({len(self)} statements, {self._version.name or 'unnamed'})"

    @cached_property
    def _by_subject(self) -> dict[Node, list[Statement]]:
        index: defaultdict[Node, list[Statement]] = defaultdict(list)
        for statement in self.all:
            index[statement.subject].append(statement)
        return dict(index)

    @cached_property
    def _by_predicate(self) -> dict[Node, list[Statement]]:
        index: defaultdict[Node, list[Statement]] = defaultdict(list)
        for statement in self.all:
            index[statement.predicate].append(statement)
        return dict(index)

    @cached_property
    def _by_mention(self) -> dict[Node, list[Statement]]:
        index: defaultdict[Node, list[Statement]] = defaultdict(list)
        for statement in self.all:
            for node in set(statement.mentions()):
                index[node].append(statement)
        return dict(index)

    @cached_property
    def _by_name(self) -> dict[str, list[Statement]]:
        index: defaultdict[str, list[Statement]] = defaultdict(list)
        for statement in naming(self):
            if isinstance(statement.object, Literal):
                index[statement.object.value.casefold()].append(statement)
        return dict(index)

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        if subjects is not None:
            candidates = _lookup(self._by_subject, subjects)
        elif objects is not None:
            candidates = _lookup(self._by_mention, objects)
        elif predicates is not None:
            candidates = _lookup(self._by_predicate, predicates)
        else:
            yield from self.all
            return
        wanted = as_set(subjects), as_set(predicates), as_set(objects)
        # A statement that mentions two of the objects in its qualifiers is a candidate twice.
        seen: set[Statement] = set()
        for statement in candidates:
            if selects(statement, *wanted) and statement not in seen:
                seen.add(statement)
                yield statement

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        yield from dict.fromkeys(_lookup(self._by_mention, nodes))

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        keys = {text.casefold() for text in texts}
        return matches_from(texts, _lookup(self._by_name, keys))


def _lookup(index: dict[str, list[Statement]], keys: Collection[str]) -> Iterator[Statement]:
    for key in set(keys):
        yield from index.get(key, ())
