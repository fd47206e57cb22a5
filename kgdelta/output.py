"""How answers look: JSON for programs on standard output, messages for people on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import click

if TYPE_CHECKING:
    from ingest.document import Problem

T = TypeVar("T")
_SHOWN: Final = 5


def emit_json(document: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def emit_lines(rows: Iterable[Mapping[str, object]], aside: bool = False) -> None:
    """JSON Lines on standard output, or on standard error where that holds a file."""
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False), err=aside)


def say(message: str) -> None:
    """A message for people, on standard error."""
    click.echo(message, err=True)


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number and its noun: ``1 change``, ``1,204 changes``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def with_progress(items: Sequence[T], label: str) -> Iterator[T]:
    """Items one by one, with a progress bar on standard error while someone watches."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=f"{label:<28}", file=sys.stderr, width=30) as bar:
        yield from bar


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Rows as aligned text; the columns named in ``right`` are aligned to the right."""
    if not rows:
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def first_of(source: str, problems: Sequence[Problem]) -> Iterator[Problem]:
    """The first problems of a source, and how many more there are."""
    from ingest.document import Problem

    yield from problems[:_SHOWN]
    if len(problems) > _SHOWN:
        yield Problem(source, 0, counted(len(problems) - _SHOWN, "more problem"))
