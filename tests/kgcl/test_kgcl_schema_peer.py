"""kgcl-schema itself judges our documents and dialects, and we read whatever it writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.prefixes import PrefixMap
from kgcl import changes as c
from kgcl.dialects import _Python, render_dialect
from kgcl.forms import FORMS
from kgcl.parser import parse
from kgcl.render import render
from kgcl.schema import dump_json, dump_yaml, from_schema, load_json, load_yaml
from kgcl.schema_slots import ABSTRACT, ANY, DESCRIBED, FORCING, SLOTS
from tests.benchmarks.peers.environment import NotInstalledError
from tests.kgcl.change_strategies import CHANGES, changes_of
from tests.kgcl.peer.asking import ask, python

_HALF = re.compile("[\ud800-\udfff]")
OURS = {"NodeIdChange", "StatementAddition", "StatementRemoval", "SynonymTypeChange"}


@pytest.fixture(scope="module", autouse=True)
def installed(missing: Callable[[str], None]) -> None:
    try:
        python()
    except NotInstalledError as error:
        missing(f"kgcl-schema cannot be installed here: {error}")


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    found: dict[str, Any] = ask("model")
    return found


def generated(strategy: st.SearchStrategy[c.Change], count: int) -> list[c.Change]:
    """Some changes of a strategy."""
    found: list[c.Change] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(strategy)
    def collect(change: c.Change) -> None:
        # half of a character is in no file, unless a text has it, which escapes it
        with suppress(ValueError):
            if not _HALF.search(render(change)):
                found.append(change)

    collect()
    return found


def test_every_concrete_class_of_the_schema_has_a_form(model: dict[str, Any]) -> None:
    concrete = {name for name, kind in model.items() if not kind["abstract"]}
    assert concrete == {kind.__name__ for kind in c.ALL} - OURS
    assert concrete == set(FORMS) - OURS
    assert concrete == set(SLOTS)
    assert model[ABSTRACT]["abstract"]


def test_every_slot_of_the_schema_is_read_and_no_other(model: dict[str, Any]) -> None:
    for name, slots in SLOTS.items():
        official = {*model[name]["python"], *model[name]["schema"]}
        assert official - ANY == slots - ANY, name
        assert ANY - {"@type"} >= official - slots, name


def test_where_the_python_model_has_room_for_text(model: dict[str, Any]) -> None:
    described = {name for name in SLOTS if "change_description" in model[name]["python"]}
    forcing = {name for name in SLOTS if "associated_change_set" in model[name]["python"]}
    assert (described, forcing) == (DESCRIBED, FORCING)


def judged(documents: list[list[c.Change]]) -> None:
    """It reads what we write, and we read what it writes back as the same changes."""
    for write, load in ((dump_yaml, load_yaml), (dump_json, load_json)):
        answers = ask("documents", [write(changes) for changes in documents])
        for changes, answer in zip(documents, answers, strict=True):
            assert "error" not in answer, (answer, write(changes))
            # its writer of YAML breaks lines in the middle of a text at this one character
            if write is dump_json or "\x85" not in dump_json(changes):
                assert load(answer["text"]) == changes


def test_documents_of_every_class_go_there_and_back() -> None:
    judged([generated(changes_of(kind), 3) for kind in c.ALL])


@pytest.mark.long
def test_documents_of_every_class_go_there_and_back_at_length() -> None:
    judged([[change] for kind in c.ALL for change in generated(changes_of(kind), 40)])


@pytest.mark.long
def test_documents_of_several_changes_go_there_and_back() -> None:
    changes = generated(CHANGES, 400)
    judged([changes[n : n + 4] for n in range(0, len(changes), 4)])


PLAIN = st.text(st.sampled_from("ab 'xyz\"@^#.:<>é😀-"), max_size=8) | st.sampled_from(
    ["a from b", "x to y", "b with replacement c", "s for A:1", "to subset", "a' to 'b", "o@en"]
)
SOME_REFS = (
    st.sampled_from(["A:1", "MS:0000001", "rdfs:label", "a:b/c#d%20+e", "http://x.org/y"]).map(
        lambda text: c.Ref(text, c.RefKind.CURIE)
    )
    | st.sampled_from(["part_of", "42"]).map(lambda text: c.Ref(text, c.RefKind.NAME))
    | PLAIN.map(lambda text: c.Ref(text, c.RefKind.LABEL))
)


BY_TYPE = {
    "Ref": SOME_REFS,
    "Ref | None": st.none() | SOME_REFS,
    "tuple[Ref, ...]": st.just(()),
    "str": PLAIN,
    "str | None": st.none() | PLAIN,
    "Term": SOME_REFS | PLAIN.map(c.Text),
    "Term | None": SOME_REFS | PLAIN.map(c.Text),
    "Scope | None": st.none() | st.sampled_from(c.Scope),
    "NodeType": st.just(c.NodeType.NODE),
    "Edge": st.builds(c.Edge, SOME_REFS, st.none() | SOME_REFS, st.none() | SOME_REFS),
}
LANGUAGES = st.sampled_from([*[""] * 6, "en", "zh-Hans", "x-1"])


def simple_changes(kind: type[c.Change]) -> st.SearchStrategy[c.Change]:
    """Changes of a class with parts that a dialect may be able to say."""
    parts = {
        each.name: LANGUAGES if "language" in each.name else BY_TYPE[str(each.type)]
        for each in fields(kind)
        if each.name not in ("position", "qualifiers", "meta")
    }
    if kind is c.PredicateChange:
        parts["about_edge"] = st.builds(c.Edge, SOME_REFS, st.none(), SOME_REFS)
    return st.builds(kind, **parts)


def alike(change: c.Change) -> c.Change:
    """The change in the words that kgcl-schema has for what it says."""
    if isinstance(change, (c.EdgeCreation, c.EdgeDeletion)):
        placed = c.PlaceUnder if isinstance(change, c.EdgeCreation) else c.RemoveUnder
        under = c.Ref("rdfs:subClassOf", c.RefKind.CURIE)
        if change.predicate == under and isinstance(change.object, c.Ref):
            return placed(change.subject, change.object)
    if isinstance(change, c.NodeMove) and change.about_edge.predicate is not None:
        edge = change.about_edge
        return replace(change, about_edge=replace(edge, object=edge.object or change.old_value))
    return change


def sayable(kind: type[c.Change], count: int) -> list[tuple[str, c.Change]]:
    found = []

    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(simple_changes(kind))
    def collect(change: c.Change) -> None:
        try:
            found.append((render_dialect(change, "python"), change))
        except ValueError:
            return

    collect()
    return found


def rows() -> list[str]:
    path = Path(__file__).parent / "data" / "dialects" / "python.tsv"
    return [line.split("\t")[0] for line in path.read_text("utf-8").splitlines()[1:]]


def contracted(change: c.Change) -> c.Change:
    """The change with CURIEs where kgcl-schema writes them, and nothing said about it."""
    return parse(render(replace(change, meta=None), PrefixMap()))[0]


@pytest.fixture(scope="module")
def understood() -> list[tuple[str, dict[str, Any]]]:
    """Each form of its grammar with what it understands and writes for it."""
    lines = rows()
    return list(zip(lines, ask("commands", lines), strict=True))


def test_both_read_the_forms_of_its_grammar_as_the_same(
    understood: list[tuple[str, dict[str, Any]]],
) -> None:
    for line, answer in understood:
        (theirs,) = from_schema(answer["session"])
        (ours,) = parse(line)
        assert contracted(theirs) == alike(contracted(ours)), line


def test_the_text_that_it_writes_is_read_as_the_same(
    understood: list[tuple[str, dict[str, Any]]],
) -> None:
    count = 0
    for line, answer in understood:
        # it writes labels without quotes, drops the language of a new node, and some not at all
        broken = "'label'" in str(answer["session"]) or line == "create node MS:1 'mass'@en"
        if answer["text"] is None or broken or line.startswith("rename 'mas'"):
            continue
        (theirs,) = parse(answer["text"])
        (read,) = from_schema(answer["session"])
        assert alike(theirs) == alike(contracted(read)), (line, answer["text"])
        count += 1
    assert count > 25


def judge_dialect(count: int) -> None:
    said = [pair for kind in _Python.forms for pair in sayable(kind, count)]
    assert {type(change) for _, change in said} == set(_Python.forms)
    answers = ask("commands", [text for text, _ in said])
    wrong = []
    for (text, change), answer in zip(said, answers, strict=True):
        read = [] if "error" in answer else from_schema(answer["session"])
        read = [replace(each, meta=None) for each in read]
        if read != [alike(change)]:
            wrong.append((text, answer, change))
    assert not wrong, (len(wrong), wrong[:5])


def test_the_python_dialect_is_understood_there() -> None:
    judge_dialect(60)


@pytest.mark.long
def test_the_python_dialect_is_understood_there_at_length() -> None:
    judge_dialect(1000)
