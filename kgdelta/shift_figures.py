"""What shift found, drawn: a term's way, its neighbourhood before and after, drift by branch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kgdelta.figures import BLUE, GREEN, GREY, INK, ORANGE, RED, new_figure, plain
from kgdelta.term_paths import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kgdelta.term_paths import TermPath

#: Neighbours on one side of a neighbourhood, beyond which the rest is a number.
_MOST: Final = 14
#: Branches in a ridge plot.
_RIDGES: Final = 14
#: Terms without which a branch has no density.
ENOUGH: Final = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An edge at a term: its relation, the other end, and in which versions it is.

    ``outward`` edges leave the term.
    """

    relation: str
    other: str
    outward: bool
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """The movements of the terms of a branch, 1 - cosine each."""

    name: str
    movements: tuple[float, ...]


def term_figure(
    title: str,
    path: TermPath | None,
    labels: dict[str, str],
    versions: tuple[str, str],
    neighbours: Sequence[Neighbour],
) -> Figure:
    """A term's way through the versions, and its neighbourhood in two of them, side by side.

    ``labels`` are the names of the neighbours of the path by node. Without a path there is the
    neighbourhood alone.
    """
    from matplotlib.gridspec import GridSpec

    figure = new_figure(15 if path else 10, 6)
    figure.suptitle(plain(title, 90), color=INK, fontsize=14)
    grid = GridSpec(1, 3 if path else 2, figure=figure)
    if path is not None:
        _draw_path(figure.add_subplot(grid[0, 0]), path, labels)
    for place, (version, after) in enumerate(zip(versions, (False, True), strict=True)):
        axes = figure.add_subplot(grid[0, place + (1 if path else 0)])
        _draw_star(axes, version, neighbours, after)
    return figure


def _draw_path(axes: Axes, path: TermPath, labels: dict[str, str]) -> None:
    xs, ys = [p.x for p in path.places], [p.y for p in path.places]
    around = [Place(n.x, n.y, labels.get(n.name, n.name)) for n in path.neighbours]
    for x, y, names in _gathered(around, path):
        axes.plot(x, y, "o", color=GREY, markersize=4)
        text = "\n".join(plain(name, 26) for name in names[:3])
        text += f"\nand {len(names) - 3} more" if len(names) > 3 else ""
        axes.annotate(text, (x, y), (5, 0), textcoords="offset points", color=GREY, fontsize=7,
                      va="center")  # fmt: skip
    axes.plot(xs, ys, "-", color=BLUE, linewidth=1.5)
    axes.plot(xs, ys, "o", color=BLUE, markersize=5)
    for x, y, names in _gathered(path.places, path):
        name = names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"
        axes.annotate(plain(name), (x, y), (5, -11), textcoords="offset points", color=INK,
                      fontsize=8)  # fmt: skip
    axes.set_title("its way; grey: nearest at the end", fontsize=10, loc="left", color=INK)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.margins(0.25, 0.12)
    axes.spines[:].set_color("#dddddd")


def _gathered(places: Sequence[Place], path: TermPath) -> list[tuple[float, float, list[str]]]:
    """Places that are too near each other for names of their own, with all their names."""
    every = [*path.places, *path.neighbours]
    width = max(p.x for p in every) - min(p.x for p in every) or 1.0
    height = max(p.y for p in every) - min(p.y for p in every) or 1.0
    found: list[tuple[float, float, list[str]]] = []
    for place in places:
        for x, y, names in found:
            if abs(x - place.x) < 0.12 * width and abs(y - place.y) < 0.05 * height:
                names.append(place.name)
                break
        else:
            found.append((place.x, place.y, [place.name]))
    return found


