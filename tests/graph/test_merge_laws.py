"""Laws of deciding: whoever wins, nothing is left open, taken from both sides, or left hanging."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.axioms import is_edge
from graph.conflicts import Conflict
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.resolution import Resolutions, Side
from graph.units import unit_of
from graph.vocabulary import (
    COMMENT,
    EXACT_SYNONYM,
    SUBCLASS_OF,
    XREF,
)
from tests.graph.merge_cases import SCOPES
from tests.graph.merging import (
    RULES,
    State,
    always,
    by_id,
    isa,
    merged,
    obsolete,
    text,
)
from tests.graph.strategies import NODES, few, states


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
