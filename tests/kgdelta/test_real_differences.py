"""Law 2 on real ontologies: what diff says of two versions gives the second, through text too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.model import Delta
from graph.prefixes import PrefixMap
from ingest.formats import read
from ingest.history_archive import ArchiveHistory
from kgcl.apply import apply
from kgcl.changes import StatementAddition, StatementRemoval
from kgcl.diff import lift_results
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY, OBO_POLICY
from kgcl.render import render

#: Full histories of a file in git: archive, OBO id, versions.
HISTORIES = [("uo", 68), ("eco", 118)]
RELEASES = [("pato", 10), ("uo", 24), ("eco", 24)]


def history(shared: Path, name: str) -> list[MemorySnapshot]:
    archive = ArchiveHistory(shared / "full-history" / f"{name}.tar.xz")
    opened = archive.opened(archive.listing().editions)
    return [edition.read(name).snapshot() for edition in opened]


def releases(shared: Path, name: str) -> Iterator[MemorySnapshot]:
    for path in sorted((shared / name).glob("*.obo")):
        yield read(path).snapshot()


def check(before: MemorySnapshot, after: MemorySnapshot) -> tuple[int, int]:
    """Statements that changed between two states, and those told by plain statement changes."""
    delta = Delta.between(before.all, after.all)
    prefixes = PrefixMap.of(before)
    plain = 0
    for policy in (OBO_POLICY, FLAG_POLICY):
        results = lift_results(before, delta, policy)
        told = [render(result.change, prefixes) for result in results]
        outcome = apply(parse("\n".join(told)), before, policy)
        outcome.raise_if_rejected()
        assert outcome.delta == delta
        plain += sum(
            len(result.delta)
            for result in results
            if isinstance(result.change, (StatementAddition, StatementRemoval))
        )
    return 2 * len(delta), plain


def check_all(states: list[MemorySnapshot]) -> None:
    """All neighbours, first against last and back; 95 of 100 statements by named classes."""
    counts = [check(*pair) for pair in pairwise(states)]
    check(states[0], states[-1])
    check(states[-1], states[0])
    changed, plain = (sum(column) for column in zip(*counts, strict=True))
    assert plain <= 0.05 * changed


def test_some_neighbours_of_a_full_history(shared: Path) -> None:
    states = history(shared, "uo")
    for pair in random.Random(7).sample(list(pairwise(states)), len(states) // 10):
        check(*pair)


@pytest.mark.long
@pytest.mark.parametrize(("name", "count"), HISTORIES)
def test_a_full_history(shared: Path, name: str, count: int) -> None:
    states = history(shared, name)
    assert len(states) == count
    check_all(states)


@pytest.mark.long
@pytest.mark.parametrize(("name", "count"), RELEASES)
def test_releases(shared: Path, name: str, count: int) -> None:
    states = list(releases(shared, name))
    assert len(states) == count
    check_all(states)
