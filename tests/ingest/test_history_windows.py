"""Events as histories: windows, what they hold, and when they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.prefixes import decode_local
from graph.vocabulary import TOKEN
from ingest.document import ReadOptions
from ingest.errors import IngestError
from ingest.history import Listing
from ingest.windows import WindowHistory, clock_of

EVENTS = "a\tr\tb\t2014-01-01\nb\tr\tc\t2014-01-02\nc\tr\td\t2014-01-06\nd\tr\te\t2014-02-03\n"


def events(tmp_path: Path, text: str = EVENTS, name: str = "x.tsv") -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path / name


def windows(history: WindowHistory) -> list[tuple[str, str, str]]:
    """Name, date of the last event, and subjects of each window."""
    listing = history.listing()
    return [
        (
            dict(opened.edition.provenance)["window"],
            opened.edition.date.date().isoformat() if opened.edition.date else "",
            "".join(
                sorted(
                    decode_local(s.subject.removeprefix(TOKEN))
                    for s in opened.read(None).statements
                )
            ),
        )
        for opened in history.opened(listing.editions)
    ]


WINDOWS = [
    (
        "day",
        [
            ("day:2014-01-01", "2014-01-01", "a"),
            ("day:2014-01-02", "2014-01-02", "b"),
            ("day:2014-01-06", "2014-01-06", "c"),
            ("day:2014-02-03", "2014-02-03", "d"),
        ],
    ),
    (
        "week",
        [
            ("week:2013-12-30", "2014-01-02", "ab"),
            ("week:2014-01-06", "2014-01-06", "c"),
            ("week:2014-02-03", "2014-02-03", "d"),
        ],
    ),
    (
        "month",
        [("month:2014-01-01", "2014-01-06", "abc"), ("month:2014-02-01", "2014-02-03", "d")],
    ),
    ("3", [("3:1", "2014-01-06", "abc"), ("3:2", "2014-02-03", "d")]),
]


@pytest.mark.parametrize(("window", "expected"), WINDOWS)
def test_windows(tmp_path: Path, window: str, expected: list[tuple[str, str, str]]) -> None:
    assert windows(WindowHistory([events(tmp_path)], window)) == expected


def test_lines_may_stand_in_any_order_and_in_several_files(tmp_path: Path) -> None:
    lines = EVENTS.splitlines(keepends=True)
    files = [
        events(tmp_path, lines[3] + lines[1], "x.tsv"),
        events(tmp_path, lines[2] + lines[0], "y.tsv"),
    ]
    expected = dict(WINDOWS)["week"]
    assert windows(WindowHistory(files, "week")) == expected


def test_packed_files(tmp_path: Path) -> None:
    import lzma

    (tmp_path / "x.tsv.xz").write_bytes(lzma.compress(EVENTS.encode()))
    found = windows(WindowHistory([tmp_path / "x.tsv.xz"], "day"))
    assert found == dict(WINDOWS)["day"]


NUMBERS = "a\tr\tb\t0\nb\tr\tc\t1\nc\tr\td\t31\n"


def test_numbers_need_a_clock_or_a_count(tmp_path: Path) -> None:
    file = events(tmp_path, NUMBERS)
    with pytest.raises(IngestError, match="say what they count with --clock, or use --window N"):
        WindowHistory([file], "day").listing()
    assert windows(WindowHistory([file], "2")) == [("2:1", "", "ab"), ("2:2", "", "c")]
    found = windows(WindowHistory([file], "month", clock=clock_of("2014-01-01/day")))
    assert found == [
        ("month:2014-01-01", "2014-01-02", "ab"),
        ("month:2014-02-01", "2014-02-01", "c"),
    ]


@pytest.mark.parametrize("text", ["", "soon", "2014-01-01/fortnight", "/day"])
def test_odd_clocks(text: str) -> None:
    with pytest.raises(IngestError, match="a clock is its start and its unit"):
        clock_of(text)


@pytest.mark.parametrize("window", ["", "0", "-3", "year", "2.5"])
def test_odd_windows(tmp_path: Path, window: str) -> None:
    with pytest.raises(IngestError, match="a window is one of day, week, month, or a number"):
        WindowHistory([events(tmp_path)], window)


def test_numbers_and_dates_do_not_mix(tmp_path: Path) -> None:
    files = [events(tmp_path), events(tmp_path, NUMBERS, "y.tsv")]
    with pytest.raises(IngestError, match="some times are numbers and some are dates"):
        WindowHistory(files, "2").listing()


def test_lines_without_time_are_told(tmp_path: Path) -> None:
    file = events(tmp_path, EVENTS + "e\tr\tf\t-\nbroken\n")
    listing = WindowHistory([file], "day", form="quads").listing()
    assert [(p.line, p.reason[:20]) for p in listing.problems] == [
        (5, "no time that can be "),
        (6, "subject, relation, o"),
    ]
    with pytest.raises(IngestError, match="line 5"):
        WindowHistory([file], "day", form="quads", options=ReadOptions(strict=True)).listing()


def test_what_has_no_time_in_other_formats_holds_always(tmp_path: Path) -> None:
    text = (
        "subject\tpredicate\tobject\tvalid_from\n"
        "X:1\tbiolink:related_to\tX:2\t2014-01-01\n"
        "X:2\tbiolink:related_to\tX:3\t2014-01-02\n"
        "X:3\tbiolink:related_to\tX:4\t\n"
    )
    history = WindowHistory([events(tmp_path, text)], "day", "replace", "kgx")
    counts = [
        len(opened.read(None).statements) for opened in history.opened(history.listing().editions)
    ]
    always = {
        statement
        for opened in history.opened(history.listing().editions)
        for statement in opened.read(None).statements
        if "X_3" in statement.subject or "X:3" in statement.subject
    }
    assert always
    assert len(set(counts)) == 1


def identities(listing: Listing) -> list[str]:
    return [edition.identity for edition in listing.editions]


def test_windows_are_known_again_by_what_is_in_them(tmp_path: Path) -> None:
    before = identities(WindowHistory([events(tmp_path)], "week").listing())
    grown = events(tmp_path, EVENTS + "x\tr\ty\t2014-02-04\nz\tr\ty\t2014-03-04\n")
    after = identities(WindowHistory([grown], "week").listing())
    assert after[:2] == before[:2]
    assert after[2] != before[2]
    assert len(after) == 4
    other = identities(WindowHistory([grown], "week", "replace").listing())
    assert not set(other) & set(after)


DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1))


@given(st.lists(DAYS, min_size=1, max_size=30), st.sampled_from(["day", "week", "month", "4"]))
def test_every_event_is_in_one_window_in_order(days: list[date], window: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        lines = "".join(f"e{n}\tr\tx\t{day.isoformat()}\n" for n, day in enumerate(days))
        history = WindowHistory([events(Path(folder), lines)], window)
        listing = history.listing()
        held = [opened.read(None).statements for opened in history.opened(listing.editions)]
    assert sum(map(len, held)) == len(days)
    assert len(frozenset().union(*held)) == len(days)
    dates = [edition.date for edition in listing.editions if edition.date]
    assert dates == sorted(dates)
    assert dates[-1] == datetime.combine(max(days), datetime.min.time(), UTC)
    spans = {"day": 1, "week": 7, "month": 31}
    for state in held if window in spans else []:
        inside = [
            datetime.fromisoformat(q.value.value)
            for s in state
            for q in s.qualifiers
            if not isinstance(q.value, str)
        ]
        assert max(inside) - min(inside) < timedelta(days=spans[window])
