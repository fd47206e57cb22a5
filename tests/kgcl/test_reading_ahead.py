"""A batch reads sets: how often a snapshot is asked does not grow with the batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from graph.memory import MemorySnapshot
from graph.model import Node, Statement
from graph.snapshot import Match
from kgcl.apply import apply
from kgcl.parser import parse

SIZE = 40


class Counted(MemorySnapshot):
    """A snapshot that counts how often it is asked for frames, mentions and names."""

    asked = 0

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        self.asked += 1
        return super().statements(subjects, predicates, objects)

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        self.asked += 1
        return super().mentioning(nodes)

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        self.asked += 1
        return super().find(texts)


def _graph() -> Counted:
    lines = ["create class X:0 'root'", "create relation X:900 'part of'"]
    for n in range(1, SIZE):
        lines += [f"create class X:{n} 'n{n}'", f"create edge X:{n} rdfs:subClassOf X:{n // 2}"]
    outcome = apply(parse("\n".join(lines)), MemorySnapshot(()))
    outcome.raise_if_rejected()
    return Counted(outcome.delta.added)


@pytest.mark.parametrize(
    "command",
    [
        "rename X:{n} to 'm{n}'",
        "rename 'n{n}' to 'm{n}'",
        "create exact synonym 's' for X:{n}",
        "create edge X:{n} X:900 X:0",
        "place X:{n} under X:0",
        "obsolete X:{n}",
        "delete X:{n}",
        "begin; rename X:{n} to 'm{n}'; add X:{n} to subset X:0; end",
        "add axiom DisjointClasses(X:{n} X:0)",
        "merge X:{n} into X:0",
    ],
)
def test_reads_do_not_grow_with_the_batch(command: str) -> None:
    def asked(nodes: range) -> int:
        graph = _graph()
        text = "\n".join(command.format(n=n) for n in nodes)
        apply(parse(text), graph).raise_if_rejected()
        return graph.asked

    # Leaves only: where nodes go, what is rewired above them is read when its turn comes.
    few, many = asked(range(SIZE - 2, SIZE)), asked(range(SIZE // 2, SIZE))
    assert many <= few + 4
