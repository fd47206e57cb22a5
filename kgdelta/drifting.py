"""Shift and noise between versions, told in changes and commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.model import Delta, Key
from graph.prefixes import PrefixMap
from kgcl.describe import describe
from kgcl.diff import lift_results
from kgcl.render import render
from queries.notes import namer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embeddings.shift_results import ShiftRow
    from graph.snapshot import Snapshot
    from kgcl.changes import Change


@dataclass(frozen=True, slots=True)
class Shifted:
    """A row of a shift result with its node's label, and the changes that explain it.

    ``changes`` are KGCL, ``words`` the same in plain language.
    """

    row: ShiftRow
    node: str
    label: str
    changes: tuple[str, ...]
    words: tuple[str, ...]


def explain(rows: Iterable[ShiftRow], before: Snapshot, after: Snapshot) -> list[Shifted]:
    """Rows told in the change language, the change that explains most first.

    The changes are those of the whole difference, so a move is a move and not two edges.
    """
    delta = Delta.between(before.statements(), after.statements())
    prefixes = PrefixMap.of(after)
    by_key: dict[Key, list[Change]] = {}
    for result in lift_results(before, delta):
        for statement in result.delta.removed | result.delta.added:
            by_key.setdefault(statement.key, []).append(result.change)
    name = namer(before, after, prefixes)
    told = list(rows)
    labels = after.labels([row.node for row in told])
    found = []
    for row in told:
        changes = list(
            dict.fromkeys(c for effect in row.effects for c in by_key.get(effect.statement, ()))
        )
        found.append(
            Shifted(
                row,
                prefixes.contract(row.node),
                labels[row.node].value if row.node in labels else "",
                tuple(render(change, prefixes) for change in changes),
                tuple(describe(change, name) for change in changes),
            )
        )
    return found


def figures(shifted: Shifted) -> tuple[str, str, str, str]:
    """How far a term moved, its score, p and q, as a table shows them."""
    row = shifted.row
    return f"{row.movement:.2f}", f"{row.score:.2f}", _chance(row.p), _chance(row.q)


def size(shifted: Shifted) -> str:
    """How many times as far as benign edits of that size, with the middle 95% of it."""
    found = shifted.row.size
    return "-" if found is None else f"{found.times:.1f} ({found.low:.1f} to {found.high:.1f})"


def _chance(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"
