"""Rules for what edges and axioms say: quantifiers, and axioms in OWL functional syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.owl_axioms import Axiom, is_well_formed, statement_of
from graph.prefixes import ontology_node
from graph.vocabulary import QUANTIFIER
from kgcl.rules_edges import edge_of
from kgcl.selection import added, only, removed, swapped
from kgcl.state import RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import EdgeLogicalInterpretationChange, LogicalAxiomChange, Notes, Term
    from kgcl.state import State

#: The quantifier of an edge that has no qualifier for it.
_SOME: Final = "some"
_QUANTIFIER: Final = re.compile(r"some|only|(?:min|max|exactly) (?:0|[1-9][0-9]*)")


def change_quantifier(change: EdgeLogicalInterpretationChange, state: State) -> Ruling:
    """The edge says *some*, *only*, or a number of them."""
    edge = change.about_edge
    if edge.predicate is None or edge.object is None:
        raise RefusedError("the edge has a subject, a predicate and an object")
    if not _QUANTIFIER.fullmatch(change.new_value):
        raise RefusedError(
            f"{change.new_value!r} is no quantifier: some, only, 'min 1', 'max 1' or 'exactly 1'"
        )
    old = edge_of(
        state, state.node(edge.subject), state.node(edge.predicate), state.node(edge.object)
    )
    words = [q.value for q in old.qualifiers if q.predicate == QUANTIFIER]
    actual = words[0].value if words and isinstance(words[0], Literal) else _SOME
    if change.old_value not in (None, actual):
        raise RefusedError(f"the quantifier is {actual!r}, not {change.old_value!r}")
    kept = tuple(q for q in old.qualifiers if q.predicate != QUANTIFIER)
    notes = state.qualifiers(change.qualifiers, kept)
    if change.new_value != _SOME:
        notes = (*notes, Qualifier(QUANTIFIER, Literal(change.new_value)))
    return swapped(old, Statement(old.subject, old.predicate, old.object, notes))


def change_axiom(change: LogicalAxiomChange, state: State) -> Ruling:
    """An axiom becomes another, comes or goes; it is the statement that a file of it would be."""
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new axiom is given")
        new = _statement(change.new_value, change.qualifiers, state)
        if state.with_key(*new.key):
            raise UnchangedError("the axiom is there already")
        return added(new)
    notes = change.qualifiers if change.new_value is None else None
    old = _present(_statement(change.old_value, None, state), notes, state)
    if change.new_value is None:
        return removed(old)
    plain = _statement(change.new_value, None, state)
    kept = tuple(q for q in old.qualifiers if q.predicate != QUANTIFIER)
    said = (*plain.qualifiers, *state.qualifiers(change.qualifiers, kept))
    new = Statement(plain.subject, plain.predicate, plain.object, said)
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError("the new axiom is there already: remove the old one instead")
    return swapped(old, new)


def _present(wanted: Statement, notes: Notes, state: State) -> Statement:
    found = state.select(state.with_key(*wanted.key), notes)
    if notes is None:
        quantified = {q for q in wanted.qualifiers if q.predicate == QUANTIFIER}
        found = [
            s for s in found if {q for q in s.qualifiers if q.predicate == QUANTIFIER} == quantified
        ]
    if not found:
        raise RefusedError(f"{state.show(wanted.subject)} has no such axiom")
    return only(found, "axiom")


def _statement(term: Term, notes: Notes, state: State) -> Statement:
    expression = state.object(term)
    if not isinstance(expression, Expression):
        raise RefusedError("an axiom is an expression such as SubClassOf(A B)")
    axiom = Axiom(expression.operator, expression.arguments, state.qualifiers(notes))
    if not is_well_formed(axiom):
        raise RefusedError(f"{expression.operator} is no axiom, or has other arguments in OWL")
    return statement_of(axiom, ontology_node(state.draft))
