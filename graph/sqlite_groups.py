"""Sets of qualifiers on their way into a store, as their canonical bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from graph.sqlite_database import Database

_PAGE: Final = 10_000
#: Digest and data come as one value, so that SQLite takes them without the interpreter.
_INSERT: Final = (
    "INSERT INTO qualifier(qid, data, digest) "
    "SELECT ? + rowid, substr(value, 33), substr(value, 1, 32) FROM carray(?)"
)


class NewGroups(NamedTuple):
    """Sets of qualifiers that a store has not: places among others, in the order of numbers."""

    first: int
    digests: list[bytes]
    places: list[int]


def number_groups(
    digests: Sequence[bytes], known: dict[bytes, int], last: int
) -> tuple[list[int], NewGroups]:
    """Numbers of sets of qualifiers by their digests, and those that are new, behind ``last``."""
    places = {digest: place for place, digest in enumerate(digests) if digest not in known}
    # In the order in which the index of digests wants them.
    missing = sorted(places)
    new = dict(zip(missing, range(last + 1, last + 1 + len(missing)), strict=True))
    numbers = [new.get(digest) or known[digest] for digest in digests]
    return numbers, NewGroups(last + 1, missing, [places[digest] for digest in missing])


def store_groups(database: Database, groups: Sequence[bytes], new: NewGroups) -> None:
    """Store the new ones of sets of qualifiers. Belongs into the transaction of their numbers."""
    for start in range(0, len(new.digests), _PAGE):
        page = slice(start, start + _PAGE)
        pairs = zip(new.digests[page], new.places[page], strict=True)
        joined = tuple(digest + groups[place] for digest, place in pairs)
        database.rows(_INSERT, (new.first + start - 1, database.array(joined)))


def known_groups(database: Database, digests: Iterable[bytes]) -> dict[bytes, int]:
    """Numbers of those sets of qualifiers that a store has, by their digests."""
    sql = "SELECT ?1, qid FROM qualifier WHERE digest=?1"
    return dict(database.many(sql, ((digest,) for digest in digests)))
