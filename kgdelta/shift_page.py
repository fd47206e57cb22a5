"""Shift as one interactive page that needs nothing beside it: plots and a table that are linked."""

from __future__ import annotations

import json
import math
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Final

from kgdelta.extras import need_extra
from kgdelta.figures import BLUE, GREY, ORANGE, RED, shortened
from kgdelta.output import counted
from kgdelta.shift_figures import ENOUGH, furthest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgdelta.drifting import Shifted
    from kgdelta.shift_figures import Branch
    from kgdelta.shift_files import KeptShift

#: Edited terms on a page, beyond which a browser is slow.
MOST: Final = 3_000
_SHOWN: Final = (
    "node", "label", "score", "movement", "times", "low", "high", "p", "q", "significant",
    "explained", "changes", "words", "other_changes", "commits",
)  # fmt: skip
_LONGEST: Final = 40


def render_shift(about: KeptShift, rows: Sequence[Shifted], branches: Sequence[Branch]) -> str:
    """The page as HTML text. Raises UnavailableError without plotly."""
    need_extra("this page", "plots", "plotly")
    from plotly.offline import get_plotlyjs

    edited = [row for row in rows if row.direct]
    shown = sorted(edited, key=lambda row: -row.score)[:MOST]
    x = [max(row.movement, 1e-5) for row in shown]
    y = [-math.log10(max(row.p, 1e-12)) if row.p is not None else 0.0 for row in shown]
    scatter = _scatter(shown, x, y)
    data = {
        "rows": [{name: row.record()[name] for name in _SHOWN} for row in shown],
        "x": x,
        "y": y,
        "marker": len(scatter["data"]) - 1,
        "scatter": scatter,
        "ridge": _ridge(branches),
    }
    template = Template(files("kgdelta").joinpath("shift_page.html").read_text(encoding="utf-8"))
    more = len(edited) - len(shown)
    told = f"The {len(shown):,} that score highest of {len(edited):,} edited terms." if more else ""
    return template.substitute(
        title=escape(f"Shift from {about.before_name} to {about.after_name}"),
        summary=escape(_summary(about)),
        counted=escape(told),
        footer=escape(_footer(about)),
        plotly=get_plotlyjs(),
        # What ends a script in a label must not end this one.
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _summary(about: KeptShift) -> str:
    if about.note:
        return f"{counted(about.direct, 'edited term')}; {about.note}."
    return (
        f"{counted(about.significant, 'term')} of {about.direct:,} edited ones shifted, at a false "
        f"discovery rate of {about.settings['judging']['false_discovery_rate']:.0%}; the null is "
        f"{counted(about.null_nodes, 'term')} that were edited without a change of meaning."
    )


def _footer(about: KeptShift) -> str:
    judging, training = about.settings["judging"], about.settings["training"]
    commits = " to ".join(c[:12] for c in (about.before, about.after) if c)
    train = training["train"]
    told = (
        f"{train['model']}, rank {train['rank']}, {training['first_epochs']} and "
        f"{training['next_epochs']} epochs, seed {judging['seed']}, "
        f"{counted(judging['seeds'], 'training')}; kgdelta {about.code}, {about.id}"
    )
    return f"{commits}; {told}" if commits else told


def _layout(**more: Any) -> dict[str, Any]:
    return {
        "margin": {"l": 60, "r": 20, "t": 10, "b": 50},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "closest",
        **more,
    }


def _scatter(rows: Sequence[Shifted], x: Sequence[float], y: Sequence[float]) -> dict[str, Any]:
    traces: list[dict[str, Any]] = []
    for name, real, colour, symbol in (
        ("shifted", True, RED, "diamond"),
        ("not shown to be more than churn", False, BLUE, "circle"),
    ):
        own = [i for i, row in enumerate(rows) if row.significant is real]
        traces.append(
            {
                "type": "scattergl" if len(own) > 1_000 else "scatter",
                "mode": "markers",
                "name": name,
                "x": [x[i] for i in own],
                "y": [y[i] for i in own],
                "text": [escape(f"{rows[i].label or rows[i].node}") for i in own],
                "customdata": own,
                "hovertemplate": "%{text}<br>moved %{x:.3f}<extra></extra>",
                "marker": {"color": colour, "symbol": symbol, "size": 8, "opacity": 0.75},
            }
        )
    ring = {"color": "rgba(0,0,0,0)", "size": 16, "line": {"color": "black", "width": 2}}
    traces.append(
        {"type": "scatter", "mode": "markers", "x": [], "y": [], "marker": ring,
         "hoverinfo": "skip", "showlegend": False}
    )  # fmt: skip
    axis = {"gridcolor": "#eeeeee", "zeroline": False}
    layout = _layout(
        xaxis={"title": {"text": "movement (1 - cosine)"}, "type": "log", **axis},
        yaxis={"title": {"text": "-log10 p"}, "rangemode": "tozero", **axis},
        legend={"orientation": "h", "y": -0.2},
    )
    return {"data": traces, "layout": layout}


def _ridge(branches: Sequence[Branch]) -> dict[str, Any]:
    """Half violins over each other; plotly gives them their densities."""
    moving = [b for b in branches if len(b.movements) >= ENOUGH and max(b.movements) > 0]
    ordered = furthest(moving)[::-1]
    traces = [
        {
            "type": "violin",
            "orientation": "h",
            "side": "positive",
            "width": 1.7,
            "points": False,
            "meanline": {"visible": False},
            "box": {"visible": True, "width": 0.12},
            "x": [math.log10(max(m, 1e-6)) for m in branch.movements],
            # Names of branches need not be unique once they are cut.
            "y0": f"{escape(shortened(branch.name, _LONGEST))} ({len(branch.movements):,})",
            "hoveron": "violins",
            "hoverinfo": "none",
            "line": {"color": "#333333", "width": 1},
            "fillcolor": (BLUE, ORANGE)[place % 2],
            "showlegend": False,
        }
        for place, branch in enumerate(ordered)
    ]
    ticks = range(-6, 1)
    layout = _layout(
        margin={"l": 10, "r": 20, "t": 10, "b": 50},
        xaxis={
            "title": {"text": "movement (1 - cosine)"},
            "tickvals": list(ticks),
            "ticktext": [f"{10.0**t:g}" for t in ticks],
            "gridcolor": "#eeeeee",
            "zeroline": False,
        },
        yaxis={"automargin": True, "showgrid": False},
        violingap=0,
        violinmode="overlay",
    )
    if not ordered:
        note = {"text": "nothing moved", "showarrow": False, "font": {"color": GREY}}
        layout["annotations"] = [{**note, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}]
    return {"data": traces, "layout": layout}
