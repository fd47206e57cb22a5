"""What denoise is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from embeddings.edits import Floats
from embeddings.errors import TrainingError
from embeddings.evidence import Counts
from embeddings.kernels import Kernel
from embeddings.shares import Share
from embeddings.tensors import Indices
from embeddings.train import TrainConfig
from graph.model import Key, Node, Object
from graph.snapshot import Version


@dataclass(frozen=True, slots=True)
class DenoiseConfig:
    """The corruption kernels, the folds, and whether a model's held-out loss is evidence.

    In each round after the first edges count as much as they were believed in the one before.
    ``epochs`` are those of the model in each fold; 0 leaves link prediction out (quick mode).
    ``lexical`` asks labels, synonyms and definitions where there are any; then ``replacing`` is the
    share of planted edges that are judged as if the edge they were had gone (0 to 1).
    """

    kernels: tuple[Kernel, ...] = (Kernel.TYPED, Kernel.RANDOM)
    folds: int = 5
    rounds: int = 1
    epochs: int = 0
    lexical: bool = True
    replacing: float = 0.5
    train: TrainConfig = field(default_factory=TrainConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2 or self.rounds < 1 or not self.kernels:
            raise TrainingError("denoise", "two folds, a round and a kernel are needed at least")
        if not 0 <= self.replacing <= 1:
            raise TrainingError("denoise", f"replacing is {self.replacing}, not from 0 to 1")

    @classmethod
    def full(cls, seed: int = 0) -> DenoiseConfig:
        """Every kernel, and link prediction: several times the cost of the quick mode."""
        train = TrainConfig(rank=100, n3=0.05, seed=seed, device="auto")
        return cls(tuple(Kernel), epochs=12, train=train, seed=seed)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What history says of the edges of a table; every array is (edges,).

    ``doubts`` are the posteriors of an earlier judgement, nan where there was none. ``eras``
    number when edges came: each is compared with noise of its time. ``groups`` number what edges
    came with, from the widest (their time) to the narrowest (their commit), -1 for nothing.
    """

    doubts: Floats | None = None
    eras: Indices | None = None
    groups: tuple[Indices, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A statement, the probability that it is wrong, and what the rest of the graph says of it.

    ``posterior`` is ``odds`` between 0 and 1. ``loss`` is the held-out loss in nats of the model,
    None in quick mode. ``company`` is the share of wrong ones among the others of its narrowest
    group, None without a past; ``closer`` how many other objects the texts prefer at least, None
    without texts. ``edge`` is a row of the table that the statement entails, its worst.
    """

    subject: Node
    predicate: Node
    object: Object
    posterior: float
    odds: float
    counts: Counts
    loss: float | None
    company: float | None
    closer: int | None
    edge: int

    @property
    def key(self) -> Key:
        """What tells the statement from others."""
        return self.subject, self.predicate, self.object


@dataclass(frozen=True, slots=True)
class DenoiseResult:
    """Every statement that is an edge, the most suspicious first, and what reproduces it.

    ``shares`` estimates from above which part of the statements each kernel made. Where no kernel
    is ``believed`` to be there, the loss ranks if there is one, and else the odds.
    """

    rows: tuple[Suspicion, ...]
    shares: dict[Kernel, Share]
    believed: bool
    version: Version
    config: DenoiseConfig

    @property
    def expected(self) -> float:
        """The number of wrong statements that the posteriors add up to."""
        return sum(row.posterior for row in self.rows)
