"""When a document says that it was made, and which version it says that it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from graph.model import Literal
from graph.vocabulary import COMMENT, ONTOLOGY, RDF_TYPE, VERSION_INFO
from ingest.tags import DATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.document import Document

#: What OBO-Edit writes: day, month, year, hour, minute; in the editor's zone, which it omits.
_OBO_DATE: Final = re.compile(r"\s*(\d{1,2}):(\d{1,2}):(\d{4})\s+(\d{1,2}):(\d{2})\s*")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_RELEASE_DATE: Final = re.compile(r"(?:release )?date:\s*(\d{4}-\d{2}-\d{2})\s*", re.IGNORECASE)
_VERSION: Final = re.compile(r"version:\s*(\S+)\s*", re.IGNORECASE)


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
    for predicate, value in texts:
        found = _ISO_DATE.search(value) if predicate == VERSION_INFO else None
        remark = _RELEASE_DATE.fullmatch(value) if predicate == COMMENT else None
        found = found or (_ISO_DATE.search(remark[1]) if remark else None)
        if found:
            moment = _moment(*map(int, found.groups()))
            if moment is not None:
                return moment
    return None


def version_of(document: Document) -> str:
    """The version that a document's header names, or nothing."""
    texts = _header(document)
    named = [value for predicate, value in texts if predicate == VERSION_INFO]
    remarks = [_VERSION.fullmatch(value) for predicate, value in texts if predicate == COMMENT]
    return next(iter(named), next((found[1] for found in remarks if found), ""))


def _header(document: Document) -> list[tuple[str, str]]:
    """Predicates and texts on the ontology node, in order."""
    return sorted(_texts(document))


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    ontologies = {
        s.subject for s in document.statements if s.predicate == RDF_TYPE and s.object == ONTOLOGY
    }
    for statement in document.statements:
        if statement.subject in ontologies and isinstance(statement.object, Literal):
            yield statement.predicate, statement.object.value


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
