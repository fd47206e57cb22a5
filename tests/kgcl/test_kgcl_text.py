"""The text of KGCL: what is written reads back, and every mistake is told with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.prefixes import PrefixMap
from kgcl import changes as c
from kgcl.describe import describe
from kgcl.errors import KgclSyntaxError
from kgcl.forms import FORMS
from kgcl.lexical import KEYWORDS
from kgcl.parser import grammar, parse, parse_all
from kgcl.render import render
from kgcl.schema import dump_yaml, load_yaml
from kgcl.tables import fingerprint, load_parser, make_parser
from tests.kgcl.change_strategies import IRIS, changes_of

DATA = Path(__file__).parent / "data" / "text"
LAWS = settings(deadline=None, max_examples=12, derandomize=True)
BASE_FIELDS = {each.name for each in fields(c.Change)}


def reads_back(kind: type[c.Change], examples: int) -> None:
    @settings(LAWS, max_examples=examples)
    @given(changes_of(kind))
    def law(change: c.Change) -> None:
        text = render(change)
        assert "\n" not in text
        assert parse(text) == [change]
        assert render(parse(text)[0]) == text
        assert describe(change, lambda ref: f"«{ref}»").endswith((".", "!", "?"))

    law()


@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back(kind: type[c.Change]) -> None:
    reads_back(kind, 12)


@pytest.mark.long
@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back_at_length(kind: type[c.Change]) -> None:
    reads_back(kind, 150)


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


@settings(LAWS, max_examples=800)
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
    errors = [[x.line, x.column, x.reason, list(x.expected)] for x in parsed.errors]
    assert dump_yaml(parsed.changes) == source.with_suffix(".yaml").read_text("utf-8")
    assert load_yaml(dump_yaml(parsed.changes), source.name) == parsed.changes
    told = source.with_suffix(".errors.json")
    assert errors == (json.loads(told.read_text("utf-8")) if told.exists() else [])


def test_the_caret_stands_under_the_mistake() -> None:
    with pytest.raises(KgclSyntaxError) as caught:
        parse("\tdelete edge")
    assert caught.value.pointer == "\t           ^"


def test_the_readme_shows_each_class_with_its_forms_fields_and_an_example() -> None:
    page = files("kgcl").joinpath("README.md").read_text("utf-8")
    row = r"^\| (\w+) \| ([\w, ]+) \| (`.+`) \| `` (.+) `` \| .+ \|$"
    rows = re.findall(row, page, re.MULTILINE)
    assert [name for name, *_ in rows] == [kind.__name__ for kind in c.ALL]
    for name, listed, forms, example in rows:
        kind = getattr(c, name)
        assert listed.split(", ") == [
            each.name for each in fields(kind) if each.name not in BASE_FIELDS
        ]
        assert forms == "; ".join(f"`{form}`" for form in FORMS[name])
        (change,) = parse(example)
        assert type(change) is kind
        assert render(change) == example


#: What stands for the parts of a form.
PARTS = {
    "E": "X:1", "S": "X:1", "P": "part_of", "O": "X:2", "V": "'v'", "F": "SubClassOf(X:1 X:2)",
}  # fmt: skip


def variants(form: str) -> Iterator[str]:
    """A form with and without each of its bracketed parts."""
    found = re.search(r"\[([^\[\]]*)\]", form)
    if found is None:
        yield " ".join(form.split())
        return
    for inner in ("", found[1]):
        yield from variants(form[: found.start()] + inner + form[found.end() :])


@pytest.mark.parametrize("name", FORMS)
def test_every_form_reads_as_its_class(name: str) -> None:
    for form in FORMS[name]:
        for text in variants(form):
            spoken = re.sub(r"\b[ESPOVF]\b(?!')", lambda found: PARTS[found[0]], text)
            (change,) = parse(spoken)
            assert type(change).__name__ == name, spoken
            assert parse(render(change)) == [change]


def test_forms_are_given_for_every_class() -> None:
    assert list(FORMS) == [kind.__name__ for kind in c.ALL]


def test_words_that_may_stand_where_a_name_may_are_never_names() -> None:
    parser = grammar()
    words = {t.name: t.pattern.value for t in parser.terminals if t.pattern.value.isalpha()}
    states = parser.parser.parser._parse_table.states.values()
    beside_names = {words[t] for state in states if "NAME" in state for t in state if t in words}
    assert beside_names <= KEYWORDS <= set(words.values())


def test_the_grammar_has_no_conflict_and_its_tables_are_of_it() -> None:
    text = files("kgcl").joinpath("kgcl.lark").read_text("utf-8")
    kept = json.loads(files("kgcl").joinpath("kgcl-tables.json").read_text("utf-8"))
    assert kept["of"] == fingerprint(text), "run `make grammar`"
    strict = make_parser(text, strict=True)
    assert len(strict.rules) == len(grammar().rules)
    assert {t.name for t in strict.terminals} == {t.name for t in grammar().terminals}


def test_tables_of_another_grammar_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgcl.tables.fingerprint", lambda text: "another")
    change = load_parser().parse("delete X:1")
    assert change == c.NodeDeletion(c.Ref("X:1", c.RefKind.CURIE))
