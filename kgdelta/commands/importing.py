"""Files, histories and streams of events to commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commit import format_time
from graph.errors import NotFoundError
from kgdelta import settings
from kgdelta.database_options import DatabaseOptions
from kgdelta.errors import UsageError
from kgdelta.output import emit_lines, first_of, say, with_progress
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graph.store import Store
    from ingest.document import ReadOptions
    from ingest.history import History, HistoryOptions
    from ingest.windows import Keep
    from kgdelta.importing import Imported, Release, Target


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a call of the command asks for."""

    paths: tuple[Path, ...]
    history: bool
    form: str | None
    date: datetime | None
    dates: Path | None
    only: str | None
    revision: str | None
    first_parent: bool
    window: str | None
    keep: Keep | None
    clock: str | None
    ontology: str | None
    prefix_files: tuple[Path, ...]
    tag: str | None
    tag_versions: bool
    keep_edge_ids: bool
    strict: bool
    message: str
    author: str

    @property
    def of_files(self) -> dict[str, object]:
        """The options that say something of files alone."""
        return {
            "--history": self.history,
            "--format": self.form,
            "--dates": self.dates,
            "--only": self.only,
            "--revision": self.revision,
            "--first-parent": self.first_parent,
            "--window": self.window,
            "--keep": self.keep,
            "--clock": self.clock,
            "--ontology": self.ontology,
            "--tag-versions": self.tag_versions,
            "--keep-edge-ids": self.keep_edge_ids,
            "--strict": self.strict,
        }


