"""Changes as text: read, and written in other words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgdelta.errors import UsageError
from kgdelta.output import emit_lines, say
from kgdelta.session import json_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kgcl.changes import Change
    from kgcl.errors import KgclSyntaxError
    from kgcl.parser import Command


@click.command("parse")
@click.argument("source", metavar="FILE|-")
@click.option(
    "--format",
    "form",
    type=click.Choice(["kgcl", "yaml", "json", "tsv"]),
    help="Write the changes: canonical text, data of the KGCL schema, or a table.",
)
@click.option(
    "--dialect",
    type=click.Choice(["python", "java"]),
    help="Write the changes for a tool that reads an older dialect.",
)
@json_option
def parse_command(source: str, form: str | None, dialect: str | None, as_json: bool) -> None:
    """Read changes, from KGCL text, YAML, JSON or a table, and show what each is.

    Every mistake is told with its place.
    """
    from kgdelta.files import read_text
    from kgdelta.patching import read_commands

    if (form is not None) + (dialect is not None) + as_json > 1:
        raise UsageError("--format, --dialect and --json exclude each other")
    parsed = read_commands(read_text(source), source)
    failed = bool(parsed.errors)
    if form is not None and not failed:
        _write_all([command.change for command in parsed.commands], form)
    elif dialect is not None:
        failed = _write_dialect(parsed.commands, dialect, source) or failed
    elif form is None:
        _show(parsed.commands, as_json)
    tell_mistakes(parsed.errors, source, as_json)
    if failed:
        raise click.exceptions.Exit(3)


def _show(commands: tuple[Command, ...], as_json: bool) -> None:
    from kgcl.render import render
    from kgcl.schema_fields import to_fields

    for command in commands:
        change, line = command.change, command.position.line
        if as_json:
            row = {"line": line, "class": type(change).__name__, "fields": to_fields(change)}
            emit_lines([row])
        else:
            click.echo(f"{line}: {type(change).__name__}: {render(change)}")


def _write_all(changes: list[Change], form: str) -> None:
    from kgdelta.wording import changes_as

    click.echo(changes_as(changes, form), nl=False)


def _write_dialect(commands: tuple[Command, ...], dialect: str, source: str) -> bool:
    """Write each change for an older tool; whether some could not be."""
    from graph.prefixes import PrefixMap
    from kgcl.render import render

    prefixes, failed = PrefixMap(), False
    for command in commands:
        try:
            click.echo(render(command.change, prefixes, dialect))
        except ValueError as error:
            say(f"{source}: line {command.position.line}: {error}")
            failed = True
    return failed


def tell_mistakes(errors: Iterable[KgclSyntaxError], source: str, as_json: bool = False) -> None:
    """Each mistake with its place, what fits there, and the line with a caret under it."""
    for error in errors:
        if as_json:
            row = {
                "line": error.line,
                "column": error.column,
                "error": error.reason,
                "expected": list(error.expected),
                "snippet": error.snippet,
                "suggestion": error.suggestion,
            }
            emit_lines([row])
            continue
        say(f"{source}: {error}")
        if error.snippet and len(error.snippet) <= LONGEST_SHOWN:
            say(f"  {error.snippet}")
            say(f"  {error.pointer}")


#: Characters of a line that are shown with a mistake in it.
LONGEST_SHOWN = 200
