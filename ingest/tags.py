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

#: Tags whose value is a node, whatever the stanza.
NODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "subset": IN_SUBSET,
        "instance_of": RDF_TYPE,
        "disjoint_from": DISJOINT_WITH,
        "disjoint_over": OBO_IN_OWL + "disjoint_over",
        "domain": DOMAIN,
        "range": RANGE,
        "inverse_of": OWL + "inverseOf",
        "transitive_over": OBO_IN_OWL + "transitive_over",
        "replaced_by": REPLACED_BY,
        "consider": CONSIDER,
    }
)

#: Tags whose value is a node, and whose predicate is another for a term than for a relation.
HIERARCHICAL: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "is_a": (SUBCLASS_OF, SUBPROPERTY_OF),
        "equivalent_to": (OWL + "equivalentClass", OWL + "equivalentProperty"),
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
        "is_metadata_tag": OWL + "AnnotationProperty",
    }
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
    "remark",
    "ontology",
    "property_value",
)

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
    "disjoint_over",
    "relationship",
    "is_metadata_tag",
    "created_by",
    "creation_date",
    "is_obsolete",
    "replaced_by",
    "consider",
)
