"""Three-way merges: what unites, what conflicts, and that the sides can be swapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.conflicts import Conflict, ConflictKind
from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.merge import Merged, Rules, three_way
from graph.model import Delta, Literal, Qualifier, Statement
from graph.qualifiers import unite
from graph.units import unit_of
from graph.vocabulary import (
    COMMENT,
    DEFAULT_ONTOLOGY,
    DEFINITION,
    EQUIVALENT_CLASS,
    EXACT_SYNONYM,
    HIERARCHY,
    QUANTIFIER,
    REPLACED_BY,
    SINGLE_VALUED,
    XREF,
)
from tests.graph.merging import A, B, C, D, isa, obsolete, text
from tests.graph.strategies import few

PART_OF = "urn:p:part_of"


def ref(value: str, *inner: Qualifier) -> Qualifier:
    return Qualifier(XREF, Literal(value), inner)


def merge(base: set, ours: set, theirs: set) -> Merged:
    """Merge, and check that the sides can be swapped."""
    snapshot = MemorySnapshot(base)
    one, other = Delta.between(base, ours), Delta.between(base, theirs)
    merged, turned = three_way(snapshot, one, other), three_way(snapshot, other, one)
    assert sorted(c.kind for c in merged.conflicts) == sorted(c.kind for c in turned.conflicts)
    if not merged.conflicts:
        assert merged.delta == turned.delta
    return merged


def result(base: set, ours: set, theirs: set) -> set:
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.delta.removed <= base
    assert not merged.delta.added & base
    return (base - merged.delta.removed) | merged.delta.added


def conflict(base: set, ours: set, theirs: set) -> Conflict:
    (found,) = merge(base, ours, theirs).conflicts
    return found


def test_what_does_not_touch_unites() -> None:
    base = {text(A, "a"), isa(A, B)}
    assert result(base, base | {text(B, "b")}, {text(A, "a"), text(C, "c")}) == {
        text(A, "a"),
        text(B, "b"),
        text(C, "c"),
    }


def test_the_same_change_on_both_sides_is_one_change() -> None:
    base = {text(A, "a")}
    assert result(base, {text(A, "b")}, {text(A, "b")}) == {text(A, "b")}


def test_values_that_diverge() -> None:
    found = conflict({text(A, "a")}, {text(A, "b")}, {text(A, "c")})
    assert found == Conflict(
        ConflictKind.DIVERGENT_VALUE, A, (text(A, "a"),), (text(A, "b"),), (text(A, "c"),)
    )
    described = {text(A, "note", COMMENT)}
    found = conflict(described, described | {text(A, "b")}, described | {text(A, "c")})
    assert found.kind is ConflictKind.DIVERGENT_VALUE
    assert result(set(), {text(A, "m", EXACT_SYNONYM)}, {text(A, "n", EXACT_SYNONYM)})


def test_one_value_for_each_language() -> None:
    de, en = text(A, "Masse", language="de"), text(A, "mass", language="en")
    assert result(set(), {de}, {en}) == {de, en}
    other = text(A, "Gewicht", language="de")
    assert conflict({de}, {other}, {text(A, "m", language="de")}).subject == A


def test_settings_declare_single_values_and_hierarchies() -> None:
    owner, other = Statement(A, "urn:p:owner", B), Statement(A, "urn:p:owner", C)
    setting = Statement(DEFAULT_ONTOLOGY, SINGLE_VALUED, "urn:p:owner")
    assert result(set(), {owner}, {other}) == {owner, other}
    found = conflict({setting}, {setting, owner}, {setting, other})
    assert found.kind is ConflictKind.DIVERGENT_VALUE
    up, down = Statement(A, PART_OF, B), Statement(B, PART_OF, A)
    assert result(set(), {up}, {down}) == {up, down}
    setting = Statement(DEFAULT_ONTOLOGY, HIERARCHY, Literal(PART_OF))
    assert conflict({setting}, {setting, up}, {setting, down}).kind is ConflictKind.CYCLE
    assert PART_OF in Rules.of(MemorySnapshot({setting})).hierarchies


def test_deleting_what_the_other_side_changes() -> None:
    plain = text(A, "c", COMMENT)
    noted = plain.with_qualifiers((ref("1"),))
    found = conflict({plain, isa(A, B)}, {isa(A, B)}, {noted, isa(A, B)})
    assert found == Conflict(ConflictKind.DELETE_MODIFY, A, (plain,), (), (noted,))
    replaced = text(A, "d", COMMENT)
    found = conflict({plain, isa(A, B)}, {isa(A, B)}, {replaced, isa(A, B)})
    assert (found.kind, found.theirs) == (ConflictKind.DELETE_MODIFY, (replaced,))


def test_deleting_a_node_that_the_other_side_extends() -> None:
    found = conflict({text(A, "a")}, set(), {text(A, "a"), isa(A, B)})
    assert found == Conflict(ConflictKind.DELETE_MODIFY, A, (text(A, "a"),), (), (isa(A, B),))


@pytest.mark.parametrize(
    "edge",
    [
        isa(B, A),
        Statement(B, EQUIVALENT_CLASS, Expression("ObjectUnionOf", (A, C))),
        Statement(B, EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, A),)),
    ],
)
def test_edges_to_a_deleted_node(edge: Statement) -> None:
    found = conflict({text(A, "a")}, set(), {text(A, "a"), edge})
    assert (found.kind, found.subject) == (ConflictKind.EDGE_TO_DELETED, A)
    assert (found.base, found.ours, found.theirs) == ((text(A, "a"),), (), (edge,))


def test_edges_to_a_node_made_obsolete() -> None:
    base = {text(A, "a"), text(B, "b")}
    found = conflict(base, base | {obsolete(A)}, base | {isa(B, A)})
    assert (found.kind, found.ours, found.theirs) == (
        ConflictKind.EDGE_TO_DELETED,
        (obsolete(A),),
        (isa(B, A),),
    )
    pointer = Statement(B, REPLACED_BY, A)
    assert result(base, base | {obsolete(A)}, base | {pointer}) == base | {obsolete(A), pointer}
    both = base | {obsolete(A)}
    assert result(base, both, both | {isa(B, A)}) == both | {isa(B, A)}


def test_cycles() -> None:
    base = {isa(B, C)}
    found = conflict(base, base | {isa(A, B)}, base | {isa(C, A)})
    assert found.kind is ConflictKind.CYCLE
    assert {*found.ours, *found.theirs} == {isa(A, B), isa(C, A)}
    assert result(base, base | {isa(A, B)}, {isa(C, A)}) == {isa(A, B), isa(C, A)}
    looped = {isa(A, B), isa(B, A)}
    assert result(looped, looped | {isa(C, A)}, looped | {isa(D, B)})


def test_qualifiers_unite() -> None:
    one, two, three = ref("1"), ref("2"), ref("3")
    assert set(unite((one,), (one, two), (three,)) or ()) == {two, three}
    assert unite((one,), (one,), ()) == ()
    assert unite((), (ref("1", ref("x")),), (ref("1", ref("y")),)) == (
        ref("1", ref("x"), ref("y")),
    )
    assert unite((one,), (ref("1", ref("x")),), ()) is None
    some, only = (Qualifier(QUANTIFIER, Literal(word)) for word in ("some", "only"))
    assert unite((), (some,), (only,), frozenset({QUANTIFIER})) is None
    assert unite((), (some,), (some,)) == (some,)


def test_qualifiers_of_one_statement_unite() -> None:
    plain = text(A, "d", DEFINITION)
    assert result(
        {plain}, {plain.with_qualifiers((ref("1"),))}, {plain.with_qualifiers((ref("2"),))}
    ) == {plain.with_qualifiers((ref("1"), ref("2")))}


def test_several_statements_of_one_key() -> None:
    edge = isa(A, B)
    one, two, three = (edge.with_qualifiers((ref(number),)) for number in "123")
    assert result({one, two}, {one, two, three}, {one}) == {one, three}
    found = conflict({one, two}, {three, two}, {edge, two})
    assert found.kind is ConflictKind.DIVERGENT_VALUE


sides = st.frozensets(few, max_size=8)


@given(sides, sides, sides)
def test_merging_is_symmetric_and_loses_nothing(
    base: frozenset, ours: frozenset, theirs: frozenset
) -> None:
    merged = merge(set(base), set(ours), set(theirs))
    if merged.conflicts:
        return
    after = (base - merged.delta.removed) | merged.delta.added
    kept, known = {s.key for s in after}, {s.key for s in base}
    for mine, yours in ((ours, theirs), (theirs, ours)):
        assert {s.key for s in mine - base} - known <= kept
        gone = known - {s.key for s in mine}
        assert not gone & kept & {s.key for s in yours}
        for statement in mine - base:
            had, now = (_sources(state, statement) for state in (base, after))
            assert set(statement.qualifiers) - had <= now


def _sources(state: frozenset, statement: Statement) -> set[Qualifier]:
    """The qualifiers that a state has in the slot or under the key of a statement."""
    single = Rules().single_valued
    unit = unit_of(statement, single)
    return {q for s in state if unit_of(s, single) == unit for q in s.qualifiers}


@given(sides, sides)
def test_merging_with_what_did_not_change(base: frozenset, ours: frozenset) -> None:
    assert result(set(base), set(ours), set(base)) == ours
    assert result(set(base), set(ours), set(ours)) == ours


def test_conflicts_are_ordered_and_told_once() -> None:
    base = {text(A, "a"), text(B, "b")}
    merged = merge(base, {text(A, "x"), text(B, "x")}, {text(A, "y"), text(B, "y")})
    assert [c.subject for c in merged.conflicts] == [A, B]
