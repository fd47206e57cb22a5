"""The state after changes that are not yet committed: a base and a delta over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from graph.model import Delta, Node, Statement
from graph.snapshot import (
    UNCOMMITTED,
    DerivedReads,
    Match,
    Snapshot,
    Version,
    as_set,
    matches_from,
    selects,
)
from graph.vocabulary import LABEL, SYNONYMS


class Overlay(DerivedReads):
    """A snapshot that shows ``base`` with ``delta`` applied; the base stays as it is."""

    def __init__(self, base: Snapshot, delta: Delta | None = None) -> None:
        self.base = base
        self._removed: set[Statement] = set()
        self._added: set[Statement] = set()
        self._added_by_subject: defaultdict[Node, set[Statement]] = defaultdict(set)
        self._added_by_mention: defaultdict[Node, set[Statement]] = defaultdict(set)
        if delta:
            self._stage(delta)

    @property
    def version(self) -> Version:
        return UNCOMMITTED

    @property
    def delta(self) -> Delta:
        """What this state has beside its base, netted."""
        return Delta(frozenset(self._removed), frozenset(self._added))

    def _stage(self, delta: Delta) -> None:
        for statement in delta.removed:
            if statement in self._added:
                self._forget(statement)
            else:
                self._removed.add(statement)
        for statement in delta.added:
            if statement in self._removed:
                self._removed.remove(statement)
            else:
                self._remember(statement)

    def _remember(self, statement: Statement) -> None:
        self._added.add(statement)
        self._added_by_subject[statement.subject].add(statement)
        for node in set(statement.mentions()):
            self._added_by_mention[node].add(statement)

    def _forget(self, statement: Statement) -> None:
        self._added.remove(statement)
        self._added_by_subject[statement.subject].discard(statement)
        for node in set(statement.mentions()):
            self._added_by_mention[node].discard(statement)

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        wanted = as_set(subjects), as_set(predicates), as_set(objects)
        for statement in self.base.statements(*wanted):
            if statement not in self._removed:
                yield statement
        if subjects is not None:
            candidates = _union(self._added_by_subject, subjects)
        elif objects is not None:
            candidates = _union(self._added_by_mention, objects)
        else:
            candidates = set(self._added)
        for statement in candidates:
            if selects(statement, *wanted):
                yield statement

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        for statement in self.base.mentioning(nodes):
            if statement not in self._removed:
                yield statement
        yield from _union(self._added_by_mention, nodes)

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        named = {match.node for found in self.base.find(texts).values() for match in found}
        named |= {s.subject for s in self._added if s.predicate == LABEL or s.predicate in SYNONYMS}
        return matches_from(texts, self.statements(subjects=named, predicates={LABEL, *SYNONYMS}))


class Draft(Overlay):
    """An overlay that grows: the state while a batch of changes is being judged."""

    def stage(self, delta: Delta) -> None:
        """Apply one more delta on top; it must fit the state as it now is."""
        self._stage(delta)


def _union(index: dict[Node, set[Statement]], keys: Collection[Node]) -> set[Statement]:
    found: set[Statement] = set()
    for key in keys:
        found |= index.get(key, set())
    return found
