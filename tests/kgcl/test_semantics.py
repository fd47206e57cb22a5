"""What each change does to a small graph: deltas, effects, and the words of every refusal."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from graph.memory import MemorySnapshot
from graph.model import Delta
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from graph.vocabulary import COMMENT, SUBCLASS_OF
from kgcl import changes as c
from kgcl.apply import RULES, Status, apply
from kgcl.changes import ALL, MultiNodeObsoletion, Transaction
from kgcl.errors import ChangeError, RejectedChangeError
from kgcl.parser import parse
from kgcl.policy import named_policy
from kgdelta.wording import statement_text

DATA = Path(__file__).parent / "data"
CASES = tomllib.loads((DATA / "semantics.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    outcome = apply(parse((DATA / "base.kgcl").read_text(encoding="utf-8")), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["changes"])
def test_change(case: dict[str, Any], base: MemorySnapshot) -> None:
    policy, state = named_policy(case.get("policy", "obo")), Overlay(base)
    for change in parse(case["changes"]):
        # each a batch of its own: what goes against what in one is not the subject here
        last = apply([change], state, policy).results[0]
        state = Overlay(base, state.delta.then(last.delta))
    prefixes = PrefixMap.of(base)
    assert last.status == case.get("status", "applied"), last.reason
    assert last.reason == case.get("reason", "")
    texts = {statement_text(s, prefixes) for s in last.delta.removed}
    assert texts == set(case.get("removed", []))
    assert {statement_text(s, prefixes) for s in last.delta.added} == set(case.get("added", []))
    assert [str(effect.kind) for effect in last.effects] == case.get("effects", [])


def test_every_class_has_a_rule_and_a_case() -> None:
    assert set(RULES) == set(ALL) - {Transaction, MultiNodeObsoletion}
    tried = {type(change) for case in CASES for change in parse(case["changes"])}
    tried |= {type(c) for c in parse((DATA / "base.kgcl").read_text(encoding="utf-8"))}
    tried |= {type(c) for c in parse("remove definition for X:3\ndelete edge X:1 X:2 X:3")}
    assert tried == set(ALL)


def test_the_readme_says_what_each_class_does() -> None:
    page = files("kgcl").joinpath("README.md").read_text("utf-8")
    table = page[page.index("## Semantics") : page.index("### Names and ids")]
    rows = re.findall(r"^\| ([\w, ]+) \|", table, re.MULTILINE)
    kinds = {kind.__name__ for kind in ALL}
    told = [name for row in rows for name in row.split(", ") if name in kinds]
    assert sorted(told) == sorted(kinds)


ARM = c.Ref("X:3", c.RefKind.CURIE)
ARM_EDGE = c.Edge(ARM, c.Ref(SUBCLASS_OF))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (c.NodeAnnotationChange(ARM, c.Ref(COMMENT), None, None), "neither an old nor a new value"),
        (c.NodeSynonymChange(ARM, None, None), "neither an old nor a new synonym"),
        (c.NodeMappingChange(ARM, None, None), "neither an old nor a new mapping"),
        (c.LogicalAxiomChange(None, None), "neither an old nor a new axiom"),
        (c.LogicalAxiomChange(None, c.Text("all")), "an axiom is an expression"),
        (c.EdgeRewiring(ARM_EDGE, ARM, ARM), "a subject, a predicate and an object"),
        (c.EdgeLogicalInterpretationChange(ARM_EDGE, None, "only"), "a subject, a predicate"),
        (c.PredicateChange(ARM_EDGE, ARM, ARM), "the edge has no object"),
        (
            c.MultiNodeObsoletion((c.NodeDeletion(ARM),)),
            "change 1 of 1 in it: a NodeDeletion is no obsoletion: use a transaction",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_text_says_is_rejected(change: c.Change, reason: str, base: MemorySnapshot) -> None:
    result = apply([change], base).results[0]
    assert result.status is Status.REJECTED
    assert reason in result.reason


def test_the_parts_of_a_set_have_results(base: MemorySnapshot) -> None:
    made = apply(parse("begin; rename X:3 to 'a'; obsolete X:9; delete X:6; end"), base).results[0]
    assert [p.status for p in made.parts] == [Status.APPLIED, Status.NO_OP, Status.APPLIED]
    undone = apply(parse("begin; rename X:3 to 'a'; delete X:77; delete X:6; end"), base).results[0]
    assert [(p.withheld, p.delta) for p in undone.parts] == [(True, Delta()), (False, Delta())]
    assert undone.parts[0].reason == "the set that it is in was rejected"


def test_a_rejected_set_leaves_the_state_as_it_was(base: MemorySnapshot) -> None:
    text = "begin; rename X:3 to 'a'; delete X:77; end\nrename X:3 from 'arm' to 'b'"
    outcome = apply(parse(text), base, keep_going=True)
    assert [r.status for r in outcome.results] == [Status.REJECTED, Status.APPLIED]


def test_what_comes_with_a_change_is_recorded_only(base: MemorySnapshot) -> None:
    text = "rename X:3 to 'a' because 'clearer' by orcid:0000-0002-1825-0097"
    plain = apply(parse("rename X:3 to 'a'"), base)
    assert apply(parse(text), base).delta == plain.delta
    assert apply(parse("rename X:3 to 'a' forcing begin; delete X:77; end"), base).delta == (
        plain.delta
    )


def test_a_batch_is_atomic_unless_asked_otherwise(base: MemorySnapshot) -> None:
    text = "rename X:3 from 'arm' to 'a'\nrename X:4 from 'nonsense' to 'b'"
    outcome = apply(parse(text), base)
    assert outcome.delta == Delta()
    assert [r.status for r in outcome.results] == [Status.REJECTED, Status.REJECTED]
    assert [r.withheld for r in outcome.results] == [True, False]
    assert outcome.results[0].reason == "line 2 was rejected, and a batch is atomic"
    with pytest.raises(RejectedChangeError, match="line 2: the label of X:4"):
        outcome.raise_if_rejected()
    kept = apply(parse(text), base, keep_going=True)
    assert [r.status for r in kept.results] == [Status.APPLIED, Status.REJECTED]
    assert len(kept.delta) == 2


def test_a_graph_names_its_policy(base: MemorySnapshot) -> None:
    setting = "add statement <urn:kgdelta:ontology> kgdelta:obsoletion 'flag'"
    flagged = Overlay(base, apply(parse(setting), base).delta)
    outcome = apply(parse("obsolete X:6"), flagged)
    assert not outcome.delta.removed
    assert len(outcome.delta.added) == 1


def test_an_unknown_policy_is_named(base: MemorySnapshot) -> None:
    setting = "add statement <urn:kgdelta:ontology> kgdelta:obsoletion 'gentle'"
    flagged = Overlay(base, apply(parse(setting), base).delta)
    with pytest.raises(ChangeError, match="no policy 'gentle': choose one of obo, flag"):
        apply(parse("obsolete X:6"), flagged)
