"""The slots of SSSOM 1.1: their order, kinds and predicates (w3id.org/sssom/schema)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph.model import Node
from graph.prefixes import PrefixMap, decode_local, encode_local, is_absolute
from graph.vocabulary import COMMENT, DCTERMS, KGDELTA, RDFS, VALID_FROM, VALID_TO, VERSION_INFO

SSSOM: Final = "https://w3id.org/sssom/"
#: What a slot that the schema does not know stands for.
OWN_SLOT: Final = KGDELTA + "sssom:"
#: A subject or object that is a text and no entity; the text follows.
LITERAL_NODE: Final = KGDELTA + "sssom-literal:"
MAPPING_SET: Final = SSSOM + "MappingSet"
JUSTIFICATION: Final = SSSOM + "mapping_justification"

#: Prefixes that need no entry in a CURIE map.
BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sssom": SSSOM,
        "semapv": "https://w3id.org/semapv/vocab/",
        "linkml": "https://w3id.org/linkml/",
        "pav": "http://purl.org/pav/",
        "prov": "http://www.w3.org/ns/prov#",
    }
)

SET_SLOTS: Final = (
    "sssom_version",
    "mapping_set_id",
    "mapping_set_version",
    "mapping_set_source",
    "mapping_set_title",
    "mapping_set_description",
    "mapping_set_confidence",
    "creator_id",
    "creator_label",
    "license",
    "subject_type",
    "subject_source",
    "subject_source_version",
    "object_type",
    "object_source",
    "object_source_version",
    "predicate_type",
    "mapping_provider",
    "cardinality_scope",
    "mapping_tool",
    "mapping_tool_id",
    "mapping_tool_version",
    "mapping_date",
    "publication_date",
    "subject_match_field",
    "object_match_field",
    "subject_preprocessing",
    "object_preprocessing",
    "similarity_measure",
    "curation_rule",
    "curation_rule_text",
    "see_also",
    "issue_tracker",
    "other",
    "comment",
    "extension_definitions",
)
MAPPING_SLOTS: Final = (
    "record_id",
    "subject_id",
    "subject_label",
    "subject_category",
    "predicate_id",
    "predicate_label",
    "predicate_modifier",
    "object_id",
    "object_label",
    "object_category",
    "mapping_justification",
    "author_id",
    "author_label",
    "reviewer_id",
    "reviewer_label",
    "creator_id",
    "creator_label",
    "license",
    "subject_type",
    "subject_source",
    "subject_source_version",
    "object_type",
    "object_source",
    "object_source_version",
    "predicate_type",
    "mapping_provider",
    "mapping_source",
    "mapping_cardinality",
    "cardinality_scope",
    "mapping_tool",
    "mapping_tool_id",
    "mapping_tool_version",
    "mapping_date",
    "publication_date",
    "review_date",
    "confidence",
    "curation_rule",
    "curation_rule_text",
    "subject_match_field",
    "object_match_field",
    "match_string",
    "subject_preprocessing",
    "object_preprocessing",
    "similarity_score",
    "similarity_measure",
    "see_also",
    "issue_tracker_item",
    "other",
    "comment",
)
#: Slots of the set that hold for every mapping, where no mapping has one of its own.
PROPAGATABLE: Final = frozenset(
    [
        "subject_type",
        "subject_source",
        "subject_source_version",
        "object_type",
        "object_source",
        "object_source_version",
        "predicate_type",
        "mapping_provider",
        "cardinality_scope",
        "mapping_tool",
        "mapping_tool_id",
        "mapping_tool_version",
        "mapping_date",
        "subject_match_field",
        "object_match_field",
        "subject_preprocessing",
        "object_preprocessing",
        "similarity_measure",
        "curation_rule",
        "curation_rule_text",
    ]
)
MULTIVALUED: Final = frozenset(
    [
        "creator_id",
        "creator_label",
        "author_id",
        "author_label",
        "reviewer_id",
        "reviewer_label",
        "mapping_set_source",
        "cardinality_scope",
        "subject_match_field",
        "object_match_field",
        "match_string",
        "subject_preprocessing",
        "object_preprocessing",
        "curation_rule",
        "curation_rule_text",
        "see_also",
    ]
)
#: Slots whose values are entities, written as CURIEs.
ENTITIES: Final = frozenset(
    [
        "record_id",
        "subject_id",
        "predicate_id",
        "object_id",
        "mapping_justification",
        "author_id",
        "reviewer_id",
        "creator_id",
        "subject_source",
        "object_source",
        "mapping_source",
        "mapping_tool_id",
        "subject_match_field",
        "object_match_field",
        "subject_preprocessing",
        "object_preprocessing",
        "curation_rule",
        "issue_tracker_item",
    ]
)
#: Slots whose values are addresses, written out.
ADDRESSES: Final = frozenset(
    [
        "mapping_set_id",
        "license",
        "mapping_provider",
        "mapping_set_source",
        "see_also",
        "issue_tracker",
    ]
)
NUMBERS: Final = frozenset(["confidence", "similarity_score", "mapping_set_confidence"])
DATES: Final = frozenset(
    ["mapping_date", "publication_date", "review_date", "valid_from", "valid_to"]
)
_KNOWN: Final = frozenset((*SET_SLOTS, *MAPPING_SLOTS))

_PREDICATES: Final[Mapping[str, Node]] = MappingProxyType(
    {
        "mapping_set_version": VERSION_INFO,
        "mapping_set_title": DCTERMS + "title",
        "mapping_set_description": DCTERMS + "description",
        "mapping_set_source": "http://www.w3.org/ns/prov#wasDerivedFrom",
        "creator_id": DCTERMS + "creator",
        "author_id": "http://purl.org/pav/authoredBy",
        "license": DCTERMS + "license",
        "mapping_date": DCTERMS + "created",
        "publication_date": DCTERMS + "issued",
        "see_also": RDFS + "seeAlso",
        "comment": COMMENT,
        "valid_from": VALID_FROM,
        "valid_to": VALID_TO,
    }
)
_SLOT_OF: Final = MappingProxyType({predicate: slot for slot, predicate in _PREDICATES.items()})

#: Values of slots before SSSOM 0.9.1, and what they are called today.
MATCH_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Lexical": "semapv:LexicalMatching",
        "Logical": "semapv:LogicalMatching",
        "HumanCurated": "semapv:ManualMappingCuration",
        "Complex": "semapv:CompositeMatching",
        "Unspecified": "semapv:UnspecifiedMatching",
        "SemanticSimilarity": "semapv:SemanticSimilarityThresholdMatching",
    }
)
#: Slots that are no qualifiers: the ends of the mapping, and the node of the set.
STRUCTURE: Final = frozenset({"subject_id", "predicate_id", "object_id", "mapping_set_id"})


def predicate_of(slot: str, prefixes: PrefixMap) -> Node:
    """The predicate of a slot, standard or not."""
    known = _PREDICATES.get(slot)
    if known is not None:
        return known
    if slot in _KNOWN:
        return SSSOM + slot
    prefix, colon, _ = slot.partition(":")
    if (colon and prefix in prefixes.namespaces) or is_absolute(slot):
        return prefixes.expand(slot)
    return OWN_SLOT + encode_local(slot)


def slot_of(predicate: Node, prefixes: PrefixMap) -> str | None:
    """The slot that stands for a predicate, None where none can."""
    slot = _SLOT_OF.get(predicate)
    if slot is None and predicate.startswith(SSSOM):
        slot = predicate[len(SSSOM) :]
    elif slot is None and predicate.startswith(OWN_SLOT):
        slot = decode_local(predicate[len(OWN_SLOT) :])
    if slot is None or predicate_of(slot, prefixes) != predicate:
        slot = prefixes.contract(predicate)
    plain = slot and slot not in STRUCTURE and not any(mark in slot for mark in "\t\n\r\"'#|,{}[]")
    fits = plain and slot == slot.strip() and not slot.startswith("kgdelta")
    return slot if fits and predicate_of(slot, prefixes) == predicate else None
