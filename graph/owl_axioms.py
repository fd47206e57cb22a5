"""Axioms of OWL 2 as statements: the one place that says which axiom is which statement.

An axiom with a named subject and a predicate of OWL's RDF mapping is that triple, its class
expressions as trees; ``SubClassOf(A ObjectSomeValuesFrom(R B))`` over names is the edge A R B;
every other axiom is the object of ``urn:kgdelta:axiom``, on its named subject or on the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement, encode_object
from graph.owl_grammar import (
    is_chain,
    is_class,
    is_count,
    is_data_range,
    is_individual,
    is_iri,
    is_literal,
    is_object_property,
)
from graph.owl_kinds import DECLARED
from graph.owl_terms import (
    AXIOM,
    DIFFERENT_FROM,
    DISJOINT_UNION,
    EQUIVALENT_PROPERTY,
    HAS_KEY,
    INVERSE_OF,
    LOGICAL_PREDICATES,
    PROPERTY_CHAIN,
    PROPERTY_DISJOINT,
    SAME_AS,
)
from graph.vocabulary import (
    DISJOINT_WITH,
    DOMAIN,
    EQUIVALENT_CLASS,
    OWL,
    QUANTIFIER,
    RANGE,
    RDF_TYPE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    XSD_COUNT,
)

Judge: TypeAlias = Callable[[Object], bool]

#: Operator of a bare list in parentheses, which only HasKey has.
GROUP: Final = "Group"


@dataclass(frozen=True, slots=True)
class Axiom:
    """An axiom in functional syntax: operator, arguments, annotations."""

    operator: str
    arguments: tuple[Object, ...]
    annotations: tuple[Qualifier, ...] = ()


#: Axioms that relate their first argument to their second.
BINARY: Final[Mapping[str, tuple[Node, Judge, Judge]]] = MappingProxyType(
    {
        "SubClassOf": (SUBCLASS_OF, is_class, is_class),
        "SubObjectPropertyOf": (SUBPROPERTY_OF, is_object_property, is_object_property),
        "SubDataPropertyOf": (SUBPROPERTY_OF, is_iri, is_iri),
        "SubAnnotationPropertyOf": (SUBPROPERTY_OF, is_iri, is_iri),
        "ObjectPropertyDomain": (DOMAIN, is_object_property, is_class),
        "DataPropertyDomain": (DOMAIN, is_iri, is_class),
        "AnnotationPropertyDomain": (DOMAIN, is_iri, is_iri),
        "ObjectPropertyRange": (RANGE, is_object_property, is_class),
        "DataPropertyRange": (RANGE, is_iri, is_data_range),
        "AnnotationPropertyRange": (RANGE, is_iri, is_iri),
        "DatatypeDefinition": (EQUIVALENT_CLASS, is_iri, is_data_range),
    }
)
#: Axioms over a set of one sort.
SYMMETRIC: Final[Mapping[str, tuple[Node, Judge]]] = MappingProxyType(
    {
        "EquivalentClasses": (EQUIVALENT_CLASS, is_class),
        "DisjointClasses": (DISJOINT_WITH, is_class),
        "EquivalentObjectProperties": (EQUIVALENT_PROPERTY, is_object_property),
        "EquivalentDataProperties": (EQUIVALENT_PROPERTY, is_iri),
        "DisjointObjectProperties": (PROPERTY_DISJOINT, is_object_property),
        "DisjointDataProperties": (PROPERTY_DISJOINT, is_iri),
        "InverseObjectProperties": (INVERSE_OF, is_object_property),
        "SameIndividual": (SAME_AS, is_individual),
        "DifferentIndividuals": (DIFFERENT_FROM, is_individual),
    }
)
#: Axioms about one property that RDF says by a type.
CHARACTERISTICS: Final[Mapping[str, Node]] = MappingProxyType(
    {
        "FunctionalObjectProperty": OWL + "FunctionalProperty",
        "FunctionalDataProperty": OWL + "FunctionalProperty",
        "InverseFunctionalObjectProperty": OWL + "InverseFunctionalProperty",
        "ReflexiveObjectProperty": OWL + "ReflexiveProperty",
        "IrreflexiveObjectProperty": OWL + "IrreflexiveProperty",
        "SymmetricObjectProperty": OWL + "SymmetricProperty",
        "AsymmetricObjectProperty": OWL + "AsymmetricProperty",
        "TransitiveObjectProperty": OWL + "TransitiveProperty",
    }
)
#: Axioms that only a tree can say; their second argument is their subject.
NEGATIVE: Final = ("NegativeObjectPropertyAssertion", "NegativeDataPropertyAssertion")
_ATOMS: Final = frozenset(
    {
        "ClassAtom",
        "DataRangeAtom",
        "ObjectPropertyAtom",
        "DataPropertyAtom",
        "BuiltInAtom",
        "SameIndividualAtom",
        "DifferentIndividualsAtom",
    }
)

_CARDINALITY_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ObjectMinCardinality": "min",
        "ObjectMaxCardinality": "max",
        "ObjectExactCardinality": "exactly",
    }
)
_BY_WORD: Final = MappingProxyType({word: name for name, word in _CARDINALITY_WORDS.items()})
_COUNTED: Final = re.compile("(min|max|exactly) (0|[1-9][0-9]*)")


def is_well_formed(axiom: Axiom) -> bool:
    """Whether the arguments of an axiom are of the sorts that OWL asks for."""
    name, arguments = axiom.operator, axiom.arguments
    size = len(arguments)
    if not all(map(_is_annotation, axiom.annotations)):
        return False
    if name == "AnnotationAssertion":
        return size == 3 and _is_annotation_assertion(arguments)
    if name in BINARY:
        _, first, second = BINARY[name]
        chained = name == "SubObjectPropertyOf" and size == 2 and is_chain(arguments[0])
        return size == 2 and (chained or first(arguments[0])) and second(arguments[1])
    if name in SYMMETRIC:
        judge = SYMMETRIC[name][1]
        many = size >= 2 and (size == 2 or name != "InverseObjectProperties")
        return many and all(map(judge, arguments))
    if name in CHARACTERISTICS:
        judge = is_iri if name == "FunctionalDataProperty" else is_object_property
        return size == 1 and judge(arguments[0])
    other = _OTHERS.get(name)
    return other is not None and other(arguments)


def _is_annotation(qualifier: Qualifier) -> bool:
    return (
        is_iri(qualifier.predicate)
        and (is_individual(qualifier.value) or is_literal(qualifier.value))
        and all(map(_is_annotation, qualifier.qualifiers))
    )


def _is_annotation_assertion(arguments: tuple[Object, ...]) -> bool:
    relation, subject, value = arguments
    return (
        is_iri(relation) and is_individual(subject) and (is_individual(value) or is_literal(value))
    )


def _is_declaration(arguments: tuple[Object, ...]) -> bool:
    return (
        len(arguments) == 1
        and isinstance(arguments[0], Expression)
        and arguments[0].operator in DECLARED
        and len(arguments[0].arguments) == 1
        and is_iri(arguments[0].arguments[0])
    )


def _is_key(arguments: tuple[Object, ...]) -> bool:
    if len(arguments) != 3 or not is_class(arguments[0]):
        return False
    judges = (is_object_property, is_iri)
    found = 0
    for group, judge in zip(arguments[1:], judges, strict=True):
        if not isinstance(group, Expression) or group.operator != GROUP:
            return False
        if not all(map(judge, group.arguments)):
            return False
        found += len(group.arguments)
    return found > 0


def _is_rule(arguments: tuple[Object, ...]) -> bool:
    return [part.operator for part in arguments if isinstance(part, Expression)] == [
        "Body",
        "Head",
    ] and all(
        isinstance(atom, Expression) and atom.operator in _ATOMS and _is_atom(atom)
        for part in arguments
        if isinstance(part, Expression)
        for atom in part.arguments
    )


def _is_atom(atom: Expression) -> bool:
    terms = atom.arguments
    if atom.operator in ("ClassAtom", "DataRangeAtom"):
        judge = is_class if atom.operator == "ClassAtom" else is_data_range
        return len(terms) == 2 and judge(terms[0]) and _is_term(terms[1])
    if atom.operator in ("ObjectPropertyAtom", "DataPropertyAtom"):
        return len(terms) == 3 and is_object_property(terms[0]) and all(map(_is_term, terms[1:]))
    if atom.operator == "BuiltInAtom":
        return len(terms) >= 2 and is_iri(terms[0]) and all(map(_is_term, terms[1:]))
    return len(terms) == 2 and all(map(_is_term, terms))


def _is_term(value: Object) -> bool:
    if isinstance(value, Expression):
        return (
            value.operator == "Variable"
            and len(value.arguments) == 1
            and is_iri(value.arguments[0])
        )
    return is_individual(value) or is_literal(value)


_OTHERS: Final[Mapping[str, Callable[[tuple[Object, ...]], bool]]] = MappingProxyType(
    {
        "Declaration": _is_declaration,
        "DisjointUnion": lambda a: len(a) > 1 and is_iri(a[0]) and all(map(is_class, a[1:])),
        "ClassAssertion": lambda a: len(a) == 2 and is_class(a[0]) and is_individual(a[1]),
        "ObjectPropertyAssertion": lambda a: (
            len(a) == 3 and is_object_property(a[0]) and all(map(is_individual, a[1:]))
        ),
        "DataPropertyAssertion": lambda a: (
            len(a) == 3 and is_iri(a[0]) and is_individual(a[1]) and is_literal(a[2])
        ),
        "NegativeObjectPropertyAssertion": lambda a: (
            len(a) == 3 and is_object_property(a[0]) and all(map(is_individual, a[1:]))
        ),
        "NegativeDataPropertyAssertion": lambda a: (
            len(a) == 3 and is_iri(a[0]) and is_individual(a[1]) and is_literal(a[2])
        ),
        "HasKey": _is_key,
        "DLSafeRule": _is_rule,
    }
)


def statement_of(axiom: Axiom, ontology: Node) -> Statement:
    """The statement of a well-formed axiom, before any qualifier that names the axiom."""
    name, arguments = axiom.operator, axiom.arguments
    special = _SPECIAL.get(name)
    if special is not None:
        said = special(arguments)
    elif name in SYMMETRIC:
        said = _of_set(name, arguments)
    elif name in CHARACTERISTICS:
        said = (arguments[0], RDF_TYPE, CHARACTERISTICS[name])
    elif name == "SubClassOf":
        return _of_subclass(axiom, ontology)
    elif name in BINARY:
        said = (arguments[0], BINARY[name][0], arguments[1])
    else:
        said = None
    if said is None or not isinstance(said[0], str):
        whole = said[2] if said is not None and said[1] == AXIOM else Expression(name, arguments)
        return Statement(ontology, AXIOM, whole, axiom.annotations)
    return Statement(said[0], said[1], said[2], axiom.annotations)


_Said: TypeAlias = tuple[Object, Node, Object]


def _of_set(name: str, arguments: tuple[Object, ...]) -> _Said | None:
    if len(arguments) != 2:
        return None
    # A stable sort: a name comes before a tree, and two names keep their order.
    first, second = sorted(arguments, key=lambda part: not isinstance(part, str))
    return (first, SYMMETRIC[name][0], second)


def _of_subclass(axiom: Axiom, ontology: Node) -> Statement:
    name, above = axiom.arguments
    if not isinstance(name, str):
        tree = Expression("SubClassOf", axiom.arguments)
        return Statement(ontology, AXIOM, tree, axiom.annotations)
    quantified = any(q.predicate == QUANTIFIER for q in axiom.annotations)
    if isinstance(above, Expression) and not quantified:
        edge = _edge(above)
        if edge is not None:
            relation, target, word = edge
            quantifier = (Qualifier(QUANTIFIER, Literal(word)),) if word else ()
            return Statement(name, relation, target, (*axiom.annotations, *quantifier))
    return Statement(name, SUBCLASS_OF, above, axiom.annotations)


def _edge(above: Expression) -> tuple[Node, Node, str] | None:
    """The relation, the target and the quantifier's word of a restriction over names."""
    parts = above.arguments
    word = ""
    if above.operator in _CARDINALITY_WORDS:
        number = parts[0]
        if len(parts) != 3 or not isinstance(number, Literal) or not is_count(number):
            return None
        word = f"{_CARDINALITY_WORDS[above.operator]} {number.value}"
        parts = parts[1:]
    elif above.operator == "ObjectAllValuesFrom":
        word = "only"
    elif above.operator != "ObjectSomeValuesFrom":
        return None
    relation, target = parts
    if not isinstance(relation, str) or not isinstance(target, str):
        return None
    return None if relation in LOGICAL_PREDICATES else (relation, target, word)


