"""The past: commits, the life of a node, and who set what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from graph.commit import format_time
from graph.errors import NotFoundError
from graph.prefixes import PrefixMap
from kgdelta.output import columns, emit_json, emit_lines
from kgdelta.session import Session, store_options
from kgdelta.wording import (
    commit_row,
    day,
    provenance_lines,
    qualifier_text,
    statement_row,
    statement_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph.commit import Commit
    from graph.model import Node
    from graph.store import Blame, Store


@dataclass(frozen=True, slots=True)
class _Asked:
    version: str
    node: Node
    prefixes: PrefixMap


@click.command("log")
@click.argument("node", required=False)
@click.option("--at", "version", metavar="VERSION", help="Where to start (default: --branch).")
@click.option("--predicate", metavar="P", help="Only commits that changed statements with P.")
@click.option("--author", help="Only commits of this author.")
@click.option("--grep", "text", metavar="TEXT", help="Only commits whose message has TEXT.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Authored on this day or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Authored before this day.")
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), help="At most this many.")
@store_options
def log_command(
    session: Session,
    node: str | None,
    version: str | None,
    predicate: str | None,
    author: str | None,
    text: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> None:
    """List commits, newest first; with NODE, those that touched it.

    NODE and P are ids or labels; with both, P must have changed on NODE.
    """
    from itertools import islice

    from graph.commit import as_utc
    from graph.store import LogFilter

    with session.store() as store:
        start = version or session.branch
        where = LogFilter(
            _named(node, store, start),
            author,
            text,
            as_utc(since) if since else None,
            as_utc(until) if until else None,
            _named(predicate, store, start),
        )
        names: dict[str, list[str]] = {}
        for tag in store.tags():
            names.setdefault(tag.commit, []).append(tag.name)
        for commit in islice(store.log(start, where), limit):
            if session.json:
                emit_lines([{**commit_row(commit), "tags": names.get(commit.id, [])}])
            else:
                tags = f" ({', '.join(names[commit.id])})" if commit.id in names else ""
                first_line = commit.message.partition("\n")[0]
                click.echo(f"{commit.short} {day(commit)} {commit.author}: {first_line}{tags}")


def _named(text: str | None, store: Store, version: str) -> Node | None:
    from queries.naming import node_named

    return None if text is None else node_named(text, store.snapshot(version))


@click.command("show")
@click.argument("version")
@store_options
def show_command(session: Session, version: str) -> None:
    """Show one commit: who, when, why, and what it changed as KGCL."""
    from kgcl.render import render
    from queries.history import told_changes

    with session.store() as store:
        commit = store.show(version)
        delta = store.delta(commit.id)
        prefixes = PrefixMap.of(store.snapshot((*commit.parents, commit.id)[0]))
        if commit.changes:
            texts = list(commit.changes)
        else:
            texts = [render(result.change, prefixes) for result in told_changes(store, commit)]
    if session.json:
        counts = {"added": len(delta.added), "removed": len(delta.removed)}
        emit_json({**commit_row(commit), "changes": texts, **counts})
        return
    click.echo(f"commit  {commit.id}")
    for parent in commit.parents:
        click.echo(f"parent  {parent}")
    click.echo(f"author  {commit.author}\ndate    {format_time(commit.authored)}")
    for line in provenance_lines(commit, prefixes):
        click.echo(line)
    click.echo(f"\n    {commit.message}\n")
    for text in texts:
        click.echo(text)


def _asked(session: Session, store: Store, node: str, version: str | None) -> _Asked:
    """The node that a question about the past is about, and the state that knows it."""
    from queries.naming import node_named

    at = version or session.branch
    snapshot = store.snapshot(at)
    return _Asked(at, node_named(node, snapshot), PrefixMap.of(snapshot))


@click.command("life")
@click.argument("node")
@click.option("--at", "version", metavar="VERSION", help="Up to here (default: --branch).")
@store_options
def life_command(session: Session, node: str, version: str | None) -> None:
    """Tell what happened to NODE (an id or a label), oldest first."""
    from kgcl.render import render
    from queries.history import life

    with session.store() as store:
        asked = _asked(session, store, node, version)
        events = list(life(store, asked.node, asked.version))
    prefixes = asked.prefixes
    if session.json:
        emit_lines(
            {
                **commit_row(event.commit),
                "node": prefixes.contract(asked.node),
                "changes": [render(change, prefixes) for change in event.changes],
                "added": len(event.delta.added),
                "removed": len(event.delta.removed),
            }
            for event in events
        )
        return
    for event in events:
        click.echo(f"{day(event.commit)} {event.commit.short} {event.commit.message}")
        for change in event.changes:
            click.echo(f"    {render(change, prefixes)}")
    if not events:
        raise NotFoundError("node in this history", prefixes.contract(asked.node))


@click.command("blame")
@click.argument("node")
@click.option("--at", "version", metavar="VERSION", help="State to ask about (default: --branch).")
@store_options
def blame_command(session: Session, node: str, version: str | None) -> None:
    """Show each statement about NODE with the commit that set it.

    Below it stand the parts that are older: who first set the statement, and each qualifier.
    """
    with session.store() as store:
        asked = _asked(session, store, node, version)
        found = sorted(
            (
                blame
                for blame in store.blame({asked.node}, asked.version)
                if blame.statement.subject == asked.node
            ),
            key=lambda blame: blame.statement.encode(),
        )
    prefixes = asked.prefixes
    if session.json:
        emit_lines(
            {
                "statement": statement_row(b.statement, prefixes),
                "commit": b.commit.id,
                "date": format_time(b.commit.authored),
                "author": b.commit.author,
                "message": b.commit.message,
                "since": b.since.id,
                "qualifiers": [
                    {"qualifier": qualifier_text((q,), prefixes).strip(), "commit": commit.id}
                    for q, commit in b.qualifiers
                ],
            }
            for b in found
        )
        return
    rows = [
        (day(commit), commit.short, commit.author, text)
        for b in found
        for commit, text in _parts(b, prefixes)
    ]
    for line in columns(rows):
        click.echo(line)
    if not rows:
        raise NotFoundError("node at this version", prefixes.contract(asked.node))


def _parts(blame: Blame, prefixes: PrefixMap) -> Iterator[tuple[Commit, str]]:
    """A statement with its commit, then what of it another commit set."""
    yield blame.commit, statement_text(blame.statement, prefixes)
    if blame.since.id != blame.commit.id:
        yield blame.since, "  first set"
    for qualifier, commit in blame.qualifiers:
        if commit.id != blame.commit.id:
            yield commit, f"  {qualifier_text((qualifier,), prefixes).strip()}"
