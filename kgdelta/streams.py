"""Standard input and output as files, for what reads and replaces files."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kgdelta.errors import UsageError

STANDARD = "-"


@contextmanager
def as_files(
    source: str, target: str | None, form: str | None
) -> Iterator[tuple[Path, Path | None]]:
    """Paths for a source and a target, either of which may be ``-``.

    What comes in is kept in a folder of its own for as long; what goes out is written to standard
    output when all of it is there, so that a failure writes nothing. ``form`` is the format of
    standard input, and of what goes out, by name or ending. Raises UsageError without one, and
    IngestError that names standard input.
    """
    if source != STANDARD and target != STANDARD:
        yield Path(source), None if target is None else Path(target)
        return
    ending = _ending(form) if form else "".join(Path(source).suffixes)
    if not ending:
        raise UsageError("standard input has no name to tell the format: add --format F")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(source)
        if source == STANDARD:
            here = Path(folder, f"standard-input{ending}")
            with here.open("wb") as stream:
                shutil.copyfileobj(sys.stdin.buffer, stream)
        there = None if target is None else Path(target)
        if target == STANDARD:
            there = Path(folder, f"standard-output{ending}")
        with _named_as_it_came(here, source):
            yield here, there
        if target == STANDARD and there is not None and there.exists():
            with there.open("rb") as stream:
                shutil.copyfileobj(stream, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _ending(form: str) -> str:
    """The ending of file names of a format. Raises IngestError for one that is not known."""
    from ingest.formats import format_named

    return format_named(form, STANDARD).suffixes[0]


@contextmanager
def _named_as_it_came(here: Path, source: str) -> Iterator[None]:
    from ingest.errors import IngestError

    try:
        yield
    except IngestError as error:
        if source != STANDARD or error.source != str(here):
            raise
        raise IngestError("standard input", error.line, error.reason) from None
