"""Valid time: what holds at a moment, by bounds people write; the same as filtering a list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.commit import CommitMeta
from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Qualifier, Statement
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from graph.valid_time import Period, ValidAt, is_valid, periods
from graph.vocabulary import (
    LABEL,
    SUBCLASS_OF,
    VALID_FROM,
    VALID_TO,
    XREF,
    XSD,
    XSD_DATE,
    XSD_DATE_TIME,
)
from tests.graph.conformance import A, B, C, isa, label
from tests.graph.strategies import NODES, TEXTS, few, statements

MINUS_FIVE = timezone(timedelta(hours=-5))


def bounded(*bounds: tuple[str, Literal | str], statement: Statement | None = None) -> Statement:
    """A statement with bounds; a text that names no node is a plain literal."""
    made = [
        Qualifier(
            VALID_FROM if kind == "from" else VALID_TO,
            value if isinstance(value, Literal) or value in NODES else Literal(value),
        )
        for kind, value in bounds
    ]
    return (statement or isa(A, B)).with_qualifiers(made)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


OPEN = Period(None, None)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((), [(None, None)]),
        ((("from", "2020-03-01"),), [("2020-03-01", None)]),
        ((("to", "2020-03-01"),), [(None, "2020-03-02")]),
        ((("to", "2020-03-01T12:00"),), [(None, "2020-03-01T12:00")]),
        ((("from", "2020"), ("to", "2020")), [("2020-01-01", "2021-01-01")]),
        ((("from", "2020-02"), ("to", "2020-02")), [("2020-02-01", "2020-03-01")]),
        ((("from", "2020-12"), ("to", "2020-12")), [("2020-12-01", "2021-01-01")]),
        ((("from", "20200229"), ("to", "20200229")), [("2020-02-29", "2020-03-01")]),
        ((("from", " 2020-01-01\n"),), [("2020-01-01", None)]),
        ((("from", "2020-01-01+05:00"),), [("2019-12-31T19:00", None)]),
        ((("to", "2020-01-01-05:00"),), [(None, "2020-01-02T05:00")]),
        ((("from", "2020-01-01T00:00:00.5Z"),), [("2020-01-01T00:00:00.500", None)]),
        ((("from", Literal("2020-01-01", XSD_DATE)),), [("2020-01-01", None)]),
        ((("from", Literal("2020-01-01T00:00:00Z", XSD_DATE_TIME)),), [("2020-01-01", None)]),
        ((("to", Literal("2020", XSD + "gYear")),), [(None, "2021-01-01")]),
        # Sentinels for "forever" and "ever since" are bounds at the ends of the calendar.
        ((("to", "9999-12-31"),), [(None, None)]),
        ((("to", "9999"), ("from", "2020")), [("2020-01-01", None)]),
        ((("from", "0001-01-01+05:00"),), [(None, None)]),
        ((("to", "9999-12-31T23:00-05:00"),), [(None, None)]),
        # Several: apart, overlapping, with one end, touching, open on both sides.
        (
            (("from", "2010"), ("to", "2011"), ("from", "2015"), ("to", "2016")),
            [("2010-01-01", "2012-01-01"), ("2015-01-01", "2017-01-01")],
        ),
        (
            (("from", "2010"), ("from", "2011"), ("to", "2012"), ("to", "2013")),
            [("2010-01-01", "2014-01-01")],
        ),
        ((("from", "2010"), ("from", "2012"), ("to", "2013")), [("2010-01-01", "2014-01-01")]),
        (
            (("from", "2010"), ("to", "2011"), ("from", "2012"), ("to", "2013")),
            [("2010-01-01", "2014-01-01")],
        ),
        ((("to", "2010"), ("to", "2012")), [(None, "2013-01-01")]),
        ((("to", "2010"), ("from", "2015")), [(None, "2011-01-01"), ("2015-01-01", None)]),
        (
            (("from", "2020-01-01T10:00"), ("to", "2020-01-01T10:00")),
            [("2020-01-01T10:00", "2020-01-01T10:00")],
        ),
        # What cannot be read bounds nothing.
        ((("from", "soon"),), [(None, None)]),
        ((("from", "soon"), ("to", "2020")), [(None, "2021-01-01")]),
        ((("from", "2020-02-30"), ("from", "2020-13"), ("from", "0000")), [(None, None)]),
        ((("from", Literal("2020", XSD + "integer")),), [(None, None)]),
        ((("from", C),), [(None, None)]),
        ((("from", "2020-01-01+99:00"), ("from", "")), [(None, None)]),
    ],
)
def test_periods(
    bounds: tuple[tuple[str, Literal | str], ...], expected: list[tuple[str | None, str | None]]
) -> None:
    found = list(periods(bounded(*bounds)))
    assert found == [Period(*(one and day(one) for one in pair)) for pair in expected]


def test_bounds_on_qualifiers_are_not_on_the_statement() -> None:
    inner = Qualifier(XREF, Literal("X:1"), (Qualifier(VALID_TO, Literal("2000")),))
    assert list(periods(isa(A, B).with_qualifiers((inner,)))) == [OPEN]


def test_the_first_moment_is_in_the_end_is_not() -> None:
    statement = bounded(("from", "2020-01-01"), ("to", "2020-12-31"))
    tick = timedelta(microseconds=1)
    for moment, expected in (
        (day("2020-01-01"), True),
        (day("2020-01-01") - tick, False),
        (day("2021-01-01") - tick, True),
        (day("2021-01-01"), False),
        (datetime(2020, 1, 1), True),
        (datetime(2019, 12, 31, 19, tzinfo=MINUS_FIVE), True),
        (datetime(2019, 12, 31, 18, tzinfo=MINUS_FIVE), False),
        (datetime.max.replace(tzinfo=UTC), False),
    ):
        assert is_valid(statement, moment) is expected, moment
    assert is_valid(isa(A, B), datetime.max.replace(tzinfo=UTC))
    assert is_valid(isa(A, B), datetime.min)


def test_problems_are_listed_and_raise_nothing() -> None:
    unread = bounded(("from", "soon"), ("to", "2020"))
    node = bounded(("to", C), statement=isa(A, C))
    reversed_ = bounded(("from", "2020"), ("to", "2010"), statement=isa(B, C))
    fine = bounded(("from", "2010"), ("to", "2020"), statement=isa(C, A))
    view = ValidAt(
        MemorySnapshot({unread, node, reversed_, fine, label(A, "a")}), day("2015-01-01")
    )
    assert [(p.statement, p.qualifier.value) for p in view.problems()] == [
        (unread, Literal("soon")),
        (node, C),
        (reversed_, Literal("2010")),
    ]
    assert [p.reason.split(";")[0] for p in view.problems()] == [
        "not a date",
        "not a date",
        "ends before it begins",
    ]
    assert set(view.statements()) == {unread, node, fine, label(A, "a")}


def test_the_version_is_not_that_of_the_whole_state() -> None:
    store = SqliteStore.open(":memory:", create=True)
    made = store.commit("main", Delta(added=frozenset({isa(A, B)})), None, CommitMeta())
    at = ValidAt(store.snapshot(), datetime(2020, 1, 1, tzinfo=MINUS_FIVE))
    assert isinstance(at, Snapshot)
    assert at.version.commit is None
    assert at.version.name == "main valid at 2020-01-01T05:00:00Z"
    assert made.id in ValidAt(store.snapshot(made.id), at.moment).version.name
    assert "uncommitted" in ValidAt(MemorySnapshot(()), at.moment).version.name
    store.close()


YEARS = ("2010", "2012-06-30", "2014-01-01T00:00:00Z", "2016-02", "soon", "9999-12-31")
bounds = st.builds(
    Qualifier,
    st.sampled_from((VALID_FROM, VALID_TO)),
    st.one_of(st.sampled_from(YEARS).map(Literal), st.sampled_from(NODES[:2])),
)
timed = st.builds(
    lambda statement, more: statement.with_qualifiers((*statement.qualifiers, *more)),
    st.one_of(statements, few),
    st.lists(bounds, max_size=4),
)
moments = st.datetimes(datetime(2009, 1, 1), datetime(2018, 1, 1))
some_nodes = st.none() | st.frozensets(st.sampled_from(NODES), max_size=3)
some_predicates = st.none() | st.frozensets(st.sampled_from((LABEL, SUBCLASS_OF)), max_size=2)


@given(
    st.frozensets(timed, max_size=12),
    moments,
    some_nodes,
    some_predicates,
    some_nodes,
    st.booleans(),
)
def test_every_read_is_that_of_the_filtered_state(
    state: frozenset[Statement],
    moment: datetime,
    nodes: frozenset[str] | None,
    predicates: frozenset[str] | None,
    objects: frozenset[str] | None,
    stored: bool,
) -> None:
    expected = MemorySnapshot(s for s in state if is_valid(s, moment))
    store = SqliteStore.open(":memory:", create=True)
    store.commit("main", Delta(added=state), None, CommitMeta())
    view = ValidAt(store.snapshot() if stored else MemorySnapshot(state), moment)
    found = list(view.statements(nodes, predicates, objects))
    assert len(found) == len(set(found))
    assert set(found) == set(expected.statements(nodes, predicates, objects))
    some = nodes or frozenset(NODES)
    assert set(view.mentioning(some)) == set(expected.mentioning(some))
    assert view.labels(some) == expected.labels(some)
    assert view.find(TEXTS) == expected.find(TEXTS)
    assert view.search("ma") == expected.search("ma")
    assert view.counts() == expected.counts()
    for inverse in (False, True):
        assert view.reach(some, {SUBCLASS_OF}, inverse) == expected.reach(
            some, {SUBCLASS_OF}, inverse
        )
    assert set(view.columns().statements()) == expected.all
    store.close()


@given(timed, st.lists(moments, min_size=1, max_size=4))
def test_validity_is_lying_in_a_period(statement: Statement, when: list[datetime]) -> None:
    spans = list(periods(statement))
    starts = [p.start for p in spans if p.start is not None]
    assert starts == sorted(starts)
    assert all(one.end is not None for one in spans[:-1])
    for moment in when:
        at = moment.replace(tzinfo=UTC)
        inside = [p for p in spans if (p.start or at) <= at and (p.end is None or at < p.end)]
        assert is_valid(statement, moment) is bool(inside)
        assert len(inside) < 2
