"""How every edge pulls at its two ends: gradients of the two-directional loss."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.models import Model
from embeddings.tensors import Indices


def edge_gradients(
    model: Model, triples: Indices, batch_size: int = 512
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gradients of each edge's loss at its head and at its tail, each (edges, width).

    The loss of (h, r, t) is -log p(t | h, r) - log p(h | t, r^-1), over all entities. The end's
    vector counts as query and as target; as one candidate among all it is held still.
    """
    device = next(model.parameters()).device
    candidates = model.embed().detach()
    heads, tails = [], []
    for start in range(0, len(triples), batch_size):
        rows = torch.from_numpy(np.ascontiguousarray(triples[start : start + batch_size]))
        at_head, at_tail = _batch(model, rows.to(device), candidates)
        heads.append(at_head.cpu().numpy())
        tails.append(at_tail.cpu().numpy())
    if not heads:
        empty = np.zeros((0, candidates.shape[1]), dtype=np.float32)
        return empty, empty
    return np.concatenate(heads), np.concatenate(tails)


def _batch(model: Model, rows: Tensor, candidates: Tensor) -> tuple[Tensor, Tensor]:
    heads, relations, tails = rows.unbind(dim=1)
    head = candidates[heads].clone().requires_grad_()
    tail = candidates[tails].clone().requires_grad_()
    loss = _loss(model, head, 2 * relations, tail, tails, candidates) + _loss(
        model, tail, 2 * relations + 1, head, heads, candidates
    )
    # Rows of a batch do not meet in the loss, so the gradient of the sum has one row for each.
    at_head, at_tail = torch.autograd.grad(loss, (head, tail))
    return at_head, at_tail


def _loss(
    model: Model,
    vectors: Tensor,
    directed: Tensor,
    targets: Tensor,
    target_rows: Tensor,
    candidates: Tensor,
) -> Tensor:
    queries = model.query(vectors, directed)
    own = model.match_pairs(queries, targets)
    scores = model.match(queries, candidates).scatter(1, target_rows[:, None], own[:, None])
    return (torch.logsumexp(scores, dim=1) - own).sum()
