"""Plain triples, a line each: names, or the numbers of OpenKE with their tables beside.

A file says its own triples and nothing else; for sets of several files see ``link_sets``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Final

from graph.model import Statement, in_order
from ingest.document import Document, ReadOptions
from ingest.line_reading import numbered_lines
from ingest.reporting import Report, collect
from ingest.tokens import STATEMENT, IdTables, Tokens, any_line, read_any, tables_beside, token_of

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

_LOOKED_AT: Final = 1000
_ENOUGH: Final = 20


def stream_triples(
    stream: IO[bytes],
    source: str,
    options: ReadOptions,
    report: Report | None = None,
    tables: IdTables | None = None,
    alone: bool = False,
) -> Iterator[Statement]:
    """The triples of lines; ids are looked up in ``tables``, else in those beside the source.

    ``alone`` says that the source is no file, so that nothing is beside it.

    Cells are parted by tabs, or by white space where there are three of them, or by commas. The
    order is head, relation, tail; in OpenKE's files, which begin with a count, head, tail,
    relation. Problems go to ``report``.
    """
    report = report or Report(source, options.strict)
    numbered = ((n, line) for n, line in numbered_lines(stream, report) if line.strip())
    first = list(islice(numbered, _LOOKED_AT))
    counted = int(first[0][1]) if first and first[0][1].strip().isdigit() else None
    if counted is not None:
        first = first[1:]
    separator = _separator([line for _, line in first])
    rows = [line.split(separator) for _, line in first]
    numeric = all(cell.lstrip("-").isdigit() for row in rows for cell in row[:3])
    if tables is None and numeric and not alone:
        tables = tables_beside(source, report)
    swapped = counted is not None or _is_relation_last(rows)
    if swapped and counted is None:
        report.add(0, "read as head, tail, relation: only the first two columns share names")
    reader = _Lines(Tokens(options), separator, swapped, tables if numeric else None, report)
    count = 0
    for number, line in chain(first, numbered):
        count += 1
        yield from reader.read(number, line)
    if counted is not None and counted != count:
        report.add(1, f"{counted} triples are announced, {count} are there")


class _Lines:
    """Reads lines of one file."""

    def __init__(
        self,
        tokens: Tokens,
        separator: str | None,
        swapped: bool,
        tables: IdTables | None,
        report: Report,
    ) -> None:
        self._tokens = tokens
        self._separator = separator
        self._swapped = swapped
        self._tables = tables
        self._report = report

    def read(self, number: int, line: str) -> Iterator[Statement]:
        """The statement of a line, or none and a problem."""
        cells = line.split(self._separator)
        if len(cells) == 3 and cells[0] == cells[1] == STATEMENT:
            try:
                yield read_any(cells[2])
            except ValueError as error:
                self._report.add(number, f"a damaged line of ours: {error}")
            return
        cells = [cell.strip() for cell in cells]
        if len(cells) != 3 or not all(cells):
            self._report.add(number, f"three cells are expected: {line[:60]!r}")
            return
        head, relation, tail = (cells[0], cells[2], cells[1]) if self._swapped else cells
        ends = self._named(number, head, relation, tail)
        if ends is not None:
            subject, predicate, target = map(self._tokens.node, ends)
            yield Statement(subject, predicate, target)

    def _named(
        self, number: int, head: str, relation: str, tail: str
    ) -> tuple[str, str, str] | None:
        if self._tables is None:
            return head, relation, tail
        entities, relations = self._tables.entities, self._tables.relations
        try:
            return entities[head], relations[relation], entities[tail]
        except KeyError as error:
            self._report.add(number, f"the number {error.args[0]} is not in the id tables")
            return None


def _separator(lines: Sequence[str]) -> str | None:
    """A tab, white space (None) or a comma: the first that gives every line three cells."""
    for separator in ("\t", None, ","):
        fitting = sum(len(line.split(separator)) == 3 for line in lines)
        if fitting * 2 > len(lines):
            return separator
    return "\t"


def _is_relation_last(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the third column can only be relations: few, and never ends of a triple."""
    rows = [row for row in rows if len(row) == 3]
    if len(rows) < _ENOUGH or any(row[0] == STATEMENT for row in rows):
        return False
    heads, middles, lasts = ({row[place] for row in rows} for place in range(3))
    apart = not lasts & (heads | middles)
    return apart and bool(heads & middles) and 4 * len(lasts) <= len(middles)


def read_triples(
    stream: IO[bytes], source: str, options: ReadOptions, tables: IdTables | None = None
) -> Document:
    """The document of lines of triples. Raises IngestError only where ``options.strict``."""
    report = Report(source, options.strict)
    return collect(stream_triples(stream, source, options, report, tables), report)


def write_triples(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as lines of head, relation and tail, in canonical order.

    What is more than three tokens is a line of ours, a triple as well: ``urn:kgdelta:statement``
    twice, and the statement as JSON.
    """
    ordered = in_order(snapshot.statements())
    lines = [plain_line(statement) or any_line(statement) for statement in ordered]
    if _is_relation_last([line[:-1].split("\t") for line in lines[:_LOOKED_AT]]):
        # One line of ours tells a reader that the order is the usual one, whatever it looks like.
        lines[0] = any_line(ordered[0])
    stream.writelines(line.encode() for line in lines)


def plain_line(statement: Statement) -> str | None:
    """A statement as a line of tokens, None where they cannot say it."""
    if statement.qualifiers or not isinstance(statement.object, str):
        return None
    nodes = statement.subject, statement.predicate, statement.object
    tokens = [token_of(node) for node in nodes]
    if None in tokens or tokens[0] == tokens[1] == STATEMENT:
        return None
    return "\t".join(token or "" for token in tokens) + "\n"
