"""Changes of subsets, mappings and other annotations, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from graph.model import Literal, Statement
from graph.vocabulary import DEFINITION, IN_SUBSET, LABEL, SYNONYMS
from kgcl.changes import (
    AddNodeToSubset,
    Change,
    MappingPredicateChange,
    MappingReplacement,
    NewMapping,
    NodeAnnotationChange,
    Ref,
    RemoveMapping,
    RemoveNodeFromSubset,
)
from kgcl.resolve import notes_of, term_of
from kgcl.rules_records import MAPPINGS
from kgcl.wanted import changed_notes, new_notes, paired

if TYPE_CHECKING:
    from kgcl.changes import Notes
    from kgcl.wanted import Wanted

_MAPPINGS: Final = frozenset(MAPPINGS)
_HAS_OWN: Final = frozenset({LABEL, DEFINITION, IN_SUBSET, *SYNONYMS, *MAPPINGS})


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


def telling_notes(statement: Statement, wanted: Wanted) -> Notes:
    """The qualifiers of a statement where its key alone does not tell it."""
    alone = len(wanted.state.with_key(*statement.key)) == 1
    return None if alone else notes_of(statement.qualifiers)


def _is_mapping(statement: Statement) -> bool:
    return statement.predicate in _MAPPINGS and isinstance(statement.object, str | Literal)


def mappings(wanted: Wanted) -> Iterator[Change]:
    """Mappings that lead elsewhere, are of another kind, go, or come."""
    yield from _same_object(wanted)
    groups = paired(
        wanted.going(_is_mapping), wanted.coming(_is_mapping), lambda s: (s.subject, s.predicate)
    )
    for olds, news in groups:
        if len(olds) == len(news) == 1:
            yield MappingReplacement(
                Ref(olds[0].subject),
                term_of(olds[0].object),
                term_of(news[0].object),
                Ref(olds[0].predicate),
                qualifiers=changed_notes(olds[0], news[0]),
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
    groups = paired(
        wanted.going(_is_mapping), wanted.coming(_is_mapping), lambda s: (s.subject, s.object)
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


def _is_annotation(statement: Statement) -> bool:
    return isinstance(statement.object, Literal) and statement.predicate not in _HAS_OWN


def annotation_values(wanted: Wanted) -> Iterator[Change]:
    """Any other literal: in the place of another, gone, or new."""
    groups = paired(
        wanted.going(_is_annotation),
        wanted.coming(_is_annotation),
        lambda s: (s.subject, s.predicate),
    )
    for olds, news in groups:
        if len(olds) == len(news) == 1:
            yield NodeAnnotationChange(
                Ref(olds[0].subject),
                Ref(olds[0].predicate),
                term_of(olds[0].object),
                term_of(news[0].object),
                qualifiers=changed_notes(olds[0], news[0]),
            )
    for old in wanted.going(_is_annotation):
        yield NodeAnnotationChange(
            Ref(old.subject),
            Ref(old.predicate),
            term_of(old.object),
            None,
            qualifiers=telling_notes(old, wanted),
        )
    for new in wanted.coming(_is_annotation):
        yield NodeAnnotationChange(
            Ref(new.subject),
            Ref(new.predicate),
            None,
            term_of(new.object),
            qualifiers=new_notes(new),
        )