def restriction(relation: Node, target: Object, word: str) -> Expression | None:
    """The restriction of an edge with a quantifier's word; None where there is none such."""
    if word in ("", "only"):
        return Expression(
            "ObjectAllValuesFrom" if word else "ObjectSomeValuesFrom", (relation, target)
        )
    counted = _COUNTED.fullmatch(word)
    if counted is None:
        return None
    return Expression(_BY_WORD[counted[1]], (Literal(counted[2], XSD_COUNT), relation, target))


def _of_declaration(arguments: tuple[Object, ...]) -> _Said | None:
    entity = arguments[0]
    if not isinstance(entity, Expression):
        return None
    return (entity.arguments[0], RDF_TYPE, DECLARED[entity.operator])


def _of_assertion(arguments: tuple[Object, ...]) -> _Said | None:
    relation, subject, value = arguments
    said = isinstance(relation, str) and relation != AXIOM
    return (subject, str(relation), value) if said else None


def _of_sub_property(arguments: tuple[Object, ...]) -> _Said | None:
    below, above = arguments
    if isinstance(below, Expression) and below.operator == "ObjectPropertyChain":
        return (above, PROPERTY_CHAIN, below)
    return (below, SUBPROPERTY_OF, above)


def _of_key(arguments: tuple[Object, ...]) -> _Said | None:
    keyed, objects, data = arguments
    if not isinstance(objects, Expression) or not isinstance(data, Expression):
        return None
    tagged = (Expression("DataProperty", (one,)) for one in data.arguments)
    keys = sorted({*objects.arguments, *tagged}, key=encode_object)
    return (keyed, HAS_KEY, Expression("HasKey", tuple(keys)))


