"""The shifts that were found, kept beside the store: a Parquet table and a manifest each.

``shift-ID.parquet`` holds a row per node as ``Shifted.record`` gives it, ``shift-ID.json`` what
reproduces it; ``history-ID`` the courses of nodes along a history in the same way. The manifest is
written last, so that an interrupted run leaves nothing that counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kgdelta.drifting import Shifted
from kgdelta.kept_tables import (
    as_json,
    fields_of,
    made,
    manifest,
    named,
    now,
    record_of,
    records,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from embeddings.shift_results import ShiftManifest


@dataclass(frozen=True, slots=True)
class KeptShift:
    """What is told of a shift between two commits: where, how, and what came out.

    ``settings`` are those of the training and of the judging; ``id`` is made of all that decides
    the table. ``seconds`` are what training, null and judging took.
    """

    graph: str
    before: str
    after: str
    before_name: str
    after_name: str
    settings: dict[str, Any]
    code: str
    nodes: int = 0
    direct: int = 0
    significant: int = 0
    null_nodes: int = 0
    note: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    created: str = ""

    @property
    def id(self) -> str:
        """A short name that is the same for the same question with the same settings."""
        return named(self.graph, self.before, self.after, self.settings, self.code)


def settings_of(manifest: ShiftManifest) -> dict[str, Any]:
    """All settings of a shift, and the version of the method, as JSON says them."""
    from embeddings.null import VERSION

    told = {
        "training": asdict(manifest.trajectory),
        "judging": asdict(manifest.config),
        "method": VERSION,
    }
    return as_json(told)


@dataclass(frozen=True, slots=True)
class KeptHistory:
    """What is told of a trajectory: the versions (commit, name) that it runs through, and how."""

    graph: str
    versions: tuple[tuple[str, str], ...]
    settings: dict[str, Any]
    code: str
    note: str = ""
    created: str = ""

    @property
    def id(self) -> str:
        """A short name that is the same for the same versions and settings."""
        return named(self.graph, self.versions, self.settings, self.code)


@dataclass(frozen=True, slots=True)
class ToldCourse:
    """A node's way through a history: ``turns`` and ``swells`` name the versions that they led to.

    ``drift`` is still, abrupt or gradual; ``steps`` are angles in radians between neighbouring
    versions, ``norms`` lengths at each.
    """

    node: str
    label: str
    drift: str
    turns: tuple[str, ...]
    swells: tuple[str, ...]
    settled: bool | None
    steps: tuple[float, ...]
    norms: tuple[float, ...]


class ShiftFiles:
    """The shifts in one folder, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, about: KeptShift, rows: Sequence[Shifted]) -> KeptShift:
        """Write a shift; one of the same id is replaced."""
        about = replace(about, created=now())
        write_table(
            self.folder, f"shift-{about.id}", about, [row.record() for row in rows], _schema()
        )
        return about

    def find(self, about: KeptShift) -> KeptShift | None:
        """The shift of the same question with the same settings, if it is kept."""
        path = self.folder / f"shift-{about.id}.json"
        return self._about(path) if path.exists() else None

    def every(self, graph: str) -> list[KeptShift]:
        """Every shift of a graph, the oldest first. Raises UsageError where one is damaged."""
        found = [self._about(path) for path in sorted(self.folder.glob("shift-*.json"))]
        return sorted((k for k in found if k.graph == graph), key=lambda k: (k.created, k.id))

    def rows(self, about: KeptShift, nodes: Collection[str] | None = None) -> list[Shifted]:
        """The rows of a shift, or those of some nodes. Raises NotFoundError, UsageError."""
        path = self.folder / f"shift-{about.id}.parquet"
        return [Shifted.of(record) for record in records(path, "node", nodes)]

    def keep_history(self, about: KeptHistory, courses: Sequence[ToldCourse]) -> None:
        """Write the courses of a history; those of the same id are replaced."""
        about = replace(about, created=now())
        told = [record_of(course) for course in courses]
        write_table(self.folder, f"history-{about.id}", about, told, _course_schema())

    def histories(self, graph: str) -> list[KeptHistory]:
        """Every history of a graph, the newest last. Raises UsageError where one is damaged."""
        found = []
        for path in sorted(self.folder.glob("history-*.json")):
            told = manifest(path)
            versions = tuple((commit, name) for commit, name in told.pop("versions", ()))
            found.append(made(path, KeptHistory, {**told, "versions": versions}))
        return sorted((k for k in found if k.graph == graph), key=lambda k: (k.created, k.id))

    def courses(self, about: KeptHistory, nodes: Collection[str]) -> list[ToldCourse]:
        """The courses of some nodes along a history. Raises NotFoundError, UsageError."""
        path = self.folder / f"history-{about.id}.parquet"
        return [ToldCourse(**fields_of(record)) for record in records(path, "node", nodes)]

    def collect(self, alive: Iterable[str]) -> list[str]:
        """Delete what is of commits of which one is not ``alive``, and give the names."""
        living = set(alive)
        gone = []
        for path in sorted(
            (*self.folder.glob("shift-*.json"), *self.folder.glob("history-*.json"))
        ):
            told = manifest(path)
            commits = {told.get("before"), told.get("after")} - {None}
            commits |= {commit for commit, _ in told.get("versions", ())}
            if not commits <= living:
                path.unlink(missing_ok=True)
                path.with_suffix(".parquet").unlink(missing_ok=True)
                gone.append(path.stem)
        return gone

    def _about(self, path: Path) -> KeptShift:
        return made(path, KeptShift, manifest(path))


def _schema() -> dict[str, Any]:
    import polars as pl

    text, number, whole, truth = pl.String, pl.Float64, pl.Int64, pl.Boolean
    kinds: dict[str, Any] = dict.fromkeys(("node", "label"), text)
    kinds |= dict.fromkeys(("score", "movement", "times", "low", "high", "p", "q"), number)
    kinds |= dict.fromkeys(("significant", "direct"), truth)
    kinds |= dict.fromkeys(("added", "removed"), whole)
    kinds |= {"explained": number}
    kinds |= dict.fromkeys(("changes", "words", "other_changes", "commits"), pl.List(text))
    kinds |= dict.fromkeys(("movements", "scores"), pl.List(number))
    return kinds


def _course_schema() -> dict[str, Any]:
    import polars as pl

    kinds: dict[str, Any] = dict.fromkeys(("node", "label", "drift"), pl.String)
    kinds |= dict.fromkeys(("turns", "swells"), pl.List(pl.String))
    kinds |= {"settled": pl.Boolean}
    return kinds | dict.fromkeys(("steps", "norms"), pl.List(pl.Float64))
