"""Release notes: what is unusual, branches of the hierarchy, Markdown and HTML."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import CLASS, DEPRECATED, LABEL, OBO, RDF_TYPE, SUBCLASS_OF, XSD_BOOLEAN
from kgcl.diff import lift
from queries.branches import Branches
from queries.notes import Note, Section, release_notes
from queries.notes_writing import cut, to_html, to_markdown
from queries.unusual import unusual_items


def node(name: str) -> str:
    return f"{OBO}X_{name}"


def term(name: str, *parents: str, label: str = "") -> set[Statement]:
    return {
        Statement(node(name), RDF_TYPE, CLASS),
        Statement(node(name), LABEL, Literal(label or name)),
        *(Statement(node(name), SUBCLASS_OF, node(parent)) for parent in parents),
    }


PREFIXES = PrefixMap({"X": f"{OBO}X_"})
BODY = term("root") | term("limb", "root") | term("organ", "root")
TERMS = (
    BODY | term("leg", "limb") | term("arm", "limb") | term("eye", "organ") | term("rib", "organ")
)


def told(after: set[Statement]) -> tuple[list[Section], list[str]]:
    before = MemorySnapshot(TERMS)
    delta = Delta.between(before.all, after)
    changes = lift(before, delta)
    return (
        release_notes(changes, before, delta, PREFIXES),
        unusual_items(changes, before, delta, PREFIXES),
    )


def flag(name: str) -> Statement:
    return Statement(node(name), DEPRECATED, Literal("true", XSD_BOOLEAN))


UNUSUAL = [
    (TERMS - term("eye", "organ"), ["eye (X:eye): deleted, not made obsolete"]),
    (
        (TERMS - term("rib", "organ")) | {flag("rib")} | term("rib"),
        ["rib (X:rib): made obsolete, and nothing takes its place"],
    ),
    (
        TERMS | {flag("limb")},
        [
            "limb (X:limb): made obsolete, and nothing takes its place",
            "limb (X:limb): obsolete now, and still used by others",
        ],
    ),
    (
        TERMS - {Statement(node("leg"), SUBCLASS_OF, node("limb"))},
        ["leg (X:leg): left without a parent"],
    ),
    (
        (TERMS - term("leg", "limb") - term("arm", "limb"))
        | term("leg", "limb", label="arm")
        | term("arm", "limb", label="wing"),
        ["the label 'arm' went from wing (X:arm) to arm (X:leg)"],
    ),
    (TERMS | term("toe", "leg"), []),
]


@pytest.mark.parametrize(("after", "expected"), UNUSUAL)
def test_what_is_unusual_comes_first(after: set[Statement], expected: list[str]) -> None:
    sections, unusual = told(after)
    assert unusual == expected
    text = to_markdown(sections, "T", unusual)
    assert text.startswith("# T\n\n## Unusual" if expected else "# T\n\n## New terms")


def test_many_of_one_kind_are_counted() -> None:
    several = {s for n in range(14) for s in term(f"t{n}", "organ")}
    before = MemorySnapshot(TERMS | several)
    delta = Delta.between(before.all, TERMS)
    items = unusual_items(lift(before, delta), before, delta, PrefixMap())
    assert len(items) == 11
    assert items[-1] == "4 more: deleted, not made obsolete"


@pytest.mark.parametrize(
    ("name", "branch"),
    [("leg", "limb"), ("eye", "organ"), ("limb", "limb"), ("root", ""), ("gone", "organ")],
)
def test_branches_stand_under_the_one_root(name: str, branch: str) -> None:
    before, after = MemorySnapshot(TERMS | term("gone", "organ")), MemorySnapshot(TERMS)
    found = Branches(before, after, {node(n) for n in ("leg", "eye", "limb", "root", "gone")})
    assert found.name_of(node(name)) == branch
    assert found.name_of(None) == ""


def test_branches_of_several_roots_and_of_a_cycle() -> None:
    edges = term("a", "b") | term("b", "a") | term("c", "d") | term("d")
    state = MemorySnapshot(edges)
    found = Branches(state, state, {node("a"), node("c")})
    assert found.name_of(node("a")) == "b"
    assert found.name_of(node("c")) == "d"


def test_long_sections_are_told_by_branch() -> None:
    added = {s for n in range(8) for p in ("leg", "rib") for s in term(f"{p}{n}", p)}
    sections, _ = told(TERMS | added)
    assert [(name, len(lines)) for name, lines in sections[0].branches] == [
        ("limb", 8),
        ("organ", 8),
    ]
    text = to_markdown(sections, "T", branches=True)
    assert "## New terms (16)\n\n### limb (8)\n\n- leg0 (X:leg0)\n" in text
    assert "###" not in to_markdown(sections, "T")
    summary = to_markdown(sections, "T", summary=True)
    assert summary == "# T\n\n| what | changes |\n| --- | --- |\n| New terms | 16 |\n"


def test_a_cut_leaves_whole_lines_and_says_how_many_are_gone() -> None:
    text = "\n".join(f"- line {n}" for n in range(100))
    short = cut(text, 300)
    assert len(short) <= 300
    kept = short.splitlines()
    assert kept[:-2] == text.splitlines()[: len(kept) - 2]
    assert kept[-1] == f"_and {100 - len(kept) + 2} more lines, left out here_"
    assert cut(text, None) == cut(text, 10_000) == text + "\n"


HOSTILE = '<script>alert(1)</script> & "quotes" {braces} %s'


def test_a_page_escapes_what_it_tells() -> None:
    section = Section("New terms", (Note(HOSTILE, "<b>"), Note("x", "y")))
    page = to_html([section], HOSTILE, [HOSTILE])
    assert "<script>" not in page
    assert "<b>" not in page
    assert page.count("&lt;script&gt;") == 4
    assert "New terms" not in to_html([], "T")
    assert "Nothing changed." in to_html([], "T")


def test_a_page_opens_in_a_browser(tmp_path: Path, chromium: str) -> None:
    added = {s for n in range(8) for p in ("leg", "rib") for s in term(f"{p}{n}", p)}
    sections, unusual = told((TERMS | added) - term("eye", "organ"))
    page = tmp_path / "notes.html"
    page.write_text(to_html(sections, "1 to 2", unusual), encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert "<summary>limb (8)</summary>" in shown
    assert "deleted, not made obsolete" in shown
