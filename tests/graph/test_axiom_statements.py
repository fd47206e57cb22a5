"""Statements as axioms: each goes back to the statement that it came from."""

from __future__ import annotations

import pytest

from graph.axiom_statements import logical_axiom
from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement
from graph.owl_axioms import Axiom, is_well_formed, statement_of
from graph.vocabulary import COMMENT, LABEL, OBO_IN_OWL, QUANTIFIER, SUBCLASS_OF, XSD_COUNT

ONTOLOGY = "http://ex.org/o"
A, B, R, S, X = (f"{ONTOLOGY}#{name}" for name in "ABRSX")


def tree(operator: str, *arguments: Object) -> Expression:
    return Expression(operator, arguments)


SOME = tree("ObjectSomeValuesFrom", R, B)
ONLY = tree("ObjectAllValuesFrom", R, B)
TWO = tree("ObjectExactCardinality", Literal("2", XSD_COUNT), R, B)
CASES = [
    tree("SubClassOf", A, B),
    tree("SubClassOf", A, SOME),
    tree("SubClassOf", A, ONLY),
    tree("SubClassOf", A, TWO),
    tree("SubClassOf", A, tree("ObjectIntersectionOf", B, SOME)),
    tree("SubClassOf", SOME, A),
    tree("EquivalentClasses", A, tree("ObjectIntersectionOf", B, SOME)),
    tree("EquivalentClasses", A, B, SOME),
    tree("DisjointClasses", A, B),
    tree("DisjointUnion", A, SOME, B),
    tree("SubObjectPropertyOf", R, S),
    tree("SubObjectPropertyOf", tree("ObjectPropertyChain", R, S), R),
    tree("EquivalentObjectProperties", R, S),
    tree("DisjointObjectProperties", R, S),
    tree("InverseObjectProperties", R, S),
    tree("ObjectPropertyDomain", R, A),
    tree("ObjectPropertyRange", R, tree("ObjectUnionOf", A, B)),
    tree("TransitiveObjectProperty", R),
    tree("FunctionalObjectProperty", R),
    tree("HasKey", A, tree("Group", R), tree("Group", S)),
    tree("ClassAssertion", A, X),
    tree("ClassAssertion", SOME, X),
    tree("Declaration", tree("Class", A)),
    tree("SameIndividual", A, X),
    tree("DifferentIndividuals", A, X),
    tree("NegativeObjectPropertyAssertion", R, A, X),
    tree("SubAnnotationPropertyOf", R, OBO_IN_OWL + "SubsetProperty"),
]


@pytest.mark.parametrize("axiom", CASES, ids=str)
def test_an_axiom_comes_back(axiom: Expression) -> None:
    note = Qualifier(COMMENT, Literal("why"))
    whole = Axiom(axiom.operator, axiom.arguments, (note,))
    assert is_well_formed(whole)
    assert logical_axiom(statement_of(whole, ONTOLOGY), ONTOLOGY) == axiom


@pytest.mark.parametrize(
    "statement",
    [
        Statement(A, LABEL, Literal("a")),
        Statement(A, SUBCLASS_OF, Literal("b")),
        Statement(A, SUBCLASS_OF, tree("ObjectPropertyChain", R, S)),
        Statement(A, R, B, (Qualifier(QUANTIFIER, Literal("many")),)),
    ],
    ids=["a label", "a text as parent", "a chain as parent", "an unknown quantifier"],
)
def test_what_is_no_axiom_is_none(statement: Statement) -> None:
    assert logical_axiom(statement, ONTOLOGY) is None
