"""Values that are read and kept, but are not as OBO 1.4 wants them (section 3, "Syntax")."""

from __future__ import annotations

import re
from typing import Final

from graph.model import Literal, Statement
from graph.vocabulary import XREF
from ingest.tags import QUOTED

#: Tags whose value is an id, although it is kept as a text.
ID_TEXTS: Final = frozenset({"alt_id", "namespace", "xref"})
_LISTED: Final = frozenset({*QUOTED, "synonym"})
_ISO_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_HEADER_DATE: Final = re.compile(r"[0-3]\d:[01]\d:\d{4} [0-2]\d:[0-5]\d")
_SPACE: Final = re.compile(r"\s")


def is_date(text: str) -> bool:
    """Whether a text is a date of ISO 8601, as ``creation_date`` has it."""
    return _ISO_DATE.fullmatch(text) is not None


def oddity(tag: str, statement: Statement) -> str | None:
    """What is odd about a value of a frame, None where nothing is."""
    value = statement.object
    if tag == "creation_date" and isinstance(value, Literal) and not is_date(value.value):
        return "no date of ISO 8601; kept as it is"
    if tag in ID_TEXTS and isinstance(value, Literal) and _SPACE.search(value.value):
        return "white space in an id; kept as it is"
    if tag not in _LISTED:
        return None
    cited = (q.value for q in statement.qualifiers if q.predicate == XREF)
    texts = (xref.value for xref in cited if isinstance(xref, Literal))
    spaced = next((text for text in texts if _SPACE.search(text)), None)
    return None if spaced is None else f"white space in the xref {spaced[:40]!r}; kept as it is"


def header_oddity(tag: str, value: str) -> str | None:
    """What is odd about a value of the header, None where nothing is."""
    if not value:
        return "empty; kept as it is"
    if tag == "date" and not _HEADER_DATE.fullmatch(value):
        return "no date such as 31:12:2020 23:59; kept as it is"
    return None
