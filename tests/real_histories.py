"""The real histories in the folder of data beside the checkout, each a line of states."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graph.memory import MemorySnapshot
from ingest.formats import read
from ingest.history_archive import ArchiveHistory

#: Versions by name: dated files in a folder, and every version of a file in git as an archive.
FOLDERS: Final = {"uo": 24, "eco": 24, "pato": 10, "schema-org": 8}
ARCHIVES: Final = {"uo, full": 68, "eco, full": 118, "psi-ms, full": 135}
HISTORIES: Final = FOLDERS | ARCHIVES
#: The archive, and what the terms are called where a file does not say it.
_ARCHIVED: Final = {
    "uo, full": ("uo", "uo"),
    "eco, full": ("eco", "eco"),
    "psi-ms, full": ("psi-ms-releases-to-2012", "ms"),
}


def states(data: Path, name: str) -> Iterator[MemorySnapshot]:
    """The states of a history, the oldest first."""
    if name in FOLDERS:
        for path in sorted((data / name).iterdir()):
            yield read(path).snapshot()
        return
    archive, prefix = _ARCHIVED[name]
    history = ArchiveHistory(data / "full-history" / f"{archive}.tar.xz")
    for edition in history.opened(history.listing().editions):
        yield edition.read(prefix).snapshot()
