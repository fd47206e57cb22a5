"""Ids of blank nodes: the same for every order and naming, and an edit stays in its component."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Delta, Literal, Statement
from graph.vocabulary import LABEL
from ingest import canonical_order
from ingest.blank_nodes import identify, is_blank_id, rename
from tests.ingest.rdf_formats import FORMATS, read, write

Edge = tuple[object, object]

labels = st.sampled_from([f"_:n{n}" for n in range(6)])
terms = st.one_of(
    labels, st.sampled_from(["<urn:n:a>", '"x"', '"y"@en', "<<( _:n0 <urn:p:r> _:n1 )>>"])
)
lines = st.lists(
    st.tuples(
        st.one_of(labels, st.just("<urn:n:a>")),
        st.sampled_from(
            ["<urn:p:q>", "<urn:p:r>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies>"]
        ),
        terms,
        st.sampled_from(["", "", "<urn:g:1>", "<urn:g:2>", "_:n5"]),
    ).map(lambda parts: " ".join(filter(None, parts)) + " ."),
    max_size=10,
)


@given(lines, st.randoms(use_true_random=False))
def test_labels_and_order_do_not_count(given_lines: list[str], chance: random.Random) -> None:
    """Relabelling the blank nodes and shuffling the lines of a source changes nothing."""
    names = [f"_:other{n}" for n in range(6)]
    chance.shuffle(names)
    other = [line.replace("_:n", "_:m") for line in given_lines]
    for number, name in enumerate(names):
        other = [line.replace(f"_:m{number}", name) for line in other]
    chance.shuffle(other)
    one, two = read("\n".join(given_lines), "nquads"), read("\n".join(other), "nquads")
    assert one.problems == two.problems == ()
    assert one.statements == two.statements


@pytest.mark.parametrize("form", ["nquads", "trig", "jsonld"])
@given(given_lines=lines)
def test_blank_nodes_are_blank_again(form: str, given_lines: list[str]) -> None:
    document = read("\n".join(given_lines), "nquads", strict=True)
    written = write(document.statements, form)
    assert read(written, form, strict=True).statements == document.statements
    used = {s.subject for s in document.statements if is_blank_id(s.subject)}
    if form == "nquads":
        # What no statement was edited of is written with blank nodes, never with their ids.
        assert not any(node.encode() in written for node in used)


@given(lines)
def test_readers_of_others_find_the_same_shape(given_lines: list[str]) -> None:
    """What pyoxigraph reads from what we write is isomorphic to what it reads from the source."""
    from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

    plain = [line for line in given_lines if "<<(" not in line and "reifies" not in line]
    written = write(read("\n".join(plain), "nquads").statements, "nquads")
    found = []
    for text in ("\n".join(plain).encode(), written):
        quads = Dataset(parse(text, format=RdfFormat.N_QUADS))
        quads.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        found.append({str(quad) for quad in quads})
    assert found[0] == found[1]


def _components(count: int) -> str:
    """Components of a person with an address and a list, and a literal of their own each."""
    return "\n".join(
        f'[] <urn:p:name> "person {n}" ; <urn:p:home> [ <urn:p:town> "town {n % 3}" ; '
        f'<urn:p:tags> ( "a" {n} [ <urn:p:q> "{n}" ] ) ] .'
        for n in range(count)
    )


@pytest.mark.parametrize("edited", range(0, 20, 3))
def test_an_edited_literal_changes_its_component_only(edited: int) -> None:
    text = _components(20)
    before = read(text)
    after = read(text.replace(f'"person {edited}"', '"somebody"'))
    delta = Delta.between(before.statements, after.statements)
    touched = {s.subject for s in delta.removed}
    assert len(delta.removed) == len(delta.added) == 11
    assert len(touched) == 6
    assert not touched & {s.subject for s in after.statements}


def test_equal_components_are_numbered() -> None:
    document = read('[] <urn:p:q> "x" . [] <urn:p:q> "x" . [] <urn:p:q> "x" .')
    ids = sorted(s.subject for s in document.statements)
    assert len(ids) == 3
    assert ids[1:] == [f"{ids[0]}-2", f"{ids[0]}-3"]
    assert read(write(document.statements)).statements == document.statements


def test_an_edited_blank_node_keeps_its_id() -> None:
    document = read('_:x <urn:p:q> "x" ; <urn:p:r> _:y . _:y <urn:p:q> "y" . [] <urn:p:q> "z" .')
    edited = frozenset(
        Statement(s.subject, s.predicate, Literal("edited")) if s.object == Literal("x") else s
        for s in document.statements
    )
    for form in FORMATS:
        written = write(edited, form)
        assert read(written, form, strict=True).statements == edited
        kept = {s.subject for s in edited if s.object != Literal("z")}
        assert all(node.removeprefix("urn:").encode() in written for node in kept)


def test_ids_do_not_change_from_release_to_release() -> None:
    """Ids stand in stores and in diffs: the form of what is hashed is part of the contract."""
    document = read('[ <urn:p:q> "x"@EN ; <urn:p:r> [ <urn:p:r> <urn:n:a> ] ] .')
    assert {s.subject for s in document.statements} == {
        "urn:kgdelta:blank:ee539e19ce12298c742c-0",
        "urn:kgdelta:blank:ee539e19ce12298c742c-1",
    }


def _cycle(size: int) -> list[Edge]:
    return [(n, (n + 1) % size) for n in range(size)]


def _both_ways(edges: Iterable[Edge]) -> list[Edge]:
    return [pair for one, other in edges for pair in ((one, other), (other, one))]


def _cube(dimensions: int) -> list[Edge]:
    return [(n, n ^ 1 << bit) for n in range(1 << dimensions) for bit in range(dimensions)]


def _rook(size: int) -> list[Edge]:
    fields = [(row, column) for row in range(size) for column in range(size)]
    return _both_ways(
        (a, b) for a, b in combinations(fields, 2) if (a[0] == b[0]) != (a[1] == b[1])
    )


PETERSEN = _both_ways(
    [*((n, (n + 1) % 5) for n in range(5)), *((n, n + 5) for n in range(5))]
    + [(5 + n, 5 + (n + 2) % 5) for n in range(5)]
)
SYMMETRIC: dict[str, list[Edge]] = {
    "a cycle": _cycle(30),
    "two cycles in one": [
        *_cycle(6),
        *((("b", a), ("b", b)) for a, b in _cycle(6)),
        *((0, ("b", n)) for n in range(6)),
    ],
    "a star": [("hub", n) for n in range(200)],
    "a clique": _both_ways(combinations(range(9), 2)),
    "a cube of five dimensions": _cube(5),
    "the Petersen graph": PETERSEN,
    "a rook's graph": _rook(4),
    "a binary tree": [(n, 2 * n + side) for n in range(1, 64) for side in (0, 1)],
    "a list of equal items": [(n, n + 1) for n in range(2000)],
    "a list linked both ways": _both_ways((n, n + 1) for n in range(300)),
}


def _statements(edges: Sequence[Edge], seed: int) -> list[Statement]:
    chance = random.Random(seed)
    nodes = sorted({node for edge in edges for node in edge}, key=str)
    names = chance.sample(range(10 * len(nodes)), len(nodes))
    label = {node: f"_:b{name}" for node, name in zip(nodes, names, strict=True)}
    made = [Statement(label[a], LABEL, label[b]) for a, b in edges]
    chance.shuffle(made)
    return made


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric_components_have_one_order(name: str) -> None:
    results = set()
    for seed in range(3):
        statements = _statements(SYMMETRIC[name], seed)
        blanks = identify(statements)
        assert not blanks.doubtful
        results.add(frozenset(rename(s, blanks.ids) for s in statements))
    assert len(results) == 1


def test_a_graph_that_defeats_the_search_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical_order, "BUDGET", 0)
    text = "\n".join(f"_:b{a} <urn:p:q> _:b{b} ." for a, b in _cube(5))
    document = read(text, "ntriples")
    assert "look too much alike" in document.problems[0].reason
    assert read(text, "ntriples").statements == document.statements
    assert (
        read(write(document.statements, "ntriples"), "ntriples").statements == document.statements
    )
