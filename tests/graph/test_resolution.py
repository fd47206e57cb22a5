"""Conflicts decided: one side, the later work, or one by one, and what is left then."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.axioms import is_edge
from graph.conflicts import ID_DIGITS, Conflict, ConflictKind
from graph.errors import InvalidResolutionError, StoreError
from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.merge import Merged, Rules, three_way
from graph.model import Delta, Literal, Node, Object, Qualifier, Statement
from graph.resolution import Decision, Resolutions, Side, parse_choices, record_of
from graph.units import unit_of
from graph.vocabulary import (
    COMMENT,
    DEFINITION,
    DEPRECATED,
    EQUIVALENT_CLASS,
    EXACT_SYNONYM,
    LABEL,
    REPLACED_BY,
    SUBCLASS_OF,
    XREF,
    XSD_BOOLEAN,
)
from tests.conftest import ROOT
from tests.graph.strategies import NODES, few, states

A, B, C, D, E = NODES[:5]
State = frozenset[Statement]
RULES = Rules()


def text(node: str, value: str, predicate: str = LABEL, language: str = "") -> Statement:
    return Statement(node, predicate, Literal(value, language=language))


def isa(node: str, parent: str) -> Statement:
    return Statement(node, SUBCLASS_OF, parent)


def noted(statement: Statement, *values: str) -> Statement:
    return statement.with_qualifiers(Qualifier(XREF, Literal(value)) for value in values)


def obsolete(node: str) -> Statement:
    return Statement(node, DEPRECATED, Literal("true", XSD_BOOLEAN))


def merged(
    base: Iterable[Statement],
    ours: Iterable[Statement],
    theirs: Iterable[Statement],
    decide: Callable[[Conflict], Side | None] | None = None,
) -> tuple[Merged, State]:
    start = frozenset(base)
    found = three_way(
        MemorySnapshot(start),
        Delta.between(start, ours),
        Delta.between(start, theirs),
        RULES,
        decide,
    )
    assert found.delta.removed <= start
    assert not found.delta.added & start
    return found, (start - found.delta.removed) | found.delta.added


def always(side: Side) -> Callable[[Conflict], Side]:
    return lambda conflict: side


def by_id(conflict: Conflict) -> Side:
    """As good as by chance, and the same each time."""
    return tuple(Side)[int(conflict.id, 16) % 2]


# What a choice takes out, kind by kind: base, ours, theirs, kinds, result of either choice.

UNION = Statement(B, EQUIVALENT_CLASS, Expression("ObjectUnionOf", (A, C)))
LEAF = {text(A, "a"), text(A, "note", COMMENT), isa(B, A)}

SCOPES: dict[str, tuple[set, set, set, set, set, set]] = {
    "a value": (
        {text(A, "a"), text(B, "b")},
        {text(A, "x"), text(B, "b"), isa(A, B)},
        {text(A, "y"), text(B, "b"), isa(A, C)},
        {ConflictKind.DIVERGENT_VALUE},
        {text(A, "x"), text(B, "b"), isa(A, B), isa(A, C)},
        {text(A, "y"), text(B, "b"), isa(A, B), isa(A, C)},
    ),
    "a value in one of two languages": (
        {text(A, "a", language="en"), text(A, "a", language="de")},
        {text(A, "x", language="en"), text(A, "x", language="de")},
        {text(A, "y", language="en"), text(A, "a", language="de")},
        {ConflictKind.DIVERGENT_VALUE},
        {text(A, "x", language="en"), text(A, "x", language="de")},
        {text(A, "y", language="en"), text(A, "x", language="de")},
    ),
    "a key": (
        {noted(text(A, "s", EXACT_SYNONYM), "1"), text(A, "a")},
        {text(A, "a")},
        {noted(text(A, "s", EXACT_SYNONYM), "2"), text(A, "b")},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "b")},
        {noted(text(A, "s", EXACT_SYNONYM), "2"), text(A, "b")},
    ),
    "a deleted node": (
        LEAF,
        {isa(B, C)},
        LEAF | {isa(A, D), text(B, "b")},
        {ConflictKind.DELETE_MODIFY},
        {isa(B, C), text(B, "b")},
        {text(A, "a"), text(A, "note", COMMENT), isa(A, D), isa(B, C), text(B, "b")},
    ),
    "a node that wears away": (
        {text(A, "a"), text(A, "note", COMMENT), isa(B, A)},
        {text(A, "a"), isa(B, A)},
        {text(A, "note", COMMENT), isa(B, A)},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "a"), isa(B, A)},
        {text(A, "note", COMMENT), isa(B, A)},
    ),
    "an edge to a deleted node": (
        {*LEAF, isa(E, A), isa(D, C)},
        {isa(B, C), isa(D, C)},
        {*LEAF, isa(E, A), isa(D, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {isa(B, C), isa(D, C)},
        {*LEAF, isa(E, A), isa(B, C), isa(D, A)},
    ),
    "an edge to a node made obsolete": (
        {text(A, "a"), isa(B, A), isa(D, C)},
        {text(A, "obsolete a"), obsolete(A), Statement(A, REPLACED_BY, C), isa(B, C), isa(D, C)},
        {text(A, "a"), isa(B, A), isa(D, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {text(A, "obsolete a"), obsolete(A), Statement(A, REPLACED_BY, C), isa(B, C), isa(D, C)},
        {text(A, "a"), isa(B, A), isa(B, C), isa(D, A)},
    ),
    "an expression over a deleted node": (
        {text(A, "a")},
        set(),
        {text(A, "a"), UNION},
        {ConflictKind.EDGE_TO_DELETED},
        set(),
        {text(A, "a"), UNION},
    ),
    "a cycle": (
        {isa(A, C), isa(B, D), text(A, "a")},
        {isa(A, B), isa(B, D), text(A, "x")},
        {isa(A, C), isa(B, A), text(A, "a"), text(B, "b")},
        {ConflictKind.CYCLE},
        {isa(A, B), isa(B, D), text(A, "x"), text(B, "b")},
        {isa(A, C), isa(B, A), text(A, "x"), text(B, "b")},
    ),
    "a node created twice": (
        set(),
        {text(A, "mass"), text(A, "how heavy", DEFINITION), isa(A, B)},
        {text(A, "weight"), text(A, "its force", DEFINITION), isa(A, C), isa(D, A)},
        {ConflictKind.DUPLICATE_CREATION},
        {text(A, "mass"), text(A, "how heavy", DEFINITION), isa(A, B), isa(D, A)},
        {text(A, "weight"), text(A, "its force", DEFINITION), isa(A, C), isa(D, A)},
    ),
    "two nodes of one name": (
        {isa(D, E)},
        {isa(D, E), text(A, "Rest  mass"), isa(A, C)},
        {text(B, "rest mass"), isa(D, B), isa(B, C)},
        {ConflictKind.DUPLICATE_CREATION},
        {isa(D, E), text(A, "Rest  mass"), isa(A, C)},
        {text(B, "rest mass"), isa(D, B), isa(B, C)},
    ),
    # Keeping B keeps its edge to A, so A, which the same side deleted, comes back too.
    "a deletion that hangs on another": (
        {text(A, "a"), text(B, "b"), isa(B, A)},
        set(),
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
        {ConflictKind.DELETE_MODIFY},
        set(),
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
    ),
    # Likewise where it made A obsolete.
    "an obsoletion that hangs on a deletion": (
        {text(A, "a"), text(B, "b"), isa(B, A)},
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
        {text(A, "a"), obsolete(A)},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
        {text(A, "a"), obsolete(A)},
    ),
    # Theirs wrote A anew; without its synonym nothing of A would be left below B.
    "a node that the loser wrote anew": (
        {text(A, "note", COMMENT), text(D, "d")},
        {text(A, "note", COMMENT)},
        {Statement(A, EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, D),)), text(D, "d"), isa(B, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {text(A, "note", COMMENT), isa(B, A)},
        {Statement(A, EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, D),)), text(D, "d"), isa(B, A)},
    ),
    # Theirs turns an edge round; with its half on A it loses the half on B.
    "an edge turned round": (
        {text(A, "a"), isa(A, B), text(B, "b")},
        {text(A, "a"), isa(A, B), text(B, "b"), isa(A, D)},
        {text(B, "b"), isa(B, A)},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "a"), isa(A, B), text(B, "b"), isa(A, D)},
        {text(B, "b"), isa(B, A)},
    ),
}


@pytest.mark.parametrize("case", SCOPES)
def test_what_a_choice_takes_out(case: str) -> None:
    base, ours, theirs, kinds, if_ours, if_theirs = SCOPES[case]
    still, _ = merged(base, ours, theirs)
    assert {c.kind for c in still.conflicts} == kinds
    assert still.decisions == ()
    for side, expected in ((Side.OURS, if_ours), (Side.THEIRS, if_theirs)):
        found, state = merged(base, ours, theirs, always(side))
        assert found.conflicts == ()
        assert state == expected
        assert {d.conflict for d in found.decisions} >= set(still.conflicts)
        assert {d.side for d in found.decisions} == {side}
        swapped, turned = merged(base, theirs, ours, always(side.other))
        assert swapped.conflicts == ()
        assert turned == expected


def test_a_choice_may_reveal_a_conflict() -> None:
    """Cycles are looked for once nothing else is open."""
    base = {text(A, "a"), isa(A, B)}
    ours = {text(A, "x"), isa(A, B), isa(C, A)}
    theirs = {text(A, "y"), isa(A, B), isa(B, C)}
    first, _ = merged(base, ours, theirs)
    (label,) = first.conflicts
    assert label.kind is ConflictKind.DIVERGENT_VALUE
    then, _ = merged(base, ours, theirs, Resolutions({label.id: Side.OURS}).decider())
    (cycle,) = then.conflicts
    assert cycle.kind is ConflictKind.CYCLE
    assert then.decisions == (Decision(label, Side.OURS),)
    choices = Resolutions({label.id: Side.OURS, cycle.id: Side.THEIRS})
    done, state = merged(base, ours, theirs, choices.decider())
    assert done.conflicts == ()
    assert [d.conflict for d in done.decisions] == [label, cycle]
    assert state == {text(A, "x"), isa(A, B), isa(B, C)}


def test_what_one_side_has_alone_is_no_conflict() -> None:
    up, down = isa(A, B), isa(B, A)
    assert merged({up}, {noted(up, "1")}, {up, down})[1] == {noted(up, "1"), down}
    flag = obsolete(A)
    assert merged({flag}, {noted(flag, "1")}, {flag, isa(B, A)})[1] == {noted(flag, "1"), isa(B, A)}
    both = merged({text(A, "a")}, {text(A, "a"), noted(flag, "1")}, {text(A, "a"), flag, isa(B, A)})
    assert both[1] == {text(A, "a"), noted(flag, "1"), isa(B, A)}
    for found, _ in (both, merged({up}, {noted(up, "1")}, {up, down})):
        assert found.conflicts == ()


def test_conflicts_are_decided_one_by_one() -> None:
    base = {text(A, "a"), text(B, "b"), text(C, "c")}
    ours = {text(A, "x"), text(B, "x"), text(C, "x")}
    theirs = {text(A, "y"), text(B, "y"), text(C, "y")}
    one, two, three = merged(base, ours, theirs)[0].conflicts
    choices = Resolutions({one.id: Side.OURS, two.id: Side.THEIRS})
    found, state = merged(base, ours, theirs, choices.decider())
    assert found.conflicts == (three,)
    assert found.decisions == (Decision(one, Side.OURS), Decision(two, Side.THEIRS))
    assert state == {text(A, "x"), text(B, "y"), text(C, "c")}


# Duplicate creation.


def kinds(base: set, ours: set, theirs: set) -> list[ConflictKind]:
    return [c.kind for c in merged(base, ours, theirs)[0].conflicts]


def test_one_node_created_twice_is_one_conflict() -> None:
    ours = {text(A, "a"), text(A, "x", DEFINITION), isa(A, B)}
    theirs = {text(A, "b"), text(A, "y", DEFINITION), isa(A, C)}
    (found,) = merged({isa(B, A)}, ours | {isa(B, A)}, theirs | {isa(B, A)})[0].conflicts
    assert (found.kind, found.subject) == (ConflictKind.DUPLICATE_CREATION, A)
    assert (found.base, set(found.ours), set(found.theirs)) == ((), ours, theirs)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (set(), {text(A, "a"), isa(A, B)}, {text(A, "a"), isa(A, C)}, []),
        (set(), {text(A, "a")}, {text(A, "a", language="en")}, []),
        (set(), {text(A, "mass")}, {text(A, "mass"), text(B, "mass")}, []),
        (set(), {text(A, "mass")}, {text(B, "mass", language="en")}, []),
        (set(), {text(A, " ")}, {text(B, "")}, []),
        (set(), {text(A, "s", EXACT_SYNONYM)}, {text(B, "s", EXACT_SYNONYM)}, []),
        ({isa(A, C)}, {isa(A, C), text(A, "mass")}, {isa(A, C), text(B, "mass")}, []),
        (
            {isa(A, C)},
            {isa(A, C), text(A, "a")},
            {isa(A, C), text(A, "b")},
            [ConflictKind.DIVERGENT_VALUE],
        ),
        (
            set(),
            {text(A, "STRASSE \n 1")},
            {text(B, "Straße 1")},
            [ConflictKind.DUPLICATE_CREATION],
        ),
    ],
)
def test_what_counts_as_created_twice(
    base: set, ours: set, theirs: set, expected: list[ConflictKind]
) -> None:
    assert kinds(base, ours, theirs) == expected
    assert kinds(base, theirs, ours) == expected


def test_two_nodes_of_one_name_are_told_by_their_labels() -> None:
    mine = {text(B, "Mass"), text(B, "Masse", language="de")}
    yours = {text(A, "mass"), text(A, "masse", language="de")}
    (found,) = merged(set(), mine | {isa(B, C)}, yours | {isa(A, D)})[0].conflicts
    assert (found.kind, found.subject) == (ConflictKind.DUPLICATE_CREATION, A)
    assert (found.base, set(found.ours), set(found.theirs)) == ((), mine, yours)


# A text on one side, its sources on the other.

OLD = noted(text(A, "old", DEFINITION), "1")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (noted(text(A, "new", DEFINITION), "1"), noted(OLD, "1", "2"), ("new", "12")),
        (noted(text(A, "new", DEFINITION), "1"), noted(OLD), ("new", "")),
        (noted(text(A, "new", DEFINITION), "2"), noted(OLD, "2"), ("new", "2")),
        (noted(text(A, "new", DEFINITION), "1", "2"), noted(text(A, "new", DEFINITION), "1", "3"),
         ("new", "123")),
        (noted(text(A, "new", DEFINITION), "2"), noted(OLD, "3"), ConflictKind.DIVERGENT_VALUE),
        (noted(text(A, "new", DEFINITION), "1"), noted(text(A, "other", DEFINITION), "1"),
         ConflictKind.DIVERGENT_VALUE),
        (None, noted(OLD, "1", "2"), ConflictKind.DELETE_MODIFY),
    ],
)  # fmt: skip
def test_a_text_and_its_sources_merge_apart(
    ours: Statement, theirs: Statement, expected: tuple[str, str] | ConflictKind
) -> None:
    rest = {text(A, "a")}
    mine, yours = rest | ({ours} if ours else set()), rest | {theirs}
    for one, other in ((mine, yours), (yours, mine)):
        found, state = merged({OLD} | rest, one, other)
        if isinstance(expected, ConflictKind):
            assert [c.kind for c in found.conflicts] == [expected]
        else:
            value, sources = expected
            assert found.conflicts == ()
            assert state == {noted(text(A, value, DEFINITION), *sources)} | rest


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("ab", "abc", "abc"),
        ("b", "ac", "c"),
        ("b", "a", ConflictKind.DIVERGENT_VALUE),
        ("abc", "abd", ConflictKind.DIVERGENT_VALUE),
        ("b", "bc", ConflictKind.DELETE_MODIFY),
        ("", "abc", ConflictKind.DELETE_MODIFY),
        ("", "a", ""),
    ],
)
def test_a_slot_that_has_too_many_values(
    ours: str, theirs: str, expected: str | ConflictKind
) -> None:
    rest = {isa(A, B)}
    base, mine, yours = ({text(A, value) for value in row} | rest for row in ("ab", ours, theirs))
    for one, other in ((mine, yours), (yours, mine)):
        found, state = merged(base, one, other)
        if isinstance(expected, ConflictKind):
            assert [c.kind for c in found.conflicts] == [expected]
        else:
            assert found.conflicts == ()
            assert state == {text(A, value) for value in expected} | rest


# Laws.


def values(state: State) -> dict[object, set[Object]]:
    slots: defaultdict[object, set[Object]] = defaultdict(set)
    for statement in state:
        if statement.predicate in RULES.single_valued:
            slots[unit_of(statement, RULES.single_valued)].add(statement.object)
    return slots


def on_cycles(state: State, predicate: Node) -> set[frozenset[Node]]:
    """Groups of nodes that reach each other, found by squaring until nothing is new."""
    steps = {
        (s.subject, s.object)
        for s in state
        if s.predicate == predicate and isinstance(s.object, str)
    }
    reach = set(steps)
    while more := {(a, d) for a, b in reach for c, d in reach if b == c} - reach:
        reach |= more
    return {
        frozenset(b for b in NODES if (a, b) in reach and (b, a) in reach)
        for a in NODES
        if (a, a) in reach
    }


def dangling(base: State, state: State) -> set[tuple[Node, Node, Node]]:
    """Who says what of nodes that the base describes and of which nothing is left."""
    gone = {s.subject for s in base if not is_edge(s)} - {s.subject for s in state}
    return {(s.subject, s.predicate, node) for s in state for node in s.mentions() if node in gone}


def check_sound(base: State, ours: State, theirs: State, state: State) -> None:
    """What no choice may bring about, whoever wins."""
    known = [values(side) for side in (ours, theirs, base)]
    for slot, found in values(state).items():
        assert any(found <= side.get(slot, set()) for side in known)
    for group in on_cycles(state, SUBCLASS_OF):
        # Where a side or the base had a cycle already, the merge may have made it wider.
        if not any(
            group & other for s in (ours, theirs, base) for other in on_cycles(s, SUBCLASS_OF)
        ):
            pytest.fail(f"a cycle made by the merge: {sorted(group)}")
    assert dangling(base, state) <= dangling(base, ours) | dangling(base, theirs)


def check_winner(base: State, winner: State, loser: State, state: State) -> None:
    """The winner's changes stand; only where the loser alone changed a text does it count."""
    slots = RULES.single_valued
    before, after, other = values(base), values(winner), values(loser)
    for slot in before.keys() | after.keys():
        if after.get(slot, set()) != before.get(slot, set()):
            had, has = before.get(slot, set()), after.get(slot, set())
            now = values(state).get(slot, set())
            assert has - had <= now
            assert not (had - has) & now
            assert now <= has | other.get(slot, set())
    keys = [{s.key for s in side if s.predicate not in slots} for side in (base, winner, state)]
    had, has, now = keys
    assert has - had <= now
    assert not (had - has) & now


