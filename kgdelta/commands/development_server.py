"""The development server as a command."""

from __future__ import annotations

from pathlib import Path

import click

from kgdelta import settings
from kgdelta.commands.server_files import files_command, finish_command
from kgdelta.errors import UsageError
from kgdelta.output import counted, emit_json, say
from kgdelta.session import Session, json_option, store_options

_folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("kg.neo4j"),
    show_default=True,
    help="Where its data, logs and password lie.",
)


@click.group("neo4j")
def neo4j_command() -> None:
    """Neo4j: a server on this machine for development, and what others wrote into a graph.

    The server needs Java 17, and Maven the first time.
    """


@neo4j_command.command("up")
@_folder_option
@click.option("--port", type=click.IntRange(1, 65535), default=7687, show_default=True)
@click.option("--heap", default="512m", show_default=True, help="Memory for work, as Java says it.")
@click.option("--pages", default="256m", show_default=True, help="Memory for pages of the graph.")
@json_option
def up(folder: Path, port: int, heap: str, pages: str, as_json: bool) -> None:
    """Start it, and say how to log in; one that runs goes on running.

    It listens on this machine only. Its password is made at the first start.
    """
    from kgdelta.development_server import bring_up, login_lines
    from kgdelta.local_neo4j import USER, VERSION

    running = bring_up(folder, settings.cache_folder(), port, heap, pages)
    if as_json:
        emit_json(
            {
                "url": running.url,
                "user": USER,
                "password_file": str(running.password_file),
                "process": running.process,
                "started": running.started,
            }
        )
        return
    state = "is up" if running.started else "was up already"
    say(f"Neo4j {VERSION} {state}: {running.url}, process {running.process}; to log in:")
    for line in login_lines(running):
        click.echo(line)


@neo4j_command.command("down")
@_folder_option
@json_option
def down(folder: Path, as_json: bool) -> None:
    """Stop it; its data stay."""
    from kgdelta.development_server import take_down

    url = take_down(folder)
    if as_json:
        emit_json({"url": url, "stopped": url is not None})
    else:
        say(f"{url} is down" if url else f"no server of {folder} runs")


@neo4j_command.command("adopt")
@click.option("-m", "--message", default="written past the store", show_default=True)
@click.option("--author", help="Who wrote it (default: git's user.name).")
@click.option("--dry-run", is_flag=True, help="Only tell what they wrote.")
@store_options
def adopt_command(session: Session, message: str, author: str | None, dry_run: bool) -> None:
    """Commit what others wrote into the graph with plain Cypher, to the head of main.

    Relationships of earlier states that they changed or deleted are made again.
    """
    from graph.commit import CommitMeta
    from graph.model import Statement
    from graph.neo4j.adopting import adopt
    from graph.neo4j.server import SCHEMES, Address

    if session.url.partition("://")[0] not in SCHEMES:
        raise UsageError(f"{session.shown} is no server: name one, --store neo4j://HOST")
    address = Address.parse(session.url, *settings.neo4j_login())
    meta = CommitMeta(message, settings.author(author), provenance=(("source", "cypher"),))
    done = adopt(address, session.graph, meta, look=dry_run)
    added = sorted(done.delta.added, key=Statement.encode)
    removed = sorted(done.delta.removed, key=Statement.encode)
    if session.json:
        emit_json(
            {
                "commit": done.commit.id if done.commit else None,
                "added": [str(statement) for statement in added],
                "removed": [str(statement) for statement in removed],
                "restored": done.restored,
                "withdrawn": done.withdrawn,
                "foreign": done.foreign,
            }
        )
        return
    for sign, statements in (("-", removed), ("+", added)):
        for statement in statements:
            click.echo(f"{sign} {statement}")
    if done.commit is not None:
        say(f"{done.commit.short}: {len(added):,} added, {len(removed):,} removed")
    elif not (done.delta or done.restored or done.withdrawn):
        say("nobody wrote past the store")
    elif not done.delta:
        say(f"no statement differs; {counted(done.restored, 'relationship')} to make again")
    if done.foreign:
        say(f"{counted(done.foreign, 'relationship')} to nodes outside the graph: left as they are")


neo4j_command.add_command(files_command)
neo4j_command.add_command(finish_command)
