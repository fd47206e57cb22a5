"""Three-way merge of two deltas over their common base, and the conflicts that stop it.

Statements are paired by key (subject, predicate, object) and qualifiers unite as sets. Nothing is
ever taken from both sides where the sides contradict each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.axioms import is_edge, is_logical
from graph.model import (
    Delta,
    Key,
    Literal,
    Node,
    Object,
    Statement,
    in_order,
)
from graph.overlay import Overlay
from graph.prefixes import ontology_node
from graph.qualifiers import unite
from graph.snapshot import Snapshot
from graph.vocabulary import (
    COMMENT,
    CREATED_BY,
    CREATION_DATE,
    DEFINITION,
    DEPRECATED,
    HIERARCHY,
    LABEL,
    OBO_NAMESPACE,
    QUANTIFIER,
    SINGLE_VALUED,
    SKOS,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

SINGLE_VALUED_DEFAULTS: Final = frozenset(
    {
        LABEL,
        DEFINITION,
        COMMENT,
        DEPRECATED,
        OBO_NAMESPACE,
        CREATED_BY,
        CREATION_DATE,
        QUANTIFIER,
        SKOS + "prefLabel",
        SKOS + "definition",
    }
)
HIERARCHY_DEFAULTS: Final = frozenset({SUBCLASS_OF, SUBPROPERTY_OF, SKOS + "broader"})
_TRUE: Final = ("true", "1")


class ConflictKind(StrEnum):
    """How two lines of work contradict each other."""

    DIVERGENT_VALUE = "divergent value"
    DELETE_MODIFY = "delete/modify"
    EDGE_TO_DELETED = "edge to deleted or obsolete node"
    CYCLE = "cycle"
    NOTHING_LEFT = "already taken back"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What two sides made of the same thing; each side's statements in canonical order."""

    kind: ConflictKind
    subject: Node
    base: tuple[Statement, ...] = ()
    ours: tuple[Statement, ...] = ()
    theirs: tuple[Statement, ...] = ()

    @classmethod
    def of(
        cls,
        kind: ConflictKind,
        subject: Node,
        base: Iterable[Statement],
        ours: Iterable[Statement],
        theirs: Iterable[Statement],
    ) -> Conflict:
        """A conflict with its sides brought into canonical order."""
        return cls(
            kind, subject, tuple(in_order(base)), tuple(in_order(ours)), tuple(in_order(theirs))
        )


@dataclass(frozen=True, slots=True)
class Merged:
    """The statements that turn the base into the merged state, and what stands against it."""

    delta: Delta
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is single-valued and what is a hierarchy, by default and by a graph's settings."""

    single_valued: frozenset[Node] = SINGLE_VALUED_DEFAULTS
    hierarchies: frozenset[Node] = HIERARCHY_DEFAULTS

    @classmethod
    def of(cls, snapshot: Snapshot) -> Rules:
        """The defaults and what the ontology node declares."""
        node = ontology_node(snapshot)
        declared: defaultdict[Node, set[Node]] = defaultdict(set)
        for statement in snapshot.statements({node}, {SINGLE_VALUED, HIERARCHY}):
            value = statement.object
            if isinstance(value, Literal):
                declared[statement.predicate].add(value.value)
            elif isinstance(value, str):
                declared[statement.predicate].add(value)
        return cls(
            SINGLE_VALUED_DEFAULTS | declared[SINGLE_VALUED],
            HIERARCHY_DEFAULTS | declared[HIERARCHY],
        )

    def with_those_of(self, other: Snapshot) -> Rules:
        """These rules and those that another state declares."""
        more = Rules.of(other)
        return Rules(self.single_valued | more.single_valued, self.hierarchies | more.hierarchies)


def three_way(base: Snapshot, ours: Delta, theirs: Delta, rules: Rules | None = None) -> Merged:
    """Merge two deltas over their common base; symmetric in the two where nothing conflicts."""
    merge = _Merge(base, ours, theirs, rules or Rules.of(base))
    return merge.run()


