"""A snapshot held in memory: what readers of files give, and the fastest to ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from graph.model import Literal, Node, Statement
from graph.snapshot import (
    UNCOMMITTED,
    Columns,
    Match,
    Version,
    as_set,
    columns_from,
    labels_from,
    matches_from,
    naming,
    reach_by_frontier,
    selects,
)
from graph.vocabulary import LABEL


class MemorySnapshot:
    """A set of statements with indexes that are built when first asked."""

    def __init__(self, statements: Iterable[Statement], version: Version = UNCOMMITTED) -> None:
        self.all = frozenset(statements)
        self._version = version

    @property
    def version(self) -> Version:
        return self._version

    def __len__(self) -> int:
        return len(self.all)

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

    def labels(self, nodes: Collection[Node]) -> dict[Node, Literal]:
        return labels_from(self.statements(subjects=nodes, predicates={LABEL}))

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        keys = {text.casefold() for text in texts}
        return matches_from(texts, _lookup(self._by_name, keys))

    def reach(
        self,
        nodes: Collection[Node],
        predicates: Collection[Node],
        inverse: bool = False,
        depth: int | None = None,
    ) -> set[Node]:
        return reach_by_frontier(self, nodes, predicates, inverse, depth)

    def columns(self, predicates: Collection[Node] | None = None) -> Columns:
        return columns_from(self.statements(predicates=predicates))


def _lookup(index: dict[str, list[Statement]], keys: Collection[str]) -> Iterator[Statement]:
    for key in set(keys):
        yield from index.get(key, ())
