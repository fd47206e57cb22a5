"""The gradients of one batch: which rows of which parameter, and by how much.

Values are sums over the edges; the loop divides them. In training by several processes each
takes its share of the queries, and all name the same rows, so that gradients can be added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from embeddings.models import Model
from embeddings.objectives import (
    Batch,
    Scores,
    full_softmax,
    relation_loss,
    shared_negatives,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What is added to the loss: N3, L2 and relation prediction."""

    n3: float
    l2: float
    relation: float


@dataclass(slots=True, eq=False)
class Gradient:
    """The gradient at a parameter (by its place); ``rows`` None means all of them."""

    index: int
    rows: Tensor | None
    values: Tensor


def full_step(
    model: Model, entities: Tensor, share: Batch, weights: Weights, scores: Scores
) -> tuple[float, list[Gradient]]:
    """Every query against all entities, whose vectors are given; whole tables get gradients."""
    relations = model.relations.detach()
    ends = entities[share.entities].requires_grad_()
    kinds = relations[share.directed].requires_grad_()
    others = entities[share.targets].requires_grad_()
    queries = model.transform(ends, kinds)
    loss, at_queries, at_candidates = full_softmax(model, queries.detach(), entities, share, scores)
    table = relations.clone().requires_grad_() if weights.relation else None
    extra = _extra(model, share, ends, kinds, others, table, weights)
    leaves = [ends, kinds, others, *([] if table is None else [table])]
    surrogate = (queries * at_queries).sum() + extra
    found = torch.autograd.grad(surrogate, leaves, allow_unused=True)
    at_relations = torch.zeros_like(relations) if table is None else _given(found[3], relations)
    at_relations.index_add_(0, share.directed, _given(found[1], kinds))
    at_candidates.index_add_(0, share.entities, _given(found[0], ends))
    if found[2] is not None:
        at_candidates.index_add_(0, share.targets, found[2])
    return loss, [Gradient(0, None, at_candidates), Gradient(1, None, at_relations)]