class _Merge:
    def __init__(self, base: Snapshot, ours: Delta, theirs: Delta, rules: Rules) -> None:
        self.base, self.ours, self.theirs, self.rules = base, ours, theirs, rules
        self.our_state = Overlay(base, ours)
        self.their_state = Overlay(base, theirs)
        self.conflicts: list[Conflict] = []

    def run(self) -> Merged:
        removed: set[Statement] = set()
        added: set[Statement] = set()
        our_keys, their_keys = _by_key(self.ours), _by_key(self.theirs)
        before = self._before(our_keys.keys() & their_keys.keys())
        for key in our_keys.keys() | their_keys.keys():
            side = our_keys.get(key) or their_keys[key]
            if key in our_keys and key in their_keys:
                side = self._key(before.get(key, set()), our_keys[key], their_keys[key], key[0])
            removed |= side.removed
            added |= side.added
        merged = Delta(frozenset(removed - added), frozenset(added - removed))
        self._single_values()
        self._deleted_nodes()
        self._edges()
        if not self.conflicts:
            self._cycles(Overlay(self.base, merged))
        return Merged(merged, tuple(sorted(set(self.conflicts), key=_conflict_order)))

    def _before(self, keys: Set[Key]) -> dict[Key, set[Statement]]:
        """The statements of the base with these keys."""
        found: defaultdict[Key, set[Statement]] = defaultdict(set)
        for statement in self.base.statements({key[0] for key in keys}, {key[1] for key in keys}):
            if statement.key in keys:
                found[statement.key].add(statement)
        return found

    def _key(self, before: set[Statement], ours: Delta, theirs: Delta, subject: Node) -> Delta:
        """One key that both sides changed."""
        if ours == theirs:
            return ours
        mine = (before - ours.removed) | ours.added
        yours = (before - theirs.removed) | theirs.added
        if before and (not mine or not yours):
            self._conflict(ConflictKind.DELETE_MODIFY, subject, before, mine, yours)
            return ours
        if len(before) > 1 or len(mine) > 1 or len(yours) > 1:
            if ours.removed & theirs.removed and ours.added != theirs.added:
                self._conflict(ConflictKind.DIVERGENT_VALUE, subject, before, mine, yours)
                return ours
            return Delta(ours.removed | theirs.removed, ours.added | theirs.added)
        old = next(iter(before)).qualifiers if before else ()
        one, other = next(iter(mine)), next(iter(yours))
        united = unite(old, one.qualifiers, other.qualifiers, self.rules.single_valued)
        if united is None:
            self._conflict(ConflictKind.DIVERGENT_VALUE, subject, before, mine, yours)
            return ours
        return Delta.between(before, {one.with_qualifiers(united)})

    def _conflict(
        self,
        kind: ConflictKind,
        subject: Node,
        base: Iterable[Statement],
        ours: Iterable[Statement],
        theirs: Iterable[Statement],
    ) -> None:
        self.conflicts.append(Conflict.of(kind, subject, base, ours, theirs))

    def _single_values(self) -> None:
        ours = _by_slot(self.ours, self.rules.single_valued)
        theirs = _by_slot(self.theirs, self.rules.single_valued)
        for slot in ours.keys() & theirs.keys():
            mine, yours = ours[slot], theirs[slot]
            our_values = {s.object for s in mine.added} - {s.object for s in mine.removed}
            their_values = {s.object for s in yours.added} - {s.object for s in yours.removed}
            before = mine.removed | yours.removed
            if our_values and their_values and our_values != their_values:
                kind = ConflictKind.DIVERGENT_VALUE
            elif (our_values or their_values) and _withdrawn(mine) & _withdrawn(yours):
                if our_values == their_values:
                    continue
                kind = ConflictKind.DELETE_MODIFY
            else:
                continue
            self._conflict(kind, slot[0], before, mine.added, yours.added)

    def _deleted_nodes(self) -> None:
        for one, other, flip in self._both_ways():
            gone = _vanished(one, self.base, _subjects(one.removed))
            kept = defaultdict(set)
            for statement in other.added - one.added:
                if statement.subject in gone:
                    kept[statement.subject].add(statement)
            for node, statements in kept.items():
                before = self.base.statements({node})
                sides = (set(), statements) if not flip else (statements, set())
                self._conflict(ConflictKind.DELETE_MODIFY, node, before, *sides)

    def _edges(self) -> None:
        """One side adds an edge to a node that the other deleted or made obsolete."""
        for one, other, flip in self._both_ways():
            gone = _vanished(one, self.base, _subjects(one.removed))
            flags = {s.subject: s for s in one.added - other.added if _is_flag(s)}
            gone -= _vanished(other, self.base, gone)
            for statement in other.added - one.added:
                for node in set(statement.mentions()) - {statement.subject}:
                    if node in gone:
                        sides: tuple[set[Statement], set[Statement]] = (set(), {statement})
                    elif node in flags and is_logical(statement):
                        sides = ({flags[node]}, {statement})
                    else:
                        continue
                    self._conflict(
                        ConflictKind.EDGE_TO_DELETED,
                        node,
                        self.base.statements({node}) if node in gone else (),
                        *(sides[::-1] if flip else sides),
                    )

    def _both_ways(self) -> Iterator[tuple[Delta, Delta, bool]]:
        yield self.ours, self.theirs, False
        yield self.theirs, self.ours, True

    def _cycles(self, merged: Snapshot) -> None:
        for predicate in sorted(self.rules.hierarchies):
            ours = _edges_of(self.ours.added - self.theirs.added, predicate)
            theirs = _edges_of(self.theirs.added - self.ours.added, predicate)
            if not ours or not theirs:
                continue
            above = merged.reach({target for target, _ in theirs.values()}, {predicate})
            for statement, (target, _) in sorted(theirs.items(), key=lambda item: item[0].encode()):
                source = statement.subject
                if source != target and source not in above:
                    continue
                cycle = _path(merged, target, source, predicate)
                mine = [s for s in ours if (s.subject, s.object) in cycle]
                if mine:
                    self._conflict(ConflictKind.CYCLE, source, (), mine, (statement,))


