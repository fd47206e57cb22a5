"""What a store knows of the past of edges: who set each, when, in which commit, how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from graph.commit import to_microseconds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from embeddings.denoise_results import Past
    from embeddings.tensors import EdgeTable, Indices
    from graph.model import Key
    from graph.store import Blame, Store

#: Times that edges are dealt to, about as many in each.
_ERAS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class EdgePasts:
    """The past of the edges of a table; ``commits`` (edges,) names the commit of each, "" for none.

    Without a past there is no other commit than one.
    """

    past: Past | None
    commits: tuple[str, ...]


def edge_pasts(
    table: EdgeTable,
    store: Store | None,
    commit: str,
    old: Collection[Key] | None = None,
    doubts: Mapping[Key, float] | None = None,
) -> EdgePasts:
    """The past of the edges of a state; those that are not ``old`` are an era of their own.

    A store knows who made a ``commit`` and when; without one only ``old`` tells. ``doubts`` are
    the posteriors of an earlier judgement. A statement whose key was there before it was set as it
    stands is of another group than others.
    """
    from embeddings.denoise_results import Past

    known = None
    if doubts is not None:
        known = np.array([doubts.get(key, np.nan) for key in table.statements])
    eras = None
    if old is not None:
        eras = np.array([key not in old for key in table.statements], dtype=np.int64)
    groups: tuple[Indices, ...] = ()
    names: tuple[str, ...] = ()
    if store is not None:
        made = _made(store, table, commit)
        names = tuple("" if row is None else row.commit.id for row in made)
        if len(set(names)) > 1:
            authors = ["" if row is None else row.commit.author for row in made]
            again = ["" if row is None else str(row.commit.id != row.since.id) for row in made]
            groups = _numbers(authors), _numbers(again), _numbers(names)
            if eras is None:
                first = min(row.since.authored for row in made if row is not None)
                times = [first if row is None else row.since.authored for row in made]
                eras = _eras([to_microseconds(time) for time in times])
    if eras is not None and len(np.unique(eras)) < 2:
        eras = None
    if known is None and eras is None and not groups:
        return EdgePasts(None, names)
    return EdgePasts(Past(known, eras, groups), names)


def _made(store: Store, table: EdgeTable, commit: str) -> list[Blame | None]:
    """Who set each edge; a statement that entails several stands for each of them."""
    wanted = {key: i for i, key in enumerate(table.statements)}
    found: dict[int, Blame] = {}
    for blame in store.blame({key[0] for key in wanted}, commit):
        row = wanted.get(blame.statement.key)
        if row is not None:
            found[row] = blame
    return [found.get(wanted[key]) for key in table.statements]


def _numbers(names: list[str] | tuple[str, ...]) -> Indices:
    """A number for each name, -1 for none."""
    known = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.array([known[name] if name else -1 for name in names], dtype=np.int64)


def _eras(moments: list[int]) -> Indices:
    """The number of the time that each moment is of; what came at once is of one time."""
    times = np.array(moments, dtype=np.int64)
    bounds = np.unique(np.quantile(times, np.linspace(0, 1, _ERAS + 1)[1:-1], method="lower"))
    return np.searchsorted(bounds, times, side="left").astype(np.int64)
