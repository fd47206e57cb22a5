"""Changes of edges, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.axiom_statements import ANNOTATION_PARENTS, logical_axiom
from graph.axioms import HIERARCHY_PREDICATES, is_edge, is_logical
from graph.expression import Expression
from graph.model import Literal, Statement
from graph.prefixes import ontology_node
from graph.vocabulary import EDGE_PREDICATE, OBSOLETE_EDGE, QUANTIFIER, RDF_TYPE, SUBPROPERTY_OF
from kgcl.changes import (
    Compound,
    Edge,
    EdgeCreation,
    EdgeDeletion,
    EdgeLogicalInterpretationChange,
    EdgeObsoletion,
    LogicalAxiomChange,
    NodeDeepening,
    NodeMove,
    NodeShallowing,
    PredicateChange,
    Ref,
)
from kgcl.resolve import notes_of, term_of
from kgcl.wanted import changed_notes, matched, new_notes, paired, telling_notes

if TYPE_CHECKING:
    from graph.model import Node
    from kgcl.changes import Notes
    from kgcl.wanted import Pair, Wanted


def moves(wanted: Wanted) -> Iterator[NodeMove]:
    """An edge that goes and one that comes, on the same subject and predicate."""
    groups = paired(
        wanted.going(is_edge), wanted.coming(is_edge), lambda s: (s.subject, s.predicate)
    )
    for olds, news in groups:
        kept = {s.object for s in olds} & {s.object for s in news}
        gone = [s for s in olds if s.object not in kept]
        come = [s for s in news if s.object not in kept]
        for old, new in _likely(gone, come, wanted):
            source, target = Ref(str(old.object)), Ref(str(new.object))
            if old.predicate in HIERARCHY_PREDICATES:
                edge = Edge(Ref(old.subject))
            else:
                edge = Edge(Ref(old.subject), Ref(old.predicate), source)
            make = _direction(old, new, wanted)
            yield make(edge, source, target, qualifiers=changed_notes(old, new))


def _likely(gone: list[Statement], come: list[Statement], wanted: Wanted) -> Iterator[Pair]:
    """Which edge became which: first those that went up or down, then the others in order."""
    rest, left = list(gone), list(come)
    if len(gone) > 1 or len(come) > 1:
        for old in gone:
            near = (new for new in left if _direction(old, new, wanted) is not NodeMove)
            new = next(near, None)
            if new is not None:
                rest.remove(old)
                left.remove(new)
                yield old, new
    yield from zip(rest, left, strict=False)


def _direction(old: Statement, new: Statement, wanted: Wanted) -> type[NodeMove]:
    """Whether a move of the hierarchy goes to a descendant or an ancestor of the old parent."""
    if old.predicate not in HIERARCHY_PREDICATES:
        return NodeMove
    ancestors = wanted.state.ancestors
    if old.object in ancestors(str(new.object)):
        return NodeDeepening
    return NodeShallowing if new.object in ancestors(str(old.object)) else NodeMove


def obsoleted_edges(wanted: Wanted) -> Iterator[EdgeObsoletion]:
    """An edge that goes while a record of it comes."""
    going: dict[tuple[Node, object, object], list[Statement]] = {}
    records = wanted.coming(lambda s: s.predicate == OBSOLETE_EDGE)
    for edge in wanted.going(is_logical) if records else ():
        going.setdefault((edge.subject, edge.predicate, edge.object), []).append(edge)
    for record in records:
        kept = [q for q in record.qualifiers if q.predicate != EDGE_PREDICATE]
        for said in set(record.qualifiers) - set(kept):
            for edge in going.get((record.subject, said.value, record.object), ()):
                same = set(edge.qualifiers) == set(kept)
                yield EdgeObsoletion(
                    Ref(edge.subject),
                    Ref(edge.predicate),
                    term_of(edge.object),
                    qualifiers=None if same else notes_of(kept),
                )


def axioms(wanted: Wanted) -> Iterator[LogicalAxiomChange]:
    """Axioms that no edge is: expressions, characteristics of relations, further types."""
    ontology = ontology_node(wanted.state.draft)

    def is_axiom(statement: Statement) -> bool:
        if statement.predicate == SUBPROPERTY_OF:
            # What makes a node a subset or a type of synonyms, and is its only declaration.
            return statement.object in ANNOTATION_PARENTS
        return isinstance(statement.object, Expression) or statement.predicate == RDF_TYPE

    def said(statement: Statement) -> Compound | None:
        return axiom_of(statement, ontology)

    groups = paired(
        wanted.going(is_axiom), wanted.coming(is_axiom), lambda s: (s.subject, s.predicate)
    )
    for olds, news in groups:
        for old, new in matched(olds, news):
            before, after = said(old), said(new)
            if before is not None and after is not None:
                yield LogicalAxiomChange(before, after, qualifiers=_annotations(old, new))
    for old in wanted.going(is_axiom):
        before = said(old)
        if before is not None:
            yield LogicalAxiomChange(before, None, qualifiers=telling_notes(old, wanted))
    for new in wanted.coming(is_axiom):
        after = said(new)
        if after is not None:
            yield LogicalAxiomChange(None, after, qualifiers=new_notes(new))


def axiom_of(statement: Statement, ontology: Node) -> Compound | None:
    """The axiom that a statement is, where a change of axioms has words for it."""
    axiom = logical_axiom(statement, ontology)
    # A key has lists in parentheses, which expressions of changes have no words for.
    if axiom is None or axiom.operator == "HasKey":
        return None
    term = term_of(axiom)
    return term if isinstance(term, Compound) else None


def _annotations(old: Statement, new: Statement) -> Notes:
    kept = [q for q in new.qualifiers if q.predicate != QUANTIFIER]
    same = kept == [q for q in old.qualifiers if q.predicate != QUANTIFIER]
    return None if same else notes_of(kept)


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
    """One edge that goes and one that comes, between the same two nodes.

    Where only its qualifiers are others, the predicate stays what it was.
    """
    groups = paired(wanted.going(is_edge), wanted.coming(is_edge), lambda s: (s.subject, s.object))
    for olds, news in groups:
        old, new = olds[0], news[0]
        if len(olds) == len(news) == 1:
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
        yield EdgeDeletion(
            Ref(old.subject),
            Ref(old.predicate),
            Ref(str(old.object)),
            qualifiers=telling_notes(old, wanted),
        )
