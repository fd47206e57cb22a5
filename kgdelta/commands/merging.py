"""Bringing lines of work together, doing commits again, and taking them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from graph.errors import ConflictError, InvalidResolutionError
from kgdelta import merging, settings
from kgdelta.errors import UsageError
from kgdelta.output import emit_json, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.commit import Commit
    from graph.resolution import Resolutions, Side
    from graph.store import Store


@click.command("merge")
@click.argument("version")
@click.option("--ours", is_flag=True, help="In a conflict --branch wins.")
@click.option("--theirs", is_flag=True, help="In a conflict VERSION wins.")
@click.option("--newest", is_flag=True, help="In a conflict the later work wins.")
@click.option(
    "--choose", "choices", multiple=True, metavar="ID=SIDE", help="Decide one: ID=ours, ID=theirs."
)
@click.option(
    "--resolve", "files", multiple=True, metavar="FILE", help="Decide by lines 'ID ours|theirs'."
)
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who merges (default: git's user.name).")
@store_options
def merge_command(
    session: Session,
    version: str,
    ours: bool,
    theirs: bool,
    newest: bool,
    choices: tuple[str, ...],
    files: tuple[str, ...],
    message: str,
    author: str | None,
) -> None:
    """Bring VERSION into --branch. Conflicts are listed, and then nothing changes: exit code 1.

    What is chosen one by one comes before --newest, and that before --ours and --theirs. Every
    decision is kept with the commit.
    """
    resolutions = read_resolutions(ours, theirs, newest, choices, files)
    _record(
        session,
        lambda store: merging.merge(
            store,
            session.branch,
            version,
            message=message,
            author=settings.author(author),
            resolutions=resolutions,
        ),
        "to decide: merge again with --choose {}=ours (or =theirs) for each, "
        "or with --ours, --theirs or --newest for all",
    )


@click.command("revert")
@click.argument("version")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who reverts (default: git's user.name).")
@store_options
def revert_command(session: Session, version: str, message: str, author: str | None) -> None:
    """Take the commit VERSION back by a new commit. A conflict says why it cannot be."""
    _record(
        session,
        lambda store: merging.revert(
            store, session.branch, version, message=message, author=settings.author(author)
        ),
    )


@click.command("cherry-pick")
@click.argument("version")
@click.option("-m", "--message", default="", help="Message of the commit (default: that of it).")
@click.option("--author", help="Who picks (default: git's user.name).")
@store_options
def cherry_pick_command(session: Session, version: str, message: str, author: str | None) -> None:
    """Do on --branch what the commit VERSION did elsewhere. A conflict says why it cannot be."""
    _record(
        session,
        lambda store: merging.cherry_pick(
            store, session.branch, version, message=message, author=settings.author(author)
        ),
    )


def read_resolutions(
    ours: bool, theirs: bool, newest: bool, choices: tuple[str, ...], files: tuple[str, ...]
) -> Resolutions:
    """What the options decide. Raises UsageError, NotFoundError, InvalidResolutionError."""
    if ours and theirs:
        raise UsageError("--ours and --theirs exclude each other")
    from graph.resolution import Resolutions, Side, parse_choices
    from kgdelta.files import read_text

    decided: dict[str, Side] = {}
    for file in files:
        _decide(decided, parse_choices(read_text(file), file))
    for choice in choices:
        try:
            _decide(decided, parse_choices(" ".join(choice.split("=")), "--choose"))
        except InvalidResolutionError as error:
            raise UsageError(f"--choose {choice}: {error.reason}") from None
    side = Side.OURS if ours else Side.THEIRS if theirs else None
    return Resolutions(decided, side, newest)


def _decide(decided: dict[str, Side], choices: dict[str, Side]) -> None:
    for conflict, side in choices.items():
        if decided.setdefault(conflict, side) is not side:
            raise UsageError(f"{conflict} is decided both as ours and as theirs: keep one")


def _record(session: Session, action: Callable[[Store], Commit], hint: str = "") -> None:
    from graph.prefixes import PrefixMap
    from graph.resolution import RESOLVED
    from kgdelta.wording import decision_text

    with session.store() as store:
        try:
            commit = action(store)
        except ConflictError as error:
            show_conflicts(session, store, error, hint)
            raise
        delta = store.delta(commit.id)
        prefixes = PrefixMap.of(store.snapshot(commit.id))
    decided = [value for key, value in commit.provenance if key == RESOLVED]
    if session.json:
        emit_json(
            {
                "commit": commit.id,
                "parents": list(commit.parents),
                "added": len(delta.added),
                "removed": len(delta.removed),
                "resolved": decided,
            }
        )
        return
    for decision in decided:
        say(f"decided {decision_text(decision, prefixes)}")
    say(f"{session.branch} is at {commit.short}: {commit.message}")


def show_conflicts(session: Session, store: Store, error: ConflictError, hint: str = "") -> None:
    """Each conflict with both sides, then how to decide; ``hint`` has a place for an id."""
    from graph.prefixes import PrefixMap
    from kgdelta.wording import conflict_row, conflict_text

    prefixes = PrefixMap.of(store.snapshot(session.branch))
    if session.json:
        emit_json({"conflicts": [conflict_row(c, prefixes) for c in error.conflicts]})
        return
    for conflict in error.conflicts:
        click.echo(conflict_text(conflict, prefixes))
    if hint:
        click.echo(hint.format(error.conflicts[0].id))
