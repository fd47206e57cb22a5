"""Questions in a query language."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import click

from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import columns, counted, emit_lines, say
from kgdelta.session import Session, store_options


@click.command("query")
@click.option(
    "--cypher",
    metavar="QUERY",
    required=True,
    help="A question to the Neo4j database of the store; - reads it from standard input.",
)
@click.option(
    "--param",
    "pairs",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter of the query: JSON, else text. $graph is the name of --graph.",
)
@click.option(
    "-n", "--max", "limit", type=click.IntRange(min=1), help="Rows to show (default: all)."
)
@store_options
def query_command(session: Session, cypher: str, pairs: Sequence[str], limit: int | None) -> None:
    """Ask the head in Cypher, in a transaction that cannot write."""
    from graph.neo4j.cypher import asked
    from graph.neo4j.server import SCHEMES, Address, Server

    if session.url.partition("://")[0] not in SCHEMES:
        raise UsageError(f"{session.shown} has no Cypher: name a server, --store neo4j://HOST")
    query = sys.stdin.read() if cypher == "-" else cypher
    parameters = {"graph": session.graph, **dict(map(_parameter, pairs))}
    server = Server.connect(Address.parse(session.url, *settings.neo4j_login()))
    try:
        with asked(server, query, parameters) as answer:
            _show(session, answer.columns, islice(answer.rows, limit))
    finally:
        server.close()


def _parameter(pair: str) -> tuple[str, Any]:
    name, equals, text = pair.partition("=")
    if not name or not equals:
        raise UsageError(f"--param {pair}: write NAME=VALUE")
    try:
        return name, json.loads(text)
    except (ValueError, RecursionError):
        return name, text


def _show(session: Session, names: Sequence[str], rows: Iterator[list[Any]]) -> None:
    if session.json:
        emit_lines(dict(zip(names, row, strict=True)) for row in rows)
        return
    table = [[_cell(value) for value in row] for row in rows]
    if names:
        for line in columns([names, *table]):
            click.echo(line)
    say(counted(len(table), "row"))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split("\n"))
