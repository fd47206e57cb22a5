"""Files to states and states to files."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import click

from graph.commit import format_time
from kgdelta.errors import UsageError
from kgdelta.output import columns, counted, emit_json, emit_lines, say, with_progress
from kgdelta.session import Session, json_option, store_options, valid_at_option


@click.command("export")
@click.option("--at", "version", metavar="VERSION", help="State to write (default: --branch).")
@valid_at_option
@click.option("--output", "-o", metavar="FILE|-")
@click.option("--format", "form", metavar="F", help="Format (default: by the ending of the name).")
@click.option(
    "--git",
    "repository",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write all of --branch as a git repository, a commit each; again, only what is new.",
)
@click.option("--path", metavar="P", help="With --git: the file in it (default: ONTOLOGY.obo).")
@click.option(
    "--onto",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Bring this OBO or functional-syntax file to the state; only lines that must change do.",
)
@store_options
def export_command(
    session: Session,
    version: str | None,
    moment: datetime | None,
    output: str | None,
    form: str | None,
    repository: Path | None,
    path: str | None,
    onto: Path | None,
) -> None:
    """Write a state to a file, in canonical order, or a branch to a git repository."""
    if onto is not None:
        if output or form or repository or path:
            raise UsageError("--onto keeps the file as it is: leave out --output, --format, --git")
        _export_onto(session, version, moment, onto)
        return
    if repository is not None:
        if output or version or moment:
            raise UsageError("--git writes a whole branch: leave out --output, --at and --valid-at")
        _export_to_git(session, repository, path, form)
        return
    if output is None or path is not None:
        raise UsageError("give --output FILE, --onto FILE, or --git DIR with or without --path P")
    from kgdelta.files import write_target
    from kgdelta.states import valid

    with session.store() as store:
        snapshot = store.snapshot(version or session.branch)
        write_target(valid(snapshot, moment), output, form)
        commit = snapshot.version.commit
    then = None if moment is None else format_time(moment)
    if session.json:
        emit_json({"output": output, "commit": commit, "valid_at": then})
    else:
        state = commit[:12] if commit else "the empty graph"
        say(f"{output} holds {state}" + (f", as valid at {then}" if then else ""))


def _export_onto(
    session: Session, version: str | None, moment: datetime | None, target: Path
) -> None:
    from kgdelta.editing import bring_onto
    from kgdelta.states import valid

    with session.store() as store:
        snapshot = store.snapshot(version or session.branch)
        edited = bring_onto(target, valid(snapshot, moment))
        commit = snapshot.version.commit
    if session.json:
        counts = {"gone": edited.gone, "new": edited.new}
        emit_json({"output": str(target), "commit": commit, "lines": counts})
    elif edited.gone or edited.new:
        state = commit[:12] if commit else "the empty graph"
        lines = f"{counted(edited.gone, 'line')} gone, {edited.new:,} new"
        say(f"{target} holds {state}: {lines}")
    else:
        say(f"{target} holds that already; not touched")


def _export_to_git(session: Session, repository: Path, path: str | None, form: str | None) -> None:
    from kgdelta.git_export import export_to_git

    watch = partial(with_progress, label="exporting")
    with session.store() as store:
        done = export_to_git(store, session.branch, repository, path, form, watch)
    if session.json:
        emit_json(
            {
                "repository": str(done.repository),
                "branch": done.branch,
                "path": done.path,
                "head": done.head,
                "commits": done.commits,
            }
        )
    else:
        new = counted(done.commits, "new commit")
        say(f"{done.repository}: {new} on {done.branch}, the file is {done.path}")


@click.command("convert")
@click.argument("source", metavar="IN|-")
@click.argument("target", metavar="OUT|-")
@click.option(
    "--from", "source_form", metavar="F", help="Format of IN, if its content does not tell."
)
@click.option("--format", "form", metavar="F", help="Format of OUT (default: by its ending).")
@click.option(
    "--prefixes",
    "prefix_files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Prefix map for what IN does not declare; may be given again.",
)
@click.option("--keep-edge-ids", is_flag=True, help="KGX: edges keep the ids that IN gives them.")
@click.option("--strict", is_flag=True, help="Stop at the first malformed line.")
@json_option
def convert_command(
    source: str,
    target: str,
    source_form: str | None,
    form: str | None,
    prefix_files: tuple[Path, ...],
    keep_edge_ids: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Read IN and write it as OUT, in canonical order; what was wrong with IN is told."""
    from ingest.document import ReadOptions
    from kgdelta.files import read_prefixes, read_source, write_target

    if as_json and target == "-":
        raise UsageError("--json and OUT both want standard output")
    options = ReadOptions(
        strict=strict, prefixes=read_prefixes(prefix_files), stable_edge_ids=not keep_edge_ids
    )
    document = read_source(source, source_form, options)
    write_target(document.snapshot(), target, form)
    if as_json:
        problems = [{"line": p.line, "reason": p.reason} for p in document.problems]
        emit_json({"output": target, "statements": len(document.statements), "problems": problems})
        return
    for problem in document.problems:
        say(str(problem))
    say(f"{target}: {counted(len(document.statements), 'statement')}")


@click.command("formats")
@json_option
def formats_command(as_json: bool) -> None:
    """List the formats that are read and written, with the endings that mean them."""
    from ingest.compression import SUFFIXES
    from ingest.editing import EDITABLE
    from ingest.formats import FORMATS

    if as_json:
        emit_lines(
            {
                "name": f.name,
                "title": f.title,
                "endings": list(f.suffixes),
                "unsaid": f.unsaid,
                "edited": f.name in EDITABLE,
            }
            for f in FORMATS.values()
        )
        return
    rows = [(f.name, f.title, " ".join(f.suffixes), f.unsaid) for f in FORMATS.values()]
    for line in columns(rows):
        click.echo(line)
    say("the last column is what a format has no words for: kept, but not seen by other tools")
    say(f"changed line by line: {', '.join(EDITABLE)}; each may be packed: {' '.join(SUFFIXES)}")
