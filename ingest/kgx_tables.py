"""KGX tables as Parquet and DuckDB: the columns of TSV, with types and lists of their own.

Both need the extra ``tables`` (polars, duckdb), which is asked for when they are used.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from graph.model import Statement
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.kgx_columns import EXTENSION, is_extension
from ingest.kgx_json import decode, record_parts
from ingest.kgx_layout import Layout
from ingest.kgx_rows import Parts, RowReader, statements_of
from ingest.kgx_table_values import TableDialect, frame_of, plain
from ingest.peeking import peekable
from ingest.reporting import Report, collect

if TYPE_CHECKING:
    import duckdb

    from graph.snapshot import Columns, Snapshot

#: Rows that are in memory at a time while a table is read.
_BATCH: Final = 100_000
_CHUNK: Final = 1 << 20
_USTAR: Final = slice(257, 262)
_NAMES: Final = ("nodes", "edges")


def stream_kgx_parquet(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Iterator[Statement]:
    """The statements of a Parquet table, or of a tar archive of them. Raises IngestError."""
    report = report or Report(source, options.strict)
    return statements_of(kgx_parquet_parts(stream, options, report))


def stream_kgx_duckdb(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Iterator[Statement]:
    """The statements of the tables of a DuckDB database. Raises IngestError."""
    report = report or Report(source, options.strict)
    return statements_of(kgx_duckdb_parts(stream, options, report))


def read_kgx_parquet(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of a Parquet table, or of a tar archive of them. Raises IngestError."""
    report = Report(source, options.strict)
    return collect(stream_kgx_parquet(stream, source, options, report), report)


