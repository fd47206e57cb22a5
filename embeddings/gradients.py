"""How every edge pulls at its two ends: gradients of the two-directional loss."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.encoders import directed_edges
from embeddings.models import Model
from embeddings.tensors import Indices


def edge_gradients(
    model: Model, triples: Indices, batch_size: int = 512
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gradients of each edge's loss at its head and at its tail, each (edges, width).

    The loss of (h, r, t) is -log p(t | h, r) - log p(h | t, r^-1), over all entities. The end's
    vector counts as query and as target; as one candidate among all it is held still. A query
    (h, r, ?) is put to the candidates once, however many edges answer it.
    """
    device = next(model.parameters()).device
    candidates = model.embed().detach()
    count = len(triples)
    directed = directed_edges(torch.from_numpy(np.ascontiguousarray(triples))).to(device)
    # The second half is the first read backwards: edge i asks from its head, i + count its tail.
    asking = candidates.new_zeros((2 * count, candidates.shape[1]))
    answering = torch.zeros_like(asking)
    keys, query = torch.unique(directed[:, 0] << 32 | directed[:, 1], return_inverse=True)
    order = torch.argsort(query, stable=True)
    stops = torch.searchsorted(query[order], torch.arange(1, len(keys) + 1, device=device))
    begin = 0
    for first in range(0, len(keys), batch_size):
        last = min(first + batch_size, len(keys))
        edges = order[begin : int(stops[last - 1])]
        begin = int(stops[last - 1])
        ask = torch.stack((keys[first:last] >> 32, keys[first:last] & 0xFFFFFFFF), dim=1)
        row = query[edges] - first
        asking[edges], answering[edges] = _batch(model, ask, row, directed[edges, 2], candidates)
    at_head = asking[:count] + answering[count:]
    at_tail = asking[count:] + answering[:count]
    return at_head.cpu().numpy(), at_tail.cpu().numpy()


def _batch(
    model: Model, ask: Tensor, row: Tensor, targets: Tensor, candidates: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients at the asking and the answering end of edges, (edges, width) each.

    ``ask`` (queries, 2) are entities and directed relations; edge i is an answer of ``row[i]``.
    """
    with torch.no_grad():
        queries = model.query(candidates[ask[:, 0]], ask[:, 1])
    total, expected = _expectation(model, queries, candidates)
    sources = candidates[ask[row, 0]].requires_grad_()
    answers = candidates[targets].requires_grad_()
    asked = model.query(sources, ask[row, 1])
    own = model.match_pairs(asked, answers)
    # What log-sum-exp does at an answer is its share p of what the own score does.
    share = torch.exp(own.detach() - total[row])
    at_answers = torch.autograd.grad(own.sum(), answers, retain_graph=True)[0]
    loss = (asked * expected[row]).sum() - own.sum()
    return torch.autograd.grad(loss, sources)[0], at_answers * (share - 1)[:, None]


def _expectation(model: Model, queries: Tensor, candidates: Tensor) -> tuple[Tensor, Tensor]:
    """The log-sum-exp of each query's scores, (queries,), and its gradient at the query."""
    if model.bilinear:
        scores = queries @ candidates.t()
        total = torch.logsumexp(scores, dim=1)
        return total, scores.sub_(total[:, None]).exp_() @ candidates
    leaf = queries.detach().requires_grad_()
    total = torch.logsumexp(model.match(leaf, candidates), dim=1)
    return total.detach(), torch.autograd.grad(total.sum(), leaf)[0]
