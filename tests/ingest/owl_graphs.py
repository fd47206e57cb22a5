"""Hypothesis strategies: ontologies of well-formed axioms of every sort."""

from __future__ import annotations

from hypothesis import strategies as st

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement
from graph.owl_axioms import GROUP, Axiom, is_well_formed, statement_of
from graph.owl_kinds import DECLARED, Kinds
from graph.vocabulary import LABEL, ONTOLOGY, RDF_TYPE, XSD, XSD_COUNT, XSD_STRING
from ingest.owl_choice import marked

ONTO = "http://ex.org/o"
CLASSES = [f"{ONTO}#{name}" for name in "ABC"]
OBJECTS = [f"{ONTO}#{name}" for name in ("r", "s")]
DATAS = [f"{ONTO}#d", f"{ONTO}#e"]
NOTES = [LABEL, f"{ONTO}#note"]
ONES = [f"{ONTO}#i", f"{ONTO}#j", "_:x"]
DATATYPES = [f"{ONTO}#dt", XSD + "integer", XSD_STRING]

TEXTS = st.text(st.sampled_from(list('ab "\\\n\t)(#<>:^@é🙂')), max_size=8)
LITERALS = (
    st.builds(Literal, TEXTS)
    | st.builds(lambda v, t: Literal(v, language=t), TEXTS, st.sampled_from(["en", "de-at"]))
    | st.builds(Literal, TEXTS, st.sampled_from([XSD + "integer", XSD_COUNT, f"{ONTO}#dt"]))
)
COUNTS = st.sampled_from("0123").map(lambda text: Literal(text, XSD_COUNT))


def tree(name: str, *parts: st.SearchStrategy[Object]) -> st.SearchStrategy[Expression]:
    return st.tuples(*parts).map(lambda made: Expression(name, made))


def trees(
    names: list[str], part: st.SearchStrategy[Object], least: int = 1
) -> st.SearchStrategy[Expression]:
    return st.builds(
        Expression, st.sampled_from(names), st.lists(part, min_size=least, max_size=3).map(tuple)
    )


