"""Which terms shifted: between two states, along a history, and in the past of one term."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.prefixes import PrefixMap
from kgdelta.commands.drift import need_embeddings
from kgdelta.errors import UsageError
from kgdelta.figures import check_picture
from kgdelta.groupings import Grouping
from kgdelta.model_folders import folder_beside, folder_option, models_folder
from kgdelta.output import columns, emit_json, emit_lines, say
from kgdelta.session import Session, store_options
from kgdelta.shift_lines import (
    course_in_words,
    pair_of,
    show_groups,
    show_rows,
    tell,
    versions_told,
)
from kgdelta.shift_methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from embeddings.shift_results import ShiftConfig
    from graph.snapshot import Snapshot
    from graph.store import Store
    from kgdelta.drift_groups import GroupDrift
    from kgdelta.drifting import Shifted
    from kgdelta.shift_history import NamedVersion
    from kgdelta.shift_runs import ShiftFolder, ShiftRun

_GROUPINGS = tuple(grouping.value for grouping in Grouping)


@click.command("shift")
@click.argument("before", metavar="[FROM]", required=False)
@click.argument("after", metavar="[TO]", required=False)
@click.option("--history", is_flag=True,
              help="Every tagged version and the next (every commit, if none is).")  # fmt: skip
@click.option("--every", type=click.IntRange(min=1), default=1,
              help="With --history: only every n-th version.")  # fmt: skip
@click.option("--by", type=click.Choice(_GROUPINGS),
              help="Drift of groups of terms; release: with --history.")  # fmt: skip
@click.option("--seed", type=int, default=0, help="Seed of the training and of the null.")
@click.option("--seeds", type=click.IntRange(min=1, max=20), default=1, show_default=True,
              help="Trainings that are averaged, for surer answers.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every node that moved.")
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--method", type=click.Choice(METHODS),
              help="A simple score instead; own: of vectors that were imported.")  # fmt: skip
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Drift by branch as .svg or .png, or all of it as one .html page.")  # fmt: skip
@folder_option
@store_options
def shift_command(
    session: Session,
    before: str | None,
    after: str | None,
    history: bool,
    every: int,
    by: str | None,
    seed: int,
    seeds: int,
    everything: bool,
    limit: int,
    method: str | None,
    plot: Path | None,
    folder: Path | None,
) -> None:
    """Find the terms whose meaning moved between two versions or files, or along a history.

    The score ranks; p is the chance of such a move by edits that change no meaning, measured on
    the FROM version; q is p corrected for the number of edited terms; times says how many times
    as far a term moved as edits of that size move one without changing its meaning.

    Between versions of the store what was found is kept: the same question is answered at once,
    `kgdelta shifts NODE` asks it for one term, and a run with --history that was interrupted goes
    on where it was.
    """
    grouping = Grouping(by) if by else None
    if grouping is Grouping.RELEASE and not history:
        raise UsageError("--by release needs --history")
    if not history and (before is None or after is None):
        raise UsageError("name FROM and TO, or say --history")
    if method is not None and (history or by or plot or seeds > 1):
        raise UsageError("--method is of two states, without --history, --by, --plot and --seeds")
    if plot is not None:
        if history:
            raise UsageError("--plot is of two versions; `kgdelta shifts NODE --plot` of a history")
        check_picture(plot, page=True)
    need_embeddings()
    from embeddings.shift_results import ShiftConfig

    config = ShiftConfig(seed=seed, seeds=seeds)
    where = _folder(session, folder)
    if method is not None and before is not None and after is not None:
        _by_method(session, (before, after), method, seed, folder, limit)
    elif history:
        _along(session, (before, after), every, grouping, config, where, everything, limit)
    elif before is not None and after is not None:
        run, new = _between(session, before, after, config, where)
        if grouping is not None:
            show_groups(session.json, _drifts(grouping, new, run.rows))
        else:
            show_rows(session.json, _chosen(run.rows, everything)[:limit], ())
        tell(run)
        if plot is not None:
            from kgdelta.shift_pictures import draw_shift

            draw_shift(plot, run.about, run.rows, new)
            say(f"drawn in {plot}")


def _by_method(
    session: Session,
    names: tuple[str, str],
    method: str,
    seed: int,
    folder: Path | None,
    limit: int,
) -> None:
    from kgdelta.shift_methods import own_vectors, scored
    from kgdelta.states import state_named

    before, after = (state_named(name, session) for name in names)
    own = None
    if method == "own":
        from embeddings.model_files import ModelFiles

        own = own_vectors(ModelFiles(models_folder(session, folder)), session.graph, before, after)
    rows = scored(before, after, method, seed, own)[:limit]
    if session.json:
        emit_lines({"node": n, "label": label, "score": score} for n, label, score in rows)
        return
    table = [("node", "label", method), *((n, label[:60], f"{s:.3f}") for n, label, s in rows)]
    for line in columns(table, right=(2,)):
        click.echo(line)


def _between(
    session: Session, before: str, after: str, config: ShiftConfig, folder: ShiftFolder | None
) -> tuple[ShiftRun, Snapshot]:
    """The shift between two states, and the later one."""
    from contextlib import ExitStack

    from kgdelta.shift_runs import run_shift
    from kgdelta.states import state_named

    def began(what: str) -> None:
        say(f"{what} …")

    old, new = state_named(before, session), state_named(after, session)
    committed = old.version.commit is not None and new.version.commit is not None
    names = (before, after)
    with ExitStack() as opened:
        store = opened.enter_context(session.store()) if committed else None
        return run_shift(old, new, config, session.graph, names, began, store, folder), new


def _along(
    session: Session,
    ends: tuple[str | None, str | None],
    every: int,
    grouping: Grouping | None,
    config: ShiftConfig,
    folder: ShiftFolder | None,
    everything: bool,
    limit: int,
) -> None:
    from kgdelta.drift_groups import drift_of
    from kgdelta.shift_history import shifts_along, versions_along

    with session.store() as store:
        versions = versions_along(store, session.branch, *ends, every)
        runs = []
        try:
            for run in shifts_along(store, versions, config, folder, say):
                runs.append(run)
                tell(run)
            note = _keep_courses(session, store, versions, config, folder)
        except (KeyboardInterrupt, click.Abort):
            if folder is not None:
                done = f"{len(runs)} of {len(versions) - 1} pairs are kept"
                say(f"{done}; the same command goes on from there")
            raise click.Abort from None
        if grouping is Grouping.RELEASE:
            show_groups(
                session.json, [drift_of(pair_of(r.about), "", r.rows) for r in runs if r.rows]
            )
        elif grouping is not None:
            _show_groups_along(session, store, versions, runs, grouping)
        else:
            rows = [(row, run.about) for run in runs for row in _chosen(run.rows, everything)]
            # Scores of different pairs have different scales, chances have one.
            rows.sort(key=lambda pair: (not pair[0].direct, pair[0].p is None, pair[0].p or 0))
            shown = rows[:limit]
            show_rows(session.json, [row for row, _ in shown], [about for _, about in shown])
    if note:
        say(f"no change points: {note}")


def _keep_courses(
    session: Session,
    store: Store,
    versions: Sequence[NamedVersion],
    config: ShiftConfig,
    folder: ShiftFolder | None,
) -> str:
    from kgdelta.shift_courses import keep_courses

    if folder is None:
        return "nothing is kept"
    return keep_courses(store, session.graph, versions, config.seed, folder, say)


@click.command("shifts")
@click.argument("node")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Its way and its neighbourhood as .svg or .png.")  # fmt: skip
@folder_option
@store_options
def shifts_command(session: Session, node: str, plot: Path | None, folder: Path | None) -> None:
    """Tell what is known of a term's shifts, oldest first, and how it went along the history.

    Asks what `kgdelta shift` has found between versions of the store; trains nothing.
    """
    if plot is not None:
        check_picture(plot)
    need_embeddings()
    where = _folder(session, folder)
    if where is None:
        raise UsageError(f"{session.shown} is no file to keep shifts beside; name --models DIR")
    from kgdelta.shift_past import past_shifts

    with session.store() as store:
        past = past_shifts(store, session.graph, session.branch, where, node)
        if plot is not None:
            from kgdelta.shift_past import draw_past

            draw_past(store, past, where, plot)
            say(f"drawn in {plot}")
    if session.json:
        document = {
            "node": past.node,
            "shifts": [{**versions_told(about), **row.record()} for row, about in past.shifts],
            "course": asdict(past.course) if past.course else None,
        }
        emit_json(document)
        return
    show_rows(False, [row for row, _ in past.shifts], [about for _, about in past.shifts])
    for row, about in past.shifts:
        for words in row.words if row.significant else ():
            click.echo(f"  {pair_of(about)}: {words}")
    if past.course is not None:
        click.echo(course_in_words(past.course))


def _folder(session: Session, folder: Path | None) -> ShiftFolder | None:
    """Where shifts are kept; None where the store has no place beside it and none is named."""
    from kgdelta.shift_runs import ShiftFolder

    place = folder or folder_beside(session.url)
    return ShiftFolder(place) if place is not None else None


def _chosen(rows: Iterable[Shifted], everything: bool) -> list[Shifted]:
    return [row for row in rows if everything or row.direct]


def _drifts(grouping: Grouping, after: Snapshot, rows: Sequence[Shifted]) -> list[GroupDrift]:
    from kgdelta.drift_groups import drift_by, grouped

    groups, labels = grouped(grouping, after, PrefixMap.of(after), rows)
    return drift_by(groups, labels, rows)


def _show_groups_along(
    session: Session,
    store: Store,
    versions: Sequence[NamedVersion],
    runs: Sequence[ShiftRun],
    grouping: Grouping,
) -> None:
    pairs = []
    for version, run in zip(versions[1:], runs, strict=True):
        drifts = _drifts(grouping, store.snapshot(version.commit), run.rows)
        pairs += [(drift, run.about) for drift in drifts]
    show_groups(session.json, [drift for drift, _ in pairs], [about for _, about in pairs])
