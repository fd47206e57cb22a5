"""Policies: every key does what the page says, wrong ones are told, graphs keep them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from graph.memory import MemorySnapshot
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from kgcl.apply import apply
from kgcl.diff import diff
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY, OBO_POLICY, POLICIES, LabelComments, Policy, policy_of
from kgcl.policy_keys import KEYS
from kgcl.policy_settings import PolicyError, kept_policy, read_settings, setting_lines
from kgdelta.wording import statement_text

DATA = Path(__file__).parent / "data"
TABLES = tomllib.loads((DATA / "policies.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    outcome = apply(parse((DATA / "base.kgcl").read_text(encoding="utf-8")), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


@pytest.mark.parametrize("case", TABLES["case"], ids=lambda case: case["policy"].strip())
def test_a_key_does_what_it_says(case: dict[str, Any], base: MemorySnapshot) -> None:
    policy = read_settings(case["policy"], "kgcl.toml").over(OBO_POLICY)
    prepared = apply(parse(case.get("before", "")), base, policy)
    prepared.raise_if_rejected()
    last = apply(parse(case["changes"]), Overlay(base, prepared.delta), policy).results[-1]
    prefixes = PrefixMap.of(base)
    assert last.status == case.get("status", "applied"), last.reason
    assert last.reason == case.get("reason", "")
    assert {statement_text(s, prefixes) for s in last.delta.removed} == set(case.get("removed", []))
    assert {statement_text(s, prefixes) for s in last.delta.added} == set(case.get("added", []))
    assert [str(effect.kind) for effect in last.effects] == case.get("effects", [])


def test_every_key_has_a_case_and_a_row_in_the_page() -> None:
    tried = {name for case in TABLES["case"] for name in _keys(case["policy"])}
    # what a file of ranges gives is tried on the command line, where files are
    assert tried | {"ids.ranges"} == set(KEYS)
    page = files("kgcl").joinpath("README.md").read_text("utf-8")
    table = page[page.index("### Policies") : page.index("## Diff")]
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE)) == set(KEYS)


def _keys(text: str) -> set[str]:
    return set(read_settings(text, "").values)


def test_the_page_has_the_defaults() -> None:
    page = files("kgcl").joinpath("README.md").read_text("utf-8")
    table = page[page.index("### Policies") : page.index("## Diff")]
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.*?) \| (.*?) \| (.*?) \|", table, re.MULTILINE)
    told = {name: (obo, flag) for name, _, obo, flag in rows}
    for name, key in KEYS.items():
        if key.field and name != "base":
            shown = tuple(_shown(getattr(p, key.field), key.words) for p in POLICIES.values())
            assert told[name] == shown, name


def _shown(value: object, words: tuple[object, ...]) -> str:
    if isinstance(value, frozenset):
        return "all" if words and value == frozenset(words) else "none" if not value else "?"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "none" if not value else "?"
    return f'`"{value}"`'


def test_every_choice_of_a_policy_has_a_key() -> None:
    set_by = {key.field for key in KEYS.values()} - {""}
    assert {field.name for field in fields(Policy)} - {"ids"} == set_by


@pytest.mark.parametrize("case", TABLES["mistake"], ids=lambda case: case["policy"])
def test_a_mistake_has_its_place_and_the_nearest_name(case: dict[str, str]) -> None:
    with pytest.raises(PolicyError) as caught:
        read_settings(case["policy"], "kgcl.toml")
    assert str(caught.value) == case["says"]


@pytest.mark.parametrize("case", TABLES["case"], ids=lambda case: case["policy"].strip())
def test_a_graph_keeps_all_of_it(case: dict[str, Any], base: MemorySnapshot) -> None:
    settings = read_settings(case["policy"], "kgcl.toml")
    lines = setting_lines(settings)
    assert kept_policy(sorted(lines), OBO_POLICY) == settings.over(OBO_POLICY)
    quoted = [line.replace("\\", "\\\\").replace("'", "\\'") for line in lines]
    texts = [f"add statement <urn:kgdelta:ontology> kgdelta:policy '{line}'" for line in quoted]
    kept = Overlay(base, apply(parse("\n".join(texts)), base).delta)
    assert policy_of(kept) == settings.over(OBO_POLICY)


def test_a_graph_keeps_no_files_and_nothing_wrong() -> None:
    with pytest.raises(PolicyError, match="line 1: a graph has no files beside it"):
        kept_policy(["ids.ranges = 'x'"], OBO_POLICY)
    with pytest.raises(PolicyError, match="the settings of the graph: line 2: there is no key"):
        kept_policy(["base = 'flag'", "obsolete.fag = 1"], OBO_POLICY)


def test_a_base_takes_the_place_of_what_was_chosen_and_guards_stay() -> None:
    guarded = read_settings("protect.nodes = ['X:1']", "k").over(OBO_POLICY)
    changed = read_settings("base = 'flag'", "k").over(guarded)
    assert changed.name == "flag"
    assert changed.protected == ("X:1",)
    assert changed == FLAG_POLICY.guarded_as(guarded)


def test_what_files_do_with_comments_is_handed_through() -> None:
    assert OBO_POLICY.label_comments is LabelComments.REFRESH
    left = read_settings("label.comments = 'leave'", "k").over(OBO_POLICY)
    assert left.label_comments is LabelComments.LEAVE


@pytest.mark.parametrize("case", TABLES["case"], ids=lambda case: case["policy"].strip())
def test_what_was_done_under_a_policy_can_be_told_and_done_again(
    case: dict[str, Any], base: MemorySnapshot
) -> None:
    """Guards keep nobody from saying what happened, and what they reject is said otherwise."""
    policy = read_settings(case["policy"], "kgcl.toml").over(OBO_POLICY)
    more = "create edge X:100 rdfs:range X:4; add axiom DisjointClasses(X:3 X:4)"
    start = Overlay(base, apply(parse(more), base).delta)
    text = (
        "obsolete X:2\nrename X:6 to 'arm'\nmerge X:9 into X:4\nadd definition 'd' to X:4\n"
        "add statement X:6 X:100 X:3\ncreate class X:8 'arm'\nadd statement X:4 rdfs:label 'arm'"
    )
    done = apply(parse(text), start, OBO_POLICY)
    done.raise_if_rejected()
    after = Overlay(base, start.delta.then(done.delta))
    told = apply(diff(start, after, policy), start, policy.telling)
    told.raise_if_rejected()
    assert told.delta == done.delta
