"""One training loop: every directed edge against all entities, with its state carried along."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from embeddings.errors import TrainingError
from embeddings.models import ComplEx, Model
from embeddings.tensors import EdgeTable, Indices

#: Called after each epoch with (epochs done in this run, epochs of this run, mean loss).
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides the numbers of a training, beside the graph.

    ``n3`` weighs the regulariser; ``device`` is a torch device or ``auto``.
    """

    rank: int = 64
    batch_size: int = 512
    learning_rate: float = 0.1
    n3: float = 0.05
    initial_scale: float = 1e-3
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name in ("rank", "batch_size"):
            if getattr(self, name) < 1:
                raise TrainingError("configuration", f"{name} must be at least 1")
        if self.learning_rate <= 0 or self.n3 < 0:
            raise TrainingError("configuration", "learning_rate must be > 0 and n3 >= 0")


class Trainer:
    """A model with the state of its optimiser, trained on one table after the other.

    Adagrad, cross-entropy over all entities in both directions. The order of the batches of
    epoch n depends on the seed and n alone, so a copy that goes on equals one that never stopped.
    """

    def __init__(self, config: TrainConfig, model: Model | None = None) -> None:
        self.config = config
        self.device = device_named(config.device)
        self.model: Model = model or ComplEx(
            0, 0, config.rank, config.initial_scale, generator=self._generator(0)
        )
        self.model.to(self.device)
        self.epochs_done = 0
        self._sums = [torch.zeros_like(p) for p in self.model.parameters()]

    def copy(self) -> Trainer:
        """An independent trainer in the same state."""
        return copy.deepcopy(self)

    def fit(self, table: EdgeTable, epochs: int, progress: Progress | None = None) -> float:
        """Train ``epochs`` epochs on the edges of a table; gives the mean loss of the last.

        Rows are appended for what the table's vocabulary has new. An interruption or an error
        leaves the trainer as it was before the call. Raises TrainingError on a table without
        edges, one of an older vocabulary, or where the loss is no longer finite.
        """
        if not len(table):
            raise TrainingError("training", "the graph has no edges", "check the edge rule")
        before = copy.deepcopy((self.model, self._sums, self.epochs_done))
        try:
            self.grow(table)
            directed = directed_edges(table).to(self.device)
            loss = float("nan")
            with deterministic():
                for epoch in range(epochs):
                    loss = self._epoch(directed)
                    if progress:
                        progress(epoch + 1, epochs, loss)
        except BaseException:
            self.model, self._sums, self.epochs_done = before
            raise
        return loss

    def grow(self, table: EdgeTable) -> None:
        """Give the model, and the state of its optimiser, rows for all of a table's vocabulary."""
        entities, relations = table.num_entities, table.num_relations
        if entities < self.model.num_entities or relations < self.model.num_relations:
            raise TrainingError(
                "training",
                "the table's vocabulary is older than the model's",
                "read the snapshot with the model's vocabulary",
            )
        if (entities, relations) == (self.model.num_entities, self.model.num_relations):
            return
        self.model.grow(entities, relations, self._generator(1 + self.model.num_entities))
        grown = []
        for total, parameter in zip(self._sums, self.model.parameters(), strict=True):
            new = torch.zeros_like(parameter)
            new[: len(total)] = total
            grown.append(new)
        self._sums = grown

    def _generator(self, step: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.config.seed * 1_000_003 + step)

    def _epoch(self, directed: Tensor) -> float:
        order = torch.randperm(
            len(directed), generator=self._generator(500_000 + self.epochs_done)
        ).to(self.device)
        losses = 0.0
        for rows in torch.split(order, self.config.batch_size):
            losses += self._step(directed[rows]) * len(rows)
        mean = losses / len(directed)
        if mean != mean or mean == float("inf"):
            raise TrainingError("training", "the loss is not finite", "lower the learning rate")
        self.epochs_done += 1
        return mean

    def _step(self, batch: Tensor) -> float:
        entities, relations, targets = batch.unbind(dim=1)
        loss = cross_entropy(self.model.score_all(entities, relations), targets)
        total = loss + self.config.n3 * self.model.penalty(entities, relations, targets)
        parameters = list(self.model.parameters())
        gradients = torch.autograd.grad(total, parameters)
        with torch.no_grad():
            for parameter, gradient, sums in zip(parameters, gradients, self._sums, strict=True):
                sums.addcmul_(gradient, gradient)
                parameter.addcdiv_(gradient, sums.sqrt() + 1e-10, value=-self.config.learning_rate)
        return float(loss.detach())


@contextmanager
def deterministic() -> Iterator[None]:
    """Sums in a fixed order, however many threads there are; the caller's setting comes back.

    Without it the threads' order of adding moves a p-value by half from one run to the next.
    """
    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)


def directed_edges(table: EdgeTable) -> Tensor:
    """Every edge in both directions, shape (2 edges, 3): entity, directed relation, target."""
    triples = torch.from_numpy(table.triples)
    heads, relations, tails = triples.unbind(dim=1)
    there = torch.stack((heads, 2 * relations, tails), dim=1)
    back = torch.stack((tails, 2 * relations + 1, heads), dim=1)
    return torch.cat((there, back))


def device_named(name: str) -> torch.device:
    """A torch device; ``auto`` takes a GPU where there is one.

    Raises TrainingError where torch does not know or does not have it.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise TrainingError("device", f"no device {name!r}", "say cpu, cuda or auto") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise TrainingError("device", "no CUDA device here", "say cpu or auto")
    return device


def losses(model: Model, triples: Indices, batch_size: int = 512) -> NDArray[np.float64]:
    """-log p of the tail and of the head of each triple among all entities, shape (n, 2)."""
    device = next(model.parameters()).device
    found = np.zeros((len(triples), 2))
    with torch.no_grad():
        for start in range(0, len(triples), batch_size):
            rows = torch.from_numpy(np.ascontiguousarray(triples[start : start + batch_size]))
            h, r, t = rows.to(device).unbind(dim=1)
            for column, scores, target in (
                (0, model.score_tails(h, r), t),
                (1, model.score_heads(r, t), h),
            ):
                loss = cross_entropy(scores, target, reduction="none")
                found[start : start + len(rows), column] = loss.cpu().double().numpy()
    return found
