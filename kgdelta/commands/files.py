"""Files to states and states to files."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commit import format_time
from graph.errors import NotFoundError
from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import columns, counted, emit_json, emit_lines, say, with_progress
from kgdelta.session import Session, json_option, store_options, valid_at_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graph.store import Store
    from kgdelta.importing import Imported, Release

_PROBLEMS_SHOWN = 5


@click.command("import")
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--history", is_flag=True, help="FILE is a folder: its files are releases, in order.")
@click.option("--format", "form", metavar="F", help="Format, if the content does not tell.")
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Date of the commit (default: the header's, else now).",
)
@click.option("--ontology", metavar="ID", help="OBO id of the ontology where the header has none.")
@click.option("--tag", metavar="NAME", help="Name the commit of the one FILE.")
@click.option("--tag-versions", is_flag=True, help="Name each commit by the version in its header.")
@click.option("--strict", is_flag=True, help="Stop at the first malformed line.")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who imports (default: git's user.name).")
@store_options
def import_command(
    session: Session,
    paths: tuple[Path, ...],
    history: bool,
    form: str | None,
    date: datetime | None,
    ontology: str | None,
    tag: str | None,
    tag_versions: bool,
    strict: bool,
    message: str,
    author: str | None,
) -> None:
    """Make each FILE the next commit of --branch; one that says nothing new makes no commit."""
    from kgdelta.importing import import_releases

    files = _files(paths, history)
    if len(files) > 1 and (tag or date):
        raise UsageError("--tag and --date are for one file")
    moment = date.replace(tzinfo=UTC) if date else None
    who = settings.author(author)
    with session.store() as store:
        name = ontology or _known_ontology(store, session.branch)

        def released(file: Path, release: Release) -> Release:
            from dataclasses import replace

            from ingest.dating import version_of

            label = tag or (version_of(release.document) if tag_versions else "")
            when = moment or release.date or _date_in_name(file.name)
            return replace(release, date=when, author=who, message=message, tag=label)

        releases = (
            released(file, release)
            for file, release in _read_all(with_progress(files, "importing"), form, name, strict)
        )
        done = list(import_releases(store, releases, session.branch))
    _report(session, done)


def _files(paths: Sequence[Path], history: bool) -> list[Path]:
    """The files that paths stand for, a folder's in natural order of their names."""
    found: list[Path] = []
    for path in paths:
        if str(path) == "-" or (path.is_dir() and not history and _is_link_set(path)):
            found.append(path)
        elif path.is_dir():
            if not history:
                raise UsageError(f"{path} is a folder: add --history to import its files in order")
            inside = [p for p in path.iterdir() if p.is_file() and not p.name.startswith(".")]
            found += sorted(inside, key=lambda p: (_natural(p.name), p.name))
        elif path.is_file():
            found.append(path)
        else:
            raise NotFoundError("file", str(path))
    if not found:
        raise NotFoundError("file", ", ".join(map(str, paths)), "the folder is empty")
    return found


def _is_link_set(folder: Path) -> bool:
    """Whether a folder holds the parts of one link-prediction set."""
    from ingest.link_sets import split_of

    return any(split_of(path.name) == "train" for path in folder.iterdir())


def _natural(name: str) -> list[tuple[bool, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in parts]


def _known_ontology(store: Store, branch: str) -> str | None:
    """The OBO id of the ontology that the branch holds already."""
    from graph.prefixes import PrefixMap

    return PrefixMap.of(store.snapshot(branch)).ontology or None


def _date_in_name(name: str) -> datetime | None:
    found = re.search(r"(\d{4}-\d{2}-\d{2})", name)
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _read_all(
    files: Iterable[Path], form: str | None, ontology: str | None, strict: bool
) -> Iterator[tuple[Path, Release]]:
    from ingest.dating import dated
    from ingest.obo import OboReader
    from kgdelta.files import read_source
    from kgdelta.importing import Release

    reader = OboReader()
    for file in files:
        document = read_source(str(file), form, ontology, strict, reader)
        yield file, Release(document, document.source, dated(document))


def _report(session: Session, done: Sequence[Imported]) -> None:
    if session.json:
        emit_lines(
            {
                "source": i.source,
                "commit": i.commit.id if i.commit else None,
                "date": format_time(i.commit.authored) if i.commit else None,
                "tag": i.tag or None,
                "added": i.added,
                "removed": i.removed,
                "problems": [{"line": p.line, "reason": p.reason} for p in i.problems],
            }
            for i in done
        )
        return
    for imported in done:
        for problem in imported.problems[:_PROBLEMS_SHOWN]:
            say(str(problem))
        if len(imported.problems) > _PROBLEMS_SHOWN:
            more = len(imported.problems) - _PROBLEMS_SHOWN
            say(f"{imported.source}: {counted(more, 'more problem')}")
        if imported.commit is None:
            say(f"{imported.source}: nothing new")
        else:
            name = f" ({imported.tag})" if imported.tag else ""
            click.echo(
                f"{imported.commit.short} {imported.commit.authored:%Y-%m-%d} {imported.source}"
                f"{name}: {imported.added:,} added, {imported.removed:,} removed"
            )


@click.command("export")
@click.option("--at", "version", metavar="VERSION", help="State to write (default: --branch).")
@valid_at_option
@click.option("--output", "-o", required=True, metavar="FILE|-")
@click.option("--format", "form", metavar="F", help="Format (default: by the ending of the name).")
@store_options
def export_command(
    session: Session,
    version: str | None,
    moment: datetime | None,
    output: str,
    form: str | None,
) -> None:
    """Write a state to a file, in canonical order."""
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


@click.command("convert")
@click.argument("source", metavar="IN|-")
@click.argument("target", metavar="OUT|-")
@click.option(
    "--from", "source_form", metavar="F", help="Format of IN, if its content does not tell."
)
@click.option("--format", "form", metavar="F", help="Format of OUT (default: by its ending).")
@click.option("--strict", is_flag=True, help="Stop at the first malformed line.")
@json_option
def convert_command(
    source: str,
    target: str,
    source_form: str | None,
    form: str | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Read IN and write it as OUT, in canonical order; what was wrong with IN is told."""
    from kgdelta.files import read_source, write_target

    if as_json and target == "-":
        raise UsageError("--json and OUT both want standard output")
    document = read_source(source, source_form, strict=strict)
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
    from ingest.formats import FORMATS

    if as_json:
        emit_lines(
            {"name": f.name, "title": f.title, "endings": list(f.suffixes)}
            for f in FORMATS.values()
        )
        return
    rows = [(f.name, f.title, " ".join(f.suffixes)) for f in FORMATS.values()]
    for line in columns(rows):
        click.echo(line)
    say(f"each may be packed: {' '.join(SUFFIXES)}")