@click.command("import")
@click.argument("sources", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--history",
    is_flag=True,
    help="FILE is a folder or a tar archive of dated files or sets, or REPO:PATH in git.",
)
@click.option("--format", "form", metavar="F", help="Format, if the content does not tell.")
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Date of the commit (default: the header's, the name's, else now).",
)
@click.option(
    "--dates",
    metavar="TABLE",
    type=click.Path(path_type=Path),
    help="With --history: files and their dates, tab separated.",
)
@click.option("--only", metavar="PATTERN", help="With --history: files such as '*.obo'.")
@click.option("--revision", metavar="REV", help="Where the history in git ends (default: HEAD).")
@click.option("--first-parent", is_flag=True, help="In git: each merge is one commit.")
@click.option(
    "--window", metavar="W", help="FILE is events: a commit each day, week, month, or N events."
)
@click.option(
    "--keep",
    type=click.Choice(["accumulate", "replace"]),
    help="Whether what came before stays (default: with --window accumulate, else replace).",
)
@click.option("--clock", metavar="START/UNIT", help="What times count that are numbers.")
@click.option("--replace-source", metavar="S", help="FILE is all that source S says now.")
@click.option("--ontology", metavar="ID", help="OBO id of the ontology where the header has none.")
@click.option(
    "--prefixes",
    "prefix_files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Prefix map for what FILE does not declare; may be given again.",
)
@click.option("--tag", metavar="NAME", help="Name the commit of the one FILE.")
@click.option("--tag-versions", is_flag=True, help="Name each commit by the version in its header.")
@click.option(
    "--keep-edge-ids",
    is_flag=True,
    help="KGX: edges keep their ids, though a rebuilt dump may give them others.",
)
@click.option(
    "--key",
    "keys",
    metavar="[LABEL.]PROP",
    multiple=True,
    help="Neo4j: the property that names nodes; may be given again, the first one there counts.",
)
@click.option(
    "--label", metavar="PROP", help="Neo4j: the property that is a node's label (default: name)."
)
@click.option(
    "--intervals",
    metavar="FROM,TO",
    help="Neo4j: properties that say from when until when something holds become the history.",
)
@click.option(
    "--in-place",
    is_flag=True,
    help="Neo4j: the nodes of the database become those of the graph that is kept in it.",
)
@click.option("--strict", is_flag=True, help="Stop at the first malformed line.")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who imports (default: git's user.name).")
@store_options
def import_command(
    session: Session,
    sources: tuple[str, ...],
    replace_source: str | None,
    author: str | None,
    keys: tuple[str, ...],
    label: str | None,
    intervals: str | None,
    in_place: bool,
    **asked: object,
) -> None:
    """Make each FILE the next commit of --branch; one that says nothing new makes no commit.

    X_nodes.tsv and X_edges.tsv, one behind the other, are one dump (.jsonl and .parquet too).
    FILE may be a Neo4j database, neo4j://HOST/DATABASE.
    """
    paths = tuple(map(Path, sources))
    wanted = _Asked(paths=paths, **asked, author=settings.author(author))  # type: ignore[arg-type]
    reading = DatabaseOptions(keys, label, intervals, in_place)
    whole = reading.check(sources, wanted.of_files)
    histories: list[History] = []
    files: list[Path] = []
    if not whole:
        _check(wanted)
        histories = list(_histories(wanted))
        files = [] if histories else _files(wanted.paths)
    done: list[Imported] = []
    with session.store() as store:
        try:
            done.extend(
                _database(store, session.branch, wanted, reading, sources[0], replace_source)
                if whole
                else _imports(store, session.branch, wanted, histories, files, replace_source)
            )
        finally:
            # What was committed stays committed, whatever came after it.
            _report(session, done)
    if not done and not session.json:
        say(f"{', '.join(map(str, wanted.paths))}: nothing new")


def _database(
    store: Store,
    branch: str,
    asked: _Asked,
    reading: DatabaseOptions,
    url: str,
    replaced: str | None,
) -> Iterator[Imported]:
    from kgdelta.databases import Telling
    from kgdelta.files import read_prefixes

    moment = asked.date.replace(tzinfo=UTC) if asked.date else None
    telling = Telling(asked.author, asked.message or None, moment, asked.tag or "")
    prefixes = read_prefixes(asked.prefix_files)
    yield from reading.imports(store, branch, url, prefixes, telling, replaced)


def _check(asked: _Asked) -> None:
    """Refuse options that say nothing of what is imported. Raises UsageError."""
    for name, given, needed in (
        ("--dates", asked.dates, asked.history),
        ("--only", asked.only, asked.history),
        ("--revision", asked.revision, asked.history),
        ("--first-parent", asked.first_parent, asked.history),
        ("--clock", asked.clock, asked.window),
        ("--keep", asked.keep, asked.history or asked.window),
    ):
        if given and not needed:
            raise UsageError(f"{name} needs {_NEEDED.get(name, '--history')}")
    from kgdelta.dumps import dumps_in

    several = asked.history or asked.window or len(dumps_in(asked.paths)) > 1
    if several and (asked.tag or asked.date):
        raise UsageError("--tag and --date are for one file")
    if asked.history and asked.window:
        raise UsageError("give either --history or --window")


_NEEDED = {"--clock": "--window", "--keep": "--history or --window"}


def _imports(
    store: Store,
    branch: str,
    asked: _Asked,
    histories: Sequence[History],
    files: Sequence[Path],
    replaced: str | None,
) -> Iterator[Imported]:
    from kgdelta.histories import Telling, import_history
    from kgdelta.importing import import_releases
    from kgdelta.sources import OneSource

    def target() -> Target | None:
        return OneSource(store, branch, replaced) if replaced else None

    telling = Telling(
        asked.author, asked.message or None, asked.ontology, asked.strict, asked.tag_versions
    )
    watch = partial(with_progress, label="importing")
    for history in histories:
        yield from import_history(store, history, branch, telling, target(), watch)
    if files:
        yield from import_releases(store, _releases(store, branch, asked, files), branch, target())


def _histories(asked: _Asked) -> Iterator[History]:
    if asked.window:
        from ingest.windows import WindowHistory, clock_of

        options = _read_options(asked, asked.ontology)
        clock = clock_of(asked.clock) if asked.clock else None
        files = _files(asked.paths)
        keep = asked.keep or "accumulate"
        yield WindowHistory(files, asked.window, keep, asked.form, options, clock)
    elif asked.history:
        from kgdelta.histories import history_of

        options_ = _history_options(asked)
        for path in asked.paths:
            accumulate = asked.keep == "accumulate"
            yield history_of(str(path), options_, asked.revision, asked.first_parent, accumulate)


def _read_options(asked: _Asked, ontology: str | None) -> ReadOptions:
    from ingest.document import ReadOptions
    from kgdelta.files import read_prefixes

    prefixes = read_prefixes(asked.prefix_files)
    return ReadOptions(ontology, asked.strict, prefixes, not asked.keep_edge_ids)


def _history_options(asked: _Asked) -> HistoryOptions:
    from ingest.history import HistoryOptions
    from kgdelta.files import read_prefixes
    from kgdelta.histories import read_date_table

    dates = read_date_table(asked.dates) if asked.dates else {}
    prefixes = read_prefixes(asked.prefix_files)
    return HistoryOptions(
        asked.form, asked.strict, asked.only, dates, prefixes, not asked.keep_edge_ids
    )


def _releases(store: Store, branch: str, asked: _Asked, files: Sequence[Path]) -> Iterator[Release]:
    """Files read one after the other, as what they become on the branch."""
    from graph.prefixes import PrefixMap
    from ingest.dating import date_in_name, dated, version_of
    from ingest.document import Document
    from kgdelta.dumps import DumpReader, dumps_in
    from kgdelta.importing import Release
    from kgdelta.progress import watching

    ontology = asked.ontology or PrefixMap.of(store.snapshot(branch)).ontology or None
    moment = asked.date.replace(tzinfo=UTC) if asked.date else None
    with watching(files, "importing") as bar:
        reader = DumpReader(_read_options(asked, ontology), asked.form, bar)
        for dump in dumps_in(files):
            document = reader.read(dump)
            header = document if isinstance(document, Document) else document.header()
            yield Release(
                document,
                document.source,
                moment or dated(header) or date_in_name(dump[0].name),
                asked.author,
                asked.message or None,
                asked.tag or (version_of(header) if asked.tag_versions else ""),
            )
            for file in dump:
                bar.stored(file)


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files that paths stand for; the folder of a link-prediction set is one."""
    for path in paths:
        if path.is_dir() and not _is_link_set(path):
            raise UsageError(f"{path} is a folder: add --history to import its files in order")
        if str(path) != "-" and not path.exists():
            raise NotFoundError("file", str(path))
    return list(paths)


def _is_link_set(folder: Path) -> bool:
    """Whether a folder holds the parts of one link-prediction set."""
    from ingest.link_sets import split_of

    return any(split_of(path.name) == "train" for path in folder.iterdir())


def _report(session: Session, done: Iterable[Imported]) -> None:
    if session.json:
        emit_lines(map(_row, done))
        return
    for imported in done:
        for problem in first_of(imported.source, imported.problems):
            say(str(problem))
        if imported.commit is None:
            say(f"{imported.source}: nothing new")
        else:
            name = f" ({imported.tag})" if imported.tag else ""
            click.echo(
                f"{imported.commit.short} {imported.commit.authored:%Y-%m-%d} {imported.source}"
                f"{name}: {imported.added:,} added, {imported.removed:,} removed"
            )


def _row(imported: Imported) -> dict[str, object]:
    commit = imported.commit
    return {
        "source": imported.source,
        "commit": commit.id if commit else None,
        "date": format_time(commit.authored) if commit else None,
        "tag": imported.tag or None,
        "added": imported.added,
        "removed": imported.removed,
        "problems": [{"line": p.line, "reason": p.reason} for p in imported.problems],
    }
