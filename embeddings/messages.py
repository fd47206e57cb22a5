"""Edges as what neighbours send to each other.

A *state* is an entity and a directed relation that leads away from it. Every directed edge
(u, d, v) sends the state (u, d) to v, so that what u looks for along d is added up where it leads.
States are fewer than edges, and are made once however many they reach.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embeddings.geometric import geometric


@dataclass(frozen=True, slots=True, eq=False)
class MessageGraph:
    """The directed edges of a graph by the entity that they reach.

    ``entities`` and ``directed`` (states,) are the states; edge i goes from state ``state[i]`` to
    ``target[i]``. Edges are sorted by target, then by the entity that sends.
    """

    entities: Tensor
    directed: Tensor
    state: Tensor
    target: Tensor
    num_entities: int
    _pairs: Tensor
    _starts: Tensor
    _by_state: Tensor
    _state_starts: Tensor

    @classmethod
    def of(cls, directed: Tensor, num_entities: int) -> MessageGraph:
        """From distinct directed edges (n, 3): entity, directed relation, target."""
        key = directed[:, 2] << 39 | directed[:, 0] << 15 | directed[:, 1]
        sender, kind, target = directed[torch.argsort(key)].unbind(dim=1)
        states, state = torch.unique(sender << 15 | kind, return_inverse=True)
        return cls(
            states >> 15,
            states & 0x7FFF,
            state,
            target,
            num_entities,
            target << 24 | sender,
            _starts(target, num_entities),
            torch.argsort(state, stable=True),
            _starts(state, len(states)),
        )

    def kept(self, one: Tensor, other: Tensor, dtype: torch.dtype) -> Tensor:
        """1 for edges that send, 0 for those between ``one[i]`` and ``other[i]``: (edges,).

        All edges between the two are left out, whatever their relation and direction: held-out
        edges are chosen so as well.
        """
        found = torch.ones(len(self.state), dtype=dtype, device=self.state.device)
        asked = torch.unique(torch.cat((one << 24 | other, other << 24 | one)))
        low = torch.searchsorted(self._pairs, asked)
        count = torch.searchsorted(self._pairs, asked, right=True) - low
        first = torch.repeat_interleave(low - (torch.cumsum(count, 0) - count), count)
        found[first + torch.arange(len(first), device=first.device)] = 0
        return found

    def sums(self, states: Tensor, kept: Tensor | None = None) -> Tensor:
        """The sum of the states (states, width) that reach each entity: (entities, width)."""
        values = states.new_ones(len(self.state)) if kept is None else kept
        shape = (self.num_entities, len(self.entities))
        there = _matrix(self._starts, self.state, values, shape)
        order = self._by_state
        back = _matrix(self._state_starts, self.target[order], values[order], shape[::-1])
        found: Tensor = _Sums.apply(states, there, back)
        return found


class _Sums(torch.autograd.Function):
    """Message passing by a matrix, and the gradient by its transpose, both by rows.

    The gradient that torch takes of such a product itself costs five times as much.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, there: Tensor, back: Tensor) -> Tensor:
        ctx.back = back
        return _propagated(states, there)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return _propagated(gradient.contiguous(), ctx.back), None, None


def _propagated(rows: Tensor, matrix: Tensor) -> Tensor:
    convolution = geometric("nn").SimpleConv(aggr="sum")
    found: Tensor = convolution((rows, None), matrix)
    return found


def _matrix(starts: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, ...]) -> Tensor:
    with warnings.catch_warnings():
        # torch calls its matrices by rows a beta.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support", category=UserWarning)
        return torch.sparse_csr_tensor(starts, columns, values, shape, check_invariants=False)


def _starts(rows: Tensor, count: int) -> Tensor:
    """Where each row begins among sorted or unsorted places of it: (count + 1,)."""
    found = torch.zeros(count + 1, dtype=torch.long, device=rows.device)
    torch.cumsum(torch.bincount(rows, minlength=count), 0, out=found[1:])
    return found
