"""Law 4 for KGX: what is written reads back the same; and tables as people have them."""

from __future__ import annotations

import io
import json
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from graph.commit import CommitMeta
from graph.memory import MemorySnapshot
from graph.model import Literal, Statement, in_order
from graph.prefixes import PrefixMap
from graph.snapshot import columns_from
from graph.store import open_store
from ingest.bulk import to_columns
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.kgx import (
    kgx_jsonl_columns,
    kgx_tsv_columns,
    read_kgx_jsonl,
    read_kgx_tsv,
    stream_kgx_tsv,
)
from ingest.kgx_writing import write_kgx_jsonl, write_kgx_pair, write_kgx_tsv
from tests.ingest.any_graph import GRAPHS

OPTIONS = ReadOptions()
CASES = json.loads((Path(__file__).parent / "data" / "kgx.json").read_text())


def written(
    write: Callable[[MemorySnapshot, Any], None], statements: frozenset[Statement]
) -> bytes:
    stream = io.BytesIO()
    write(MemorySnapshot(statements), stream)
    return stream.getvalue()


def tsv(content: bytes, options: ReadOptions = OPTIONS) -> Document:
    return read_kgx_tsv(io.BytesIO(content), "x.tsv", options)


def jsonl(content: bytes, options: ReadOptions = OPTIONS) -> Document:
    return read_kgx_jsonl(io.BytesIO(content), "x.jsonl", options)


@given(GRAPHS)
def test_any_graph_survives_tsv(statements: list[Statement]) -> None:
    content = written(write_kgx_tsv, frozenset(statements))
    document = tsv(content, ReadOptions(prefixes={"ex": "http://other/"}, ontology="o"))
    assert document.statements == frozenset(statements)
    assert not document.problems
    assert written(write_kgx_tsv, document.statements) == content


@given(GRAPHS)
def test_any_graph_survives_json_lines(statements: list[Statement]) -> None:
    content = written(write_kgx_jsonl, frozenset(statements))
    document = jsonl(content)
    assert document.statements == frozenset(statements)
    assert not document.problems
    assert written(write_kgx_jsonl, document.statements) == content


@given(GRAPHS)
@settings(max_examples=30)
def test_any_graph_survives_a_pair_of_tables(statements: list[Statement]) -> None:
    nodes, edges = io.BytesIO(), io.BytesIO()
    write_kgx_pair(MemorySnapshot(statements), nodes, edges)
    parts = tsv(nodes.getvalue()), tsv(edges.getvalue())
    assert parts[0].statements | parts[1].statements == frozenset(statements)


@given(GRAPHS)
@settings(max_examples=30)
def test_columns_say_what_statements_say(statements: list[Statement]) -> None:
    for write, read in ((write_kgx_tsv, kgx_tsv_columns), (write_kgx_jsonl, kgx_jsonl_columns)):
        content = written(write, frozenset(statements))
        columns = read(io.BytesIO(content), "x", OPTIONS)
        assert set(columns.statements()) == frozenset(statements)
        assert columns.qualifiers[0] == ()
        assert len(columns_from(columns.statements()).terms) == len(columns.terms)


def as_text(statements: frozenset[Statement]) -> list[str]:
    return [str(statement) for statement in in_order(statements)]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_tables_as_people_have_them(case: dict[str, Any]) -> None:
    options = ReadOptions(
        prefixes=case.get("prefixes", {}),
        ontology=case.get("ontology"),
        stable_edge_ids=case.get("stable_edge_ids", True),
    )
    read = jsonl if case.get("jsonl") else tsv
    text = case["text"] if isinstance(case["text"], str) else "\n".join(case["text"]) + "\n"
    content = text.replace("{DEEP}", "[" * 100_000).encode(case.get("encoding", "utf-8"))
    if "error" in case:
        with pytest.raises(IngestError, match=case["error"]):
            read(content, options)
        return
    document = read(content, options)
    assert as_text(document.statements) == case["says"]
    assert [f"{p.line}: {p.reason}" for p in document.problems] == case.get("problems", [])
    if document.problems:
        with pytest.raises(IngestError) as caught:
            read(content, ReadOptions(options.ontology, True, options.prefixes))
        assert caught.value.reason == document.problems[0].reason


