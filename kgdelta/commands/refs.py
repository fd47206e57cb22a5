"""Stores, branches, tags, and whether a store is sound."""

from __future__ import annotations

import click

from kgdelta.output import columns, counted, emit_json, emit_lines, say
from kgdelta.session import Session, store_options


@click.command("init")
@click.argument("url", required=False)
@store_options
def init_command(session: Session, url: str | None) -> None:
    """Make a store."""
    from graph.store import open_store

    store = open_store(url or session.url, session.graph, create=True)
    store.close()
    if session.json:
        emit_json({"store": store.url, "graph": store.graph})
    else:
        say(f"store {store.url} is ready, graph {store.graph!r}")


@click.command("branch")
@click.argument("name", required=False)
@click.argument("version", required=False)
@store_options
def branch_command(session: Session, name: str | None, version: str | None) -> None:
    """List branches, or start branch NAME at VERSION (default: the head of --branch)."""
    with session.store() as store:
        if name is None:
            found = store.branches()
            if session.json:
                emit_lines({"branch": b.name, "commit": b.head} for b in found)
                return
            for line in columns([(b.name, (b.head or "")[:12]) for b in found]):
                click.echo(line)
            return
        made = store.create_branch(name, version or session.branch)
    if session.json:
        emit_json({"branch": made.name, "commit": made.head})
    else:
        say(f"branch {made.name} starts at {(made.head or 'the empty graph')[:12]}")


@click.command("tag")
@click.argument("name", required=False)
@click.argument("version", required=False)
@store_options
def tag_command(session: Session, name: str | None, version: str | None) -> None:
    """List tags, or name the commit of VERSION (default: the head of --branch)."""
    with session.store() as store:
        if name is None:
            found = store.tags()
            if session.json:
                emit_lines({"tag": t.name, "commit": t.commit} for t in found)
                return
            for line in columns([(t.name, t.commit[:12]) for t in found]):
                click.echo(line)
            return
        made = store.create_tag(name, version or session.branch)
    if session.json:
        emit_json({"tag": made.name, "commit": made.commit})
    else:
        say(f"tag {made.name} names {made.commit[:12]}")


@click.command("verify")
@store_options
def verify_command(session: Session) -> None:
    """Recompute every id and state; exit code 1 where something is damaged."""
    with session.store() as store:
        damage = list(store.verify())
    if session.json:
        emit_json({"store": session.url, "damage": damage})
    else:
        for line in damage:
            click.echo(line)
        say(counted(len(damage), "damaged thing") if damage else "everything verifies")
    if damage:
        raise click.exceptions.Exit(1)