def read_kgx_duckdb(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of the tables of a DuckDB database. Raises IngestError."""
    report = Report(source, options.strict)
    return collect(stream_kgx_duckdb(stream, source, options, report), report)


def kgx_parquet_columns(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Columns:
    """Parquet tables as columns for ``Store.load``."""
    from ingest.bulk import columns_of

    return columns_of(kgx_parquet_parts(stream, options, report or Report(source, options.strict)))


def kgx_parquet_parts(stream: IO[bytes], options: ReadOptions, report: Report) -> Iterator[Parts]:
    """The statements of a Parquet table, or of a tar archive of them, in parts."""
    reader = RowReader(options, report)
    buffered = peekable(stream)
    if buffered.peek()[_USTAR] != b"ustar":
        yield from _of_parquet(buffered, reader)
        yield from reader.named()
        return
    found = False
    try:
        with tarfile.open(fileobj=buffered, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and member.name.endswith(".parquet"):
                    found = True
                    yield from _of_parquet(content, reader)
                elif not member.isdir():
                    report.add(0, f"{member.name!r} in the archive is no table; left out")
    except tarfile.TarError as error:
        raise IngestError(report.source, 0, f"the archive is damaged: {error}") from None
    if not found:
        raise IngestError(report.source, 0, "no table (*.parquet) in the archive")
    yield from reader.named()


def _of_parquet(stream: IO[bytes], reader: RowReader) -> Iterator[Parts]:
    polars = _polars(reader.report.source)
    damaged = (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError)
    with _on_disk(stream, ".parquet") as path:
        try:
            frame = polars.scan_parquet(path)
            names = frame.collect_schema().names()
            table = _Table(names, reader)
            start = 0
            while True:
                rows = frame.slice(start, _BATCH).collect().rows()
                if not rows:
                    return
                yield from table.parts(rows, start + 1)
                start += len(rows)
        except damaged as error:
            raise _damaged(reader, "Parquet", error) from None


def kgx_duckdb_parts(stream: IO[bytes], options: ReadOptions, report: Report) -> Iterator[Parts]:
    """The statements of the tables of a DuckDB database, in parts; others are reported."""
    duckdb = _duckdb(report.source)
    reader = RowReader(options, report)
    with _on_disk(stream, ".duckdb") as path:
        try:
            # Nothing in a database of somebody else may reach for files or networks.
            settings = {"enable_external_access": False, "autoload_known_extensions": False}
            with duckdb.connect(str(path), read_only=True, config=settings) as database:
                yield from _of_database(database, reader)
        except duckdb.Error as error:
            raise _damaged(reader, "DuckDB", error) from None
    yield from reader.named()


def _of_database(database: duckdb.DuckDBPyConnection, reader: RowReader) -> Iterator[Parts]:
    listed = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1 DESC"
    found = False
    for (name,) in database.execute(listed).fetchall():
        quoted = str(name).replace('"', '""')
        cursor = database.cursor().execute(f'SELECT * FROM "{quoted}"')  # noqa: S608
        names = [str(column[0]) for column in cursor.description or ()]
        if not _is_kgx(names):
            reader.report.add(0, f"the table {name!r} has no columns of KGX; left out")
            continue
        found = True
        table = _Table(names, reader)
        start = 1
        while rows := cursor.fetchmany(_BATCH // 4):
            yield from table.parts(rows, start)
            start += len(rows)
    if not found:
        raise IngestError(reader.report.source, 0, "no table with the columns of KGX")


def _is_kgx(names: list[str]) -> bool:
    return "id" in names or {"subject", "predicate", "object"} <= set(names)


class _Table:
    """Rows of one table on their way to statements; ``line`` of a problem counts rows."""

    def __init__(self, names: list[str], reader: RowReader) -> None:
        if not _is_kgx(names):
            reason = "no columns of KGX: 'id', or 'subject', 'predicate' and 'object', are missing"
            raise IngestError(reader.report.source, 0, reason)
        self._reader = reader
        ours = [name for name in names if is_extension(name)]
        self._ours = names.index(ours[0]) if ours else None
        self._names = names
        if ours:
            text = ours[0].removeprefix(EXTENSION)
            try:
                declared = decode(text) if text else {}
            except ValueError:
                declared = None
            if not isinstance(declared, dict):
                reason = f"the name of the column {EXTENSION} is damaged"
                raise IngestError(reader.report.source, 0, reason)
            reader.declare(declared, 0)

    def parts(self, rows: list[tuple[Any, ...]], first: int) -> Iterator[Parts]:
        """The statements of rows, the first of which has this number."""
        for number, row in enumerate(rows, first):
            record = {
                name: plain(value)
                for place, (name, value) in enumerate(zip(self._names, row, strict=True))
                if value is not None and place != self._ours
            }
            if self._ours is not None and row[self._ours]:
                try:
                    record[EXTENSION] = decode(str(row[self._ours]))
                except ValueError as error:
                    reason = f"the cell {EXTENSION} is damaged and left out: {error}"
                    self._reader.report.add(number, reason)
            yield from record_parts(record, number, self._reader)


def write_kgx_parquet(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as a tar archive of ``nodes.parquet`` and ``edges.parquet``. Raises IngestError."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _write_tables(snapshot, Path(folder), TableDialect())
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.USTAR_FORMAT) as archive:
            for name, path in paths.items():
                member = tarfile.TarInfo(f"{name}.parquet")
                member.size = path.stat().st_size
                with path.open("rb") as content:
                    archive.addfile(member, content)


def write_kgx_parquet_pair(snapshot: Snapshot, nodes: IO[bytes], edges: IO[bytes]) -> None:
    """A state as two Parquet tables; read both to have it back. Raises IngestError."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _write_tables(snapshot, Path(folder), TableDialect())
        for name, stream in zip(_NAMES, (nodes, edges), strict=True):
            _copy(paths[name], stream)


def write_kgx_duckdb(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as a DuckDB database with the tables nodes and edges. Raises IngestError."""
    duckdb = _duckdb("duckdb")
    with tempfile.TemporaryDirectory() as folder:
        # Names of columns are the same in DuckDB where they differ in case only.
        paths = _write_tables(snapshot, Path(folder), TableDialect(caseless=True))
        target = Path(folder) / "kg.duckdb"
        with duckdb.connect(str(target)) as database:
            for name, path in paths.items():
                quoted = str(path).replace("'", "''")
                database.execute(
                    f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{quoted}')"  # noqa: S608
                )
        _copy(target, stream)


def _write_tables(snapshot: Snapshot, folder: Path, dialect: TableDialect) -> dict[str, Path]:
    """Both tables as Parquet files in a folder."""
    layout = Layout(snapshot, dialect)
    _polars("parquet")
    ends = ("id", "subject", "predicate", "object")
    frames = {
        "nodes": frame_of(layout, ("id",), layout.node_columns, layout.nodes()),
        "edges": frame_of(layout, ends, layout.edge_columns, layout.edges()),
    }
    paths = {name: folder / f"{name}.parquet" for name in frames}
    for name, frame in frames.items():
        frame.write_parquet(paths[name])
    return paths


def _copy(path: Path, stream: IO[bytes]) -> None:
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            stream.write(chunk)


@contextmanager
def _on_disk(stream: IO[bytes], suffix: str) -> Iterator[Path]:
    """A stream as a file of its own, since both formats are read from their end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        with path.open("wb") as copy:
            while chunk := stream.read(_CHUNK):
                copy.write(chunk)
        yield path


def _damaged(reader: RowReader, kind: str, error: BaseException) -> IngestError:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return IngestError(reader.report.source, 0, f"not {kind}, or damaged: {lines[0][:200]}")


def _polars(source: str) -> Any:
    try:
        import polars
    except ImportError:
        raise _missing(source, "Parquet", "polars") from None
    return polars


def _duckdb(source: str) -> Any:
    try:
        import duckdb
    except ImportError:
        raise _missing(source, "DuckDB", "duckdb") from None
    return duckdb


def _missing(source: str, kind: str, package: str) -> IngestError:
    reason = f"{kind} needs the package {package}: pip install 'kgdelta[tables]'"
    return IngestError(source, 0, reason)
