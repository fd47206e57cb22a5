"""KGX out: TSV tables, alone or as a tar archive of both, and JSON Lines."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import IO, TYPE_CHECKING, Final

from graph.model import Literal, Node, Object
from graph.prefixes import PrefixMap
from graph.vocabulary import XSD_BOOLEAN
from ingest.kgx_columns import (
    EXTENSION,
    RDF_JSON,
    XSD_DOUBLE,
    XSD_INTEGER,
    Column,
    number_type,
    shown,
)
from ingest.kgx_json import decode, json_text
from ingest.kgx_layout import Dialect, Layout, Row

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

_BREAKS: Final = frozenset("\t\n\r")
#: The node that carries the header of JSON Lines, so that other tools see one more node.
_HEADER: Final = {
    "id": "urn:kgdelta:header",
    "category": ["biolink:InformationContentEntity"],
}


class TsvDialect(Dialect):
    """Text without tabs, line breaks and quotes in front; bars part the values of lists."""

    def holds(self, column: Column, value: Object, prefixes: PrefixMap) -> bool:
        text = shown(value, prefixes)
        if not text or text[0] == '"' or not _BREAKS.isdisjoint(text):
            return False
        if "|" in text and column.is_list:
            return False
        if isinstance(value, str):
            return column.is_node and prefixes.expand(text) == value
        return not column.is_node and column.literal(text) == value

    def repeats(self, column: Column) -> bool:
        return column.is_list

    def names(self, text: str) -> bool:
        return bool(text) and text == text.strip() and text[0] != '"' and _BREAKS.isdisjoint(text)


class JsonDialect(Dialect):
    """Values of JSON: texts, numbers as they are written, truth values, objects."""

    def holds(self, column: Column, value: Object, prefixes: PrefixMap) -> bool:
        text = shown(value, prefixes)
        if not text:
            return False
        if isinstance(value, str):
            return column.is_node and prefixes.expand(text) == value
        return isinstance(value, Literal) and _is_json(value, column)

    def repeats(self, column: Column) -> bool:
        del column  # an array can stand under any key
        return True

    def names(self, text: str) -> bool:
        return bool(text)


def _is_json(value: Literal, column: Column) -> bool:
    """Whether a literal is what a JSON value of its text is read as."""
    if value.datatype in (XSD_INTEGER, XSD_DOUBLE):
        return number_type(value.value) == value.datatype
    if value.datatype == XSD_BOOLEAN:
        return value.value in ("true", "false")
    if value.datatype == RDF_JSON:
        return _is_object(value.value)
    return not column.is_node and column.string(value.value) == value


def _is_object(text: str) -> bool:
    try:
        read = decode(text)
        return isinstance(read, dict) and json_text(read) == text
    except ValueError:
        return False


def write_kgx_tsv(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as a tar archive of ``nodes.tsv`` and ``edges.tsv``, the same for equal states."""
    layout = Layout(snapshot, TsvDialect())
    tables = {"nodes.tsv": _nodes_tsv(layout), "edges.tsv": _edges_tsv(layout)}
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.USTAR_FORMAT) as archive:
        for name, lines in tables.items():
            content = "".join(lines).encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_kgx_pair(snapshot: Snapshot, nodes: IO[bytes], edges: IO[bytes]) -> None:
    """A state as two tables of TSV; read both to have it back."""
    layout = Layout(snapshot, TsvDialect())
    for stream, lines in ((nodes, _nodes_tsv(layout)), (edges, _edges_tsv(layout))):
        for line in lines:
            stream.write(line.encode())


def write_kgx_jsonl(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as JSON Lines: a header of ours, nodes, then edges."""
    layout = Layout(snapshot, JsonDialect())
    header = {**_HEADER, EXTENSION: layout.namespaces}
    stream.write(json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    for row in layout.nodes():
        stream.write(_json_line(row, layout, layout.node_columns).encode())
    for row in layout.edges():
        stream.write(_json_line(row, layout, layout.edge_columns).encode())


def _nodes_tsv(layout: Layout) -> Iterator[str]:
    return _tsv(layout, ("id",), layout.node_columns, layout.nodes())


def _edges_tsv(layout: Layout) -> Iterator[str]:
    ends = ("id", "subject", "predicate", "object")
    return _tsv(layout, ends, layout.edge_columns, layout.edges())


def _tsv(
    layout: Layout, structure: tuple[str, ...], columns: dict[Node, Column], rows: Iterable[Row]
) -> Iterator[str]:
    header = layout.header(columns)
    declared = json.dumps(header, ensure_ascii=False, separators=(",", ":")) if header else ""
    names = [column.name for column in columns.values()]
    yield "\t".join((*structure, *names, EXTENSION + declared)) + "\n"
    for row in rows:
        cells = (
            "|".join(shown(value, layout.prefixes) or "" for value in row.cells.get(name, ()))
            for name in names
        )
        yield "\t".join((row.id, *(row.ends or ()), *cells, row.extension)) + "\n"


def _json_line(row: Row, layout: Layout, columns: dict[Node, Column]) -> str:
    pairs = [("id", encode_basestring(row.id))]
    if row.ends:
        names = ("subject", "predicate", "object")
        pairs += zip(names, map(encode_basestring, row.ends), strict=True)
    for column in columns.values():
        values = row.cells.get(column.name)
        if values:
            texts = [_json_value(value, layout.prefixes) for value in values]
            listed = len(texts) > 1 or column.is_list
            pairs.append((column.name, f"[{','.join(texts)}]" if listed else texts[0]))
    if row.said:
        pairs.append((EXTENSION, row.extension))
    return "{" + ",".join(f"{encode_basestring(name)}:{text}" for name, text in pairs) + "}\n"


def _json_value(value: Object, prefixes: PrefixMap) -> str:
    if isinstance(value, Literal) and value.datatype in (
        XSD_INTEGER,
        XSD_DOUBLE,
        XSD_BOOLEAN,
        RDF_JSON,
    ):
        return value.value
    return encode_basestring(shown(value, prefixes) or "")
