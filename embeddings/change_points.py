"""When a node's meaning changed along a trajectory: at once, bit by bit, or not at all.

Direction and length are told apart. A step between two versions is a turn where it is larger than
what edited nodes do, of which most keep their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from embeddings.continual import Trajectory
from embeddings.edits import FLOOR, Floats, edits_between
from embeddings.errors import TrainingError
from embeddings.tensors import Indices

#: Versions below which there is nothing to part.
FEWEST_VERSIONS = 3
#: Steps of edited nodes without which there is no saying what is usual.
FEWEST_STEPS = 60
#: A standard deviation of normal values, in median absolute deviations.
_DEVIATION = 1.4826


class Drift(Enum):
    """How a node went from the first version to the last."""

    STILL = "still"
    ABRUPT = "abrupt"
    GRADUAL = "gradual"


@dataclass(frozen=True, slots=True)
class TurnRule:
    """From which on a step is a turn, and a way without turns is a drift.

    ``strictness`` are robust standard deviations above the median of the logarithms of edited
    nodes' steps. ``straightness`` is what steps in one direction come to: the squared angle
    between the ends over the sum of the squared steps, 1 for steps that lead anywhere.
    """

    strictness: float = 2.5
    straightness: float = 2.0

    def __post_init__(self) -> None:
        if self.strictness <= 0 or self.straightness <= 1:
            raise TrainingError("configuration", "strictness must be > 0, straightness > 1")


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A node's way along n versions; version k in ``turns`` differs from version k - 1.

    ``swells`` are the same of length. ``steps`` (n - 1,) are angles in radians, ``norms`` (n,)
    lengths. ``settled`` says of a node that is not still whether its last step is under half of
    its largest; None where that is the last.
    """

    turns: tuple[int, ...]
    swells: tuple[int, ...]
    drift: Drift
    settled: bool | None
    steps: Floats
    norms: Floats


def courses(
    trajectory: Trajectory, nodes: Indices, rule: TurnRule | None = None
) -> dict[int, Course]:
    """The course of each node (a row of the vocabulary) that all stages know.

    Raises TrainingError where there are fewer than ``FEWEST_VERSIONS`` stages, or fewer than
    ``FEWEST_STEPS`` steps with edits to compare with.
    """
    rule = rule or TurnRule()
    stages = trajectory.stages
    if len(stages) < FEWEST_VERSIONS:
        told = f"{len(stages)} versions, {FEWEST_VERSIONS} are needed"
        raise TrainingError("change points", told)
    size = len(stages[0].vectors)
    vectors = np.stack([stage.vectors[:size] for stage in stages], axis=1).astype(np.float64)
    norms = np.linalg.norm(vectors, axis=2)
    directions = vectors / np.maximum(norms, 1e-30)[:, :, None]
    steps = _angles(directions[:, :-1], directions[:, 1:])
    swell = np.abs(np.diff(np.log(np.maximum(norms, 1e-30)), axis=1))
    edited = _edited(trajectory, size)
    if edited.sum() < FEWEST_STEPS:
        told = f"{edited.sum()} steps with edits, {FEWEST_STEPS} are needed"
        raise TrainingError("change points", told)
    turned, swelled = (_unusual(values, edited, rule.strictness) for values in (steps, swell))
    away = _angles(directions[:, 0], directions[:, -1])
    straight = away**2 > rule.straightness * (steps**2).sum(axis=1)
    return {
        node: _course(turned[node], swelled[node], bool(straight[node]), steps[node], norms[node])
        for node in nodes.tolist()
        if node < size
    }


def _course(
    turned: NDArray[np.bool_],
    swelled: NDArray[np.bool_],
    straight: bool,
    steps: Floats,
    norms: Floats,
) -> Course:
    turns, swells = (tuple((np.flatnonzero(where) + 1).tolist()) for where in (turned, swelled))
    drift = Drift.ABRUPT if turns else Drift.GRADUAL if straight else Drift.STILL
    settled = None if drift is Drift.STILL else _settled(steps)
    return Course(turns, swells, drift, settled, steps, norms)


def _settled(steps: Floats) -> bool | None:
    largest = int(steps.argmax())
    return None if largest == len(steps) - 1 else bool(steps[-1] < 0.5 * steps[largest])


def _angles(one: Floats, other: Floats) -> Floats:
    """Angles in radians between unit vectors, exact where they are small."""
    chord = np.linalg.norm(one - other, axis=-1)
    angles: Floats = 2 * np.arcsin(np.clip(chord / 2, 0, 1))
    return angles


def _edited(trajectory: Trajectory, size: int) -> NDArray[np.bool_]:
    """Which nodes have an edit of their own at each step and edges on both sides: (size, n - 1)."""
    found = np.zeros((size, len(trajectory.stages) - 1), dtype=bool)
    for k, (one, other) in enumerate(zip(trajectory.stages, trajectory.stages[1:], strict=False)):
        live = np.intersect1d(one.table.live(), other.table.live())
        live = live[live < size]
        found[live, k] = edits_between(one.table, other.table).direct[live]
    return found


def _unusual(values: Floats, edited: NDArray[np.bool_], strictness: float) -> NDArray[np.bool_]:
    """Where edited nodes have values far above those that edited nodes usually have."""
    logs = np.log(values + FLOOR)
    # A training that goes on steps less and less, so each step has its own median.
    usual = np.array(
        [
            np.median(of[where]) if where.any() else np.inf
            for of, where in zip(logs.T, edited.T, strict=True)
        ]
    )
    above = logs - usual
    spread = _DEVIATION * float(np.median(np.abs(above[edited])))
    found: NDArray[np.bool_] = edited & (above > strictness * max(spread, 1e-6))
    return found
