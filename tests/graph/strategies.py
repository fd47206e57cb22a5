"""Hypothesis strategies for terms, statements and deltas, hostile text included."""

from __future__ import annotations

from hypothesis import strategies as st

from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import EXACT_SYNONYM, LABEL, SUBCLASS_OF, XREF, XSD_BOOLEAN

NODES = tuple(f"urn:n:{letter}" for letter in "abcdef")
PREDICATES = (LABEL, EXACT_SYNONYM, SUBCLASS_OF, "urn:p:part_of")
TEXTS = (
    "mass",
    "MASS",
    "Straße",
    "STRASSE",
    "",
    'quo"te\\',
    "line\nbreak\x00end",
    "\u00e9",
    "e\u0301",
)

nodes = st.sampled_from(NODES)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
any_iri = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="<>"), min_size=1, max_size=12
)
literals = st.one_of(
    st.sampled_from(TEXTS).map(Literal),
    st.builds(Literal, any_text, language=st.sampled_from(("", "en", "de-AT"))),
    st.just(Literal("true", XSD_BOOLEAN)),
)


def expressions(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[Expression]:
    """Trees with sets among their operators."""
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            Expression,
            st.sampled_from(
                (
                    "ObjectIntersectionOf",
                    "ObjectUnionOf",
                    "ObjectSomeValuesFrom",
                    "EquivalentClasses",
                )
            ),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
        ),
        max_leaves=6,
    ).filter(lambda tree: isinstance(tree, Expression))


objects = st.one_of(nodes, literals, expressions(st.one_of(nodes, literals)))
qualifiers = st.recursive(
    st.builds(Qualifier, st.sampled_from((XREF, "urn:p:source")), st.one_of(nodes, literals)),
    lambda inner: st.builds(
        Qualifier,
        st.sampled_from((XREF, "urn:p:source")),
        st.one_of(nodes, literals),
        st.lists(inner, max_size=2).map(tuple),
    ),
    max_leaves=4,
)
statements = st.builds(
    Statement,
    nodes,
    st.sampled_from(PREDICATES),
    objects,
    st.lists(qualifiers, max_size=2).map(tuple),
)
states = st.frozensets(statements, max_size=12)

#: A handful of statements, so that histories meet again and again.
FEW = tuple(
    Statement(subject, predicate, value, group)
    for subject in NODES[:3]
    for predicate, value in (
        (LABEL, Literal("mass")),
        (LABEL, Literal("weight")),
        (SUBCLASS_OF, NODES[0]),
        (SUBCLASS_OF, NODES[1]),
    )
    for group in ((), (Qualifier(XREF, Literal("X:1")),), (Qualifier(XREF, NODES[2]),))
)
few = st.sampled_from(FEW)
