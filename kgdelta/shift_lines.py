"""Shifts as they are printed: rows, groups, courses, and what a run says of itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from kgdelta.output import columns, counted, emit_lines, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgdelta.drift_groups import GroupDrift
    from kgdelta.drifting import Shifted
    from kgdelta.shift_files import KeptShift, ToldCourse
    from kgdelta.shift_runs import ShiftRun


def pair_of(about: KeptShift) -> str:
    """The names of the two versions."""
    return f"{about.before_name} to {about.after_name}"


def versions_told(about: KeptShift) -> dict[str, str]:
    """The two versions as JSON has them."""
    return {
        "from": about.before_name,
        "to": about.after_name,
        "from_commit": about.before,
        "to_commit": about.after,
    }


def show_rows(as_json: bool, rows: Sequence[Shifted], abouts: Sequence[KeptShift]) -> None:
    """Rows as a table or JSON Lines; with what each is of, where they are of several."""
    from kgdelta.drifting import figures, size

    if as_json:
        _emit([row.record() for row in rows], abouts)
        return
    table = [("node", "label", "moved", "score", "p", "q", "times", "real")]
    table += [
        (
            row.node,
            row.label[:44],
            *figures(row),
            size(row),
            "yes" if row.significant else "",
        )
        for row in rows
    ]
    _show_table(table, abouts, (2, 3, 4, 5, 6))


def show_groups(
    as_json: bool, drifts: Sequence[GroupDrift], abouts: Sequence[KeptShift] = ()
) -> None:
    """The drift of groups as a table or JSON Lines; with what each is of, where of several."""
    if as_json:
        _emit([asdict(drift) for drift in drifts], abouts)
        return
    table = [("group", "label", "terms", "edited", "shifted", "moved", "95% over trainings")]
    table += [
        (
            drift.group,
            drift.label[:44],
            f"{drift.terms:,}",
            f"{drift.edited:,}",
            f"{drift.shifted:,}",
            f"{drift.movement:.4f}",
            "-" if drift.low is None else f"{drift.low:.4f} to {drift.high:.4f}",
        )
        for drift in drifts
    ]
    _show_table(table, abouts, (2, 3, 4, 5))


def _emit(records: Sequence[dict[str, Any]], abouts: Sequence[KeptShift]) -> None:
    told = [versions_told(about) for about in abouts] or [{}] * len(records)
    emit_lines({**pair, **record} for pair, record in zip(told, records, strict=True))


def _show_table(
    table: Sequence[tuple[str, ...]], abouts: Sequence[KeptShift], right: Sequence[int]
) -> None:
    """Lines below their heads, with the versions that each is of in front if there are several."""
    lines = list(table)
    if abouts:
        versions = ["versions", *(pair_of(about) for about in abouts)]
        lines = [(version, *line) for version, line in zip(versions, table, strict=True)]
        right = [place + 1 for place in right]
    for line in columns(lines, right=right):
        click.echo(line)


def tell(run: ShiftRun) -> None:
    """How many shifted, what it took, and what is to be known of it."""
    about = run.about
    if about.note:
        say(about.note)
    edited = counted(about.direct, "edited term")
    told = f"{counted(about.significant, 'term')} shifted, of {edited}"
    seconds = about.seconds
    if run.again:
        told += f"; found on {about.created[:10]}, and kept"
    elif seconds:
        null = f"{seconds['null']:.0f} s for the null" if seconds["null"] >= 1 else "null was kept"
        told += f"; {seconds['training'] + seconds['judging']:.0f} s, {null}"
    say(told)


def course_in_words(course: ToldCourse) -> str:
    """How a term went along the history, in one line."""
    match course.drift:
        case "abrupt":
            told = f"turned at {', '.join(course.turns)}"
        case "gradual":
            told = "drifts in one direction, without a turn"
        case _:
            told = "stays where it is"
    if course.swells:
        told += f"; its length changed at {', '.join(course.swells)}"
    if course.settled is not None:
        told += "; settled since" if course.settled else "; not settled"
    return f"along the history: {told}"
