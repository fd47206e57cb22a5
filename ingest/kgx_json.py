"""KGX as JSON Lines: a node or an edge a line, whose values keep their JSON types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import IO, Any, Final

from graph.model import Literal, Object, Statement
from graph.vocabulary import XSD_BOOLEAN
from ingest.kgx_columns import (
    EXTENSION,
    RDF_JSON,
    XSD_DOUBLE,
    XSD_INTEGER,
    Column,
)
from ingest.kgx_rows import Parts, RowReader, joined, parts_of
from ingest.line_reading import numbered_lines

_CONSTANTS: Final = {"NaN": "NaN", "Infinity": "INF", "-Infinity": "-INF"}


class _Repeated(list[Any]):
    """The values of a key that an object has more than once."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for key in found:
            values = [value for name, value in pairs if name == key]
            if len(values) > 1:
                found[key] = _Repeated(values)
    return found


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=lambda text: Literal(text, XSD_INTEGER),
    parse_float=lambda text: Literal(text, XSD_DOUBLE),
    parse_constant=lambda text: Literal(_CONSTANTS[text], XSD_DOUBLE),
)


class NestedTooDeeplyError(ValueError):
    """A document that only wants to exhaust its reader."""

    def __init__(self) -> None:
        super().__init__("nested too deeply")


def decode(text: str) -> Any:
    """JSON with numbers as literals, letter for letter. Raises ValueError.

    Python's own decoder gives up at its limit of recursion, long before memory is short.
    """
    try:
        read = _DECODER.decode(text)
    except RecursionError:
        raise NestedTooDeeplyError from None
    # Half a surrogate pair can only come in by an escape; no encoding of text has it.
    if "\\ud" in text or "\\uD" in text:
        try:
            json_text(read).encode()
        except UnicodeEncodeError:
            raise ValueError("half a surrogate pair, which is no text") from None
    return read


def json_text(value: Any) -> str:
    """What :func:`decode` gave as JSON again, on one line. Raises NestedTooDeeplyError."""
    try:
        return _text(value)
    except RecursionError:
        raise NestedTooDeeplyError from None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        pairs = (f"{encode_basestring(key)}:{_text(inner)}" for key, inner in value.items())
        return "{" + ",".join(pairs) + "}"
    return {None: "null", True: "true", False: "false"}[value]


def json_parts(stream: IO[bytes], reader: RowReader) -> Iterator[Parts]:
    """The statements of lines of JSON; what is no object with an id is reported."""
    for number, line in numbered_lines(stream, reader.report):
        if not line or line.isspace():
            continue
        try:
            record = decode(line)
        except ValueError as error:
            reader.report.add(number, f"not JSON: {error}")
            continue
        if not isinstance(record, dict):
            reader.report.add(number, "no JSON object; left out")
            continue
        try:
            parts = list(record_parts(record, number, reader))
        except NestedTooDeeplyError:
            reader.report.add(number, "nested too deeply; left out")
            continue
        yield from parts


def record_parts(record: dict[str, Any], number: int, reader: RowReader) -> Iterator[Parts]:
    """The statements of one record, an edge where it has a subject and an object."""
    ours = record.pop(EXTENSION, None)
    if isinstance(ours, dict):
        reader.declare({"prefixes": {k: v for k, v in ours.items() if isinstance(v, str)}}, number)
        return
    said = reader.extension(json_text(ours), number) if ours is not None else []
    if "subject" in record or "object" in record:
        yield from _edge(record, number, reader, said)
        return
    node = record.pop("id", None)
    if not isinstance(node, str) or not node:
        reader.report.add(number, "a node without an id; left out")
        return
    pairs = list(_pairs(record, number, reader))
    yield from reader.about(reader.node(node), pairs, said, number)


def _edge(
    record: dict[str, Any], number: int, reader: RowReader, said: list[Statement]
) -> Iterator[Parts]:
    if said:
        yield from map(parts_of, said)
        return
    if "predicate" not in record and "edge_label" in record:
        record["predicate"] = record.pop("edge_label")
    ends = [record.pop(name, None) for name in ("subject", "predicate", "object")]
    edge_id = record.pop("id", "")
    if not all(isinstance(end, str) and end for end in ends):
        reader.report.add(number, "an edge without subject, predicate or object; left out")
        return
    if not isinstance(edge_id, str):
        reader.report.add(number, "the id of an edge is no text; read as one")
        edge_id = json_text(edge_id)
    found = [*reader.of_id(edge_id), *_qualifiers(record, number, reader)]
    subject, predicate, target = map(reader.node, ends)
    yield subject, predicate, target, joined(sorted(set(found)))


def _qualifiers(record: dict[str, Any], number: int, reader: RowReader) -> list[bytes]:
    """The qualifiers, encoded, that the keys of an edge are; those of texts are remembered."""
    found: list[bytes] = []
    for key, value in record.items():
        column = reader.column(key)
        if type(value) is str:
            found += column.known.get(value) or reader.of_string(column, value)
        elif type(value) is list:
            for one in value:
                if type(one) is str:
                    found += column.known.get(one) or reader.of_string(column, one)
                else:
                    found += map(column.encoded, _values(one, column, reader))
        else:
            found += (column.encoded(made) for _, made in _pairs({key: value}, number, reader))
    return found


def _pairs(
    record: dict[str, Any], number: int, reader: RowReader
) -> Iterator[tuple[Column, Object]]:
    for key, value in record.items():
        if isinstance(value, _Repeated):
            reader.report.add(number, f"the key {key!r} is there {len(value)} times")
        column = reader.column(key)
        for one in value if isinstance(value, list) else (value,):
            for made in _values(one, column, reader):
                yield column, made


def _values(value: Any, column: Column, reader: RowReader) -> Iterator[Object]:
    """The value that a scalar, or a list within a list, stands for; none for null and ''."""
    if isinstance(value, str):
        if value:
            yield reader.node(value) if column.is_node else column.string(value)
    elif isinstance(value, Literal):
        yield value
    elif isinstance(value, bool):
        yield Literal("true" if value else "false", XSD_BOOLEAN)
    elif isinstance(value, _Repeated):
        for one in value:
            yield from _values(one, column, reader)
    elif value is not None:
        yield Literal(json_text(value), RDF_JSON)
