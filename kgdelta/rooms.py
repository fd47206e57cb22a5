"""Are the rooms on the path ours? Names such as ``graph`` and ``queries`` are common."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from kgdelta.errors import ForeignRoomError

ROOMS: Final = ("graph", "kgcl", "ingest", "queries", "embeddings")


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
