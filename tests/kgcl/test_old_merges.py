"""Merges as OBO has always written them: an alternative id gained, the frame gone."""

from __future__ import annotations

import pytest

from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Statement
from graph.vocabulary import (
    ALTERNATIVE_ID,
    CLASS,
    DEFINITION,
    EXACT_SYNONYM,
    LABEL,
    OBO,
    RDF_TYPE,
    SUBCLASS_OF,
    XREF,
)
from kgcl.apply import apply
from kgcl.changes import NodeDirectMerge
from kgcl.diff import diff


def _node(number: int) -> str:
    return f"{OBO}X_{number:07d}"


def _frame(number: int, size: int) -> set[Statement]:
    node = _node(number)
    return {
        Statement(node, RDF_TYPE, CLASS),
        Statement(node, LABEL, Literal(f"name {number}")),
        Statement(node, DEFINITION, Literal(f"what {number} is")),
        *(Statement(node, EXACT_SYNONYM, Literal(f"s{number}.{i}")) for i in range(size)),
        *(Statement(node, XREF, Literal(f"Y:{number}{i}")) for i in range(size)),
    }


def _below(parent: int, first: int, size: int) -> set[Statement]:
    children = range(first, first + size)
    return {
        *(s for child in children for s in _frame(child, 0)),
        *(Statement(_node(child), SUBCLASS_OF, _node(parent)) for child in children),
    }


@pytest.mark.parametrize("size", [0, 1, 3, 12, 60])
@pytest.mark.parametrize("sources", [1, 3])
@pytest.mark.parametrize("kept", ["nothing", "synonyms", "all"])
def test_a_frame_gone_for_an_alternative_id_is_a_merge(size: int, sources: int, kept: str) -> None:
    """However large the frame is, and however little of it the target took over."""
    before = _frame(0, 2)
    after = _frame(0, 2)
    for number in range(1, sources + 1):
        frame = _frame(number, size)
        before |= frame | _below(number, 100 * number, size)
        after |= _below(0, 100 * number, size)
        after.add(Statement(_node(0), ALTERNATIVE_ID, Literal(f"X:{number:07d}")))
        taken = {"nothing": (), "synonyms": (EXACT_SYNONYM,), "all": (EXACT_SYNONYM, XREF)}[kept]
        after |= {Statement(_node(0), s.predicate, s.object) for s in frame if s.predicate in taken}
        if kept != "nothing":
            after.add(Statement(_node(0), EXACT_SYNONYM, Literal(f"name {number}")))
    a = MemorySnapshot(before)
    changes = diff(a, MemorySnapshot(after))
    assert apply(changes, a).delta == Delta.between(before, after)
    merged = {change.about_node.text for change in changes if isinstance(change, NodeDirectMerge)}
    assert len(merged) == sources
