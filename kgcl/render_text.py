"""Canonical text of changes of what is said of a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kgcl import changes as c
from kgcl.writing import Writer


def _scope(scope: c.Scope | None) -> str:
    return f"{scope} " if scope else ""


def _rename(w: Writer, x: c.NodeRename | c.NameBecomesSynonym) -> str:
    new = w.text(x.new_value, x.new_language)
    if x.old_value is not None:
        old = w.text(x.old_value, x.old_language)
        return f"rename {w.entity(x.about_node)} from {old} to {new}"
    _no_old_language(x.old_language)
    # a label alone would be read as the old value too
    node = "node " if x.about_node.kind is c.RefKind.LABEL else ""
    return f"rename {node}{w.entity(x.about_node)} to {new}"


def _no_old_language(language: str) -> None:
    if language:
        raise ValueError("an old value that is not given has no language")


def _retaining(w: Writer, x: c.NameBecomesSynonym) -> str:
    return f"{_rename(w, x)} retaining {_scope(x.qualifier)}synonym"


def _language(w: Writer, x: c.SetLanguageForName) -> str:
    old = "" if x.old_value is None else f" from {w.language(x.old_value)}"
    return f"change language of {w.entity(x.about_node)}{old} to {w.language(x.new_value)}"


def _predicate(w: Writer, predicate: c.Ref | None) -> str:
    return "" if predicate is None else f" with predicate {w.entity(predicate)}"


def _new_synonym(w: Writer, x: c.NewSynonym) -> str:
    text = w.text(x.new_value, x.language)
    what = f"create {_scope(x.qualifier)}synonym {text} for {w.entity(x.about_node)}"
    return what + _predicate(w, x.predicate)


def _remove_synonym(w: Writer, x: c.RemoveSynonym) -> str:
    text = w.text(x.old_value, x.language)
    return f"remove {_scope(x.qualifier)}synonym {text} for {w.entity(x.about_node)}"


def _change_synonym(w: Writer, x: c.SynonymReplacement) -> str:
    old, new = w.text(x.old_value, x.old_language), w.text(x.new_value, x.new_language)
    return f"change {_scope(x.qualifier)}synonym {old} for {w.entity(x.about_node)} to {new}"


def _synonym_scope(w: Writer, x: c.SynonymPredicateChange) -> str:
    def kind(value: c.Scope | c.Ref) -> str:
        return str(value) if isinstance(value, c.Scope) else w.entity(value)

    old = "" if x.old_value is None else f" from {kind(x.old_value)}"
    text = w.text(x.target, x.language)
    return (
        f"change scope of synonym {text} for {w.entity(x.about_node)}{old} to {kind(x.new_value)}"
    )


def _synonym_type(w: Writer, x: c.SynonymTypeChange) -> str:
    old = "" if x.old_value is None else f" from {w.entity(x.old_value)}"
    new = "none" if x.new_value is None else w.entity(x.new_value)
    text = w.text(x.target, x.language)
    return f"change synonym type of {text} for {w.entity(x.about_node)}{old} to {new}"


def _synonyms(w: Writer, x: c.NodeSynonymChange) -> str:
    sides = []
    for word, value, language in [
        ("from", x.old_value, x.old_language),
        ("to", x.new_value, x.new_language),
    ]:
        if value is not None:
            sides.append(f"{word} {w.text(value, language)}")
        elif language:
            raise ValueError("a synonym that is not given has no language")
    return f"change synonyms of {w.entity(x.about_node)} {_some(sides)}"


def _some(sides: list[str]) -> str:
    if not sides:
        raise ValueError("a change has an old value or a new one")
    return " ".join(sides)


def _new_definition(w: Writer, x: c.NewTextDefinition) -> str:
    return f"add definition {w.text(x.new_value, x.language)} to {w.entity(x.about_node)}"


def _remove_definition(w: Writer, x: c.RemoveTextDefinition) -> str:
    if x.old_value is None:
        _no_old_language(x.old_language)
        return f"remove definition for {w.entity(x.about_node)}"
    old = w.text(x.old_value, x.old_language)
    return f"remove definition {old} for {w.entity(x.about_node)}"


def _change_definition(w: Writer, x: c.TextDefinitionReplacement) -> str:
    if x.old_value is None:
        _no_old_language(x.old_language)
        old = ""
    else:
        old = f" from {w.text(x.old_value, x.old_language)}"
    new = w.text(x.new_value, x.new_language)
    return f"change definition of {w.entity(x.about_node)}{old} to {new}"


def _annotation(w: Writer, x: c.NodeAnnotationChange) -> str:
    node, predicate = w.entity(x.about_node), w.entity(x.annotation_property)
    if x.old_value is not None and x.new_value is not None:
        old, new = w.term(x.old_value), w.term(x.new_value)
        return f"change annotation of {node} with {predicate} from {old} to {new}"
    if x.new_value is not None:
        return f"add annotation {predicate} {w.term(x.new_value)} to {node}"
    if x.old_value is None:
        raise ValueError("a change has an old value or a new one")
    return f"remove annotation {predicate} {w.term(x.old_value)} from {node}"


def _annotation_replacement(w: Writer, x: c.NodeAnnotationReplacement) -> str:
    old = "" if x.old_value is None else f" from {w.term(x.old_value)}"
    node, predicate = w.entity(x.about_node), w.entity(x.annotation_property)
    return f"replace annotation of {node} with {predicate}{old} to {w.term(x.new_value)}"


def _new_mapping(w: Writer, x: c.NewMapping) -> str:
    return f"add mapping {w.value(x.object)} to {w.entity(x.about_node)}" + _predicate(
        w, x.predicate
    )


def _remove_mapping(w: Writer, x: c.RemoveMapping) -> str:
    return f"remove mapping {w.value(x.object)} from {w.entity(x.about_node)}" + _predicate(
        w, x.predicate
    )


def _replacement(
    noun: str,
) -> Callable[[Writer, c.MappingReplacement | c.MetadataAssertionReplacement], str]:
    return lambda w, x: (
        f"change {noun} of {w.entity(x.about_node)}{_predicate(w, x.predicate)}"
        f" from {w.value(x.old_value)} to {w.value(x.new_value)}"
    )


def _predicate_change(
    noun: str,
) -> Callable[[Writer, c.MappingPredicateChange | c.MetadataAssertionPredicateChange], str]:
    def write(w: Writer, x: c.MappingPredicateChange | c.MetadataAssertionPredicateChange) -> str:
        what = "" if x.object is None else f" {w.value(x.object)}"
        return (
            f"change predicate of {noun}{what} of {w.entity(x.about_node)}"
            f" from {w.entity(x.old_value)} to {w.entity(x.new_value)}"
        )

    return write


def _any_value(
    noun: str,
) -> Callable[[Writer, c.NodeMappingChange | c.NodeMetadataAssertionChange], str]:
    def write(w: Writer, x: c.NodeMappingChange | c.NodeMetadataAssertionChange) -> str:
        sides = [("from", x.old_value), ("to", x.new_value)]
        said = [f"{word} {w.value(value)}" for word, value in sides if value is not None]
        return f"change {noun} of {w.entity(x.about_node)} {_some(said)}"

    return write


def _new_metadata(w: Writer, x: c.NewMetadataAssertion) -> str:
    return f"add metadata {w.entity(x.predicate)} {w.value(x.object)} to {w.entity(x.about_node)}"


def _remove_metadata(w: Writer, x: c.RemoveMetadataAssertion) -> str:
    value = w.value(x.object)
    return f"remove metadata {w.entity(x.predicate)} {value} from {w.entity(x.about_node)}"


TEXT_FORMS: Final[Mapping[type[c.Change], Callable[[Writer, Any], str]]] = MappingProxyType(
    {
        c.NodeRename: _rename,
        c.NameBecomesSynonym: _retaining,
        c.SetLanguageForName: _language,
        c.NewSynonym: _new_synonym,
        c.RemoveSynonym: _remove_synonym,
        c.SynonymReplacement: _change_synonym,
        c.SynonymPredicateChange: _synonym_scope,
        c.SynonymTypeChange: _synonym_type,
        c.NodeSynonymChange: _synonyms,
        c.NewTextDefinition: _new_definition,
        c.RemoveTextDefinition: _remove_definition,
        c.TextDefinitionReplacement: _change_definition,
        c.NodeAnnotationChange: _annotation,
        c.NodeAnnotationReplacement: _annotation_replacement,
        c.NewMapping: _new_mapping,
        c.RemoveMapping: _remove_mapping,
        c.MappingReplacement: _replacement("mapping"),
        c.MappingPredicateChange: _predicate_change("mapping"),
        c.NodeMappingChange: _any_value("mappings"),
        c.NewMetadataAssertion: _new_metadata,
        c.RemoveMetadataAssertion: _remove_metadata,
        c.MetadataAssertionReplacement: _replacement("metadata"),
        c.MetadataAssertionPredicateChange: _predicate_change("metadata"),
        c.NodeMetadataAssertionChange: _any_value("record"),
    }
)
