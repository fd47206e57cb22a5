"""Ids for new nodes: from ranges of editors, the next one or any, never one in use."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.overlay import Overlay
from graph.vocabulary import ALTERNATIVE_ID, CLASS, LABEL, OBO, RDF_TYPE
from kgcl.apply import Status, apply
from kgcl.errors import ChangeError
from kgcl.ids import IdPolicy, IdRange, IdRanges, Order, read_id_ranges
from kgcl.parser import parse
from kgcl.policy import OBO_POLICY

FILE = """
Prefix: xsd: <http://www.w3.org/2001/XMLSchema#>
Prefix: idsfor: <http://purl.obolibrary.org/obo/IAO_0000598>
Prefix: idprefix: <http://purl.obolibrary.org/obo/IAO_0000599>
Prefix: iddigits: <http://purl.obolibrary.org/obo/IAO_0000596>
Prefix: allocatedto: <http://purl.obolibrary.org/obo/IAO_0000597>
Ontology: <http://purl.obolibrary.org/obo/x/x-idranges.owl>
Annotations:
    idsfor: "X",
    idprefix: "http://purl.obolibrary.org/obo/X_",
    iddigits: 7

Datatype: idrange:1
    Annotations: allocatedto: "Ann O'Neil"
    EquivalentTo: xsd:integer[>= 0 , <= 999]

Datatype: idrange:2
    Annotations:
        allocatedto: "Björn \\"B\\" Ek"
    EquivalentTo:
        xsd:integer[> 999 , < 1003]

Datatype: idrange:3
    Annotations: rdfs:comment "nobody's"
    EquivalentTo: xsd:integer[>= 5000 , <= 5999]
"""
RANGES = IdRanges(
    OBO + "X_", 7, (IdRange("Ann O'Neil", 0, 999), IdRange('Björn "B" Ek', 1000, 1002))
)
SMALL = IdPolicy(OBO + "X_", 7, IdRange("b", 1000, 1002))


def node(number: int) -> str:
    return f"{OBO}X_{number:07d}"


def graph(*numbers: int) -> MemorySnapshot:
    return MemorySnapshot(Statement(node(n), RDF_TYPE, CLASS) for n in numbers)


def test_ranges_read() -> None:
    assert read_id_ranges(FILE, "x-idranges.owl") == RANGES
    assert RANGES.of("ann o'neil").last == 999


def test_full_iris_and_quoted_numbers_read_too() -> None:
    text = FILE.replace("allocatedto: ", f"<{OBO}IAO_0000597> ").replace(
        "iddigits: 7", 'iddigits: "7"'
    )
    assert read_id_ranges(text, "x") == RANGES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "x: no idprefix or no iddigits; is it a file of id ranges?"),
        (FILE.replace("iddigits: 7", ""), "no idprefix or no iddigits"),
        (FILE.replace("<= 999", ""), "the range of .* has no lower or no upper bound"),
        (FILE.replace("> 999", "> 2000"), "the range of .* has no lower or no upper bound"),
    ],
)
def test_what_is_no_file_of_ranges(text: str, reason: str) -> None:
    with pytest.raises(ChangeError, match=reason):
        read_id_ranges(text, "x")


def test_an_editor_without_a_range_is_told_who_has_one() -> None:
    with pytest.raises(
        ChangeError, match=r"allocated to 'Cy'; there are ranges for \"Ann O'Neil\""
    ):
        RANGES.of("Cy")


@given(st.sets(st.integers(1000, 1002)), st.sampled_from(Order), st.integers(1000, 1002))
def test_an_id_is_free_and_in_the_range(used: set[int], order: Order, start: int) -> None:
    policy = replace(SMALL, order=order, pick=lambda first, last: start)
    if len(used) == 3:
        with pytest.raises(ChangeError, match=r"the id range of 'b' is full \(3 ids\)"):
            policy.choose(used)
        return
    number = policy.number(policy.choose(used))
    assert number is not None
    assert number not in used
    if order is Order.NEXT and max(used, default=999) < 1002:
        assert number == max(used, default=999) + 1


def test_any_id_is_any() -> None:
    policy = replace(SMALL, order=Order.RANDOM)
    assert {policy.choose(()) for _ in range(200)} == {node(1000), node(1001), node(1002)}


def test_later_lines_use_what_earlier_ones_made() -> None:
    text = """
    create class AUTOID:1 'wing'
    create class _:tip 'tip' under AUTOID:1
    place 'tip' under X:0000001
    create class 'feather' under AUTOID:1
    """
    base = graph(1, 1000)
    base = MemorySnapshot([*base.all, Statement(node(1), ALTERNATIVE_ID, Literal("X:0001001"))])
    policy = replace(OBO_POLICY, ids=IdPolicy(OBO + "X_", 7, IdRange("a", 1000, 1999)))
    outcome = apply(parse(text), base, policy)
    assert [r.reason for r in outcome.rejected] == []
    made = Overlay(base, outcome.delta)
    labels = {
        s.object.value: s.subject
        for s in made.statements(predicates={LABEL})
        if isinstance(s.object, Literal)
    }
    assert labels == {"wing": node(1002), "tip": node(1003), "feather": node(1004)}
    assert made.reach({node(1003)}, {"http://www.w3.org/2000/01/rdf-schema#subClassOf"}) == {
        node(1002),
        node(1),
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("create class 'wing'", "no ids are given here: name a file of id ranges, or write an id"),
        (
            "create class AUTOID:1",
            "no ids are given here: name a file of id ranges, or write an id",
        ),
        ("delete AUTOID:1", "nothing was created as AUTOID:1 before this"),
    ],
)
def test_a_placeholder_needs_ids_and_something_created(text: str, reason: str) -> None:
    (result,) = apply(parse(text), graph(1)).results
    assert result.status is Status.REJECTED
    assert result.reason == reason


def test_a_full_range_rejects_the_creation() -> None:
    policy = replace(OBO_POLICY, ids=SMALL)
    outcome = apply(parse("create class 'a'\ncreate class 'b'"), graph(1000, 1001), policy)
    assert [r.reason for r in outcome.rejected] == [
        "the id range of 'b' is full (3 ids): allocate another"
    ]


def test_creating_a_placeholder_twice_is_refused() -> None:
    policy = replace(OBO_POLICY, ids=SMALL)
    outcome = apply(parse("create class _:x 'a'\ncreate class _:x 'b'"), graph(1), policy)
    assert [r.reason for r in outcome.rejected] == ["two creations of one node, line 1: _:x"]
