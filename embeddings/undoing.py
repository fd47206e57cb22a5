"""Explanations tried out: how much of a movement is there where the named edits were not made.

A node is trained alone, everything else standing where the later version has it: once on its edges
of the later version, once on those with the named edits undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

from embeddings import optimisers
from embeddings.continual import Stage
from embeddings.edits import Edits
from embeddings.encoders import directed_edges
from embeddings.explaining import Cause
from embeddings.models import Model
from embeddings.tensors import Indices
from embeddings.train import Trainer

#: Steps of a node alone for each epoch that the whole was trained.
_STEPS: Final = 2
#: Scores that are held at once.
_MOST_SCORES: Final = 20_000_000
#: Movements below which there is nothing to explain.
_LEAST: Final = 1e-6


def share_explained(
    stages: tuple[Stage, Stage],
    edits: Edits,
    causes: Mapping[int, Sequence[Cause]],
    epochs: int,
) -> dict[int, float]:
    """The share of each node's own movement that is not there without its named edits.

    ``causes`` are by row; ``epochs`` are those of the later version's training. At most 1, below
    0 where the node moves further without them. Nothing is said of models whose vectors are made
    of neighbours, and of nodes that do not move alone.
    """
    before, after = stages
    if not before.trainer.model.row_local:
        return {}
    now = np.concatenate((edits.kept_edges, edits.added_edges))
    found: dict[int, float] = {}
    at_node = {node: _at(now, node) for node in causes}
    for nodes in _parts(at_node, before.trainer.model.num_entities):
        whole = [at_node[node] for node in nodes]
        undone = [
            _without(edges, [cause for cause in causes[node] if cause.effect.named])
            for node, edges in zip(nodes, whole, strict=True)
        ]
        moved = _alone(before.trainer, after.trainer, nodes, whole, epochs)
        rest = _alone(before.trainer, after.trainer, nodes, undone, epochs)
        for node, one, other in zip(nodes, moved.tolist(), rest.tolist(), strict=True):
            if one > _LEAST:
                found[node] = 1 - other / one
    return found


def _parts(at_node: Mapping[int, Indices], entities: int) -> Iterator[list[int]]:
    """Nodes in parts whose scores fit."""
    part: list[int] = []
    held = 0
    for node, edges in at_node.items():
        size = (len(edges) + 1) * entities
        if part and held + size > _MOST_SCORES:
            yield part
            part, held = [], 0
        part.append(node)
        held += size
    if part:
        yield part


def _at(edges: Indices, node: int) -> Indices:
    found: Indices = edges[(edges[:, 0] == node) | (edges[:, 2] == node)]
    return found


def _without(edges: Indices, named: Sequence[Cause]) -> Indices:
    """A node's edges with the named additions gone and the named removals back."""
    gone = {cause.triple for cause in named if cause.effect.added}
    kept = [triple for triple in map(tuple, edges.tolist()) if triple not in gone]
    back = [cause.triple for cause in named if not cause.effect.added]
    return np.array([*kept, *back], dtype=np.int64).reshape(-1, 3)


def _alone(
    before: Trainer, after: Trainer, nodes: list[int], edges: Sequence[Indices], epochs: int
) -> Tensor:
    """1 - cos between each node's vector before and after it was trained alone: (nodes,)."""
    model = after.model
    with torch.no_grad():
        candidates = model.embed().detach()
        start = before.model.entities.detach()[nodes]
    own = torch.nn.Parameter(start.clone())
    optimiser = optimisers.BY_NAME[before.config.optimiser]([own], before.config.learning_rate)
    place = [p is before.model.entities for p in before.model.parameters()].index(True)
    with torch.no_grad():
        for mine, whole in zip(optimiser.state[0], before.optimiser.state[place], strict=True):
            mine.copy_(whole[nodes])
    optimiser.steps = before.optimiser.steps
    rows = torch.arange(len(nodes)).repeat_interleave(torch.tensor([len(e) for e in edges]))
    directed = directed_edges(torch.from_numpy(np.concatenate(edges))).to(candidates.device)
    ends = torch.tensor(nodes, device=candidates.device)[rows].repeat(2)
    rows = rows.to(candidates.device).repeat(2)
    asks = directed[:, 0] == ends
    answers = _Answers(model, directed[~asks], ends[~asks], candidates)
    for _ in range(_STEPS * epochs):
        optimiser.steps += 1
        loss = _asking(model, own[rows[asks]], directed[asks], candidates)
        loss = loss + answers.loss(own[rows[~asks]])
        (gradient,) = torch.autograd.grad(loss / before.config.batch_size, own)
        with torch.no_grad():
            optimiser.whole(0, own, gradient)
    return 1 - torch.nn.functional.cosine_similarity(start, own.detach(), dim=1)


def _asking(model: Model, vectors: Tensor, directed: Tensor, candidates: Tensor) -> Tensor:
    """-log p of each edge's target, asked from the nodes' own vectors, summed."""
    queries = model.query(vectors, directed[:, 1])
    scores = model.match(queries, candidates)
    own = scores.gather(1, directed[:, 2:])[:, 0]
    return (torch.logsumexp(scores, dim=1) - own).sum()


class _Answers:
    """Edges that are asked from the other end, where a node alone is the answer."""

    def __init__(self, model: Model, directed: Tensor, ends: Tensor, candidates: Tensor) -> None:
        self._model = model
        with torch.no_grad():
            self._queries = model.query(candidates[directed[:, 0]], directed[:, 1])
            scores = model.match(self._queries, candidates)
            # The node as it is tried stands for the node as the later version has it.
            scores.scatter_(1, ends[:, None], float("-inf"))
            self._others = torch.logsumexp(scores, dim=1)

    def loss(self, vectors: Tensor) -> Tensor:
        """-log p of the nodes' vectors, a row for each edge, summed."""
        own = self._model.match_pairs(self._queries, vectors)
        return (torch.logaddexp(self._others, own) - own).sum()
