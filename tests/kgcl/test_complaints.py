"""What users of older tools suffer from does not happen here, each complaint by its name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from graph.memory import MemorySnapshot
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from kgcl.apply import apply
from kgcl.parser import parse
from kgdelta.effect_words import Words
from kgdelta.wording import statement_text

DATA = Path(__file__).parent / "data"
TABLE = tomllib.loads((DATA / "complaints.toml").read_text(encoding="utf-8"))["complaint"]


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    outcome = apply(parse((DATA / "base.kgcl").read_text(encoding="utf-8")), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["name"])
def test_a_complaint(case: dict[str, Any], base: MemorySnapshot) -> None:
    prepared = apply(parse(case.get("before", "")), base)
    prepared.raise_if_rejected()
    before = Overlay(base, prepared.delta)
    outcome = apply(parse(case["batch"]), before)
    assert [str(result.status) for result in outcome.results] == case["status"]
    prefixes = PrefixMap.of(base)
    after = Overlay(base, prepared.delta.then(outcome.delta))
    texts = {statement_text(s, prefixes) for s in after.statements()}
    assert set(case.get("there", [])) <= texts
    assert not set(case.get("gone", [])) & texts
    words = Words(prefixes, before)
    told = [result.reason for result in outcome.results]
    told += [words.text(effect) for result in outcome.results for effect in result.effects]
    for wanted in case.get("told", []):
        assert any(wanted in text for text in told), told
