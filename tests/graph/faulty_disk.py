"""A file system between SQLite and the real one, so that tests can make it fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import apsw

FileName: TypeAlias = str | apsw.URIFilename | None


class FaultyDisk(apsw.VFS):
    """The default while it is registered; subclasses open files of a kind that fails."""

    def __init__(self) -> None:
        super().__init__(type(self).__name__, "", makedefault=True)


@contextmanager
def in_use(disk: FaultyDisk, checkpoint_pages: int) -> Iterator[None]:
    """Every store opened meanwhile lies on this disk.

    File systems written in Python share no memory between processes, and without that a
    write-ahead log needs the file for itself. The log is emptied after so many pages, 0 for never.
    """

    def prepare(connection: apsw.Connection) -> None:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.wal_autocheckpoint(checkpoint_pages)

    reporting = sys.unraisablehook

    def report(unraisable: sys.UnraisableHookArgs) -> None:
        # SQLite passes over some failures on purpose, and so nobody can raise them.
        if not isinstance(unraisable.exc_value, apsw.Error):
            reporting(unraisable)

    apsw.connection_hooks.append(prepare)
    sys.unraisablehook = report
    try:
        yield
    finally:
        sys.unraisablehook = reporting
        apsw.connection_hooks.remove(prepare)
        disk.unregister()


def path_of(name: FileName) -> str:
    """The path of a file that is asked for by name; temporary files have none."""
    return name.filename() if isinstance(name, apsw.URIFilename) else name or ""