small = st.frozensets(few, max_size=8)
nodes = st.sampled_from(NODES[:4])
#: Descriptions, edges and obsoletions that meet often, over the same four nodes.
woven = st.frozensets(
    st.one_of(
        st.builds(isa, nodes, nodes),
        st.builds(text, nodes, st.sampled_from(("a", "b", "A"))),
        st.builds(text, nodes, st.sampled_from(("a", "b")), st.just(COMMENT)),
        st.builds(text, nodes, st.sampled_from(("s", "t")), st.just(EXACT_SYNONYM)),
        st.builds(obsolete, nodes),
        st.builds(
            Statement,
            nodes,
            st.just(EXACT_SYNONYM),
            st.just(Literal("s")),
            st.builds(lambda node: (Qualifier(XREF, node),), nodes),
        ),
    ),
    max_size=10,
)


def edits(of: st.SearchStrategy[State]) -> st.SearchStrategy[tuple[State, State, State]]:
    """A base and two states, each anything or a few changes away from the base."""
    apart = st.tuples(of, of, of)
    near = apart.map(lambda three: (three[0], three[0] ^ three[1], three[0] ^ three[2]))
    return st.one_of(apart, near)


worlds = st.one_of(edits(small), edits(woven), edits(states))
CASES = [tuple(map(frozenset, case[:3])) for case in SCOPES.values()]


