"""What a shift run gives: rows with their chances and causes, and what reproduces them."""

from __future__ import annotations

from dataclasses import dataclass, field

from embeddings.continual import TrajectoryConfig
from embeddings.null import NullConfig
from graph.model import Key, Node
from graph.snapshot import Version


@dataclass(frozen=True, slots=True)
class ShiftConfig:
    """How the shift is judged: the null, the false discovery rate, the seed."""

    null: NullConfig = field(default_factory=NullConfig)
    false_discovery_rate: float = 0.05
    seed: int = 0


@dataclass(frozen=True, slots=True)
class EdgeEffect:
    """An edge added or removed at a node, and how well it explains the node's movement.

    ``contribution`` is the cosine, in [-1, 1], between the movement and where the edge pulls;
    for a removed edge, where its absence lets go.
    """

    statement: Key
    added: bool
    contribution: float


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
    (no edit of their own). ``effects`` are the node's edited edges, the best explanation first.
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
