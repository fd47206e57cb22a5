"""Looking after a store: is it sound, how large is it, and what must not be in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgdelta.errors import UsageError
from kgdelta.output import counted, emit_json, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from graph.model import Statement
    from graph.store import Store

_NAMED = 3


@click.command("verify")
@store_options
def verify_command(session: Session) -> None:
    """Recompute every id and state; exit code 1 where something is damaged."""
    with session.store() as store:
        damage = list(store.verify())
    if session.json:
        emit_json({"store": session.shown, "damage": damage})
    else:
        for line in damage:
            click.echo(line)
        say(counted(len(damage), "damaged thing") if damage else "everything verifies")
    if damage:
        raise click.exceptions.Exit(1)


@click.command("compact")
@click.option(
    "--flatten",
    multiple=True,
    metavar="BRANCH",
    help="Give a branch that was often branched from others rows of its own: reads get faster.",
)
@store_options
def compact_command(session: Session, flatten: tuple[str, ...]) -> None:
    """Give back the space that the store does not use. No answer changes."""
    with session.store() as store:
        done = store.compact(flatten)
    if session.json:
        emit_json({"before": done.before, "after": done.after, "flattened": list(done.flattened)})
        return
    for name in done.flattened:
        say(f"branch {name} has rows of its own now")
    click.echo(f"{done.before:,} bytes before, {done.after:,} bytes after")


@click.command("purge")
@click.option(
    "--statement",
    "texts",
    multiple=True,
    metavar="'S P O'",
    help="A statement that no branch shows any more, by ids; with any qualifiers if it has none.",
)
@click.option(
    "--before", metavar="VERSION", help="All that only the past of VERSION shows, and no name."
)
@click.option("--yes", is_flag=True, help="Do it; there is no way back.")
@store_options
def purge_command(session: Session, texts: tuple[str, ...], before: str | None, yes: bool) -> None:
    """Erase statements from every state for good, as a law may ask. A digest stays in each place.

    The words of the commits that set or withdrew them are erased too. Ids of commits stay.
    """
    if bool(texts) == (before is not None):
        raise UsageError("give either --statement 'S P O', as often as needed, or --before VERSION")
    with session.store() as store:
        statements = _statements(store, session.branch, texts)
        if not yes:
            what = _what(store, session.branch, statements, before)
            raise UsageError(f"this erases {what} for good, in every state: add --yes to do it")
        purged = store.purge(statements, before)
    if session.json:
        emit_json({"statements": purged.statements, "commits": list(purged.commits)})
        return
    say(
        f"{counted(purged.statements, 'statement')} erased, and the words of "
        f"{counted(len(purged.commits), 'commit')}"
    )


def _statements(store: Store, branch: str, texts: tuple[str, ...]) -> list[Statement]:
    """The statements meant: as written, or all of their key that history has ever seen."""
    from kgdelta.reading import statement_in

    if not texts:
        return []
    head = store.snapshot(branch)
    meant: dict[Statement, None] = {}
    for text in texts:
        statement = statement_in(text, head)
        variants = [] if statement.qualifiers else _variants(store, statement)
        meant.update(dict.fromkeys(variants or [statement]))
    return list(meant)


def _variants(store: Store, statement: Statement) -> list[Statement]:
    lines = [b.name for b in store.branches()] + [t.name for t in store.tags()]
    return list(
        dict.fromkeys(
            event.statement
            for line in lines
            for event in store.life({statement.subject}, line)
            if event.statement.key == statement.key
        )
    )


def _what(store: Store, branch: str, statements: list[Statement], before: str | None) -> str:
    if before is not None:
        commit = store.show(before)
        return f"what only the past of {commit.short} ({commit.message}) shows"
    from graph.prefixes import PrefixMap
    from kgdelta.wording import statement_texts

    texts = statement_texts(statements, PrefixMap.of(store.snapshot(branch)))
    more = f" and {len(texts) - _NAMED:,} more" if len(texts) > _NAMED else ""
    return ", ".join(texts[:_NAMED]) + more
