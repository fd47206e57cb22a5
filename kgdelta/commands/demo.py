"""The tour as a command."""

from __future__ import annotations

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
def demo_command(folder: Path) -> None:
    """Take the tour: 222 releases of PSI-MS, a patch, the past, drift, and a page about it."""
    from kgdelta.commands.drift import need_embeddings
    from kgdelta.tour.run import run_tour

    need_embeddings()
    click.echo(run_tour(folder, settings.cache_folder()))
