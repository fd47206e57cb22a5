"""Changes of what is said of a node: labels, synonyms, definitions, annotations, mappings."""

from __future__ import annotations

from dataclasses import dataclass

from kgcl.changes_base import Change
from kgcl.terms import Ref, Scope, Term


@dataclass(frozen=True, slots=True)
class NodeRename(Change):
    """The label becomes another; an old value that is given must be the present one."""

    about_node: Ref
    old_value: str | None
    new_value: str
    old_language: str = ""
    new_language: str = ""


@dataclass(frozen=True, slots=True)
class SetLanguageForName(Change):
    """The label gets another language; '' is none, an old value of None is any."""

    about_node: Ref
    old_value: str | None
    new_value: str


@dataclass(frozen=True, slots=True)
class NameBecomesSynonym(Change):
    """The label becomes another, and the old one stays as a synonym."""

    about_node: Ref
    old_value: str | None
    new_value: str
    qualifier: Scope | None = None
    old_language: str = ""
    new_language: str = ""


@dataclass(frozen=True, slots=True)
class NewSynonym(Change):
    """A synonym is added; without a scope or a predicate, the policy's scope."""

    about_node: Ref
    new_value: str
    qualifier: Scope | None = None
    language: str = ""
    predicate: Ref | None = None


@dataclass(frozen=True, slots=True)
class RemoveSynonym(Change):
    """A synonym goes; without a scope, the one that has the text must be the only one."""

    about_node: Ref
    old_value: str
    qualifier: Scope | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class SynonymReplacement(Change):
    """The text of a synonym becomes another; its scope stays."""

    about_node: Ref
    old_value: str
    new_value: str
    qualifier: Scope | None = None
    old_language: str = ""
    new_language: str = ""


@dataclass(frozen=True, slots=True)
class SynonymPredicateChange(Change):
    """The scope of the synonym ``target`` becomes another, or its predicate does."""

    about_node: Ref
    target: str
    old_value: Scope | Ref | None
    new_value: Scope | Ref
    language: str = ""


@dataclass(frozen=True, slots=True)
class SynonymTypeChange(Change):
    """The type of the synonym ``target`` becomes another. Ours.

    An old value of None is any type; a new one of None is no type.
    """

    about_node: Ref
    target: str
    old_value: Ref | None
    new_value: Ref | None
    language: str = ""


@dataclass(frozen=True, slots=True)
class NodeSynonymChange(Change):
    """Some synonym goes, comes, or becomes another, whatever its scope."""

    about_node: Ref
    old_value: str | None
    new_value: str | None
    old_language: str = ""
    new_language: str = ""


@dataclass(frozen=True, slots=True)
class NewTextDefinition(Change):
    """A node that has no definition gets one."""

    about_node: Ref
    new_value: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class RemoveTextDefinition(Change):
    """The definition goes."""

    about_node: Ref
    old_value: str | None = None
    old_language: str = ""


@dataclass(frozen=True, slots=True)
class TextDefinitionReplacement(Change):
    """The definition becomes another; an old value that is given must be the present one."""

    about_node: Ref
    old_value: str | None
    new_value: str
    old_language: str = ""
    new_language: str = ""


@dataclass(frozen=True, slots=True)
class NodeAnnotationChange(Change):
    """The value of an annotation becomes another, comes (no old value) or goes (no new one)."""

    about_node: Ref
    annotation_property: Ref
    old_value: Term | None
    new_value: Term | None


@dataclass(frozen=True, slots=True)
class NodeAnnotationReplacement(Change):
    """Whatever values an annotation has, it has the new one only.

    An old value that is given must be among them.
    """

    about_node: Ref
    annotation_property: Ref
    old_value: Term | None
    new_value: Term


@dataclass(frozen=True, slots=True)
class NewMapping(Change):
    """A mapping to an entity elsewhere is added; without a predicate it is a cross-reference."""

    about_node: Ref
    object: Term
    predicate: Ref | None = None


@dataclass(frozen=True, slots=True)
class RemoveMapping(Change):
    """A mapping goes; without a predicate, the one that has the object must be the only one."""

    about_node: Ref
    object: Term
    predicate: Ref | None = None


@dataclass(frozen=True, slots=True)
class MappingReplacement(Change):
    """A mapping gets another object; its predicate stays."""

    about_node: Ref
    old_value: Term
    new_value: Term
    predicate: Ref | None = None


@dataclass(frozen=True, slots=True)
class MappingPredicateChange(Change):
    """A mapping gets another predicate; without an object, the only one with the old predicate."""

    about_node: Ref
    old_value: Ref
    new_value: Ref
    object: Term | None = None


@dataclass(frozen=True, slots=True)
class NodeMappingChange(Change):
    """Some mapping goes, comes, or becomes another, whatever its predicate."""

    about_node: Ref
    old_value: Term | None
    new_value: Term | None


@dataclass(frozen=True, slots=True)
class NewMetadataAssertion(Change):
    """Something is said about the record of a node: who made it, when, from which source."""

    about_node: Ref
    predicate: Ref
    object: Term


@dataclass(frozen=True, slots=True)
class RemoveMetadataAssertion(Change):
    """Something that is said about the record of a node goes."""

    about_node: Ref
    predicate: Ref
    object: Term


@dataclass(frozen=True, slots=True)
class MetadataAssertionReplacement(Change):
    """A value in the record of a node becomes another; without a predicate, the only one."""

    about_node: Ref
    old_value: Term
    new_value: Term
    predicate: Ref | None = None


@dataclass(frozen=True, slots=True)
class MetadataAssertionPredicateChange(Change):
    """A value in the record of a node gets another predicate; without one, the only value."""

    about_node: Ref
    old_value: Ref
    new_value: Ref
    object: Term | None = None


@dataclass(frozen=True, slots=True)
class NodeMetadataAssertionChange(Change):
    """Some value in the record of a node goes or becomes another, whatever its predicate."""

    about_node: Ref
    old_value: Term | None
    new_value: Term | None
