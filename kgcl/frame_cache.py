"""The state while a batch of changes is judged: frames of a snapshot, read once and kept current.

A frame is what is said of one node. Frames are read set at a time, when they are first asked for
or in one go before a batch, and every staged delta is worked into those that are there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from graph.model import Delta, Literal
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

if TYPE_CHECKING:
    from graph.model import Node, Statement

_NAMES: Final = frozenset({LABEL, *SYNONYMS})


class FrameCache(DerivedReads):
    """A snapshot with a growing delta on top, which remembers the frames that it has read."""

    def __init__(self, base: Snapshot) -> None:
        self.base = base
        self._removed: set[Statement] = set()
        self._added: set[Statement] = set()
        # One set a node, none for each of its predicates: frames are small, and containers cost.
        self._frames: dict[Node, set[Statement]] = {}
        self._mentioning: dict[Node, set[Statement]] = {}
        # What was added to frames that are not read yet.
        self._new_about: defaultdict[Node, set[Statement]] = defaultdict(set)
        self._new_mentions: defaultdict[Node, set[Statement]] = defaultdict(set)
        self._named: dict[str, set[Node]] = {}
        self._newly_named: defaultdict[str, set[Node]] = defaultdict(set)

    @property
    def version(self) -> Version:
        return UNCOMMITTED

    @property
    def delta(self) -> Delta:
        """What this state has beside its base, netted."""
        return Delta(frozenset(self._removed), frozenset(self._added))

    # --- reading ahead

    def prefetch(self, nodes: Collection[Node], mentioned: Collection[Node] = ()) -> None:
        """Read the frames of nodes, and what mentions some of them, in two reads."""
        self._fetch_frames(nodes)
        self._fetch_mentioning(mentioned)

    def prefetch_above(self, nodes: Collection[Node], predicates: Collection[Node]) -> None:
        """Read the frames of all that nodes reach along edges, in two reads."""
        if nodes:
            self._fetch_frames(self.base.reach(nodes, predicates))

    def prefetch_names(self, texts: Collection[str]) -> None:
        """Find out in one read what texts name, and read the frames of what they do."""
        missing = [text for text in texts if text not in self._named]
        if missing:
            for text, matches in self.base.find(missing).items():
                self._named[text] = {match.node for match in matches}
            self._fetch_frames(set().union(*(self._named[text] for text in missing)))

    def _fetch_frames(self, nodes: Collection[Node]) -> None:
        missing = {node for node in nodes if node not in self._frames}
        if not missing:
            return
        frames, removed = self._frames, self._removed
        for node in missing:
            frames[node] = self._new_about.pop(node, set())
        for statement in self.base.statements(subjects=missing):
            if statement not in removed:
                frames[statement.subject].add(statement)

    def _fetch_mentioning(self, nodes: Collection[Node]) -> None:
        missing = {node for node in nodes if node not in self._mentioning}
        if not missing:
            return
        for node in missing:
            self._mentioning[node] = self._new_mentions.pop(node, set())
        for statement in self.base.mentioning(missing):
            if statement not in self._removed:
                for node in missing.intersection(statement.mentions()):
                    self._mentioning[node].add(statement)

    # --- moving on

    def stage(self, delta: Delta) -> None:
        """Apply one more delta on top; it must fit the state as it now is."""
        for statement in delta.removed:
            if statement in self._added:
                self._added.remove(statement)
            else:
                self._removed.add(statement)
            self._forget(statement)
        for statement in delta.added:
            if statement in self._removed:
                self._removed.remove(statement)
            else:
                self._added.add(statement)
            self._remember(statement)

    def _forget(self, statement: Statement) -> None:
        frame = self._frames.get(statement.subject)
        if frame is None:
            self._new_about[statement.subject].discard(statement)
        else:
            frame.discard(statement)
        for node in statement.mentions():
            self._mentions_of(node).discard(statement)

    def _remember(self, statement: Statement) -> None:
        frame = self._frames.get(statement.subject)
        if frame is not None:
            frame.add(statement)
        elif statement in self._added:
            self._new_about[statement.subject].add(statement)
        is_new = statement in self._added
        for node in statement.mentions():
            if is_new or node in self._mentioning:
                self._mentions_of(node).add(statement)
        if statement.predicate in _NAMES and isinstance(statement.object, Literal):
            self._newly_named[statement.object.value.casefold()].add(statement.subject)

    def _mentions_of(self, node: Node) -> set[Statement]:
        there = self._mentioning.get(node)
        return self._new_mentions[node] if there is None else there

    # --- reading

    def frame(self, node: Node) -> Collection[Statement]:
        """What is said of a node now."""
        frame = self._frames.get(node)
        if frame is None:
            self._fetch_frames((node,))
            frame = self._frames[node]
        return frame

    def about(self, node: Node, predicate: Node) -> Collection[Statement]:
        """What is said of a node now with one predicate."""
        return [s for s in self.frame(node) if s.predicate == predicate]

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        found: Iterable[Statement]
        if subjects is not None:
            self._fetch_frames(subjects)
            frames = [self._frames[node] for node in set(subjects)]
            if predicates is None:
                found = [s for frame in frames for s in frame]
            else:
                over = set(predicates)
                found = [s for frame in frames for s in frame if s.predicate in over]
            if objects is None:
                yield from found
                return
        elif objects is not None:
            self._fetch_mentioning(objects)
            found = {s for node in set(objects) for s in self._mentioning[node]}
        else:
            for statement in self.base.statements(predicates=predicates):
                if statement not in self._removed:
                    yield statement
            found = list(self._added)
        wanted = as_set(subjects), as_set(predicates), as_set(objects)
        for statement in found:
            if selects(statement, *wanted):
                yield statement

    def named(self, text: str) -> set[Node]:
        """Nodes that may have a text as a name, in any case; their frames tell which do."""
        if text not in self._named:
            self.prefetch_names((text,))
        newly = self._newly_named.get(text.casefold())
        return self._named[text] | newly if newly else self._named[text]

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        self._fetch_mentioning(nodes)
        yield from {s for node in set(nodes) for s in self._mentioning[node]}

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        self.prefetch_names(texts)
        nodes = {node for text in texts for node in self._named[text]}
        nodes |= {node for text in texts for node in self._newly_named.get(text.casefold(), ())}
        return matches_from(texts, self.statements(subjects=nodes, predicates=_NAMES))
