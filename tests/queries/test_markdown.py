"""Markdown of texts of anybody, and Markdown cut to a length at whole items."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.markdown import code, cut, escape

ESCAPED = [
    ("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)\\>"),
    ("![see](http://a.b) [x]", "!\\[see\\](http\\://a.b) \\[x\\]"),
    ("@all, ask a@b.org", "@&#8203;all, ask a@&#8203;b.org"),
    ("as in #12, C# and GH-7", "as in #&#8203;12, C# and GH-&#8203;7"),
    ("a | b ~~c~~ `d` $e$", "a \\| b \\~\\~c\\~\\~ \\`d\\` \\$e\\$"),
    ("AT&T &lt; &#60;", "AT&T \\&lt; \\&#60;"),
    ("www.a.b and WWW.c.d", "www\\.a.b and WWW\\.c.d"),
    ("1. one", "1\\. one"),
    ("- two", "\\- two"),
    ("# three", "\\# three"),
    ("1-D extent (PATO:0001708), 3' end", "1-D extent (PATO:0001708), 3' end"),
    ("  two\n\nlines\u2028more ", "two lines more"),
    ("left \u202e right \x00", "left \ufffd right \ufffd"),
]


@pytest.mark.parametrize(("text", "expected"), ESCAPED)
def test_signs_of_markdown_stay_words(text: str, expected: str) -> None:
    assert escape(text) == expected


SIGNS = "<b> [a](b) ![x](y) ` `` | ** _ # 1. &lt; & \\ $x$ <!-- a é ~~~ === http://a.b www.a.b @all"
PIECES = st.sampled_from([*SIGNS.split(), "- ", "> ", "[x]: y", " ", "\n"])


@given(st.lists(PIECES, max_size=6).map("".join))
def test_a_reader_of_markdown_shows_the_very_text(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    page = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).render(f"- {escape(text)}\n")
    assert set(re.findall(r"<\w+", page)) <= {"<ul", "<li"}
    shown = unescape(re.sub(r"<[^>]*>", "", page)).replace("\u200b", "").strip()
    assert shown == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("", "`  `"), ("a\nb", "`a b`")],
)
def test_code_has_any_backticks(text: str, expected: str) -> None:
    assert code(text) == expected


def notes(sections: list[list[int]]) -> str:
    lines = ["<!-- mark -->", "# Title", ""]
    for number, items in enumerate(sections):
        lines += [f"## Section {number}", "", "### Branch", ""]
        for item, length in enumerate(items):
            lines += [f"- {number}.{item} {'x' * length}", "  - under it"]
        lines.append("")
    return "\n".join(
        [*lines, "## Counts", "", "| what | changes |", "| --- | --- |", "| rows | 1 |", ""]
    )


@given(
    st.lists(st.lists(st.integers(0, 150), min_size=1, max_size=6), max_size=6),
    st.integers(200, 1200),
)
def test_a_cut_leaves_whole_items_and_counts_the_others(
    sections: list[list[int]], limit: int
) -> None:
    whole = notes(sections)
    short = cut(whole, limit)
    assert short.startswith("<!-- mark -->\n")
    if len(whole) <= limit:
        assert short == whole
        return
    assert len(short) <= limit
    lines = short.splitlines()
    assert lines.count("  - under it") == sum(line.startswith("- ") for line in lines)
    items = [line for line in lines if line.startswith(("- ", "| rows"))]
    assert set(lines[:-1]) <= set(whole.splitlines())
    found = re.fullmatch(r"_and ([0-9]+) more items? left out here_", lines[-1])
    assert found
    assert int(found[1]) + len(items) == sum(map(len, sections)) + 1
    for line, following in zip(lines, lines[2:], strict=False):
        if line.startswith("### "):
            assert following.startswith("- "), "a heading of nothing"
        elif line.startswith("## "):
            assert following.startswith(("### ", "| what")), "a heading of nothing"


def test_an_item_of_half_the_room_makes_place_for_others() -> None:
    text = "# T\n\n- short\n\n## Long\n\n- " + "x" * 400 + "\n\n## Other\n\n- last\n"
    assert cut(text, 300) == (
        "# T\n\n- short\n\n## Other\n\n- last\n\n_and 1 more item left out here_\n"
    )
    assert cut(text, None) == cut(text, 1000) == text


def test_nothing_fits_and_that_is_said() -> None:
    assert cut("# T\n\n- " + "x" * 900, 200) == "_and 1 more item left out here_\n"
