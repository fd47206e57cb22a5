"""What the official schema allows: the slots of its classes, and how it writes entities.

Source: kgcl-schema 0.7.0, its YAML schema and its Python model, which differ in a few places;
what either allows is read, and what both allow is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from kgcl import changes as c
from kgcl.errors import ChangeError
from kgcl.lexical import IRI
from kgcl.writing import is_curie, is_name

#: A change or a document as plain data: texts, lists and mappings.
Plain: TypeAlias = dict[str, Any]


class SchemaError(ChangeError):
    """A document is not KGCL data: where (``change_set[3].old_value``) and why."""

    def __init__(self, reason: str, path: str = "", source: str = "") -> None:
        self.reason = reason
        self.path = path
        self.source = source
        super().__init__(": ".join(filter(None, (source, path, reason))))


#: What is said of any change, in the order that it is written.
COMMON: Final = (
    "see_also",
    "pull_request",
    "term_tracker_issue",
    "creator",
    "contributor",
    "change_date",
    "has_undo",
    "was_generated_by",
)
#: Slots of every change, and those that the YAML schema gives to every change or mixin.
ANY: Final = frozenset(
    {"id", "type", "@type", "change_description", "associated_change_set", "about", *COMMON}
)
_SIMPLE: Final = frozenset(
    f"{side}_{what}" for side in ("old", "new") for what in ("value", "value_type")
) | frozenset(f"{side}_{what}" for side in ("old", "new") for what in ("language", "datatype"))
_NODE: Final = _SIMPLE | {"about_node", "about_node_representation", "language"}
_EDGE: Final = _SIMPLE | {"about_edge", "object_type", "language", "datatype", "subject"}
_ENDS: Final = frozenset(
    {"predicate", "object", "subject_type", "predicate_type", "annotation_set"}
)
_MOVE: Final = _EDGE | {"old_object_type", "new_object_type"}
_CREATION: Final = _NODE | {"node_id", "name", "owl_type", "annotation_set"}
_REPLACED: Final = _NODE | {"has_direct_replacement", "has_nondirect_replacement"}
_SAID: Final = _NODE | {"object", "predicate"}
_ANNOTATION: Final = _NODE | {"annotation_property", "annotation_property_type"}
_SET: Final = frozenset({"change_set"})

#: The slots that each concrete class has beside those of any change.
SLOTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "NodeCreation": _CREATION,
        "ClassCreation": _CREATION | {"superclass"},
        "ObjectPropertyCreation": _CREATION,
        "NodeObsoletion": _REPLACED,
        "NodeObsoletionWithDirectReplacement": _REPLACED,
        "NodeObsoletionWithNoDirectReplacement": _REPLACED,
        "NodeDirectMerge": _REPLACED,
        "NodeUnobsoletion": _REPLACED | {"replaced_by", "consider"},
        "MultiNodeObsoletion": _SET,
        "NodeDeletion": _NODE,
        "NodeRename": _NODE | {"has_textual_diff"},
        "SetLanguageForName": _NODE,
        "NameBecomesSynonym": _NODE | {"change_1", "change_2"},
        "NewSynonym": _NODE | {"qualifier", "predicate"},
        "RemoveSynonym": _NODE,
        "SynonymReplacement": _NODE | {"qualifier", "has_textual_diff"},
        "SynonymPredicateChange": _NODE | {"target", "has_textual_diff"},
        "NodeSynonymChange": _NODE,
        "NewTextDefinition": _NODE,
        "RemoveTextDefinition": _NODE,
        "TextDefinitionReplacement": _NODE | {"has_textual_diff"},
        "NodeAnnotationChange": _ANNOTATION,
        "NodeAnnotationReplacement": _ANNOTATION,
        "NewMapping": _SAID,
        "RemoveMapping": _SAID,
        "MappingReplacement": _NODE,
        "MappingPredicateChange": _NODE,
        "NodeMappingChange": _NODE,
        "MappingCreation": _EDGE | _ENDS,
        "NewMetadataAssertion": _SAID,
        "RemoveMetadataAssertion": _SAID,
        "MetadataAssertionReplacement": _NODE,
        "MetadataAssertionPredicateChange": _NODE,
        "NodeMetadataAssertionChange": _NODE,
        "AddNodeToSubset": _NODE | {"in_subset"},
        "RemoveNodeFromSubset": _NODE | {"in_subset", "subset"},
        "EdgeCreation": _EDGE | _ENDS,
        "EdgeDeletion": _EDGE | _ENDS,
        "EdgeObsoletion": _EDGE | {"predicate", "object", "annotation_set"},
        "EdgeRewiring": _EDGE,
        "PlaceUnder": _EDGE | _ENDS,
        "RemoveUnder": _EDGE | _ENDS,
        "NodeMove": _MOVE,
        "NodeDeepening": _MOVE,
        "NodeShallowing": _MOVE,
        "PredicateChange": _EDGE,
        "EdgeLogicalInterpretationChange": _EDGE,
        "LogicalAxiomChange": _SIMPLE,
        "Transaction": _SET,
    }
)
EDGE_SLOTS: Final = frozenset(
    {"subject", "predicate", "object", "annotation_set"}
    | {f"{end}_representation" for end in ("subject", "predicate", "object")}
)
ANNOTATION_SLOTS: Final = frozenset(
    {"property", "filler", "annotation_set", "property_type", "filler_type"}
)
ACTIVITY_SLOTS: Final = (
    "id",
    "started_at_time",
    "ended_at_time",
    "was_informed_by",
    "was_associated_with",
    "used",
    "description",
)
_NO_DESCRIPTION: Final = (
    *("EdgeRewiring", "EdgeLogicalInterpretationChange", "LogicalAxiomChange", "Transaction"),
    *("NodeAnnotationChange", "NodeAnnotationReplacement", "AddNodeToSubset"),
    *("NodeSynonymChange", "NewSynonym", "RemoveSynonym", "SynonymReplacement"),
    *("SynonymPredicateChange", "NewTextDefinition", "RemoveTextDefinition"),
    *("TextDefinitionReplacement", "NodeMappingChange", "NewMapping", "RemoveMapping"),
    *("MappingReplacement", "MappingPredicateChange", "NodeMetadataAssertionChange"),
    *("NewMetadataAssertion", "RemoveMetadataAssertion", "MetadataAssertionReplacement"),
    "MetadataAssertionPredicateChange",
)
#: Classes whose Python model has ``change_description``; the YAML schema gives it to all.
DESCRIBED: Final = frozenset(SLOTS) - frozenset(_NO_DESCRIPTION)
#: Classes whose Python model has ``associated_change_set``; the YAML schema gives it to all.
FORCING: Final = frozenset(
    {
        "NodeObsoletion",
        "NodeObsoletionWithDirectReplacement",
        "NodeObsoletionWithNoDirectReplacement",
        "NodeDirectMerge",
        "MultiNodeObsoletion",
    }
)
#: Abstract in the schema, and yet written by its own parser of KGCL text.
ABSTRACT: Final = "NodeTextDefinitionChange"

#: How slots such as ``about_node_representation`` name what a text is.
KIND_NAMES: Final[Mapping[c.RefKind, str]] = MappingProxyType(
    {
        c.RefKind.IRI: "uri",
        c.RefKind.CURIE: "curie",
        c.RefKind.LABEL: "label",
        c.RefKind.NAME: "name",
    }
)
LITERAL: Final = "literal"
EXPRESSION: Final = "expression"


def guessed_kind(text: str) -> c.RefKind:
    """What an entity is whose kind is not told."""
    if ("://" in text or text.startswith("urn:")) and IRI.fullmatch(text):
        return c.RefKind.IRI
    if is_curie(text):
        return c.RefKind.CURIE
    return c.RefKind.NAME if is_name(text) else c.RefKind.LABEL


def entity(text: str, kind: str | None = None) -> c.Ref:
    """An entity as the schema writes it; its parser says *curie* of all that is no label."""
    if kind in ("label", LITERAL):
        return c.Ref(text, c.RefKind.LABEL)
    if len(text) > 2 and text[0] == "<" and text[-1] == ">" and IRI.fullmatch(text[1:-1]):
        return c.Ref(text[1:-1])
    if kind in ("uri", "iri") and IRI.fullmatch(text):
        return c.Ref(text)
    if kind == "name" and is_name(text):
        return c.Ref(text, c.RefKind.NAME)
    if kind == "curie" and is_curie(text):
        return c.Ref(text, c.RefKind.CURIE)
    return c.Ref(text, guessed_kind(text))


def kind_to_tell(ref: c.Ref) -> str | None:
    """The name of an entity's kind, where it would not be guessed, and of every label."""
    if ref.kind is c.RefKind.LABEL or ref.kind is not guessed_kind(ref.text):
        return KIND_NAMES[ref.kind]
    return None
