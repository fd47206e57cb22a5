"""The rows of the table: what is shown of the samples, and what each row should reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.benchmarks.store_workers import PEERS, Measured

#: Figures by system and row.
Figures: TypeAlias = dict[str, dict[str, float]]
UNVERSIONED: Final = "unversioned"
KGDELTA: Final = "kgdelta"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its targets; each one is the most that kgdelta may need.

    ``times_row`` compares with another row of kgdelta itself.
    """

    name: str
    unit: str
    times_unversioned: float | None = None
    times_row: tuple[float, str] | None = None
    at_most: float | None = None

    def limits(self, figures: Figures) -> dict[str, float]:
        """The targets as figures of this row, by name; unmeasured ones are left out."""
        found: dict[str, float] = {}
        plain = figures.get(UNVERSIONED, {}).get(self.name)
        if self.times_unversioned is not None and plain is not None:
            found[f"{self.times_unversioned:g}x unversioned"] = self.times_unversioned * plain
        if self.times_row is not None:
            times, row = self.times_row
            found[f"{times:g}x {row}"] = times * figures[KGDELTA][row]
        if self.at_most is not None:
            found[f"{self.at_most:g} {self.unit}"] = self.at_most
        for peer in PEERS:
            theirs = figures.get(peer, {}).get(self.name)
            if theirs is not None:
                found[peer] = theirs
        return found


ROWS: Final = (
    Row("bulk load", "s", times_unversioned=2),
    Row("commit of 100 changes", "ms", times_unversioned=2),
    Row("commit, 95 of 100", "ms", times_unversioned=2),
    Row("head neighbours", "ms"),
    Row("head two_hop", "ms", times_unversioned=1.5),
    Row("head descendants", "ms", times_unversioned=1.5),
    Row("as-of neighbours", "ms", times_row=(1.2, "head neighbours")),
    Row("as-of two_hop", "ms", times_row=(1.2, "head two_hop")),
    Row("as-of descendants", "ms", times_row=(1.2, "head descendants")),
    Row("check out a past state", "ms"),
    Row("branch neighbours", "ms"),
    Row("branch two_hop", "ms"),
    Row("branch descendants", "ms"),
    Row("one-commit diff", "ms", at_most=0.06),
    Row("one-commit diff as one", "ms", at_most=0.06),
    Row("long diff", "ms", at_most=114),
    Row("long diff as one", "ms", at_most=114),
    Row("life of a node", "ms", at_most=0.1),
    Row("size, log included", "MB"),
    Row("size, tidied and closed", "MB", at_most=125),
)
#: Rows whose samples have another name.
_SAMPLES: Final = {
    "bulk load": "load",
    "commit of 100 changes": "commit",
    "check out a past state": "check out",
    "life of a node": "life",
}
_SIZES: Final = {"size, log included": "bytes", "size, tidied and closed": "final bytes"}
#: The width of the first column and of each other.
_FIRST, _WIDTH = 28, 14


def figures_of(system: Measured) -> dict[str, float]:
    """The figures of a system in the units of the rows."""
    found: dict[str, float] = {}
    for row in ROWS:
        samples = system.samples.get(_SAMPLES.get(row.name, row.name))
        if samples is not None:
            found[row.name] = samples.median * (1 if row.unit == "s" else 1000)
    if "commit" in system.samples:
        found["commit, 95 of 100"] = system.samples["commit"].percentile(95) * 1000
    for name, figure in (
        ("size, log included", "bytes"),
        ("size, tidied and closed", "final bytes"),
    ):
        if figure in system.figures:
            found[name] = system.figures[figure] / 1e6
    return found


def counts_of(system: Measured) -> dict[str, int]:
    """How often each thing was measured."""
    return {name: len(samples.seconds) for name, samples in system.samples.items()}


def number(value: float | None) -> str:
    """A figure with three digits that count."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 1 else f"{value:.4f}".rstrip("0")


def table(figures: Figures, rows: tuple[Row, ...] = ROWS) -> list[str]:
    """The figures side by side, each row with its targets and those that it misses."""
    names = list(figures)
    others = [name for name in names if name != KGDELTA]
    head = "".join(f"{text:>{_WIDTH}}" for text in (*names, *(f"x {name}" for name in others)))
    lines = [f"{'':<{_FIRST}}{head}  targets"]
    for row in rows:
        measured = {name: figures[name].get(row.name) for name in names}
        ours = measured.get(KGDELTA)
        shown = [number(value) for value in measured.values()]
        shown += [_ratio(ours, measured[name]) for name in others]
        title = f"{row.name}, {row.unit}"
        cells = "".join(f"{text:>{_WIDTH}}" for text in shown)
        lines.append(f"{title:<{_FIRST}}{cells}  {_judged(row, figures)}")
    return lines


def _ratio(ours: float | None, theirs: float | None) -> str:
    return "-" if ours is None or theirs is None else f"{ours / theirs:.3g}"


def _judged(row: Row, figures: Figures) -> str:
    ours = figures.get(KGDELTA, {}).get(row.name)
    if ours is None:
        return ""
    limits = row.limits(figures)
    missed = [f"{name} ({number(limit)})" for name, limit in limits.items() if ours > limit]
    met = [name for name, limit in limits.items() if ours <= limit]
    parts = [f"met: {', '.join(met)}" if met else "", f"MISSED: {', '.join(missed)}"]
    return "; ".join(part for part in parts[: 2 if missed else 1] if part)


def document(
    systems: list[Measured], missing: Mapping[str, str], disagreements: list[str]
) -> dict[str, Any]:
    """Everything measured, as it goes into a file."""
    return {
        "figures": {system.name: figures_of(system) for system in systems},
        "measured": {system.name: counts_of(system) for system in systems},
        "peak memory MB": {s.name: s.figures["peak memory"] / 1e6 for s in systems},
        "missing": dict(missing),
        "disagreements": disagreements,
    }
