"""The text of KGCL: what is written reads back, and every mistake is told with its place."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.prefixes import PrefixMap
from kgcl import changes as c
from kgcl.describe import describe
from kgcl.errors import KgclSyntaxError
from kgcl.lexical import CURIE, IRI, KEYWORDS, NAME
from kgcl.parser import parse, parse_all
from kgcl.render import render
from kgcl.schema import to_fields

DATA = Path(__file__).parent / "data" / "text"
LAWS = settings(deadline=None, max_examples=60, derandomize=True)

MARKS = """' " \\ \\\\ '@en ; # { ^^ \\n \\u0041 😀 \u202eאב to - x"""
HOSTILE = st.lists(
    st.sampled_from([*MARKS.split(" "), *"\n\r\t\0\u2028\x85\ud800 "]), max_size=6
).map("".join)
TEXT = HOSTILE | st.text(st.characters(), max_size=12)
IRIS = st.from_regex(IRI, fullmatch=True).map(lambda text: text[:30])
CURIES = st.sampled_from(["MS:1", "oboInOwl:hasDbXref", "a:b/c#d%20+e", "GO:é", "to:1"]) | (
    st.from_regex(CURIE, fullmatch=True)
)
NAMES = (
    st.sampled_from(["part_of", "42", "Tom", "/m/02mjmr", "émile"])
    | st.from_regex(NAME, fullmatch=True)
).filter(lambda text: text.lower() not in KEYWORDS)
IDS = (
    st.builds(c.Ref, IRIS)
    | st.builds(c.Ref, CURIES, st.just(c.RefKind.CURIE))
    | st.builds(c.Ref, NAMES, st.just(c.RefKind.NAME))
)
REFS = IDS | st.builds(c.Ref, TEXT, st.just(c.RefKind.LABEL))
LANGUAGES = st.sampled_from(["", "en", "zh-Hans", "EN", "x-1"])
TEXTS = st.builds(c.Text, TEXT, LANGUAGES) | st.builds(c.Text, TEXT, st.just(""), IDS)
ARGUMENT = IDS.filter(lambda ref: not ref.text.isdecimal()) | TEXTS
TERMS = st.recursive(
    IDS | TEXTS,
    lambda inner: st.builds(
        c.Compound,
        st.sampled_from(["ObjectIntersectionOf", "ObjectMinCardinality", "to"]),
        st.lists(ARGUMENT | inner.filter(lambda t: not isinstance(t, c.Ref)), max_size=3).map(
            tuple
        ),
    ),
    max_leaves=5,
)
NOTES = st.recursive(
    st.just(()),
    lambda inner: st.lists(st.builds(c.Note, IDS, TERMS, inner), max_size=2).map(tuple),
    max_leaves=4,
)
BY_TYPE = {
    "Ref": REFS,
    "Ref | None": st.none() | REFS,
    "str": TEXT,
    "str | None": st.none() | TEXT,
    "Notes": st.none() | NOTES,
    "Term": TERMS,
    "Scope | None": st.none() | st.sampled_from(c.Scope),
    "NodeType": st.sampled_from(c.NodeType),
    "Edge": st.builds(c.Edge, REFS, st.none() | REFS, st.none() | REFS),
}


@st.composite
def changes_of(draw: st.DrawFn, kind: type[c.Change]) -> c.Change:
    values: dict[str, Any] = {}
    for each in fields(kind):
        if each.name == "position":
            continue
        strategy = LANGUAGES if "language" in each.name else BY_TYPE[str(each.type)]
        values[each.name] = draw(IDS if each.name == "node_id" else strategy)
    for value, language in [("name", "language"), ("old_value", "old_language")]:
        if language in values and value in values and values[value] is None:
            values[language] = ""
    if kind is c.NodeMove:
        edge = values["about_edge"]
        end = None if edge.object is None or edge.predicate is None else values["old_value"]
        values["about_edge"] = c.Edge(edge.subject, edge.predicate, end)
    if kind is c.PredicateChange:
        edge = values["about_edge"]
        values["about_edge"] = c.Edge(edge.subject, None, draw(REFS))
    return kind(**values)


