"""Statements with a valid time as a history: what began and what ended, moment by moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from graph.model import Delta, Qualifier, Statement
from graph.valid_time import periods
from graph.vocabulary import VALID_FROM, VALID_TO

#: How long before the first change that has a date that is recorded which has none.
_BEFORE: Final = timedelta(seconds=1)
#: How long a history shows what ended the moment that it began.
_INSTANT: Final = timedelta(microseconds=1)
_BOUNDS: Final = frozenset({VALID_FROM, VALID_TO})


@dataclass(frozen=True, slots=True)
class Change:
    """What begins and ends at a moment, in UTC; no moment where no statement has one."""

    moment: datetime | None
    delta: Delta


def timeline(statements: Iterable[Statement], now: datetime) -> Iterator[Change]:
    """The changes that valid times tell of, oldest first, each from the state before it.

    What begins or ends by ``now`` loses its bounds to the history; what does so later keeps them.
    What is without a beginning is there a second before all else.
    """
    depth: defaultdict[Statement, int] = defaultdict(int)
    always: set[Statement] = set()
    events: defaultdict[datetime, list[tuple[Statement, int]]] = defaultdict(list)
    for statement in statements:
        for start, end, said in _stays(statement, now):
            if start is None:
                always.add(said)
                depth[said] += 1
            else:
                events[start].append((said, 1))
            if end is not None:
                events[end].append((said, -1))
    moments = sorted(events)
    if always:
        yield Change(moments[0] - _BEFORE if moments else None, Delta(added=frozenset(always)))
    for moment in moments:
        before = {said: depth[said] > 0 for said, _ in events[moment]}
        for said, step in events[moment]:
            depth[said] += step
        added = frozenset(s for s, held in before.items() if not held and depth[s] > 0)
        removed = frozenset(s for s, held in before.items() if held and depth[s] <= 0)
        if added or removed:
            yield Change(moment, Delta(removed, added))


def _stays(
    statement: Statement, now: datetime
) -> Iterator[tuple[datetime | None, datetime | None, Statement]]:
    """From when until when a history has a statement, and how it says it."""
    bounds = [q for q in statement.qualifiers if _moment(q) is not None]
    if not bounds:
        yield None, None, statement
        return
    bare = _without(statement, bounds)
    for start, end in ((period.start, period.end) for period in periods(statement)):
        if start is not None and start > now:
            # It has not begun, so no history can tell of it yet.
            yield None, None, statement
        elif end is not None and end > now:
            yield start, None, _without(statement, [q for q in bounds if not _ends_after(q, now)])
        else:
            yield start, end + _INSTANT if end is not None and start == end else end, bare


def _moment(qualifier: Qualifier) -> datetime | None:
    """The moment of a bound in UTC; None where it is none, or cannot be read."""
    if qualifier.predicate not in _BOUNDS:
        return None
    period = next(periods(Statement("", "", "", (qualifier,))))
    return period.start or period.end


def _ends_after(qualifier: Qualifier, now: datetime) -> bool:
    moment = _moment(qualifier)
    return qualifier.predicate == VALID_TO and moment is not None and moment > now


def _without(statement: Statement, qualifiers: list[Qualifier]) -> Statement:
    kept = tuple(q for q in statement.qualifiers if q not in qualifiers)
    return Statement(statement.subject, statement.predicate, statement.object, kept)
