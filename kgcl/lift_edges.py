"""Changes of edges, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.axioms import HIERARCHY_PREDICATES, is_edge
from graph.model import Literal, Statement
from graph.vocabulary import QUANTIFIER
from kgcl.changes import (
    Edge,
    EdgeCreation,
    EdgeDeletion,
    EdgeLogicalInterpretationChange,
    NodeMove,
    PredicateChange,
    Ref,
)
from kgcl.wanted import changed_notes, new_notes, paired

if TYPE_CHECKING:
    from kgcl.wanted import Wanted


def moves(wanted: Wanted) -> Iterator[NodeMove]:
    """An edge that goes and one that comes, on the same subject and predicate."""
    groups = paired(
        wanted.going(is_edge), wanted.coming(is_edge), lambda s: (s.subject, s.predicate)
    )
    for olds, news in groups:
        kept = {s.object for s in olds} & {s.object for s in news}
        gone = [s for s in olds if s.object not in kept]
        come = [s for s in news if s.object not in kept]
        for old, new in zip(gone, come, strict=False):
            source, target = Ref(str(old.object)), Ref(str(new.object))
            if old.predicate in HIERARCHY_PREDICATES:
                edge = Edge(Ref(old.subject))
            else:
                edge = Edge(Ref(old.subject), Ref(old.predicate), source)
            yield NodeMove(edge, source, target, qualifiers=changed_notes(old, new))


def quantifier_changes(wanted: Wanted) -> Iterator[EdgeLogicalInterpretationChange]:
    """An edge of which nothing but its quantifier changes."""
    groups = paired(wanted.going(is_edge), wanted.coming(is_edge), lambda s: s.key)
    for olds, news in groups:
        before, after = _quantifier(olds[0]), _quantifier(news[0])
        if len(olds) == len(news) == 1 and before != after and before and after:
            yield EdgeLogicalInterpretationChange(
                Edge(Ref(olds[0].subject), Ref(olds[0].predicate), Ref(str(olds[0].object))),
                before,
                after,
            )


def _quantifier(edge: Statement) -> str:
    """The word of an edge's quantifier, '' where it has one that no change says."""
    words = [q.value for q in edge.qualifiers if q.predicate == QUANTIFIER]
    if not words:
        return "some"
    return words[0].value if len(words) == 1 and isinstance(words[0], Literal) else ""


def predicate_changes(wanted: Wanted) -> Iterator[PredicateChange]:
    """One edge that goes and one that comes, between the same two nodes."""
    groups = paired(wanted.going(is_edge), wanted.coming(is_edge), lambda s: (s.subject, s.object))
    for olds, news in groups:
        old, new = olds[0], news[0]
        if len(olds) == len(news) == 1 and old.predicate != new.predicate:
            yield PredicateChange(
                Edge(Ref(old.subject), None, Ref(str(old.object))),
                Ref(old.predicate),
                Ref(new.predicate),
                qualifiers=changed_notes(old, new),
            )


def created_edges(wanted: Wanted) -> Iterator[EdgeCreation]:
    """Edges that come and have no counterpart."""
    for new in wanted.coming(is_edge):
        yield EdgeCreation(
            Ref(new.subject), Ref(new.predicate), Ref(str(new.object)), qualifiers=new_notes(new)
        )


def deleted_edges(wanted: Wanted) -> Iterator[EdgeDeletion]:
    """Edges that go and have no counterpart."""
    for old in wanted.going(is_edge):
        yield EdgeDeletion(Ref(old.subject), Ref(old.predicate), Ref(str(old.object)))
