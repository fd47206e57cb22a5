"""Shift along a history: every neighbouring pair of versions, and each term's course through all.

What is done is kept at once, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from graph.memory import MemorySnapshot
from kgdelta.errors import UsageError
from kgdelta.shift_runs import ShiftRun, run_shift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from embeddings.change_points import Course
    from embeddings.continual import Trajectory
    from embeddings.shift_results import ShiftConfig
    from graph.model import Node
    from graph.snapshot import Snapshot
    from graph.store import Store
    from kgdelta.shift_runs import ShiftFolder

#: Versions along which there is something to compare.
FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class NamedVersion:
    """A commit and what people call it: its tag, its date if no other has it, or its short id."""

    commit: str
    name: str


def versions_along(
    store: Store, branch: str, first: str | None, last: str | None, every: int = 1
) -> list[NamedVersion]:
    """The versions of a history, oldest first: those with tags, or all commits where none has one.

    ``first`` and ``last`` bound them and are taken themselves; of ``every`` n-th the last stays.
    Raises NotFoundError, and UsageError where fewer than two versions are left.
    """
    end = store.resolve(last or branch)
    start = store.resolve(first) if first else None
    names = {tag.commit: tag.name for tag in store.tags()}
    line = [commit.id for commit in store.log(end)][::-1]
    if start is not None:
        if start not in line:
            raise UsageError(f"{first} is not in the history of {last or branch}")
        line = line[line.index(start) :]
    tagged = [commit for commit in line if commit in names or commit in (start, end)]
    chosen = tagged if len(set(line) & names.keys()) >= FEWEST else line
    chosen = [commit for i, commit in enumerate(reversed(chosen)) if i % every == 0][::-1]
    if start is not None and start not in chosen:
        chosen.insert(0, start)
    if len(chosen) < FEWEST:
        raise UsageError(f"{len(chosen)} version to compare; a history has at least {FEWEST}")
    dates = {commit: store.show(commit).authored.strftime("%Y-%m-%d") for commit in chosen}
    often = Counter(dates.values())
    return [
        NamedVersion(c, names.get(c) or (dates[c] if often[dates[c]] == 1 else c[:12]))
        for c in chosen
    ]


def shifts_along(
    store: Store,
    versions: Sequence[NamedVersion],
    config: ShiftConfig,
    folder: ShiftFolder | None,
    began: Callable[[str], None],
) -> Iterator[ShiftRun]:
    """The shift between each version and the next, as it is found. Raises TrainingError."""
    pairs = list(pairwise(versions))
    before = _in_memory(store, versions[0])
    for number, (one, other) in enumerate(pairs, start=1):
        after = _in_memory(store, other)
        told = f"{number} of {len(pairs)}, {one.name} to {other.name}"

        def say(what: str, told: str = told) -> None:
            began(f"{told}: {what}")

        names = (one.name, other.name)
        yield run_shift(before, after, config, store.graph, names, say, store, folder)
        before = after


def trajectory_along(
    store: Store,
    versions: Sequence[NamedVersion],
    seed: int,
    folder: ShiftFolder | None,
    began: Callable[[str], None],
) -> Trajectory:
    """One warm-started training through all versions, each stage kept. Raises TrainingError."""
    from embeddings.kept import Following
    from embeddings.shift import trajectory_for
    from embeddings.tensors import read_edges

    first = read_edges(_in_memory(store, versions[0]))
    # A course is of one training in which everything goes on, changed or not.
    config = replace(trajectory_for(first, seed), near=False)
    following = Following(config, folder.kept if folder is not None else None)
    for number, version in enumerate(versions, start=1):
        began(f"trajectory, {number} of {len(versions)}: {version.name}")
        snapshot = _in_memory(store, version)
        following.go_on(read_edges(snapshot, following.trajectory.vocabulary))
    return following.trajectory


def courses_along(trajectory: Trajectory) -> tuple[dict[Node, Course], str]:
    """Each node's course, and why there is none where there is none."""
    import numpy as np

    from embeddings.change_points import courses
    from embeddings.errors import TrainingError

    names = trajectory.vocabulary.entities
    try:
        found = courses(trajectory, np.arange(len(names)))
    except TrainingError as error:
        return {}, str(error)
    return {names[row]: course for row, course in found.items()}, ""


def _in_memory(store: Store, version: NamedVersion) -> Snapshot:
    snapshot = store.snapshot(version.commit)
    return MemorySnapshot(snapshot.statements(), snapshot.version)
