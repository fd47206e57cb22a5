"""Conflicts: what two lines of work made of the same thing, as objects with an id and an order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.encoding import encode_fields, encode_list
from graph.model import Node, Statement, in_order

#: Hexadecimal digits in the id of a conflict.
ID_DIGITS: Final = 12


class ConflictKind(StrEnum):
    """How two lines of work contradict each other."""

    DIVERGENT_VALUE = "divergent value"
    DELETE_MODIFY = "delete/modify"
    EDGE_TO_DELETED = "edge to deleted or obsolete node"
    CYCLE = "cycle"
    DUPLICATE_CREATION = "duplicate creation"
    NOTHING_LEFT = "already taken back"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What two sides made of the same thing; each side's statements in canonical order."""

    kind: ConflictKind
    subject: Node
    base: tuple[Statement, ...] = ()
    ours: tuple[Statement, ...] = ()
    theirs: tuple[Statement, ...] = ()

    @classmethod
    def of(
        cls,
        kind: ConflictKind,
        subject: Node,
        base: Iterable[Statement],
        ours: Iterable[Statement],
        theirs: Iterable[Statement],
    ) -> Conflict:
        """A conflict with its sides brought into canonical order."""
        return cls(
            kind, subject, tuple(in_order(base)), tuple(in_order(ours)), tuple(in_order(theirs))
        )

    @property
    def id(self) -> str:
        """The name by which a person decides it: 12 hex digits of a SHA-256 over its content."""
        sides = (self.base, self.ours, self.theirs)
        content = encode_fields((self.kind.value, self.subject)) + b"".join(
            encode_list(statement.encode() for statement in side) for side in sides
        )
        return hashlib.sha256(content).hexdigest()[:ID_DIGITS]


def conflict_order(conflict: Conflict) -> tuple[str, str, list[bytes]]:
    """The order in which conflicts are told: by kind, subject and statements."""
    sides = (*conflict.base, *conflict.ours, *conflict.theirs)
    return (conflict.kind.value, conflict.subject, [s.encode() for s in sides])
