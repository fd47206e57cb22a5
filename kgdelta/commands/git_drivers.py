"""What git calls to show files: a text of a file, and the changes between two."""

from __future__ import annotations

from pathlib import Path

import click

from graph.errors import NotFoundError


@click.command("textconv")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", metavar="F", help="Format, where the content does not tell.")
def textconv_command(file: Path, form: str | None) -> None:
    """Say what FILE says as KGCL, node by node, in an order that stays; for git's textconv."""
    from kgdelta.textconv import text_lines

    if not file.exists():
        raise NotFoundError("file", str(file))
    if not file.stat().st_size:
        return
    for line in text_lines(file, form):
        click.echo(line)


@click.command("git-diff")
@click.argument("path")
@click.argument("old", required=False)
@click.argument("old_hex", required=False)
@click.argument("old_mode", required=False)
@click.argument("new", required=False)
@click.argument("new_hex", required=False)
@click.argument("new_mode", required=False)
@click.argument("renamed", required=False)
@click.argument("similarity", required=False)
def git_diff_command(
    path: str,
    old: str | None,
    old_hex: str | None,
    old_mode: str | None,
    new: str | None,
    new_hex: str | None,
    new_mode: str | None,
    renamed: str | None,
    similarity: str | None,
) -> None:
    """Say in KGCL what changed in a file; git gives the arguments (diff.NAME.command)."""
    del old_hex, old_mode, new_hex, new_mode, similarity
    from kgdelta.textconv import changed_lines

    if old is None or new is None:
        click.echo(f"* Unmerged path {path}")
        return
    for line in changed_lines(path, Path(old), Path(new), renamed):
        click.echo(line)
