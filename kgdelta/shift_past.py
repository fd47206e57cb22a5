"""What is known of the shifts of one term: every pair of versions, and its course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.errors import NotFoundError
from graph.prefixes import PrefixMap
from kgdelta.output import counted
from queries.naming import node_named

if TYPE_CHECKING:
    from pathlib import Path

    from graph.model import Node
    from graph.store import Store
    from kgdelta.drifting import Shifted
    from kgdelta.shift_files import KeptHistory, KeptShift, ToldCourse
    from kgdelta.shift_runs import ShiftFolder


@dataclass(frozen=True, slots=True)
class PastShifts:
    """A term's shifts, oldest first, and its course along the history that was told last.

    ``node`` is as people write it, ``id`` its full id.
    """

    node: str
    id: Node
    shifts: tuple[tuple[Shifted, KeptShift], ...]
    course: ToldCourse | None
    history: KeptHistory | None


def past_shifts(
    store: Store, graph: str, branch: str, folder: ShiftFolder, node: str
) -> PastShifts:
    """What is kept of a term, given by id or label.

    Of a pair of versions that was asked for again the newest answer counts. Raises NotFoundError
    where nothing is kept, or nothing of this term.
    """
    snapshot = store.snapshot(branch)
    term = node_named(node, snapshot)
    curie = PrefixMap.of(snapshot).contract(term)
    order = {commit.id: i for i, commit in enumerate(reversed(list(store.log(branch))))}
    files = folder.shifts
    newest = {(about.before, about.after): about for about in files.every(graph)}
    every = sorted(
        newest.values(), key=lambda k: (order.get(k.before, -1), order.get(k.after, -1), k.id)
    )
    if not every:
        raise NotFoundError("shift", graph, "run 'kgdelta shift --history' first")
    found = tuple((row, about) for about in every for row in files.rows(about, {curie}))
    if not found:
        raise NotFoundError("node", curie, f"it is in none of {counted(len(every), 'shift')}")
    histories = files.histories(graph)
    history = histories[-1] if histories else None
    courses = files.courses(history, {curie}) if history else []
    return PastShifts(curie, term, found, courses[0] if courses else None, history)


def draw_past(store: Store, past: PastShifts, folder: ShiftFolder, path: Path) -> None:
    """The term's way along the history, and its neighbourhood where it went furthest."""
    from kgdelta.shift_history import NamedVersion, trajectory_along
    from kgdelta.shift_pictures import draw_term
    from kgdelta.term_paths import term_path

    way = None
    if past.history is not None:
        versions = [NamedVersion(*version) for version in past.history.versions]
        seed = past.history.settings["train"]["seed"]
        trajectory = trajectory_along(store, versions, seed, folder, lambda _: None)
        way = term_path(trajectory, [version.name for version in versions], past.id)
    _, widest = max(past.shifts, key=lambda pair: pair[0].movement)
    names = (widest.before_name, widest.after_name)
    states = store.snapshot(widest.before), store.snapshot(widest.after)
    draw_term(path, past.id, way, names, *states)
