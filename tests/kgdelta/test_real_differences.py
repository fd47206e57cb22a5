"""Law 2 on real ontologies: what diff says of two versions gives the second, in every form."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.model import Delta
from graph.prefixes import PrefixMap
from kgcl.apply import apply
from kgcl.changes import Change
from kgcl.diff import lift_results
from kgcl.parser import parse
from kgcl.policy import OBO_POLICY, POLICIES
from kgcl.render import render
from kgcl.schema import dump_json, dump_yaml, load_json, load_yaml
from tests.benchmarks.shares import Share
from tests.real_histories import HISTORIES, states

#: Ways to hand changes over, beside their text.
FORMS: dict[str, Callable[[list[Change]], list[Change]]] = {
    "objects": list,
    "YAML": lambda changes: load_yaml(dump_yaml(changes)),
    "JSON": lambda changes: load_json(dump_json(changes)),
}


def check(before: MemorySnapshot, after: MemorySnapshot, forms: bool = False) -> Share:
    """Law 2 under every policy, through text and maybe all else; what ``obo`` finds, counted."""
    delta = Delta.between(before.all, after.all)
    prefixes = PrefixMap.of(before)
    share = Share()
    for policy in POLICIES.values():
        results = lift_results(before, delta, policy)
        changes = [result.change for result in results]
        told = parse("\n".join(render(change, prefixes) for change in changes))
        ways = [told, *(form(changes) for form in FORMS.values() if forms)]
        for way in ways:
            outcome = apply(way, before, policy)
            outcome.raise_if_rejected()
            assert outcome.delta == delta
        if policy is OBO_POLICY:
            share.count(results)
    return share


@pytest.mark.parametrize(("name", "pairs"), [("uo, full", 6), ("schema-org", 1), ("pato", 1)])
def test_some_neighbours(shared: Path, name: str, pairs: int) -> None:
    line = list(states(shared, name))
    for pair in random.Random(7).sample(list(pairwise(line)), pairs):
        check(*pair, forms=True)


@pytest.mark.long
@pytest.mark.parametrize("name", HISTORIES)
def test_a_history(shared: Path, name: str) -> None:
    """All neighbours, first against last and back; 95 of 100 statements by named classes."""
    line = list(states(shared, name))
    assert len(line) == HISTORIES[name]
    share = Share()
    for number, pair in enumerate(pairwise(line)):
        share.add(check(*pair, forms=number % 10 == 0))
    check(line[0], line[-1])
    check(line[-1], line[0])
    assert share.named >= 0.95
