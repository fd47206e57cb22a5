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
    c.NodeMetadataAssertionChange: {c.RemoveMetadataAssertion},
    c.PlaceUnder: {c.EdgeCreation},
    c.RemoveUnder: {c.EdgeDeletion},
    c.NodeMove: {c.NodeMove, c.NodeDeepening, c.NodeShallowing},
    # the object of an edge moves; the subject is told where it is the only one of its kind
    c.EdgeRewiring: {
        *(c.NodeMove, c.NodeDeepening, c.NodeShallowing),
        *(c.EdgeRewiring, c.EdgeDeletion, c.EdgeCreation),
    },
    c.StatementAddition: {c.NodeAnnotationChange},
    # by the class of what goes; without its flag a node is no longer obsolete, nor labelled so
    c.StatementRemoval: {
        *(c.NodeAnnotationChange, c.RemoveMetadataAssertion),
        *(c.RemoveMapping, c.RemoveSynonym, c.RemoveTextDefinition),
        *(c.EdgeDeletion, c.LogicalAxiomChange, c.RemoveNodeFromSubset),
        *(c.NodeUnobsoletion, c.NodeRename, c.RemoveMetadataAssertion),
    },
}


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


def _ways_to_say(change: c.Change) -> set[type[c.Change]]:
    """The classes by which diff says a change; sets leave no trace, and are said one by one."""
    if isinstance(change, c.Transaction | c.MultiNodeObsoletion):
        ways = set().union(*map(_ways_to_say, change.change_set))
        # where both the value and its predicate become others, nothing of what was there is left
        both = c.MetadataAssertionPredicateChange in ways
        return ways | {c.RemoveMetadataAssertion, c.NewMetadataAssertion} if both else ways
    return SAID_BY.get(type(change), {type(change)})


def _check_found(kind: type[c.Change], graph: MemorySnapshot, seeds: int) -> None:
    results = _planted(kind, graph, seeds)
    assert len(results) > seeds // 4
    told = 0
    for result in results:
        changes = lift(graph, result.delta, OBO_POLICY)
        assert apply(changes, graph, OBO_POLICY).delta == result.delta
        told += {type(change) for change in changes} <= _ways_to_say(result.change)
    # of a few the one that is netted to something else would weigh too much
    assert told >= int(0.98 * len(results))


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
