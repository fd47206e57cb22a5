"""Bringing lines of work together, and taking commits back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from graph.commit import CommitMeta
from graph.errors import ConflictError
from kgdelta import settings
from kgdelta.output import emit_json, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.commit import Commit
    from graph.store import Store


@click.command("merge")
@click.argument("version")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who merges (default: git's user.name).")
@store_options
def merge_command(session: Session, version: str, message: str, author: str | None) -> None:
    """Bring VERSION into --branch. Conflicts are listed, and then nothing changes: exit code 1."""
    meta = CommitMeta(
        message=message or f"merge {version} into {session.branch}",
        author=settings.author(author),
    )
    _record(session, lambda store: store.merge(session.branch, version, meta))


@click.command("revert")
@click.argument("version")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who reverts (default: git's user.name).")
@store_options
def revert_command(session: Session, version: str, message: str, author: str | None) -> None:
    """Take the commit VERSION back by a new commit. A conflict says why it cannot be."""

    def record(store: Store) -> Commit:
        undone = store.show(version)
        meta = CommitMeta(
            message=message or f"revert {undone.short}: {undone.message}",
            author=settings.author(author),
        )
        return store.revert(session.branch, version, meta)

    _record(session, record)


def _record(session: Session, action: Callable[[Store], Commit]) -> None:
    with session.store() as store:
        try:
            commit = action(store)
        except ConflictError as error:
            _show_conflicts(session, store, error)
            raise
        delta = store.delta(commit.id)
    if session.json:
        emit_json(
            {
                "commit": commit.id,
                "parents": list(commit.parents),
                "added": len(delta.added),
                "removed": len(delta.removed),
            }
        )
    else:
        say(f"{session.branch} is at {commit.short}: {commit.message}")


def _show_conflicts(session: Session, store: Store, error: ConflictError) -> None:
    from graph.prefixes import PrefixMap
    from kgdelta.wording import conflict_row, conflict_text

    prefixes = PrefixMap.of(store.snapshot(session.branch))
    if session.json:
        emit_json({"conflicts": [conflict_row(c, prefixes) for c in error.conflicts]})
        return
    for conflict in error.conflicts:
        click.echo(conflict_text(conflict, prefixes))
