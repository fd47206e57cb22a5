"""The tour as a command."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from kgdelta import settings


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the store and the page go; its kg.db and report.html are replaced.",
)
@click.option("--store", "url", metavar="URL", help="Store to use (default: the folder's kg.db).")
@click.option("--graph", default="demo", show_default=True, metavar="NAME", help="With --store.")
def demo_command(folder: Path, url: str | None, graph: str) -> None:
    """Take the tour: 222 releases of PSI-MS, a patch, the past, drift, and a page about it."""
    from graph.store import open_store
    from kgdelta.commands.drift import need_embeddings
    from kgdelta.tour.run import run_tour

    need_embeddings()
    elsewhere = None
    if url is not None:
        elsewhere = partial(open_store, url, graph, True, *settings.neo4j_login())
    click.echo(run_tour(folder, settings.cache_folder(), elsewhere))
