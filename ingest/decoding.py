"""Bytes to text: UTF-8, what says that it is UTF-16, and what older tools wrote."""

from __future__ import annotations

from ingest.document import Problem
from ingest.errors import IngestError


def decode(content: bytes, source: str) -> tuple[str, list[Problem]]:
    """Text as UTF-8 or marked UTF-16, else as Windows-1252 or Latin-1 with a problem.

    Raises IngestError for UTF-16 that is none.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise IngestError(source, 0, f"no UTF-16 at byte {error.start}") from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode(), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    try:
        return content.decode("cp1252"), [Problem(source, line, "not UTF-8; read as cp1252")]
    except UnicodeDecodeError:
        return content.decode("latin-1"), [Problem(source, line, "not UTF-8; read as latin-1")]
