"""How the conflicts of a merge are decided: by side, by recency, or one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Side(StrEnum):
    """Whose work stands."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Resolutions:
    """Choices by the id of a conflict; for the others one side, or the later work, or none.

    With ``recent`` the side that was authored later stands, and ``otherwise`` decides a draw.
    """

    choices: Mapping[str, Side] = field(default_factory=dict)
    otherwise: Side | None = None
    recent: bool = False
