"""Temporal quads: subject, relation, object, and a time or an interval, a line each.

The time is valid time: ``valid_from`` and ``valid_to`` as qualifiers. A moment or a day on which
something happened is both; of an interval each end that is given is one. Numbers are kept as
``xsd:integer``, unless the caller says from when they count and in what unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from graph.commit import as_utc
from graph.encoding import encode_text
from graph.model import Literal, Qualifier, Statement
from graph.valid_time import periods
from graph.vocabulary import VALID_FROM, VALID_TO, XSD, XSD_DATE, XSD_DATE_TIME
from ingest.document import Document, ReadOptions
from ingest.line_reading import numbered_lines
from ingest.reporting import Report, collect
from ingest.tokens import STATEMENT, IdTables, Tokens, any_line, read_any, tables_beside, token_of

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

#: A moment, or a number of which nobody said what it counts.
Moment: TypeAlias = datetime | int
_INTEGER: Final = XSD + "integer"
_YEAR: Final = XSD + "gYear"
_MONTH: Final = XSD + "gYearMonth"
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}")
#: Digits that a data set leaves open are written ``#`` or ``?``, as in 2008-##-##.
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2}|[#?]{2})(?:-([0-9]{2}|[#?]{2}))?)?")
_OPEN: Final = re.compile(r"[#?-]*|none|null|nan", re.IGNORECASE)
_NAMES: Final = frozenset({"subject", "head", "s", "h", "source", "subject_id", "head_id"})
_LOOKED_AT: Final = 1000
_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True, slots=True)
class Clock:
    """What the numbers of a stream count: units (second to week) from a start on, in UTC."""

    start: datetime
    unit: str = "day"

    def literal(self, number: int, lasting: bool = False) -> Literal:
        """A number as the day or the moment that it means, ``lasting`` as the end of its unit.

        Raises OverflowError for a time that no calendar has.
        """
        unit = timedelta(seconds=_UNITS[self.unit])
        moment = as_utc(self.start) + number * unit
        if self.unit in ("day", "week") and moment == _midnight(moment):
            # As an end, a day lasts to its last moment.
            last = moment + unit - timedelta(days=1) if lasting else moment
            return Literal(last.date().isoformat(), XSD_DATE)
        moment += unit if lasting else timedelta()
        return Literal(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), XSD_DATE_TIME)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def stream_quads(
    stream: IO[bytes],
    source: str,
    options: ReadOptions,
    clock: Clock | None = None,
    report: Report | None = None,
    tables: IdTables | None = None,
) -> Iterator[tuple[Moment, Statement]]:
    """Events and when they begin, in the order of the lines, for windows over time.

    Without a beginning it is the end; a line without either is reported and left to
    :func:`read_quads`. Ids are looked up in ``tables``, else in those beside the source.
    """
    report = report or Report(source, options.strict)
    for number, statement in _statements(stream, source, options, clock, report, tables):
        moment = moment_of(statement)
        if moment is None:
            report.add(number, "no time that can be read; in no window")
        else:
            yield moment, statement


def all_quads(
    stream: IO[bytes],
    source: str,
    options: ReadOptions,
    report: Report,
    tables: IdTables | None = None,
    alone: bool = False,
) -> Iterator[Statement]:
    """The statements of lines, those without a time as well.

    ``alone`` says that the source is no file, so that nothing is beside it.
    """
    for _, statement in _statements(stream, source, options, None, report, tables, alone):
        yield statement


def moment_of(statement: Statement) -> Moment | None:
    """When a statement begins to hold, else when it ends; None where neither can be read."""
    numbers = {
        q.predicate: int(q.value.value)
        for q in statement.qualifiers
        if q.predicate in (VALID_FROM, VALID_TO)
        and isinstance(q.value, Literal)
        and q.value.datatype == _INTEGER
        and _NUMBER.fullmatch(q.value.value)
    }
    if numbers:
        return numbers.get(VALID_FROM, numbers.get(VALID_TO))
    first = next(periods(statement))
    return first.start or first.end


def read_quads(
    stream: IO[bytes],
    source: str,
    options: ReadOptions,
    clock: Clock | None = None,
    tables: IdTables | None = None,
) -> Document:
    """The document of all quads. Raises IngestError only where ``options.strict``."""
    report = Report(source, options.strict)
    found = _statements(stream, source, options, clock, report, tables)
    return collect((statement for _, statement in found), report)


def _statements(
    stream: IO[bytes],
    source: str,
    options: ReadOptions,
    clock: Clock | None,
    report: Report,
    tables: IdTables | None,
    alone: bool = False,
) -> Iterator[tuple[int, Statement]]:
    numbered = ((n, line) for n, line in numbered_lines(stream, report) if line.strip())
    first = list(islice(numbered, _LOOKED_AT))
    separator = _separator([line for _, line in first])
    if first and _is_header(first[0][1].split(separator)):
        first = first[1:]
    rows = [line.split(separator) for _, line in first]
    numeric = all(_NUMBER.fullmatch(cell.strip()) for row in rows for cell in row[:3])
    if tables is None and numeric and rows and not alone:
        tables = tables_beside(source, report)
    reader = _Lines(Tokens(options), separator, clock, tables if numeric else None, report)
    for number, line in chain(first, numbered):
        for statement in reader.read(number, line):
            yield number, statement


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a first line names columns: where the time should be there is no digit."""
    named = cells[0].strip().lower() in _NAMES and len(cells) > 3 and bool(cells[3].strip())
    return named and not any(mark.isdigit() for cell in cells[3:] for mark in cell)


