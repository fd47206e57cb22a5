"""From what people write to nodes and literals, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.vocabulary import LABEL
from kgcl.changes import Compound, Note, Ref, RefKind, Term, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph.prefixes import PrefixMap
    from graph.snapshot import Match, Snapshot


class UnresolvedError(Exception):
    """An entity cannot be told; the reason becomes that of a rejected change."""


class Resolver:
    """Finds what references mean against a snapshot and its prefixes."""

    def __init__(self, snapshot: Snapshot, prefixes: PrefixMap) -> None:
        self.snapshot = snapshot
        self.prefixes = prefixes

    def node(self, ref: Ref) -> Node:
        """The node that a reference means.

        Raises UnresolvedError where a label names nothing, or several nodes.
        """
        if ref.kind is RefKind.IRI:
            return ref.text
        if ref.kind is not RefKind.LABEL:
            return self.prefixes.expand(ref.text)
        matches = self.snapshot.find([ref.text])[ref.text]
        if not matches:
            short = self.prefixes.shorthands.get(ref.text)
            if short is None:
                raise UnresolvedError(f"nothing is called {ref.text!r}")
            return short
        best = _closeness(matches[0])
        nodes = sorted({match.node for match in matches if _closeness(match) == best})
        if len(nodes) > 1:
            candidates = ", ".join(self.show(node) for node in nodes[:5])
            raise UnresolvedError(
                f"{ref.text!r} names {len(nodes)} nodes ({candidates}): use an id"
            )
        return nodes[0]

    def object(self, term: Term) -> Object:
        """The node, literal or expression that a term means."""
        if isinstance(term, Ref):
            return self.node(term)
        if isinstance(term, Text):
            if term.datatype is not None:
                return Literal(term.value, self.node(term.datatype))
            return Literal(term.value, language=term.language)
        return Expression(term.operator, tuple(self.object(inner) for inner in term.arguments))

    def qualifiers(self, notes: Iterable[Note]) -> tuple[Qualifier, ...]:
        """Qualifiers out of notes."""
        return tuple(
            Qualifier(
                self.node(note.predicate), self.object(note.value), self.qualifiers(note.qualifiers)
            )
            for note in notes
        )

    def show(self, node: Node) -> str:
        """A node as people read it."""
        return self.prefixes.contract(node)


def _closeness(match: Match) -> tuple[bool, bool]:
    return (not match.exact, match.predicate != LABEL)


def term_of(value: Object) -> Term:
    """An object as a term, entities by IRI."""
    if isinstance(value, str):
        return Ref(value)
    if isinstance(value, Literal):
        if value.language:
            return Text(value.value, language=value.language)
        return Text(value.value, datatype=_datatype_of(value))
    return Compound(value.operator, tuple(term_of(argument) for argument in value.arguments))


def _datatype_of(literal: Literal) -> Ref | None:
    return None if literal == Literal(literal.value) else Ref(literal.datatype)


def notes_of(qualifiers: Iterable[Qualifier]) -> tuple[Note, ...]:
    """Qualifiers as notes, entities by IRI."""
    return tuple(
        Note(Ref(q.predicate), term_of(q.value), notes_of(q.qualifiers)) for q in qualifiers
    )
