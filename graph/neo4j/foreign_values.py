"""Values of any Neo4j property as literals, each with a datatype that tells what it was.

Neo4j itself says what a value is and how a time is written (``valueType``, ``toString``), since the
driver holds only the years 1 to 9999. NEO4J.md has the table.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from graph.model import Literal
from graph.vocabulary import (
    KGDELTA,
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATE_TIME,
    XSD_HEX_BINARY,
    XSD_STRING,
)

#: What comes from a Neo4j database and has no name elsewhere.
NEO4J: Final = KGDELTA + "neo4j:"
#: The type of a node that has no label.
UNLABELLED: Final = NEO4J + "unlabelled"
_LIST: Final = "LIST<"
_SURE: Final = " NOT NULL"
_DATATYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "STRING": XSD_STRING,
        "BOOLEAN": XSD_BOOLEAN,
        "INTEGER": XSD + "integer",
        "FLOAT": XSD + "double",
        "DATE": XSD_DATE,
        "LOCAL TIME": XSD + "time",
        "ZONED TIME": XSD + "time",
        "LOCAL DATETIME": XSD_DATE_TIME,
        "ZONED DATETIME": XSD_DATE_TIME,
        "DURATION": XSD + "duration",
        "POINT": NEO4J + "point",
    }
)
_TIMES: Final = (
    "DATE",
    "LOCAL TIME",
    "ZONED TIME",
    "LOCAL DATETIME",
    "ZONED DATETIME",
    "DURATION",
)
_PROPERTIES: Final = f"""[k IN keys(<<OF>>) <<WHERE>>| [k, valueType(<<OF>>[k]), CASE
    WHEN valueType(<<OF>>[k]) STARTS WITH 'LIST<INTEGER' THEN <<OF>>[k]
    WHEN <<OF>>[k] IS :: {" | ".join(_TIMES)} THEN toString(<<OF>>[k])
    WHEN <<OF>>[k] IS :: {" | ".join(f"LIST<{one}>" for one in _TIMES)}
        THEN [one IN <<OF>>[k] | toString(one)]
    ELSE <<OF>>[k] END]]"""


def properties_of(name: str, where: str = "") -> str:
    """An expression of Cypher: the name, kind and value of each property of something.

    ``where`` is a condition on the name ``k``; times are given as texts.
    """
    return _PROPERTIES.replace("<<OF>>", name).replace("<<WHERE>>", where and f"WHERE {where} ")


def literal_of(kind: str, value: Any) -> Literal | None:
    """The literal that stands for a value of a kind; None for kinds that are not known here.

    Lists are JSON in one literal, in order: their datatype is that of their elements.
    """
    if isinstance(value, bytes | bytearray):
        return Literal(value.hex(), XSD_HEX_BINARY)
    kind = kind.removesuffix(_SURE)
    if kind.startswith(_LIST):
        inner = kind[len(_LIST) : -1].removesuffix(_SURE)
        if inner not in _DATATYPES and value:
            return None
        return Literal(_json([_element(one) for one in value]), NEO4J + "list:" + _slug(inner))
    datatype = _DATATYPES.get(kind)
    if datatype is None:
        return None
    text = _text(value)
    return Literal(text, datatype if _is_standard(kind, text) else NEO4J + _slug(kind))


def _slug(kind: str) -> str:
    return kind.lower().replace(" ", "-")


def _is_standard(kind: str, text: str) -> bool:
    """Whether XML Schema has a time too: no zone by name, no plus, no sign inside a duration."""
    if kind == "DURATION":
        return "-" not in text
    return kind not in _TIMES or not (text.startswith("+") or text.endswith("]"))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, int):
        return str(value)
    # What is left is a point, a tuple of its coordinates.
    return f"SRID={value.srid};POINT({' '.join(map(_double, value))})"


def _double(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return repr(value)


def _element(value: Any) -> str | bool | int | float:
    plain = isinstance(value, str | bool | int) or (
        isinstance(value, float) and math.isfinite(value)
    )
    return value if plain else _text(value)


def _json(elements: list[Any]) -> str:
    return json.dumps(elements, ensure_ascii=False)