def _of_union(arguments: tuple[Object, ...]) -> _Said | None:
    return (arguments[0], DISJOINT_UNION, Expression("ObjectUnionOf", arguments[1:]))


def _of_rule(arguments: tuple[Object, ...]) -> _Said:
    """The atoms of a rule are a set."""
    parts = (
        Expression(part.operator, tuple(sorted(set(part.arguments), key=encode_object)))
        for part in arguments
        if isinstance(part, Expression)
    )
    return (Expression("", ()), AXIOM, Expression("DLSafeRule", tuple(parts)))


def _of_negative(name: str) -> Callable[[tuple[Object, ...]], _Said | None]:
    return lambda arguments: (arguments[1], AXIOM, Expression(name, arguments))


_SPECIAL: Final[Mapping[str, Callable[[tuple[Object, ...]], _Said | None]]] = MappingProxyType(
    {
        "Declaration": _of_declaration,
        "AnnotationAssertion": _of_assertion,
        "ObjectPropertyAssertion": _of_assertion,
        "DataPropertyAssertion": _of_assertion,
        "ClassAssertion": lambda a: (a[1], RDF_TYPE, a[0]),
        "SubObjectPropertyOf": _of_sub_property,
        "HasKey": _of_key,
        "DisjointUnion": _of_union,
        "DLSafeRule": _of_rule,
        **{name: _of_negative(name) for name in NEGATIVE},
    }
)

#: All axioms.
AXIOMS: Final = (*BINARY, *SYMMETRIC, *CHARACTERISTICS, "AnnotationAssertion", *_OTHERS)
