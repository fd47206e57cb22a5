"""Rules for what edges and axioms say: quantifiers, and axioms in OWL functional syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graph.axioms import is_logical
from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.owl_axioms import Axiom, is_well_formed, statement_of
from graph.owl_terms import AXIOM
from graph.prefixes import ontology_node
from graph.vocabulary import QUANTIFIER
from kgcl.changes import Compound
from kgcl.rules_edges import check_new_edge, edge_of
from kgcl.selection import addition, only, quantifiers, removed, swapped
from kgcl.state import Effect, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import EdgeLogicalInterpretationChange, LogicalAxiomChange, Notes, Term
    from kgcl.state import State

#: The quantifier of an edge that has no qualifier for it.
_SOME: Final = "some"
#: Axioms that may be the first that is said of a node; subsets have no other declaration.
DECLARING: Final = ("Declaration", "SubAnnotationPropertyOf")
_QUANTIFIER: Final = re.compile(r"some|only|(?:min|max|exactly) (?:0|[1-9][0-9]*)")


def change_quantifier(change: EdgeLogicalInterpretationChange, state: State) -> Ruling:
    """The edge says *some*, *only*, or a number of them; its other qualifiers stay unless said."""
    edge = change.about_edge
    if edge.predicate is None or edge.object is None:
        raise RefusedError("the edge has a subject, a predicate and an object")
    if not _QUANTIFIER.fullmatch(change.new_value):
        raise RefusedError(
            f"{change.new_value!r} is no quantifier: some, only, 'min 1', 'max 1' or 'exactly 1'"
        )
    key = state.node(edge.subject), state.node(edge.predicate), state.node(edge.object)
    there = state.with_key(*key)
    fitting = [s for s in there if change.old_value in (None, word_of(s))]
    if there and not fitting:
        raise RefusedError(f"the quantifier is {word_of(there[0])!r}, not {change.old_value!r}")
    old = fitting[0] if len(fitting) == 1 else edge_of(state, *key)
    kept = tuple(q for q in old.qualifiers if q.predicate != QUANTIFIER)
    notes = state.qualifiers(change.qualifiers, kept)
    if any(q.predicate == QUANTIFIER for q in notes):
        raise RefusedError("the quantifier is said by the change, not by a qualifier")
    if change.new_value != _SOME:
        notes = (*notes, Qualifier(QUANTIFIER, Literal(change.new_value)))
    new = old.with_qualifiers(notes)
    if new != old and any(s != old and quantifiers(s) == quantifiers(new) for s in there):
        raise RefusedError("the new edge is there already: delete the old one instead")
    return swapped(old, new)


def word_of(edge: Statement) -> str:
    """The quantifier of an edge as a word."""
    words = [q.value for q in edge.qualifiers if q.predicate == QUANTIFIER]
    return words[0].value if words and isinstance(words[0], Literal) else _SOME


def change_axiom(change: LogicalAxiomChange, state: State) -> Ruling:
    """An axiom becomes another, comes or goes; it is the statement that a file of it would be.

    Qualifiers are its annotations. What is new is checked as a new edge is.
    """
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new axiom is given")
        new = _statement(change.new_value, change.qualifiers, state)
        delta = addition(state, new, change.qualifiers, lambda: "the axiom is there").delta
        return Ruling(delta, _check(new, change.new_value, state))
    notes = change.qualifiers if change.new_value is None else None
    old = _present(_statement(change.old_value, None, state), notes, state)
    if change.new_value is None:
        return removed(old)
    plain = _statement(change.new_value, None, state)
    kept = tuple(q for q in old.qualifiers if q.predicate != QUANTIFIER)
    said = (*plain.qualifiers, *state.qualifiers(change.qualifiers, kept))
    new = plain.with_qualifiers(said)
    if new == old:
        raise UnchangedError("it is so already")
    there = [s for s in state.with_key(*new.key) if s != old]
    if any(quantifiers(s) == quantifiers(new) for s in there):
        raise RefusedError("the new axiom is there already: remove the old one instead")
    return Ruling(swapped(old, new).delta, _check(new, change.new_value, state))


def _check(new: Statement, term: Term, state: State) -> tuple[Effect, ...]:
    """An axiom is about nodes that are there, unless it declares one."""
    declares = isinstance(term, Compound) and term.operator in DECLARING
    if not declares and new.predicate != AXIOM and not state.exists(new.subject):
        raise RefusedError(f"no node {state.show(new.subject)}")
    return check_new_edge(new, state) if is_logical(new) else ()


def _present(wanted: Statement, notes: Notes, state: State) -> Statement:
    there = [s for s in state.with_key(*wanted.key) if quantifiers(s) == quantifiers(wanted)]
    found = there
    if notes is not None:
        said = set(state.qualifiers(notes))
        found = [s for s in there if set(s.qualifiers) - quantifiers(s) == said]
    if not found:
        other = " with these annotations" if there else ""
        raise RefusedError(f"{state.show(wanted.subject)} has no such axiom{other}")
    return only(found, "axiom")


def _statement(term: Term, notes: Notes, state: State) -> Statement:
    expression = state.object(term)
    if not isinstance(expression, Expression):
        raise RefusedError("an axiom is an expression such as SubClassOf(A B)")
    axiom = Axiom(expression.operator, expression.arguments, state.qualifiers(notes))
    if not is_well_formed(axiom):
        raise RefusedError(f"{expression.operator} is no axiom, or has other arguments in OWL")
    return statement_of(axiom, ontology_node(state.draft))
