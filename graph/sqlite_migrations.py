"""Stores of earlier formats brought to the present one, in the transaction that opens them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.vocabulary import SEARCHED
from graph.words import words

if TYPE_CHECKING:
    import apsw


def _runs_and_words(connection: apsw.Connection) -> None:
    """Format 2: the log holds runs of rows, and texts are found by their words."""
    connection.execute("ALTER TABLE change ADD COLUMN n INTEGER NOT NULL DEFAULT 1")
    connection.execute(
        "CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"
    )
    connection.execute("DROP INDEX fact_predicate")
    connection.execute("CREATE INDEX fact_predicate ON fact(p, branch)")
    connection.execute("ALTER TABLE value ADD COLUMN searched INTEGER")
    connection.execute(
        "CREATE VIRTUAL TABLE word USING fts5(text, content='', contentless_delete=1, "
        "detail=none, tokenize='ascii')"
    )
    marks = ", ".join("?" * len(SEARCHED))
    texts = list(
        connection.execute(
            "SELECT DISTINCT v.vid, v.text FROM fact AS f JOIN node AS n ON n.nid=f.p "  # noqa: S608
            f"JOIN value AS v ON v.vid=-f.o WHERE n.iri IN ({marks}) AND v.text IS NOT NULL",
            sorted(SEARCHED),
        )
    )
    connection.executemany(
        "INSERT INTO word(rowid, text) VALUES(?, ?)",
        ((vid, " ".join(words(text))) for vid, text in texts),
    )
    connection.executemany("UPDATE value SET searched=1 WHERE vid=?", ((vid,) for vid, _ in texts))


#: What makes the next format out of each earlier one.
MIGRATIONS: Final[Mapping[int, Callable[[apsw.Connection], None]]] = MappingProxyType(
    {1: _runs_and_words}
)
