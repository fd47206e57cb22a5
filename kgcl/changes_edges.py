"""Changes of edges, of axioms, and of statements in general."""

from __future__ import annotations

from dataclasses import dataclass

from kgcl.changes_base import Change
from kgcl.terms import Edge, Ref, Term


@dataclass(frozen=True, slots=True)
class EdgeCreation(Change):
    """An edge comes to be; its object may be a literal with a language or a datatype."""

    subject: Ref
    predicate: Ref
    object: Term


@dataclass(frozen=True, slots=True)
class EdgeDeletion(Change):
    """An edge goes, with its qualifiers."""

    subject: Ref
    predicate: Ref
    object: Term


@dataclass(frozen=True, slots=True)
class EdgeObsoletion(Change):
    """An edge no longer holds; a record of it stays."""

    subject: Ref
    predicate: Ref
    object: Term


@dataclass(frozen=True, slots=True)
class PlaceUnder(Change):
    """A node gets a parent."""

    subject: Ref
    object: Ref


@dataclass(frozen=True, slots=True)
class RemoveUnder(Change):
    """A node loses a parent."""

    subject: Ref
    object: Ref


@dataclass(frozen=True, slots=True)
class MappingCreation(Change):
    """An edge to an entity elsewhere comes to be; the schema prefers NewMapping."""

    subject: Ref
    predicate: Ref
    object: Ref


@dataclass(frozen=True, slots=True)
class NodeMove(Change):
    """An edge of a node goes from one object to another; without a predicate, the hierarchy's.

    Without an old value, the only such edge.
    """

    about_edge: Edge
    old_value: Ref | None
    new_value: Ref


@dataclass(frozen=True, slots=True)
class NodeDeepening(NodeMove):
    """A move to a descendant of the old parent."""


@dataclass(frozen=True, slots=True)
class NodeShallowing(NodeMove):
    """A move to an ancestor of the old parent."""


@dataclass(frozen=True, slots=True)
class EdgeRewiring(Change):
    """One end of an edge, the old value, becomes another node."""

    about_edge: Edge
    old_value: Ref
    new_value: Ref


@dataclass(frozen=True, slots=True)
class PredicateChange(Change):
    """An edge between two nodes gets another predicate."""

    about_edge: Edge
    old_value: Ref
    new_value: Ref


@dataclass(frozen=True, slots=True)
class EdgeLogicalInterpretationChange(Change):
    """An edge gets another quantifier, such as ``only`` for ``some``."""

    about_edge: Edge
    old_value: str | None
    new_value: str


@dataclass(frozen=True, slots=True)
class LogicalAxiomChange(Change):
    """An axiom becomes another, comes (no old value) or goes (no new one).

    Axioms are whole ones in OWL functional syntax, ``SubClassOf(A B)``.
    """

    old_value: Term | None
    new_value: Term | None


@dataclass(frozen=True, slots=True)
class StatementAddition(Change):
    """Any statement is added: the fall-through for what no named change says. Ours."""

    subject: Ref
    predicate: Ref
    object: Term


@dataclass(frozen=True, slots=True)
class StatementRemoval(Change):
    """Any statement is removed; without qualifiers, the only one of its key. Ours."""

    subject: Ref
    predicate: Ref
    object: Term
