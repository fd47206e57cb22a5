"""The table of formats, and the one way in and out: paths, bytes and streams.

Content decides, not the name: compression is known by its first bytes, a format by how it begins.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Final

from ingest.compression import SUFFIXES, compressed, decompressed
from ingest.document import Document, Problem, ReadOptions
from ingest.errors import IngestError, UnknownFormatError
from ingest.sniffing import plain_name, sniff

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from ingest.obo import OboReader


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its names, the endings of file names that mean it, and who reads and writes it.

    ``reader`` and ``writer`` are ``module:function`` of this room, so that only what is used is
    loaded. ``unsaid`` is what it has no words for.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    reader: str
    writer: str
    unsaid: str


#: Name, endings of file names, reader, writer, and what it is.
_TABLE: Final = """
obo       | .obo                     | obo:read_obo                 | obo_writer:write_obo_file
ofn       | .ofn                     | ofn:read_ofn                 | ofn_writer:write_ofn
owx       | .owx                     | owx:read_owx                 | owx_writer:write_owx
rdfxml    | .owl .rdf .xml           | rdf:read_rdfxml              | rdf:write_rdfxml
turtle    | .ttl .turtle             | rdf:read_turtle              | rdf:write_turtle
trig      | .trig                    | rdf:read_trig                | rdf:write_trig
ntriples  | .nt                      | rdf:read_ntriples            | rdf:write_ntriples
nquads    | .nq .nquads              | rdf:read_nquads              | rdf:write_nquads
jsonld    | .jsonld                  | rdf:read_jsonld              | rdf:write_jsonld
obograph  | .json                    | obograph:read_obograph      | obograph_writing:write_obograph
kgx       | .kgx.tar .tar .tsv       | kgx:read_kgx_tsv             | kgx_writing:write_kgx_tsv
kgx-jsonl | .jsonl                   | kgx:read_kgx_jsonl           | kgx_writing:write_kgx_jsonl
parquet   | .parquet                 | kgx_tables:read_kgx_parquet  | kgx_tables:write_kgx_parquet
duckdb    | .duckdb                  | kgx_tables:read_kgx_duckdb   | kgx_tables:write_kgx_duckdb
sssom     | .sssom.tsv .sssom        | sssom:read_sssom             | sssom_writing:write_sssom
quads     | .quads .quads.tsv        | quads:read_quads             | quads:write_quads
triples   | .triples .txt            | triple_sets:read_triples     | triple_sets:write_triples
links     | .links.tar               | link_sets:read_link_archive  | link_sets:write_link_archive
"""
_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "obo": "OBO 1.2 and 1.4",
        "ofn": "OWL functional syntax",
        "owx": "OWL/XML",
        "rdfxml": "RDF/XML, OWL in it too",
        "turtle": "Turtle, OWL in it too",
        "trig": "TriG",
        "ntriples": "N-Triples",
        "nquads": "N-Quads",
        "jsonld": "JSON-LD",
        "obograph": "OBO Graphs JSON",
        "kgx": "KGX: a TSV of nodes or edges, or both in a tar",
        "kgx-jsonl": "KGX JSON Lines",
        "parquet": "KGX tables in Parquet",
        "duckdb": "KGX tables in a DuckDB file",
        "sssom": "SSSOM mapping set",
        "quads": "temporal quads",
        "triples": "plain triples of tokens",
        "links": "link-prediction set in a tar",
    }
)

#: What a format has no words for: kept where other tools pass over it, and not seen by them.
_UNSAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "obo": "axioms that no clause says, languages, nested qualifiers",
        "ofn": "ids that are no IRIs, statements that no axiom says",
        "owx": "ids that are no IRIs, statements that no axiom says",
        "rdfxml": "ids that are no IRIs, named graphs, control characters",
        "turtle": "ids that are no IRIs, named graphs",
        "trig": "ids that are no IRIs",
        "ntriples": "ids that are no IRIs, named graphs",
        "nquads": "ids that are no IRIs",
        "jsonld": "ids that are no IRIs, triple terms",
        "obograph": "disjointness, unions, flags of relations, subsets, datatypes, languages",
        "kgx": "expressions, languages, nested qualifiers",
        "kgx-jsonl": "expressions, languages, nested qualifiers",
        "parquet": "expressions, languages, nested qualifiers",
        "duckdb": "expressions, languages, nested qualifiers",
        "sssom": "all but mappings and what is said of their set",
        "quads": "all but edges between tokens and their times",
        "triples": "all but edges between tokens",
        "links": "all but edges between tokens and their splits",
    }
)


def _formats() -> Mapping[str, Format]:
    rows = [[cell.strip() for cell in row.split("|")] for row in _TABLE.strip().splitlines()]
    return MappingProxyType(
        {
            name: Format(name, _TITLES[name], tuple(endings.split()), reader, writer, _UNSAID[name])
            for name, endings, reader, writer in rows
        }
    )


FORMATS: Final[Mapping[str, Format]] = _formats()


def read(
    path: Path,
    form: str | None = None,
    ontology: str | None = None,
    strict: bool = False,
    reader: OboReader | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> Document:
    """The document in a file, or in a folder of a link-prediction set; see :func:`read_stream`.

    Raises IngestError, OSError.
    """
    options = ReadOptions(ontology, strict, prefixes or {})
    if path.is_dir():
        from ingest.link_sets import read_link_folder

        return read_link_folder(path, options)
    with path.open("rb") as stream:
        return read_stream(stream, str(path), form, options, reader)


def read_bytes(
    content: bytes,
    source: str,
    form: str | None = None,
    ontology: str | None = None,
    strict: bool = False,
    reader: OboReader | None = None,
) -> Document:
    """The document in a source's bytes; see :func:`read_stream`."""
    options = ReadOptions(ontology=ontology, strict=strict)
    return read_stream(io.BytesIO(content), source, form, options, reader)


