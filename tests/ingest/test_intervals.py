"""Valid times as a history: replayed, it shows at every moment what was valid then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.valid_time import ValidAt, is_valid, periods
from graph.vocabulary import VALID_FROM, VALID_TO, XSD_DATE
from ingest.intervals import timeline

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BOUNDS = frozenset({VALID_FROM, VALID_TO})
OTHER = Qualifier("urn:t:source", Literal("x"))


def bound(predicate: str, day: date) -> Qualifier:
    return Qualifier(predicate, Literal(day.isoformat(), XSD_DATE))


DAYS = st.integers(0, 12).map(lambda n: date(2024, 5, 25) + timedelta(days=n))
QUALIFIERS = st.lists(
    st.one_of(
        st.builds(bound, st.sampled_from(sorted(BOUNDS)), DAYS),
        st.just(OTHER),
        st.just(Qualifier(VALID_FROM, Literal("no date"))),
    ),
    max_size=4,
)


def lasts(statement: Statement) -> bool:
    """Whether it never ends the moment that it begins."""
    return all(period.start is None or period.start != period.end for period in periods(statement))


STATEMENTS = st.sets(
    st.builds(
        lambda s, o, q: Statement(f"urn:t:{s}", "urn:t:p", f"urn:t:{o}", tuple(q)),
        st.sampled_from("ab"),
        st.sampled_from("ab"),
        QUALIFIERS,
    ).filter(lasts),
    max_size=6,
)


def bare(statement: Statement) -> Statement:
    """A statement without bounds that can be read."""
    kept = tuple(
        q
        for q in statement.qualifiers
        if q.predicate not in BOUNDS or q.value == Literal("no date")
    )
    return Statement(statement.subject, statement.predicate, statement.object, kept)


@given(STATEMENTS)
def test_the_history_shows_at_every_moment_what_was_valid_then(said: set[Statement]) -> None:
    changes = list(timeline(said, NOW))
    state: set[Statement] = set()
    moments = [change.moment for change in changes]
    assert moments == sorted(m for m in moments if m is not None) or moments == [None]
    after = [*moments, NOW][1:]
    for change, until in zip(changes, after, strict=True):
        assert change.delta.removed <= state
        assert not change.delta.added & state
        state = (state - change.delta.removed) | change.delta.added
        # Until the next change the same holds: look at its first and at its last moment.
        moment = change.moment
        for at in [] if moment is None else [moment, (until or NOW) - timedelta(microseconds=1)]:
            assert {bare(s) for s in state if is_valid(s, at)} == {
                bare(s) for s in said if is_valid(s, at)
            }


@given(STATEMENTS)
def test_nothing_of_the_future_is_lost(said: set[Statement]) -> None:
    state: set[Statement] = set()
    for change in timeline(said, NOW):
        state = (state - change.delta.removed) | change.delta.added
    for days in range(10):
        at = NOW + timedelta(days=days)
        now = {bare(s) for s in ValidAt(MemorySnapshot(state), at).statements()}
        assert now == {bare(s) for s in said if is_valid(s, at)}


def test_what_begins_and_ends_at_one_moment_is_seen() -> None:
    moment = Literal("2024-05-01T10:00:00Z", "http://www.w3.org/2001/XMLSchema#dateTime")
    both = (Qualifier(VALID_FROM, moment), Qualifier(VALID_TO, moment))
    changes = list(timeline([Statement("urn:a", "urn:p", "urn:b", both)], NOW))
    said = {Statement("urn:a", "urn:p", "urn:b")}
    assert [(len(c.delta.added), len(c.delta.removed)) for c in changes] == [(1, 0), (0, 1)]
    assert changes[0].delta.added == changes[1].delta.removed == said
