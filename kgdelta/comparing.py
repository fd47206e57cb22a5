"""Differences as rows and as release notes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from kgcl.render import render
from kgdelta.wording import statement_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graph.model import Delta, Literal, Node
    from graph.snapshot import Snapshot
    from kgcl.apply import Result
    from kgcl.changes import Change
    from queries.notes import Section


def change_rows(results: Sequence[Result], prefixes: PrefixMap) -> Iterator[dict[str, object]]:
    """One row per change: class, text, and what it adds and removes in its turn."""
    for result in results:
        yield {
            "class": type(result.change).__name__,
            "text": render(result.change, prefixes),
            "added": statement_texts(result.delta.added, prefixes),
            "removed": statement_texts(result.delta.removed, prefixes),
        }


@dataclass(frozen=True, slots=True)
class Notes:
    """Release notes: the changes in sections, and what of them is unusual."""

    sections: Sequence[Section]
    unusual: Sequence[str]

    @classmethod
    def of(
        cls,
        changes: Sequence[Change],
        before: Snapshot,
        delta: Delta,
        names: Mapping[Node, Literal] | None = None,
    ) -> Notes:
        """The notes of a difference; ``names`` are labels of what neither state names."""
        from queries.notes import release_notes
        from queries.unusual import unusual_items

        prefixes = PrefixMap.of(Overlay(before, delta))
        return cls(
            release_notes(changes, before, delta, prefixes, names),
            unusual_items(changes, before, delta, prefixes, names),
        )

    def markdown(self, title: str, summary: bool = False, most: int | None = None) -> str:
        """The notes as Markdown, with ``most`` cut at whole items."""
        from queries.markdown import cut
        from queries.notes_writing import to_markdown

        text = to_markdown(self.sections, title, self.unusual, summary=summary, branches=True)
        return cut(text, most)

    def html(self, title: str, summary: bool = False) -> str:
        """The notes as a page of HTML."""
        from queries.notes_writing import to_html

        return to_html(self.sections, title, self.unusual, summary=summary)


def title_of(before: str, after: str) -> str:
    """What is compared: files by their names where these differ, anything else as it is written."""
    short = [Path(each).name if Path(each).is_file() else each for each in (before, after)]
    told = short if short[0] != short[1] else [before, after]
    return f"{told[0]} to {told[1]}"
