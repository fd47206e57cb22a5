"""Are the rooms on the path ours? Names such as ``graph`` and ``queries`` are common.

This module imports none of them, so that it can still say so when one is not.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOMS: Final = ("graph", "kgcl", "ingest", "queries", "embeddings")


class ForeignRoomError(ImportError):
    """A package on the path has the name of one of ours, and is not."""

    def __init__(self, room: str, found: Path | None, home: Path) -> None:
        self.room = room
        self.found = found
        self.home = home
        where = f"is another package, in {found}" if found else "is missing"
        super().__init__(
            f"package {room!r} {where}; kgdelta needs its own, in {home / room}: "
            "install kgdelta in an environment of its own, or start from another folder"
        )


def check_rooms() -> None:
    """Refuse to go on where another package of the same name hides one of ours.

    Raises ForeignRoomError, naming the package and where it was found.
    """
    home = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        spec = find_spec(room)
        found = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if found != home / room:
            raise ForeignRoomError(room, found, home)
