"""Edits that keep a file: one way in for the formats whose lines can be changed one by one."""

from __future__ import annotations

import codecs
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

from graph.model import Statement
from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.obo import OboReader

#: Formats that can be edited, by name.
EDITABLE: Final = ("obo", "ofn")
_MARKS: Final = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)


def edit(
    content: bytes,
    source: str,
    form: str,
    old: AbstractSet[Statement],
    new: AbstractSet[Statement],
    *,
    ontology: str | None = None,
    reader: OboReader | None = None,
    refresh: bool = True,
) -> bytes:
    """The bytes of a file with what is only in ``old`` removed and what is only in ``new`` added.

    Encoding, byte order mark and line ends stay as they are, and every line that need not change.
    ``form`` is one of :data:`EDITABLE`; ``refresh`` lets comments follow the labels that they
    name. Raises IngestError for text that the encoding of the file has no characters for.
    """
    if old == new:
        return content
    mark, codec = _codec(content)
    text = content[len(mark) :].decode(codec)
    if form == "obo":
        from ingest.obo_edit import edit_obo

        done = edit_obo(
            text, old, new, ontology=ontology, reader=reader, refresh=refresh, source=source
        )
    else:
        done = _edit_functional(text, old, new)
    try:
        return content if done == text else mark + done.encode(codec)
    except UnicodeEncodeError as error:
        reason = f"{done[error.start]!r} is not in {codec}, which the file is in; save it as UTF-8"
        raise IngestError(source, 0, reason) from None


def _edit_functional(text: str, old: AbstractSet[Statement], new: AbstractSet[Statement]) -> str:
    from ingest.ofn_edit import edit_ofn

    returns = "\r\n" in text and text.count("\n") == text.count("\r\n")
    bare = text.replace("\r\n", "\n") if returns else text
    done = edit_ofn(bare, frozenset(old), frozenset(new))
    return done.replace("\n", "\r\n") if returns else done


def _codec(content: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding that a reader takes a file for."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return mark, codec
    for codec in ("utf-8", "cp1252"):
        try:
            content.decode(codec)
        except UnicodeDecodeError:
            continue
        return b"", codec
    return b"", "latin-1"
