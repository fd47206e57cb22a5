"""Release notes: what is unusual, branches of the hierarchy, Markdown and HTML."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import (
    CLASS,
    DEFINITION,
    DEPRECATED,
    EQUIVALENT_CLASS,
    LABEL,
    OBO,
    RDF_TYPE,
    REPLACED_BY,
    SUBCLASS_OF,
    XSD_BOOLEAN,
)
from kgcl.changes import LogicalAxiomChange
from kgcl.diff import lift
from kgcl.parser import parse
from queries.axiom_words import axiom_sentence
from queries.branches import Branches
from queries.notes import Note, Section, release_notes
from queries.notes_writing import to_html, to_markdown
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
        ["the label “arm” went from wing (X:arm) to arm (X:leg)"],
    ),
    (TERMS | term("toe", "leg"), []),
    (
        TERMS | term("mind") | {Statement(node("gut"), RDF_TYPE, CLASS)},
        ["mind (X:mind): new, and under no other term"],
    ),
    (
        (TERMS - term("rib", "organ") - term("eye", "organ"))
        | {flag("rib")}
        | {Statement(node("rib"), REPLACED_BY, node("eye"))}
        | term("rib", label="obsolete rib")
        | term("eye", "organ", label="rib"),
        [],
    ),
]


@pytest.mark.parametrize(("after", "expected"), UNUSUAL)
def test_what_is_unusual_comes_first(after: set[Statement], expected: list[str]) -> None:
    sections, unusual = told(after)
    assert unusual == expected
    text = to_markdown(sections, "T", unusual)
    assert text.startswith("# T\n\n## Unusual" if expected else "# T\n\n")
    assert ("## Unusual" in text) == bool(expected)


def test_what_goes_from_many_terms_at_once_is_unusual() -> None:
    many = {s for n in range(40) for s in term(f"t{n}", "organ")}
    defined = {Statement(node(f"t{n}"), DEFINITION, Literal(f"T {n}.")) for n in range(40)}
    one = Statement(node("leg"), DEFINITION, Literal("What walks."))
    before = MemorySnapshot(TERMS | many | defined | {one})
    fewer = {Statement(node(f"t{n}"), DEFINITION, Literal(f"T {n}.")) for n in range(30)}

    def items(after: set[Statement]) -> list[str]:
        delta = Delta.between(before.all, after)
        return unusual_items(lift(before, delta), before, delta, PREFIXES)

    found = items(set(before.all) - fewer)
    assert found[10] == "20 more: left without a definition"
    assert found[11:] == [
        "IAO:0000115: 30 of 41 statements are gone (73%)",
        "30 of the 43 terms of the branch organ (X:organ) changed (70%)",
    ]
    assert items(set(before.all) - {one}) == ["leg (X:leg): left without a definition"]
    changed = {Statement(s.subject, DEFINITION, Literal("New.")) for s in fewer}
    assert items((set(before.all) - fewer) | changed) == found[12:]


def test_what_begins_with_nothing_is_not_unusual() -> None:
    delta = Delta.between((), TERMS)
    empty = MemorySnapshot(())
    assert unusual_items(lift(empty, delta), empty, delta, PREFIXES) == []


AXIOMS = [
    (
        "add axiom EquivalentClasses(ObjectIntersectionOf(ObjectSomeValuesFrom(part_of X:1) X:2)"
        " X:3)",
        "Added: X:3 is equivalent to X:2 and (part_of some X:1).",
    ),
    ("remove axiom DisjointClasses(X:1 X:2)", "Removed: X:1 is disjoint with X:2."),
    (
        "add axiom SubClassOf(X:1 ObjectComplementOf(ObjectUnionOf(X:2 X:3)))",
        "Added: X:1 is a kind of not (X:2 or X:3).",
    ),
    (
        "change axiom from SubClassOf(X:1 ObjectMaxCardinality(2 X:p X:4))"
        " to SubClassOf(X:1 ObjectHasValue(ObjectInverseOf(X:p) X:4))",
        "Changed: X:1 is a kind of X:p max 2 X:4. Now: X:1 is a kind of (inverse X:p) value X:4.",
    ),
    ("add axiom DisjointClasses(X:a X:b X:c)", "Added: DisjointClasses(X:a, X:b, X:c)."),
]


@pytest.mark.parametrize(("command", "words"), AXIOMS)
def test_axioms_are_told_in_words(command: str, words: str) -> None:
    (change,) = parse(command)
    assert isinstance(change, LogicalAxiomChange)
    assert axiom_sentence(change, lambda node: node) == words


def test_axioms_stand_in_the_branch_of_what_they_define() -> None:
    defined = Statement(
        node("leg"),
        EQUIVALENT_CLASS,
        Expression("ObjectIntersectionOf", (node("limb"), node("rib"))),
    )
    (section,), _ = told(TERMS | {defined})
    assert section.title == "Logical axioms"
    assert section.branches == [
        ("limb", ["Added: leg (X:leg) is equivalent to rib (X:rib) and limb (X:limb)."])
    ]


def test_names_of_imports_are_used() -> None:
    edge = Statement(node("eye"), SUBCLASS_OF, f"{OBO}UBERON_1")
    before = MemorySnapshot(TERMS)
    delta = Delta(frozenset(), frozenset({edge}))
    names = {edge.object: Literal("sense organ")}
    (section,) = release_notes(lift(before, delta), before, delta, PREFIXES, names)
    assert section.lines == ("Added: eye (X:eye) is a kind of sense organ (UBERON:1).",)


def test_a_crowded_branch_is_told_by_those_under_it() -> None:
    state = {s for n in range(60) for p in ("leg", "arm") for s in term(f"{p}{n}", p)}
    before = MemorySnapshot(TERMS | state)
    found = Branches(before, before, {s.subject for s in state})
    assert {found.name_of(each) for each in found.of} == {"leg", "arm"}
    flat = {s for n in range(120) for s in term(f"x{n}", "organ")}
    before = MemorySnapshot(TERMS | flat)
    found = Branches(before, before, {s.subject for s in flat})
    assert {found.name_of(each) for each in found.of} == {"organ"}


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


HOSTILE = '<script>alert(1)</script> & "quotes" {braces} %s'


def test_nothing_changed_is_said() -> None:
    assert to_markdown([], "T") == to_markdown([], "T", summary=True) == "# T\n\nNothing changed.\n"


def test_a_page_escapes_what_it_tells() -> None:
    section = Section("New terms", (Note(HOSTILE, "<b>"), Note("x", "y")))
    page = to_html([section], HOSTILE, [HOSTILE])
    assert "<script>" not in page
    assert "<b>" not in page
    assert page.count("&lt;script&gt;") == 4
    assert "New terms" not in to_html([], "T")
    short = to_html([section], "T", summary=True)
    assert "href" not in short
    assert "<td>New terms<td>2" in short
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