def any_of(names: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


INVERSES = tree("ObjectInverseOf", any_of(OBJECTS))
RELATIONS: st.SearchStrategy[Object] = any_of(OBJECTS) | INVERSES
FACETS = tree("DatatypeRestriction", any_of(DATATYPES), st.just(XSD + "minInclusive"), LITERALS)
RANGES: st.SearchStrategy[Object] = st.recursive(
    any_of(DATATYPES) | FACETS | trees(["DataOneOf"], LITERALS),
    lambda inner: (
        trees(["DataIntersectionOf", "DataUnionOf"], inner) | tree("DataComplementOf", inner)
    ),
    max_leaves=3,
)


def _classes(inner: st.SearchStrategy[Object]) -> st.SearchStrategy[Object]:
    quantified = [f"Object{word}ValuesFrom" for word in ("Some", "All")]
    counted = [f"Object{word}Cardinality" for word in ("Min", "Max", "Exact")]
    return st.one_of(
        trees(["ObjectIntersectionOf", "ObjectUnionOf"], inner),
        tree("ObjectComplementOf", inner),
        st.one_of(*(tree(name, RELATIONS, inner) for name in quantified)),
        st.one_of(*(tree(name, COUNTS, RELATIONS, inner) for name in counted)),
    )


CLASS_TREES = st.recursive(
    any_of(CLASSES)
    | trees(["ObjectOneOf"], any_of(ONES))
    | tree("ObjectHasValue", RELATIONS, any_of(ONES))
    | tree("ObjectHasSelf", RELATIONS)
    | tree("ObjectMinCardinality", COUNTS, RELATIONS)
    | tree("DataSomeValuesFrom", any_of(DATAS), RANGES)
    | tree("DataHasValue", any_of(DATAS), LITERALS)
    | tree("DataMaxCardinality", COUNTS, any_of(DATAS))
    | tree("DataExactCardinality", COUNTS, any_of(DATAS), RANGES),
    _classes,
    max_leaves=5,
)
VALUES: st.SearchStrategy[Object] = LITERALS | any_of([*CLASSES, *ONES])
ANNOTATIONS = st.recursive(
    st.builds(Qualifier, any_of(NOTES), VALUES),
    lambda inner: st.builds(
        Qualifier, any_of(NOTES), VALUES, st.lists(inner, max_size=2).map(tuple)
    ),
    max_leaves=3,
)


def _axioms(name: str, *parts: st.SearchStrategy[Object]) -> st.SearchStrategy[Axiom]:
    return st.tuples(*parts).map(lambda made: Axiom(name, made))


def _sets(name: str, part: st.SearchStrategy[Object]) -> st.SearchStrategy[Axiom]:
    return st.lists(part, min_size=2, max_size=4, unique=True).map(
        lambda made: Axiom(name, tuple(made))
    )


def _group(part: st.SearchStrategy[Object]) -> st.SearchStrategy[Expression]:
    return st.lists(part, min_size=1, max_size=2, unique=True).map(
        lambda made: Expression(GROUP, tuple(made))
    )


VARIABLES = any_of([f"{ONTO}#x", f"{ONTO}#y"]).map(lambda x: Expression("Variable", (x,)))
ATOMS = tree("ClassAtom", CLASS_TREES, VARIABLES) | tree(
    "ObjectPropertyAtom", RELATIONS, VARIABLES, VARIABLES
)

#: Axioms that RDF has triples for that are read as the same axiom again.
MAPPED = st.one_of(
    _axioms("SubClassOf", CLASS_TREES, CLASS_TREES),
    _axioms("SubClassOf", any_of(CLASSES), CLASS_TREES),
    _axioms("DisjointUnion", any_of(CLASSES), CLASS_TREES, CLASS_TREES),
    _axioms("ClassAssertion", CLASS_TREES, any_of(ONES)),
    _sets("DisjointClasses", CLASS_TREES),
    _sets("DifferentIndividuals", any_of(ONES)),
    _sets("DisjointObjectProperties", any_of(OBJECTS)),
    _axioms("EquivalentClasses", any_of(CLASSES), CLASS_TREES),
    _axioms("SubObjectPropertyOf", RELATIONS, RELATIONS),
    _axioms(
        "SubObjectPropertyOf",
        st.lists(RELATIONS, min_size=2, max_size=3).map(
            lambda made: Expression("ObjectPropertyChain", tuple(made))
        ),
        any_of(OBJECTS),
    ),
    _axioms("SubDataPropertyOf", any_of(DATAS), any_of(DATAS)),
    _axioms("SubAnnotationPropertyOf", any_of(NOTES), any_of(NOTES)),
    _axioms("InverseObjectProperties", any_of(OBJECTS), any_of(OBJECTS)),
    _axioms("ObjectPropertyDomain", RELATIONS, CLASS_TREES),
    _axioms("ObjectPropertyRange", RELATIONS, CLASS_TREES),
    _axioms("DataPropertyDomain", any_of(DATAS), CLASS_TREES),
    _axioms("DataPropertyRange", any_of(DATAS), RANGES),
    _axioms("DatatypeDefinition", any_of(DATATYPES[:1]), RANGES),
    _axioms("TransitiveObjectProperty", RELATIONS),
    _axioms("FunctionalDataProperty", any_of(DATAS)),
    _axioms("FunctionalObjectProperty", RELATIONS),
    _axioms("HasKey", CLASS_TREES, _group(RELATIONS), _group(any_of(DATAS))),
    _axioms("NegativeObjectPropertyAssertion", RELATIONS, any_of(ONES), any_of(ONES)),
    _axioms("NegativeDataPropertyAssertion", any_of(DATAS), any_of(ONES), LITERALS),
    _axioms("ObjectPropertyAssertion", any_of(OBJECTS), any_of(ONES), any_of(ONES)),
    _axioms("DataPropertyAssertion", any_of(DATAS), any_of(ONES), LITERALS),
    _axioms("AnnotationAssertion", any_of(NOTES), any_of([*CLASSES, *ONES]), VALUES),
)
#: Further axioms, which RDF says in another way or not at all.
UNMAPPED = st.one_of(
    _sets("EquivalentClasses", CLASS_TREES),
    _sets("SameIndividual", any_of(ONES)),
    _sets("EquivalentObjectProperties", RELATIONS),
    _axioms("ObjectPropertyAssertion", RELATIONS, any_of(ONES), any_of(ONES)),
    _axioms(
        "DLSafeRule",
        st.lists(ATOMS, max_size=2).map(lambda made: Expression("Body", tuple(made))),
        st.lists(ATOMS, min_size=1, max_size=2).map(lambda made: Expression("Head", tuple(made))),
    ),
    _axioms("AnnotationAssertion", any_of(OBJECTS), any_of(CLASSES), any_of(CLASSES)),
    _axioms(
        "SubClassOf", any_of(CLASSES), tree("ObjectSomeValuesFrom", any_of(NOTES), CLASS_TREES)
    ),
)
DECLARATIONS = [
    Statement(name, RDF_TYPE, DECLARED[kind])
    for kind, names in (
        ("Class", CLASSES),
        ("ObjectProperty", OBJECTS),
        ("DataProperty", DATAS),
        ("AnnotationProperty", NOTES),
        ("NamedIndividual", ONES[:2]),
        ("Datatype", DATATYPES[:1]),
    )
    for name in names
]
HEADER = [Statement(ONTO, RDF_TYPE, ONTOLOGY), *DECLARATIONS]
KINDS = Kinds.among(DECLARATIONS)


def said(axiom: Axiom, annotations: tuple[Qualifier, ...] = ()) -> Statement:
    """The statement of an axiom in an ontology that declares all names."""
    assert is_well_formed(axiom), axiom
    whole = Axiom(axiom.operator, axiom.arguments, annotations)
    return marked(statement_of(whole, ONTO), axiom.operator, KINDS, ONTO)


def statements(axioms: st.SearchStrategy[Axiom]) -> st.SearchStrategy[Statement]:
    return st.builds(said, axioms, st.lists(ANNOTATIONS, max_size=2).map(tuple))
