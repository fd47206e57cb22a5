"""Shift between two states: run, told in words, and kept where both are commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kgdelta.drifting import Shifted, explain
from kgdelta.shift_files import KeptShift, ShiftFiles, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from embeddings.kept import Kept
    from embeddings.shift_results import ShiftConfig, ShiftManifest, ShiftResult
    from graph.snapshot import Snapshot
    from graph.store import Store


@dataclass(frozen=True, slots=True)
class ShiftRun:
    """What was found between two states; ``about`` is what is kept of it, if it is kept.

    ``again`` says that it was kept before, and not run now.
    """

    rows: tuple[Shifted, ...]
    about: KeptShift
    again: bool


@dataclass(frozen=True, slots=True)
class ShiftFolder:
    """Where shifts, and what is measured once for their FROM versions, are kept."""

    folder: Path

    @property
    def shifts(self) -> ShiftFiles:
        """The tables and manifests."""
        return ShiftFiles(self.folder / "shifts")

    @property
    def kept(self) -> Kept:
        """The trainings and nulls of FROM versions."""
        from embeddings.kept import Kept

        return Kept(self.folder / "shifts")


def run_shift(
    before: Snapshot,
    after: Snapshot,
    config: ShiftConfig,
    graph: str,
    names: tuple[str, str],
    began: Callable[[str], None],
    store: Store | None = None,
    folder: ShiftFolder | None = None,
) -> ShiftRun:
    """The shift between two states, taken from the folder where it was run before.

    It is kept there if both states are commits of the store. Raises TrainingError.
    """
    from embeddings.shift import shift_tables, trajectory_for
    from embeddings.shift_results import ShiftManifest
    from embeddings.tensors import read_edges

    old = read_edges(before)
    new = read_edges(after, old.vocabulary)
    trajectory = trajectory_for(old, config.seed)
    asked = ShiftManifest(before.version, after.version, trajectory, config, 0)
    about = _about(asked, graph, names)
    if not (about.before and about.after):
        folder = None
    if folder is not None:
        found = folder.shifts.find(about)
        if found is not None:
            return ShiftRun(tuple(folder.shifts.rows(found)), found, True)
    kept = folder.kept if folder is not None else None
    result = shift_tables(old, new, trajectory, config, began, kept)
    told = tuple(explain(result.rows, before, after, store))
    about = _about(result.manifest, graph, names, result)
    if folder is not None:
        about = folder.shifts.keep(about, told)
    return ShiftRun(told, about, False)


def _about(
    manifest: ShiftManifest,
    graph: str,
    names: tuple[str, str],
    result: ShiftResult | None = None,
) -> KeptShift:
    from kgdelta import __version__

    rows = result.rows if result else ()
    return KeptShift(
        graph=graph,
        before=manifest.before.commit or "",
        after=manifest.after.commit or "",
        before_name=names[0],
        after_name=names[1],
        settings=settings_of(manifest),
        code=__version__,
        nodes=len(rows),
        direct=sum(row.direct for row in rows),
        significant=sum(row.significant for row in rows),
        null_nodes=manifest.null_nodes,
        note=manifest.note,
        seconds=asdict(manifest.seconds) if manifest.seconds else {},
    )
