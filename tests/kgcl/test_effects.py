"""Side effects have words, every kind of them, and what a change reaches is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from graph.vocabulary import LABEL, OBO, SUBCLASS_OF
from kgcl.apply import apply
from kgcl.impact import impact_of, impacts
from kgcl.parser import parse
from kgcl.state import Effect, EffectKind
from kgdelta.effect_words import Words, tally

DATA = Path(__file__).parent / "data"
OLD = Statement(f"{OBO}X_3", SUBCLASS_OF, f"{OBO}X_2")
NEW = Statement(f"{OBO}X_3", SUBCLASS_OF, f"{OBO}X_1")


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    outcome = apply(parse((DATA / "base.kgcl").read_text(encoding="utf-8")), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


@pytest.fixture(scope="module")
def words(base: MemorySnapshot) -> Words:
    return Words(PrefixMap.of(base), base)


@pytest.mark.parametrize("kind", EffectKind)
def test_every_kind_has_words_whatever_it_holds(kind: EffectKind, words: Words) -> None:
    said = []
    for effect, shown in (
        (Effect(kind, OLD, NEW), ["X:3 (arm)", "X:1"]),
        (Effect(kind, removed=OLD), ["X:3 (arm)", "X:2"]),
        (Effect(kind, added=NEW), ["X:3 (arm)", "X:1"]),
        (Effect(kind, concerns=OLD), ["X:3 (arm)"]),
    ):
        text = words.text(effect)
        assert "None" not in text
        assert all(part in text for part in shown), text
        row = words.row(effect)
        assert row["kind"] == str(kind)
        assert row["text"] == text
        assert {"removed", "added", "concerns"} & set(row)
        said.append(text)
    assert words.text(Effect(kind)) == str(kind)
    assert len(set(said)) >= 3, "what went is told otherwise than what came"


LABELS = Statement(f"{OBO}X_3", LABEL, Literal("a")), Statement(f"{OBO}X_3", LABEL, Literal("b"))
OTHER = Statement(f"{OBO}X_4", SUBCLASS_OF, f"{OBO}X_2")


@pytest.mark.parametrize(
    ("effect", "text"),
    [
        (Effect(EffectKind.REWIRED, OLD, NEW), "X:3 (arm) goes from rdfs:subClassOf X:2 to X:1"),
        (Effect(EffectKind.REWIRED, added=NEW), "X:3 (arm) now has rdfs:subClassOf X:1"),
        (
            Effect(EffectKind.REWIRED, OLD),
            "X:3 (arm) no longer has rdfs:subClassOf X:2: it has the new edge already",
        ),
        (Effect(EffectKind.RELABELLED, *LABELS), 'X:3 (arm) is relabelled "b"'),
        (Effect(EffectKind.MOVED, OLD, OTHER), "X:3 (arm) rdfs:subClassOf X:2 moves to X:4 (leg)"),
        (Effect(EffectKind.MOVED, added=NEW), "X:3 (arm) gets rdfs:subClassOf X:1 too"),
        (
            Effect(EffectKind.DROPPED, OLD),
            "dropped: X:3 (arm) rdfs:subClassOf X:2: is not taken over",
        ),
        (Effect(EffectKind.RESTORED, added=NEW), "X:3 (arm) has rdfs:subClassOf X:1 again"),
        (
            Effect(EffectKind.RESTORED, OLD, NEW),
            "X:3 (arm) goes back from rdfs:subClassOf X:2 to X:1",
        ),
        (Effect(EffectKind.SAME_LABEL, concerns=LABELS[0]), "X:3 (arm) has this label too"),
    ],
)
def test_sentences(effect: Effect, text: str, words: Words) -> None:
    assert words.text(effect) == text


def test_effects_are_counted_by_kind() -> None:
    kinds = (EffectKind.REWIRED, EffectKind.MOVED, EffectKind.REWIRED)
    assert tally(Effect(kind) for kind in kinds) == "2 rewired; 1 moved"
    assert tally([]) == ""


def test_how_far_a_change_reaches(base: MemorySnapshot) -> None:
    more = "add mapping UBERON:1 to X:3; add X:3 to subset slim; place X:4 under X:3"
    state = Overlay(base, apply(parse(more), base).delta)
    impact = impact_of(f"{OBO}X_3", state)
    assert (impact.descendants, impact.users, impact.expressions) == (1, 1, 1)
    assert len(impact.subsets) == 1
    assert [s.object for s in impact.mappings] == [Literal("UBERON:1")]
    relation = impact_of(f"{OBO}X_100", state)
    assert (relation.users, relation.expressions) == (1, 1)


def test_only_what_others_depend_on_reaches_them(base: MemorySnapshot) -> None:
    def reached(text: str) -> list[str]:
        return [found.node for found in impacts(apply(parse(text), base).results[0], base)]

    assert reached("obsolete X:2") == [f"{OBO}X_2"], "not the children that are rewired"
    assert reached("rename X:2 to 'l'") == [f"{OBO}X_2"]
    assert reached("create exact synonym 's' for X:2") == []
    assert reached("obsolete X:4") == [], "nothing depends on it"
    both = reached("begin; obsolete X:3; rename X:2 to 'l'; end")
    assert both == [f"{OBO}X_2", f"{OBO}X_3"]
