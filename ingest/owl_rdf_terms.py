"""How OWL's constructs are said in RDF: the table that lifting and lowering share.

OWL 2 Mapping to RDF Graphs, section 2.1 (table 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph.model import Literal
from graph.owl_kinds import DATATYPE
from graph.vocabulary import CLASS, OWL, RDF, XSD_BOOLEAN

FIRST: Final = RDF + "first"
REST: Final = RDF + "rest"
NIL: Final = RDF + "nil"
LIST: Final = RDF + "List"

RESTRICTION: Final = OWL + "Restriction"
ON_PROPERTY: Final = OWL + "onProperty"
ON_CLASS: Final = OWL + "onClass"
ON_DATA_RANGE: Final = OWL + "onDataRange"
HAS_VALUE: Final = OWL + "hasValue"
HAS_SELF: Final = OWL + "hasSelf"
ON_DATATYPE: Final = OWL + "onDatatype"
WITH_RESTRICTIONS: Final = OWL + "withRestrictions"
TRUE: Final = Literal("true", XSD_BOOLEAN)

AXIOM_NODE: Final = OWL + "Axiom"
ANNOTATION_NODE: Final = OWL + "Annotation"
SOURCE: Final = OWL + "annotatedSource"
PROPERTY: Final = OWL + "annotatedProperty"
TARGET: Final = OWL + "annotatedTarget"

NEGATIVE: Final = OWL + "NegativePropertyAssertion"
SOURCE_INDIVIDUAL: Final = OWL + "sourceIndividual"
ASSERTION_PROPERTY: Final = OWL + "assertionProperty"
TARGET_INDIVIDUAL: Final = OWL + "targetIndividual"
TARGET_VALUE: Final = OWL + "targetValue"

MEMBERS: Final = OWL + "members"
DISTINCT_MEMBERS: Final = OWL + "distinctMembers"
ALL_DISJOINT_CLASSES: Final = OWL + "AllDisjointClasses"
ALL_DISJOINT_PROPERTIES: Final = OWL + "AllDisjointProperties"
ALL_DIFFERENT: Final = OWL + "AllDifferent"

#: Constructs that are a list of others: predicate, and the type of the node.
LISTED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "ObjectIntersectionOf": (OWL + "intersectionOf", CLASS),
        "ObjectUnionOf": (OWL + "unionOf", CLASS),
        "ObjectOneOf": (OWL + "oneOf", CLASS),
        "DataIntersectionOf": (OWL + "intersectionOf", DATATYPE),
        "DataUnionOf": (OWL + "unionOf", DATATYPE),
        "DataOneOf": (OWL + "oneOf", DATATYPE),
    }
)
#: Constructs over one other.
COMPLEMENTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "ObjectComplementOf": (OWL + "complementOf", CLASS),
        "DataComplementOf": (OWL + "datatypeComplementOf", DATATYPE),
    }
)
#: Restrictions with a filler: what follows ``Object`` or ``Data``, and the predicate.
FILLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SomeValuesFrom": OWL + "someValuesFrom",
        "AllValuesFrom": OWL + "allValuesFrom",
        "HasValue": HAS_VALUE,
    }
)
#: Restrictions with a number: the predicate without a filler, and with one.
COUNTED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "MinCardinality": (OWL + "minCardinality", OWL + "minQualifiedCardinality"),
        "MaxCardinality": (OWL + "maxCardinality", OWL + "maxQualifiedCardinality"),
        "ExactCardinality": (OWL + "cardinality", OWL + "qualifiedCardinality"),
    }
)
