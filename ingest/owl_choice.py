"""Which axiom a statement is: what its predicate and the kinds of its names say, or a qualifier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from graph.axioms import is_annotation_predicate
from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.owl_axioms import (
    BINARY,
    CHARACTERISTICS,
    GROUP,
    SYMMETRIC,
    Axiom,
    is_well_formed,
    restriction,
    statement_of,
)
from graph.owl_grammar import is_complex_range
from graph.owl_kinds import DATA_PROPERTY, DECLARED, Kinds
from graph.owl_terms import (
    AXIOM,
    AXIOM_KIND,
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
    ANNOTATION_PROPERTY,
    CLASS,
    DISJOINT_WITH,
    DOMAIN,
    EQUIVALENT_CLASS,
    IMPORTS,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    OWL,
    QUANTIFIER,
    RANGE,
    RDF,
    RDF_TYPE,
    RDFS,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

_ANNOTATION: Final = "AnnotationAssertion"
_ENTITY_OF: Final = MappingProxyType({kind: name for name, kind in DECLARED.items()})
_CHARACTERISTIC_OF: Final = MappingProxyType(
    {kind: name for name, kind in CHARACTERISTICS.items() if name != "FunctionalDataProperty"}
)
_VOCABULARIES: Final = (OWL, RDF, RDFS)

_Chooser: TypeAlias = Callable[[Node, Object, Kinds], str]


def chosen(statement: Statement, kinds: Kinds, ontology: Node) -> str:
    """The axiom that a statement is without any qualifier that names one."""
    subject, predicate, value = statement.subject, statement.predicate, statement.object
    choose = _CHOOSERS.get(predicate)
    if choose is not None:
        if isinstance(value, Literal) or value == "":
            return _ANNOTATION
        return choose(subject, value, kinds)
    if isinstance(value, Literal):
        return _of_literal(subject, predicate, kinds)
    if subject == ontology or not isinstance(value, str):
        return _ANNOTATION
    return _of_edge(statement, value, kinds)


def marked(statement: Statement, name: str, kinds: Kinds, ontology: Node) -> Statement:
    """A statement with the qualifier that names its axiom, where it would be taken for another."""
    if statement.predicate == AXIOM or chosen(statement, kinds, ontology) == name:
        return statement
    return statement.with_qualifiers((*statement.qualifiers, Qualifier(AXIOM_KIND, Literal(name))))


def of_triple(statement: Statement, kinds: Kinds, ontology: Node) -> Statement:
    """What a triple of names in RDF says, with the qualifier that names its axiom if it needs one.

    There the edge A R B is never ``SubClassOf(A ObjectSomeValuesFrom(R B))``, which has a node of
    its own.
    """
    predicate = statement.predicate
    if predicate in _CHOOSERS or chosen(statement, kinds, ontology) != "SubClassOf":
        return statement
    asserted = kinds.is_only(predicate, OBJECT_PROPERTY, ANNOTATION_PROPERTY)
    name = "ObjectPropertyAssertion" if asserted else _ANNOTATION
    return marked(statement, name, kinds, ontology)


def triple_axiom(subject: Object, predicate: Node, value: Object, kinds: Kinds) -> Axiom | None:
    """The axiom of a triple whose subject or object stands for a tree."""
    names = _CHOOSERS.get(predicate)
    if names is None or predicate in (IMPORTS, AXIOM):
        return None
    if not isinstance(subject, str):
        name = names(value if isinstance(value, str) else "", subject, kinds)
        if predicate == RDF_TYPE:
            named = isinstance(value, str)
            name = _CHARACTERISTIC_OF.get(value, "") if named and isinstance(value, str) else ""
        elif predicate in (DOMAIN, RANGE):
            name = f"ObjectProperty{'Domain' if predicate == DOMAIN else 'Range'}"
        elif predicate == SUBPROPERTY_OF:
            name = "SubObjectPropertyOf"
    else:
        name = names(subject, value, kinds)
    return Axiom(name, _triple_arguments(name, predicate, subject, value))


def _triple_arguments(
    name: str, predicate: Node, subject: Object, value: Object
) -> tuple[Object, ...]:
    if name in CHARACTERISTICS:
        return (subject,)
    if name == "ClassAssertion" or predicate == PROPERTY_CHAIN:
        return (value, subject)
    if predicate == DISJOINT_UNION and isinstance(value, Expression):
        return (subject, *value.arguments)
    if predicate == HAS_KEY and isinstance(value, Expression):
        return key_arguments(subject, value)
    return (subject, value)


def axiom_of(statement: Statement, kinds: Kinds, ontology: Node) -> Axiom | None:
    """The axiom that says a statement; None where OWL has no words for it."""
    name = chosen(statement, kinds, ontology)
    for qualifier in statement.qualifiers:
        value = qualifier.value
        if qualifier.predicate != AXIOM_KIND or not isinstance(value, Literal):
            continue
        if value.value == name or qualifier.qualifiers or value != Literal(value.value):
            continue
        bare = statement.with_qualifiers(q for q in statement.qualifiers if q != qualifier)
        axiom = _built(bare, value.value, ontology)
        if axiom is not None:
            return axiom
    return _built(statement, name, ontology)


def _built(statement: Statement, name: str, ontology: Node) -> Axiom | None:
    if statement.predicate == AXIOM:
        tree = statement.object
        if not isinstance(tree, Expression):
            return None
        axiom = Axiom(tree.operator, tree.arguments, statement.qualifiers)
    else:
        made = _arguments(statement, name)
        if made is None:
            return None
        axiom = made
    if not is_well_formed(axiom):
        return None
    # An axiom is used only where it reads back as the statement, so that nothing changes its sense.
    return axiom if statement_of(axiom, ontology) == statement else None


def _arguments(statement: Statement, name: str) -> Axiom | None:
    subject, predicate, value = statement.subject, statement.predicate, statement.object
    qualifiers = statement.qualifiers
    if name in (_ANNOTATION, "ObjectPropertyAssertion", "DataPropertyAssertion"):
        return Axiom(name, (predicate, subject, value), qualifiers)
    if name == "SubClassOf" and predicate != SUBCLASS_OF:
        return _restricted(statement)
    if name == "SubObjectPropertyOf" and predicate == PROPERTY_CHAIN:
        return Axiom(name, (value, subject), qualifiers)
    if name in BINARY or name in SYMMETRIC:
        return Axiom(name, (subject, value), qualifiers)
    if name in CHARACTERISTICS:
        return Axiom(name, (subject,), qualifiers)
    if name == "ClassAssertion":
        return Axiom(name, (value, subject), qualifiers)
    if name == "Declaration":
        if not isinstance(value, str) or value not in _ENTITY_OF:
            return None
        return Axiom(name, (Expression(_ENTITY_OF[value], (subject,)),), qualifiers)
    if not isinstance(value, Expression):
        return None
    if name == "DisjointUnion":
        return Axiom(name, (subject, *value.arguments), qualifiers)
    if name == "HasKey":
        return Axiom(name, key_arguments(subject, value), qualifiers)
    return None


def _restricted(statement: Statement) -> Axiom | None:
    words = [q for q in statement.qualifiers if q.predicate == QUANTIFIER]
    word = ""
    if words:
        value = words[0].value
        if len(words) > 1 or words[0].qualifiers or not isinstance(value, Literal):
            return None
        word = value.value
        if value != Literal(word) or not word:
            return None
    tree = restriction(statement.predicate, statement.object, word)
    if tree is None:
        return None
    annotations = tuple(q for q in statement.qualifiers if q.predicate != QUANTIFIER)
    return Axiom("SubClassOf", (statement.subject, tree), annotations)


def key_arguments(subject: Object, tree: Expression) -> tuple[Object, ...]:
    """The arguments of a HasKey from its subject and the tree that says its keys."""
    objects: list[Object] = []
    data: list[Object] = []
    for key in tree.arguments:
        if isinstance(key, Expression) and key.operator == "DataProperty":
            data += key.arguments
        else:
            objects.append(key)
    groups = (Expression(GROUP, tuple(objects)), Expression(GROUP, tuple(data)))
    return (subject, *groups)


def _of_literal(subject: Node, predicate: Node, kinds: Kinds) -> str:
    if kinds.is_only(predicate, DATA_PROPERTY, ANNOTATION_PROPERTY, OBJECT_PROPERTY) and (
        subject.startswith("_:")
        or kinds.has(subject, NAMED_INDIVIDUAL)
        or not kinds.has(subject, CLASS)
    ):
        return "DataPropertyAssertion"
    return _ANNOTATION


def _of_edge(statement: Statement, value: Node, kinds: Kinds) -> str:
    subject, predicate = statement.subject, statement.predicate
    if kinds.has(predicate, OBJECT_PROPERTY):
        if kinds.is_only(subject, NAMED_INDIVIDUAL, CLASS) or "_:" in (subject[:2], value[:2]):
            return "ObjectPropertyAssertion"
        if kinds.is_only(value, NAMED_INDIVIDUAL, CLASS) and not kinds.has(subject, CLASS):
            return "ObjectPropertyAssertion"
        return "SubClassOf"
    if kinds.has(predicate, ANNOTATION_PROPERTY) or is_annotation_predicate(predicate):
        return _ANNOTATION
    if predicate.startswith(_VOCABULARIES) or "_:" in (subject[:2], value[:2]):
        return _ANNOTATION
    if any(q.predicate == QUANTIFIER for q in statement.qualifiers):
        return "SubClassOf"
    return "SubClassOf" if kinds.has(subject, CLASS) else _ANNOTATION


def _of_type(subject: Node, value: Object, kinds: Kinds) -> str:
    if not isinstance(value, str):
        return "ClassAssertion"
    if value in _ENTITY_OF:
        return "Declaration"
    name: str | None = _CHARACTERISTIC_OF.get(value)
    if name is None:
        return _ANNOTATION if value.startswith(_VOCABULARIES[0] + "Ontology") else "ClassAssertion"
    if name == "FunctionalObjectProperty" and kinds.property_kind(subject) == "Data":
        return "FunctionalDataProperty"
    return name


def _of_equivalents(subject: Node, value: Object, kinds: Kinds) -> str:
    if isinstance(value, Expression):
        return "DatatypeDefinition" if is_complex_range(value) else "EquivalentClasses"
    defined = kinds.is_datatype(subject) or (
        kinds.is_datatype(value) and not kinds.has(subject, CLASS)
    )
    return "DatatypeDefinition" if defined else "EquivalentClasses"


def _of_sub_property(subject: Node, value: Object, kinds: Kinds) -> str:
    return f"Sub{kinds.property_kind(subject, value)}PropertyOf"


def _of_domain(subject: Node, value: Object, kinds: Kinds) -> str:
    kind = kinds.property_kind(subject)
    if kind == "Annotation" and isinstance(value, Expression):
        kind = "Object"
    return f"{kind}PropertyDomain"


def _of_range(subject: Node, value: Object, kinds: Kinds) -> str:
    kind = kinds.property_kind(subject)
    if isinstance(value, Expression):
        kind = "Data" if is_complex_range(value) else "Object"
    elif kind == "Object" and not kinds.has(subject, OBJECT_PROPERTY) and kinds.is_datatype(value):
        kind = "Data"
    return f"{kind}PropertyRange"


def _data_or_object(before: str) -> _Chooser:
    def choose(subject: Node, value: Object, kinds: Kinds) -> str:
        kind = kinds.property_kind(subject, value)
        return f"{before}{'Data' if kind == 'Data' else 'Object'}Properties"

    return choose


def _always(name: str) -> _Chooser:
    def choose(subject: Node, value: Object, kinds: Kinds) -> str:
        del subject, value, kinds  # the predicate alone decides
        return name

    return choose


_CHOOSERS: Final[Mapping[Node, _Chooser]] = MappingProxyType(
    {
        RDF_TYPE: _of_type,
        SUBCLASS_OF: _always("SubClassOf"),
        SUBPROPERTY_OF: _of_sub_property,
        DOMAIN: _of_domain,
        RANGE: _of_range,
        EQUIVALENT_CLASS: _of_equivalents,
        DISJOINT_WITH: _always("DisjointClasses"),
        EQUIVALENT_PROPERTY: _data_or_object("Equivalent"),
        PROPERTY_DISJOINT: _data_or_object("Disjoint"),
        INVERSE_OF: _always("InverseObjectProperties"),
        SAME_AS: _always("SameIndividual"),
        DIFFERENT_FROM: _always("DifferentIndividuals"),
        PROPERTY_CHAIN: _always("SubObjectPropertyOf"),
        HAS_KEY: _always("HasKey"),
        DISJOINT_UNION: _always("DisjointUnion"),
        IMPORTS: _always(_ANNOTATION),
        AXIOM: _always(""),
    }
)
