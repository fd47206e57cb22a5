"""Files merged three ways, for people and as git's merge driver."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.errors import NotFoundError
from kgdelta.errors import UsageError
from kgdelta.output import counted, emit_json, say
from kgdelta.session import json_option
from kgdelta.streams import STANDARD

if TYPE_CHECKING:
    from graph.conflicts import Conflict
    from kgdelta.merge_file import FileSide, MergedFile

_FAVOURS = "In a conflict {0} stands; none is left open."


@click.command("merge-file")
@click.argument("base", metavar="BASE")
@click.argument("ours", metavar="OURS")
@click.argument("theirs", metavar="THEIRS")
@click.argument("path", metavar="[PATH]", required=False)
@click.option("--output", "-o", metavar="FILE|-", help="Where the result goes (default: OURS).")
@click.option("--format", "form", metavar="F", help="Format of the files, where they do not tell.")
@click.option("--ours", "favour_ours", is_flag=True, help=_FAVOURS.format("OURS"))
@click.option("--theirs", "favour_theirs", is_flag=True, help=_FAVOURS.format("THEIRS"))
@click.option(
    "--choose", "choices", multiple=True, metavar="ID=SIDE", help="Decide one: ID=ours, ID=theirs."
)
@click.option(
    "--resolve", "files", multiple=True, metavar="FILE", help="Decide by lines 'ID ours|theirs'."
)
@json_option
def merge_file_command(
    base: str,
    ours: str,
    theirs: str,
    path: str | None,
    output: str | None,
    form: str | None,
    favour_ours: bool,
    favour_theirs: bool,
    choices: tuple[str, ...],
    files: tuple[str, ...],
    as_json: bool,
) -> None:
    """Merge THEIRS into OURS by what they say since BASE; all lines of OURS stay that can.

    Conflicts are told, and then the result has what OURS says there: exit code 1. Each side is a
    file, or REV:path in git (:1:path, :2:path, :3:path after a merge that stopped); PATH, git's
    %P, is what the file is called where BASE, OURS and THEIRS are temporary.
    """
    from kgdelta.commands.merging import read_resolutions
    from kgdelta.merge_file import merge_files

    resolutions = read_resolutions(favour_ours, favour_theirs, False, choices, files)
    if as_json and output == STANDARD:
        raise UsageError("--json and --output - both want standard output")
    if output is None and not Path(ours).is_file():
        raise UsageError(f"{ours} is no file that could be replaced: add --output FILE")
    merged = merge_files(
        _side(base),
        _side(ours),
        _side(theirs),
        resolutions,
        form or path,
        None if output == STANDARD else output,
    )
    _write(merged, output or ours)
    shown = path or output or ours
    if as_json:
        emit_json(_row(merged, shown))
    else:
        _tell(merged, "standard output" if shown == STANDARD else shown)
    if merged.open:
        raise click.exceptions.Exit(1)


def _side(name: str) -> FileSide:
    """A side: a file, or ``REV:path`` in git. Raises NotFoundError, UsageError, OSError."""
    from kgdelta.merge_file import FileSide

    path = Path(name)
    if path.exists() or ":" not in name:
        if not path.exists():
            raise NotFoundError("file", name)
        return FileSide(name, path.read_bytes())
    from kgdelta.states import content_in_git

    content = content_in_git(name)
    if content is None:
        raise NotFoundError("file", name)
    return FileSide(name, content)


def _write(merged: MergedFile, target: str) -> None:
    if target == STANDARD:
        sys.stdout.buffer.write(merged.content)
        sys.stdout.buffer.flush()
        return
    from kgdelta.files import replacing

    path = Path(target)
    if path.is_file() and path.read_bytes() == merged.content:
        return
    with replacing(path) as stream:
        stream.write(merged.content)


def _tell(merged: MergedFile, shown: str) -> None:
    from graph.prefixes import PrefixMap
    from kgdelta.wording import conflict_text

    prefixes = PrefixMap.of(merged.ours)
    for problem in merged.problems:
        say(str(problem))
    for decision in merged.decisions:
        conflict = decision.conflict
        about = f"{conflict.kind} {prefixes.contract(conflict.subject)}"
        say(f"decided {conflict.id} {decision.side}: {about}")
    for conflict in merged.open:
        say(conflict_text(conflict, prefixes))
    size = f"{len(merged.delta.removed)} removed, {len(merged.delta.added)} added"
    if not merged.open:
        say(f"{shown}: merged: {size}")
        return
    say(f"{shown}: {counted(len(merged.open), 'conflict')}, where it has what ours says; {size}")
    say(
        f"to decide: merge again with --choose {merged.open[0].id}=theirs (or =ours) for each, "
        "or with --ours or --theirs for all"
    )


def _row(merged: MergedFile, shown: str) -> dict[str, object]:
    from graph.prefixes import PrefixMap
    from kgdelta.wording import conflict_row

    prefixes = PrefixMap.of(merged.ours)

    def row(conflict: Conflict) -> dict[str, object]:
        return conflict_row(conflict, prefixes)

    return {
        "output": shown,
        "added": len(merged.delta.added),
        "removed": len(merged.delta.removed),
        "conflicts": [row(conflict) for conflict in merged.open],
        "decided": [{**row(d.conflict), "side": str(d.side)} for d in merged.decisions],
        "problems": [
            {"source": p.source, "line": p.line, "reason": p.reason} for p in merged.problems
        ],
    }
