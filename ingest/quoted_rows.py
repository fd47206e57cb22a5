"""Rows of cells with optional double quotes (RFC 4180), which may hold separators and breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.reporting import Report

#: Lines that one quoted cell may go over; a quote that is open for longer was never meant.
MOST_LINES: Final = 1000
_CELL: Final = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL)


def quoted_rows(
    lines: Iterable[tuple[int, str]], separator: str, report: Report
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their first line; a quote that nothing closes is kept as text."""
    waiting: list[tuple[int, str]] = []
    for number, line in lines:
        if not waiting and '"' not in line:
            yield number, line.split(separator)
            continue
        waiting.append((number, line))
        text = "\n".join(one for _, one in waiting)
        cells = _cells(text, separator)
        if cells is not None:
            yield waiting[0][0], cells
            waiting = []
        elif len(waiting) >= MOST_LINES or sum(len(one) for _, one in waiting) > 1 << 20:
            yield from _verbatim(waiting, separator, report)
            waiting = []
    yield from _verbatim(waiting, separator, report)


def _verbatim(
    lines: list[tuple[int, str]], separator: str, report: Report
) -> Iterator[tuple[int, list[str]]]:
    """Lines on their own, of which the first has a quote that nothing closes."""
    for place, (number, line) in enumerate(lines):
        if place == 0:
            report.add(number, "a quote that nothing closes; kept as text")
            yield number, line.split(separator)
        else:
            yield number, _cells(line, separator) or line.split(separator)


def _cells(text: str, separator: str) -> list[str] | None:
    """The cells of a row; None where a quoted one is still open."""
    cells: list[str] = []
    at = 0
    while True:
        found = _CELL.match(text, at) if text.startswith('"', at) else None
        if found is None and text.startswith('"', at):
            return None
        end = found.end() if found else at
        stop = text.find(separator, end)
        rest = text[end : stop if stop >= 0 else len(text)]
        # Text behind a closing quote: the quotes were not meant as such.
        whole = text[at:end] + rest
        cells.append(found[1].replace('""', '"') if found and not rest else whole)
        if stop < 0:
            return cells
        at = stop + 1


def quoted_cell(text: str, separator: str) -> str:
    """A cell as it has to be written."""
    if any(mark in text for mark in ('"', "\n", "\r", separator)):
        return '"' + text.replace('"', '""') + '"'
    return text
