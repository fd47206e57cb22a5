"""Reading texts, and writing files so that a failure leaves what was there."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NotFoundError
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from graph.snapshot import Snapshot
    from ingest.document import Document, ReadOptions


def read_text(source: str) -> str:
    """The text of a file, or of standard input for ``-``. Raises NotFoundError, UsageError."""
    if source == "-":
        return sys.stdin.read()
    path = Path(source)
    if not path.is_file():
        raise NotFoundError("file", source)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start + 1}; save it as UTF-8"
        raise UsageError(f"{source}: {reason}") from None


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """A new file beside the target that takes its place once everything is written.

    Raises NotFoundError, OSError; the target is then as it was.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise NotFoundError("folder", str(target.parent), "make it first")
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def read_source(name: str, form: str | None = None, options: ReadOptions | None = None) -> Document:
    """The document of a file, a folder of a link-prediction set, or ``-``, standard input.

    Raises NotFoundError, IngestError, OSError.
    """
    from ingest.document import ReadOptions
    from ingest.formats import read_stream
    from ingest.link_sets import read_link_folder

    options = options or ReadOptions()
    if name == "-":
        return read_stream(sys.stdin.buffer, "standard input", form, options)
    path = Path(name)
    if not path.exists():
        raise NotFoundError("file", name)
    if path.is_dir():
        return read_link_folder(path, options)
    with path.open("rb") as stream:
        return read_stream(stream, str(path), form, options)


def read_prefixes(files: Sequence[Path]) -> dict[str, str]:
    """The prefixes of maps in files. Raises NotFoundError, IngestError, OSError."""
    if not files:
        return {}
    from ingest.prefix_maps import read_prefix_maps

    for file in files:
        if not file.is_file():
            raise NotFoundError("file", str(file))
    return read_prefix_maps(files)


def write_target(snapshot: Snapshot, name: str, form: str | None = None) -> None:
    """Write a state to a file, or for ``-`` to standard output, which needs a format.

    Raises UsageError, IngestError, NotFoundError, OSError.
    """
    if name != "-":
        write_file(snapshot, Path(name), form)
        return
    if form is None:
        raise UsageError("standard output has no name to tell the format: add --format F")
    from ingest.formats import write

    write(snapshot, sys.stdout.buffer, form)
    sys.stdout.buffer.flush()


def write_file(snapshot: Snapshot, target: Path, form: str | None = None) -> None:
    """Write a state to a file in the format of its name, or in the one given."""
    from ingest.formats import write

    with replacing(target) as stream:
        write(snapshot, stream, form or target.name)
