"""What a side loses with a conflict: the part of its delta that is taken out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from graph.axioms import is_logical
from graph.cycles import inside, loops, pairs
from graph.deletions import made_obsolete, vanished
from graph.model import Delta, Node, Statement
from graph.overlay import Overlay
from graph.rules import Rules
from graph.snapshot import Snapshot
from graph.units import Unit, grouped, unit_of


@dataclass(frozen=True, slots=True)
class Scope:
    """Changes of one side, told by what they touch.

    ``units`` and ``about`` (subjects) go whatever was done to them. ``edges`` (units) and
    ``additions_of`` (nodes mentioned) are additions; with a new edge go the removals of others
    of its subject and predicate, since together they were a move. ``removals_of`` are removals
    of statements that mention the nodes.
    """

    units: frozenset[Unit] = frozenset()
    about: frozenset[Node] = frozenset()
    edges: frozenset[Unit] = frozenset()
    additions_of: frozenset[Node] = frozenset()
    removals_of: frozenset[Node] = frozenset()

    def __or__(self, other: Scope) -> Scope:
        return Scope.union((self, other))

    @classmethod
    def union(cls, scopes: Iterable[Scope]) -> Scope:
        """What any of the scopes covers."""
        parts = list(scopes)
        return cls(*(frozenset().union(*(getattr(s, f.name) for s in parts)) for f in fields(cls)))

    @classmethod
    def of_node(cls, node: Node) -> Scope:
        """Everything about a node."""
        return cls(about=frozenset({node}))

    @classmethod
    def of_deletion(cls, node: Node) -> Scope:
        """A deletion or obsoletion, and the removals of what led to the node."""
        return cls(about=frozenset({node}), removals_of=frozenset({node}))

    @classmethod
    def of_creation(cls, node: Node) -> Scope:
        """A new node and what was said of it elsewhere."""
        return cls(about=frozenset({node}), additions_of=frozenset({node}))

    @classmethod
    def of_edges(cls, statements: Iterable[Statement], rules: Rules) -> Scope:
        """Edges that were added, or moved here."""
        return cls(edges=frozenset(unit_of(s, rules.single_valued) for s in statements))

    def taken_from(self, delta: Delta, rules: Rules) -> set[Unit]:
        """The units of a delta that fall into this scope."""
        added = grouped(delta.added, rules.single_valued)
        removed = grouped(delta.removed, rules.single_valued)
        units = {
            unit
            for unit in added.keys() | removed.keys()
            if unit in self.units or unit[0] in self.about
        }
        units |= {
            unit
            for unit, group in removed.items()
            if _mention(group, self.removals_of)
            and not _mention(added.get(unit, ()), self.removals_of)
        }
        edges = {
            u for u, group in added.items() if u in self.edges or _mention(group, self.additions_of)
        }
        moved = {unit[:2] for unit in edges - removed.keys()}
        return units | edges | {u for u in removed.keys() - added.keys() if u[:2] in moved}


def _mention(statements: Iterable[Statement], nodes: frozenset[Node]) -> bool:
    return bool(nodes) and not all(nodes.isdisjoint(s.mentions()) for s in statements)


def cut(base: Snapshot, full: Delta, delta: Delta, scope: Scope, rules: Rules) -> Delta:
    """What is left of a side's delta without a scope, and without what cannot stand alone then.

    ``full`` is the delta that the side began with. The rest deletes no node that the full one
    kept, leaves no statement that it brings back with a node deleted or obsolete, and closes no
    cycle with an edge that it brings back.
    """
    # Each round takes out at least one statement of a finite delta, or is the last.
    while units := scope.taken_from(delta, rules):
        delta = Delta(
            frozenset(s for s in delta.removed if unit_of(s, rules.single_valued) not in units),
            frozenset(s for s in delta.added if unit_of(s, rules.single_valued) not in units),
        )
        scope = _left_hanging(base, full, delta) | _closed(base, full, delta, rules)
    return delta


def _left_hanging(base: Snapshot, full: Delta, delta: Delta) -> Scope:
    """Deletions that the cut made, or that statements brought back stand against."""
    gone = vanished(base, delta)
    back = full.removed - delta.removed
    needed = _mentioned(back) & gone
    needed |= _mentioned(filter(is_logical, back)) & made_obsolete(delta).keys()
    return Scope(
        about=frozenset(needed | (gone - vanished(base, full, gone))),
        removals_of=frozenset(needed),
    )


def _mentioned(statements: Iterable[Statement]) -> set[Node]:
    return {node for s in statements for node in s.mentions() if node != s.subject}


def _closed(base: Snapshot, full: Delta, delta: Delta, rules: Rules) -> Scope:
    """Added edges that close a cycle with edges that the cut brought back."""
    now, then = Overlay(base, delta), Overlay(base, full)
    returned = full.removed - delta.removed
    scope = Scope()
    for predicate in rules.hierarchies:
        back = pairs(returned, predicate)
        added = pairs(delta.added, predicate)
        if not back or not added:
            continue
        back -= pairs(then.statements({child for child, _ in back}, {predicate}), predicate)
        for group in loops(now, predicate, added, back):
            closing = inside(added, group)
            scope |= Scope.of_edges(
                (s for s in delta.added if pairs((s,), predicate) & closing), rules
            )
    return scope
