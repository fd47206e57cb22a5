"""Questions over a small history: names, trees, lives, measures, notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from graph.commit import CommitMeta
from graph.memory import MemorySnapshot
from graph.model import Delta
from graph.prefixes import PrefixMap
from graph.store import Store, open_store
from graph.vocabulary import OBO
from kgcl.apply import apply
from kgcl.changes import ALL
from kgcl.diff import lift
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY
from kgcl.render import render
from queries.errors import QueryError
from queries.hierarchy import ancestors, descendants, parents, tree
from queries.history import life, measures, told_changes
from queries.naming import node_named
from queries.notes import SECTIONS, Note, Section, release_notes
from queries.notes_writing import to_markdown

STEPS = [
    "create class X:1 'thing'; create class X:2 'limb'; create class X:3 'arm';"
    "create edge X:2 rdfs:subClassOf X:1; create edge X:3 rdfs:subClassOf X:2;"
    "create exact synonym 'brachium' for X:3",
    "create class X:4 'leg'; create edge X:4 rdfs:subClassOf X:2; create class X:5 'upper limb';"
    "create edge X:5 rdfs:subClassOf X:2; move X:3 from X:2 to X:5;"
    "rename X:3 from 'arm' to 'forelimb'",
    "add definition 'A lower limb.' to X:4",
    "obsolete X:3 with replacement X:5",
]


def node(number: int) -> str:
    return f"{OBO}X_{number}"


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store(":memory:", create=True)
    for i, text in enumerate(STEPS):
        head = store.snapshot("main")
        outcome = apply(parse(text), head, FLAG_POLICY)
        outcome.raise_if_rejected()
        meta = CommitMeta(f"step {i}", "Ada", datetime(2020, 1 + i, 1, tzinfo=UTC))
        store.commit("main", outcome.delta, head.version.commit, meta)
    yield store
    store.close()


def test_names(store: Store) -> None:
    now, then = store.snapshot("main"), store.snapshot("main~3")
    for text in ("X:3", f"<{node(3)}>", node(3), "forelimb", "FORELIMB", "brachium", " X:3 "):
        assert node_named(text, now) == node(3)
    assert node_named("arm", then) == node(3)
    assert node_named("X:77", now) == node(77)
    with pytest.raises(QueryError, match="nothing is called 'arm'"):
        node_named("arm", now)


def test_hierarchy(store: Store) -> None:
    now, then = store.snapshot("main"), store.snapshot("main~3")
    assert ancestors(now, node(3)) == {node(1), node(2), node(5)}
    assert ancestors(then, node(3)) == {node(1), node(2)}
    assert descendants(now, node(2)) == {node(3), node(4), node(5)}
    assert parents(now, node(3)) == [node(5)]
    lines = [(line.label, line.depth, line.obsolete) for line in tree(now, node(1))]
    assert lines == [
        ("thing", 0, False),
        ("limb", 1, False),
        ("leg", 2, False),
        ("upper limb", 2, False),
        ("forelimb", 3, True),
    ]
    assert [line.label for line in tree(now, node(1), depth=1)] == ["thing", "limb"]


def test_a_node_with_two_parents_is_expanded_once() -> None:
    text = (
        "create class X:1 'a'; create class X:2 'b'; create class X:3 'c'; create class X:4 'd';"
        "create edge X:2 rdfs:subClassOf X:1; create edge X:3 rdfs:subClassOf X:1;"
        "create edge X:4 rdfs:subClassOf X:2; create edge X:4 rdfs:subClassOf X:3;"
        "create class X:5 'e'; create edge X:5 rdfs:subClassOf X:4"
    )
    graph = MemorySnapshot(apply(parse(text), MemorySnapshot(())).delta.added)
    shown = [(line.label, line.again) for line in tree(graph, node(1))]
    assert shown == [
        ("a", False), ("b", False), ("d", False), ("e", False), ("c", False), ("d", True),
    ]  # fmt: skip


def test_a_life_is_told_in_the_words_of_its_commits(store: Store) -> None:
    events = list(life(store, node(3)))
    prefixes = PrefixMap.of(store.snapshot("main"))
    assert [(e.commit.message, [render(c, prefixes) for c in e.changes]) for e in events] == [
        (
            "step 0",
            [
                "create class X:3 'arm'",
                "create exact synonym 'brachium' for X:3",
                "create edge X:3 rdfs:subClassOf X:2",
            ],
        ),
        (
            "step 1",
            ["move X:3 from X:2 to X:5", "rename X:3 from 'arm' to 'forelimb'"],
        ),
        # Told by the policy that needs the fewest words, which is the one that was used.
        ("step 3", ["obsolete X:3 with replacement X:5"]),
    ]
    assert list(life(store, node(3), "main~3"))[-1].commit.message == "step 0"
    assert list(life(store, node(77))) == []


def test_told_changes_make_the_commit(store: Store) -> None:
    for commit in store.log():
        netted = Delta()
        for result in told_changes(store, commit):
            netted = netted.then(result.delta)
        assert netted == store.delta(commit.id)


def test_measures_count_what_is_there(store: Store) -> None:
    found = measures(store)
    assert [m.commit.message for m in found] == [f"step {i}" for i in range(4)]
    for i, measure in enumerate(found):
        assert measure.statements == len(list(store.snapshot(f"main~{3 - i}").statements()))
    assert [m.classes for m in found] == [3, 5, 5, 5]
    assert [m.obsolete for m in found] == [0, 0, 0, 1]
    assert (found[2].added, found[2].removed) == (1, 0)


def test_every_class_of_change_has_its_section() -> None:
    kinds = [kind for _, listed in SECTIONS for kind in listed]
    assert len(kinds) == len(set(kinds))
    assert all(any(issubclass(kind, each) for each in kinds) for kind in ALL)


def test_release_notes(store: Store) -> None:
    before = store.snapshot("main~3")
    delta = store.diff("main~3", "main")
    changes = lift(before, delta, FLAG_POLICY)
    sections = release_notes(changes, before, delta, PrefixMap.of(before))
    lines = {section.title: section.lines for section in sections}
    assert lines["New terms"] == ("leg (X:4): A lower limb.", "upper limb (X:5)")
    assert len(lines["Obsoleted terms"]) == len(lines["Moved terms"]) == 1
    assert "forelimb (X:3)" in lines["Renamed terms"][0]
    # What is said of a new term is told with the term.
    assert "Edges" not in lines
    assert "Definitions" not in lines
    text = to_markdown(sections, "Notes")
    assert text.startswith("# Notes\n\n## New terms (2)\n\n- leg (X:4): A lower limb.\n")


def test_markdown_is_escaped() -> None:
    assert "- a\\*b\\_c d" in to_markdown([Section("S", (Note("a*b_c\nd"),))], "T")
