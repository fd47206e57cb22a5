"""What shift is compared with: simple scores of how far a node went between two versions.

All have one method, ``scores(before, after, nodes) -> (nodes,)``, higher for what went further. The
later table's vocabulary extends the earlier one's, and the nodes are rows of both. None of them
gives a chance: where zero is says the method, how far is far it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np

from embeddings.continual import Trajectory, TrajectoryConfig
from embeddings.edits import Floats, Matrix, edits_between, movement, row_cosines
from embeddings.errors import TrainingError
from embeddings.tensors import EdgeTable, Indices
from embeddings.train import losses
from embeddings.vectors import Vectors

#: What is added to the seed for the second of two trainings that know nothing of each other.
_APART: Final = 1_000
#: Neighbours by cosine that are compared.
_NEAR: Final = 50


class ShiftBaseline(Protocol):
    """A score for each of some nodes."""

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        """How far each node went, shape (nodes,)."""


@dataclass(frozen=True, slots=True)
class EdgeJaccard:
    """The share of a node's edges, before and after taken together, that are not in both."""

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        edits = edits_between(before, after)
        changed = (edits.added + edits.removed)[nodes]
        found: Floats = changed / np.maximum(changed + edits.kept[nodes], 1)
        return found


@dataclass(frozen=True, slots=True)
class RelationProfile:
    """The Jensen-Shannon divergence, in bits, of how often a node has each directed relation."""

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        width = 2 * after.num_relations
        p, q = (_profile(table, nodes, width) for table in (before, after))
        middle = (p + q) / 2
        found: Floats = (_divergence(p, middle) + _divergence(q, middle)) / 2
        return found


def _profile(table: EdgeTable, nodes: Indices, width: int) -> Floats:
    h, r, t = table.triples.T
    place = np.full(max(int(nodes.max(initial=0)) + 1, table.num_entities), -1)
    place[nodes] = np.arange(len(nodes))
    counts = np.zeros((len(nodes), width))
    for ends, directed in ((h, 2 * r), (t, 2 * r + 1)):
        here = place[ends] >= 0
        np.add.at(counts, (place[ends[here]], directed[here]), 1.0)
    found: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return found


def _divergence(p: Floats, q: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log2(p / q), 0.0)
    found: Floats = terms.sum(axis=1)
    return found


@dataclass(frozen=True, slots=True)
class Surprise:
    """The mean -log p of a node's new edges under a model of the earlier version; 0 without any."""

    config: TrajectoryConfig

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        first = Trajectory(self.config, ()).continued(before).stages[0].trainer
        first.grow(after)
        new = edits_between(before, after).added_edges
        told = losses(first.model, new).mean(axis=1)
        sums, counts = np.zeros((2, after.num_entities))
        for column in (0, 2):
            np.add.at(sums, new[:, column], told)
            np.add.at(counts, new[:, column], 1.0)
        found: Floats = sums[nodes] / np.maximum(counts[nodes], 1)
        return found


@dataclass(frozen=True, slots=True)
class WarmCosine:
    """1 - cos between a node's vectors in one training that goes on from version to version."""

    config: TrajectoryConfig

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        first, second = _warm(self.config, before, after).stages
        return movement(first.trainer, second.trainer)[nodes]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The share of a node's 50 nearest that are others afterwards, in one training that goes on.

    The local neighbourhood measure of Hamilton et al. 2016 by overlap instead of second order.
    """

    config: TrajectoryConfig
    near: int = _NEAR

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        stages = _warm(self.config, before, after).stages
        both = np.intersect1d(before.live(), after.live())
        sets = [_nearest(stage.vectors, nodes, both, self.near) for stage in stages]
        found: Floats = np.array(
            [1 - len(np.intersect1d(a, b)) / max(len(a), 1) for a, b in zip(*sets, strict=True)]
        )
        return found


@dataclass(frozen=True, slots=True)
class TrainedApart:
    """1 - cos between trainings that know nothing of each other, the later turned to the earlier.

    Turned by orthogonal Procrustes (Schönemann 1966) on the nodes that no edit touched.
    """

    config: TrajectoryConfig

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        train = self.config.train
        other = replace(self.config, train=replace(train, seed=train.seed + _APART))
        one = Trajectory(self.config, ()).continued(before).stages[0].vectors
        two = Trajectory(other, ()).continued(after).stages[0].vectors
        return _turned_distance(one, two, _anchors(before, after), nodes)


@dataclass(frozen=True, slots=True, eq=False)
class OwnVectors:
    """1 - cos between vectors that somebody else made of each version, the later ones turned.

    NaN for nodes without a vector. Raises TrainingError where the two are not of one width, or
    where no node that no edit touched has two vectors.
    """

    before: Vectors
    after: Vectors

    def scores(self, before: EdgeTable, after: EdgeTable, nodes: Indices) -> Floats:
        names = after.vocabulary.entities
        one, two = (vectors.of(names) for vectors in (self.before, self.after))
        if one.shape != two.shape:
            told = f"widths {one.shape[1]} and {two.shape[1]} are not one"
            raise TrainingError("vectors", told)
        anchors = _anchors(before, after)
        known = np.asarray(np.isfinite(one).all(axis=1) & np.isfinite(two).all(axis=1))
        anchors = anchors[known[anchors]]
        if not len(anchors):
            raise TrainingError("vectors", "no node without edits has a vector in both")
        return _turned_distance(one, two, anchors, nodes)


def _warm(config: TrajectoryConfig, before: EdgeTable, after: EdgeTable) -> Trajectory:
    return Trajectory(config, ()).continued(before).continued(after)


def _nearest(vectors: Matrix, nodes: Indices, among: Indices, count: int) -> list[Indices]:
    """Rows of the nearest by cosine, themselves left out."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    found: list[Indices] = []
    for part in np.array_split(nodes, max(1, len(nodes) // 1_000)):
        cosine = unit[part] @ unit[among].T
        cosine[part[:, None] == among] = -np.inf
        size = min(count, len(among) - 1)
        found += list(among[np.argpartition(-cosine, size - 1, axis=1)[:, :size]])
    return found


def _anchors(before: EdgeTable, after: EdgeTable) -> Indices:
    """Nodes of both versions that no edit touched; all of both where there is none."""
    both = np.intersect1d(before.live(), after.live())
    still = both[~edits_between(before, after).direct[both]]
    return still if len(still) else both


def _turned_distance(one: Matrix, two: Matrix, anchors: Indices, nodes: Indices) -> Floats:
    a, b = one[anchors].astype(np.float64), two[anchors].astype(np.float64)
    left, _, right = np.linalg.svd(b.T @ a)
    v0, v1 = one[nodes].astype(np.float64), two[nodes].astype(np.float64) @ (left @ right)
    return 1 - row_cosines(v0, v1)


#: The baselines that need nothing but the edges and a training, by name.
SHIFT_BASELINES: Final[Mapping[str, Callable[[TrajectoryConfig], ShiftBaseline]]] = (
    MappingProxyType(
        {
            "edge-jaccard": lambda _: EdgeJaccard(),
            "relation-profile": lambda _: RelationProfile(),
            "surprise": Surprise,
            "warm-cosine": WarmCosine,
            "neighbourhood": Neighbourhood,
            "trained-apart": TrainedApart,
        }
    )
)
