"""Hypothesis strategies: graphs of any statements, with what tables and lines find hard."""

from __future__ import annotations

from hypothesis import strategies as st

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement
from graph.vocabulary import (
    CLASS,
    DEFINITION,
    EXACT_SYNONYM,
    LABEL,
    NAMESPACE,
    OBO,
    ONTOLOGY,
    PREFIX,
    RDF_TYPE,
    SUBCLASS_OF,
    VALID_FROM,
    VALID_TO,
    XREF,
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATE_TIME,
)

NODES = (
    OBO + "T_1",
    OBO + "t#r",
    "https://w3id.org/biolink/vocab/Gene",
    "http://ex.org/a?b=c#d",
    "http://ex.org/ns/x",
    "urn:token:a%20b",
    "urn:token:plain",
    "urn:token:12",
    OBO + "t.owl",
    "urn:kgdelta:ontology",
    "bare",
    "tab\there",
    " ",
)
PREDICATES = (
    LABEL,
    DEFINITION,
    EXACT_SYNONYM,
    XREF,
    RDF_TYPE,
    SUBCLASS_OF,
    PREFIX,
    VALID_FROM,
    "https://w3id.org/biolink/vocab/publications",
    "https://w3id.org/biolink/vocab/negated",
    "https://w3id.org/biolink/vocab/p_value",
    "https://w3id.org/biolink/vocab/relation",
    "https://w3id.org/biolink/vocab/unheard_of",
    "urn:kgdelta:kgx:id",
    "urn:kgdelta:kgx:score",
    "urn:kgdelta:kgx:subject",
    "urn:kgdelta:kgx:name",
    "urn:kgdelta:kgx:kgdelta",
    "urn:kgdelta:kgx:a%20b",
    "urn:kgdelta:kgx:%09",
    "http://ex.org/ns/p",
    "urn:token:r",
    "no iri",
)
HOSTILE = st.text(
    st.sampled_from(list("ab |\"'\\,;#:{}[]<>\n\r\t\u2028\x85\x00\ufeffé🙂1.")), max_size=10
) | st.sampled_from(["", "1", "-0", "1.50", "1e5", "true", "True", "2020-01-31", "2020-01-31T10:00",
                     '"x"', '"a ""b"" c"', "a|b", '{"a":1}', '{"a":[1,{"b":null}]}', "NaN", "[]",
                     "null", "T:1", "# x", "plain"])  # fmt: skip
LITERALS = (
    st.builds(Literal, HOSTILE)
    | st.builds(lambda v, t: Literal(v, language=t), HOSTILE, st.sampled_from(["en", "de-at"]))
    | st.builds(
        Literal,
        HOSTILE,
        st.sampled_from([XSD + "integer", XSD + "double", XSD_BOOLEAN, XSD_DATE, XSD_DATE_TIME,
                         "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON", "http://ex.org/t"]),
    )
)  # fmt: skip
LEAVES = st.sampled_from([*NODES, CLASS, ONTOLOGY])
EXPRESSIONS = st.recursive(
    st.builds(lambda a, b: Expression("ObjectSomeValuesFrom", (a, b)), LEAVES, LEAVES),
    lambda inner: st.builds(
        Expression,
        st.sampled_from(["ObjectIntersectionOf", "ObjectUnionOf", "ObjectPropertyChain"]),
        st.lists(inner | LEAVES | LITERALS, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=4,
)
OBJECTS: st.SearchStrategy[Object] = LEAVES | LITERALS | EXPRESSIONS
_ONE_QUALIFIER = st.builds(Qualifier, st.sampled_from([*PREDICATES, VALID_TO]), OBJECTS)
QUALIFIERS = st.recursive(
    _ONE_QUALIFIER,
    lambda inner: st.builds(
        lambda q, qs: Qualifier(q.predicate, q.value, tuple(qs)), inner, st.lists(inner, max_size=2)
    ),
    max_leaves=3,
)
PREFIXES = st.builds(
    lambda prefix, namespace: Statement(
        OBO + "t.owl", PREFIX, Literal(prefix), (Qualifier(NAMESPACE, Literal(namespace)),)
    ),
    st.sampled_from(["ex", "biolink", "T", "urn"]),
    st.sampled_from(["http://ex.org/ns/", "https://w3id.org/biolink/vocab/", OBO]),
)
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(NODES),
    st.sampled_from(PREDICATES),
    OBJECTS,
    st.lists(QUALIFIERS, max_size=3).map(tuple),
)
GRAPHS = st.lists(STATEMENTS | PREFIXES, max_size=10)
