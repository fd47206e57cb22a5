"""Edges that went from one subject to another, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES, is_edge
from kgcl.changes import Edge, EdgeRewiring, Ref
from kgcl.wanted import paired

if TYPE_CHECKING:
    from graph.model import Statement
    from kgcl.wanted import Wanted


def rewirings(wanted: Wanted) -> Iterator[EdgeRewiring]:
    """A relationship that one node loses and another gets, the only one of its kind on each side.

    Both nodes were there before and still are: an edge of a new node belongs to its creation.
    Parents are left out, since nodes that come and go under one parent have little in common.
    """

    def relates(statement: Statement) -> bool:
        return is_edge(statement) and statement.predicate not in HIERARCHY_PREDICATES

    groups = paired(
        wanted.going(relates),
        wanted.coming(relates),
        lambda s: (s.predicate, s.object, s.qualifiers),
    )
    alone = [(olds[0], news[0]) for olds, news in groups if len(olds) == 1 == len(news)]
    before = wanted.state.draft.base.statements({new.subject for _, new in alone})
    there = {statement.subject for statement in before}
    for old, new in alone:
        if new.subject in there:
            subject = Ref(old.subject)
            edge = Edge(subject, Ref(old.predicate), Ref(str(old.object)))
            yield EdgeRewiring(edge, subject, Ref(new.subject))
