"""Files checked before they are committed."""

from __future__ import annotations

import click

from kgdelta.output import counted, emit_lines, say, with_progress
from kgdelta.session import json_option


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--since", metavar="REV", help="Only what was not wrong at REV of the git repository."
)
@json_option
def check_command(files: tuple[str, ...], since: str | None, as_json: bool) -> None:
    """Say what is wrong with files: graphs in any format, and changes in .kgcl files.

    Each problem is told with its line. Any problem is exit code 1.
    """
    from kgdelta.file_checks import check_file
    from kgdelta.states import check_revision

    if since is not None:
        check_revision(since)
    problems = [p for name in with_progress(files, "checking") for p in check_file(name, since)]
    if as_json:
        emit_lines({"file": p.source, "line": p.line, "reason": p.reason} for p in problems)
    else:
        for problem in problems:
            click.echo(str(problem))
        say(f"{counted(len(files), 'file')}: {counted(len(problems), 'problem')}")
    if problems:
        raise click.exceptions.Exit(1)
