"""Space given back: terms without rows, words without texts, pages without content."""

from __future__ import annotations

from typing import Final

from graph.errors import UnavailableError
from graph.sqlite_database import Database

#: A number is never given twice, so that what another process remembers of it stays true.
_HIGHEST: Final = """INSERT INTO counter
    SELECT 'node', coalesce(max(nid), 0) FROM node UNION ALL
    SELECT 'value', coalesce(max(vid), 0) FROM value UNION ALL
    SELECT 'qualifier', coalesce(max(qid), 0) FROM qualifier WHERE 1
    ON CONFLICT(name) DO UPDATE SET value=max(value, excluded.value)"""
#: Terms that no row of any graph has. Expressions and qualifiers keep what they mention by
#: ``mention``, whose rows go with the statement.
_DELETIONS: Final = (
    _HIGHEST,
    "INSERT INTO counter VALUES('generation', 1) ON CONFLICT(name) DO UPDATE SET value=value+1",
    "DELETE FROM word WHERE rowid IN (SELECT vid FROM value WHERE NOT EXISTS "
    "(SELECT 1 FROM fact AS f WHERE f.o=-vid) AND searched IS NOT NULL)",
    "DELETE FROM value WHERE NOT EXISTS (SELECT 1 FROM fact AS f WHERE f.o=-vid)",
    "DELETE FROM qualifier WHERE qid NOT IN (SELECT q FROM fact)",
    "DELETE FROM node WHERE NOT EXISTS (SELECT 1 FROM fact AS f WHERE f.s=nid) "
    "AND NOT EXISTS (SELECT 1 FROM fact AS f WHERE f.o=nid) "
    "AND NOT EXISTS (SELECT 1 FROM fact AS f WHERE f.p=nid) "
    "AND NOT EXISTS (SELECT 1 FROM mention AS m WHERE m.node=nid)",
    "INSERT INTO word(word) VALUES('optimize')",
)


def delete_unused(database: Database) -> None:
    """Delete terms that nothing has any more. Belongs inside a transaction."""
    for sql in _DELETIONS:
        database.rows(sql)


def size_of(database: Database) -> int:
    """The size of the database in bytes, its write-ahead log left out."""
    return int(
        database.value("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    )


def give_back(database: Database) -> None:
    """Write the file anew without unused space. Raises UnavailableError while others use it."""
    try:
        database.rows("VACUUM")
        busy, *_ = database.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]
    except UnavailableError:
        busy = True
    if busy:
        raise UnavailableError(
            database.source,
            "all is recorded, but the file keeps its old pages while others use it",
            "run `kgdelta compact` when they are done",
        )
