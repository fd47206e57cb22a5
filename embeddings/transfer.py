"""How a model that follows a graph does on all of its past: protocols, transfer, diagnosis."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.errors import TrainingError
from embeddings.evaluate import Metrics, Ranks, filtered_ranks, metrics
from embeddings.models import Model
from embeddings.tensors import Indices, edge_keys


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A snapshot's test edges, what was known by then, and how many entities there were.

    ``test`` and ``known`` are (n, 3); ``known`` holds every true edge up to this snapshot, those
    of validation and test too.
    """

    test: Indices
    known: Indices
    entities: int


@dataclass(frozen=True, slots=True, eq=False)
class ProbeResult:
    """Metrics of each probe, and over the ranks of all of them."""

    each: tuple[Metrics, ...]
    all: Metrics


def published_protocol(model: Model, probes: Sequence[Probe]) -> ProbeResult:
    """Each test is ranked among the entities of its own snapshot (Cui et al. 2023, LKGE)."""
    return _told([filtered_ranks(model, p.test, p.known, candidates=p.entities) for p in probes])


def corrected_protocol(model: Model, probes: Sequence[Probe]) -> ProbeResult:
    """Every test is ranked among all entities known now, filtered by all that is known now."""
    now = max(probes, key=lambda probe: probe.entities)
    known = np.unique(np.concatenate([probe.known for probe in probes]), axis=0)
    return _told([filtered_ranks(model, p.test, known, candidates=now.entities) for p in probes])


def _told(ranks: list[Ranks]) -> ProbeResult:
    every = np.concatenate([part.ravel() for part in ranks])
    return ProbeResult(tuple(metrics(part) for part in ranks), metrics(every))


@dataclass(frozen=True, slots=True)
class Transfer:
    """Backward: what later training does to earlier tests; forward: what earlier gives later ones.

    Both are differences of MRR, means over snapshots; Lopez-Paz & Ranzato 2017.
    """

    backward: float
    forward: float


def transfer(scores: NDArray[np.float64]) -> Transfer:
    """From ``scores[i, j]``, the MRR of test j after snapshot i, shape (snapshots, snapshots).

    Forward counts what test j scores before its own snapshot is trained; entities that the model
    does not have yet are worth 0, so that a model without knowledge has forward 0.
    """
    last = len(scores) - 1
    if last < 1:
        return Transfer(0.0, 0.0)
    own = np.diag(scores)
    backward = float((scores[last, :last] - own[:last]).mean())
    return Transfer(backward, float(np.diag(scores, 1).mean()))


@dataclass(frozen=True, slots=True)
class Kept:
    """Metrics by what a change did to an edge's query; see :func:`kept`."""

    retained: Metrics
    updated: Metrics
    acquired: Metrics
    withdrawn: Metrics


def kept(model: Model, before: Indices, after: Indices) -> Kept:
    """How well edges are known after a change from one graph to another, (n, 3) each.

    ``acquired``: new edges. ``retained``: edges in both, neither of whose queries (h, r, ?) and
    (?, r, t) lost or gained an answer; ``updated``: the other edges in both. ``withdrawn``: edges
    that hold no more, which should rank low.
    """
    old, new = edge_keys(before), edge_keys(after)
    added, removed = after[~np.isin(new, old)], before[~np.isin(old, new)]
    stays = after[np.isin(new, old)]
    changed = np.concatenate((added, removed))
    touched = np.isin(_pairs(stays, 0), _pairs(changed, 0)) | np.isin(
        _pairs(stays, 2), _pairs(changed, 2)
    )
    parts = (stays[~touched], stays[touched], added, removed)
    return Kept(*(metrics(filtered_ranks(model, part, after)) for part in parts))


def _pairs(triples: Indices, end: int) -> Indices:
    pairs: Indices = triples[:, end] << 32 | triples[:, 1]
    return pairs


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """MRR of an old test: by the old model, by the new one, by the new one turned back.

    ``aligned`` scores the new vectors, turned by an orthogonal map onto the old ones, with the
    old relations: what it has above ``now`` was only misaligned, what it lacks to ``then`` is
    lost.
    """

    then: float
    now: float
    aligned: float


def diagnose(old: Model, new: Model, test: Indices, known: Indices) -> Diagnosis:
    """Whether what an old test lost is lost or only turned; arrays are (n, 3).

    Raises TrainingError for a model whose vectors are not its rows.
    """
    if not (old.row_local and new.row_local):
        raise TrainingError("diagnosis", "the vectors of an encoder are no rows to be turned")
    count = old.num_entities
    turned = copy.deepcopy(old)
    a = new.embed().detach()[:count].double()
    b = old.embed().detach().double()
    u, _, vt = torch.linalg.svd(a.t() @ b)
    with torch.no_grad():
        turned.entities.copy_((a @ (u @ vt)).to(turned.entities.dtype))
    scores = (
        metrics(filtered_ranks(model, test, known, candidates=count)).mrr
        for model in (old, new, turned)
    )
    return Diagnosis(*scores)


def without_features(model: Model, seed: int = 0) -> Model:
    """A copy whose entity rows are shuffled: what it still scores, it did not learn of them."""
    null = copy.deepcopy(model)
    order = torch.randperm(len(null.entities), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        null.entities.copy_(null.entities[order.to(null.entities.device)])
    return null


def shuffled_relations(triples: Indices, seed: int = 0) -> Indices:
    """The edges with their relations dealt anew: a model of them knows only who is connected."""
    dealt = triples.copy()
    dealt[:, 1] = np.random.default_rng(seed).permutation(dealt[:, 1])
    return np.unique(dealt, axis=0)
