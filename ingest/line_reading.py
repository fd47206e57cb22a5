"""Lines of a byte stream as text, block by block: bounded memory, no line end but LF and CR LF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

from ingest.errors import IngestError
from ingest.reporting import Report

#: Bytes that one line may have; a longer one is refused before it is read.
LONGEST_LINE: Final = 1 << 26
_BLOCK: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"


def line_blocks(stream: IO[bytes], report: Report) -> Iterator[tuple[int, list[str]]]:
    """Blocks of lines without their ends, each with the number of its first line, from 1.

    What is not UTF-8 is read as Windows-1252, else as Latin-1, and reported line by line.
    Raises IngestError for a line of more than ``LONGEST_LINE`` bytes.
    """
    first = 1
    parts: list[bytes] = []
    waiting = 0
    fresh = True
    while chunk := stream.read(_BLOCK):
        if fresh:
            fresh = False
            chunk = chunk.removeprefix(_BOM)
        waiting += chunk.find(b"\n") if b"\n" in chunk else len(chunk)
        if waiting > LONGEST_LINE:
            reason = f"a line of more than {LONGEST_LINE >> 20} MiB"
            raise IngestError(report.source, first, reason)
        end = chunk.rfind(b"\n")
        if end < 0:
            parts.append(chunk)
            continue
        whole = b"".join((*parts, chunk[:end]))
        parts, waiting = [chunk[end + 1 :]], len(chunk) - end - 1
        lines = _lines(whole, first, report)
        yield first, lines
        first += len(lines)
    rest = b"".join(parts)
    if rest:
        yield first, _lines(rest, first, report)


def numbered_lines(stream: IO[bytes], report: Report) -> Iterator[tuple[int, str]]:
    """Lines one by one with their numbers; see :func:`line_blocks`."""
    for first, lines in line_blocks(stream, report):
        yield from enumerate(lines, first)


def _lines(content: bytes, first: int, report: Report) -> list[str]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return [
            _decoded(line.removesuffix(b"\r"), number, report)
            for number, line in enumerate(content.split(b"\n"), first)
        ]
    lines = text.split("\n")
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
    return lines


def _decoded(line: bytes, number: int, report: Report) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        pass
    try:
        text, encoding = line.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, encoding = line.decode("latin-1"), "Latin-1"
    report.add(number, f"not UTF-8; read as {encoding}")
    return text
