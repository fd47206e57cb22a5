"""What holds in the world at a moment, apart from when it was recorded.

A statement says so by qualifiers: ``urn:kgdelta:valid_from`` and ``urn:kgdelta:valid_to``, as
``xsd:date``, ``xsd:dateTime``, ``xsd:gYear``, ``xsd:gYearMonth`` or plain ISO 8601 text.

- It holds from ``valid_from`` on, that moment included, and until before ``valid_to``.
- A date, month (2020-12) or year begins with its first moment; as ``valid_to`` it lasts to its
  last one: valid to 2020-12-31 is valid all that day. Times without an offset are in UTC.
- Without a beginning it always held, without an end it holds forever, without both always.
- Several of them stand in order of time: a period goes from the first of the beginnings in a row to
  the last of the ends that follow them in a row. So separate periods count one by one, and periods
  that overlap are united.
- What cannot be read bounds nothing; :meth:`ValidAt.problems` lists it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from graph.commit import as_utc, format_time
from graph.model import Literal, Node, Object, Qualifier, Statement, in_order
from graph.snapshot import DerivedReads, Match, Snapshot, Version, matches_from
from graph.vocabulary import (
    LABEL,
    SYNONYMS,
    VALID_FROM,
    VALID_TO,
    XSD,
    XSD_DATE,
    XSD_DATE_TIME,
    XSD_STRING,
)

_DATATYPES: Final = frozenset(
    {XSD_STRING, XSD_DATE, XSD_DATE_TIME, XSD + "gYear", XSD + "gYearMonth", XSD + "dateTimeStamp"}
)
_DAY: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ValidTimeProblem:
    """A bound of a statement's valid time that bounds nothing, or that stands on its head."""

    statement: Statement
    qualifier: Qualifier
    reason: str


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment, included, until another, not included, in UTC; None is no bound."""

    start: datetime | None
    end: datetime | None

    def has(self, moment: datetime) -> bool:
        """Whether a moment, which has an offset, lies in the period."""
        after = self.start is None or self.start <= moment
        return after and (self.end is None or moment < self.end)


class ValidAt(DerivedReads):
    """A snapshot that shows of its base what is valid at a moment; see the module for the rules.

    A moment without an offset is in UTC.
    """

    def __init__(self, base: Snapshot, moment: datetime) -> None:
        self.base = base
        self.moment = as_utc(moment)

    @property
    def version(self) -> Version:
        # Not the commit of the base: it names a state that has more statements.
        known = self.base.version
        name = known.name or known.commit or "uncommitted"
        return Version(None, f"{name} valid at {format_time(self.moment)}")

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        return self._valid(self.base.statements(subjects, predicates, objects))

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        return self._valid(self.base.mentioning(nodes))

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        named = {match.node for found in self.base.find(texts).values() for match in found}
        return matches_from(texts, self.statements(subjects=named, predicates={LABEL, *SYNONYMS}))

    def problems(self) -> list[ValidTimeProblem]:
        """Bounds in the base that cannot be read, or end what has not begun, in order."""
        bounded = (s for s in self.base.statements() if any(map(_is_bound, s.qualifiers)))
        return [problem for statement in in_order(bounded) for problem in _problems(statement)]

    def _valid(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        for statement in statements:
            if not statement.qualifiers or is_valid(statement, self.moment):
                yield statement


def is_valid(statement: Statement, moment: datetime) -> bool:
    """Whether a statement holds in the world at a moment; one without an offset is in UTC."""
    at = as_utc(moment)
    return any(period.has(at) for period in periods(statement))


def periods(statement: Statement) -> Iterator[Period]:
    """When a statement holds, in order of time."""
    # At the same moment a beginning is sorted before an end: periods that touch are one.
    bounds = sorted(_bounds(statement))
    if not bounds:
        yield Period(None, None)
        return
    moment, ends = bounds[0]
    start, end = (_EARLIEST if ends else moment), None
    for moment, ends in bounds:
        if ends:
            end = moment
        elif end is not None:
            yield _period(start, end)
            start, end = moment, None
    yield _period(start, _LATEST if end is None else end)


def _period(start: datetime, end: datetime) -> Period:
    return Period(None if start == _EARLIEST else start, None if end == _LATEST else end)


def _bounds(statement: Statement) -> Iterator[tuple[datetime, bool]]:
    """The bounds that can be read; True stands for an end."""
    for qualifier in statement.qualifiers:
        if _is_bound(qualifier):
            ends = qualifier.predicate == VALID_TO
            moment = _moment(qualifier.value, ends)
            if moment is not None:
                yield moment, ends


def _is_bound(qualifier: Qualifier) -> bool:
    return qualifier.predicate in (VALID_FROM, VALID_TO)


def _problems(statement: Statement) -> Iterator[ValidTimeProblem]:
    read = [(q, _moment(q.value, q.predicate == VALID_TO)) for q in statement.qualifiers]
    bounds = [(qualifier, moment) for qualifier, moment in read if _is_bound(qualifier)]
    begun = [moment for q, moment in bounds if moment is not None and q.predicate == VALID_FROM]
    for qualifier, moment in bounds:
        if moment is None:
            reason = "not a date; write it as 2020-12-31 or 2020-12-31T12:00:00Z"
            yield ValidTimeProblem(statement, qualifier, reason)
        elif begun and qualifier.predicate == VALID_TO and moment < min(begun):
            reason = "ends before it begins; read as valid until then, and again later"
            yield ValidTimeProblem(statement, qualifier, reason)


def _moment(value: Object, ends: bool) -> datetime | None:
    """The moment of a bound in UTC, None where it cannot be read; days end with the next one."""
    if not isinstance(value, Literal) or value.datatype not in _DATATYPES:
        return None
    text = value.value.strip()
    try:
        return _in_utc(_day(text, ends) or datetime.fromisoformat(text))
    except ValueError:
        return None


def _day(text: str, ends: bool) -> datetime | None:
    """Where a day, month or year begins, or where the one after it does; None for other texts."""
    with suppress(ValueError):
        text = date.fromisoformat(text).isoformat()
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = found["year"], found["month"], found["day"]
    offset = found["offset"] or "Z"
    first = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}T00:00{offset}")
    if not ends:
        return first
    try:
        if day:
            return first + timedelta(days=1)
        if month:
            return (first + timedelta(days=31)).replace(day=1)
        return (first + timedelta(days=366)).replace(month=1, day=1)
    except OverflowError:
        return _LATEST


def _in_utc(moment: datetime) -> datetime:
    """A moment in UTC, or the nearest one that can be told."""
    try:
        return as_utc(moment)
    except OverflowError:
        return _EARLIEST if moment.year == datetime.min.year else _LATEST
