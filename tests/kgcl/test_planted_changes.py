"""Changes planted in a small graph: every class ends, is undone, and is found again by diff."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Delta
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from kgcl import changes as c
from kgcl.apply import Result, Status, apply
from kgcl.diff import lift
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY, OBO_POLICY, Policy
from kgcl.render import render
from tests.kgcl.planted import EXTRA, MAKERS, Planter

BASE = Path(__file__).parent / "data" / "base.kgcl"
POLICIES = [OBO_POLICY, FLAG_POLICY]
#: Where several classes say the same thing, the one that diff says it by.
SAID_BY = {
    c.NodeSynonymChange: {c.SynonymReplacement},
    c.NodeAnnotationReplacement: {c.NodeAnnotationChange},
    c.NodeMappingChange: {c.MappingReplacement},
    c.MappingCreation: {c.NewMapping},
    c.NewMetadataAssertion: {c.NodeAnnotationChange},
    c.RemoveMetadataAssertion: {c.NodeAnnotationChange},
    c.MetadataAssertionReplacement: {c.NodeAnnotationChange},
    c.NodeMetadataAssertionChange: {c.NodeAnnotationChange},
    c.PlaceUnder: {c.EdgeCreation},
    c.RemoveUnder: {c.EdgeDeletion},
    c.NodeMove: {c.NodeMove, c.NodeDeepening, c.NodeShallowing},
    c.StatementAddition: {c.NodeAnnotationChange},
}
#: What leaves no trace of its own: sets, the other end of an edge, statements of any kind.
UNTOLD = {c.Transaction, c.MultiNodeObsoletion, c.EdgeRewiring, c.StatementRemoval}


@pytest.fixture(scope="module")
def graph() -> MemorySnapshot:
    outcome = apply(parse(BASE.read_text(encoding="utf-8") + EXTRA), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


def _planted(kind: type[c.Change], graph: MemorySnapshot, seeds: int) -> list[Result]:
    """What became of changes of a class that apply."""
    found = []
    for seed in range(seeds):
        change = Planter(graph, Random(seed)).change(kind)
        if change is not None:
            result = apply([change], graph, OBO_POLICY).results[0]
            if result.status is Status.APPLIED:
                found.append(result)
    return found


def _check_found(kind: type[c.Change], graph: MemorySnapshot, seeds: int) -> None:
    results = _planted(kind, graph, seeds)
    assert len(results) > seeds // 4
    told = 0
    for result in results:
        changes = lift(graph, result.delta, OBO_POLICY)
        assert apply(changes, graph, OBO_POLICY).delta == result.delta
        told += {type(change) for change in changes} <= SAID_BY.get(kind, {kind})
    assert kind in UNTOLD or told >= 0.98 * len(results)


@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_diff_finds_what_was_planted(kind: type[c.Change], graph: MemorySnapshot) -> None:
    _check_found(kind, graph, 20)


@pytest.mark.long
@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_diff_finds_what_was_planted_many(kind: type[c.Change], graph: MemorySnapshot) -> None:
    _check_found(kind, graph, 400)


def test_every_class_can_be_planted() -> None:
    assert set(MAKERS) == set(c.ALL)


@given(st.integers(0, 2**32), st.sampled_from(POLICIES), st.booleans())
def test_a_batch_of_any_changes_keeps_the_laws(
    graph: MemorySnapshot, seed: int, policy: Policy, keep_going: bool
) -> None:
    rnd = Random(seed)
    planter = Planter(graph, rnd)
    batch = [planter.change(rnd.choice(c.ALL)) for _ in range(rnd.randrange(1, 9))]
    outcome = apply([change for change in batch if change], graph, policy, keep_going)
    state = graph
    for result in outcome.results:
        assert (result.status is Status.APPLIED) == (not result.reason) == bool(result.delta)
        assert result.delta.removed <= state.all
        assert not result.delta.added & state.all
        after = MemorySnapshot(Overlay(state, result.delta).statements())
        assert MemorySnapshot(Overlay(after, result.delta.inverse).statements()).all == state.all
        for effect in result.effects:
            assert effect.removed is None or effect.removed in result.delta.removed
            assert effect.added is None or effect.added in result.delta.added
            assert effect.concerns is None or effect.concerns in after.all | state.all
        state = after
    assert state.all == frozenset(Overlay(graph, outcome.delta).statements())
    assert not outcome.rejected or keep_going or outcome.delta == Delta()


@given(st.integers(0, 2**32), st.sampled_from(POLICIES))
def test_diff_of_any_changes_is_exact_through_text(
    graph: MemorySnapshot, seed: int, policy: Policy
) -> None:
    rnd = Random(seed)
    planter = Planter(graph, rnd)
    batch = [planter.change(rnd.choice(c.ALL)) for _ in range(rnd.randrange(1, 9))]
    delta = apply([change for change in batch if change], graph, policy, keep_going=True).delta
    for wanted in (delta, delta.inverse):
        base = graph if wanted is delta else MemorySnapshot(Overlay(graph, delta).statements())
        prefixes = PrefixMap.of(base)
        text = "\n".join(render(change, prefixes) for change in lift(base, wanted, policy))
        outcome = apply(parse(text), base, policy)
        assert not outcome.rejected
        assert outcome.delta == wanted


#: Changes that ask for nothing but the node that they are about.
_LOCAL = [
    c.NodeRename,
    c.SetLanguageForName,
    c.NewSynonym,
    c.NewTextDefinition,
    c.TextDefinitionReplacement,
    c.NodeAnnotationChange,
    c.NewMapping,
    c.NewMetadataAssertion,
    c.AddNodeToSubset,
]


@given(st.integers(0, 2**32))
def test_independent_changes_commute(graph: MemorySnapshot, seed: int) -> None:
    rnd = Random(seed)
    planter = Planter(graph, rnd)
    by_node = {}
    for _ in range(rnd.randrange(2, 6)):
        change = planter.change(rnd.choice(_LOCAL))
        if change is not None:
            by_node[change.about_node] = change
    batch = list(by_node.values())
    there = apply(batch, graph, keep_going=True)
    back = apply(batch[::-1], graph, keep_going=True)
    assert there.delta == back.delta
    assert [r.status for r in there.results] == [r.status for r in back.results][::-1]
