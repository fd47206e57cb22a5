"""Axioms of OWL in triples: where lifting and lowering of RDF hand over to those of OWL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.expression import Expression
from graph.model import Statement
from ingest.triples import Triple


def lift_axioms(triples: Sequence[Triple]) -> tuple[list[Statement], list[Triple]]:
    """Statements for the axioms that triples say exactly, and the triples that are left."""
    return [], list(triples)


def lower_axioms(statements: Iterable[Statement]) -> Iterator[Triple]:
    """Triples for statements, as far as they are axioms or plain triples."""
    for statement in statements:
        if not statement.qualifiers and not isinstance(statement.object, Expression):
            yield Triple(statement.subject, statement.predicate, statement.object)
