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

#: A denied edge is not taken for more probable than this, so that its slope stays below 20.
_MOST_SURE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Queries (an entity and a directed relation each), and their edges.

    ``row`` (edges,) is the query of each edge, ``targets`` (edges,) its other end; a query
    stands in the batch once however many edges it has. ``denied`` (edges,) marks edges that are
    known to be false, whose loss is -log(1 - p); None where there are none. In a ``paired`` batch
    the second half is the first half read backwards.
    """

    entities: Tensor
    directed: Tensor
    row: Tensor
    targets: Tensor
    denied: Tensor | None = None
    paired: bool = False

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def grouped(self) -> bool:
        """Whether edge i is not that of query i; every query has an edge."""
        return len(self.row) != len(self.entities)

    def halves(self) -> tuple[Batch, Batch]:
        """The edges of a paired batch in one direction, and in the other."""
        parts = zip(
            *(self._split(t) for t in (self.entities, self.directed, self.targets)), strict=True
        )
        wrong = (None, None) if self.denied is None else self._split(self.denied)
        row = self._split(self.row)[0]
        one, other = (
            Batch(entities, directed, row, targets, denied)
            for (entities, directed, targets), denied in zip(parts, wrong, strict=True)
        )
        return one, other

    def _split(self, tensor: Tensor) -> tuple[Tensor, Tensor]:
        one, other = tensor.chunk(2)
        return one, other

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
            None if self.denied is None else self.denied[mine],
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
    if not model.bilinear:
        return _softmax_by_autograd(model, queries, candidates, batch)
    q, c = queries.to(scores.dtype), candidates.to(scores.dtype)
    s = torch.mm(q, c.t(), out=scores.of(len(q), len(c), q.device))
    own = s[batch.row, batch.targets].to(queries.dtype)
    top = s.amax(dim=1, keepdim=True)
    s.sub_(top).exp_()
    total = s.sum(dim=1, dtype=queries.dtype)
    log_p = own - (total.log() + top[:, 0].to(queries.dtype))[batch.row]
    loss, slope = _edge_losses(log_p, batch.denied)
    # d log p(t) / d score(j) is [j = t] - p(j).
    down = torch.zeros_like(total).index_add_(0, batch.row, slope)
    s.mul_((-down / total).to(s.dtype)[:, None])
    s.index_put_((batch.row, batch.targets), slope.to(s.dtype), accumulate=True)
    return float(loss), (s @ c).to(queries.dtype), (s.t() @ q).to(queries.dtype)


def _edge_losses(log_p: Tensor, denied: Tensor | None) -> tuple[Tensor, Tensor]:
    """(the summed loss, its derivative by each log p)."""
    slope = torch.full_like(log_p, -1.0)
    if denied is None:
        return -log_p.sum(), slope
    p = log_p.exp().clamp_max(_MOST_SURE)
    slope = torch.where(denied, p / (1 - p), slope)
    return torch.where(denied, -torch.log1p(-p), -log_p).sum(), slope


def summed_loss(log_p: Tensor, denied: Tensor | None) -> Tensor:
    """-log p of true edges plus -log(1 - p) of denied ones, for autograd."""
    if denied is None:
        return -log_p.sum()
    wrong = torch.log1p(-log_p[denied].exp().clamp_max(_MOST_SURE))
    return -log_p[~denied].sum() - wrong.sum()


def _softmax_by_autograd(
    model: Model, queries: Tensor, candidates: Tensor, batch: Batch
) -> tuple[float, Tensor, Tensor]:
    q, c = queries.detach().requires_grad_(), candidates.detach().requires_grad_()
    with torch.enable_grad():
        loss = softmax_loss(model.match(q, c), batch)
    at_q, at_c = torch.autograd.grad(loss, (q, c))
    return float(loss.detach()), at_q, at_c


def softmax_loss(scores: Tensor, batch: Batch) -> Tensor:
    """The loss of :func:`full_softmax` from the scores (queries, candidates), for autograd."""
    log_p = scores[batch.row, batch.targets] - scores.logsumexp(dim=1)[batch.row]
    return summed_loss(log_p, batch.denied)


def shared_negatives(
    model: Model,
    queries: Tensor,
    targets: Tensor,
    negatives: Tensor,
    hits: Tensor,
    denied: Tensor | None = None,
) -> tuple[float, Tensor, Tensor, Tensor]:
    """-log p(target) among itself and negatives that the whole batch shares, summed.

    Vectors: queries and targets (edges, width), negatives (m, width). ``hits`` (edges, m) marks
    negatives that are the target itself; they are left out. Gives (loss, gradients at queries,
    targets and negatives).
    """
    own = model.match_pairs(queries, targets)
    others = model.match(queries, negatives).masked_fill_(hits, float("-inf"))
    total = torch.logaddexp(own, others.logsumexp(dim=1))
    log_p = own - total
    loss, slope = _edge_losses(log_p, denied)
    at_others = (others - total[:, None]).exp_().mul_(-slope[:, None])
    at_queries, at_negatives = model.match_gradients(queries, negatives, others, at_others)
    at_own = -slope * torch.expm1(log_p)
    at_targets = model.pair_gradients(queries, targets, own, at_own, at_queries)
    return float(loss), at_queries, at_targets, at_negatives


def relation_loss(
    model: Model, vectors: Tensor, targets: Tensor, relations: Tensor, directed: Tensor
) -> Tensor:
    """-log p(directed relation) between given ends, summed over edges; Chen et al. 2021."""
    scores = model.match_relations(vectors, targets, relations)
    return cross_entropy(scores, directed, reduction="sum")