def test_prefixes_bring_ids_back_as_they_were() -> None:
    text = "id\tcategory\nHGNC:11603\tbiolink:Gene\nodd:a b\tbiolink:Gene\nbare\tbiolink:Gene\n"
    document = tsv(text.encode())
    prefixes = PrefixMap.of(document.snapshot())
    nodes = {s.subject for s in document.statements if s.subject != "urn:kgdelta:ontology"}
    assert {prefixes.contract(node) for node in nodes} == {"HGNC:11603", "odd:a b", "bare"}


def table(rows: int, seed: int) -> bytes:
    """The same edges for the same number of rows, under ids that the seed decides."""
    ids, facts = random.Random(seed), random.Random(1)
    lines = ["id\tsubject\tpredicate\tobject\tpublications"]
    lines += [
        f"uuid:{ids.getrandbits(64):x}\tA:{facts.randrange(99)}\tbiolink:affects\tB:{i}\tPMID:{i}"
        for i in range(rows)
    ]
    ids.shuffle(lines[1:])
    return "\n".join(lines).encode()


def test_a_rebuilt_dump_with_new_edge_ids_says_the_same() -> None:
    before, after = tsv(table(50, 1)), tsv(table(50, 2))
    assert before.statements == after.statements
    kept = ReadOptions(stable_edge_ids=False)
    assert not tsv(table(50, 1), kept).statements & tsv(table(50, 2), kept).statements - {
        s for s in before.statements if s.subject == "urn:kgdelta:ontology"
    }


def test_a_store_that_loads_columns_has_the_statements() -> None:
    content = table(300, 1)
    columns = kgx_tsv_columns(io.BytesIO(content), "x", OPTIONS)
    for loaded in (columns, to_columns(columns.statements())):
        store = open_store(":memory:", create=True)
        store.load("main", loaded, None, CommitMeta(message="import", author="test"))
        assert set(store.snapshot("main").statements()) == tsv(content).statements
        assert not list(store.verify())
        store.close()


def test_kept_edge_ids_survive_and_others_get_one_of_their_own() -> None:
    kept = tsv(table(5, 1), ReadOptions(stable_edge_ids=False))
    assert tsv(written(write_kgx_tsv, kept.statements)).statements == kept.statements
    content = written(write_kgx_jsonl, tsv(table(5, 1)).statements)
    ids = [json.loads(line)["id"] for line in content.splitlines()[-5:]]
    assert len(set(ids)) == 5
    assert all(one.startswith("urn:kgdelta:edge:") for one in ids)


def test_numbers_and_truth_values_come_back_letter_for_letter() -> None:
    line = (
        '{"id":"A:1","count":[3],"long":[123456789012345678901234567890],"score":[0.10],'
        '"tiny":[1E-400],"withdrawn":[true]}'
    )
    content = written(write_kgx_jsonl, jsonl(line.encode()).statements)
    assert content.splitlines()[1].decode() == line


def test_tables_in_an_archive_are_read_in_its_order_and_never_unpacked() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, text in (
            ("../../x_nodes.tsv", "id\tname\nA:1\tone\n"),
            ("/etc/edges.tsv", "subject\tpredicate\tobject\nA:1\tp:q\tB:2\n"),
            ("notes.txt", "hello"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    document = tsv(stream.getvalue())
    assert len(document.statements) == 2
    assert [p.reason for p in document.problems] == [
        "'notes.txt' in the archive is no table; left out"
    ]
    with pytest.raises(IngestError, match="the archive is damaged"):
        tsv(stream.getvalue()[:700])


class Endless(io.RawIOBase):
    """A line of a gigabyte, of which a reader should not take more than it needs."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        if self.given > 1 << 30:
            return b""
        self.given += size
        return b"x" * size


def test_a_line_of_a_gigabyte_is_an_error_before_it_is_in_memory() -> None:
    for read in (read_kgx_tsv, read_kgx_jsonl):
        stream = Endless()
        with pytest.raises(IngestError, match="line 1: a line of more than 64 MiB"):
            read(stream, "x", OPTIONS)  # type: ignore[arg-type]
        assert stream.given < 1 << 27


def test_a_long_table_is_read_block_by_block() -> None:
    content = table(20_000, 1)
    lines = []
    for count, statement in enumerate(stream_kgx_tsv(io.BytesIO(content), "x", OPTIONS)):
        if count % 5000 == 0:
            lines.append(statement)
    assert len(lines) == 5
    document = tsv(content)
    assert len([s for s in document.statements if not isinstance(s.object, Literal)]) == 20_000
