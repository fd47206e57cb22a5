"""What a shift run gives: rows with their chances and causes, and what reproduces them."""

from __future__ import annotations

from dataclasses import dataclass, field

from embeddings.continual import TrajectoryConfig
from embeddings.errors import TrainingError
from embeddings.null import NullConfig
from graph.model import Key, Node
from graph.snapshot import Version


@dataclass(frozen=True, slots=True)
class ShiftConfig:
    """How the shift is judged: the null, the false discovery rate, and by how many trainings.

    ``seed`` draws the null's edits and shuffles. ``seeds`` trainings, with the seeds of the
    training's own and those after it, are averaged: before a node is judged, not after. The
    explanations of ``checked`` nodes, the significant ones first, are tried by training the node
    anew without them.
    """

    null: NullConfig = field(default_factory=NullConfig)
    false_discovery_rate: float = 0.05
    seed: int = 0
    seeds: int = 1
    checked: int = 20

    def __post_init__(self) -> None:
        if self.seeds < 1 or self.checked < 0 or not 0 < self.false_discovery_rate < 1:
            told = "seeds must be at least 1, checked at least 0, the rate between 0 and 1"
            raise TrainingError("configuration", told)


@dataclass(frozen=True, slots=True)
class EdgeEffect:
    """An edge added or removed at a node, and how well it explains the node's movement.

    ``contribution`` is the cosine, in [-1, 1], between the movement and where the edge pulls;
    for a removed edge, where its absence lets go. ``named`` edges are what the explanation
    consists of; the others at the node look like its usual ones.
    """

    statement: Key
    added: bool
    contribution: float
    named: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """How many times as far a node moved as edits of that size without meaning move one.

    ``low`` and ``high`` bound 95% of it: benign edits of one size move nodes differently far.
    """

    times: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A node in both snapshots: how far it moved, and the chance of that without a new meaning.

    ``score`` ranks (log movement + 0.3 zA for direct nodes); ``movement`` is 1 - cosine. ``p`` and
    ``q`` are None where no null could be measured, as ``size`` is; ``q`` also for indirect nodes
    (no edit of their own), whose ``p`` is the share of indirect nodes that moved as far.
    ``effects`` are the node's edited edges, the best explanation first. ``explained`` is the share
    of the movement that is not there when the node alone is trained without the named edits (1:
    all of it), None where that was not tried. ``movements`` and ``scores`` are those of each
    training, of which ``movement`` and ``score`` are the means.
    """

    node: Node
    score: float
    movement: float
    p: float | None
    q: float | None
    significant: bool
    direct: bool
    added: int
    removed: int
    effects: tuple[EdgeEffect, ...] = ()
    size: Effect | None = None
    explained: float | None = None
    movements: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a run took by the clock: training on both versions, the null, judging the nodes.

    ``null`` is 0 where a stored one was found.
    """

    training: float
    null: float
    judging: float


@dataclass(frozen=True, slots=True)
class ShiftManifest:
    """What reproduces a result: the versions, every setting, and the size of the null.

    ``seconds`` is not compared: equal runs take different times.
    """

    before: Version
    after: Version
    trajectory: TrajectoryConfig
    config: ShiftConfig
    null_nodes: int
    note: str = ""
    seconds: Seconds | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ShiftResult:
    """Rows with the highest score first, direct nodes before indirect ones."""

    rows: tuple[ShiftRow, ...]
    manifest: ShiftManifest

    @property
    def significant(self) -> tuple[ShiftRow, ...]:
        """The rows that shifted, at the configured false discovery rate."""
        return tuple(row for row in self.rows if row.significant)
