"""The older dialects: every form of theirs is read as meant, and what we write reads back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.prefixes import PrefixMap
from kgcl import changes as c
from kgcl.dialects import DIALECTS, render_dialect
from kgcl.parser import parse
from kgcl.render import render
from kgcl.schema import from_fields, to_fields

DATA = Path(__file__).parent / "data" / "dialects"


def rows(dialect: str) -> list[tuple[str, str, dict[str, Any]]]:
    lines = (DATA / f"{dialect}.tsv").read_text("utf-8").splitlines()[1:]
    split = [line.split("\t") for line in lines]
    return [(text, name, json.loads(fields)) for text, name, fields in split]


ROWS = [(dialect, *row) for dialect in DIALECTS for row in rows(dialect)]


def meant(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields with what the files leave out: CURIEs are told as such, a node is the default."""
    full = dict(fields)
    for name, value in fields.items():
        single = isinstance(value, str) and ":" in value and " " not in value
        if single and name in REFS and f"{name}_representation" not in fields:
            full[f"{name}_representation"] = "curie"
    return full


REFS = {"about_node", "annotation_property", "has_direct_replacement", "in_subset", "subject"} | {
    *("predicate", "object", "old_value", "new_value")
}


@pytest.mark.parametrize(("dialect", "text", "name", "fields"), ROWS)
def test_every_form_is_read_as_meant(
    dialect: str, text: str, name: str, fields: dict[str, Any]
) -> None:
    (change,) = parse(text)
    assert type(change).__name__ == name
    told = {key: value for key, value in to_fields(change).items() if value != "node"}
    assert told == meant(fields)
    assert from_fields(name, to_fields(change)) == change


PREFIXES = PrefixMap()


@pytest.mark.parametrize(("dialect", "text", "name", "fields"), ROWS)
def test_what_a_dialect_says_it_says_again(
    dialect: str, text: str, name: str, fields: dict[str, Any]
) -> None:
    (change,) = parse(text)
    if any(text.startswith(start) for start in LOST.get(dialect, ())):
        with pytest.raises(ValueError, match=dialect):
            render(change, PREFIXES, dialect)
        return
    again = render(change, PREFIXES, dialect)
    assert parse(again) == parse(render(change, PREFIXES))


#: A form that a dialect reads and that we do not write there: too easily read otherwise.
LOST = {"python": ("change annotation of MS:1 with rdfs:comment from '''",)}
MS1 = c.Ref("MS:1", c.RefKind.CURIE)
MS2 = c.Ref("MS:2", c.RefKind.CURIE)
LABEL = c.Ref("mass of ions", c.RefKind.LABEL)


@pytest.mark.parametrize(
    ("change", "dialects"),
    [
        (c.NodeRename(MS1, "don't", "x"), ["python"]),
        (c.NodeRename(MS1, "", "x"), ["python"]),
        (c.NodeRename(MS1, None, "x"), ["python", "java"]),
        (c.NodeRename(LABEL, "other words", "x"), ["python"]),
        (c.NodeRename(MS1, "a\nb", "x"), ["python", "java"]),
        (c.NodeRename(MS1, "a", "x", "x-1"), ["java"]),
        (c.NodeDeletion(c.Ref("https://example.org/a")), ["python"]),
        (c.NodeDeletion(c.Ref("a:b/c", c.RefKind.CURIE)), ["java"]),
        (c.NodeDeletion(MS1, meta=c.Meta(reason="why")), ["python", "java"]),
        (c.NodeDeletion(MS1, qualifiers=()), ["python", "java"]),
        (c.NodeDirectMerge(MS1, MS2), ["python", "java"]),
        (c.Transaction((c.NodeDeletion(MS1),)), ["python", "java"]),
        (c.ClassCreation(MS1), ["java"]),
        (c.ClassCreation(MS1, "mass"), ["python"]),
        (c.ClassCreation(None, "mass"), ["python"]),
        (c.NodeCreation(MS1, "mass"), ["java"]),
        (c.ObjectPropertyCreation(MS1, "mass"), ["python"]),
        (c.NodeObsoletionWithDirectReplacement(MS1, MS2, (MS1,)), ["python", "java"]),
        (c.NodeObsoletionWithDirectReplacement(MS1, LABEL), ["python"]),
        (c.NodeUnobsoletion(MS1, MS2), ["python", "java"]),
        (c.NewSynonym(MS1, "m", predicate=MS2), ["python", "java"]),
        (c.RemoveSynonym(MS1, "m", c.Scope.EXACT), ["python", "java"]),
        (c.SynonymReplacement(MS1, "m", "n", c.Scope.EXACT), ["python", "java"]),
        (c.SynonymReplacement(MS1, "m", "n", None, "en", "en"), ["python"]),
        (c.NewTextDefinition(MS1, "d", "en"), ["python"]),
        (c.RemoveTextDefinition(MS1, "d"), ["python", "java"]),
        (c.EdgeCreation(MS1, MS2, c.Text("x", "en")), ["python", "java"]),
        (c.NodeMove(c.Edge(MS1), MS2, MS1), ["python"]),
        (c.NodeMove(c.Edge(MS1, MS2), None, MS1), ["python", "java"]),
        (c.NodeDeepening(c.Edge(MS1, MS2), MS2, MS1), ["python", "java"]),
        (c.NodeAnnotationChange(MS1, MS2, None, c.Text("x")), ["python", "java"]),
        (c.NodeAnnotationChange(MS1, MS2, c.Text("x", "en"), c.Text("y")), ["python"]),
        (c.NodeAnnotationChange(MS1, MS2, MS1, MS2), ["java"]),
        (c.AddNodeToSubset(LABEL, MS2), ["python", "java"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, c.Change) else None,
)
def test_what_a_dialect_cannot_say_is_refused(change: c.Change, dialects: list[str]) -> None:
    for dialect in DIALECTS:
        if dialect in dialects:
            with pytest.raises(ValueError, match=dialect):
                render_dialect(change, dialect)
        else:
            (read,) = parse(render_dialect(change, dialect))
            assert read == change or replace(read, qualifiers=None) == change


def test_texts_that_only_one_tool_reads_so() -> None:
    back = c.NodeRename(MS1, "a\\b", "x")
    assert render_dialect(back, "python") == "rename MS:1 from 'a\\b' to 'x'"
    with pytest.raises(ValueError, match="backslash"):
        render_dialect(back, "java")
    move = c.NodeMove(c.Edge(MS1, MS2), MS2, MS1)
    assert render_dialect(move, "python") == "move MS:1 MS:2 MS:2 from MS:2 to MS:1"
    with pytest.raises(ValueError, match="predicate"):
        render_dialect(move, "java")


def test_iris_are_contracted_with_prefixes() -> None:
    change = c.NodeDeletion(c.Ref("http://purl.obolibrary.org/obo/MS_1"))
    assert render(change, PREFIXES, "python") == "delete MS:1"
    assert render(change, None, "java") == "delete <http://purl.obolibrary.org/obo/MS_1>"


def test_an_unknown_dialect_is_told() -> None:
    with pytest.raises(ValueError, match="there are python and java"):
        render(c.NodeDeletion(MS1), None, "perl")
