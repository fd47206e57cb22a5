"""Triples, link-prediction sets and temporal quads: laws, real sets, lines as people have them."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement, in_order
from graph.prefixes import PrefixMap
from graph.valid_time import ValidAt, is_valid
from graph.vocabulary import VALID_FROM, VALID_TO, XSD, XSD_DATE
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.link_sets import (
    SPLIT,
    SPLITS,
    read_link_archive,
    read_link_folder,
    write_link_archive,
)
from ingest.quads import Clock, moment_of, read_quads, stream_quads, write_quads
from ingest.triple_sets import read_triples, write_triples
from tests.ingest.any_graph import GRAPHS, NODES

OPTIONS = ReadOptions()
CASES = json.loads((Path(__file__).parent / "data" / "triple_sets.json").read_text())

TOKENS = st.sampled_from(
    ["urn:token:a", "urn:token:head", "urn:token:1", "urn:token:%EF%BB%BFx", *NODES]
)
TIMES = st.sampled_from(
    [
        Literal("2014-01-02", XSD_DATE),
        Literal("2014-01-03", XSD_DATE),
        Literal("24", XSD + "integer"),
        Literal("-3", XSD + "integer"),
        Literal("2014", XSD + "gYear"),
        Literal("2014-02", XSD + "gYearMonth"),
        Literal("2014-02-30", XSD_DATE),
        Literal("soon"),
        Literal("2014-01-02T10:00:00Z", XSD + "dateTime"),
    ]
)
PERIODS = st.builds(
    lambda start, end: tuple(
        Qualifier(predicate, time)
        for predicate, time in ((VALID_FROM, start), (VALID_TO, end))
        if time is not None
    ),
    TIMES | st.none(),
    TIMES | st.none(),
)
SAID = st.sampled_from([(Qualifier(SPLIT, Literal(split)),) for split in (*SPLITS, "other")])
FACTS = st.lists(
    st.builds(Statement, TOKENS, TOKENS, TOKENS, PERIODS | SAID | st.just(())), max_size=12
)


def check(write: Any, read: Any, statements: frozenset[Statement]) -> None:
    stream = io.BytesIO()
    write(MemorySnapshot(statements), stream)
    document = read(io.BytesIO(stream.getvalue()), "nowhere/x", OPTIONS)
    assert document.statements == statements
    assert not document.problems
    again = io.BytesIO()
    write(document.snapshot(), again)
    assert again.getvalue() == stream.getvalue()


@given(GRAPHS | FACTS)
def test_any_graph_survives_triples(statements: list[Statement]) -> None:
    check(write_triples, read_triples, frozenset(statements))


@given(GRAPHS | FACTS)
def test_any_graph_survives_a_link_prediction_set(statements: list[Statement]) -> None:
    check(write_link_archive, read_link_archive, frozenset(statements))


@given(GRAPHS | FACTS)
def test_any_graph_survives_quads(statements: list[Statement]) -> None:
    check(write_quads, read_quads, frozenset(statements))


def test_triples_that_look_like_another_order_survive() -> None:
    tokens = [f"urn:token:e{i}" for i in range(60)]
    statements = [
        Statement(tokens[i], tokens[(i + 1) % 60], f"urn:token:t{i % 3}") for i in range(60)
    ]
    check(write_triples, read_triples, frozenset(statements))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_lines_as_people_have_them(case: dict[str, Any], tmp_path: Path) -> None:
    for name, text in case.get("beside", {}).items():
        (tmp_path / name).write_text(text)
    (tmp_path / "x.txt").write_text(case["text"])
    source = str(tmp_path / "x.txt")
    options = ReadOptions(prefixes=case.get("prefixes", {}))
    stream = io.BytesIO(case["text"].encode())
    if "quads" in case["name"]:
        start = case.get("start")
        clock = Clock(datetime.fromisoformat(start), case["unit"]) if start else None
        document = read_quads(stream, source, options, clock)
    else:
        document = read_triples(stream, source, options)
    assert [str(s) for s in in_order(document.statements)] == case["says"]
    problems = [f"{p.line}: {p.reason}" for p in document.problems]
    assert problems == case.get("problems", [])
    if problems and "quads" not in case["name"]:
        with pytest.raises(IngestError):
            read_triples(io.BytesIO(case["text"].encode()), source, ReadOptions(strict=True))


def announced(path: Path) -> int:
    return int(path.read_text().split("\n", 1)[0])


def of_split(document: Document, split: str) -> int:
    wanted = (Qualifier(SPLIT, Literal(split)),)
    return sum(statement.qualifiers == wanted for statement in document.statements)


@pytest.mark.parametrize("name", ["fb15k-237", "wn18rr"])
def test_real_sets_load_as_their_counts_say(shared: Path, name: str) -> None:
    """Every file has as many distinct triples as its first line announces; no line is lost."""
    folder = shared / name
    document = read_link_folder(folder, OPTIONS)
    assert not document.problems
    for split in SPLITS:
        path = folder / f"{split}2id.txt"
        lines = set(path.read_text().split("\n", 1)[1].split("\n")) - {""}
        assert len({tuple(line.split()) for line in lines}) == announced(path)
        assert of_split(document, split) == announced(path)
    tokens = {line.split("\t")[0] for line in (folder / "entity2id.txt").read_text().splitlines()}
    shown = {PrefixMap().contract(s.subject) for s in document.statements}
    assert shown <= tokens


def check_continual_set(path: Path) -> None:
    """Each file has as many triples as it has distinct lines, counted by their text."""
    with tarfile.open(path) as archive:
        members = [m for m in archive.getmembers() if m.isfile()]
        assert len(members) == 15
        for member in members:
            handle = archive.extractfile(member)
            assert handle is not None
            content = handle.read()
            document = read_triples(io.BytesIO(content), member.name, OPTIONS)
            lines = {line for line in content.decode().split("\n") if line.strip()}
            assert len(document.statements) == len(lines), (path.name, member.name)
            assert not [p for p in document.problems if p.line]


def test_a_continual_set_loads(shared: Path) -> None:
    check_continual_set(shared / "ckge" / "ENTITY.tar.xz")


@pytest.mark.long
@pytest.mark.parametrize("name", ["FACT", "FB_CKGE", "HYBRID", "RELATION"])
def test_every_continual_set_loads(shared: Path, name: str) -> None:
    check_continual_set(shared / "ckge" / f"{name}.tar.xz")


@pytest.mark.parametrize(
    ("split", "day", "count"),
    [
        ("valid", "2014-11-03", 8514),
        ("test", "2014-12-03", 7371),
        pytest.param("train", "2014-05-05", 74845, marks=pytest.mark.long),
    ],
)
def test_real_events_are_valid_on_their_day(shared: Path, split: str, day: str, count: int) -> None:
    """As many statements as distinct lines, and on a day those whose line ends with it."""
    path = shared / "icews14" / f"{split}.tsv"
    with path.open("rb") as stream:
        document = read_quads(stream, str(path), OPTIONS)
    lines = [line for line in path.read_text().splitlines() if line]
    assert len(lines) == count
    assert len(document.statements) == len(set(lines))
    again = len(lines) - len(set(lines))
    said_again = [f"{again:,} statements are said again"] if again else []
    assert [p.reason for p in document.problems] == said_again
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    on_it = {line for line in lines if line.endswith(day)}
    assert len(list(ValidAt(document.snapshot(), noon).statements())) == len(on_it) > 0


def test_events_come_in_the_order_of_their_lines(shared: Path) -> None:
    path = shared / "icews14" / "train.tsv"
    with path.open("rb") as stream:
        found = list(islice(stream_quads(stream, str(path), OPTIONS), 2000))
    assert [moment for moment, _ in found] == sorted(moment for moment, _ in found)
    moment, statement = found[0]
    assert moment == datetime(2014, 1, 1, tzinfo=UTC) == moment_of(statement)
    assert is_valid(statement, datetime(2014, 1, 1, 23, 59, tzinfo=UTC))
    arrest = "Arrest,_detain,_or_charge_with_legal_action"
    assert PrefixMap().contract(statement.predicate) == arrest
