"""The tour's last steps: models along the history, and the page that shows what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click
import numpy as np

from embeddings.continual import Trajectory, TrajectoryConfig
from embeddings.denoise import denoise
from embeddings.denoise_results import DenoiseResult
from embeddings.shift import shift
from embeddings.shift_results import ShiftResult
from kgdelta.charts import Point, Release
from kgdelta.drifting import Shifted, explain, figures
from kgdelta.files import replacing
from kgdelta.output import columns, counted, with_progress
from kgdelta.report import NoiseLine, Report, ShiftLine, milestones, render_report
from kgdelta.suspicions import tell
from kgdelta.term_paths import term_path
from queries.history import measures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from embeddings.denoise_results import Suspicion
    from graph.model import Node
    from graph.snapshot import Snapshot
    from graph.store import Store

SNAPSHOTS: Final = 12
TOP: Final = 12
#: Epochs on each release after the first; enough to follow what one release changes.
EPOCHS: Final = 4


@dataclass(frozen=True, slots=True)
class Drift:
    """What the models found, and the versions that they were shown.

    ``star`` is the first of the terms that are told.
    """

    tags: tuple[str, ...]
    trajectory: Trajectory
    compared: tuple[str, str]
    shift: ShiftResult
    star: Node
    told: tuple[Shifted, ...]
    noise: DenoiseResult

    @property
    def edited(self) -> int:
        """How many terms have edited edges."""
        return sum(row.direct for row in self.shift.rows)

    @property
    def unlikely(self) -> int:
        """How many of them moved as chance would make 5% of them move."""
        return sum(row.direct and row.p is not None and row.p < 0.05 for row in self.shift.rows)


def find_drift(store: Store) -> Drift:
    """Step 5: one warm-started training through a dozen releases, shift and noise.

    Shift is between the middle release of the dozen and the last, by a training of its own: its
    null is trained alike, which a null of the long trajectory would not be.
    """
    order = [commit.id for commit in reversed(list(store.log()))]
    name_of = {tag.commit: tag.name for tag in store.tags()}
    tagged = [commit for commit in order if commit in name_of]
    picks = [tagged[round(i)] for i in np.linspace(0, len(tagged) - 1, SNAPSHOTS)]
    names = tuple(name_of[commit] for commit in picks)
    snapshots = [store.snapshot(commit) for commit in picks]
    trajectory = Trajectory(TrajectoryConfig(next_epochs=EPOCHS), ())
    for snapshot in with_progress(snapshots, "training"):
        trajectory = trajectory.extended(snapshot)
    middle, last = SNAPSHOTS // 2, SNAPSHOTS - 1
    steps = with_progress(["shift", "noise"], "measuring shift and noise")
    next(steps)
    found = shift(snapshots[middle], snapshots[last])
    next(steps)
    noise = denoise(snapshots[last])
    next(steps, None)
    direct = sorted((row for row in found.rows if row.direct), key=lambda r: not r.significant)[
        :TOP
    ]
    told = tuple(explain(direct, snapshots[middle], snapshots[last]))
    drift = Drift(
        names, trajectory, (names[middle], names[last]), found, direct[0].node, told, noise
    )
    _tell(drift, snapshots[last])
    return drift


def _tell(drift: Drift, last: Snapshot) -> None:
    click.echo(
        f"   trained on {', '.join(drift.tags)}\n   from {drift.compared[0]} to "
        f"{drift.compared[1]}: {counted(drift.edited, 'term')} with edited edges; "
        f"{drift.unlikely} have "
        f"p < 0.05, by chance {0.05 * drift.edited:.0f} would;\n   {len(drift.shift.significant)} "
        "shifted at a false discovery rate of 5%. By significance, then score:"
    )
    table = [("term", "label", "moved", "score", "p", "q", "what explains it")]
    table += [
        (
            t.node,
            t.label[:30],
            *figures(t),
            (t.changes[0] if t.changes else "")[:64],
        )
        for t in drift.told
    ]
    for line in columns(table, right=(2, 3, 4, 5)):
        click.echo(f"     {line}")
    if drift.shift.manifest.note:
        click.echo(f"   {drift.shift.manifest.note}")
    click.echo(
        f"   the statements of {drift.tags[-1]} most likely to be wrong (of "
        f"{len(drift.noise.rows):,}, {drift.noise.expected:.0f} are expected to be):"
    )
    for noise in _noise_lines(drift.noise.rows[:TOP], last):
        click.echo(f"     {noise.posterior:4.0%}  {noise.statement}")


def _noise_lines(rows: Sequence[Suspicion], snapshot: Snapshot) -> list[NoiseLine]:
    return [NoiseLine(t.text, t.posterior) for t in tell(rows, snapshot)]


def write_report(store: Store, drift: Drift, seconds: Mapping[str, float], page: Path) -> None:
    """Step 6: the page, in one file that opens offline."""
    names = {tag.commit: tag.name for tag in store.tags()}
    releases = tuple(
        Release(
            names[m.commit.id],
            m.commit.authored.strftime("%Y-%m-%d"),
            m.classes,
            m.obsolete,
            m.added,
            m.removed,
        )
        for m in measures(store)
        if m.commit.id in names
    )
    last = store.snapshot(drift.tags[-1])
    star = drift.told[0]
    path, neighbours = _trajectory(drift, drift.star, last)
    text = render_report(
        Report(
            title="PSI-MS: a history and its drift",
            subtitle=(
                "Releases of the mass spectrometry vocabulary of the Proteomics Standards "
                "Initiative, kept by kgdelta as commits of one graph."
            ),
            releases=releases,
            milestones=milestones(releases),
            term=f"{star.label} ({star.node})",
            trajectory_note=(
                "The term that shifted most, release by release, in the plane of the two "
                "directions in which it and its nearest neighbours at the end differ most. One "
                "training runs through all releases, so places can be compared."
            ),
            path=path,
            neighbours=neighbours,
            shift_note=(
                f"From {drift.compared[0]} to {drift.compared[1]}. The score ranks by movement; p "
                "is the chance of such a movement by edits that change no meaning, measured on the "
                "earlier release; q is p after Benjamini and Hochberg; real means q at most "
                f"0.05, which {len(drift.shift.significant)} terms reach; by chance "
                f"{0.05 * drift.edited:.0f} would have p < 0.05, and {drift.unlikely} have."
                + (f" {drift.shift.manifest.note}" if drift.shift.manifest.note else "")
            ),
            shift_fact=(f"{drift.unlikely} of {drift.edited}", "edited terms moved with p < 0.05"),
            shifts=tuple(_shift_line(t) for t in drift.told),
            noise_note=(
                f"Edges of {drift.tags[-1]} by the probability that they are wrong (an upper "
                "bound, judged by the rest of the graph alone). Nothing is changed by this; it is "
                "where to look first."
            ),
            noise=tuple(_noise_lines(drift.noise.rows[:TOP], last)),
            footer=(
                "PSI-MS is CC BY 4.0, HUPO Proteomics Standards Initiative. Time taken: "
                + ", ".join(f"{title.lower()} {spent:.0f} s" for title, spent in seconds.items())
                + "."
            ),
        )
    )
    with replacing(page) as stream:
        stream.write(text.encode())


def _shift_line(told: Shifted) -> ShiftLine:
    return ShiftLine(
        told.node,
        told.label,
        told.movement,
        told.score,
        told.p,
        told.q,
        told.significant,
        told.words,
    )


def _trajectory(
    drift: Drift, node: Node, last: Snapshot
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """A node's places in the releases that have it, and its neighbours in the last of them."""
    path = term_path(drift.trajectory, drift.tags, node)
    if path is None:
        return (), ()
    labels = last.labels([place.name for place in path.neighbours])
    return (
        tuple(Point(p.x, p.y, p.name, f"release {p.name}") for p in path.places),
        tuple(
            Point(p.x, p.y, labels[p.name].value if p.name in labels else p.name)
            for p in path.neighbours
        ),
    )
