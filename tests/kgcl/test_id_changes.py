"""A change of an id is said where it is true, of many nodes at once, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from graph.expression import substitute
from graph.memory import MemorySnapshot
from graph.model import Node, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import LABEL
from kgcl.apply import apply
from kgcl.changes import NodeIdChange
from kgcl.diff import diff
from kgcl.parser import parse
from kgcl.plan import renamed
from kgcl.render import render

BASE = Path(__file__).parent / "data" / "base.kgcl"
OBO = "http://purl.obolibrary.org/obo/"


def graph(text: str) -> MemorySnapshot:
    outcome = apply(parse(text), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return MemorySnapshot(outcome.delta.added)


@pytest.fixture(scope="module")
def base() -> MemorySnapshot:
    return graph(BASE.read_text(encoding="utf-8"))


def told(a: MemorySnapshot, b: MemorySnapshot) -> list[str]:
    """What diff says, which leads from one to the other."""
    changes = diff(a, b)
    after = apply(changes, a)
    after.raise_if_rejected()
    assert (a.all - after.delta.removed) | after.delta.added == b.all
    return [render(change, PrefixMap.of(a)) for change in changes]


def with_ids(statements: Iterable[Statement], names: dict[Node, Node]) -> MemorySnapshot:
    return MemorySnapshot(renamed(s, names, str(substitute(s.subject, names))) for s in statements)


def test_a_graph_of_other_ids_is_changes_of_ids_alone(base: MemorySnapshot) -> None:
    nodes = sorted({s.subject for s in base.all if s.predicate == LABEL})
    other = with_ids(base.all, {node: node.replace("X_", "Y_") for node in nodes})
    changes = diff(base, other)
    assert [type(change) for change in changes] == [NodeIdChange] * len(nodes)
    assert len(told(base, other)) == len(told(other, base)) == len(nodes)


def test_what_else_changes_is_said_beside(base: MemorySnapshot) -> None:
    text = "change id of 'hand' to X:50; move 'leg' from X:2 to X:1; change id of X:2 to X:52"
    assert told(base, graph(f"{BASE.read_text(encoding='utf-8')}\n{text}")) == [
        "change id of X:2 to X:52",
        "change id of X:5 to X:50",
        "shallow X:4 from X:52 to X:1",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("create class X:1 'a'", "create class X:2 'b'"),
        ("create class X:1", "create class X:2"),
        ("create class X:1 'a'", "create class X:2 'a'; create broad synonym 'b' for X:2"),
        ("create class X:1 'a'; create class X:2 'a'", "create class X:3 'a'"),
        ("create class X:1 'a'", "create class X:2 'a'; create class X:3 'a'"),
        ("create class X:1 'a'", "create relation X:2 'a'"),
        (
            "create class X:1 'a'; create class X:3 'c'; create edge X:3 rdfs:subClassOf X:1",
            "create class X:3 'c'; add statement X:3 rdfs:subClassOf X:1; create class X:2 'a'"
            "; add statement X:3 X:9 X:1; add statement X:3 X:8 X:1; add statement X:3 X:7 X:1",
        ),
    ],
)
def test_what_is_no_change_of_an_id(before: str, after: str) -> None:
    assert not [text for text in told(graph(before), graph(after)) if "id of" in text]


def test_twins_are_told_apart_by_what_they_lead_to() -> None:
    twins = "create class {0} 'a'; create class {1} 'a'; create class {2} 'b'; create class {3} 'c'"
    edges = "; create edge {0} rdfs:subClassOf {2}; create edge {1} rdfs:subClassOf {3}"
    before = graph((twins + edges).format("X:1", "X:2", "X:3", "X:4"))
    after = graph((twins + edges).format("X:12", "X:11", "X:13", "X:14"))
    assert told(before, after) == [
        "change id of X:1 to X:12",
        "change id of X:2 to X:11",
        "change id of X:3 to X:13",
        "change id of X:4 to X:14",
    ]


@pytest.mark.parametrize("kept", ["", "; add statement X:2 oboInOwl:hasAlternativeId 'X:1'"])
def test_the_old_id_may_be_kept(kept: str) -> None:
    before, after = graph("create class X:1 'a'"), graph("create class X:2 'a'" + kept)
    beside = ["add annotation oboInOwl:hasAlternativeId 'X:1' to X:2"] if kept else []
    assert told(before, after) == ["change id of X:1 to X:2", *beside]
    assert told(after, before) == ["change id of X:2 to X:1"]


def test_an_edge_that_another_node_gets_is_rewired() -> None:
    nodes = "create relation X:9 'part of'" + "".join(f"; create class X:{n}" for n in range(1, 5))
    one = graph(nodes + "; create edge X:1 X:9 X:2 {rdfs:comment='a'}; create edge X:1 X:9 X:4")
    other = graph(nodes + "; create edge X:3 X:9 X:2 {rdfs:comment='a'}; create edge X:1 X:9 X:4")
    assert told(one, other) == ["rewire edge X:1 X:9 X:2 from X:1 to X:3"]
    assert len(told(one, graph(nodes + "; create edge X:3 X:9 X:2; create edge X:1 X:9 X:4"))) == 2
    parents = graph(nodes + "; create edge X:1 rdfs:subClassOf X:2")
    assert len(told(parents, graph(nodes + "; create edge X:3 rdfs:subClassOf X:2"))) == 2
