"""The names that axioms use, by kind: what OWL tools call the signature of an ontology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.owl_axioms import CHARACTERISTICS, Axiom

_CLASS: Final = "Class"
_OBJECT: Final = "ObjectProperty"
_DATA: Final = "DataProperty"
_RANGE: Final = "Datatype"
_ONE: Final = "NamedIndividual"
_NOTE: Final = "AnnotationProperty"
_IRI: Final = ""

#: Kinds of the parts of axioms and trees; the last one is that of all further parts.
PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "SubClassOf": (_CLASS,),
        "EquivalentClasses": (_CLASS,),
        "DisjointClasses": (_CLASS,),
        "DisjointUnion": (_CLASS,),
        "ClassAssertion": (_CLASS, _ONE),
        "SameIndividual": (_ONE,),
        "DifferentIndividuals": (_ONE,),
        "ObjectPropertyAssertion": (_OBJECT, _ONE),
        "NegativeObjectPropertyAssertion": (_OBJECT, _ONE),
        "DataPropertyAssertion": (_DATA, _ONE),
        "NegativeDataPropertyAssertion": (_DATA, _ONE),
        "EquivalentObjectProperties": (_OBJECT,),
        "DisjointObjectProperties": (_OBJECT,),
        "InverseObjectProperties": (_OBJECT,),
        "SubObjectPropertyOf": (_OBJECT,),
        "ObjectPropertyDomain": (_OBJECT, _CLASS),
        "ObjectPropertyRange": (_OBJECT, _CLASS),
        "EquivalentDataProperties": (_DATA,),
        "DisjointDataProperties": (_DATA,),
        "SubDataPropertyOf": (_DATA,),
        "DataPropertyDomain": (_DATA, _CLASS),
        "DataPropertyRange": (_DATA, _RANGE),
        "DatatypeDefinition": (_RANGE,),
        "SubAnnotationPropertyOf": (_NOTE,),
        "AnnotationPropertyDomain": (_NOTE, _IRI),
        "AnnotationPropertyRange": (_NOTE, _IRI),
        "AnnotationAssertion": (_NOTE, _IRI),
        "HasKey": (_CLASS, _OBJECT, _DATA),
        "ObjectIntersectionOf": (_CLASS,),
        "ObjectUnionOf": (_CLASS,),
        "ObjectComplementOf": (_CLASS,),
        "ObjectOneOf": (_ONE,),
        "ObjectSomeValuesFrom": (_OBJECT, _CLASS),
        "ObjectAllValuesFrom": (_OBJECT, _CLASS),
        "ObjectHasValue": (_OBJECT, _ONE),
        "ObjectHasSelf": (_OBJECT,),
        "ObjectInverseOf": (_OBJECT,),
        "ObjectPropertyChain": (_OBJECT,),
        "DataSomeValuesFrom": (_DATA, _RANGE),
        "DataAllValuesFrom": (_DATA, _RANGE),
        "DataHasValue": (_DATA,),
        "DataIntersectionOf": (_RANGE,),
        "DataUnionOf": (_RANGE,),
        "DataComplementOf": (_RANGE,),
        "DatatypeRestriction": (_RANGE, _IRI),
        "ClassAtom": (_CLASS, _ONE),
        "DataRangeAtom": (_RANGE, _ONE),
        "ObjectPropertyAtom": (_OBJECT, _ONE),
        "DataPropertyAtom": (_DATA, _ONE),
        **{f"Object{word}Cardinality": (_IRI, _OBJECT, _CLASS) for word in ("Min", "Max", "Exact")},
        **{f"Data{word}Cardinality": (_IRI, _DATA, _RANGE) for word in ("Min", "Max", "Exact")},
        **dict.fromkeys(CHARACTERISTICS, (_OBJECT,)),
        "FunctionalDataProperty": (_DATA,),
        **{kind: (kind,) for kind in (_CLASS, _OBJECT, _DATA, _RANGE, _ONE, _NOTE)},
    }
)


def signature(axioms: Iterable[Axiom]) -> dict[str, set[Node]]:
    """The names that axioms use, by the kind that a declaration would give them."""
    found: dict[str, set[Node]] = {
        kind: set() for kind in (_NOTE, _OBJECT, _DATA, _RANGE, _CLASS, _ONE, _IRI)
    }
    for axiom in axioms:
        _gather(axiom.operator, axiom.arguments, found)
        for qualifier in axiom.annotations:
            gather_annotation(qualifier, found)
    return found


def gather_annotation(qualifier: Qualifier, found: dict[str, set[Node]]) -> None:
    """Add the names that an annotation uses."""
    found[_NOTE].add(qualifier.predicate)
    if isinstance(qualifier.value, Literal):
        found[_RANGE].add(qualifier.value.datatype)
    for inner in qualifier.qualifiers:
        gather_annotation(inner, found)


def _gather(name: str, parts: tuple[Object, ...], found: dict[str, set[Node]]) -> None:
    kinds = PARTS.get(name, (_IRI,))
    for index, part in enumerate(parts):
        kind = kinds[min(index, len(kinds) - 1)]
        if isinstance(part, Expression):
            if part.operator in PARTS:
                _gather(part.operator, part.arguments, found)
            else:
                # A group of properties, or the body of a rule: its parts are of the kind it has.
                _gather(kind or part.operator, part.arguments, found)
        elif isinstance(part, Literal):
            if not name.endswith("Cardinality"):
                found[_RANGE].add(part.datatype)
        elif not part.startswith("_:"):
            found[kind].add(part)
