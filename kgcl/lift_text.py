"""Changes of labels, definitions, synonyms and annotations, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.model import Literal, Node, Statement
from graph.vocabulary import DEFINITION, LABEL, SYNONYM_TYPE, XSD_STRING
from kgcl.changes import (
    NameBecomesSynonym,
    NewSynonym,
    NewTextDefinition,
    NodeRename,
    Ref,
    RemoveSynonym,
    RemoveTextDefinition,
    SetLanguageForName,
    SynonymPredicateChange,
    SynonymReplacement,
    SynonymTypeChange,
    TextDefinitionReplacement,
)
from kgcl.selection import SCOPE_OF_PREDICATE
from kgcl.wanted import changed_notes, matched, new_notes, paired, telling_notes

if TYPE_CHECKING:
    from kgcl.wanted import Wanted


def _plain_text(statement: Statement) -> Literal | None:
    """The object where words can say it: a string, or a text with a language."""
    value = statement.object
    if isinstance(value, Literal) and (value.language or value.datatype == XSD_STRING):
        return value
    return None


def _replacements(
    wanted: Wanted, predicates: frozenset[Node]
) -> Iterator[tuple[Statement, Literal, Statement, Literal]]:
    """One text that goes and one that comes, on the same subject and predicate."""
    groups = paired(
        wanted.going(lambda s: s.predicate in predicates),
        wanted.coming(lambda s: s.predicate in predicates),
        lambda s: (s.subject, s.predicate),
    )
    for olds, news in groups:
        for old, new in matched(olds, news):
            before, after = _plain_text(old), _plain_text(new)
            if before is not None and after is not None:
                yield old, before, new, after


def names_kept(wanted: Wanted) -> Iterator[NameBecomesSynonym]:
    """A label that another takes the place of, while it becomes a synonym."""
    synonyms: dict[tuple[Node, object], list[Statement]] = {}
    for synonym in wanted.coming(lambda s: s.predicate in SCOPE_OF_PREDICATE):
        synonyms.setdefault((synonym.subject, synonym.object), []).append(synonym)
    for old, before, new, after in _replacements(wanted, frozenset({LABEL})):
        for synonym in synonyms.get((old.subject, old.object), ()):
            if old in wanted.removed and old.qualifiers == new.qualifiers:
                yield NameBecomesSynonym(
                    Ref(old.subject),
                    before.value,
                    after.value,
                    SCOPE_OF_PREDICATE[synonym.predicate],
                    before.language,
                    after.language,
                    qualifiers=new_notes(synonym),
                )


def renames(wanted: Wanted) -> Iterator[NodeRename]:
    """A label that goes and one that comes."""
    for old, before, new, after in _replacements(wanted, frozenset({LABEL})):
        yield NodeRename(
            Ref(old.subject),
            before.value,
            after.value,
            before.language,
            after.language,
            qualifiers=changed_notes(old, new),
        )


def label_languages(wanted: Wanted) -> Iterator[SetLanguageForName]:
    """A label that keeps its text and gets another language."""
    for old, before, new, after in _replacements(wanted, frozenset({LABEL})):
        if before.value == after.value and before.language != after.language:
            yield SetLanguageForName(
                Ref(old.subject),
                before.language,
                after.language,
                qualifiers=changed_notes(old, new),
            )


def definitions(
    wanted: Wanted,
) -> Iterator[TextDefinitionReplacement | NewTextDefinition | RemoveTextDefinition]:
    """Definitions changed, new, and gone."""
    for old, before, new, after in _replacements(wanted, frozenset({DEFINITION})):
        yield TextDefinitionReplacement(
            Ref(old.subject),
            before.value,
            after.value,
            before.language,
            after.language,
            qualifiers=changed_notes(old, new),
        )
    for old in wanted.going(lambda s: s.predicate == DEFINITION):
        text = _plain_text(old)
        if text is not None:
            yield RemoveTextDefinition(
                Ref(old.subject),
                text.value,
                text.language,
                qualifiers=telling_notes(old, wanted),
            )
    for new in wanted.coming(lambda s: s.predicate == DEFINITION):
        text = _plain_text(new)
        if text is not None:
            yield NewTextDefinition(
                Ref(new.subject), text.value, text.language, qualifiers=new_notes(new)
            )


def synonym_scopes(wanted: Wanted) -> Iterator[SynonymPredicateChange]:
    """A synonym that keeps its text and gets another scope."""
    for old, new, text in _same_text(wanted):
        if old.predicate != new.predicate:
            yield SynonymPredicateChange(
                Ref(old.subject),
                text.value,
                SCOPE_OF_PREDICATE[old.predicate],
                SCOPE_OF_PREDICATE[new.predicate],
                text.language,
                qualifiers=changed_notes(old, new),
            )


def synonym_types(wanted: Wanted) -> Iterator[SynonymTypeChange]:
    """A synonym of which nothing but its type changes."""
    for old, new, text in _same_text(wanted):
        before, after = _types(old), _types(new)
        if len(before) > 1 or len(after) > 1 or old.predicate != new.predicate:
            continue
        yield SynonymTypeChange(
            Ref(old.subject),
            text.value,
            next(map(Ref, before), None),
            next(map(Ref, after), None),
            text.language,
        )


def _types(synonym: Statement) -> list[str]:
    return [str(q.value) for q in synonym.qualifiers if q.predicate == SYNONYM_TYPE]


def _same_text(wanted: Wanted) -> Iterator[tuple[Statement, Statement, Literal]]:
    groups = paired(
        wanted.going(lambda s: s.predicate in SCOPE_OF_PREDICATE),
        wanted.coming(lambda s: s.predicate in SCOPE_OF_PREDICATE),
        lambda s: (s.subject, s.object),
    )
    for olds, news in groups:
        text = _plain_text(olds[0])
        if len(olds) == len(news) == 1 and text is not None:
            yield olds[0], news[0], text


def synonyms(wanted: Wanted) -> Iterator[SynonymReplacement | NewSynonym | RemoveSynonym]:
    """Synonyms changed within their scope, gone, and new."""
    for old, before, new, after in _replacements(wanted, frozenset(SCOPE_OF_PREDICATE)):
        yield SynonymReplacement(
            Ref(old.subject),
            before.value,
            after.value,
            SCOPE_OF_PREDICATE[old.predicate],
            before.language,
            after.language,
            qualifiers=changed_notes(old, new),
        )
    for old in wanted.going(lambda s: s.predicate in SCOPE_OF_PREDICATE):
        text = _plain_text(old)
        if text is not None:
            scope = SCOPE_OF_PREDICATE[old.predicate]
            yield RemoveSynonym(
                Ref(old.subject),
                text.value,
                scope,
                text.language,
                qualifiers=telling_notes(old, wanted),
            )
    for new in wanted.coming(lambda s: s.predicate in SCOPE_OF_PREDICATE):
        text = _plain_text(new)
        if text is not None:
            scope = SCOPE_OF_PREDICATE[new.predicate]
            yield NewSynonym(
                Ref(new.subject), text.value, scope, text.language, qualifiers=new_notes(new)
            )
