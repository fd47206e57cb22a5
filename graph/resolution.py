"""How the conflicts of a merge are decided: by side, by recency, or one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from graph.conflicts import ID_DIGITS, Conflict
from graph.errors import InvalidResolutionError

#: Key of the provenance that tells how a conflict was decided.
RESOLVED: Final = "resolved"
_ID: Final = re.compile(rf"[0-9a-f]{{{ID_DIGITS}}}")


class Side(StrEnum):
    """Whose work stands."""

    OURS = "ours"
    THEIRS = "theirs"

    @property
    def other(self) -> Side:
        """The side that this one is not."""
        return Side.THEIRS if self is Side.OURS else Side.OURS


#: Which side of a conflict stands; None leaves it open.
Decider: TypeAlias = Callable[[Conflict], Side | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """A conflict and the side that stands."""

    conflict: Conflict
    side: Side


@dataclass(frozen=True, slots=True)
class Resolutions:
    """Choices by the id of a conflict; for the others one side, or the later work, or none.

    With ``recent`` the side that was authored later stands, and ``otherwise`` decides a draw.
    """

    choices: Mapping[str, Side] = field(default_factory=dict)
    otherwise: Side | None = None
    recent: bool = False

    def decider(self, newest: Decider | None = None) -> Decider:
        """How to decide each conflict; ``newest`` tells the side authored later, if any."""

        def decide(conflict: Conflict) -> Side | None:
            side = self.choices.get(conflict.id)
            if side is None and self.recent and newest is not None:
                side = newest(conflict)
            return self.otherwise if side is None else side

        return decide

    def unused(self, decisions: Iterable[Decision]) -> tuple[str, ...]:
        """The ids, in order, of choices for conflicts that never arose."""
        return tuple(sorted(self.choices.keys() - {d.conflict.id for d in decisions}))


def record_of(decisions: Iterable[Decision]) -> tuple[tuple[str, str], ...]:
    """Decisions as the provenance of a merge: one pair each, sorted, all with the same key."""
    return tuple(
        sorted(
            (RESOLVED, f"{d.conflict.id} {d.side}: {d.conflict.kind} {d.conflict.subject}")
            for d in decisions
        )
    )


def parse_choices(text: str, source: str) -> dict[str, Side]:
    """Read lines ``ID ours|theirs``; ``#`` starts a comment. Raises InvalidResolutionError."""
    choices: dict[str, Side] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            conflict, side = _choice(words)
        except ValueError as error:
            raise InvalidResolutionError(source, number, str(error)) from None
        if choices.setdefault(conflict, side) is not side:
            raise InvalidResolutionError(
                source, number, f"{conflict} was decided otherwise above: keep one of the lines"
            )
    return choices


def _choice(words: list[str]) -> tuple[str, Side]:
    if len(words) != 2:
        raise ValueError("write the id of a conflict and ours or theirs")
    conflict, side = words
    if not _ID.fullmatch(conflict):
        raise ValueError(f"{conflict!r} is no conflict id: copy the {ID_DIGITS} digits as shown")
    if side not in tuple(Side):
        raise ValueError(f"{side!r} is no side: write ours or theirs")
    return conflict, Side(side)
