"""Charts and the page: well-formed, self-contained, and safe with hostile names."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from kgdelta.charts import Point, Release, churn_chart, size_chart, ticks, trajectory_chart
from kgdelta.report import NoiseLine, Report, ShiftLine, milestones, render_report

HOSTILE = "<script>alert('&\"')</script>"
RELEASES = tuple(
    Release(f"1.{i}", f"20{10 + i // 4}-01-{i + 1:02}", 700 + 10 * i, i, 3 * i, i)
    for i in range(12)
)


def report(releases: tuple[Release, ...] = RELEASES) -> Report:
    points = (Point(0, 0, "1.0"), Point(1, 2, HOSTILE))
    return Report(
        HOSTILE,
        "subtitle",
        releases,
        milestones(releases),
        "term",
        "note",
        points,
        (Point(0.5, 0.5, "neighbour"),),
        "shift",
        ("1", "term"),
        (ShiftLine("X:1", HOSTILE, 0.5, 1.5, 0.001, 0.02, True, (HOSTILE,)),),
        "noise",
        (NoiseLine("a is_a b", 0.7),),
        "footer",
    )


@pytest.mark.parametrize(
    ("top", "expected"),
    [(0, [0.0]), (10, [0, 5, 10]), (3008, [0, 1000, 2000, 3000]), (7, [0, 2, 4, 6])],
)
def test_ticks_are_round(top: float, expected: list[float]) -> None:
    assert ticks(top) == expected


def test_charts_are_well_formed_svg() -> None:
    path = [Point(0, 0, "a"), Point(1, 1, HOSTILE)]
    for svg in (size_chart(RELEASES), churn_chart(RELEASES), trajectory_chart(path, path)):
        assert ET.fromstring(svg).tag == "svg"


def test_one_release_is_enough() -> None:
    assert ET.fromstring(size_chart(RELEASES[:1])).tag == "svg"
    assert ET.fromstring(churn_chart(RELEASES[:1])).tag == "svg"
    assert "1.0" in render_report(report(RELEASES[:1]))


def test_page_is_self_contained_and_escapes() -> None:
    page = render_report(report())
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 4
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|https?://""", page)
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)


def test_milestones_are_the_ends_and_the_largest() -> None:
    chosen = milestones(RELEASES, 4)
    assert [m.release.name for m in chosen] == ["1.0", "1.9", "1.10", "1.11"]
    assert chosen[0].words == "the first release"
    assert chosen[-1].words.endswith("the last release")
