"""One training loop, with its state carried along from graph to graph."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed
from torch.nn.functional import cross_entropy
from torch.utils import deterministic as deterministic_memory

from embeddings import kinds, optimisers, scoring
from embeddings.encoders import directed_edges
from embeddings.errors import TrainingError
from embeddings.evaluate import filtered_ranks, metrics
from embeddings.models import Model
from embeddings.objectives import Batch, Scores
from embeddings.steps import Batches, Gradient, Weights, full_step, sampled_step, through_encoder
from embeddings.tensors import EdgeTable, Indices

#: Called after each epoch with (epochs done in this run, epochs of this run, mean loss).
Progress = Callable[[int, int, float], None]

#: torch's switch, a property that its module has no type for.
_FILL = "fill_uninitialized_memory"

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides the numbers of a training, beside the graph.

    ``n3`` and ``l2`` weigh regularisers, ``relation`` relation prediction. ``negatives`` 0 scores
    all entities (1-vs-all), else so many that a batch shares, which then holds both directions of
    its edges. ``grouped`` batches hold queries with all their edges instead of edges: the same
    loss for a third of the scores. ``precision``
    is that of the scores of 1-vs-all (bfloat16 for ComplEx and DistMult). ``device`` is a torch
    device or ``auto``. ``encoder`` makes the vectors that ``model`` scores: ``none`` (a row each),
    or by messages in ``layers`` rounds, with ``text`` columns of features if it is inductive.
    """

    rank: int = 64
    batch_size: int = 512
    learning_rate: float = 0.1
    n3: float = 0.05
    initial_scale: float = 1e-3
    seed: int = 0
    device: str = "cpu"
    model: str = "complex"
    optimiser: str = "adagrad"
    l2: float = 0.0
    relation: float = 0.0
    negatives: int = 0
    grouped: bool = False
    precision: str = "float32"
    encoder: str = "none"
    layers: int = 1
    text: int = 0

    def __post_init__(self) -> None:
        for name in ("rank", "batch_size", "layers"):
            if getattr(self, name) < 1:
                raise TrainingError("configuration", f"{name} must be at least 1")
        if self.learning_rate <= 0 or min(self.n3, self.l2, self.relation, self.negatives) < 0:
            raise TrainingError("configuration", "learning_rate must be > 0, weights >= 0")
        for name, known in (
            ("model", scoring.BY_NAME),
            ("optimiser", optimisers.BY_NAME),
            ("precision", _PRECISIONS),
            ("encoder", kinds.ENCODERS),
        ):
            if getattr(self, name) not in known:
                told = getattr(self, name)
                raise TrainingError(
                    "configuration", f"no {name} {told!r}", f"say {', '.join(sorted(known))}"
                )
        if self.text < 0 or (self.text and self.encoder != "inductive"):
            raise TrainingError("configuration", "only an inductive encoder reads text")
        if self.relation and self.negatives:
            raise TrainingError("configuration", "relation prediction needs negatives = 0")


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Edges (n, 3) whose filtered MRR is taken every so many epochs, to stop when it stalls.

    ``known`` are all true edges; ``patience`` is how many times it may fail to rise.
    """

    triples: Indices
    known: Indices
    every: int = 1
    patience: int = 3


@dataclass(slots=True, eq=False)
class Best:
    """The best validated state of a run that has not ended."""

    mrr: float = -1.0
    stalls: int = 0
    parameters: list[Tensor] | None = None


class Anchor(Protocol):
    """Something that pulls parameters, as elastic weight consolidation does."""

    def pull(self, index: int, parameter: Tensor) -> Tensor:
        """What to add to the gradient of a parameter, of its shape."""


class Trainer:
    """A model with the state of its optimiser, trained on one table after the other.

    The order of the batches of epoch n depends on the seed and n alone, so a copy that goes on
    equals one that never stopped. Under torch.distributed each process takes a share of every
    batch and gradients are added.
    """

    def __init__(self, config: TrainConfig, model: Model | None = None) -> None:
        self.config = config
        self.device = device_named(config.device)
        self.model: Model = model or kinds.model_of(
            config.model,
            config.rank,
            config.initial_scale,
            self._generator(0),
            config.encoder,
            config.layers,
            config.text,
        )
        self.model.to(self.device)
        self.epochs_done = 0
        self.best = Best()
        self.optimiser = optimisers.BY_NAME[config.optimiser](
            self.model.parameters(), config.learning_rate
        )
        self._scores = Scores(_PRECISIONS[config.precision])

    def copy(self) -> Trainer:
        """An independent trainer in the same state."""
        return copy.deepcopy(self)

    def fit(
        self,
        table: EdgeTable,
        epochs: int,
        progress: Progress | None = None,
        *,
        validation: Validation | None = None,
        anchor: Anchor | None = None,
        denied: Indices | None = None,
        beliefs: NDArray[np.float64] | None = None,
        after_epoch: Callable[[Trainer], None] | None = None,
        graph: EdgeTable | None = None,
    ) -> float:
        """Train ``epochs`` epochs on the edges of a table; gives the mean loss of the last.

        Rows are appended for what the table's vocabulary has new. With a validation the best
        validated state is what stays. ``denied`` are edges (n, 3) known to be false, which lose
        their probability. ``beliefs`` (edges,) is how probably each edge of the table is true, and
        how often it is trained on: an epoch draws each with that chance. ``after_epoch`` may write
        a checkpoint. ``graph`` is what messages pass over, if the table is only a part of it. An
        interruption or an error leaves the trainer as it was before the call. Raises TrainingError
        on a table without edges, one of an older vocabulary, or where the loss is no longer finite.
        """
        if not len(table):
            raise TrainingError("training", "the graph has no edges", "check the edge rule")
        before = copy.deepcopy((self.model, self.optimiser, self.epochs_done, self.best))
        try:
            self.grow(table)
            self.model.see(table if graph is None else graph)
            directed = directed_edges(torch.from_numpy(table.triples))
            wrong = directed[:0] if denied is None else directed_edges(torch.from_numpy(denied))
            batches = self._batches(directed, wrong)
            loss = float("nan")
            with deterministic():
                for epoch in range(epochs):
                    if validation is not None and self.best.stalls >= validation.patience:
                        break  # gone on from a file of a run that had ended
                    if beliefs is not None:
                        batches = self._batches(self._drawn(table, beliefs), wrong)
                    loss = self._epoch(batches, anchor)
                    if progress:
                        progress(epoch + 1, epochs, loss)
                    stop = validation is not None and self._validated(validation)
                    if after_epoch:
                        after_epoch(self)
                    if stop:
                        break
            if validation is not None:
                self._take_best()
        except BaseException:
            self.model, self.optimiser, self.epochs_done, self.best = before
            raise
        return loss

    def _batches(self, directed: Tensor, wrong: Tensor) -> Batches:
        paired = self.config.negatives > 0 and not self.config.grouped
        on = directed.to(self.device), wrong.to(self.device)
        return Batches(*on, self.config.grouped, paired)

    def _drawn(self, table: EdgeTable, beliefs: NDArray[np.float64]) -> Tensor:
        """The edges of one epoch, each with the chance that it is true, one at least."""
        chance = np.random.default_rng((self.config.seed, self.epochs_done)).random(len(table))
        chosen = chance < beliefs
        chosen[np.argmax(beliefs - chance)] = True
        return directed_edges(torch.from_numpy(table.triples[chosen]))

    def see(self, table: EdgeTable) -> None:
        """Take a graph without training: new entities have the vectors that it gives them.

        Raises TrainingError where the model has none for entities that it was not trained on.
        """
        if not self.model.inductive:
            raise TrainingError(
                "training", "this model is not inductive", "train on the graph, or another model"
            )
        self.grow(table)
        self.model.see(table)

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
        self.optimiser.grow(self.model.parameters())

    def _generator(self, step: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.config.seed * 1_000_003 + step)

    def _epoch(self, batches: Batches, anchor: Anchor | None) -> float:
        generator = self._generator(500_000 + self.epochs_done)

        def permute(count: int) -> Tensor:
            return torch.randperm(count, generator=generator).to(self.device)

        losses = torch.zeros((), dtype=torch.float64)
        size = self.config.batch_size
        if not self.model.row_local:
            # A batch's own edges send no messages: it must not be most of the graph.
            size = min(size, max(1, batches.count // 10))
        for batch in batches.of(size, permute):
            losses += self._step(batch, generator, anchor)
        if _processes() > 1:
            distributed.all_reduce(losses)
        mean = float(losses) / len(batches)
        if mean != mean or mean == float("inf"):
            raise TrainingError("training", "the loss is not finite", "lower the learning rate")
        self.epochs_done += 1
        return mean

    def _step(self, batch: Batch, generator: torch.Generator, anchor: Anchor | None) -> float:
        config, model = self.config, self.model
        weights = Weights(config.n3, config.l2, config.relation)
        processes = _processes()
        share = batch.share(distributed.get_rank() if processes > 1 else 0, processes)
        drawn = None
        if config.negatives:
            shape = (config.negatives,)
            drawn = torch.randint(model.num_entities, shape, generator=generator).to(self.device)
        vectors = model.embed_for(batch.entities[batch.row], batch.targets, generator)
        entities = vectors.detach()
        if drawn is None:
            loss, gradients = full_step(model, entities, share, weights, self._scores)
        else:
            loss, gradients = sampled_step(model, entities, batch, share, weights, drawn)
        if not model.row_local:
            gradients = through_encoder(model, vectors, gradients)
        if processes > 1:
            for gradient in gradients:
                distributed.all_reduce(gradient.values)
        self._update(gradients, len(batch), anchor)
        return loss

    @torch.no_grad()
    def _update(self, gradients: list[Gradient], edges: int, anchor: Anchor | None) -> None:
        self.optimiser.steps += 1
        parameters = list(self.model.parameters())
        for gradient in gradients:
            parameter, rows = parameters[gradient.index], gradient.rows
            values = gradient.values.div_(edges)
            if anchor is not None:
                pull = anchor.pull(gradient.index, parameter)
                values += pull if rows is None else pull[rows]
            if rows is None:
                self.optimiser.whole(gradient.index, parameter, values)
            else:
                self.optimiser.rows(gradient.index, parameter, rows, values)

    def _validated(self, validation: Validation) -> bool:
        """Whether to stop: the best state so far is kept."""
        if self.epochs_done % validation.every:
            return False
        ranks = filtered_ranks(self.model, validation.triples, validation.known)
        mrr = metrics(ranks).mrr
        if mrr > self.best.mrr:
            self.best = Best(mrr, 0, [p.detach().clone() for p in self.model.parameters()])
        else:
            self.best.stalls += 1
        return self.best.stalls >= validation.patience

    def _take_best(self) -> None:
        if self.best.parameters is not None:
            with torch.no_grad():
                for own, best in zip(self.model.parameters(), self.best.parameters, strict=True):
                    own.copy_(best)
        self.best = Best()


def _processes() -> int:
    on = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if on else 1


@contextmanager
def deterministic() -> Iterator[None]:
    """Sums in a fixed order, however many threads there are; the caller's setting comes back.

    Without it the threads' order of adding moves a p-value by half from one run to the next.
    """
    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    filled = getattr(deterministic_memory, _FILL)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # No step reads what it has not written, and filling costs a seventh of one.
    setattr(deterministic_memory, _FILL, False)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)
        setattr(deterministic_memory, _FILL, filled)


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
        vectors = model.embed()
        for start in range(0, len(triples), batch_size):
            rows = torch.from_numpy(np.ascontiguousarray(triples[start : start + batch_size]))
            h, r, t = rows.to(device).unbind(dim=1)
            for column, own, directed, target in ((0, h, 2 * r, t), (1, t, 2 * r + 1, h)):
                scores = model.match(model.query(vectors[own], directed), vectors)
                loss = cross_entropy(scores, target, reduction="none")
                found[start : start + len(rows), column] = loss.cpu().double().numpy()
    return found
