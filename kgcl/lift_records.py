"""Changes of subsets, mappings and other annotations, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from graph.expression import Expression
from graph.model import Literal, Statement
from graph.vocabulary import (
    CREATED_BY,
    CREATION_DATE,
    DC,
    DCTERMS,
    IN_SUBSET,
    OBO,
    OBO_IN_OWL,
    RDF_TYPE,
)
from kgcl.changes import (
    AddNodeToSubset,
    Change,
    MappingPredicateChange,
    MappingReplacement,
    MetadataAssertionPredicateChange,
    MetadataAssertionReplacement,
    NewMapping,
    NewMetadataAssertion,
    NodeAnnotationChange,
    Ref,
    RemoveMapping,
    RemoveMetadataAssertion,
    RemoveNodeFromSubset,
)
from kgcl.resolve import term_of
from kgcl.rules_records import MAPPINGS
from kgcl.wanted import changed_notes, matched, new_notes, paired, telling_notes

if TYPE_CHECKING:
    from graph.model import Node
    from kgcl.wanted import Wanted

_MAPPINGS: Final = frozenset(MAPPINGS)
#: Who made something, when, from what and at whose request: Dublin Core, and OBO's own words.
_RECORD: Final = frozenset(
    {
        CREATED_BY,
        CREATION_DATE,
        *(OBO_IN_OWL + name for name in ("date", "savedBy", "auto-generated-by")),
        *(OBO + "IAO_0000" + number for number in ("117", "119", "233", "234")),
    }
)


def is_record(predicate: Node) -> bool:
    """Whether a predicate is of the record that classes of metadata speak of."""
    return predicate in _RECORD or predicate.startswith((DC, DCTERMS))


def _is_in_subset(statement: Statement) -> bool:
    return statement.predicate == IN_SUBSET and isinstance(statement.object, str)


def subsets(wanted: Wanted) -> Iterator[Change]:
    """Subsets that nodes are in no more, or are in now."""
    for old in wanted.going(_is_in_subset):
        yield RemoveNodeFromSubset(
            Ref(old.subject), Ref(str(old.object)), qualifiers=telling_notes(old, wanted)
        )
    for new in wanted.coming(_is_in_subset):
        yield AddNodeToSubset(Ref(new.subject), Ref(str(new.object)), qualifiers=new_notes(new))


def _is_mapping(statement: Statement) -> bool:
    return statement.predicate in _MAPPINGS and isinstance(statement.object, str | Literal)


def mappings(wanted: Wanted) -> Iterator[Change]:
    """Mappings that lead elsewhere, are of another kind, go, or come."""
    yield from _same_object(wanted)
    groups = paired(
        wanted.going(_is_mapping), wanted.coming(_is_mapping), lambda s: (s.subject, s.predicate)
    )
    for olds, news in groups:
        for old, new in matched(olds, news):
            yield MappingReplacement(
                Ref(old.subject),
                term_of(old.object),
                term_of(new.object),
                Ref(old.predicate),
                qualifiers=changed_notes(old, new),
            )
    for old in wanted.going(_is_mapping):
        yield RemoveMapping(
            Ref(old.subject),
            term_of(old.object),
            Ref(old.predicate),
            qualifiers=telling_notes(old, wanted),
        )
    for new in wanted.coming(_is_mapping):
        yield NewMapping(
            Ref(new.subject), term_of(new.object), Ref(new.predicate), qualifiers=new_notes(new)
        )


def _same_object(wanted: Wanted) -> Iterator[Change]:
    """A mapping that leads where it did, with another predicate."""
    expand = wanted.state.prefixes.expand

    def target(statement: Statement) -> object:
        value = statement.object
        return expand(value.value) if isinstance(value, Literal) else value

    groups = paired(
        wanted.going(_is_mapping), wanted.coming(_is_mapping), lambda s: (s.subject, target(s))
    )
    for olds, news in groups:
        old, new = olds[0], news[0]
        if len(olds) == len(news) == 1 and old.predicate != new.predicate:
            yield MappingPredicateChange(
                Ref(old.subject),
                Ref(old.predicate),
                Ref(new.predicate),
                term_of(old.object),
                qualifiers=changed_notes(old, new),
            )


def annotation_values(wanted: Wanted) -> Iterator[Change]:
    """What else is said of a node's record: in the place of another value, gone, or new."""

    def is_annotation(statement: Statement) -> bool:
        if isinstance(statement.object, Expression) or statement.predicate == RDF_TYPE:
            return False
        return isinstance(statement.object, Literal) or wanted.state.is_annotation(
            statement.predicate
        )

    yield from _other_predicates(wanted, is_annotation)
    groups = paired(
        wanted.going(is_annotation),
        wanted.coming(is_annotation),
        lambda s: (s.subject, s.predicate),
    )
    for olds, news in groups:
        for old, new in matched(olds, news):
            yield _revalued(old, new)
    for old in wanted.going(is_annotation):
        yield _said_no_more(old, wanted)
    for new in wanted.coming(is_annotation):
        yield _said_now(new)


def _revalued(old: Statement, new: Statement) -> Change:
    node, predicate = Ref(old.subject), Ref(old.predicate)
    before, after, notes = term_of(old.object), term_of(new.object), changed_notes(old, new)
    if is_record(old.predicate):
        return MetadataAssertionReplacement(node, before, after, predicate, qualifiers=notes)
    return NodeAnnotationChange(node, predicate, before, after, qualifiers=notes)


def _said_no_more(old: Statement, wanted: Wanted) -> Change:
    node, predicate = Ref(old.subject), Ref(old.predicate)
    value, notes = term_of(old.object), telling_notes(old, wanted)
    if is_record(old.predicate):
        return RemoveMetadataAssertion(node, predicate, value, qualifiers=notes)
    return NodeAnnotationChange(node, predicate, value, None, qualifiers=notes)


def _said_now(new: Statement) -> Change:
    node, predicate = Ref(new.subject), Ref(new.predicate)
    value, notes = term_of(new.object), new_notes(new)
    if is_record(new.predicate):
        return NewMetadataAssertion(node, predicate, value, qualifiers=notes)
    return NodeAnnotationChange(node, predicate, None, value, qualifiers=notes)


def _other_predicates(
    wanted: Wanted, is_annotation: Callable[[Statement], bool]
) -> Iterator[MetadataAssertionPredicateChange]:
    """A value that a node keeps, under another predicate."""
    groups = paired(
        wanted.going(is_annotation), wanted.coming(is_annotation), lambda s: (s.subject, s.object)
    )
    for olds, news in groups:
        old, new = olds[0], news[0]
        if len(olds) == len(news) == 1 and old.predicate != new.predicate:
            yield MetadataAssertionPredicateChange(
                Ref(old.subject),
                Ref(old.predicate),
                Ref(new.predicate),
                term_of(old.object),
                qualifiers=changed_notes(old, new),
            )