def _draw_star(axes: Axes, version: str, neighbours: Sequence[Neighbour], after: bool) -> None:
    """The term in the middle, kept edges grey, what goes dashed, what came bold."""
    held = [n for n in neighbours if (n.after if after else n.before)]
    # What changed is shown before what stays.
    held.sort(key=lambda n: (n.before and n.after, n.relation, n.other))
    shown, more = held[:_MOST], len(held) - _MOST
    shown.sort(key=lambda n: (n.relation, n.other))
    changed = sum(not (n.before and n.after) for n in held)
    word = "came" if after else "goes"
    told = f"{version}: {len(held)} edges, {changed} {word}"
    axes.set_title(plain(told, 60), fontsize=10, loc="left", color=INK)
    for i, n in enumerate(shown):
        angle = math.pi / 2 - 2 * math.pi * (i + 0.5) / len(shown)
        x, y = math.cos(angle), math.sin(angle)
        kept = n.before and n.after
        colour, style, width = (GREY, "-", 1.0) if kept else (GREEN, "-", 2.4)
        if not kept and not after:
            colour, style, width = RED, "--", 2.0
        axes.plot([0.09 * x, 0.92 * x], [0.09 * y, 0.92 * y], style, color=colour, linewidth=width)
        tip = (0.92, 0.84) if n.outward else (0.09, 0.17)
        axes.annotate(
            "",
            (tip[0] * x, tip[0] * y),
            (tip[1] * x, tip[1] * y),
            arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": width},
        )
        side = "left" if x >= 0 else "right"
        text = f"{plain(n.other, 22)}\n{plain(n.relation, 22)}"
        axes.text(
            1.0 * x,
            1.0 * y,
            text,
            ha=side,
            va="center",
            fontsize=7,
            color=INK if kept else colour,
            fontweight="normal" if kept else "bold",
        )
    axes.plot(0, 0, "o", color=BLUE, markersize=10)
    if more > 0:
        axes.text(0, -1.45, f"and {more} more that stay", ha="center", fontsize=8, color=GREY)
    if not held:
        axes.text(0, 0.2, "no edges", ha="center", fontsize=9, color=GREY)
    axes.set_xlim(-2.1, 2.1)
    axes.set_ylim(-1.55, 1.3)
    axes.axis("off")


def furthest(branches: Sequence[Branch]) -> list[Branch]:
    """The branches that a plot has room for, by the median of their movements, none empty."""
    return sorted(branches, key=lambda b: -float(np.median(b.movements)))[:_RIDGES]


def ridge_figure(title: str, branches: Sequence[Branch]) -> Figure:
    """A density of the movements of each branch on a log scale, the furthest at the top.

    Branches of fewer than five terms have their median and no density.
    """
    ordered = furthest([branch for branch in branches if branch.movements])
    figure = new_figure(9, 1.4 + 0.62 * max(len(ordered), 2))
    axes = figure.add_subplot()
    axes.set_title(plain(title, 90), loc="left", color=INK, fontsize=12)
    moved = [m for b in ordered for m in b.movements if m > 0]
    if not moved:
        axes.text(0.5, 0.5, "nothing moved", ha="center", transform=axes.transAxes, color=GREY)
        axes.axis("off")
        return figure
    low, high = math.log10(max(min(moved), 1e-6)) - 0.3, math.log10(max(moved)) + 0.3
    grid = np.linspace(low, high, 300)
    for place, branch in enumerate(reversed(ordered)):
        logs = np.log10(np.maximum(branch.movements, 1e-6))
        middle = float(np.median(logs))
        enough = len(logs) >= ENOUGH
        density = _density(logs, grid) if enough else np.zeros(len(grid))
        colour = ORANGE if place % 2 else BLUE
        axes.fill_between(
            grid, place, place + 0.9 * density, color=colour, alpha=0.65, linewidth=0, zorder=-place
        )
        axes.plot(grid, place + 0.9 * density, color=INK, linewidth=0.8, zorder=-place)
        axes.plot([middle, middle], [place, place + 0.3], color=INK, linewidth=1.5, zorder=-place)
        count = f"{len(branch.movements):,}"
        axes.text(high + 0.05, place + 0.15, count, fontsize=8, color=GREY, va="center")
    axes.set_yticks(range(len(ordered)), [plain(b.name) for b in reversed(ordered)], fontsize=9)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.1, len(ordered) + 0.2)
    ticks = range(math.ceil(low), math.floor(high) + 1)
    axes.set_xticks(list(ticks), [f"{10.0**t:g}" for t in ticks])
    axes.set_xlabel("movement (1 - cosine); a stroke is the median, at the right: terms")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure


def _density(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """A Gaussian kernel density by Silverman's rule, scaled to a height of 1."""
    spread = float(values.std()) or 0.1
    width = max(1.06 * spread * len(values) ** -0.2, 0.03)
    heights = np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2).sum(axis=1)
    return np.asarray(heights / max(float(heights.max()), 1e-30))
