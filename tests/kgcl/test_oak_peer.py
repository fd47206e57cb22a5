"""OAK does the commands of a table: where it agrees we agree, and where not the README says."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.memory import MemorySnapshot
from graph.model import Statement
from ingest.formats import read_bytes
from kgcl.apply import apply
from kgcl.parser import parse
from kgcl.policy import named_policy
from tests.benchmarks.peers.environment import NotInstalledError, peers_python
from tests.conftest import ROOT

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "data" / "peer_oak.toml").read_text("utf-8"))["command"]
OBO = (HERE / "data" / "peer.obo").read_bytes()
REQUIREMENTS = ROOT / "tests" / "benchmarks" / "peers" / "oak_requirements.txt"


def state(content: bytes) -> MemorySnapshot:
    return read_bytes(content, "x.obo").snapshot()


@pytest.fixture(scope="module")
def answers(missing: Callable[[str], None]) -> list[dict[str, str]]:
    """What OAK made of each command, in one process."""
    try:
        python = peers_python(REQUIREMENTS)
    except NotInstalledError as error:
        missing(f"OAK cannot be installed here: {error}")
    request = {"obo": OBO.decode(), "commands": [row["text"] for row in TABLE]}
    done = subprocess.run(
        [str(python), str(HERE / "peer" / "oak_judge.py")],
        input=json.dumps(request), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def verdict(
    answer: dict[str, str], here: frozenset[Statement], before: frozenset[Statement]
) -> str:
    if "error" in answer:
        return "error"
    there = state(answer["obo"].encode()).all
    return "same" if there == here else "nothing" if there == before else "other"


@pytest.mark.parametrize("number", range(len(TABLE)), ids=lambda n: TABLE[n]["text"])
def test_oak_agrees_or_we_say_why(number: int, answers: list[dict[str, str]]) -> None:
    row: dict[str, Any] = TABLE[number]
    before = state(OBO)
    outcome = apply(parse(row["text"]), before, named_policy(row.get("policy", "obo")))
    assert [str(result.status) for result in outcome.results] == [row.get("here", "applied")]
    after = frozenset((before.all - outcome.delta.removed) | outcome.delta.added)
    assert verdict(answers[number], after, frozenset(before.all)) == row["oak"]


def test_each_difference_is_in_the_readme() -> None:
    page = " ".join((ROOT / "kgcl" / "README.md").read_text("utf-8").split())
    differing = [row for row in TABLE if row["oak"] in ("other", "nothing") or "why" in row]
    assert [row["text"] for row in differing if row.get("why", "") not in page] == []
    assert all(row.get("why") for row in differing)
