"""Which nodes a text finds: those of exactly that name, then those that have its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.model import Node
    from graph.snapshot import Match, Snapshot


def found(snapshot: Snapshot, text: str, limit: int = 20) -> list[Match]:
    """The best match of each node: names letter for letter, then in any case, then words."""
    best: dict[Node, Match] = {}
    for match in (*snapshot.find([text])[text], *snapshot.search(text, limit)):
        best.setdefault(match.node, match)
    return list(best.values())[:limit]
