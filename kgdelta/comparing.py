"""Differences as rows: each change with its text and the statements behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgcl.render import render
from kgdelta.wording import statement_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graph.prefixes import PrefixMap
    from kgcl.apply import Result


def change_rows(results: Sequence[Result], prefixes: PrefixMap) -> Iterator[dict[str, object]]:
    """One row per change: class, text, and what it adds and removes in its turn."""
    for result in results:
        yield {
            "class": type(result.change).__name__,
            "text": render(result.change, prefixes),
            "added": statement_texts(result.delta.added, prefixes),
            "removed": statement_texts(result.delta.removed, prefixes),
        }
