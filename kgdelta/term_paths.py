"""A term's places along a trajectory, and its neighbours at the end, in a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from embeddings.continual import Stage, Trajectory
    from graph.model import Node

#: Neighbours that are shown around a term.
NEIGHBOURS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the plane, named by a version or a neighbour."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class TermPath:
    """Where a term was at each version that has it, oldest first, and who is near at the end."""

    places: tuple[Place, ...]
    neighbours: tuple[Place, ...]


def term_path(trajectory: Trajectory, names: Sequence[str], node: Node) -> TermPath | None:
    """The path in the two directions in which term and neighbours differ most.

    ``names`` are those of the stages; neighbours are named by their nodes. None where no stage
    has the term.
    """
    row = trajectory.vocabulary.entity_rows.get(node)
    present = [
        (name, stage)
        for name, stage in zip(names, trajectory.stages, strict=True)
        if row is not None and row in stage.table.live()
    ]
    if row is None or not present:
        return None
    final = present[-1][1]
    near = _nearest(final, row, NEIGHBOURS)
    places = np.stack([stage.vectors[row] for _, stage in present])
    flat = _project(np.concatenate([places, final.vectors[near]]))
    every = trajectory.vocabulary.entities
    labels = [name for name, _ in present] + [every[i] for i in near]
    points = [Place(float(x), float(y), label) for (x, y), label in zip(flat, labels, strict=True)]
    return TermPath(tuple(points[: len(present)]), tuple(points[len(present) :]))


def _nearest(stage: Stage, row: int, count: int) -> list[int]:
    """The rows nearest to one by cosine, among entities that the stage has."""
    live = stage.table.live()
    live = live[live != row]
    vectors = stage.vectors / np.maximum(np.linalg.norm(stage.vectors, axis=1, keepdims=True), 1e-9)
    order = np.argsort(-(vectors[live] @ vectors[row]), kind="stable")
    return [int(i) for i in live[order[:count]]]


def _project(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """The two principal components, shape (rows, 2), each with its largest value positive."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    flat: NDArray[np.float64] = (left * strength)[:, :2]
    if flat.shape[1] < 2:
        flat = np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
    signs = np.sign(flat[np.abs(flat).argmax(axis=0), np.arange(2)])
    return flat * np.where(signs == 0, 1, signs)
