"""Release notes as Markdown and as a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from queries.notes import Section

#: From so many notes on, a section is told branch by branch.
_MANY: Final = 12
_LEFT_OUT: Final = "_and {} more lines, left out here_"


def to_markdown(
    sections: Sequence[Section],
    title: str,
    unusual: Sequence[str] = (),
    *,
    summary: bool = False,
    branches: bool = False,
) -> str:
    """Notes as Markdown: what is unusual first, then a heading for each section, a bullet a change.

    A ``summary`` has a table of counts instead of the changes; with ``branches`` long sections are
    told branch by branch.
    """
    return "\n".join(_markdown(sections, title, unusual, summary, branches))


def _markdown(
    sections: Sequence[Section], title: str, unusual: Sequence[str], summary: bool, branches: bool
) -> Iterator[str]:
    yield from (f"# {title}", "")
    if unusual:
        yield from (f"## Unusual ({len(unusual)})", "")
        yield from (f"- {_escape(line)}" for line in unusual)
        yield ""
    if summary:
        yield from ("| what | changes |", "| --- | --- |")
        yield from (f"| {each.title} | {len(each.notes):,} |" for each in sections)
        yield ""
        return
    for section in sections:
        yield from (f"## {section.title} ({len(section.notes)})", "")
        groups = section.branches
        if not branches or len(section.notes) < _MANY or len(groups) < 2:
            yield from (f"- {_escape(line)}" for line in section.lines)
            yield ""
            continue
        for name, lines in groups:
            yield from (f"### {_escape(name) or 'In no branch'} ({len(lines)})", "")
            yield from (f"- {_escape(line)}" for line in lines)
            yield ""


def _escape(line: str) -> str:
    return line.replace("\\", "\\\\").replace("*", "\\*").replace("_", "\\_").replace("\n", " ")


def cut(text: str, limit: int | None) -> str:
    """As many whole lines of Markdown as fit, and how many are left out."""
    lines = text.rstrip("\n").split("\n")
    whole = "\n".join(lines) + "\n"
    if limit is None or len(whole) <= limit:
        return whole
    room, kept = limit - len(_LEFT_OUT.format(len(lines))) - 2, 0
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept += 1
    return "\n".join([*lines[:kept], "", _LEFT_OUT.format(len(lines) - kept)]) + "\n"


def to_html(
    sections: Sequence[Section], title: str, unusual: Sequence[str] = (), *, summary: bool = False
) -> str:
    """Notes as one page that needs nothing else, light or dark as its reader likes."""
    body = [f"<h1>{escape(title)}</h1>"]
    if unusual:
        body += [f"<h2>Unusual ({len(unusual)})</h2>", _list(unusual)]
    rows = "".join(
        f'<tr><td><a href="#s{number}">{escape(each.title)}</a><td>{len(each.notes):,}'
        for number, each in enumerate(sections)
    )
    body.append(f"<table>{rows}</table>" if rows else "<p>Nothing changed.</p>")
    for number, section in enumerate(() if summary else sections):
        body.append(f'<h2 id="s{number}">{escape(section.title)} ({len(section.notes):,})</h2>')
        groups = section.branches
        if len(groups) < 2:
            body.append(_list(section.lines))
            continue
        opened = " open" if len(section.notes) < _MANY else ""
        for name, lines in groups:
            told = f"{escape(name) or 'In no branch'} ({len(lines):,})"
            body.append(f"<details{opened}><summary>{told}</summary>{_list(lines)}</details>")
    return _PAGE.format(title=escape(title), body="\n".join(body))


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}" for line in lines) + "</ul>"


_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #8886; }}
table {{ border-collapse: collapse; }}
td {{ padding: .15rem 1.5rem .15rem 0; }}
td + td {{ text-align: right; font-variant-numeric: tabular-nums; }}
summary {{ cursor: pointer; font-weight: 600; margin-top: .5rem; }}
li {{ overflow-wrap: anywhere; margin: .15rem 0; }}
</style>
{body}
</html>
"""
