"""A cache of frames over a snapshot, so that a batch of changes reads the store once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from graph.snapshot import (
    DerivedReads,
    Match,
    Snapshot,
    Version,
    as_set,
    selects,
)

if TYPE_CHECKING:
    from graph.model import Node, Statement


class Frames(DerivedReads):
    """A snapshot that remembers, per node, what is said of it and where it is mentioned."""

    def __init__(self, base: Snapshot) -> None:
        self.base = base
        self._about: dict[Node, list[Statement]] = {}
        self._mentioning: dict[Node, list[Statement]] = {}

    @property
    def version(self) -> Version:
        return self.base.version

    def prefetch(self, nodes: Collection[Node]) -> None:
        """Read the frames of nodes, and what mentions them, in two reads."""
        self._fetch_about(set(nodes))
        self._fetch_mentioning(set(nodes))

    def _fetch_about(self, nodes: set[Node]) -> None:
        missing = nodes - self._about.keys()
        if missing:
            self._about.update({node: [] for node in missing})
            for statement in self.base.statements(subjects=missing):
                self._about[statement.subject].append(statement)

    def _fetch_mentioning(self, nodes: set[Node]) -> None:
        missing = nodes - self._mentioning.keys()
        if missing:
            self._mentioning.update({node: [] for node in missing})
            for statement in self.base.mentioning(missing):
                for node in missing.intersection(statement.mentions()):
                    self._mentioning[node].append(statement)

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        if subjects is not None:
            nodes = set(subjects)
            self._fetch_about(nodes)
            found = [s for node in nodes for s in self._about[node]]
        elif objects is not None:
            nodes = set(objects)
            self._fetch_mentioning(nodes)
            found = [s for node in nodes for s in self._mentioning[node] if s.object == node]
        else:
            yield from self.base.statements(None, predicates, None)
            return
        wanted = as_set(subjects), as_set(predicates), as_set(objects)
        for statement in found:
            if selects(statement, *wanted):
                yield statement

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        wanted = set(nodes)
        self._fetch_mentioning(wanted)
        yield from {s: None for node in wanted for s in self._mentioning[node]}

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        return self.base.find(texts)
