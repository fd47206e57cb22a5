"""Which rows a version sees: a branch up to a number, then its parent up to the fork, and so on.

The lineage is written into the SQL as integer literals; a joined lineage table would make SQLite
read every row.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from graph.errors import CorruptStoreError
from graph.sqlite_database import Database

#: Deeper branches are copied into rows of their own when they start, so that reads stay cheap.
MAX_DEPTH: Final = 32


class Span(NamedTuple):
    """The entries 1 to ``seq`` of one branch's log."""

    branch: int
    seq: int


#: Own branch first, the root last.
Lineage: TypeAlias = tuple[Span, ...]


def lineage_of(database: Database, branch: int, seq: int) -> Lineage:
    """The lineage of a branch at one of its numbers; below its fork it is the parent's."""
    spans: list[Span] = []
    bound: int | None = seq
    current: int | None = branch
    while current is not None:
        fork = database.forks.get(current)
        if fork is None:
            found = database.rows("SELECT parent, fork FROM branch WHERE bid=?", (current,))
            if not found:
                raise CorruptStoreError(database.source, f"damaged: branch {current} has no row")
            fork = database.forks[current] = found[0]
        if len(spans) > 10 * MAX_DEPTH:
            raise CorruptStoreError(database.source, f"damaged: branch {branch} has no end")
        try:
            spans.append(Span(int(current), int(bound or 0)))
        except (ValueError, TypeError) as error:
            reason = f"damaged: branch row {current}: {error}"
            raise CorruptStoreError(database.source, reason) from error
        current, bound = fork
    return tuple(spans)


def visible(lineage: Lineage, fact: str = "f") -> list[str]:
    """One SQL condition for each span: rows of that branch which the lineage sees."""
    conditions: list[str] = []
    for depth, span in enumerate(lineage):
        if not span.seq:
            continue
        condition = (
            f"{fact}.branch={span.branch} AND {fact}.until>{span.seq} AND {fact}.since<={span.seq}"
        )
        closers = " OR ".join(
            f"(c.branch={later.branch} AND c.until<={later.seq})"
            for later in lineage[:depth]
            if later.seq
        )
        if closers:
            condition += (
                f" AND NOT EXISTS (SELECT 1 FROM closed AS c WHERE c.fid={fact}.fid"  # noqa: S608
                f" AND ({closers}))"
            )
        conditions.append(condition)
    return conditions


def meeting(one: Lineage, other: Lineage) -> Span | None:
    """The last log entry that both lineages have, None where they share none."""
    common: Span | None = None
    for ours, theirs in zip(reversed(one), reversed(other), strict=False):
        if ours.branch != theirs.branch:
            break
        common = Span(ours.branch, min(ours.seq, theirs.seq))
        if ours.seq != theirs.seq:
            break
    return common


def entries_after(lineage: Lineage, start: Span | None) -> list[tuple[int, int, int]]:
    """Log entries of a lineage after one that it contains: (branch, after, up to), oldest first."""
    found: list[tuple[int, int, int]] = []
    for span in lineage:
        if start is not None and span.branch == start.branch:
            found.append((span.branch, start.seq, span.seq))
            break
        found.append((span.branch, 0, span.seq))
    return found[::-1]
