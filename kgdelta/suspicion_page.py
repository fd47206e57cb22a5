"""Doubted statements as one page that needs nothing beside it, with its own reliability."""

from __future__ import annotations

import math
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

from kgdelta.output import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.reliability import Bin, Reliability
    from kgdelta.proposals import Proposal
    from kgdelta.suspicion_files import KeptJudgement
    from kgdelta.suspicions import ToldSuspicion

#: Statements on a page.
MOST: Final = 200
_SIZE, _LEFT, _FOOT = 320, 46, 40
#: What the kinds of mistakes are called.
KINDS: Final[Mapping[str, str]] = {
    "typed": "an end that the relation has elsewhere",
    "random": "any other end",
    "relation": "another relation that fits both ends",
    "swap": "head and tail swapped",
    "near": "an end that is much like the right one",
    "batch": "many at once around one node",
    "entity": "the edges of another node",
}


def render_suspicions(
    about: KeptJudgement,
    rows: Sequence[ToldSuspicion],
    proposals: Sequence[Proposal],
    found: Reliability,
) -> str:
    """The page as HTML text."""
    template = Template(files("kgdelta").joinpath("suspicion_page.html").read_text("utf-8"))
    repairs = {id(proposal.suspicion): proposal for proposal in proposals}
    shown = rows[:MOST]
    more = f"The first {len(shown):,} of {about.statements:,}. " if len(rows) > len(shown) else ""
    return template.substitute(
        title=escape(f"What is probably wrong in {about.name}"),
        summary=escape(_summary(about)),
        told=escape(_told(found)),
        plot=_plot(found.bins),
        shown=more,
        rows="\n".join(_row(row, repairs.get(id(row))) for row in shown),
        kinds="\n".join(
            f"<tr><td>{escape(KINDS.get(kind, kind))}</td><td>{share:.2%}</td>"
            f"<td>{resolved:.0%}</td></tr>"
            for kind, (share, resolved) in about.kinds.items()
        ),
        footer=escape(_footer(about)),
    )


def _summary(about: KeptJudgement) -> str:
    new = " that are new" if about.since else ""
    told = f"{about.expected:.0f} of {counted(about.statements, 'statement')}{new} are expected to "
    told += "be wrong."
    if not about.believed:
        told += " No kind of mistake stands out: take the order, and not the percentages."
    return told


def _told(found: Reliability) -> str:
    return (
        f"To see, {counted(found.planted, 'mistake')} were planted among these {found.edges:,} "
        f"edges and judged: {found.expected:.0f} were expected to be wrong. Each dot holds edges "
        "with like percentages: across what was said, upwards how many of them were planted, with "
        "a 95% interval. What was wrong already counts as right here."
    )


def _footer(about: KeptJudgement) -> str:
    settings = about.settings
    told = f"seed {settings['seed']}, {len(settings['kernels'])} kinds; kgdelta {about.code}"
    commit = f"{about.commit[:12]}; " if about.commit else ""
    return f"{commit}{told}, {about.id}"


def _row(row: ToldSuspicion, proposal: Proposal | None) -> str:
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in row.reasons)
    listed = f"<ul>{reasons}</ul>" if reasons else ""
    repair = ""
    if proposal is not None:
        commands = "<br>".join(f"<code>{escape(command)}</code>" for command in proposal.commands)
        repair = f"{escape(proposal.kind)}<br>{commands}"
    width = round(60 * row.posterior)
    statement = " ".join(
        (
            _end(row.subject, row.subject_label),
            f"<b>{escape(row.predicate)}</b>",
            _end(row.object, row.object_label),
        )
    )
    return (
        f'<tr><td class="n"><span class="bar" style="width:{width}px"></span> '
        f"{row.posterior:.0%}</td><td>{statement}{listed}</td><td>{repair}</td></tr>"
    )


def _end(name: str, label: str) -> str:
    if not label:
        return escape(name)
    return f'{escape(label)} <span class="id">{escape(name)}</span>'


def _plot(bins: Sequence[Bin]) -> str:
    """What was said against what was true, as SVG."""
    width, height = _LEFT + _SIZE + 16, _SIZE + _FOOT + 12

    def x(value: float) -> float:
        return _LEFT + value * _SIZE

    def y(value: float) -> float:
        return 12 + (1 - value) * _SIZE

    parts = [
        f'<line class="grid" x1="{x(0)}" x2="{x(1)}" y1="{y(tick)}" y2="{y(tick)}"/>'
        f'<text x="{_LEFT - 8}" y="{y(tick) + 4}" text-anchor="end">{tick:.0%}</text>'
        f'<text x="{x(tick)}" y="{y(0) + 18}" text-anchor="middle">{tick:.0%}</text>'
        for tick in (0, 0.25, 0.5, 0.75, 1)
    ]
    parts.append(f'<line class="even" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>')
    for one in bins:
        share = one.planted / one.edges
        low, high = _interval(one.planted, one.edges)
        title = f"{one.edges:,} edges: {one.said:.1%} said, {share:.1%} planted"
        parts.append(
            f'<g><title>{title}</title><line class="span" x1="{x(one.said):.1f}" '
            f'x2="{x(one.said):.1f}" y1="{y(low):.1f}" y2="{y(high):.1f}"/>'
            f'<circle class="dot" cx="{x(one.said):.1f}" cy="{y(share):.1f}" r="4"/></g>'
        )
    parts.append(
        f'<text x="{x(0.5)}" y="{height - 6}" text-anchor="middle">probability that was said</text>'
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="Reliability: probability said and share planted">{"".join(parts)}</svg>'
    )


def _interval(hits: int, count: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    z = 1.96
    share, below = hits / count, 1 + z * z / count
    middle = (share + z * z / (2 * count)) / below
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / below
    return max(0.0, middle - spread), min(1.0, middle + spread)
