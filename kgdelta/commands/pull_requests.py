"""A comment for a pull request."""

from __future__ import annotations

from pathlib import Path

import click

#: Room for the heading and for the line that tells what was left out.
_SHORTEST = 200


@click.command("pr-comment")
@click.argument("target", metavar="TARGET")
@click.argument("proposed", metavar="HEAD")
@click.argument("paths", metavar="[FILE]...", nargs=-1)
@click.option("--max-chars", type=click.IntRange(min=_SHORTEST), help="Leave out what goes beyond.")
@click.option("--exit-code", is_flag=True, help="Leave with 1 where there are conflicts.")
def pr_comment_command(
    target: str, proposed: str, paths: tuple[str, ...], max_chars: int | None, exit_code: bool
) -> None:
    """Write Markdown of what HEAD changes since it left TARGET, and of conflicts between them.

    TARGET and HEAD are revisions of the git repository of this folder, FILE names paths in it;
    without any, all changed ontology files are told.
    """
    from kgdelta.pull_requests import review, to_comment

    reviews = review(Path(), target, proposed, paths)
    click.echo(to_comment(reviews, target, max_chars), nl=False)
    if exit_code and any(each.conflicts for each in reviews):
        raise click.exceptions.Exit(1)
