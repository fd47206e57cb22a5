"""Differences as rows: each change with its text and the statements behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgcl.render import render

from graph.prefixes import PrefixMap
from kgcl.apply import apply
from kgdelta.wording import statement_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graph.snapshot import Snapshot
    from kgcl.changes import Change
    from kgcl.policy import Policy


def change_rows(
    changes: Sequence[Change], before: Snapshot, policy: Policy | None = None
) -> Iterator[dict[str, object]]:
    """One row per change: class, text, and what it adds and removes in its turn."""
    prefixes = PrefixMap.of(before)
    for result in apply(changes, before, policy).results:
        yield {
            "class": type(result.change).__name__,
            "text": render(result.change, prefixes),
            "added": statement_texts(result.delta.added, prefixes),
            "removed": statement_texts(result.delta.removed, prefixes),
        }
