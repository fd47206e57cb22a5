"""What an unobsoletion brings back, where the state remembers how the node became obsolete."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Delta, Node
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from graph.vocabulary import OBO
from kgcl.apply import Result, apply
from kgcl.changes import NodeObsoletion, NodeObsoletionWithDirectReplacement, NodeUnobsoletion, Ref
from kgcl.parser import parse
from kgcl.policy import OBO_POLICY
from kgcl.policy_settings import read_settings
from kgcl.state import EffectKind
from kgdelta.wording import statement_text
from tests.kgcl.test_patch_laws import NODES, graphs

DATA = Path(__file__).parent / "data"
POLICY = read_settings("unobsolete.restore = 'history'", "kgcl.toml").over(OBO_POLICY)


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    outcome = apply(parse((DATA / "base.kgcl").read_text(encoding="utf-8")), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


def _there_and_back(base: MemorySnapshot, away: str, between: str, back: str) -> Result:
    """Changes, others after them, and an unobsoletion that remembers the first."""
    first = apply(parse(away), base, POLICY)
    first.raise_if_rejected()
    middle = Overlay(base, first.delta)
    second = apply(parse(between), middle, POLICY)
    second.raise_if_rejected()
    state = Overlay(base, first.delta.then(second.delta))
    return apply(parse(back), state, POLICY, recall=lambda _: first.delta).results[-1]


CASES = [
    (
        "obsolete X:2", "", "unobsolete X:2",
        {"X:2 rdfs:subClassOf X:1", "X:3 rdfs:subClassOf X:2", "X:4 rdfs:subClassOf X:2"},
        {"X:3 rdfs:subClassOf X:1", "X:4 rdfs:subClassOf X:1"},
        0,
    ),
    (
        "obsolete X:3 with replacement X:4", "", "unobsolete X:3",
        {
            "X:3 rdfs:subClassOf X:2", "X:5 X:100 X:3 {oboInOwl:hasDbXref=\"PMID:1\"}",
            "X:5 owl:equivalentClass ObjectIntersectionOf(ObjectSomeValuesFrom(X:100 X:3) X:6)",
        },
        {
            "X:5 X:100 X:4 {oboInOwl:hasDbXref=\"PMID:1\"}",
            "X:5 owl:equivalentClass ObjectIntersectionOf(ObjectSomeValuesFrom(X:100 X:4) X:6)",
        },
        0,
    ),
    # what was moved since stays where it is
    (
        "obsolete X:2", "move X:3 from X:1 to X:6", "unobsolete X:2",
        {"X:2 rdfs:subClassOf X:1", "X:4 rdfs:subClassOf X:2"},
        {"X:4 rdfs:subClassOf X:1"},
        1,
    ),
    # a parent that is obsolete, or gone, is none any more
    ("obsolete X:6", "obsolete X:1", "unobsolete X:6", set(), set(), 1),
    ("obsolete X:3", "delete X:2", "unobsolete X:3", set(), set(), 1),
    # a parent that went below the child would close a cycle
    (
        "obsolete X:2", "remove X:3 from under X:1; place X:1 under X:3", "unobsolete X:2",
        {"X:2 rdfs:subClassOf X:1", "X:4 rdfs:subClassOf X:2"},
        {"X:4 rdfs:subClassOf X:1"},
        1,
    ),
    (
        "obsolete X:2", "", "begin; unobsolete X:2; rename X:2 to 'limbs'; end",
        {"X:2 rdfs:subClassOf X:1", "X:3 rdfs:subClassOf X:2", "X:4 rdfs:subClassOf X:2"},
        {"X:3 rdfs:subClassOf X:1", "X:4 rdfs:subClassOf X:1"},
        0,
    ),
    (
        "obsolete X:6", "obsolete X:1", "begin; unobsolete X:6; rename X:6 to 'p'; end",
        set(), set(), 1,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("away", "between", "back", "restored", "taken", "missing"),
    CASES,
    ids=[f"{case[0]}; {case[1]}; {case[2]}" for case in CASES],
)
def test_what_comes_back(
    away: str,
    between: str,
    back: str,
    restored: set[str],
    taken: set[str],
    missing: int,
    base: MemorySnapshot,
) -> None:
    result = _there_and_back(base, away, between, back)
    assert result.status == "applied", result.reason
    prefixes = PrefixMap.of(base)
    effects = [e for e in result.effects if e.kind is EffectKind.RESTORED]
    assert {statement_text(e.added, prefixes) for e in effects if e.added} == restored
    assert {statement_text(e.removed, prefixes) for e in effects if e.removed} == taken
    assert sum(e.kind is EffectKind.NOT_RESTORED for e in result.effects) == missing


def test_what_nobody_remembers_is_refused(base: MemorySnapshot) -> None:
    result = apply(parse("unobsolete X:9"), base, POLICY, recall=lambda _: None).results[0]
    assert result.reason == "no commit tells how X:9 ('obsolete fin') became obsolete"


@given(graphs, st.sampled_from(NODES), st.none() | st.sampled_from(NODES))
def test_nothing_between_gives_all_of_it_back(
    graph: MemorySnapshot, node: Node, other: Node | None
) -> None:
    """Where nothing else happened, what comes back is what there was, but for what is obsolete."""
    if other is None:
        change = NodeObsoletion(Ref(node))
    else:
        change = NodeObsoletionWithDirectReplacement(Ref(node), Ref(other))
    away = apply([change], graph, POLICY)
    assume(away.delta)
    state = Overlay(graph, away.delta)
    back = apply([NodeUnobsoletion(Ref(node))], state, POLICY, recall=lambda _: away.delta)
    back.raise_if_rejected()
    after = away.delta.then(back.delta)
    left = {e.concerns for e in back.results[0].effects if e.kind is EffectKind.NOT_RESTORED}
    assert {s for s in after.removed if s.predicate.startswith((OBO + "BFO", "http://www.w3"))} <= (
        left | {s for s in after.removed if s.subject == node}
    )


def test_a_delta_of_nothing_restores_nothing(base: MemorySnapshot) -> None:
    result = apply(parse("unobsolete X:9"), base, POLICY, recall=lambda _: Delta()).results[0]
    assert [str(e.kind) for e in result.effects] == ["relabelled"]
