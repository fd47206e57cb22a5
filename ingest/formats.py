"""The table of formats, and the one way in and out: paths, bytes and streams.

Content decides, not the suffix: compression is known by its first bytes, text by its decoding.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from ingest.document import Document, Problem
from ingest.errors import IngestError

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from ingest.obo import OboReader

#: Bytes of text that one source may come to: more than any ontology of today.
LARGEST: Final = 1 << 30

_Opener: TypeAlias = Callable[[io.BytesIO], io.BufferedIOBase]

_MAGIC: Final[tuple[tuple[bytes, _Opener], ...]] = (
    (b"\x1f\x8b", lambda raw: gzip.GzipFile(fileobj=raw)),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"BZh", bz2.BZ2File),
)
_LOOKS_LIKE_OBO: Final = re.compile(
    r"^(?:format-version:|\[(?:Term|Typedef|Instance)\])", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, and the endings of file names that mean it."""

    name: str
    suffixes: tuple[str, ...]


FORMATS: Final[Mapping[str, Format]] = MappingProxyType({"obo": Format("obo", (".obo",))})


def read(
    path: Path,
    form: str | None = None,
    ontology: str | None = None,
    strict: bool = False,
    reader: OboReader | None = None,
) -> Document:
    """The document in a file; see :func:`read_bytes`. Raises IngestError, OSError."""
    return read_bytes(path.read_bytes(), str(path), form, ontology, strict, reader)


def read_bytes(
    content: bytes,
    source: str,
    form: str | None = None,
    ontology: str | None = None,
    strict: bool = False,
    reader: OboReader | None = None,
) -> Document:
    """The document in a source's bytes, decompressed and decoded.

    ``ontology`` is used where the source names none. A ``reader`` that is kept for a history
    reads what releases share once. What is wrong is in the document's problems; ``strict`` raises
    the first. Raises IngestError where the source is not of a known format at all.
    """
    from ingest.obo import OboReader

    text, problems = _decode(_decompress(content, source), source)
    if form is None and not _LOOKS_LIKE_OBO.search(text):
        raise IngestError(source, 0, f"not of a known format ({', '.join(FORMATS)})")
    _known(form or "obo", source)
    if strict and problems:
        raise IngestError(source, problems[0].line, problems[0].reason)
    document = (reader or OboReader()).read(text, source, ontology, strict)
    if not problems:
        return document
    return Document(
        document.source, document.statements, document.layout, (*problems, *document.problems)
    )


def write(snapshot: Snapshot, stream: IO[bytes], form: str) -> None:
    """Write a state to a stream; ``form`` is a format's name, or a file name with its suffix.

    Raises IngestError for a format that is not known.
    """
    from ingest.obo_writer import write_obo

    _known(form, form)
    stream.write(write_obo(snapshot).encode())


def _known(form: str, source: str) -> Format:
    for known in FORMATS.values():
        if form == known.name or form.lower().endswith(known.suffixes):
            return known
    raise IngestError(source, 0, f"not of a known format ({', '.join(FORMATS)})")


def _decompress(content: bytes, source: str) -> bytes:
    for magic, opened in _MAGIC:
        if content.startswith(magic):
            try:
                with opened(io.BytesIO(content)) as stream:
                    plain = stream.read(LARGEST + 1)
            except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
                raise IngestError(source, 0, f"the compression is damaged: {error}") from None
            if len(plain) > LARGEST:
                raise IngestError(source, 0, f"more than {LARGEST >> 20} MiB when decompressed")
            return plain
    return content


def _decode(content: bytes, source: str) -> tuple[str, list[Problem]]:
    """Text as UTF-8, else as Windows-1252 or Latin-1 with a problem that says where."""
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    try:
        return content.decode(), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    for encoding in ("cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, [Problem(source, line, f"not UTF-8; read as {encoding}")]
    raise IngestError(source, line, "the encoding cannot be told")
