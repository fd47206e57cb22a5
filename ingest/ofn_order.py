"""The order in which OWL tools write: entities, axioms, annotations and members of sets.

Axioms come by the sort of axiom and then part by part, names by namespace and local name; measured
on files that ROBOT 1.9.8 wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from graph.expression import COMMUTATIVE, Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.owl_axioms import Axiom
from graph.vocabulary import RDF, RDF_LANG_STRING, XSD_STRING

Rank: TypeAlias = tuple[Any, ...]

_LOCAL: Final = re.compile(r"[^\W\d][\w.\-\u00b7]*$")
_PLAIN: Final = RDF + "PlainLiteral"

#: Axioms as they follow each other.
AXIOM_ORDER: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: rank
        for rank, name in enumerate(
            (
                "Declaration",
                "EquivalentClasses",
                "SubClassOf",
                "DisjointClasses",
                "DisjointUnion",
                "ClassAssertion",
                "SameIndividual",
                "DifferentIndividuals",
                "ObjectPropertyAssertion",
                "NegativeObjectPropertyAssertion",
                "DataPropertyAssertion",
                "NegativeDataPropertyAssertion",
                "EquivalentObjectProperties",
                "SubObjectPropertyOf",
                "InverseObjectProperties",
                "FunctionalObjectProperty",
                "InverseFunctionalObjectProperty",
                "SymmetricObjectProperty",
                "AsymmetricObjectProperty",
                "TransitiveObjectProperty",
                "ReflexiveObjectProperty",
                "IrreflexiveObjectProperty",
                "ObjectPropertyDomain",
                "ObjectPropertyRange",
                "DisjointObjectProperties",
                "PropertyChain",
                "EquivalentDataProperties",
                "SubDataPropertyOf",
                "FunctionalDataProperty",
                "DataPropertyDomain",
                "DataPropertyRange",
                "DisjointDataProperties",
                "HasKey",
                "DLSafeRule",
                "AnnotationAssertion",
                "SubAnnotationPropertyOf",
                "AnnotationPropertyRange",
                "AnnotationPropertyDomain",
                "DatatypeDefinition",
            )
        )
    }
)
_TREES: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: rank
        for rank, name in enumerate(
            (
                "ObjectInverseOf",
                "ObjectIntersectionOf",
                "ObjectUnionOf",
                "ObjectComplementOf",
                "ObjectOneOf",
                "ObjectSomeValuesFrom",
                "ObjectAllValuesFrom",
                "ObjectHasValue",
                "ObjectMinCardinality",
                "ObjectExactCardinality",
                "ObjectMaxCardinality",
                "ObjectHasSelf",
                "DataSomeValuesFrom",
                "DataAllValuesFrom",
                "DataHasValue",
                "DataMinCardinality",
                "DataExactCardinality",
                "DataMaxCardinality",
                "DataComplementOf",
                "DataOneOf",
                "DataIntersectionOf",
                "DataUnionOf",
                "DatatypeRestriction",
            ),
            start=1,
        )
    }
)
_SETS: Final = frozenset(COMMUTATIVE)
_LAST: Final = 1000


@lru_cache(maxsize=1 << 16)
def name_rank(node: Node) -> tuple[str, str]:
    """Names by namespace, then by local name; the local name is as long as XML lets it be."""
    local = local_name(node)
    return (node[: len(node) - len(local)], local)


def local_name(node: Node) -> str:
    """The longest end of an IRI that is a name in XML."""
    found = _LOCAL.search(node)
    if found is None:
        return ""
    return found[0]


def value_rank(value: Object) -> Rank:
    """Names, then anonymous individuals, then literals, then trees by their operator."""
    if isinstance(value, str):
        return (1, "", value) if value.startswith("_:") else (0, *name_rank(value))
    if isinstance(value, Literal):
        plain = value.datatype in (XSD_STRING, RDF_LANG_STRING)
        datatype = name_rank(_PLAIN if plain else value.datatype)
        return (2, *datatype, value.value, value.language)
    parts = value.arguments
    if value.operator.endswith("Cardinality") and len(parts) > 1:
        number = parts[0].value if isinstance(parts[0], Literal) else ""
        ranked = (value_rank(parts[1]), (len(number), number), *map(value_rank, parts[2:]))
        return (3, _TREES.get(value.operator, _LAST), value.operator, ranked)
    ordered = members(value)
    return (
        3,
        _TREES.get(value.operator, _LAST),
        value.operator,
        tuple(value_rank(part) for part in ordered),
    )


def members(tree: Expression) -> list[Object]:
    """The arguments of a tree as they are written: those of a set in order."""
    if tree.operator in _SETS:
        return sorted(tree.arguments, key=value_rank)
    return list(tree.arguments)


def annotation_rank(qualifier: Qualifier) -> Rank:
    """Annotations by property, then by value, then by their own."""
    return (
        name_rank(qualifier.predicate),
        value_rank(qualifier.value),
        annotations_rank(qualifier.qualifiers),
    )


def annotations_rank(qualifiers: tuple[Qualifier, ...]) -> Rank:
    """Sets of annotations, annotation by annotation."""
    return tuple(sorted(map(annotation_rank, qualifiers)))


def arguments(axiom: Axiom) -> list[Object]:
    """The arguments of an axiom as they are written.

    Two names keep their order, which says whose axiom it is; other sets are in order.
    """
    parts = list(axiom.arguments)
    if axiom.operator == "DisjointUnion":
        return [parts[0], *sorted(parts[1:], key=value_rank)]
    if axiom.operator not in _SETS:
        return parts
    if len(parts) == 2 and all(isinstance(part, str) for part in parts):
        return parts
    return sorted(parts, key=value_rank)


def axiom_rank(axiom: Axiom) -> Rank:
    """Axioms by sort, then part by part, then by their annotations."""
    name = axiom.operator
    chain = axiom.arguments[0] if axiom.arguments else ""
    if name == "SubObjectPropertyOf" and isinstance(chain, Expression):
        name = "PropertyChain" if chain.operator == "ObjectPropertyChain" else name
    parts: list[Object] = arguments(axiom)
    if name == "AnnotationAssertion":
        # By the property before the subject, as they are written.
        parts = [parts[1], parts[0], parts[2]]
    elif axiom.operator in _SETS:
        parts = sorted(parts, key=value_rank)
    return (
        AXIOM_ORDER.get(name, _LAST),
        tuple(map(value_rank, parts)),
        annotations_rank(axiom.annotations),
    )
