"""Values of typed tables: which literals a typed cell holds, and what its values mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from graph.model import Literal, Node, Object
from graph.prefixes import PrefixMap
from graph.vocabulary import XSD, XSD_BOOLEAN, XSD_DATE, XSD_DATE_TIME, XSD_HEX_BINARY
from ingest.kgx_columns import (
    EXTENSION,
    NODE_COLUMNS,
    XSD_DOUBLE,
    XSD_INTEGER,
    Column,
    shown,
)
from ingest.kgx_layout import Dialect, Layout, Row

if TYPE_CHECKING:
    import polars

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
#: Columns that are lists even where no row has two values, as other tools expect.
_ALWAYS_LISTS: Final = frozenset({"category", "xref", "synonym", "publications", "provided_by"})


class TableDialect(Dialect):
    """Columns of one type each: integers, doubles, truth values, or text, and lists of them."""

    def __init__(self, caseless: bool = False) -> None:
        self._caseless = caseless

    def heads(self, name: str, others: set[str]) -> bool:
        if not name.isprintable():
            return False
        if self._caseless:
            return name.lower() not in {other.lower() for other in others}
        return name not in others

    def holds(self, column: Column, value: Object, prefixes: PrefixMap) -> bool:
        text = shown(value, prefixes)
        if not text:
            return False
        if isinstance(value, str):
            return column.is_node and prefixes.expand(text) == value
        if not isinstance(value, Literal) or column.is_node:
            return False
        if column.datatype in (XSD_INTEGER, XSD_DOUBLE, XSD_BOOLEAN):
            return value == Literal(text, column.datatype) and _is_canonical(value)
        return column.string(text) == value

    def repeats(self, column: Column) -> bool:
        del column  # any column can be one of lists
        return True

    def names(self, text: str) -> bool:
        return bool(text)


def _is_canonical(value: Literal) -> bool:
    """Whether a typed value comes back from its machine form letter for letter."""
    text = value.value
    if value.datatype == XSD_INTEGER:
        return _INTEGER.fullmatch(text) is not None
    if value.datatype == XSD_BOOLEAN:
        return text in ("true", "false")
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and repr(number) == text


def plain(value: Any) -> Any:
    """A value of a typed table as one of JSON, numbers as literals."""
    if isinstance(value, (str, bool)) or value is None:
        return value
    if isinstance(value, int):
        return Literal(str(value), XSD_INTEGER)
    if isinstance(value, float):
        special = {"nan": "NaN", "inf": "INF", "-inf": "-INF"}
        return Literal(special.get(repr(value), repr(value)), XSD_DOUBLE)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, datetime):
        return Literal(value.isoformat(), XSD_DATE_TIME)
    if isinstance(value, date):
        return Literal(value.isoformat(), XSD_DATE)
    if isinstance(value, Decimal):
        return Literal(format(value, "f"), XSD + "decimal")
    if isinstance(value, (bytes, bytearray)):
        return Literal(value.hex(), XSD_HEX_BINARY)
    return str(value)


def frame_of(
    layout: Layout, structure: tuple[str, ...], columns: dict[Node, Column], rows: Iterable[Row]
) -> polars.DataFrame:
    """Rows as a frame with typed columns, the last of which is ours."""
    import polars

    names = [column.name for column in columns.values()]
    ends: list[list[str]] = [[] for _ in structure]
    cells: dict[str, list[list[Any]]] = {name: [] for name in names}
    said: list[str | None] = []
    for row in rows:
        for texts, text in zip(ends, (row.id, *(row.ends or ())), strict=True):
            texts.append(text)
        for name in names:
            cells[name].append([_cell(v, layout.prefixes) for v in row.cells.get(name, ())])
        said.append(row.extension or None)
    series = [
        polars.Series(name, texts, dtype=polars.String)
        for name, texts in zip(structure, ends, strict=True)
    ]
    for column in columns.values():
        values = cells[column.name]
        listed = column.name in _ALWAYS_LISTS or any(len(one) > 1 for one in values)
        kind = _kind(column)
        if listed:
            made = [one or None for one in values]
            series.append(polars.Series(column.name, made, dtype=polars.List(kind)))
        else:
            single = [one[0] if one else None for one in values]
            series.append(polars.Series(column.name, single, dtype=kind))
    header = {"prefixes": layout.namespaces} if layout.namespaces else {}
    declared = dumps(header, ensure_ascii=False, separators=(",", ":")) if header else ""
    series.append(polars.Series(EXTENSION + declared, said, dtype=polars.String))
    return polars.DataFrame(series)


def _kind(column: Column) -> Any:
    import polars

    kinds = {XSD_INTEGER: polars.Int64, XSD_DOUBLE: polars.Float64, XSD_BOOLEAN: polars.Boolean}
    known = column.name not in NODE_COLUMNS
    return kinds.get(column.datatype, polars.String) if known else polars.String


def _cell(value: Object, prefixes: PrefixMap) -> Any:
    text = shown(value, prefixes) or ""
    if isinstance(value, Literal):
        if value.datatype == XSD_INTEGER:
            return int(text)
        if value.datatype == XSD_DOUBLE:
            return float(text)
        if value.datatype == XSD_BOOLEAN:
            return text == "true"
    return text