def read_stream(
    stream: IO[bytes],
    source: str,
    form: str | None = None,
    options: ReadOptions | None = None,
    reader: OboReader | None = None,
) -> Document:
    """The document in a stream, decompressed, in the format it is in unless one is given.

    A ``reader`` that is kept for a history reads what releases of OBO share once. What is wrong is
    in the document's problems; ``strict`` raises the first. Raises IngestError where the source is
    of no known format.
    """
    options = options or ReadOptions()
    with opened(stream, source, form, options) as found:
        document = read_opened(found, source, options, reader)
    return replace(document, problems=(*found.problems, *document.problems))


@dataclass(slots=True)
class Opened:
    """A source on its way in: its format, its plain bytes, what is wrong with its compression."""

    form: Format
    stream: io.BufferedReader
    problems: tuple[Problem, ...] = ()


@contextmanager
def opened(
    stream: IO[bytes], source: str, form: str | None, options: ReadOptions
) -> Iterator[Opened]:
    """A source's plain bytes, to be read within; ``problems`` are known on leaving.

    Raises IngestError where the source is of no known format, or cannot be decompressed.
    """
    plain, compression = decompressed(stream, source)
    if form is not None:
        found = Opened(format_named(form, source), plain)
    else:
        sniffed = sniff(plain.peek(1), source)
        if sniffed is None and not plain.peek(1):
            raise IngestError(source, 0, "it is empty")
        if sniffed is None or sniffed not in FORMATS:
            raise UnknownFormatError(source, FORMATS)
        found = Opened(FORMATS[sniffed], plain)
    try:
        yield found
    except IngestError:
        if compression is not None and compression.damage:
            raise IngestError(source, 0, compression.damage) from None
        raise
    if compression is None:
        return
    # A reader may stop before the end, and damage may lie behind it.
    while not compression.damage and plain.read(1 << 20):
        pass
    if compression.damage:
        if options.strict:
            raise IngestError(source, 0, compression.damage)
        reason = f"{compression.damage}; what stands before that was read"
        found.problems = (Problem(source, 0, reason),)


def read_opened(
    found: Opened, source: str, options: ReadOptions, reader: OboReader | None = None
) -> Document:
    """The document in a source that was opened. Raises IngestError."""
    if found.form.name == "obo" and reader is not None:
        from ingest.obo import read_kept

        return read_kept(found.stream, source, options, reader)
    document: Document = _function(found.form.reader)(found.stream, source, options)
    return document


def write(snapshot: Snapshot, stream: IO[bytes], form: str) -> None:
    """Write a state to a stream; ``form`` is a format's name, or a file name with its endings.

    Raises IngestError for a format that is not known.
    """
    known = format_named(form, form)
    suffix = next((s for s in SUFFIXES if form.lower().endswith(s)), None)
    if suffix is None or form in FORMATS:
        _function(known.writer)(snapshot, stream)
        return
    with compressed(stream, suffix) as packed:
        _function(known.writer)(snapshot, packed)


def format_named(form: str, source: str) -> Format:
    """The format of a name or of the ending of a file name. Raises IngestError."""
    if form in FORMATS:
        return FORMATS[form]
    name = plain_name(form)
    endings = [
        (len(s), each) for each in FORMATS.values() for s in each.suffixes if name.endswith(s)
    ]
    if endings:
        return max(endings, key=lambda found: found[0])[1]
    raise UnknownFormatError(source, FORMATS)


def _function(where: str) -> Callable[..., Any]:
    module, _, name = where.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"ingest.{module}"), name)
    return found
