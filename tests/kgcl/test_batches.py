"""What goes against what in a batch is found before it is applied, and never in a diff."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from graph.memory import MemorySnapshot
from graph.model import Delta
from kgcl.apply import Status, apply
from kgcl.batch import CONTRADICTIONS, ConflictKind
from kgcl.changes import ALL, MultiNodeObsoletion, Transaction
from kgcl.claims import READERS
from kgcl.diff import diff
from kgcl.parser import parse
from kgcl.policy import Policy
from tests.kgcl.test_patch_laws import graphs, policies

DATA = Path(__file__).parent / "data"
CASES = tomllib.loads((DATA / "batches.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    outcome = apply(parse((DATA / "base.kgcl").read_text(encoding="utf-8")), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["batch"])
def test_pairs_are_found(case: dict[str, Any], base: MemorySnapshot) -> None:
    outcome = apply(parse(case["batch"]), base)
    found = [f"{c.first + 1} {c.second + 1} {c.kind}" for c in outcome.conflicts]
    assert found == case.get("pairs", [])
    errors = [conflict for conflict in outcome.conflicts if conflict.is_error]
    assert bool(errors) == case.get("error", False)
    assert [r.reason for r in outcome.rejected] == [conflict.reason for conflict in errors]
    assert bool(outcome.delta) != bool(errors)
    for conflict in outcome.conflicts:
        assert conflict.earlier.position
        assert conflict.later.position
        assert f"line {conflict.earlier.position.line}" in conflict.reason


def test_every_class_but_sets_lays_claims() -> None:
    assert set(READERS) == set(ALL) - {Transaction, MultiNodeObsoletion}


def test_every_kind_has_a_case() -> None:
    told = {pair.split(" ", 2)[2] for case in CASES for pair in case.get("pairs", [])}
    assert told == set(ConflictKind)
    errors = {
        pair.split(" ", 2)[2]
        for case in CASES
        for pair in case.get("pairs", [])
        if case.get("error")
    }
    assert errors == CONTRADICTIONS


def test_the_earlier_one_stays_where_a_batch_keeps_going(base: MemorySnapshot) -> None:
    text = "rename X:3 to 'a'\nrename X:3 to 'b'\nadd X:3 to subset slim"
    outcome = apply(parse(text), base, keep_going=True)
    wanted = [Status.APPLIED, Status.REJECTED, Status.APPLIED]
    assert [r.status for r in outcome.results] == wanted
    assert outcome.delta != Delta()


def test_the_later_one_has_its_chance_where_the_earlier_one_fails(base: MemorySnapshot) -> None:
    text = "rename X:3 from 'leg' to 'a'\nrename X:3 to 'b'"
    outcome = apply(parse(text), base, keep_going=True)
    assert [r.status for r in outcome.results] == [Status.REJECTED, Status.APPLIED]


def test_a_set_that_contradicts_itself_is_rejected(base: MemorySnapshot) -> None:
    text = "begin; add X:3 to subset slim; rename X:3 to 'a'; rename X:3 to 'b'; end"
    outcome = apply(parse(text), base, keep_going=True)
    assert outcome.rejected[0].reason == ("two new values for one thing, line 1: X:3 ('arm')")
    assert not outcome.delta


def test_what_a_merge_keeps_may_be_used(base: MemorySnapshot) -> None:
    from kgcl.policy import FLAG_POLICY

    text = "merge X:6 into X:4\nadd X:6 to subset slim"
    assert not apply(parse(text), base, FLAG_POLICY).rejected
    assert apply(parse(text), base).rejected


def test_a_name_that_may_be_two_nodes_claims_neither(base: MemorySnapshot) -> None:
    outcome = apply(parse("create class X:7 'arm'\ndelete 'arm'"), base)
    assert outcome.conflicts == ()
    assert "names 2 nodes" in outcome.rejected[0].reason


@given(graphs, graphs, policies)
def test_a_diff_never_contradicts_itself(
    a: MemorySnapshot, b: MemorySnapshot, policy: Policy
) -> None:
    outcome = apply(diff(a, b, policy), a, policy)
    assert not [conflict for conflict in outcome.conflicts if conflict.is_error]
