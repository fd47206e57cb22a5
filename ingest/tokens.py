"""Tokens of triple sets and event streams: as they are, from files or by their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from graph.model import Node, Statement
from graph.prefixes import PrefixMap, decode_local, encode_local, is_absolute, token_node
from graph.statement_json import decode_statement, encode_statement
from graph.vocabulary import KGDELTA, TOKEN
from ingest.document import ReadOptions
from ingest.line_reading import numbered_lines
from ingest.reporting import Report

#: Head and relation of a line of ours; its tail is any statement as JSON.
STATEMENT: Final = KGDELTA + "statement"
#: The files of OpenKE that tell what numbers stand for.
ENTITIES: Final = "entity2id.txt"
RELATIONS: Final = "relation2id.txt"
_ID_LINE: Final = re.compile(r"(.*?)[\t ]+(-?[0-9]+)[\t ]*")


@dataclass(frozen=True, slots=True)
class IdTables:
    """What the numbers of a set stand for: tokens of entities and of relations."""

    entities: Mapping[str, str]
    relations: Mapping[str, str]


class Tokens:
    """Between tokens and nodes: an IRI is itself, a known prefix is expanded, all else is bare."""

    def __init__(self, options: ReadOptions | None = None) -> None:
        self._given = dict(options.prefixes) if options else {}
        self._prefixes = PrefixMap(self._given)
        self._nodes: dict[str, Node] = {}

    def node(self, token: str) -> Node:
        """The node of a token."""
        known = self._nodes.get(token)
        if known is None:
            known = self._nodes[token] = self._node(token)
        return known

    def _node(self, token: str) -> Node:
        if is_absolute(token) and "<" not in token and encode_url(token) == token:
            return token
        prefix, colon, _ = token.partition(":")
        if colon and prefix in self._given:
            return self._prefixes.expand(token)
        return token_node(token)


def encode_url(text: str) -> str:
    """A text whose percent signs stand, with everything that no IRI can hold encoded."""
    return "%".join(map(encode_local, text.split("%")))


def token_of(node: Node) -> str | None:
    """The token that stands for a node, None where no line could hold one."""
    text = decode_local(node[len(TOKEN) :]) if node.startswith(TOKEN) else node
    # A byte order mark in front of a file is none of its tokens.
    written = text and text == text.strip() and not any(mark in text for mark in "\t\n\r\ufeff")
    return text if written and Tokens().node(text) == node else None


def any_line(statement: Statement, width: int = 3) -> str:
    """Any statement as a line of so many cells, which other tools see as one more triple."""
    cells = [STATEMENT, STATEMENT, encode_statement(statement), *[""] * (width - 3)]
    return "\t".join(cells) + "\n"


def read_any(text: str) -> Statement:
    """The statement of a line of ours. Raises ValueError."""
    return decode_statement(text)


def tables_beside(source: str, report: Report) -> IdTables | None:
    """The id tables in the folder of a file, None where it has none."""
    folder = Path(source).parent
    paths = folder / ENTITIES, folder / RELATIONS
    # The name of standard input or of a member of an archive is no place in the file system.
    if not all(path.is_file() for path in (Path(source), *paths)):
        return None
    found = []
    for path in paths:
        own = Report(str(path), report.strict)
        with path.open("rb") as stream:
            found.append(read_table(stream, own))
        report.include(own)
    return IdTables(*found)


def read_table(stream: IO[bytes], report: Report) -> dict[str, str]:
    """Token by number; the first line may be how many there are, as OpenKE has it."""
    found: dict[str, str] = {}
    counted: int | None = None
    for number, line in numbered_lines(stream, report):
        if number == 1 and line.strip().isdigit():
            counted = int(line)
            continue
        pair = _ID_LINE.fullmatch(line)
        if pair is None:
            if line.strip():
                report.add(number, "a token and its number are expected")
        elif found.setdefault(pair[2], pair[1]) != pair[1]:
            report.add(number, f"the number {pair[2]} stands for {found[pair[2]]!r} already")
    if counted is not None and counted != len(found):
        report.add(1, f"{counted} are announced, {len(found)} are there")
    return found
