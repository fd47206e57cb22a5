"""A delta in the making, together with the effects that explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES, is_logical
from graph.expression import substitute
from graph.model import Delta, Literal, Node, Qualifier, Statement, in_order
from kgcl.state import Effect, EffectKind, Ruling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kgcl.changes import Change
    from kgcl.state import State


class Plan:
    """Statements to remove and to add, and what the words of the change do not say of it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.removed: set[Statement] = set()
        self.added: set[Statement] = set()
        self.effects: list[Effect] = []

    def add(self, statement: Statement) -> None:
        self.added.add(statement)

    def effect(
        self,
        kind: EffectKind,
        removed: Statement | None = None,
        added: Statement | None = None,
        concerns: Statement | None = None,
    ) -> None:
        self.effects.append(Effect(kind, removed, added, concerns))
        if removed is not None:
            self.removed.add(removed)
        if added is not None:
            self.added.add(added)

    def ruling(self) -> Ruling:
        there = self.state.with_key
        added = {s for s in self.added - self.removed if s not in there(*s.key)}
        delta = Delta(frozenset(self.removed - self.added), frozenset(added))
        return Ruling(delta, tuple(self.effects))

    def record(self, change: Change, node: Node, fields: Mapping[str, str]) -> None:
        """What a change says of itself that the policy wants kept at the node, by property."""
        for field, named in fields.items():
            text = self.state.said(change, field) if named else ""
            if text:
                new = Statement(node, self.state.property_of(named), Literal(text))
                if not self.state.with_key(*new.key):
                    self.effect(EffectKind.RECORDED, added=new)

    def incoming(self, node: Node) -> list[Statement]:
        """Statements of other nodes that mention this one, in canonical order."""
        return in_order(s for s in self.state.draft.mentioning({node}) if s.subject != node)

    def uses(self, node: Node) -> list[Statement]:
        """Statements of other nodes whose predicate this is, in canonical order.

        Asked of properties only: no index leads from a predicate to its statements.
        """
        if not self.state.is_property(node):
            return []
        found = self.state.draft.statements(predicates={node})
        return in_order(s for s in found if s.subject != node)

    def repoint(self, old: Statement, node: Node, target: Node) -> None:
        """A statement that mentions a node mentions another; loops and cycles go instead."""
        new = renamed(old, {node: target})
        if new == old:
            self.effect(EffectKind.DANGLING, concerns=old)
        elif new.object == new.subject or would_cycle(new, self.state):
            self.remove_edge(old)
        elif new.key != old.key and self.state.with_key(*new.key):
            self.effect(EffectKind.REWIRED, removed=old)
        else:
            self.effect(EffectKind.REWIRED, removed=old, added=new)

    def remove_edge(self, edge: Statement) -> None:
        """An edge that cannot stay goes; where it was the only parent, the effect says so."""
        lost = edge.predicate in HIERARCHY_PREDICATES and not self.state.has_parent(
            edge.subject, edge
        )
        kind = EffectKind.LEFT_WITHOUT_PARENT if lost else EffectKind.EDGE_REMOVED
        self.effect(kind, removed=edge)

    def drop_axioms(self, node: Node) -> None:
        """What a node means by itself goes."""
        for statement in self.state.about(node):
            if is_logical(statement):
                self.effect(EffectKind.AXIOM_DROPPED, removed=statement)


def renamed(old: Statement, names: Mapping[Node, Node], subject: Node | None = None) -> Statement:
    """A statement with nodes replaced in its predicate, its object and its qualifiers."""
    return Statement(
        subject or old.subject,
        names.get(old.predicate, old.predicate),
        substitute(old.object, names),
        tuple(_renamed_qualifier(q, names) for q in old.qualifiers),
    )


def _renamed_qualifier(qualifier: Qualifier, names: Mapping[Node, Node]) -> Qualifier:
    return Qualifier(
        names.get(qualifier.predicate, qualifier.predicate),
        substitute(qualifier.value, names),
        tuple(_renamed_qualifier(inner, names) for inner in qualifier.qualifiers),
    )


def would_cycle(edge: Statement, state: State) -> bool:
    """Whether an edge of the hierarchy would close a cycle."""
    return (
        edge.predicate in HIERARCHY_PREDICATES
        and isinstance(edge.object, str)
        and edge.subject in state.ancestors(edge.object)
    )
