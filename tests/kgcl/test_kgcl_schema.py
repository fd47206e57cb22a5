"""KGCL as YAML and JSON: nothing is lost either way; mistakes are told with their place."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kgcl import changes as c
from kgcl.errors import ChangeError, KgclSyntaxError
from kgcl.parser import parse
from kgcl.render import render
from kgcl.schema import (
    SchemaError,
    dump_json,
    dump_yaml,
    from_fields,
    from_schema,
    load_json,
    load_yaml,
    to_fields,
    to_schema,
)
from kgcl.schema_rest import MARK, read_rest
from kgcl.schema_slots import ANY, SLOTS
from tests.kgcl.change_strategies import CHANGES, changes_of

DATA = Path(__file__).parent / "data" / "schema"


def in_a_file(change: c.Change) -> bool:
    """Whether a text can say it, with no half of a character in a name or an IRI."""
    try:
        return re.search("[\ud800-\udfff]", render(change)) is None
    except ValueError:
        # changes that bring changes, deeper than blocks go
        return False


def survives(kind: type[c.Change], examples: int) -> None:
    @settings(max_examples=examples)
    @given(st.lists(changes_of(kind), min_size=1, max_size=2))
    def law(changes: list[c.Change]) -> None:
        assume(all(map(in_a_file, changes)))
        plain = to_schema(changes)
        assert from_schema(plain) == changes
        assert to_schema(from_schema(plain)) == plain
        for change in changes:
            fields = json.loads(json.dumps(to_fields(change)))
            assert from_fields(kind.__name__, fields) == change

    law()


@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back(kind: type[c.Change]) -> None:
    survives(kind, 3)


@pytest.mark.long
@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back_at_length(kind: type[c.Change]) -> None:
    survives(kind, 150)


@settings(max_examples=15)
@given(st.lists(CHANGES, max_size=3))
def test_yaml_and_json_hold_the_same(changes: list[c.Change]) -> None:
    assume(all(map(in_a_file, changes)))
    assert load_yaml(dump_yaml(changes)) == changes
    assert load_json(dump_json(changes)) == changes


def entries(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((DATA / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("number", range(len(entries("foreign.yaml"))))
def test_what_others_write_is_read_and_comes_back(number: int) -> None:
    plain = yaml.load((DATA / "foreign.yaml").read_text("utf-8"), yaml.BaseLoader)[number]
    (change,) = from_schema([plain["change"]])
    kept = change.meta.change_description if change.meta else ""
    assert kept.startswith(MARK) is ("rest" in plain)
    assert parse(plain["reads"]) == [without_rest(change)]
    (written,) = to_schema([change])["change_set"]
    assert from_schema([written]) == [change]
    if "rest" in plain:
        same = {slot: value for slot, value in written.items() if slot != "id"}
        assert same == {slot: value for slot, value in plain["change"].items() if value != "null"}


def without_rest(change: c.Change) -> c.Change:
    meta = change.meta
    if meta is None:
        return change
    meta = replace(meta, id="")
    if meta.change_description.startswith(MARK):
        meta = replace(meta, change_description=read_rest(meta.change_description).description)
    return replace(change, meta=None if meta == c.Meta() else meta)


@pytest.mark.parametrize("number", range(len(entries("refused.yaml"))))
def test_what_is_no_data_of_the_schema_is_told_with_its_place(number: int) -> None:
    entry = entries("refused.yaml")[number]
    if "reads" in entry:
        assert len(load_yaml(entry["document"])) == entry["reads"]
        return
    with pytest.raises(ChangeError) as told:
        load_yaml(entry["document"], "file.yaml")
    error = told.value
    if isinstance(error, SchemaError):
        assert (error.path, error.source) == (entry["path"], "file.yaml")
        assert str(error).startswith("file.yaml: ")
    else:
        assert isinstance(error, KgclSyntaxError)
        assert (error.line, error.column) == (entry["line"], entry["column"])
    assert entry["reason"] in error.reason


DELETION = {"type": "NodeDeletion", "about_node": "MS:1"}


def test_all_shapes_of_documents_are_read() -> None:
    one = parse("delete MS:1")
    for document in (DELETION, [DELETION], {"change_set": [DELETION], "@type": "Session"}):
        assert load_json(json.dumps(document)) == one
        assert load_yaml(yaml.safe_dump(document)) == one
    line = json.dumps(DELETION) + "\n"
    assert load_json(line + "\n" + line) == one * 2
    assert load_yaml(f"---\n{line}---\n{line}") == one * 2
    by_id = {"change_set": {"x:1": DELETION}}
    (change,) = from_schema(by_id)
    assert change.meta == c.Meta(id="x:1")
    shared = "change_set:\n- &a {type: NodeDeletion, about_node: MS:1}\n- *a\n"
    assert load_yaml(shared) == one * 2
    assert load_json("\ufeff" + line) == load_json('{"type": "NodeDeletion", "about_node": "MS:1"}')


def test_activities_stay_with_their_changes() -> None:
    session = {
        "change_set": [
            {"id": "x:1", **DELETION, "was_generated_by": "x:a"},
            {"id": "x:2", **DELETION, "was_generated_by": "x:a"},
        ],
        "activity_set": [
            {"id": "x:a", "was_informed_by": "x:b", "ended_at_time": "2026-11-23"},
            {"id": "x:b", "was_associated_with": "x:me"},
            {"id": "x:c", "description": "nobody refers to it"},
        ],
    }
    changes = from_schema(session)
    assert to_schema(changes) == session
    assert parse("\n".join(map(render, changes))) == changes


def test_a_text_that_was_overtaken_by_the_slots_is_a_description() -> None:
    (change,) = parse("remove exact synonym 's' for MS:1 generated by x:a")
    session = to_schema([change])
    text = session["activity_set"][0]["description"]
    assert text == render(change)
    session["change_set"][0]["old_value"] = "t"
    (read,) = from_schema(session)
    meta = c.Meta(was_generated_by="x:a", change_description=text)
    assert read == c.RemoveSynonym(c.Ref("MS:1", c.RefKind.CURIE), "t", meta=meta)


def test_ids_are_made_and_dropped_again() -> None:
    changes = parse("delete MS:1\ndelete MS:1\ndelete MS:1 identified as x:1")
    ids = [each["id"] for each in to_schema(changes)["change_set"]]
    assert ids[1] == f"{ids[0]}_2"
    assert ids[2] == "x:1"
    assert to_schema(changes) == to_schema(list(changes))
    twice = parse("delete MS:1 identified as x:1\ndelete MS:2 identified as x:1")
    assert from_schema(to_schema(twice)) == twice
    taken = parse(f"delete MS:1 identified as {ids[0]}")
    assert from_schema(to_schema(taken)) == taken


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000 + "a",
        "a: [" + "\n".join(f"&a{n} [{', '.join([f'*a{n - 1}'] * 9)}]," for n in range(1, 30)),
        "a:\n- &a0 [x,x,x,x,x,x,x,x,x]\n"
        + "\n".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
        "\x00",
        "a: b: c",
        "%YAML 9.9\n---\na",
        "\t- a",
    ],
)
def test_hostile_yaml_is_a_clear_error(text: str) -> None:
    with pytest.raises(ChangeError):
        load_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"type": "NodeDeletion", "about_node": "a", "about_node": "b"}',
        '{"type": "NodeDeletion", "about_node": "a"',
        "nonsense",
        '"text"',
        json.dumps({"type": "Transaction"})[:-1] + ', "change_set": [{"type": ' * 300,
    ],
)
def test_hostile_json_is_a_clear_error(text: str) -> None:
    with pytest.raises(ChangeError):
        load_json(text)


def test_sets_that_nest_too_deep_are_a_clear_error() -> None:
    document: dict[str, Any] = dict(DELETION)
    for _ in range(100_000):
        document = {"type": "Transaction", "change_set": [document]}
    with pytest.raises(SchemaError, match="deep"):
        from_schema(document)
    while document.get("change_set"):
        # taken apart by hand: the end of a deep nest is as deep as the nest
        document = document["change_set"].pop()


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["MS:1", "a b", "", *SLOTS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted({"type", "id", *SLOTS["EdgeCreation"]})), inner)
    ),
    max_leaves=12,
)


@st.composite
def official(draw: st.DrawFn) -> dict[str, Any]:
    """A change with any slots of its class, and texts in most of them."""
    name = draw(st.sampled_from(sorted(SLOTS)))
    slots = draw(st.lists(st.sampled_from(sorted(SLOTS[name] | ANY - {"@type"})), max_size=8))
    values = {
        slot: draw(st.sampled_from(["MS:1", "a b", "curie", "label"]) | JSONISH) for slot in slots
    }
    about = {"subject": "MS:1", "predicate": "p", "object": "MS:2"}
    given = {"about_node": "MS:1", "new_value": "b", "about_edge": about, "object": "MS:2"}
    for slot, value in given.items():
        if slot in SLOTS[name]:
            values.setdefault(slot, value)
    return {**values, "type": name}


@settings(max_examples=60)
@given(st.lists(official(), min_size=1, max_size=2))
def test_any_data_is_read_and_comes_back_or_is_refused(documents: list[dict[str, Any]]) -> None:
    try:
        changes = from_schema(documents)
    except SchemaError:
        return
    written = to_schema(changes)
    assert from_schema(written) == changes
    assert to_schema(from_schema(written)) == written


@given(JSONISH)
def test_any_json_is_read_or_refused(document: Any) -> None:
    with suppress(SchemaError):
        from_schema(document)


def test_half_of_a_character_in_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cannot write the name .*; give its IRI"):
        dump_yaml([c.NodeDeletion(c.Ref("a\ud800b", c.RefKind.NAME))])
