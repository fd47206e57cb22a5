"""Charts as SVG text: drawn by hand, so that a page needs nothing from anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 960
LEFT: Final = 64
RIGHT: Final = 16


@dataclass(frozen=True, slots=True)
class Release:
    """One version in the charts: its name, its date, and what it holds and changed."""

    name: str
    date: str
    classes: int
    obsolete: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the plane with a name; ``title`` shows on hover."""

    x: float
    y: float
    name: str
    title: str = ""


def ticks(top: float, count: int = 4) -> list[float]:
    """About ``count`` round numbers from 0 to ``top``."""
    if top <= 0:
        return [0.0]
    rough = top / count
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= rough)
    return [step * i for i in range(int(top / step + 1e-9) + 1)]


def size_chart(releases: Sequence[Release], height: int = 260) -> str:
    """Terms per release as an area, the obsolete ones among them as a darker one below."""
    top = max((r.classes for r in releases), default=0) or 1
    x, bottom = _xs(len(releases)), height - 28

    def y(value: float) -> float:
        return bottom - value / (top * 1.05) * (bottom - 12)

    parts = [_grid([(tick, y(tick)) for tick in ticks(top)])]
    for field, css in (("classes", "area"), ("obsolete", "area dark")):
        line = " ".join(f"{x[i]:.1f},{y(getattr(r, field)):.1f}" for i, r in enumerate(releases))
        if releases:
            parts.append(
                f'<polygon class="{css}" points="{x[0]:.1f},{bottom} {line} {x[-1]:.1f},{bottom}"/>'
            )
    parts.append(
        _hover(releases, x, bottom, lambda r: f"{r.classes:,} terms, {r.obsolete:,} obsolete")
    )
    parts.append(_dates(releases, x, height))
    return _svg(height, "Terms per release", parts)


def churn_chart(releases: Sequence[Release], height: int = 240) -> str:
    """Statements added (up) and removed (down) per release, on a square-root scale."""
    churn = releases[1:]
    top = max((max(r.added, r.removed) for r in churn), default=0) or 1
    x = _xs(len(releases))
    middle = (height - 28) / 2 + 4
    room = middle - 14

    def length(value: float) -> float:
        return math.sqrt(value / top) * room

    marks = [t for t in (100, 1000, 10_000, 100_000) if t <= top and length(t) > 14]
    grid = [(0.0, middle)]
    grid += [(float(m), middle - length(m)) for m in marks]
    grid += [(float(m), middle + length(m)) for m in marks]
    parts = [_grid(grid)]
    width = max(1.0, (WIDTH - LEFT - RIGHT) / max(len(releases), 1) * 0.7)
    for i, release in enumerate(churn, start=1):
        for value, css, up in ((release.added, "added", True), (release.removed, "removed", False)):
            size = length(value)
            top_edge = middle - size if up else middle
            parts.append(
                f'<rect class="{css}" x="{x[i] - width / 2:.1f}" y="{top_edge:.1f}" '
                f'width="{width:.1f}" height="{size:.1f}"/>'
            )
    parts.append(
        _hover(releases, x, height - 28, lambda r: f"{r.added:,} added, {r.removed:,} removed")
    )
    parts.append(_dates(releases, x, height))
    return _svg(height, "Statements added and removed per release", parts)


def trajectory_chart(path: Sequence[Point], others: Sequence[Point], height: int = 460) -> str:
    """A path through the plane, with the neighbours it passes as a backdrop."""
    everything = [*path, *others]
    low_x, high_x = _bounds([p.x for p in everything])
    low_y, high_y = _bounds([p.y for p in everything])

    def place(point: Point) -> tuple[float, float]:
        across = (point.x - low_x) / (high_x - low_x)
        up = (point.y - low_y) / (high_y - low_y)
        return 90 + across * (WIDTH - 370), height - 30 - up * (height - 60)

    parts = []
    # The ends get their names first, so that nothing takes their places.
    taken = [place(path[0]), place(path[-1])] if path else []
    for other in others:
        x, y = place(other)
        parts.append(
            f'<circle class="other" cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
            f"<title>{escape(other.title or other.name)}</title></circle>"
        )
        if _free(taken, x, y):
            parts.append(_text(x + 7, y + 4, other.name, "small"))
    line = " ".join("{:.1f},{:.1f}".format(*place(point)) for point in path)
    parts.append(f'<polyline class="path" points="{line}"/>')
    for i, point in enumerate(path):
        x, y = place(point)
        first, final = i == 0, i == len(path) - 1
        ends = " end" if first or final else ""
        parts.append(
            f'<circle class="step{ends}" cx="{x:.1f}" cy="{y:.1f}" r="{6 if ends else 4}">'
            f"<title>{escape(point.title or point.name)}</title></circle>"
        )
        if ends or _free(taken, x, y):
            # The last name stands on the other side, where the path seldom comes from.
            shift, anchor = (-10, "end") if final else (9, "start")
            parts.append(_text(x + shift, y - 7, point.name, "label", anchor))
    return _svg(height, "Trajectory of a term", parts)


def _free(taken: list[tuple[float, float]], x: float, y: float) -> bool:
    """Whether a label fits here; if so the place is taken."""
    if any(abs(x - a) < 150 and abs(y - b) < 24 for a, b in taken):
        return False
    taken.append((x, y))
    return True


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 1, high + 1)


def _xs(count: int) -> list[float]:
    span = WIDTH - LEFT - RIGHT
    return [LEFT + span * (i + 0.5) / max(count, 1) for i in range(count)]


def _grid(rows: Sequence[tuple[float, float]]) -> str:
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,.0f}</text>'
        for value, y in rows
    )


def _dates(releases: Sequence[Release], x: Sequence[float], height: int) -> str:
    """The first release of each year, where there is room for its number."""
    parts = []
    last_year, last_x = "", -100.0
    for release, place in zip(releases, x, strict=True):
        year = release.date[:4]
        if year > last_year and place - last_x > 38:
            parts.append(_text(place, height - 8, year, "axis", anchor="middle"))
            last_x = place
        last_year = max(last_year, year)
    return "".join(parts)


def _hover(
    releases: Sequence[Release], x: Sequence[float], bottom: float, tell: Callable[[Release], str]
) -> str:
    """A strip per release that shows its figures when the pointer is on it."""
    width = (WIDTH - LEFT - RIGHT) / max(len(releases), 1)
    return "".join(
        f'<rect class="hover" x="{place - width / 2:.1f}" y="0" width="{width:.1f}" '
        f'height="{bottom:.0f}"><title>{escape(f"{r.name}, {r.date}: {tell(r)}")}</title></rect>'
        for r, place in zip(releases, x, strict=True)
    )


def _text(x: float, y: float, text: str, css: str, anchor: str = "start") -> str:
    shown = text if len(text) <= 34 else text[:33] + "…"
    return (
        f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(shown)}</text>'
    )


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
