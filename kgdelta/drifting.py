"""Shift between versions, told in changes and commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.model import Delta, Key
from graph.prefixes import PrefixMap
from kgcl.describe import describe
from kgcl.diff import lift_results
from kgcl.render import render
from kgdelta.kept_tables import fields_of, record_of
from queries.notes import namer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from embeddings.shift_results import ShiftRow
    from graph.model import Node
    from graph.snapshot import Snapshot
    from graph.store import Store
    from kgcl.changes import Change


@dataclass(frozen=True, slots=True)
class Shifted:
    """A node of a shift result in words: what its ShiftRow says, its label, and the changes.

    ``changes`` explain the movement, as KGCL, and ``words`` are the same in plain language;
    ``other_changes`` touched the node too. ``commits`` made the changes of the explanation; none
    where files were compared. ``movements`` and ``scores`` are those of each training.
    """

    node: str
    label: str
    score: float
    movement: float
    times: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    significant: bool
    direct: bool
    added: int
    removed: int
    explained: float | None
    changes: tuple[str, ...]
    words: tuple[str, ...]
    other_changes: tuple[str, ...]
    commits: tuple[str, ...]
    movements: tuple[float, ...]
    scores: tuple[float, ...]

    def record(self) -> dict[str, Any]:
        """See :func:`record_of`."""
        return record_of(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Shifted:
        """The row that a record was made of."""
        return cls(**fields_of(record))


def explain(
    rows: Iterable[ShiftRow], before: Snapshot, after: Snapshot, store: Store | None = None
) -> list[Shifted]:
    """Rows told in the change language, the change that explains most first.

    The changes are those of the whole difference, so a move is a move and not two edges. With the
    store of both versions, the commits that made them are named.
    """
    rows = list(rows)
    prefixes = PrefixMap.of(after)
    by_key: dict[Key, list[Change]] = {}
    for result in lift_results(before, Delta.between(before.statements(), after.statements())):
        for statement in result.delta.removed | result.delta.added:
            by_key.setdefault(statement.key, []).append(result.change)
    name = namer(before, after, prefixes)
    labels = after.labels([row.node for row in rows])
    made = _commits(store, rows, after.version.commit) if store else {}
    found = []
    for row in rows:
        named = [effect.statement for effect in row.effects if effect.named]
        changes = list(dict.fromkeys(c for key in named for c in by_key.get(key, ())))
        others = dict.fromkeys(
            c for e in row.effects for c in by_key.get(e.statement, ()) if c not in changes
        )
        found.append(
            Shifted(
                node=prefixes.contract(row.node),
                label=labels[row.node].value if row.node in labels else "",
                score=row.score,
                movement=row.movement,
                times=row.size.times if row.size else None,
                low=row.size.low if row.size else None,
                high=row.size.high if row.size else None,
                p=row.p,
                q=row.q,
                significant=row.significant,
                direct=row.direct,
                added=row.added,
                removed=row.removed,
                explained=row.explained,
                changes=tuple(render(change, prefixes) for change in changes),
                words=tuple(describe(change, name) for change in changes),
                other_changes=tuple(render(change, prefixes) for change in others),
                commits=tuple(dict.fromkeys(made[key] for key in named if key in made)),
                movements=row.movements,
                scores=row.scores,
            )
        )
    return found


def _commits(store: Store, rows: Sequence[ShiftRow], version: str | None) -> dict[Key, str]:
    """The last commit that set or took away each statement of the explanations, by key."""
    wanted = {effect.statement for row in rows for effect in row.effects if effect.named}
    subjects: set[Node] = {key[0] for key in wanted}
    found: dict[Key, str] = {}
    if version is not None and subjects:
        for event in store.life(subjects, version):
            if event.statement.key in wanted:
                found[event.statement.key] = event.commit.id
    return found


def figures(shifted: Shifted) -> tuple[str, str, str, str]:
    """How far a term moved, its score, p and q, as a table shows them."""
    moved, score = f"{shifted.movement:.2f}", f"{shifted.score:.2f}"
    return moved, score, _chance(shifted.p), _chance(shifted.q)


def size(shifted: Shifted) -> str:
    """How many times as far as benign edits of that size, with the middle 95% of it."""
    if shifted.times is None:
        return "-"
    return f"{shifted.times:.1f} ({shifted.low:.1f} to {shifted.high:.1f})"


def _chance(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"
