"""What a training step minimises, with its gradients at the rows that it reads.

Losses are sums over edges. Written out by hand where a score is a scalar product: the softmax over
all entities then needs one array of scores, which is used again in the next step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from embeddings.models import Model


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Queries (an entity and a directed relation each), and their edges.

    ``row`` (edges,) is the query of each edge, ``targets`` (edges,) its other end; a query
    stands in the batch once however many edges it has.
    """

    entities: Tensor
    directed: Tensor
    row: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def share(self, rank: int, size: int) -> Batch:
        """The part of one of ``size`` processes: every size-th query with its edges."""
        if size == 1:
            return self
        mine = self.row % size == rank
        return Batch(
            self.entities[rank::size],
            self.directed[rank::size],
            self.row[mine] // size,
            self.targets[mine],
        )


class Scores:
    """The array that a softmax over all entities works in, kept from batch to batch."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self._kept = torch.empty(0, dtype=dtype)

    def of(self, rows: int, columns: int, device: torch.device) -> Tensor:
        """An uninitialised array of the given shape."""
        size = rows * columns
        if self._kept.numel() < size or self._kept.device != device:
            self._kept = torch.empty(size, dtype=self.dtype, device=device)
        return self._kept[:size].view(rows, columns)


def full_softmax(
    model: Model, queries: Tensor, candidates: Tensor, batch: Batch, scores: Scores
) -> tuple[float, Tensor, Tensor]:
    """-log p(target) among all candidates, summed over the batch's edges.

    Gives (loss, gradient at the queries, gradient at the candidates).
    """
    counts = torch.bincount(batch.row, minlength=len(queries)).to(queries.dtype)
    if not model.bilinear:
        return _softmax_by_autograd(model, queries, candidates, batch, counts)
    q, c = queries.to(scores.dtype), candidates.to(scores.dtype)
    s = torch.mm(q, c.t(), out=scores.of(len(q), len(c), q.device))
    own = s[batch.row, batch.targets].to(queries.dtype)
    top = s.amax(dim=1, keepdim=True)
    s.sub_(top).exp_()
    total = s.sum(dim=1, dtype=queries.dtype)
    loss = ((total.log() + top[:, 0].to(queries.dtype)) * counts).sum() - own.sum()
    s.mul_((counts / total).to(s.dtype)[:, None])
    s.index_put_((batch.row, batch.targets), s.new_full((len(batch),), -1.0), accumulate=True)
    return float(loss), (s @ c).to(queries.dtype), (s.t() @ q).to(queries.dtype)


def _softmax_by_autograd(
    model: Model, queries: Tensor, candidates: Tensor, batch: Batch, counts: Tensor
) -> tuple[float, Tensor, Tensor]:
    q, c = queries.detach().requires_grad_(), candidates.detach().requires_grad_()
    with torch.enable_grad():
        scores = model.match(q, c)
        own = scores[batch.row, batch.targets].sum()
        loss = (scores.logsumexp(dim=1) * counts).sum() - own
    at_q, at_c = torch.autograd.grad(loss, (q, c))
    return float(loss.detach()), at_q, at_c


def shared_negatives(
    model: Model, queries: Tensor, targets: Tensor, negatives: Tensor, hits: Tensor
) -> Tensor:
    """-log p(target) among itself and negatives that the whole batch shares, summed.

    Vectors: queries and targets (edges, width), negatives (m, width). ``hits`` (edges, m) marks
    negatives that are the target itself; they are left out.
    """
    own = model.match_pairs(queries, targets)
    others = model.match(queries, negatives).masked_fill(hits, float("-inf"))
    return (torch.logaddexp(own, others.logsumexp(dim=1)) - own).sum()


def relation_loss(
    model: Model, vectors: Tensor, targets: Tensor, relations: Tensor, directed: Tensor
) -> Tensor:
    """-log p(directed relation) between given ends, summed over edges; Chen et al. 2021."""
    scores = model.match_relations(vectors, targets, relations)
    return cross_entropy(scores, directed, reduction="sum")
