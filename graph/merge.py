"""Three-way merge of two deltas over their common base, and the conflicts that stop it.

Statements are paired by slot where a predicate has one value, else by key (subject, predicate,
object), and qualifiers unite as sets. Nothing is ever taken from both sides where the sides
contradict each other; a conflict that is decided takes the loser's part out of its delta.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graph.axioms import is_logical
from graph.conflicts import Conflict, ConflictKind, conflict_order
from graph.cycles import inside, loops, pairs
from graph.deletions import described, made_obsolete, subjects, vanished
from graph.model import Delta, Literal, Node, Statement
from graph.overlay import Overlay
from graph.resolution import Decider, Decision, Side
from graph.rules import Rules
from graph.scopes import Scope, cut
from graph.snapshot import Snapshot
from graph.units import Unit, by_unit, held
from graph.values import after, merge_unit
from graph.vocabulary import LABEL

__all__ = ["Merged", "Rules", "three_way"]


@dataclass(frozen=True, slots=True)
class Merged:
    """The statements that turn the base into the merged state, and what stands against it.

    ``conflicts`` are those left open; in their slots and keys the delta changes nothing.
    ``decisions`` are those that were decided, in the order in which they arose.
    """

    delta: Delta
    conflicts: tuple[Conflict, ...]
    decisions: tuple[Decision, ...] = ()


def three_way(
    base: Snapshot,
    ours: Delta,
    theirs: Delta,
    rules: Rules | None = None,
    decide: Decider | None = None,
) -> Merged:
    """Merge two deltas over their common base; symmetric in the two where nothing conflicts.

    ``decide`` says which side of a conflict stands, or None to leave it open. The other side's
    changes in the scope of the conflict are dropped, so that the base stays there, and the merge
    runs again; a conflict that shows up only then is decided in its turn.
    """
    rules = rules or Rules.of(base)
    full = {Side.OURS: ours, Side.THEIRS: theirs}
    left = dict(full)
    decisions: list[Decision] = []
    undecided: set[Conflict] = set()
    # It ends: deltas only ever lose statements here, and every round but the last takes at least
    # one, because a conflict is found only where both sides have changes in its scope. The
    # conflicts of a round are decided together, so their order and that of the sides are without
    # effect, and each conflict that a person was shown arises again when the choices are given.
    while True:
        merge = _Merge(base, left, rules)
        delta = merge.run()
        found = sorted(merge.found, key=conflict_order)
        decided: list[Decision] = []
        for conflict in found:
            side = decide(conflict) if decide and conflict not in undecided else None
            if side is None:
                undecided.add(conflict)
            else:
                decided.append(Decision(conflict, side))
        if not decided:
            return Merged(delta, tuple(found), tuple(decisions))
        decisions += decided
        for loser in Side:
            scope = Scope.union(
                merge.found[d.conflict][loser] for d in decided if d.side is not loser
            )
            left[loser] = cut(base, full[loser], left[loser], scope, rules)


class _Merge:
    """One run; ``found`` has for each conflict what each side would lose with it."""

    def __init__(self, base: Snapshot, sides: Mapping[Side, Delta], rules: Rules) -> None:
        self.base, self.sides, self.rules = base, sides, rules
        self.ours, self.theirs = sides[Side.OURS], sides[Side.THEIRS]
        self.gone = {side: vanished(base, delta) for side, delta in sides.items()}
        self.found: dict[Conflict, dict[Side, Scope]] = {}

    def run(self) -> Delta:
        merged = self._units()
        self._deleted_nodes()
        self._worn_away()
        self._edges()
        self._same_names()
        if not self.found:
            self._cycles(Overlay(self.base, merged))
        return merged

    def _conflict(
        self,
        kind: ConflictKind,
        subject: Node,
        base: Iterable[Statement],
        made: Mapping[Side, Iterable[Statement]],
        scopes: Mapping[Side, Scope],
    ) -> None:
        conflict = Conflict.of(kind, subject, base, made[Side.OURS], made[Side.THEIRS])
        known = self.found.setdefault(conflict, dict.fromkeys(Side, Scope()))
        for side in Side:
            known[side] |= scopes[side]

    def _both_ways(self) -> Iterator[tuple[Side, Delta, Delta]]:
        for side in Side:
            yield side, self.sides[side], self.sides[side.other]

    def _units(self) -> Delta:
        """Each slot and key by itself; where the sides contradict each other the base stays."""
        single_valued = self.rules.single_valued
        ours, theirs = by_unit(self.ours, single_valued), by_unit(self.theirs, single_valued)
        before = held(self.base, ours.keys() & theirs.keys(), single_valued)
        removed: set[Statement] = set()
        added: set[Statement] = set()
        contested: dict[Unit, ConflictKind] = {}
        for unit in ours.keys() | theirs.keys():
            if unit in ours and unit in theirs:
                known = before.get(unit, set())
                merged = merge_unit(unit, known, ours[unit], theirs[unit], single_valued)
                if isinstance(merged, ConflictKind):
                    contested[unit] = merged
                    continue
            else:
                merged = ours.get(unit) or theirs[unit]
            removed |= merged.removed
            added |= merged.added
        created = self._created_twice({unit[0] for unit in contested})
        for node in created:
            self._duplicate(node)
        for unit, kind in contested.items():
            if unit[0] not in created:
                known = before.get(unit, set())
                made = {
                    Side.OURS: after(known, ours[unit]),
                    Side.THEIRS: after(known, theirs[unit]),
                }
                scope = Scope(units=frozenset({unit}))
                self._conflict(kind, unit[0], known, made, dict.fromkeys(Side, scope))
        return Delta(frozenset(removed), frozenset(added))

    def _created_twice(self, nodes: set[Node]) -> set[Node]:
        """Those of the nodes that both sides describe and the base does not know."""
        both = nodes & described(self.ours.added) & described(self.theirs.added)
        return both - subjects(self.base.statements(both))

    def _duplicate(self, node: Node) -> None:
        made = {
            side: {s for s in delta.added if s.subject == node}
            for side, delta in self.sides.items()
        }
        scopes = dict.fromkeys(Side, Scope.of_node(node))
        self._conflict(ConflictKind.DUPLICATE_CREATION, node, (), made, scopes)

    def _deleted_nodes(self) -> None:
        """One side deletes a node of which the other says something new."""
        for side, one, other in self._both_ways():
            gone = self.gone[side]
            kept: defaultdict[Node, set[Statement]] = defaultdict(set)
            for statement in other.added - one.added:
                if statement.subject in gone:
                    kept[statement.subject].add(statement)
            for node, statements in kept.items():
                before = self.base.statements({node})
                self._conflict(
                    ConflictKind.DELETE_MODIFY,
                    node,
                    before,
                    {side: (), side.other: statements},
                    dict.fromkeys(Side, Scope.of_node(node)),
                )

    def _worn_away(self) -> None:
        """Each side removes a part of a node that it keeps, and nothing would be left of it."""
        nodes = subjects(self.ours.removed) & subjects(self.theirs.removed)
        nodes -= subjects(self.ours.added | self.theirs.added)
        before: defaultdict[Node, set[Statement]] = defaultdict(set)
        for statement in self.base.statements(nodes):
            before[statement.subject].add(statement)
        for node, statements in before.items():
            made = {side: statements - delta.removed for side, delta in self.sides.items()}
            left = made[Side.OURS] & made[Side.THEIRS]
            if described(statements) and all(made.values()) and not left:
                scopes = dict.fromkeys(Side, Scope.of_node(node))
                self._conflict(ConflictKind.DELETE_MODIFY, node, statements, made, scopes)

    def _edges(self) -> None:
        """One side adds an edge to a node that the other deleted or made obsolete."""
        for side, one, other in self._both_ways():
            gone = self.gone[side] - self.gone[side.other]
            flags = made_obsolete(one)
            for node in made_obsolete(other):
                flags.pop(node, None)
            for statement in other.added - one.added:
                for node in set(statement.mentions()) - {statement.subject}:
                    if node not in gone and not (node in flags and is_logical(statement)):
                        continue
                    self._conflict(
                        ConflictKind.EDGE_TO_DELETED,
                        node,
                        self.base.statements({node}) if node in gone else (),
                        {side: () if node in gone else (flags[node],), side.other: (statement,)},
                        {
                            side: Scope.of_deletion(node),
                            side.other: Scope.of_edges((statement,), self.rules),
                        },
                    )

    def _same_names(self) -> None:
        """Each side creates a node of its own under one name."""
        ours, theirs = _names(self.ours), _names(self.theirs)
        twins: defaultdict[tuple[Node, Node], tuple[set[Statement], set[Statement]]]
        twins = defaultdict(lambda: (set(), set()))
        for name in ours.keys() & theirs.keys():
            for mine in ours[name].keys() - theirs[name].keys():
                for yours in theirs[name].keys() - ours[name].keys():
                    our_labels, their_labels = twins[mine, yours]
                    our_labels |= ours[name][mine]
                    their_labels |= theirs[name][yours]
        known = subjects(self.base.statements({node for pair in twins for node in pair}))
        for (mine, yours), (our_labels, their_labels) in twins.items():
            if mine in known or yours in known:
                continue
            self._conflict(
                ConflictKind.DUPLICATE_CREATION,
                min(mine, yours),
                (),
                {Side.OURS: our_labels, Side.THEIRS: their_labels},
                {Side.OURS: Scope.of_creation(mine), Side.THEIRS: Scope.of_creation(yours)},
            )

    def _cycles(self, merged: Snapshot) -> None:
        """Edges of both sides close a cycle that neither has alone."""
        for predicate in sorted(self.rules.hierarchies):
            ours = pairs(self.ours.added, predicate)
            theirs = pairs(self.theirs.added, predicate)
            if ours <= theirs or theirs <= ours:
                continue
            children = {child for child, _ in ours | theirs}
            known = pairs(self.base.statements(children, {predicate}), predicate)
            fresh = {Side.OURS: ours - theirs - known, Side.THEIRS: theirs - ours - known}
            for group in loops(merged, predicate, fresh[Side.OURS], fresh[Side.THEIRS]):
                made = {
                    side: [
                        statement
                        for statement in self.sides[side].added
                        if pairs((statement,), predicate) & inside(edges, group)
                    ]
                    for side, edges in fresh.items()
                }
                scopes = {side: Scope.of_edges(made[side], self.rules) for side in Side}
                subject = min(subjects(s for statements in made.values() for s in statements))
                self._conflict(ConflictKind.CYCLE, subject, (), made, scopes)


def _names(delta: Delta) -> dict[tuple[str, str], dict[Node, set[Statement]]]:
    """New labels by language and text, whatever the case and the spaces, with their nodes."""
    names: defaultdict[tuple[str, str], defaultdict[Node, set[Statement]]]
    names = defaultdict(lambda: defaultdict(set))
    for statement in delta.added:
        value = statement.object
        if statement.predicate == LABEL and isinstance(value, Literal):
            text = " ".join(value.value.casefold().split())
            if text:
                names[value.language, text][statement.subject].add(statement)
    return {name: dict(nodes) for name, nodes in names.items()}