def _grouped(delta: Delta, name: Callable[[Statement], Key | None]) -> dict[Key, Delta]:
    removed: defaultdict[Key, set[Statement]] = defaultdict(set)
    added: defaultdict[Key, set[Statement]] = defaultdict(set)
    for statements, groups in ((delta.removed, removed), (delta.added, added)):
        for statement in statements:
            key = name(statement)
            if key is not None:
                groups[key].add(statement)
    return {
        key: Delta(frozenset(removed[key]), frozenset(added[key]))
        for key in removed.keys() | added.keys()
    }


def _by_key(delta: Delta) -> dict[Key, Delta]:
    return _grouped(delta, lambda statement: statement.key)


def _by_slot(delta: Delta, predicates: frozenset[Node]) -> dict[Key, Delta]:
    """Changes of single-valued attributes, by subject, predicate and language."""

    def slot(statement: Statement) -> Key | None:
        if statement.predicate not in predicates:
            return None
        value = statement.object
        language = value.language if isinstance(value, Literal) else ""
        return (statement.subject, statement.predicate, language)

    return _grouped(delta, slot)


def _withdrawn(delta: Delta) -> set[Object]:
    return {s.object for s in delta.removed} - {s.object for s in delta.added}


def _subjects(statements: Iterable[Statement]) -> set[Node]:
    return {statement.subject for statement in statements}


def _vanished(delta: Delta, base: Snapshot, nodes: set[Node]) -> set[Node]:
    """Those of the nodes that the base describes and that have no statement after the delta.

    A node that only ever had edges was never declared, so it is not deleted with its last edge.
    """
    had = _subjects(s for s in base.statements(nodes) if not is_edge(s))
    return had - _subjects(Overlay(base, delta).statements(had))


def _is_flag(statement: Statement) -> bool:
    return (
        statement.predicate == DEPRECATED
        and isinstance(statement.object, Literal)
        and statement.object.value in _TRUE
    )


def _edges_of(
    statements: Iterable[Statement], predicate: Node
) -> dict[Statement, tuple[Node, Node]]:
    return {
        s: (s.object, s.subject)
        for s in statements
        if s.predicate == predicate and isinstance(s.object, str)
    }


def _path(snapshot: Snapshot, start: Node, goal: Node, predicate: Node) -> set[tuple[Node, Object]]:
    """The edges of one shortest path along a predicate, as (subject, object)."""
    came: dict[Node, Node] = {start: start}
    frontier = {start}
    while frontier and goal not in came:
        found: dict[Node, Node] = {}
        for statement in in_order(snapshot.statements(frontier, {predicate})):
            if isinstance(statement.object, str) and statement.object not in came:
                found.setdefault(statement.object, statement.subject)
        came |= found
        frontier = set(found)
    edges: set[tuple[Node, Object]] = set()
    node = goal
    while node in came and node != start:
        edges.add((came[node], node))
        node = came[node]
    return edges


def _conflict_order(conflict: Conflict) -> tuple[str, str, list[bytes]]:
    sides = (*conflict.base, *conflict.ours, *conflict.theirs)
    return (conflict.kind.value, conflict.subject, [s.encode() for s in sides])
