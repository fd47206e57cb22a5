"""Gaussian diffusion over the rows of a graph's adjacency, blind to relations.

The denoiser of DiffKG (Jiang et al. 2024, arXiv 2312.16890, section 3.3), which takes its process
and network from DiffRec (Wang et al. 2023, arXiv 2304.04971): a baseline for noise in graphs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from embeddings.edits import Floats
from embeddings.tensors import EdgeTable


@dataclass(frozen=True, slots=True)
class RowDiffusion:
    """Settings of the process and of its network.

    ``noise`` scales 1 - alpha-bar, which rises linearly from ``noise * low`` to ``noise * high``
    over ``steps``. A row is rebuilt from its state before any noise, as the papers do.
    """

    steps: int = 5
    noise: float = 0.1
    low: float = 0.001
    high: float = 0.02
    hidden: int = 256
    time: int = 10
    updates: int = 1000
    batch_size: int = 256
    learning_rate: float = 1e-3
    seed: int = 0

    def scores(self, table: EdgeTable) -> Floats:
        """How little each edge is rebuilt from the rows of its two ends, shape (edges,)."""
        generator = torch.Generator().manual_seed(self.seed)
        rows = _Rows(table)
        network = _Denoiser(rows.size, self.hidden, self.time, generator)
        self._fit(network, rows, generator)
        ends = table.triples[:, [0, 2]]
        there = self._rebuilt(network, rows, ends)
        back = self._rebuilt(network, rows, ends[:, ::-1])
        return -(there + back)

    def _fit(self, network: _Denoiser, rows: _Rows, generator: torch.Generator) -> None:
        kept, weights = self._schedule()
        optimiser = torch.optim.Adam(network.parameters(), lr=self.learning_rate)
        for _ in range(self.updates):
            chosen = torch.randint(rows.size, (self.batch_size,), generator=generator)
            clean = rows.of(chosen)
            step = torch.randint(self.steps, (len(chosen),), generator=generator)
            at = kept[step][:, None]
            noise = torch.randn(clean.shape, generator=generator)
            found = network(at.sqrt() * clean + (1 - at).sqrt() * noise, step)
            loss = (weights[step] * ((found - clean) ** 2).mean(dim=1)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    def _schedule(self) -> tuple[Tensor, Tensor]:
        """Alpha-bar of each step, and the weight of its loss by the signal that it loses."""
        lost = self.noise * torch.linspace(self.low, self.high, self.steps)
        kept = 1 - lost
        ratio = kept / lost
        weights = 0.5 * (torch.cat((ratio[:1], ratio[:-1])) - ratio)
        # The first step is the likelihood itself.
        weights[0] = 1.0
        return kept, weights / weights.mean()

    def _rebuilt(self, network: _Denoiser, rows: _Rows, pairs: np.ndarray) -> Floats:
        found = np.zeros(len(pairs))
        order = np.argsort(pairs[:, 0], kind="stable")
        ends = pairs[order]
        with torch.no_grad():
            for start in range(0, rows.size, self.batch_size):
                chosen = torch.arange(start, min(start + self.batch_size, rows.size))
                step = torch.zeros(len(chosen), dtype=torch.long)
                values = network(rows.of(chosen), step).double().numpy()
                first, last = np.searchsorted(ends[:, 0], (start, start + len(chosen)))
                inside = ends[first:last]
                found[order[first:last]] = values[inside[:, 0] - start, inside[:, 1]]
        return found


class _Rows:
    """Rows of the undirected adjacency, made dense as they are asked for."""

    def __init__(self, table: EdgeTable) -> None:
        self.size = table.num_entities
        heads, tails = table.triples[:, 0], table.triples[:, 2]
        pairs = np.unique(np.concatenate((heads * self.size + tails, tails * self.size + heads)))
        self._columns = torch.from_numpy(pairs % self.size)
        counts = np.bincount(pairs // self.size, minlength=self.size)
        self._counts = torch.from_numpy(counts)
        self._starts = torch.from_numpy(np.cumsum(counts) - counts)

    def of(self, chosen: Tensor) -> Tensor:
        """Dense rows, shape (chosen, entities), of 0 and 1."""
        counts = self._counts[chosen]
        row = torch.repeat_interleave(torch.arange(len(chosen)), counts)
        inside = torch.arange(len(row)) - (torch.cumsum(counts, 0) - counts)[row]
        dense = torch.zeros(len(chosen), self.size)
        dense[row, self._columns[self._starts[chosen][row] + inside]] = 1.0
        return dense


class _Denoiser(nn.Module):
    """Two layers with a tanh between, of a row and sines of its step."""

    def __init__(self, size: int, hidden: int, time: int, generator: torch.Generator) -> None:
        super().__init__()
        self._time = time
        self.inward = nn.Linear(size + time, hidden)
        self.outward = nn.Linear(hidden, size)
        with torch.no_grad():
            for layer in (self.inward, self.outward):
                bound = math.sqrt(6 / (layer.in_features + layer.out_features))
                drawn = torch.rand(layer.weight.shape, generator=generator)
                layer.weight.copy_((2 * drawn - 1) * bound)
                layer.bias.zero_()

    def forward(self, rows: Tensor, step: Tensor) -> Tensor:
        half = self._time // 2
        pace = torch.exp(-math.log(10_000) * torch.arange(half) / half)
        angles = step[:, None] * pace
        known = torch.cat((rows, torch.cos(angles), torch.sin(angles)), dim=1)
        found: Tensor = self.outward(torch.tanh(self.inward(known)))
        return found