def sampled_step(
    model: Model,
    entities: Tensor,
    batch: Batch,
    share: Batch,
    weights: Weights,
    negatives: Tensor,
) -> tuple[float, list[Gradient]]:
    """Every edge against negatives that the batch shares; only rows of the batch are touched."""
    drawn = entities.index_select(0, negatives)
    ends = entities.index_select(0, share.entities)
    if share.paired:
        # The ends of one direction are the targets of the other: rows are read and added up once.
        there, back = share.halves()
        one, other = ends.chunk(2)
        found = _edges(model, there, one, other, drawn, negatives, weights)
        turned = _edges(model, back, other, one, drawn, negatives, weights)
        at_ends = [found.at_ends + turned.at_targets, turned.at_ends + found.at_targets]
        loss, at_kinds = found.loss + turned.loss, torch.cat((found.at_kinds, turned.at_kinds))
        at_drawn = found.at_negatives.add_(turned.at_negatives)
        named = [torch.cat((of.entities, negatives)) for of in (batch, share)]
    else:
        others = entities.index_select(0, share.targets)
        found = _edges(model, share, ends, others, drawn, negatives, weights)
        at_ends = [found.at_ends, found.at_targets]
        loss, at_kinds, at_drawn = found.loss, found.at_kinds, found.at_negatives
        named = [torch.cat((of.entities, of.targets, negatives)) for of in (batch, share)]
    return loss, [
        _by_row(0, named[0], named[1], torch.cat((*at_ends, at_drawn))),
        _by_row(1, batch.directed, share.directed, at_kinds),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A loss with its gradients at the rows of its queries, targets and negatives."""

    loss: float
    at_ends: Tensor
    at_kinds: Tensor
    at_targets: Tensor
    at_negatives: Tensor


def _edges(
    model: Model,
    share: Batch,
    ends: Tensor,
    others: Tensor,
    drawn: Tensor,
    negatives: Tensor,
    weights: Weights,
) -> _Found:
    kinds = model.relations.detach().index_select(0, share.directed)
    asked = model.transform(ends, kinds)
    queries = asked.index_select(0, share.row) if share.grouped else asked
    hits = share.targets[:, None] == negatives[None]
    loss, at_queries, at_others, at_drawn = shared_negatives(
        model, queries, others, drawn, hits, share.denied
    )
    if share.grouped:
        at_queries = torch.zeros_like(asked).index_add_(0, share.row, at_queries)
    at_ends, at_kinds = model.transform_gradients(ends, kinds, at_queries)
    if weights.n3 or weights.l2:
        leaves = [rows.detach().requires_grad_() for rows in (ends, kinds, others)]
        extra = _extra(model, share, leaves[0], leaves[1], leaves[2], None, weights)
        more = torch.autograd.grad(extra, leaves, allow_unused=True)
        at_ends, at_kinds, at_others = (
            at + _given(at_more, at)
            for at, at_more in zip((at_ends, at_kinds, at_others), more, strict=True)
        )
    return _Found(loss, at_ends, at_kinds, at_others, at_drawn)


def _by_row(index: int, of_batch: Tensor, of_share: Tensor, values: Tensor) -> Gradient:
    """Sums of ``values`` (n, width) by the rows that ``of_share`` (n,) names.

    Gives a row for each that ``of_batch`` names. A bag adds its members in their order.
    """
    ids, order = torch.sort(of_share, stable=True)
    alone = len(of_batch) == len(of_share)
    rows = torch.unique_consecutive(ids) if alone else torch.unique(of_batch)
    sums = embedding_bag(order, values, torch.searchsorted(ids, rows), mode="sum")
    return Gradient(index, rows, sums)


def through_encoder(model: Model, vectors: Tensor, gradients: list[Gradient]) -> list[Gradient]:
    """From gradients at the vectors of entities and at relations to those of every parameter.

    The vectors are made once for a batch, however many scores are taken of them.
    """
    at_vectors, at_relations = (
        _whole(gradient, like)
        for gradient, like in zip(gradients, (vectors, model.relations), strict=True)
    )
    parameters = list(model.parameters())
    found = torch.autograd.grad(vectors, parameters, at_vectors, allow_unused=True)
    whole = [_given(at, parameter) for at, parameter in zip(found, parameters, strict=True)]
    whole[1] += at_relations
    return [Gradient(i, None, values) for i, values in enumerate(whole)]


def _whole(gradient: Gradient, like: Tensor) -> Tensor:
    if gradient.rows is None:
        return gradient.values
    return torch.zeros_like(like).index_add_(0, gradient.rows, gradient.values)


def _extra(
    model: Model,
    share: Batch,
    ends: Tensor,
    kinds: Tensor,
    others: Tensor,
    table: Tensor | None,
    weights: Weights,
) -> Tensor:
    """Regularisers and relation prediction, summed over the edges of the share."""
    total = ends.new_zeros(())
    if not (weights.n3 or weights.l2 or table is not None):
        return total
    heads, relations = ends[share.row], kinds[share.row]
    for weight, power in ((weights.n3, 3), (weights.l2, 2)):
        if weight:
            total = total + weight * model.regularise(heads, relations, others, power)
    if table is not None:
        directed = share.directed[share.row]
        total = total + weights.relation * relation_loss(model, heads, others, table, directed)
    return total


def _given(gradient: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if gradient is None else gradient


class Batches:
    """Directed edges (n, 3) as batches: of edges, or of queries with all their edges.

    ``directed`` and ``denied``, edges that are known to be false, are as ``directed_edges`` gives
    them: the second half is the first half read backwards. ``paired`` batches of edges hold both
    directions of each, and so touch half as many rows.
    """

    def __init__(
        self, directed: Tensor, denied: Tensor, grouped: bool, paired: bool = False
    ) -> None:
        self._directed = torch.cat((directed, denied))
        self._denied = None
        if len(denied):
            self._denied = torch.zeros(len(self), dtype=torch.bool, device=directed.device)
            self._denied[-len(denied) :] = True
        self._grouped = grouped
        self._pairs = _pairs(len(directed), len(denied)).to(directed.device) if paired else None
        if grouped:
            key = self._directed[:, 0] << 32 | self._directed[:, 1]
            order = torch.argsort(key, stable=True)
            self._directed = self._directed[order]
            self._denied = None if self._denied is None else self._denied[order]
            _, self._counts = torch.unique_consecutive(key[order], return_counts=True)
            self._starts = torch.cumsum(self._counts, 0) - self._counts
        self._columns = self._directed.t().contiguous()

    def __len__(self) -> int:
        return len(self._directed)

    @property
    def count(self) -> int:
        """How many edges or queries batches are drawn from."""
        return len(self._counts) if self._grouped else len(self._directed)

    def of(self, size: int, permute: Callable[[int], Tensor]) -> Iterator[Batch]:
        """Batches of ``size`` edges or queries, in an order that ``permute`` draws."""
        if not self._grouped:
            for chosen in self._edges(size, permute):
                entities, directed, targets = self._columns[:, chosen]
                row = torch.arange(len(chosen), device=chosen.device)
                paired = self._pairs is not None
                yield Batch(entities, directed, row, targets, self._wrong(chosen), paired)
            return
        for chosen in torch.split(permute(self.count), size):
            counts = self._counts[chosen]
            row = torch.repeat_interleave(torch.arange(len(chosen), device=chosen.device), counts)
            before = torch.cumsum(counts, 0) - counts
            edges = torch.arange(len(row), device=chosen.device) - before[row]
            edges = edges + self._starts[chosen][row]
            first = self._directed[self._starts[chosen]]
            targets, wrong = self._directed[edges, 2], self._wrong(edges)
            yield Batch(first[:, 0], first[:, 1], row, targets, wrong)

    def _edges(self, size: int, permute: Callable[[int], Tensor]) -> Iterator[Tensor]:
        """Numbers of the edges of each batch."""
        if self._pairs is None:
            yield from torch.split(permute(self.count), size)
            return
        for chosen in torch.split(permute(len(self._pairs)), max(1, size // 2)):
            yield self._pairs[chosen].t().reshape(-1)

    def _wrong(self, edges: Tensor) -> Tensor | None:
        return None if self._denied is None else self._denied[edges]


def _pairs(count: int, denied: int) -> Tensor:
    """Where both directions of each edge stand, (edges, 2): of true edges, then of denied."""
    halves = torch.arange(count // 2), count + torch.arange(denied // 2)
    there = torch.cat(halves)
    back = torch.cat((halves[0] + count // 2, halves[1] + denied // 2))
    return torch.stack((there, back), dim=1)
