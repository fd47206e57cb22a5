"""Which terms shifted: between two states, along a history, and in the past of one term."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.errors import NotFoundError
from graph.prefixes import PrefixMap
from kgdelta.commands.drift import need_embeddings
from kgdelta.drift_groups import GroupDrift, Grouping
from kgdelta.errors import UsageError
from kgdelta.figures import check_picture
from kgdelta.model_folders import folder_beside, folder_option
from kgdelta.output import columns, counted, emit_json, emit_lines, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from embeddings.shift_results import ShiftConfig
    from graph.model import Node
    from graph.snapshot import Snapshot
    from graph.store import Store
    from kgdelta.drifting import Shifted
    from kgdelta.shift_files import KeptHistory, KeptShift, ToldCourse
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
    if plot is not None:
        if history:
            raise UsageError("--plot is of two versions; `kgdelta shifts NODE --plot` of a history")
        check_picture(plot, page=True)
    need_embeddings()
    from embeddings.shift_results import ShiftConfig

    config = ShiftConfig(seed=seed, seeds=seeds)
    where = _folder(session, folder)
    if history:
        _along(session, (before, after), every, grouping, config, where, everything, limit)
    elif before is not None and after is not None:
        run, new = _between(session, before, after, config, where)
        if grouping is not None:
            _show_groups(session, _drifts(grouping, new, run.rows))
        else:
            _show_rows(session, _chosen(run.rows, everything)[:limit], ())
        _tell(run)
        if plot is not None:
            from kgdelta.shift_pictures import draw_shift

            draw_shift(plot, run.about, run.rows, new)
            say(f"drawn in {plot}")


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
                _tell(run)
            note = _keep_courses(session, store, versions, config, folder)
        except (KeyboardInterrupt, click.Abort):
            if folder is not None:
                done = f"{len(runs)} of {len(versions) - 1} pairs are kept"
                say(f"{done}; the same command goes on from there")
            raise click.Abort from None
        if grouping is Grouping.RELEASE:
            _show_groups(session, [drift_of(_pair(r.about), "", r.rows) for r in runs if r.rows])
        elif grouping is not None:
            _show_groups_along(session, store, versions, runs, grouping)
        else:
            rows = [(row, run.about) for run in runs for row in _chosen(run.rows, everything)]
            # Scores of different pairs have different scales, chances have one.
            rows.sort(key=lambda pair: (not pair[0].direct, pair[0].p is None, pair[0].p or 0))
            shown = rows[:limit]
            _show_rows(session, [row for row, _ in shown], [about for _, about in shown])
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
    from queries.naming import node_named

    with session.store() as store:
        snapshot = store.snapshot(session.branch)
        prefixes = PrefixMap.of(snapshot)
        term = node_named(node, snapshot)
        curie = prefixes.contract(term)
        order = {c.id: i for i, c in enumerate(reversed(list(store.log(session.branch))))}
    files = where.shifts
    # Of a pair that was asked for again, with other settings, the newest answer counts.
    newest = {(about.before, about.after): about for about in files.every(session.graph)}
    every = sorted(
        newest.values(),
        key=lambda k: (order.get(k.before, -1), order.get(k.after, -1), k.created),
    )
    if not every:
        raise NotFoundError("shift", session.graph, "run 'kgdelta shift --history' first")
    found = [(row, about) for about in every for row in files.rows(about, {curie})]
    if not found:
        raise NotFoundError("node", curie, f"it is in none of {counted(len(every), 'shift')}")
    histories = files.histories(session.graph)[-1:]
    told = [course for history in histories for course in files.courses(history, {curie})]
    if plot is not None:
        _, widest = max(found, key=lambda pair: pair[0].movement)
        _draw_term(session, plot, term, widest, histories, where)
    if session.json:
        document = {
            "node": curie,
            "shifts": [{**_versions(about), **row.record()} for row, about in found],
            "course": asdict(told[0]) if told else None,
        }
        emit_json(document)
        return
    _show_rows(session, [row for row, _ in found], [about for _, about in found])
    for row, about in found:
        for words in row.words if row.significant else ():
            click.echo(f"  {_pair(about)}: {words}")
    for course in told:
        click.echo(_course_in_words(course))


def _draw_term(
    session: Session,
    plot: Path,
    term: Node,
    widest: KeptShift,
    histories: Sequence[KeptHistory],
    folder: ShiftFolder,
) -> None:
    """The way along the last history, and the neighbourhood around where the term went furthest."""
    from kgdelta.shift_history import NamedVersion, trajectory_along
    from kgdelta.shift_pictures import draw_term
    from kgdelta.term_paths import term_path

    with session.store() as store:
        way = None
        for history in histories:
            versions = [NamedVersion(*version) for version in history.versions]
            seed = history.settings["train"]["seed"]
            trajectory = trajectory_along(store, versions, seed, folder, lambda _: None)
            way = term_path(trajectory, [version.name for version in versions], term)
        names = (widest.before_name, widest.after_name)
        states = store.snapshot(widest.before), store.snapshot(widest.after)
        draw_term(plot, term, way, names, *states)
    say(f"drawn in {plot}")


def _folder(session: Session, folder: Path | None) -> ShiftFolder | None:
    """Where shifts are kept; None where the store has no place beside it and none is named."""
    from kgdelta.shift_runs import ShiftFolder

    place = folder or folder_beside(session.url)
    return ShiftFolder(place) if place is not None else None


def _chosen(rows: Iterable[Shifted], everything: bool) -> list[Shifted]:
    return [row for row in rows if everything or row.direct]


def _pair(about: KeptShift) -> str:
    return f"{about.before_name} to {about.after_name}"


def _versions(about: KeptShift) -> dict[str, str]:
    return {
        "from": about.before_name,
        "to": about.after_name,
        "from_commit": about.before,
        "to_commit": about.after,
    }


def _show_rows(session: Session, rows: Sequence[Shifted], abouts: Sequence[KeptShift]) -> None:
    """Rows as a table or JSON Lines; with what each is of, where they are of several."""
    from kgdelta.drifting import figures, size

    if session.json:
        told = [_versions(about) for about in abouts] or [{}] * len(rows)
        emit_lines({**pair, **row.record()} for pair, row in zip(told, rows, strict=True))
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
    versions = ["versions", *(_pair(about) for about in abouts)] if abouts else []
    lines = [(v, *line) for v, line in zip(versions, table, strict=True)] if abouts else table
    first = 1 if abouts else 0
    for line in columns(lines, right=[first + i for i in (2, 3, 4, 5, 6)]):
        click.echo(line)


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
    _show_groups(session, [drift for drift, _ in pairs], [about for _, about in pairs])


def _show_groups(
    session: Session, drifts: Sequence[GroupDrift], abouts: Sequence[KeptShift] = ()
) -> None:
    if session.json:
        told = [_versions(about) for about in abouts] or [{}] * len(drifts)
        emit_lines({**pair, **asdict(drift)} for pair, drift in zip(told, drifts, strict=True))
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
    versions = ["versions", *(_pair(about) for about in abouts)] if abouts else []
    lines = [(v, *line) for v, line in zip(versions, table, strict=True)] if abouts else table
    first = 1 if abouts else 0
    for line in columns(lines, right=[first + i for i in (2, 3, 4, 5)]):
        click.echo(line)


def _tell(run: ShiftRun) -> None:
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


def _course_in_words(course: ToldCourse) -> str:
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
