"""Tables of changes: every class there and back, and mistakes with their row and column."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgcl import changes as c
from kgcl.change_columns import COLUMNS, SETS, kinds
from kgcl.change_table import is_table, read_table, write_table
from kgcl.lexical import quote
from kgcl.parser import parse
from kgcl.render import render
from tests.kgcl.change_strategies import changes_of

#: One example of each class, as the page has them.
_FORMS = files("kgcl").joinpath("README.md").read_text("utf-8").partition("## Tables")[0]
EXAMPLES = [
    example.strip().strip("`").strip()
    for row in _FORMS.splitlines()
    if (found := re.match(r"\| \w+ \| [\w, ]+ \| .* \| ``? ?(.*?) ?``? \| [^|]*\|$", row))
    for example in found.groups()
]


def test_every_class_has_an_example_here() -> None:
    assert {type(change) for text in EXAMPLES for change in parse(text)} == set(c.ALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_stand_in_columns_and_read_back(text: str) -> None:
    changes = parse(text)
    table = write_table(changes)
    parsed = read_table(table)
    assert not parsed.errors
    assert parsed.changes == changes
    assert ("text" in table.split("\n")[0].split("\t")) == isinstance(changes[0], SETS)


@given(st.lists(st.one_of([changes_of(kind) for kind in c.ALL]), max_size=3))
def test_tables_read_back(changes: list[c.Change]) -> None:
    try:
        for change in changes:
            render(change)
    except ValueError:
        return
    parsed = read_table(write_table(changes))
    assert not parsed.errors
    assert parsed.changes == changes


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@SUM(1)", " =1", "  -", "'=1'", "a=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    changes = parse(f"create synonym {quote(text)} for X:1\nrename X:1 from 'a' to {quote(text)}")
    table = write_table(changes)
    rows = list(csv.reader(io.StringIO(table), delimiter="\t"))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert read_table(table).changes == changes


SHEET = '''\
change,id,#label,old value,new value,object,scope,xrefs,replacement
rename,X:3,arm,arm,forelimb,,,,
# the next ones are for tomorrow,,,,,,,,
Add Synonym,X:3,,,"brachium, ""upper""",,exact,PMID:1|PMID:2,
obsolete,X:6,,,,,,,X:4
obsolete,leg,,,,,,,
place under,X:5,,,,<http://x.org/1>,,,
,,,,,,,,
'''


def test_a_sheet_as_people_make_them() -> None:
    parsed = read_table(SHEET)
    assert not parsed.errors
    assert [render(change) for change in parsed.changes] == [
        "rename X:3 from 'arm' to 'forelimb'",
        "create exact synonym 'brachium, \"upper\"' for X:3 "
        "{oboInOwl:hasDbXref='PMID:1', oboInOwl:hasDbXref='PMID:2'}",
        "obsolete X:6 with replacement X:4",
        "obsolete 'leg'",
        "place X:5 under <http://x.org/1>",
    ]
    assert [command.position.line for command in parsed.commands] == [2, 4, 5, 6, 7]


def test_a_cell_may_span_lines() -> None:
    parsed = read_table('change\tid\tnew value\nadd definition\tX:1\t"one\ntwo"\ndelete\tX:2\t\n')
    assert [c.position.line for c in parsed.commands] == [2, 4]
    assert parsed.changes[0] == c.NewTextDefinition(c.Ref("X:1", c.RefKind.CURIE), "one\ntwo")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("see the atlas", "'see the atlas'"),
        ("'GO:1'", "'GO:1'"),
        ("GO:1", "GO:1"),
        ("'x'@en", "'x'@en"),
        ("<http://x.org/1>", "<http://x.org/1>"),
        ("ObjectUnionOf(X:1 X:2)", "ObjectUnionOf(X:1 X:2)"),
        ("it's", "'it\\'s'"),
    ],
)
def test_values(cell: str, value: str) -> None:
    parsed = read_table(f"change\tid\tpredicate\tnew value\nadd annotation\tX:1\ta:b\t{cell}\n")
    assert [render(change) for change in parsed.changes] == [f"add annotation a:b {value} to X:1"]


def test_a_datatype_and_a_language_are_those_of_a_text() -> None:
    head = "change\tid\tpredicate\tnew value\tdatatype\tlanguage\n"
    parsed = read_table(
        f"{head}add annotation\tX:1\ta:b\t2026\txsd:gYear\t\nadd annotation\tX:1\ta:b\tx\t\ten\n"
    )
    assert [render(change) for change in parsed.changes] == [
        "add annotation a:b '2026'^^xsd:gYear to X:1",
        "add annotation a:b 'x'@en to X:1",
    ]


@pytest.mark.parametrize(
    ("table", "line", "column", "reason"),
    [
        ("change\tidd\ndelete\tX:1", 1, 2, "there is no column 'idd'; did you mean 'id'?"),
        ("change\tid\tid\n", 1, 3, "the column 'id' is there twice"),
        ("change\tid\ndelte\tX:1", 2, 1, "there is no change 'delte'; did you mean 'delete'?"),
        ("change\tid\n\tX:1", 2, 1, "what kind of change is this?"),
        ("change\tid\tscope\ndelete\tX:1\texact", 2, 3, "a NodeDeletion has none of this"),
        ("change\tid\tnew value\nrename\tX:1\t", 2, 3, "a NodeRename needs it"),
        ("change\tid\nrename\tX:1", 2, 1, "missing: a NodeRename needs it"),
        ("change\tid\tnew value\tscope\nadd synonym\tX:1\ts\texat", 2, 4, "one of 'exact', "),
        ("change\tid\tqualifiers\ndelete\tX:1\ta=b", 2, 3, "qualifiers stand in braces"),
        ("change\tid\tpredicate\tobject\nadd edge\tX:1\ta:b\t<a b>", 2, 4, ""),
        ("change\tid\ndelete\tX:1\textra", 2, 3, "1 more cells than there are columns"),
        ("change\tid\ttext\n\tX:1\tdelete X:1", 2, 2, "leave this empty"),
        ("text\ttext2\n", 1, 2, "there is no column 'text2'"),
        ("change\ttext\n\tdelete edge", 2, 2, ""),
        ("change\ttext\n\tdelete X:1; delete X:2", 2, 2, "2 changes: a row has one"),
        ("change\ttext\nrename\tdelete X:1", 2, 1, "says another change, a NodeDeletion"),
        ("change\tid\nTransaction\tX:1", 2, 1, "is said in the column 'text'"),
        ("change\tid\ndelete\t<http://x.org/1> because 'x'", 2, 2, "more than one thing"),
        ("change\tid\ndelete\t<http://x.org/1>; delete X:2", 2, 2, "more than one thing"),
        ("", 1, 1, "a table of changes begins with the names of its columns"),
    ],
)
def test_mistakes_have_their_row_and_column(
    table: str, line: int, column: int, reason: str
) -> None:
    errors = read_table(table).errors
    assert [(error.line, error.column) for error in errors] == [(line, column)]
    assert reason in errors[0].reason


def test_all_mistakes_are_told_and_the_rest_is_read() -> None:
    parsed = read_table("change\tid\ndelte\tX:1\ndelete\tX:2\nmerge\tX:3\n")
    assert [error.line for error in parsed.errors] == [2, 4]
    assert [render(change) for change in parsed.changes] == ["delete X:2"]


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("change\tid\ndelete\tX:1", True),
        ("id,change,#note\n", True),
        ("text\n", True),
        ("rename X:1 to 'change'\n", False),
        ("change annotation of X:1 with a:b from 'a,b' to 'c'", False),
        ("", False),
    ],
)
def test_what_a_table_looks_like(text: str, table: bool) -> None:
    assert is_table(text) == table


def test_the_page_names_every_column_and_verb() -> None:
    page = files("kgcl").joinpath("README.md").read_text("utf-8")
    part = page[page.index("## Tables") : page.index("## Data")]
    assert not [name for name in COLUMNS if f"`{name}`" not in part]
    verbs = {verb for verb in kinds() if " " in verb or verb in ("create", "merge", "move")}
    assert not [verb for verb in verbs if f"`{verb}`" not in part]
