"""Edits keep a file in functional syntax: only the lines that must change do."""

from __future__ import annotations

import io
import json
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Statement
from graph.statement_text import read_statement
from graph.vocabulary import LABEL
from ingest.blank_nodes import identify, rename
from ingest.document import ReadOptions
from ingest.ofn import read_ofn
from ingest.ofn_edit import edit_ofn
from ingest.ofn_writer import write_ofn
from tests.ingest.owl_graphs import HEADER, MAPPED, UNMAPPED, statements

DATA = Path(__file__).parent / "data" / "owl"
CASES: list[dict[str, Any]] = json.loads((DATA / "edits.json").read_text())


def said(text: str) -> frozenset[Statement]:
    return read_ofn(io.BytesIO(text.encode()), "t.ofn", ReadOptions()).statements


def written(found: frozenset[Statement]) -> str:
    stream = io.BytesIO()
    write_ofn(MemorySnapshot(found), stream)
    return stream.getvalue().decode()


def named(found: set[Statement]) -> frozenset[Statement]:
    ids = identify(found).ids
    return frozenset(rename(statement, ids) for statement in found)


AXIOMS = st.lists(statements(MAPPED | UNMAPPED), max_size=6)


@given(AXIOMS, AXIOMS, AXIOMS)
def test_an_edited_file_says_the_new_state(
    kept: list[Statement], gone: list[Statement], come: list[Statement]
) -> None:
    old, new = named({*HEADER, *kept, *gone}), named({*HEADER, *kept, *come})
    text = written(old)
    edited = edit_ofn(text, old, new)
    assert said(edited) == new
    assert edit_ofn(text, old, old) == text
    if "_:" not in text + edited:
        assert edited == written(new)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_edits(case: dict[str, Any]) -> None:
    text = "\n".join(case["text"])
    old = said(text)
    removed = frozenset(map(read_statement, case.get("removed", [])))
    added = frozenset(map(read_statement, case.get("added", [])))
    assert removed <= old
    edited = edit_ofn(text, old, (old - removed) | added)
    assert said(edited) == (old - removed) | added
    changed = unified_diff(text.split("\n"), edited.split("\n"), n=0, lineterm="")
    assert [line for line in changed if not line.startswith(("---", "+++"))] == case["diff"]


def test_a_file_of_robot_gets_the_lines_that_robot_would_write() -> None:
    text = (DATA / "zoo.ofn").read_text()
    old = said(text)
    label = read_statement(f'<http://e.org/o#A> <{LABEL}> "quite\nnew"')
    assert edit_ofn(text, old, old | {label}) == written(old | {label})
    spaced = text.replace("SubClassOf(:C :B)", "SubClassOf( :C :B )")
    assert edit_ofn(spaced, old, old | {label}).replace("( :C :B )", "(:C :B)") == written(
        old | {label}
    )
    assert edit_ofn(edit_ofn(text, old, old | {label}), old | {label}, old) == text


def test_what_a_file_says_beside_the_old_state_stays() -> None:
    text = (DATA / "zoo.ofn").read_text()
    label = read_statement(f'<http://e.org/o#A> <{LABEL}> "new"')
    edited = edit_ofn(text, frozenset(), frozenset({label}))
    assert said(edited) == said(text) | {label}


def test_line_ends_and_damaged_lines_are_kept() -> None:
    text = (
        "Prefix(:=<http://ex.org/o#>)\r\nOntology(<http://ex.org/o>\r\n"
        "SubClassOf(:A ???)\r\nSubClassOf(:A   :B)\r\n)\r\n"
    )
    old = said(text)
    extra = read_statement("<http://ex.org/o#B> <http://www.w3.org/2000/01/rdf-schema#subClassOf>"
                           " <http://ex.org/o#C>")  # fmt: skip
    edited = edit_ofn(text, old, old | {extra})
    assert edited.startswith(text.split(")\r\n", 4)[0])
    assert "SubClassOf(:A ???)\r\nSubClassOf(:A   :B)\r\nSubClassOf(:B :C)\r\n" in edited
