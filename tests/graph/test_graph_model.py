"""Laws of statements, deltas, expressions and prefixes, with hostile text."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.decoding import decode_object, decode_qualifiers
from graph.expression import Expression
from graph.model import (
    Delta,
    Literal,
    Statement,
    encode_object,
    encode_qualifiers,
    in_order,
    show,
)
from graph.prefixes import (
    PrefixMap,
    decode_local,
    encode_local,
    is_absolute,
    ontology_id,
    ontology_iri,
)
from graph.statement_text import read_object
from tests.graph.strategies import (
    any_iri,
    any_text,
    expressions,
    literals,
    nodes,
    objects,
    qualifiers,
    statements,
    states,
)


@given(objects)
def test_terms_decode_to_themselves(term: object) -> None:
    assert decode_object(encode_object(term)) == term


@given(st.lists(qualifiers, max_size=3))
def test_qualifiers_decode_to_themselves(group: list) -> None:
    canonical = Statement("urn:s", "urn:p", "urn:o", tuple(group)).qualifiers
    assert decode_qualifiers(encode_qualifiers(canonical)) == canonical


@given(objects, st.data())
def test_cut_or_lengthened_bytes_are_refused(term: object, data: st.DataObject) -> None:
    encoded = encode_object(term)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    for wrong in (encoded[:cut], encoded + b"\x00", b"X" + encoded[1:]):
        with pytest.raises(ValueError, match=r"."):
            decode_object(wrong)


@given(statements, statements)
def test_statements_are_their_bytes(one: Statement, other: Statement) -> None:
    assert (one == other) == (one.encode() == other.encode()) == (one.digest() == other.digest())
    copy = pickle.loads(pickle.dumps(one))
    assert copy == one
    assert hash(copy) == hash(one)


@given(statements)
def test_qualifiers_are_a_set(statement: Statement) -> None:
    turned = statement.with_qualifiers(statement.qualifiers[::-1] * 2)
    assert turned == statement
    assert turned.key == statement.key


@given(states, states, states)
def test_deltas_compose_and_invert(a: frozenset, b: frozenset, c: frozenset) -> None:
    one, other = Delta.between(a, b), Delta.between(b, c)
    assert one.then(other) == Delta.between(a, c)
    assert one.inverse.inverse == one
    assert not one.then(one.inverse)
    assert one.digest() == Delta.between(in_order(a), in_order(b)).digest()


def test_a_delta_cannot_contradict_itself() -> None:
    statement = Statement("urn:s", "urn:p", "urn:o")
    with pytest.raises(ValueError, match="removes and adds"):
        Delta(frozenset({statement}), frozenset({statement}))


@given(expressions(st.one_of(nodes, any_iri, literals)))
def test_expressions_read_back(tree: Expression) -> None:
    assert read_object(str(tree)) == tree
    assert tree.substitute({}) == tree


@given(st.text(max_size=30))
def test_what_is_no_expression_is_refused(text: str) -> None:
    try:
        tree = read_object(text)
    except ValueError:
        return
    assert read_object(show(tree)) == tree


@given(expressions(st.one_of(nodes, literals)))
def test_commutative_operators_forget_order(tree: Expression) -> None:
    one = Expression("ObjectUnionOf", (tree, "urn:z", "urn:a"))
    assert one == Expression("ObjectUnionOf", ("urn:a", tree, "urn:z", tree))
    assert one.substitute({"urn:z": "urn:a"}) == Expression("ObjectUnionOf", ("urn:a", tree))
    assert set(one.mentions()) == {*tree.mentions(), "urn:a", "urn:z"}


@given(any_text)
def test_local_parts_are_encoded_without_loss(text: str) -> None:
    assert decode_local(encode_local(text)) == text


PREFIX_MAPS = (
    PrefixMap(),
    PrefixMap(ontology="ms"),
    PrefixMap(ontology="http://example.org/o"),
    PrefixMap({"ex": "http://example.org/"}, ontology="ms"),
    PrefixMap({"": "http://example.org/#", "GO": "urn:go:"}),
    PrefixMap({}, {"part_of": "http://purl.obolibrary.org/obo/BFO_0000050"}, "ms"),
)
NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|\\^`]')
#: Namespaces that overlap give a node two CURIEs, so only its IRI is certain to come back.
OVERLAPPING = PrefixMap({"ex": "http://example.org/", "exa": "http://example.org/a"}, {}, "ms")
local = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
curies = st.builds(
    "{}:{}".format,
    st.sampled_from(("GO", "MS", "x", "ex", "exa", "has space", "a_b", "rdfs", "UO", "a-b", "")),
    st.one_of(st.sampled_from(("0008150", "1", "_a", "a_1", "#_", "%41", "a%", "x y", "")), local),
)
written = st.one_of(curies, st.sampled_from(("part_of", "is a", "x#y", "50%", "")), local)
#: What an IRI may hold (RFC 3987); white space and controls are encoded by those who make ids.
in_iri = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters='<>"{}|\\^`'
    ),
    max_size=8,
)
iris = st.one_of(
    st.builds(
        "http://purl.obolibrary.org/obo/{}".format,
        st.one_of(
            st.sampled_from(("GO_0008150", "ms#part_of", "x#_y", "a_b_1", "go_1", "ms#", "")),
            in_iri,
        ),
    ),
    st.builds("http://example.org/{}".format, in_iri),
    st.builds("urn:token:{}".format, in_iri),
    st.builds("urn:{}".format, in_iri),
)


@pytest.mark.parametrize("prefixes", PREFIX_MAPS)
@given(text=written)
def test_contracting_what_was_expanded_gives_the_text(prefixes: PrefixMap, text: str) -> None:
    node = prefixes.expand(text)
    back = prefixes.contract(node)
    assert prefixes.expand(back) == node
    assert back == text or is_absolute(text)


@pytest.mark.parametrize("prefixes", [*PREFIX_MAPS, OVERLAPPING])
@given(node=iris)
def test_expanding_what_was_contracted_gives_the_node(prefixes: PrefixMap, node: str) -> None:
    assume(is_absolute(node) and not NOT_IN_IRIS.search(node))
    assert prefixes.expand(prefixes.contract(node)) == node
    assert prefixes.expand(prefixes.curie(node)) == node


@pytest.mark.parametrize(
    ("prefixes", "text", "node"),
    [
        (PrefixMap(), "GO:0008150", "http://purl.obolibrary.org/obo/GO_0008150"),
        (PrefixMap(), "x:y", "http://purl.obolibrary.org/obo/x#_y"),
        (PrefixMap(), "has space:1", "http://purl.obolibrary.org/obo/has%20space#_1"),
        (PrefixMap(ontology="ms"), "part_of", "http://purl.obolibrary.org/obo/ms#part_of"),
        (PrefixMap(), "token", "urn:token:token"),
        (PrefixMap(), "two words", "urn:token:two%20words"),
        (PrefixMap({"GO": "urn:go:"}), "GO:0008150", "urn:go:0008150"),
        (PREFIX_MAPS[-1], "part_of", "http://purl.obolibrary.org/obo/BFO_0000050"),
        (PrefixMap(), "rdfs:label", "http://www.w3.org/2000/01/rdf-schema#label"),
    ],
)
def test_how_ids_expand(prefixes: PrefixMap, text: str, node: str) -> None:
    assert prefixes.expand(text) == node
    assert prefixes.contract(node) == text


@given(local)
def test_ontology_ids_read_back(ontology: str) -> None:
    assume(ontology)
    assert ontology_id(ontology_iri(ontology)) == ontology


def test_languages_are_lower_case() -> None:
    assert Literal("a", language="EN-gb") == Literal("a", language="en-GB")
