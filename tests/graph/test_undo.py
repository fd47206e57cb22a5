"""Laws of taking back: what came later stays, what stands against it is a conflict."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.conflicts import ConflictKind
from graph.errors import ConflictError
from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Statement
from graph.overlay import Overlay
from graph.undo import replay, take_back, take_back_steps
from graph.vocabulary import LABEL, XREF
from tests.graph.strategies import states

State = frozenset[Statement]


def between(before: State, after: State) -> Delta:
    return Delta(before - after, after - before)


def label(node: str, text: str) -> Statement:
    return Statement(f"urn:n:{node}", LABEL, Literal(text))


@given(states, states)
def test_the_last_change_is_taken_back_whole(before: State, after: State) -> None:
    change = between(before, after)
    assert take_back(MemorySnapshot(after), Delta(), change) == change.inverse


@given(st.lists(states, min_size=2, max_size=5))
def test_all_steps_taken_back_are_none(steps: list[State]) -> None:
    deltas = [between(a, b) for a, b in pairwise(steps) if a != b]
    back = take_back_steps(MemorySnapshot(steps[0]), deltas, Delta(), range(len(deltas)))
    assert back == between(steps[-1], steps[0])


@given(st.lists(states, min_size=2, max_size=4), states, st.data())
def test_a_step_taken_back_leaves_the_others_or_says_why(
    steps: list[State], head: State, data: st.DataObject
) -> None:
    deltas = [between(a, b) for a, b in pairwise(steps)]
    place = data.draw(st.integers(0, len(deltas) - 1))
    since = between(steps[-1], head)
    try:
        back = take_back_steps(MemorySnapshot(steps[0]), deltas, since, [place])
    except ConflictError:
        return
    assert back.removed <= head
    assert not back.added & head
    # Nothing is touched but what the step did, and what stands in the same slot or key.
    own = deltas[place]
    touched = {(s.subject, s.predicate) for s in own.removed | own.added}
    assert {(s.subject, s.predicate) for s in back.removed | back.added} <= touched


STEPS = (
    frozenset({label("a", "a")}),
    frozenset({label("a", "a"), label("b", "b")}),
    frozenset({label("a", "other"), label("b", "b")}),
    frozenset({label("a", "third"), label("b", "b")}),
)
DELTAS = [between(a, b) for a, b in pairwise(STEPS)]


def states_after(back: Delta) -> State:
    return frozenset(Overlay(MemorySnapshot(STEPS[-1]), back).statements())


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ([0], {label("a", "third")}),
        ([2], {label("a", "other"), label("b", "b")}),
        ([1, 2], {label("a", "a"), label("b", "b")}),
        ([2, 0, 2], {label("a", "other")}),
    ],
)
def test_some_steps_of_three(wanted: list[int], left: set[Statement]) -> None:
    back = take_back_steps(MemorySnapshot(STEPS[0]), DELTAS, Delta(), wanted)
    assert states_after(back) == left


def test_a_step_that_another_stands_on_cannot_go_alone() -> None:
    with pytest.raises(ConflictError) as raised:
        take_back_steps(MemorySnapshot(STEPS[0]), DELTAS, Delta(), [1])
    (conflict,) = raised.value.conflicts
    assert conflict.kind is ConflictKind.DIVERGENT_VALUE
    assert conflict.ours == (label("a", "third"),)
    assert conflict.theirs == (label("a", "a"),)


def test_what_is_gone_already_is_told() -> None:
    change = between(STEPS[0], STEPS[1])
    with pytest.raises(ConflictError, match="undo stopped by 1 conflict") as raised:
        take_back(MemorySnapshot(STEPS[1]), change.inverse, change)
    (conflict,) = raised.value.conflicts
    assert conflict.kind is ConflictKind.NOTHING_LEFT
    with pytest.raises(ConflictError, match="cherry-pick stopped by 1 conflict"):
        replay(MemorySnapshot(STEPS[0]), change, change, doing="cherry-pick")


def test_later_work_on_other_things_stays() -> None:
    later = Delta(added=frozenset({Statement("urn:n:b", XREF, Literal("X:1"))}))
    change = between(STEPS[0], frozenset({label("a", "new")}))
    back = take_back(MemorySnapshot({label("a", "new")}), later, change)
    assert back == change.inverse


@given(st.lists(states, min_size=2, max_size=4))
def test_steps_add_up(steps: list[State]) -> None:
    """Taking back from the end one by one is taking back all."""
    deltas = [between(a, b) for a, b in pairwise(steps)]
    whole = list(accumulate(reversed([d.inverse for d in deltas]), Delta.then))
    assert whole[-1] == between(steps[-1], steps[0])