def on_cases(test: Any) -> Any:
    """The cases of the table are examples of each law."""
    for case in CASES:
        test = example(case)(test)
    return test


def check_one_sided(world: tuple[State, State, State]) -> None:
    base, ours, theirs = world
    for side, winner, loser in ((Side.OURS, ours, theirs), (Side.THEIRS, theirs, ours)):
        found, state = merged(base, ours, theirs, always(side))
        assert found.conflicts == ()
        check_sound(base, ours, theirs, state)
        check_winner(base, winner, loser, state)
        turned, swapped = merged(base, theirs, ours, always(side.other))
        assert turned.delta == found.delta
        assert swapped == state
        assert len(turned.decisions) == len(found.decisions)


def check_mixed(world: tuple[State, State, State]) -> None:
    base, ours, theirs = world
    found, state = merged(base, ours, theirs, by_id)
    assert found.conflicts == ()
    check_sound(base, ours, theirs, state)
    choices = {d.conflict.id: d.side for d in found.decisions}
    again, _ = merged(base, ours, theirs, Resolutions(choices).decider())
    assert again == found
    assert Resolutions(choices).unused(again.decisions) == ()


@on_cases
@given(worlds)
def test_one_side_decides_everything(world: tuple[State, State, State]) -> None:
    check_one_sided(world)


