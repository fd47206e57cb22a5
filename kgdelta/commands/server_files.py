"""A first load through the files of a server's own import, as commands."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import emit_json, say
from kgdelta.session import Session, json_option, store_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.neo4j.store import Neo4jStore
    from graph.snapshot import Columns


def _source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What both commands are told of the file, in the same words."""
    for option in (
        click.option("--prefixes", "prefix_files", metavar="FILE", multiple=True, type=Path),
        click.option("--ontology", metavar="ID", help="OBO id, where the header has none."),
        click.option("--format", "form", metavar="F", help="Format, if the content does not tell."),
        click.argument("sources", metavar="FILE...", nargs=-1, required=True, type=Path),
    ):
        command = option(command)
    return command


@click.command("files")
@_source_options
@click.option(
    "--into",
    "folder",
    metavar="FOLDER",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the files are written; it must be empty, or not there.",
)
@click.option("--graph", default="default", show_default=True, help="Graph in the database.")
@json_option
def files_command(
    sources: tuple[Path, ...],
    form: str | None,
    ontology: str | None,
    prefix_files: tuple[Path, ...],
    folder: Path,
    graph: str,
    as_json: bool,
) -> None:
    """Write FILE as what `neo4j-admin database import` reads, for an empty database.

    The import needs a server that is stopped. When it runs again, `kgdelta neo4j finish` records
    the commit.
    """
    from graph.neo4j.loading import Pages
    from graph.neo4j.offline import Files

    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty")
    columns = _columns(sources, form, ontology, prefix_files)
    folder.mkdir(parents=True, exist_ok=True)
    pages = Pages(columns)
    arguments = Files(folder.absolute(), graph).write(pages)
    if as_json:
        emit_json({"statements": pages.rows, "arguments": arguments})
        return
    say(f"{pages.rows:,} statements in {folder}; with the server stopped, run")
    click.echo(f"neo4j-admin database import full neo4j {shlex.join(arguments)}")
    say("then start it, and run `kgdelta neo4j finish` with the same FILE")


@click.command("finish")
@_source_options
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who imports (default: git's user.name).")
@store_options
def finish_command(
    session: Session,
    sources: tuple[Path, ...],
    form: str | None,
    ontology: str | None,
    prefix_files: tuple[Path, ...],
    message: str,
    author: str | None,
) -> None:
    """Record the first commit of what the import of FILE's files put into the database."""
    from graph.commit import CommitMeta
    from graph.neo4j.server import SCHEMES

    if session.url.partition("://")[0] not in SCHEMES:
        raise UsageError(f"{session.shown} is not on a Neo4j server: give --store neo4j://HOST")
    columns = _columns(sources, form, ontology, prefix_files)
    told = ", ".join(map(str, sources))
    meta = CommitMeta(
        message or f"import {told}", settings.author(author), provenance=(("source", told),)
    )
    with session.store(create=True) as store:
        commit = cast("Neo4jStore", store).finish_import(columns, meta)
    if session.json:
        emit_json({"commit": commit.id, "statements": len(columns)})
    else:
        say(f"{commit.short}: {len(columns):,} statements")


def _columns(
    sources: tuple[Path, ...], form: str | None, ontology: str | None, prefixes: tuple[Path, ...]
) -> Columns:
    from graph.snapshot import columns_from
    from ingest.document import Document, ReadOptions
    from kgdelta.dumps import DumpReader, dumps_in
    from kgdelta.files import read_prefixes
    from kgdelta.progress import watching

    dumps = dumps_in(sources)
    if len(dumps) != 1:
        raise UsageError("one FILE at a time, or the two halves of one dump")
    with watching(sources, "reading") as bar:
        options = ReadOptions(ontology, prefixes=read_prefixes(prefixes))
        document = DumpReader(options, form, bar).read(dumps[0])
    if isinstance(document, Document):
        return columns_from(document.statements)
    return document.columns
