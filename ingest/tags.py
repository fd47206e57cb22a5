"""How OBO tags and statements correspond (OBO 1.4, section 5, "Mapping to OWL")."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph.vocabulary import (
    ALTERNATIVE_ID,
    BROAD_SYNONYM,
    CLASS,
    COMMENT,
    CONSIDER,
    CREATED_BY,
    CREATION_DATE,
    DEFINITION,
    DEPRECATED,
    DISJOINT_WITH,
    DOMAIN,
    EXACT_SYNONYM,
    IN_SUBSET,
    KGDELTA,
    LABEL,
    NAMED_INDIVIDUAL,
    NARROW_SYNONYM,
    OBJECT_PROPERTY,
    OBO,
    OBO_IN_OWL,
    OBO_NAMESPACE,
    OWL,
    RANGE,
    RDF_TYPE,
    RELATED_SYNONYM,
    REPLACED_BY,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    VERSION_INFO,
    XREF,
)

#: A tag that OBO does not know, or whose value cannot be read, keeps its text under this.
VERBATIM: Final = KGDELTA + "obo:"
#: A line without a tag keeps its text under this.
JUNK: Final = KGDELTA + "obo-line"

SUBSET_PROPERTY: Final = OBO_IN_OWL + "SubsetProperty"
SYNONYM_TYPE_PROPERTY: Final = OBO_IN_OWL + "SynonymTypeProperty"
SCOPE: Final = OBO_IN_OWL + "hasScope"
DEFAULT_NAMESPACE: Final = OBO_IN_OWL + "hasDefaultNamespace"
DATE: Final = OBO_IN_OWL + "date"
SAVED_BY: Final = OBO_IN_OWL + "savedBy"

STANZAS: Final[Mapping[str, str]] = MappingProxyType(
    {"Term": CLASS, "Typedef": OBJECT_PROPERTY, "Instance": NAMED_INDIVIDUAL}
)

#: Tags of frames whose value is a text to the end of the line.
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": LABEL,
        "namespace": OBO_NAMESPACE,
        "alt_id": ALTERNATIVE_ID,
        "comment": COMMENT,
        "created_by": CREATED_BY,
        "creation_date": CREATION_DATE,
    }
)

#: Keys of qualifier blocks that are tags with a predicate of their own.
KEYS: Final[Mapping[str, str]] = MappingProxyType({**TEXTS, "xref": XREF})

#: Tags whose value is a node, whatever the stanza.
NODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "subset": IN_SUBSET,
        "instance_of": RDF_TYPE,
        "disjoint_over": OBO_IN_OWL + "disjoint_over",
        "domain": DOMAIN,
        "range": RANGE,
        "inverse_of": OWL + "inverseOf",
        "replaced_by": REPLACED_BY,
        "consider": CONSIDER,
    }
)

#: Tags whose value is a node, and whose predicate is another for a term than for a relation.
HIERARCHICAL: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "is_a": (SUBCLASS_OF, SUBPROPERTY_OF),
        "equivalent_to": (OWL + "equivalentClass", OWL + "equivalentProperty"),
        "disjoint_from": (DISJOINT_WITH, OWL + "propertyDisjointWith"),
    }
)

#: Flags of a relation that are a type when they are true.
CHARACTERISTICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "is_transitive": OWL + "TransitiveProperty",
        "is_symmetric": OWL + "SymmetricProperty",
        "is_asymmetric": OWL + "AsymmetricProperty",
        "is_reflexive": OWL + "ReflexiveProperty",
        "is_functional": OWL + "FunctionalProperty",
        "is_inverse_functional": OWL + "InverseFunctionalProperty",
    }
)

#: The flag that makes a relation an annotation property.
METADATA_TAG: Final = "is_metadata_tag"

#: What flags that are no statements when true say when they are false.
FALSE_FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {tag: OBO_IN_OWL + tag for tag in (*CHARACTERISTICS, METADATA_TAG)}
)

#: Truth values as they are written; the first two are OBO's.
BOOLEANS: Final[Mapping[str, str]] = MappingProxyType(
    {
        mark + word + mark: truth
        for truth, words in (
            ("true", ("true", "True", "TRUE", "1")),
            ("false", ("false", "False", "FALSE", "0")),
        )
        for mark in ("", "'", '"')
        for word in words
    }
)

#: Tags whose value is a quoted text with an xref list.
QUOTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "def": DEFINITION,
        "expand_expression_to": OBO + "IAO_0000424",
        "expand_assertion_to": OBO + "IAO_0000425",
    }
)

#: Tags whose clauses are together one class: the parts of an intersection or a union.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {"intersection_of": "ObjectIntersectionOf", "union_of": "ObjectUnionOf"}
)

#: Tags of chains of relations, and whether a chain follows from the relation too.
CHAINS: Final[Mapping[str, bool]] = MappingProxyType(
    {"holds_over_chain": False, "equivalent_to_chain": True}
)
TRANSITIVE_OVER: Final = "transitive_over"
#: Annotation of a chain that follows from its relation too.
REVERSIBLE_CHAIN: Final = OBO + "IAO_isReversiblePropertyChain"

#: Tags that a frame has once at most (OBO 1.4, section 3.3).
SINGLE: Final = frozenset(
    {"name", "namespace", "def", "comment", "created_by", "creation_date", "domain", "range"}
)

#: Flags that are statements with a truth value.
FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "is_obsolete": DEPRECATED,
        "is_anonymous": OBO_IN_OWL + "is_anonymous",
        "builtin": OBO_IN_OWL + "builtin",
        "is_cyclic": OBO_IN_OWL + "is_cyclic",
        "is_class_level": OBO_IN_OWL + "is_class_level",
    }
)

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EXACT": EXACT_SYNONYM,
        "BROAD": BROAD_SYNONYM,
        "NARROW": NARROW_SYNONYM,
        "RELATED": RELATED_SYNONYM,
    }
)

#: Tags of OBO 1.0 and how OBO 1.2 says the same.
OLD_SYNONYMS: Final[Mapping[str, str]] = MappingProxyType(
    {f"{scope.lower()}_synonym": scope for scope in SCOPES}
)
OLD_XREFS: Final = frozenset({"xref_analog", "xref_unk", "xref_unknown"})

#: The header tag that names the relation of a term to its logical definition.
VIEW: Final = "logical-definition-view-relation"

_NAMED_AS_THEY_ARE: Final = (
    "treat-xrefs-as-equivalent",
    "treat-xrefs-as-genus-differentia",
    "treat-xrefs-as-reverse-genus-differentia",
    "treat-xrefs-as-relationship",
    "treat-xrefs-as-is_a",
    "treat-xrefs-as-has-subclass",
    "relax-unique-identifier-assumption-for-namespace",
    "relax-unique-label-assumption-for-namespace",
    "id-mapping",
    "default-relationship-id-prefix",
    VIEW,
)

#: Header tags whose value is a text to the end of the line.
HEADER_TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "format-version": OBO_IN_OWL + "hasOBOFormatVersion",
        "data-version": VERSION_INFO,
        "date": DATE,
        "saved-by": SAVED_BY,
        "auto-generated-by": OBO_IN_OWL + "auto-generated-by",
        "default-namespace": DEFAULT_NAMESPACE,
        "namespace-id-rule": OBO_IN_OWL + "NamespaceIdRule",
        "remark": COMMENT,
        **{tag: OBO_IN_OWL + tag for tag in _NAMED_AS_THEY_ARE},
    }
)

HEADER_ORDER: Final = (
    "format-version",
    "data-version",
    "date",
    "saved-by",
    "auto-generated-by",
    "import",
    "subsetdef",
    "synonymtypedef",
    "default-namespace",
    "namespace-id-rule",
    "idspace",
    *_NAMED_AS_THEY_ARE,
    "remark",
    "ontology",
    "property_value",
    "owl-axioms",
)

#: Header tags that a file has once at most.
HEADER_SINGLE: Final = frozenset(
    {"format-version", "data-version", "date", "saved-by", "auto-generated-by"}
)
#: Header tags that are read, those of our own too.
HEADER_TAGS: Final = frozenset({*HEADER_ORDER, JUNK, "kgdelta-statement"})

TAG_ORDER: Final = (
    "id",
    "is_anonymous",
    "name",
    "namespace",
    "alt_id",
    "def",
    "comment",
    "subset",
    "synonym",
    "xref",
    "builtin",
    "property_value",
    "is_class_level",
    "domain",
    "range",
    "is_cyclic",
    "is_reflexive",
    "is_symmetric",
    "is_asymmetric",
    "is_transitive",
    "is_functional",
    "is_inverse_functional",
    "instance_of",
    "is_a",
    "intersection_of",
    "union_of",
    "equivalent_to",
    "disjoint_from",
    "inverse_of",
    "transitive_over",
    "holds_over_chain",
    "equivalent_to_chain",
    "disjoint_over",
    "relationship",
    "expand_assertion_to",
    "expand_expression_to",
    "is_metadata_tag",
    "created_by",
    "creation_date",
    "is_obsolete",
    "replaced_by",
    "consider",
)
