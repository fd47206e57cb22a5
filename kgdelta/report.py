"""One self-contained page about a history: it opens offline and needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from kgdelta.charts import Point, Release, churn_chart, size_chart, trajectory_chart

MILESTONES: Final = 14
CHANGES_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A term in the shift table; ``movement`` is 1 - cosine; ``p`` and ``q`` may be unmeasured."""

    node: str
    label: str
    movement: float
    score: float
    p: float | None
    q: float | None
    significant: bool
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoiseLine:
    """A statement in words and the probability that it is wrong."""

    statement: str
    posterior: float


@dataclass(frozen=True, slots=True)
class Milestone:
    """A release that stands out, and a few words about why."""

    release: Release
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows."""

    title: str
    subtitle: str
    releases: tuple[Release, ...]
    milestones: tuple[Milestone, ...]
    term: str
    trajectory_note: str
    path: tuple[Point, ...]
    neighbours: tuple[Point, ...]
    shift_note: str
    shift_fact: tuple[str, str]
    shifts: tuple[ShiftLine, ...]
    noise_note: str
    noise: tuple[NoiseLine, ...]
    footer: str


def render_report(report: Report) -> str:
    """The page as HTML text."""
    template = Template(files("kgdelta").joinpath("report.html").read_text(encoding="utf-8"))
    last = report.releases[-1]
    facts = [
        (f"{len(report.releases):,}", "releases"),
        (f"{report.releases[0].date[:4]} to {last.date[:4]}", "years"),
        (f"{last.classes:,}", "terms at the end"),
        (f"{sum(r.added + r.removed for r in report.releases):,}", "statements changed"),
        report.shift_fact,
    ]
    return template.substitute(
        title=escape(report.title),
        subtitle=escape(report.subtitle),
        facts="".join(f"<div><b>{b}</b><span>{escape(name)}</span></div>" for b, name in facts),
        timeline_note=("The releases that changed most, in order. Click a heading to sort by it."),
        milestones="".join(_milestone_row(m) for m in report.milestones),
        size=size_chart(report.releases),
        churn=churn_chart(report.releases),
        trajectory_term=escape(report.term),
        trajectory_note=escape(report.trajectory_note),
        trajectory=trajectory_chart(report.path, report.neighbours),
        shift_note=escape(report.shift_note),
        shift="".join(_shift_row(line) for line in report.shifts),
        noise_note=escape(report.noise_note),
        noise="".join(_noise_row(line) for line in report.noise),
        footer=escape(report.footer),
    )


def milestones(releases: Sequence[Release], count: int = MILESTONES) -> tuple[Milestone, ...]:
    """The first release, the last, and those that changed most, in order."""
    between = range(1, len(releases) - 1)
    by_churn = sorted(between, key=lambda i: -releases[i].added - releases[i].removed)
    chosen = sorted({0, len(releases) - 1, *by_churn[: max(count - 2, 0)]})
    return tuple(Milestone(releases[i], _words(releases, i)) for i in chosen)


def _words(releases: Sequence[Release], i: int) -> str:
    if i == 0:
        return "the first release"
    now, before = releases[i], releases[i - 1]
    parts = []
    if now.classes != before.classes:
        parts.append(f"{now.classes - before.classes:+,} terms")
    if now.obsolete != before.obsolete:
        parts.append(f"{now.obsolete - before.obsolete:+,} obsolete")
    if not parts:
        parts.append("the same terms, said differently")
    if i == len(releases) - 1:
        parts.append("the last release")
    return ", ".join(parts)


def _milestone_row(milestone: Milestone) -> str:
    release = milestone.release
    return (
        f"<tr><td>{escape(release.name)}</td><td>{release.date}</td>"
        + _number(release.classes)
        + _number(release.added)
        + _number(release.removed)
        + f"<td>{escape(milestone.words)}</td></tr>"
    )


def _number(value: int) -> str:
    return f'<td class="n" data-v="{value}">{value:,}</td>'


def _measured(value: float | None) -> str:
    if value is None:
        return '<td class="n" data-v="2">-</td>'
    return f'<td class="n" data-v="{value:.6g}">{value:.2g}</td>'


def _shift_row(line: ShiftLine) -> str:
    changes = "".join(f"<li>{escape(text)}</li>" for text in line.changes[:CHANGES_SHOWN])
    if len(line.changes) > CHANGES_SHOWN:
        changes += f'<li class="more">and {len(line.changes) - CHANGES_SHOWN:,} more</li>'
    return (
        f'<tr><td>{escape(line.label)} <span class="id">{escape(line.node)}</span></td>'
        f'<td class="n" data-v="{line.movement:.6g}">{line.movement:.2f}</td>'
        f'<td class="n" data-v="{line.score:.6g}">{line.score:.2f}</td>'
        f"{_measured(line.p)}{_measured(line.q)}"
        f"<td>{'yes' if line.significant else 'no'}</td><td><ul>{changes}</ul></td></tr>"
    )


def _noise_row(line: NoiseLine) -> str:
    return (
        f"<tr><td>{escape(line.statement)}</td>"
        f'<td class="n" data-v="{line.posterior:.6g}">{line.posterior:.0%}</td></tr>'
    )