@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back(kind: type[c.Change]) -> None:
    @LAWS
    @given(changes_of(kind))
    def law(change: c.Change) -> None:
        text = render(change)
        assert "\n" not in text
        assert parse(text) == [change]
        assert render(parse(text)[0]) == text
        json.dumps(to_fields(change))
        assert describe(change, lambda ref: f"«{ref}»").endswith(".")

    law()


def test_every_class_is_in_all() -> None:
    concrete = {kind for kind in vars(c).values() if isinstance(kind, type)}
    assert set(c.ALL) == {k for k in concrete if issubclass(k, c.Change) and k is not c.Change}


@LAWS
@given(IRIS | st.sampled_from(["urn:token:to", "urn:token:12", "urn:token:a%20b"]))
def test_a_prefix_map_only_shortens_what_it_expands_again(iri: str) -> None:
    prefixes = PrefixMap({"a": iri[:5]})
    assume(prefixes.expand(prefixes.contract(iri)) == iri)
    (change,) = parse(render(c.NodeDeletion(c.Ref(iri)), prefixes))
    assert isinstance(change, c.NodeDeletion)
    ref = change.about_node
    assert (ref.text if ref.kind is c.RefKind.IRI else prefixes.expand(ref.text)) == iri


@pytest.mark.parametrize(
    "ref",
    [
        c.Ref("a b"),
        c.Ref("a<b"),
        c.Ref(""),
        c.Ref("x", c.RefKind.CURIE),
        c.Ref("To", c.RefKind.NAME),
        c.Ref("a;b", c.RefKind.NAME),
    ],
)
def test_what_no_text_can_say_is_refused(ref: c.Ref) -> None:
    with pytest.raises(ValueError, match=r"IRI"):
        render(c.NodeDeletion(ref))


PIECES = [
    *KEYWORDS, "MS:1", "'a'", '"b"', "'a", "<http://x>", "<", "{", "}", "=", "@en", "^^", "->", ";",
    "#", "F(", ")", "\\", "\n", "- ", "😀", "part_of", ",", "'\\q'", "*", "\0", "\ud800",
]  # fmt: skip


@settings(LAWS, max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join) | st.text(max_size=30))
def test_any_input_parses_or_is_a_syntax_error(text: str) -> None:
    parsed = parse_all(text)
    lines = text.split("\n")
    for error in parsed.errors:
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        assert error.snippet == lines[error.line - 1]
    for command in parsed.commands:
        line = lines[command.position.line - 1]
        assert line[command.position.column - 1 :].startswith(command.text)


@pytest.mark.parametrize("deep", ["F(" * 5000 + ")" * 5000, "F(" * 300, "F(" * 201 + ")" * 201])
def test_deep_nesting_is_a_syntax_error(deep: str) -> None:
    with pytest.raises(KgclSyntaxError, match="nested more than 200"):
        parse(f"add statement MS:1 MS:2 {deep}")


def test_nesting_within_the_bound_reads() -> None:
    text = "add statement MS:1 MS:2 " + "F(" * 200 + ")" * 200
    assert render(parse(text)[0]) == text


@pytest.mark.parametrize("source", sorted(DATA.glob("*.kgcl")), ids=lambda path: path.stem)
def test_sources_with_what_they_say(source: Path) -> None:
    parsed = parse_all(source.read_text("utf-8"))
    found = {
        "commands": [
            [x.position.line, x.position.column, type(x.change).__name__, to_fields(x.change)]
            for x in parsed.commands
        ],
        "errors": [[x.line, x.column, x.reason, list(x.expected)] for x in parsed.errors],
    }
    assert found == json.loads(source.with_suffix(".json").read_text("utf-8"))


def test_the_caret_stands_under_the_mistake() -> None:
    with pytest.raises(KgclSyntaxError) as caught:
        parse("\tdelete edge")
    assert caught.value.pointer == "\t           ^"


def test_the_examples_of_the_readme_read() -> None:
    page = files("kgcl").joinpath("README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w+) \| .* \| `` (.+) `` \|$", page, re.MULTILINE)
    assert {name for name, _ in rows} == {kind.__name__ for kind in c.ALL}
    for name, example in rows:
        (change,) = parse(example)
        assert type(change).__name__ == name
        assert parse(render(change)) == [change]
