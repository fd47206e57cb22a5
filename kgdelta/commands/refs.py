"""Stores, the graphs in them, and the names of their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import columns, emit_json, emit_lines, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("init")
@click.argument("url", required=False)
@store_options
def init_command(session: Session, url: str | None) -> None:
    """Make a store, or a graph in one; what is there stays."""
    from graph.store import open_store

    login = settings.neo4j_login()
    store = open_store(url or session.url, session.graph, True, *login)
    store.close()
    if session.json:
        emit_json({"store": store.url, "graph": store.graph})
    else:
        say(f"store {store.url} is ready, graph {store.graph!r}")


@click.command("graphs")
@store_options
def graphs_command(session: Session) -> None:
    """List the graphs of the store; --graph NAME chooses one of them."""
    with session.store() as store:
        names = store.graphs()
    if session.json:
        emit_lines({"graph": name} for name in names)
        return
    for name in names:
        click.echo(name)


@click.command("branch")
@click.argument("name", required=False)
@click.argument("version", required=False)
@click.option("-d", "--delete", is_flag=True, help="Forget the name; its commits stay.")
@store_options
def branch_command(session: Session, name: str | None, version: str | None, delete: bool) -> None:
    """List branches, or start branch NAME at VERSION (default: the head of --branch)."""
    _check(name, version, delete)
    with session.store() as store:
        if name is None:
            _list(session, "branch", [(b.name, b.head) for b in store.branches()])
        elif delete:
            head = next((b.head for b in store.branches() if b.name == name), None)
            store.delete_branch(name)
            _told(session, "branch", name, head, "is forgotten; it was at")
        else:
            made = store.create_branch(name, version or session.branch)
            _told(session, "branch", name, made.head, "starts at")


@click.command("tag")
@click.argument("name", required=False)
@click.argument("version", required=False)
@click.option("-d", "--delete", is_flag=True, help="Forget the name; its commit stays.")
@store_options
def tag_command(session: Session, name: str | None, version: str | None, delete: bool) -> None:
    """List tags, or name the commit of VERSION (default: the head of --branch)."""
    _check(name, version, delete)
    with session.store() as store:
        if name is None:
            _list(session, "tag", [(t.name, t.commit) for t in store.tags()])
        elif delete:
            commit = next((t.commit for t in store.tags() if t.name == name), None)
            store.delete_tag(name)
            _told(session, "tag", name, commit, "is forgotten; it named")
        else:
            made = store.create_tag(name, version or session.branch)
            _told(session, "tag", name, made.commit, "names")


def _check(name: str | None, version: str | None, delete: bool) -> None:
    if delete and (name is None or version is not None):
        raise UsageError("-d takes one NAME, and nothing else")


def _list(session: Session, kind: str, names: Sequence[tuple[str, str | None]]) -> None:
    if session.json:
        emit_lines({kind: name, "commit": commit} for name, commit in names)
        return
    for line in columns([(name, (commit or "")[:12]) for name, commit in names]):
        click.echo(line)


def _told(session: Session, kind: str, name: str, commit: str | None, what: str) -> None:
    if session.json:
        emit_json({kind: name, "commit": commit})
    else:
        say(f"{kind} {name} {what} {commit[:12] if commit else 'the empty graph'}")