@on_cases
@given(worlds)
def test_any_decisions_leave_no_conflict(world: tuple[State, State, State]) -> None:
    check_mixed(world)


@on_cases
@given(worlds)
def test_deciding_changes_nothing_but_conflicts(world: tuple[State, State, State]) -> None:
    base, ours, theirs = world
    plain, _ = merged(base, ours, theirs)
    asked: list[Conflict] = []

    def refuse(conflict: Conflict) -> None:
        asked.append(conflict)

    assert merged(base, ours, theirs, refuse)[0] == plain
    assert asked == list(plain.conflicts)
    if not plain.conflicts:
        assert merged(base, ours, theirs, always(Side.OURS))[0] == plain
        assert merged(base, theirs, ours)[0] == plain


@pytest.mark.long
@settings(max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
@given(worlds)
def test_laws_of_resolution_in_the_long_run(world: tuple[State, State, State]) -> None:
    check_one_sided(world)
    check_mixed(world)


# Ids, deciders, records, choices as text.

LABELS = Conflict.of(
    ConflictKind.DIVERGENT_VALUE, A, {text(A, "a")}, {text(A, "b")}, {noted(text(A, "c"), "1")}
)


def test_the_id_of_a_conflict() -> None:
    assert LABELS.id == "50d2c25187b2"
    assert len(LABELS.id) == ID_DIGITS
    turned = Conflict.of(LABELS.kind, A, LABELS.base, LABELS.theirs, LABELS.ours)
    moved = Conflict.of(LABELS.kind, A, (), (*LABELS.base, *LABELS.ours), LABELS.theirs)
    other = Conflict.of(ConflictKind.CYCLE, A, LABELS.base, LABELS.ours, LABELS.theirs)
    assert len({LABELS.id, turned.id, moved.id, other.id}) == 4


@pytest.mark.parametrize("seed", ["1", "2"])
def test_ids_are_the_same_in_every_process(seed: str) -> None:
    script = "from tests.graph.test_resolution import LABELS; print(LABELS.id)"
    run = partial(subprocess.run, check=True, capture_output=True, text=True, cwd=ROOT)
    done = run([sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed})
    assert done.stdout.strip() == LABELS.id


@pytest.mark.parametrize("recent", [False, True])
@pytest.mark.parametrize("otherwise", [None, *Side])
@pytest.mark.parametrize("later", [None, *Side])
@pytest.mark.parametrize("choice", [None, *Side])
def test_who_decides(
    choice: Side | None, later: Side | None, otherwise: Side | None, recent: bool
) -> None:
    choices = {} if choice is None else {LABELS.id: choice}
    decide = Resolutions(choices, otherwise, recent).decider(always(later))
    asked = [choice, *([later] if recent else []), otherwise]
    assert decide(LABELS) == next((side for side in asked if side), None)


def test_recency_that_nobody_knows() -> None:
    assert Resolutions(recent=True, otherwise=Side.OURS).decider(None)(LABELS) is Side.OURS


def test_choices_that_no_conflict_asked_for() -> None:
    choices = Resolutions({LABELS.id: Side.OURS, "f" * 12: Side.OURS, "0" * 12: Side.OURS})
    assert choices.unused([Decision(LABELS, Side.OURS)]) == ("0" * 12, "f" * 12)
    assert Resolutions(otherwise=Side.OURS).unused([Decision(LABELS, Side.OURS)]) == ()


def test_decisions_as_provenance() -> None:
    cycle = Conflict.of(ConflictKind.CYCLE, B, (), {isa(B, A)}, {isa(A, B)})
    decisions = [Decision(LABELS, Side.OURS), Decision(cycle, Side.THEIRS)]
    expected = [
        ("resolved", f"{LABELS.id} ours: divergent value {A}"),
        ("resolved", f"{cycle.id} theirs: cycle {B}"),
    ]
    assert record_of(decisions) == record_of(decisions[::-1]) == tuple(sorted(expected))
    assert record_of(()) == ()


def test_choices_as_text() -> None:
    lines = f"# agreed on\n\n{LABELS.id} ours # as before\n  {'0' * 12}\ttheirs\n{LABELS.id} ours\n"
    assert parse_choices(lines, "choices") == {LABELS.id: Side.OURS, "0" * 12: Side.THEIRS}
    assert parse_choices("", "choices") == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0123456789ab", "1 words"),
        ("0123456789ab ours theirs", "3 words"),
        ("0123456789ab both", "'both' is no side"),
        ("0123456789ab OURS", "'OURS' is no side"),
        ("0123456789a ours", "'0123456789a' is no conflict id"),
        ("0123456789aB ours", "'0123456789aB' is no conflict id"),
        ("aaaaaaaaaaaa theirs", "aaaaaaaaaaaa was decided otherwise above"),
    ],
)
def test_a_bad_line_of_choices(line: str, reason: str) -> None:
    with pytest.raises(InvalidResolutionError) as caught:
        parse_choices(f"aaaaaaaaaaaa ours\n\n{line}\n", "choices.txt")
    error = caught.value
    assert isinstance(error, StoreError)
    assert (error.source, error.line) == ("choices.txt", 3)
    assert str(error).startswith(f"choices.txt:3: {reason}")
    assert "\n" not in str(error)
