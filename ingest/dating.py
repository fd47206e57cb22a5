"""When a document says that it was made, when its name says so, and which version it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.commit import as_utc
from graph.model import Literal
from graph.owl_terms import VERSION_IRI
from graph.vocabulary import (
    COMMENT,
    DC,
    DCTERMS,
    ONTOLOGY,
    RDF_TYPE,
    VERSION_INFO,
)
from ingest.errors import IngestError
from ingest.tags import DATE

if TYPE_CHECKING:
    from ingest.document import Document

#: What OBO-Edit writes: day, month, year, hour, minute; in the editor's zone, which it omits.
_OBO_DATE: Final = re.compile(r"\s*(\d{1,2}):(\d{1,2}):(\d{4})\s+(\d{1,2}):(\d{2})\s*")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_RELEASE_DATE: Final = re.compile(r"(?:release )?date:\s*(\d{4}-\d{2}-\d{2})\s*", re.IGNORECASE)
_VERSION: Final = re.compile(r"version:\s*(\S+)\s*", re.IGNORECASE)

#: Where a header of RDF or OWL has its date, the telling ones first.
_DATED_BY: Final = (
    VERSION_INFO,
    VERSION_IRI,
    DCTERMS + "issued",
    DCTERMS + "modified",
    DCTERMS + "date",
    DC + "date",
)

_CENTURY: Final = r"(?<![0-9])((?:19|20)[0-9]{2})"
_TIME: Final = r"(?:[T_ ]([0-9]{2})[:.h-]?([0-9]{2})(?:[:.m-]?([0-9]{2}))?Z?(?![0-9]))?"
#: Dates as names of files spell them. A day that stands apart says more than digits in a row,
#: which may be of a number, and these more than a month.
_SPELLINGS: Final = (
    re.compile(_CENTURY + r"([-_.])([0-9]{2})\2([0-9]{2})(?![0-9])" + _TIME),
    re.compile(_CENTURY + r"()([0-9]{2})([0-9]{2})(?![0-9])" + _TIME),
    re.compile(_CENTURY + r"([-_.])([0-9]{2})(?![-_.]?[0-9])()()()()"),
)


def dated(document: Document) -> datetime | None:
    """The moment in a document's header: its date, that in its version, or that in a remark.

    Taken as UTC. None where the header has none, or none that a calendar has.
    """
    texts = _header(document)
    for predicate, value in texts:
        found = _OBO_DATE.fullmatch(value) if predicate == DATE else None
        if found:
            day, month, year, hour, minute = map(int, found.groups())
            moment = _moment(year, month, day, hour, minute)
            if moment is not None:
                return moment
    for wanted in _DATED_BY:
        for predicate, value in texts:
            found = _ISO_DATE.search(value) if predicate == wanted else None
            moment = _moment(*map(int, found.groups())) if found else None
            if moment is not None:
                return moment
    for predicate, value in texts:
        remark = _RELEASE_DATE.fullmatch(value) if predicate == COMMENT else None
        moment = _moment(*map(int, remark[1].split("-"))) if remark else None
        if moment is not None:
            return moment
    return None


def version_of(document: Document) -> str:
    """The version that a document's header names, or nothing."""
    texts = _header(document)
    named = [value for predicate, value in texts if predicate == VERSION_INFO]
    remarks = [_VERSION.fullmatch(value) for predicate, value in texts if predicate == COMMENT]
    return next(iter(named), next((found[1] for found in remarks if found), ""))


def date_in_name(path: str) -> datetime | None:
    """The date in a file's name, else in the nearest folder above that has one.

    Read are 2019-09-05, 2019_09_05, 2019.09.05, 20190905, each with a time if one follows, and
    2019-09, 2019_09, 2019.09 as the first of the month; in UTC. None where there is none.
    """
    for part in reversed(PurePosixPath(path.replace("\\", "/")).parts):
        moment = _date_in(part)
        if moment is not None:
            return moment
    return None


def _date_in(text: str) -> datetime | None:
    for spelling in _SPELLINGS:
        for found in spelling.finditer(text):
            year, _, month, day, hour, minute, second = found.groups()
            numbers = [int(part) for part in (year, month, day or "1")]
            times = [int(part) for part in (hour, minute, second) if part]
            moment = _moment(*numbers, *times) or _moment(*numbers)
            if moment is not None:
                return moment
    return None


def read_dates(text: str, source: str) -> Mapping[str, datetime]:
    """A table of files and dates, a line each with a tab between: name or path, date or moment.

    A first line that has no date names the columns; empty lines and those that begin with ``#``
    are passed over. Moments without an offset are in UTC. Raises IngestError.
    """
    found: dict[str, datetime] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        moment = parse_moment(cells[1]) if len(cells) > 1 else None
        if moment is None:
            if not found and len(cells) > 1 and not any(map(str.isdigit, cells[1])):
                continue
            reason = f"a file, a tab and a date such as 2019-09-05 are expected: {line[:60]!r}"
            raise IngestError(source, number, reason)
        name = cells[0].removeprefix("./")
        if found.setdefault(name, moment) != moment:
            raise IngestError(source, number, f"a second date for {name}")
    return MappingProxyType(found)


def parse_moment(text: str) -> datetime | None:
    """A date or a moment as ISO 8601, else as names of files spell it; None for other text."""
    try:
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return _date_in(text)


def _header(document: Document) -> list[tuple[str, str]]:
    """Predicates and texts on the ontology node, in order."""
    return sorted(_texts(document))


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    ontologies = {
        s.subject for s in document.statements if s.predicate == RDF_TYPE and s.object == ONTOLOGY
    }
    for statement in document.statements:
        if statement.subject not in ontologies:
            continue
        if isinstance(statement.object, Literal):
            yield statement.predicate, statement.object.value
        elif statement.predicate == VERSION_IRI and isinstance(statement.object, str):
            yield statement.predicate, statement.object


def _moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
