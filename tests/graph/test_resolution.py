"""Conflicts decided: one side, the later work, or one by one, and what is left then."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import pytest

from graph.conflicts import ID_DIGITS, Conflict, ConflictKind
from graph.errors import InvalidResolutionError, StoreError
from graph.resolution import Decision, Resolutions, Side, parse_choices, record_of
from tests.conftest import ROOT
from tests.graph.merge_cases import SCOPES
from tests.graph.merging import (
    A,
    B,
    C,
    always,
    isa,
    merged,
    noted,
    text,
)


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
        ("0123456789ab", "write the id"),
        ("0123456789ab ours theirs", "write the id"),
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
