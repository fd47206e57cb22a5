"""Law 4 for OBO Graphs JSON, ROBOT's files beside our OBO reader, and documents gone wrong."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from graph.memory import MemorySnapshot
from graph.model import Statement, in_order
from graph.prefixes import PrefixMap
from graph.vocabulary import SUBCLASS_OF
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.formats import read
from ingest.obograph import STATEMENT, read_obograph
from ingest.obograph_writing import unsaid, write_obograph
from tests.ingest.any_graph import GRAPHS
from tests.robot import Robot

OPTIONS = ReadOptions()
DIFFERENCES = json.loads((Path(__file__).parent / "data" / "robot_obographs.json").read_text())
CASES = json.loads((Path(__file__).parent / "data" / "obograph.json").read_text())


def text_of(statements: frozenset[Statement]) -> bytes:
    stream = io.BytesIO()
    write_obograph(MemorySnapshot(statements), stream)
    return stream.getvalue()


def back(content: bytes, options: ReadOptions = OPTIONS) -> Document:
    return read_obograph(io.BytesIO(content), "x.json", options)


@given(GRAPHS)
def test_any_graph_survives(statements: list[Statement]) -> None:
    content = text_of(frozenset(statements))
    document = back(content)
    assert document.statements == frozenset(statements)
    assert not [p for p in document.problems if "is not of OBO Graphs" not in p.reason]
    assert text_of(document.statements) == content
    graph = json.loads(content)["graphs"][0]
    values = graph["meta"].get("basicPropertyValues", [])
    listed = sum(value["pred"] == STATEMENT for value in values)
    assert listed == len(unsaid(document.snapshot()))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_documents_as_people_have_them(case: dict[str, Any]) -> None:
    content = case["text"] if isinstance(case["text"], str) else json.dumps(case["text"])
    content = content.replace("{DEEP}", "[" * 100_000)
    if "error" in case:
        with pytest.raises(IngestError, match=case["error"]):
            back(content.encode())
        return
    document = back(content.encode())
    assert [str(s) for s in in_order(document.statements)] == case["says"]
    assert [p.reason for p in document.problems] == case.get("problems", [])
    assert back(text_of(document.statements)).statements == document.statements


@pytest.mark.parametrize("name", ["uo/2011-03-18", "pato/2019-12-03", "eco/2016-05-10"])
def test_releases_survive(shared: Path, name: str) -> None:
    """Nearly all of a release has a shape of its own; what has none is counted."""
    document = read(shared / f"{name}.obo")
    content = text_of(document.statements)
    assert back(content).statements == document.statements
    graph = json.loads(content)["graphs"][0]
    parents = sum(s.predicate == SUBCLASS_OF for s in document.statements)
    assert sum(edge["pred"] == "is_a" for edge in graph["edges"]) == parents
    assert len(unsaid(document.snapshot())) * 20 < len(document.statements)


@pytest.mark.long
@pytest.mark.parametrize("name", ["eco/2016-05-10", "pato/2019-12-03"])
def test_a_file_of_robot_says_what_its_source_says(
    shared: Path, tmp_path: Path, robot: Robot, name: str
) -> None:
    """What only one of both has is named in the data, by predicate, with how often at most."""
    twin = tmp_path / "twin.json"
    robot.convert(shared / f"{name}.obo", twin)
    ours = read(shared / f"{name}.obo").statements
    document = back(twin.read_bytes())
    assert not document.problems
    expected = DIFFERENCES[name]
    check_named(ours - document.statements, expected["only in OBO"])
    check_named(document.statements - ours, expected["only in OBO Graphs"])
    assert len(ours & document.statements) > 0.98 * len(ours)


def check_named(differences: frozenset[Statement], named: dict[str, int]) -> None:
    prefixes = PrefixMap()
    counts = Counter(prefixes.contract(s.predicate) for s in differences)
    assert {name: n for name, n in counts.items() if n > named.get(name, 0)} == {}
