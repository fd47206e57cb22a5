"""KGX in: node and edge tables as TSV, alone or as a pair in a tar archive, and JSON Lines.

A row of nodes says one statement a value; a row of edges is one statement whose qualifiers are
its other columns. Everything streams; a document is made of what the stream gives.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from graph.model import Statement
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.kgx_json import json_parts
from ingest.kgx_rows import Parts, RowReader, statements_of
from ingest.kgx_tsv import tsv_parts
from ingest.peeking import peekable
from ingest.reporting import Report, collect

if TYPE_CHECKING:
    from graph.snapshot import Columns

_USTAR = slice(257, 262)


def stream_kgx_tsv(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Iterator[Statement]:
    """The statements of a table, or of a tar archive of tables; repeated rows come repeatedly.

    Problems go to ``report``. Raises IngestError where a table has no header of KGX.
    """
    report = report or Report(source, options.strict)
    return statements_of(kgx_tsv_parts(stream, options, report))


def stream_kgx_jsonl(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Iterator[Statement]:
    """The statements of JSON Lines; nodes and edges may be mixed. Problems go to ``report``."""
    report = report or Report(source, options.strict)
    return statements_of(kgx_jsonl_parts(stream, options, report))


def read_kgx_tsv(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of a KGX table, or of a tar archive of tables. Raises IngestError."""
    report = Report(source, options.strict)
    return collect(stream_kgx_tsv(stream, source, options, report), report)


def read_kgx_jsonl(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of KGX as JSON Lines. Raises IngestError."""
    report = Report(source, options.strict)
    return collect(stream_kgx_jsonl(stream, source, options, report), report)


def kgx_tsv_columns(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Columns:
    """A table as columns for ``Store.load``: no row becomes a statement object."""
    from ingest.bulk import columns_of

    return columns_of(kgx_tsv_parts(stream, options, report or Report(source, options.strict)))


def kgx_jsonl_columns(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Columns:
    """JSON Lines as columns for ``Store.load``."""
    from ingest.bulk import columns_of

    return columns_of(kgx_jsonl_parts(stream, options, report or Report(source, options.strict)))


def kgx_jsonl_parts(stream: IO[bytes], options: ReadOptions, report: Report) -> Iterator[Parts]:
    """The statements of JSON Lines in parts."""
    reader = RowReader(options, report)
    yield from json_parts(stream, reader)
    yield from reader.named()


def kgx_tsv_parts(stream: IO[bytes], options: ReadOptions, report: Report) -> Iterator[Parts]:
    """The statements of a table, or of a tar archive of tables, in parts."""
    reader = RowReader(options, report)
    buffered = peekable(stream)
    if buffered.peek()[_USTAR] == b"ustar":
        yield from _archived(buffered, reader)
    else:
        yield from tsv_parts(buffered, reader)
    yield from reader.named()


def _archived(stream: IO[bytes], reader: RowReader) -> Iterator[Parts]:
    """The tables of an archive, in its order; nothing is unpacked to a disk."""
    found = False
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and member.name.endswith(".tsv"):
                    found = True
                    yield from tsv_parts(content, reader)
                elif not member.isdir():
                    reader.report.add(0, f"{member.name!r} in the archive is no table; left out")
    except tarfile.TarError as error:
        raise IngestError(reader.report.source, 0, f"the archive is damaged: {error}") from None
    if not found:
        raise IngestError(reader.report.source, 0, "no table (*.tsv) in the archive")
