"""Release notes as Markdown and as a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from queries.markdown import escape as escape_markdown

if TYPE_CHECKING:
    from queries.notes import Section

#: From so many notes on, a section is told branch by branch.
_MANY: Final = 12
#: Up to so many notes the branches of a section stand open on a page.
_OPEN: Final = 60


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
    yield from (f"# {escape_markdown(title)}", "")
    if unusual:
        yield from (f"## Unusual ({len(unusual)})", "")
        yield from (f"- {escape_markdown(line)}" for line in unusual)
        yield ""
    if not sections:
        yield from ("Nothing changed.", "")
        return
    if summary:
        yield from ("| what | changes |", "| --- | --- |")
        yield from (f"| {each.title} | {len(each.notes):,} |" for each in sections)
        yield ""
        return
    for section in sections:
        yield from (f"## {section.title} ({len(section.notes):,})", "")
        groups = section.branches
        if not branches or len(section.notes) < _MANY or len(groups) < 2:
            yield from (f"- {escape_markdown(line)}" for line in section.lines)
            yield ""
            continue
        for name, lines in groups:
            yield from (f"### {escape_markdown(name) or 'In no branch'} ({len(lines):,})", "")
            yield from (f"- {escape_markdown(line)}" for line in lines)
            yield ""


def to_html(
    sections: Sequence[Section], title: str, unusual: Sequence[str] = (), *, summary: bool = False
) -> str:
    """Notes as one page that needs nothing else, light or dark as its reader likes.

    A ``summary`` has counts instead of the changes.
    """
    body = [f"<h1>{escape(title)}</h1>"]
    if unusual:
        told = f"<h2>Unusual ({len(unusual):,})</h2>{_list(unusual)}"
        body.append(f'<section class="unusual">{told}</section>')
    rows = "".join(
        f"<tr><td>{_linked(each.title, number, summary)}<td>{len(each.notes):,}"
        for number, each in enumerate(sections)
    )
    body.append(f"<table>{rows}</table>" if rows else "<p>Nothing changed.</p>")
    for number, section in enumerate(() if summary else sections):
        body.append(f'<h2 id="s{number}">{escape(section.title)} ({len(section.notes):,})</h2>')
        groups = section.branches
        if len(groups) < 2:
            body.append(_list(section.lines))
            continue
        opened = " open" if len(section.notes) <= _OPEN else ""
        for name, lines in groups:
            told = f"{escape(name) or 'In no branch'} ({len(lines):,})"
            body.append(f"<details{opened}><summary>{told}</summary>{_list(lines)}</details>")
    return _PAGE.format(title=escape(title), body="\n".join(body))


def _linked(title: str, number: int, summary: bool) -> str:
    """A title, with a link where its section is on the page."""
    return escape(title) if summary else f'<a href="#s{number}">{escape(title)}</a>'


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}" for line in lines) + "</ul>"


_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #d5d5da; --soft: #f6f4ee; --link: #0b57b0; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --line: #3d3f45; --soft: #26241d; --link: #8ab8ff; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 52rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; }}
h2 {{ font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line); }}
.unusual {{ background: var(--soft); border-left: 4px solid #d08700; padding: .1rem 1rem; }}
.unusual h2 {{ margin-top: .6rem; border: 0; }}
.unusual + table {{ margin-top: 1.5rem; }}
a {{ color: var(--link); }}
table {{ border-collapse: collapse; }}
td {{ padding: .15rem 1.5rem .15rem 0; }}
td + td {{ padding-right: 0; text-align: right; font-variant-numeric: tabular-nums; }}
summary {{ cursor: pointer; font-weight: 600; margin-top: .5rem; }}
ul {{ padding-left: 1.4rem; }}
li {{ margin: .15rem 0; }}
</style>
{body}
</html>
"""
