"""The first part: the same history in all stores, and what it costs to ask them."""

from __future__ import annotations

from tests.benchmarks.peers.system import When, Workload
from tests.benchmarks.store_workers import INDEXING_LATER, Measured

_LOADS = 3
_ROUNDS = 5
_TOGETHER = 25
#: Seconds a system may take for one row in one round; slow ones answer fewer questions.
_BUDGET = 1.5
_COUNTS = {"neighbours": 400, "two_hop": 200, "descendants": 5}


def run_main(systems: list[Measured], work: Workload) -> None:
    """Measure everything; the systems take turns."""
    for _ in range(_LOADS):
        for system in systems:
            system.load()
    _commit(systems, len(work.removed))
    for system in systems:
        system.figures["bytes"] = system.measure("settle", do="settle")["bytes"]
    _read(systems, work, [When.HEAD, When.AS_OF])
    _look_back(systems, work)
    for system in systems:
        system.measure("check out", do="check_out")
    _read([s for s in systems if "check out" in s.samples], work, [When.BRANCH])


def _commit(systems: list[Measured], commits: int) -> None:
    for first in range(0, commits, _TOGETHER):
        last = min(first + _TOGETHER, commits)
        for system in systems:
            if system.name not in INDEXING_LATER:
                system.measure("commit", do="commit", first=first, last=last)
    for system in systems:
        if system.name in INDEXING_LATER:
            system.measure("commit", do="commit", first=0, last=commits)
            system.measure("settle", do="settle")


def _read(systems: list[Measured], work: Workload, states: list[When]) -> None:
    for turn in range(_ROUNDS + 1):
        ordered = systems if turn % 2 else systems[::-1]
        for question in _COUNTS:
            for when in states:
                nodes = _nodes(work, question, when, turn)
                for system in ordered:
                    request = {"question": question, "when": when, "nodes": nodes}
                    if turn == 0:
                        # The first round warms up.
                        system.ask(do="read", budget=_BUDGET / 3, **request)
                    else:
                        row = f"{when} {question}"
                        system.measure(row, do="read", budget=_BUDGET, **request)


def _nodes(work: Workload, question: str, when: When, turn: int) -> list[int]:
    """Other nodes for each state and round, so that no question profits from another's answer."""
    if question == "descendants":
        return work.roots
    count = _COUNTS[question]
    part = len(work.nodes) // len(When)
    first = list(When).index(when) * part + turn * count
    return work.nodes[first : first + count]


def _look_back(systems: list[Measured], work: Workload) -> None:
    commits = len(work.removed)
    middle, tenth = commits // 2, commits // 10
    for system in systems:
        for form in ("diff", "diff_as_one"):
            ones = list(range(middle, middle + min(100, commits - middle)))
            name = "diff" if form == "diff" else "diff as one"
            request = {"do": "diff", "form": form, "budget": _BUDGET * 4}
            system.measure(f"one-commit {name}", before=ones, length=1, **request)
            system.measure(f"long {name}", before=[tenth] * 7, length=8 * tenth, **request)
        system.measure("life", do="life", nodes=work.changed[:200], budget=_BUDGET * 10)
