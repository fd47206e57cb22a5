"""What changes of labels, synonyms, definitions and records lay claim to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from graph.vocabulary import DEFINITION, LABEL, SYNONYMS, XREF
from kgcl import changes as c
from kgcl.claims_base import Act, Claim, Key, Names
from kgcl.selection import PREDICATE_OF_SCOPE

#: Slots of what has no predicate of its own, or none that is said.
_LANGUAGE: Final = "the language of the label"
_TYPE: Final = "the type of a synonym"
_RECORD: Final = "the record"
_OVER: Final = "the predicate of"


def _renamed(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    tag = change.old_language.lower() or change.new_language.lower()
    yield Claim(Act.RENAME, node, change.old_value, change.new_value)
    yield Claim(Act.SET, (node, LABEL, tag), change.old_value, change.new_value)
    names.given.setdefault(change.new_value, node)


def _defined(change: c.NewTextDefinition, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    yield Claim(Act.ADD, (node, DEFINITION, change.new_value, change.language.lower()))
    yield Claim(Act.SET, (node, DEFINITION, change.language.lower()), "", change.new_value)


def _redefined(change: c.TextDefinitionReplacement, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    tag = change.old_language.lower() or change.new_language.lower()
    yield Claim(Act.EDIT, node)
    yield Claim(Act.SET, (node, DEFINITION, tag), change.old_value, change.new_value)


def _undefined(change: c.RemoveTextDefinition, names: Names) -> Iterator[Claim]:
    node, tag = names.key(change.about_node), change.old_language.lower()
    yield Claim(Act.EDIT, node)
    yield Claim(Act.REMOVE, (node, DEFINITION, change.old_value, tag), notes=change.qualifiers)


def _new_synonym(change: c.NewSynonym, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    said = names.key(change.predicate) if change.predicate else _scope(change.qualifier)
    slot = (node, said, change.new_value, change.language.lower())
    yield Claim(Act.ADD, slot, notes=change.qualifiers)


def _lost_synonym(change: c.RemoveSynonym, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    slot = (node, _scope(change.qualifier), change.old_value, change.language.lower())
    yield Claim(Act.REMOVE, slot, notes=change.qualifiers)


def _replaced_synonym(change: c.SynonymReplacement, names: Names) -> Iterator[Claim]:
    node, scope = names.key(change.about_node), _scope(change.qualifier)
    yield Claim(Act.EDIT, node)
    slot = (node, scope, "text", change.old_language.lower())
    yield Claim(Act.SET, slot, change.old_value, change.new_value)


def _rescoped_synonym(change: c.SynonymPredicateChange, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    slot = (node, SYNONYMS, change.target, change.language.lower())
    yield Claim(Act.SET, slot, change.old_value, change.new_value)


def _scope(scope: c.Scope | None) -> Key:
    return PREDICATE_OF_SCOPE[scope] if scope else SYNONYMS


def _annotated(change: c.NodeAnnotationChange, names: Names) -> Iterator[Claim]:
    yield from _of_slot(change, names.key(change.annotation_property), names)


def _of_slot(change: Any, predicate: Key, names: Names) -> Iterator[Claim]:
    """A value of a predicate that comes, goes, or becomes another."""
    node = names.key(change.about_node)
    old, new = names.value(change.old_value), names.value(change.new_value)
    yield Claim(Act.EDIT, node)
    if old is None:
        yield Claim(Act.ADD, (node, predicate, new), notes=change.qualifiers)
    elif new is None:
        yield Claim(Act.REMOVE, (node, predicate, old), notes=change.qualifiers)
    else:
        yield Claim(Act.SET, (node, predicate), old, new)


def _annotated_anew(change: c.NodeAnnotationReplacement, names: Names) -> Iterator[Claim]:
    node, predicate = names.key(change.about_node), names.key(change.annotation_property)
    yield Claim(Act.EDIT, node)
    old, new = names.value(change.old_value), names.value(change.new_value)
    yield Claim(Act.SET, (node, predicate), old, new)


def _mapped(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    act = Act.ADD if isinstance(change, c.NewMapping) else Act.REMOVE
    predicate = names.key(change.predicate) if change.predicate else XREF
    yield Claim(Act.EDIT, node)
    yield Claim(act, (node, predicate, names.value(change.object)), notes=change.qualifiers)


def _recorded(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    act = Act.ADD if isinstance(change, c.NewMetadataAssertion) else Act.REMOVE
    slot = (node, names.key(change.predicate), names.value(change.object))
    yield Claim(Act.EDIT, node)
    yield Claim(act, slot, notes=change.qualifiers)


def _relanguaged(change: c.SetLanguageForName, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    old = None if change.old_value is None else change.old_value.lower()
    yield Claim(Act.SET, (node, _LANGUAGE), old, change.new_value.lower())


def _retyped_synonym(change: c.SynonymTypeChange, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    old = names.key(change.old_value) if change.old_value else None
    new = names.key(change.new_value) if change.new_value else ""
    yield Claim(Act.SET, (node, _TYPE, change.target, change.language.lower()), old, new)


def _changed_synonym(change: c.NodeSynonymChange, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    old, new = change.old_value, change.new_value
    tags = change.old_language.lower(), change.new_language.lower()
    yield Claim(Act.EDIT, node)
    if old is None:
        yield Claim(Act.ADD, (node, SYNONYMS, new, tags[1]), notes=change.qualifiers)
    elif new is None:
        yield Claim(Act.REMOVE, (node, SYNONYMS, old, tags[0]), notes=change.qualifiers)
    else:
        yield Claim(Act.SET, (node, SYNONYMS, "text", tags[0]), old, new)


def _replaced(change: Any, names: Names) -> Iterator[Claim]:
    """One value of a mapping or of a record for another; where no predicate is said, of any."""
    node = names.key(change.about_node)
    mapping = isinstance(change, c.MappingReplacement)
    predicate = names.key(change.predicate) if change.predicate else XREF if mapping else _RECORD
    yield Claim(Act.EDIT, node)
    old, new = names.value(change.old_value), names.value(change.new_value)
    yield Claim(Act.SET, (node, predicate), old, new)


def _over_another(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    old, new = names.key(change.old_value), names.key(change.new_value)
    yield Claim(Act.SET, (node, _OVER, names.value(change.object)), old, new)


def _changed_value(change: Any, names: Names) -> Iterator[Claim]:
    """A mapping or a value of the record that comes, goes, or becomes another."""
    predicate = XREF if isinstance(change, c.NodeMappingChange) else _RECORD
    yield from _of_slot(change, predicate, names)


OF_VALUES: Final[Mapping[type[c.Change], Callable[[Any, Names], Iterator[Claim]]]] = (
    MappingProxyType(
        {
            c.NodeRename: _renamed,
            c.NameBecomesSynonym: _renamed,
            c.SetLanguageForName: _relanguaged,
            c.NewTextDefinition: _defined,
            c.TextDefinitionReplacement: _redefined,
            c.RemoveTextDefinition: _undefined,
            c.NewSynonym: _new_synonym,
            c.RemoveSynonym: _lost_synonym,
            c.SynonymReplacement: _replaced_synonym,
            c.SynonymPredicateChange: _rescoped_synonym,
            c.SynonymTypeChange: _retyped_synonym,
            c.NodeSynonymChange: _changed_synonym,
            c.NodeAnnotationChange: _annotated,
            c.NodeAnnotationReplacement: _annotated_anew,
            c.NewMapping: _mapped,
            c.RemoveMapping: _mapped,
            c.MappingReplacement: _replaced,
            c.MappingPredicateChange: _over_another,
            c.NodeMappingChange: _changed_value,
            c.NewMetadataAssertion: _recorded,
            c.RemoveMetadataAssertion: _recorded,
            c.MetadataAssertionReplacement: _replaced,
            c.MetadataAssertionPredicateChange: _over_another,
            c.NodeMetadataAssertionChange: _changed_value,
        }
    )
)
