"""Shift and noise between versions, told in changes and commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.model import Delta, Key
from graph.prefixes import PrefixMap
from kgcl.diff import lift_results
from kgcl.render import render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embeddings.shift import ShiftRow
    from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Shifted:
    """A row of a shift result with its node's label, and the changes that explain it."""

    row: ShiftRow
    node: str
    label: str
    changes: tuple[str, ...]


def explain(rows: Iterable[ShiftRow], before: Snapshot, after: Snapshot) -> list[Shifted]:
    """Rows told in the change language, the change that explains most first.

    The changes are those of the whole difference, so a move is a move and not two edges.
    """
    delta = Delta.between(before.statements(), after.statements())
    prefixes = PrefixMap.of(after)
    by_key: dict[Key, list[str]] = {}
    for result in lift_results(before, delta):
        text = render(result.change, prefixes)
        for statement in result.delta.removed | result.delta.added:
            by_key.setdefault(statement.key, []).append(text)
    told = list(rows)
    labels = after.labels([row.node for row in told])
    return [
        Shifted(
            row,
            prefixes.contract(row.node),
            labels[row.node].value if row.node in labels else "",
            tuple(
                dict.fromkeys(
                    text for effect in row.effects for text in by_key.get(effect.statement, ())
                )
            ),
        )
        for row in told
    ]