def _separator(lines: Sequence[str]) -> str | None:
    """A tab, a comma or white space: the first that gives most lines four cells or more."""
    for separator in ("\t", ",", None):
        if sum(len(line.split(separator)) >= 4 for line in lines) * 2 > len(lines):
            return separator
    return "\t"


class _Lines:
    """Reads lines of one file."""

    def __init__(
        self,
        tokens: Tokens,
        separator: str | None,
        clock: Clock | None,
        tables: IdTables | None,
        report: Report,
    ) -> None:
        self._tokens = tokens
        self._separator = separator
        self._clock = clock
        self._tables = tables
        self._report = report

    def read(self, number: int, line: str) -> Iterator[Statement]:
        """The statement of a line, or none and a problem."""
        cells = line.split(self._separator)
        if len(cells) > 2 and cells[0] == cells[1] == STATEMENT:
            try:
                yield read_any(cells[2])
            except ValueError as error:
                self._report.add(number, f"a damaged line of ours: {error}")
            return
        cells = [cell.strip() for cell in cells]
        if len(cells) not in (4, 5) or not all(cells[:3]):
            reason = "subject, relation, object and one or two times are expected"
            self._report.add(number, f"{reason}: {line[:60]!r}")
            return
        ends = self._named(number, cells)
        if ends is not None:
            subject, predicate, target = map(self._tokens.node, ends)
            qualifiers = tuple(self._times(number, cells[3:]))
            yield Statement(subject, predicate, target, qualifiers)

    def _named(self, number: int, cells: list[str]) -> tuple[str, str, str] | None:
        if self._tables is None:
            return cells[0], cells[1], cells[2]
        entities, relations = self._tables.entities, self._tables.relations
        try:
            return entities[cells[0]], relations[cells[1]], entities[cells[2]]
        except KeyError as error:
            self._report.add(number, f"the number {error.args[0]} is not in the id tables")
            return None

    def _times(self, number: int, cells: list[str]) -> Iterator[Qualifier]:
        texts = cells if len(cells) == 2 else _interval(cells[0])
        event = texts[0] == texts[1]
        # A number of four digits beside a date is a year.
        dated = any(_DATE.fullmatch(text) and not _NUMBER.fullmatch(text) for text in texts)
        for predicate, text in zip((VALID_FROM, VALID_TO), texts, strict=True):
            if _OPEN.fullmatch(text):
                continue
            if _NUMBER.fullmatch(text) and not dated:
                made = self._count(text, lasting=event and predicate == VALID_TO)
            else:
                made = time_literal(text)
            if made is None:
                if not (event and predicate == VALID_TO):
                    self._report.add(number, f"{text!r} is no time; kept as it is")
                made = Literal(text)
            yield Qualifier(predicate, made)

    def _count(self, text: str, lasting: bool) -> Literal | None:
        if self._clock is None:
            return Literal(text, _INTEGER)
        try:
            return self._clock.literal(int(text), lasting)
        except (ValueError, OverflowError):
            return None


def time_literal(text: str) -> Literal | None:
    """A date, month, year or moment as ISO 8601 writes it; None for any other text."""
    found = _DATE.fullmatch(text)
    if found:
        year, month, day = (part if part and part.isdigit() else None for part in found.groups())
        kept = "-".join(part for part in (year, month, day if month else None) if part)
        kind = XSD_DATE if month and day else _MONTH if month else _YEAR
        try:
            datetime.strptime(f"{year}-{month or '01'}-{day or '01'}", "%Y-%m-%d")
        except ValueError:
            return None
        return Literal(kept, kind)
    try:
        if ":" not in text:
            return None
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Literal(text, XSD_DATE_TIME)


def _interval(text: str) -> list[str]:
    """The two ends that one cell has: ``a/b``, ``[a, b]``, or one time that is both."""
    inner = text.strip("[]()")
    for mark in ("/", ",", ";"):
        if mark in inner:
            start, _, end = inner.partition(mark)
            return [start.strip(), end.strip()]
    return [inner, inner]


def write_quads(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as quads by time; a fifth cell where the end is not the beginning.

    What is more than three tokens and a period is a line of ours; see ``triple_sets``.
    """
    rows = [(_line(statement), statement) for statement in snapshot.statements()]
    rows.sort(key=lambda row: (_order(row[1]), row[1].encode()))
    stream.writelines((line or any_line(statement, 4)).encode() for line, statement in rows)


def _order(statement: Statement) -> tuple[int, bytes]:
    """By number or by date; numbers come first, and what has no time last."""
    moment = moment_of(statement)
    if isinstance(moment, int):
        return 0, (moment + (1 << 62)).to_bytes(8, "big")
    return (2, b"") if moment is None else (1, encode_text(moment.isoformat()))


def _line(statement: Statement) -> str | None:
    """A statement as a line, None where the line would be read as something else."""
    if not isinstance(statement.object, str) or len(statement.qualifiers) not in (1, 2):
        return None
    tokens = [token_of(n) for n in (statement.subject, statement.predicate, statement.object)]
    if None in tokens or tokens[0] == tokens[1] == STATEMENT:
        return None
    ends = {
        q.predicate: q.value.value
        for q in statement.qualifiers
        if isinstance(q.value, Literal) and not q.qualifiers
    }
    start, end = ends.get(VALID_FROM, ""), ends.get(VALID_TO, "")
    times = [start] if start == end else [start, end]
    line = "\t".join([*(token or "" for token in tokens), *times])
    report = Report("", strict=False)
    read = list(_Lines(Tokens(), "\t", None, None, report).read(1, line))
    return f"{line}\n" if read == [statement] and not report.problems else None
