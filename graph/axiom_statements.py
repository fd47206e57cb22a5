"""Statements as axioms of OWL in functional syntax: the way back from :mod:`graph.owl_axioms`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Statement
from graph.owl_axioms import CHARACTERISTICS, Axiom, is_well_formed, restriction, statement_of
from graph.owl_kinds import DECLARED
from graph.owl_terms import (
    AXIOM,
    DIFFERENT_FROM,
    DISJOINT_UNION,
    EQUIVALENT_PROPERTY,
    HAS_KEY,
    INVERSE_OF,
    PROPERTY_CHAIN,
    PROPERTY_DISJOINT,
    SAME_AS,
)
from graph.vocabulary import (
    DISJOINT_WITH,
    DOMAIN,
    EQUIVALENT_CLASS,
    OBO_IN_OWL,
    QUANTIFIER,
    RANGE,
    RDF_TYPE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

#: Axioms by the predicate of their statement; where several have one, that of relations.
_BINARY: Final[Mapping[Node, str]] = MappingProxyType(
    {
        SUBCLASS_OF: "SubClassOf",
        SUBPROPERTY_OF: "SubObjectPropertyOf",
        DOMAIN: "ObjectPropertyDomain",
        RANGE: "ObjectPropertyRange",
        EQUIVALENT_CLASS: "EquivalentClasses",
        DISJOINT_WITH: "DisjointClasses",
        EQUIVALENT_PROPERTY: "EquivalentObjectProperties",
        PROPERTY_DISJOINT: "DisjointObjectProperties",
        INVERSE_OF: "InverseObjectProperties",
        SAME_AS: "SameIndividual",
        DIFFERENT_FROM: "DifferentIndividuals",
    }
)
_CHARACTERISTIC_OF: Final = MappingProxyType(
    {kind: name for name, kind in CHARACTERISTICS.items() if name != "FunctionalDataProperty"}
)
_ENTITY_OF: Final = MappingProxyType({kind: name for name, kind in DECLARED.items()})
#: Parents that make a node a subset or a type of synonyms.
ANNOTATION_PARENTS: Final = frozenset(
    {OBO_IN_OWL + "SubsetProperty", OBO_IN_OWL + "SynonymTypeProperty"}
)


def logical_axiom(statement: Statement, ontology: Node) -> Expression | None:
    """The axiom that a statement is, without its annotations; None where it is none.

    Its kind is told by the predicate alone, so that a property of data may look like a relation;
    it gives the same statement all the same. The quantifier of an edge is part of its axiom.
    """
    words = tuple(q for q in statement.qualifiers if q.predicate == QUANTIFIER)
    bare = statement.with_qualifiers(words)
    axiom = _axiom(bare)
    if axiom is None or not is_well_formed(Axiom(axiom.operator, axiom.arguments)):
        return None
    same = statement_of(Axiom(axiom.operator, axiom.arguments), ontology) == bare
    return axiom if same else None


def _axiom(statement: Statement) -> Expression | None:
    subject, predicate, value = statement.subject, statement.predicate, statement.object
    if isinstance(value, Literal):
        return None
    if predicate == AXIOM:
        return value if isinstance(value, Expression) else None
    if predicate == RDF_TYPE:
        return _typing(subject, value)
    if predicate == PROPERTY_CHAIN:
        return Expression("SubObjectPropertyOf", (value, subject))
    if predicate == SUBPROPERTY_OF and value in ANNOTATION_PARENTS:
        return Expression("SubAnnotationPropertyOf", (subject, value))
    if predicate in _BINARY:
        return Expression(_BINARY[predicate], (subject, value))
    if isinstance(value, Expression):
        if predicate == DISJOINT_UNION:
            return Expression("DisjointUnion", (subject, *value.arguments))
        if predicate == HAS_KEY:
            return _key(subject, value)
    return _restricted(statement)


def _typing(subject: Node, kind: Object) -> Expression:
    if isinstance(kind, str) and kind in _CHARACTERISTIC_OF:
        return Expression(_CHARACTERISTIC_OF[kind], (subject,))
    if isinstance(kind, str) and kind in _ENTITY_OF:
        return Expression("Declaration", (Expression(_ENTITY_OF[kind], (subject,)),))
    return Expression("ClassAssertion", (kind, subject))


def _key(subject: Node, tree: Expression) -> Expression:
    """The arguments of a HasKey: its subject, its relations, its properties of data."""
    tagged = [k for k in tree.arguments if isinstance(k, Expression) and _is_data_key(k)]
    relations = tuple(k for k in tree.arguments if k not in tagged)
    data = tuple(k.arguments[0] for k in tagged)
    return Expression(
        "HasKey", (subject, Expression("Group", relations), Expression("Group", data))
    )


def _is_data_key(key: Expression) -> bool:
    return key.operator == "DataProperty" and len(key.arguments) == 1


def _restricted(statement: Statement) -> Expression | None:
    """An edge over a relation as the restriction that it stands for."""
    word = ""
    for qualifier in statement.qualifiers:
        if word or not isinstance(qualifier.value, Literal):
            return None
        word = qualifier.value.value
    tree = restriction(statement.predicate, statement.object, word)
    return Expression("SubClassOf", (statement.subject, tree)) if tree is not None else None
