"""Cypher that people write: asked in a transaction that may not write, answered in plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graph.errors import KgdeltaError
from graph.neo4j.server import Server

if TYPE_CHECKING:
    from neo4j.exceptions import Neo4jError

#: What a server calls mistakes in a query, and values that it cannot be asked with.
_MISTAKES: Final = ("Neo.ClientError.Statement.", "Neo.ClientError.Procedure.")


class CypherError(KgdeltaError):
    """A query that the server refuses: it is wrong, or it would write."""

    def __init__(self, shown: str, reason: str) -> None:
        self.shown = shown
        self.reason = reason
        super().__init__(f"{shown}: {reason}")


class _UnreadableError(Exception):
    """A value inside another that the driver could not make."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The columns of an answer, and its rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[list[Any]]


@contextmanager
def asked(server: Server, query: str, parameters: Mapping[str, Any]) -> Iterator[Answer]:
    """Ask a database; values are what JSON has, nodes and relationships are mappings.

    Raises CypherError with the server's own words, UnavailableError.
    """
    from neo4j.exceptions import BrokenRecordError, Neo4jError

    with server.reading() as transaction:
        try:
            result = transaction.run(query, dict(parameters))
            rows = ([plain(value) for value in record.values()] for record in result)
            yield Answer(tuple(result.keys()), rows)
        except Neo4jError as error:
            reason = _mistake(error)
            if reason is None:
                raise
            raise CypherError(server.shown, reason) from None
        except (BrokenRecordError, _UnreadableError):
            reason = "a value that Python cannot hold, such as a year before 1: ask for toString()"
            raise CypherError(server.shown, reason) from None


def _mistake(error: Neo4jError) -> str | None:
    """What is wrong with a query in one line, None where the fault is not in the query."""
    code = str(error.code or "")
    if code.endswith("AccessMode"):
        return "the query would write, and --cypher only reads: commit changes instead"
    if not code.startswith(_MISTAKES):
        return None
    return (str(error.message or "") or code).splitlines()[0]


def plain(value: Any) -> Any:
    """A value of Cypher as JSON has it; times, durations and infinite numbers are texts."""
    from neo4j.graph import Node, Path, Relationship
    from neo4j.spatial import Point

    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Node):
        node: dict[str, Any] = {"id": value.element_id, "labels": sorted(value.labels)}
        return node | {"properties": plain(dict(value.items()))}
    if isinstance(value, Relationship):
        ends = [None if end is None else end.element_id for end in value.nodes]
        edge: dict[str, Any] = {"type": value.type, "start": ends[0], "end": ends[1]}
        return edge | {"properties": plain(dict(value.items()))}
    if isinstance(value, Path):
        steps = zip(value.nodes[1:], value.relationships, strict=True)
        rest = [part for end, step in steps for part in (step, end)]
        return [plain(part) for part in (value.nodes[0], *rest)]
    if hasattr(value, "iso_format"):
        return value.iso_format()
    # A point is a tuple too.
    if isinstance(value, Point):
        return {"srid": value.srid, "coordinates": list(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    raise _UnreadableError
