"""Courses of terms along a history: trained, named by versions, and kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from graph.prefixes import PrefixMap
from kgdelta.kept_tables import as_json
from kgdelta.shift_files import KeptHistory, ToldCourse
from kgdelta.shift_history import courses_along, trajectory_along

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from embeddings.change_points import Course
    from graph.store import Store
    from kgdelta.shift_history import NamedVersion
    from kgdelta.shift_runs import ShiftFolder


def keep_courses(
    store: Store,
    graph: str,
    versions: Sequence[NamedVersion],
    seed: int,
    folder: ShiftFolder,
    began: Callable[[str], None],
) -> str:
    """Train through all versions and keep each term's course; why there is none, else empty.

    Raises TrainingError.
    """
    from kgdelta import __version__

    trajectory = trajectory_along(store, versions, seed, folder, began)
    found, note = courses_along(trajectory)
    settings = as_json(asdict(trajectory.config))
    named = tuple((version.commit, version.name) for version in versions)
    about = KeptHistory(graph, named, settings, __version__, note)
    last = store.snapshot(versions[-1].commit)
    prefixes = PrefixMap.of(last)
    labels = {node: label.value for node, label in last.labels(found).items()}
    names = [version.name for version in versions]
    told = [
        _told(prefixes.contract(node), labels.get(node, ""), course, names)
        for node, course in found.items()
    ]
    folder.shifts.keep_history(about, told)
    return note


def _told(node: str, label: str, course: Course, names: Sequence[str]) -> ToldCourse:
    return ToldCourse(
        node,
        label,
        course.drift.value,
        tuple(names[i] for i in course.turns),
        tuple(names[i] for i in course.swells),
        course.settled,
        tuple(course.steps.tolist()),
        tuple(course.norms.tolist()),
    )
