"""Axioms of OWL in triples: where lifting and lowering of RDF hand over to those of OWL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.model import Statement
from ingest.lifting import lift
from ingest.lowering import lower
from ingest.reporting import Report
from ingest.triples import Triple


def lift_axioms(triples: Sequence[Triple], report: Report) -> tuple[list[Statement], list[Triple]]:
    """Statements for the axioms that triples say exactly, and the triples that are left."""
    lifted = lift(triples)
    for problem in lifted.problems:
        report.add(0, problem)
    return lifted.statements, lifted.rest


def lower_axioms(statements: Iterable[Statement]) -> Iterator[Triple]:
    """Triples for statements, as far as they are axioms or plain triples."""
    return lower(statements)
