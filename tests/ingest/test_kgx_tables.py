"""Law 4 for Parquet and DuckDB tables of KGX, tables as others make them, and a missing extra."""

from __future__ import annotations

import builtins
import io
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given, settings

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import LABEL, RDF_TYPE, XSD_DATE
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.kgx import read_kgx_tsv
from ingest.kgx_columns import BIOLINK, KGX, XSD_DOUBLE, XSD_INTEGER
from ingest.kgx_tables import (
    kgx_parquet_columns,
    read_kgx_duckdb,
    read_kgx_parquet,
    write_kgx_duckdb,
    write_kgx_parquet,
    write_kgx_parquet_pair,
)
from tests.ingest.any_graph import GRAPHS

polars = pytest.importorskip("polars", reason="the extra 'tables' is not installed")
duckdb = pytest.importorskip("duckdb", reason="the extra 'tables' is not installed")

OPTIONS = ReadOptions()


def written(write: Callable[[MemorySnapshot, IO[bytes]], None], statements: Any) -> bytes:
    stream = io.BytesIO()
    write(MemorySnapshot(statements), stream)
    return stream.getvalue()


def parquet(content: bytes) -> Document:
    return read_kgx_parquet(io.BytesIO(content), "x.parquet", OPTIONS)


def database(content: bytes) -> Document:
    return read_kgx_duckdb(io.BytesIO(content), "x.duckdb", OPTIONS)


@given(GRAPHS)
def test_any_graph_survives_parquet(statements: list[Statement]) -> None:
    content = written(write_kgx_parquet, statements)
    document = parquet(content)
    assert document.statements == frozenset(statements)
    assert not document.problems
    assert written(write_kgx_parquet, document.statements) == content
    columns = kgx_parquet_columns(io.BytesIO(content), "x", OPTIONS)
    assert set(columns.statements()) == document.statements


@given(GRAPHS)
@settings(max_examples=25)
def test_any_graph_survives_a_pair_of_parquet_tables(statements: list[Statement]) -> None:
    nodes, edges = io.BytesIO(), io.BytesIO()
    write_kgx_parquet_pair(MemorySnapshot(statements), nodes, edges)
    said = parquet(nodes.getvalue()).statements | parquet(edges.getvalue()).statements
    assert said == frozenset(statements)


@given(GRAPHS)
@settings(max_examples=25)
def test_any_graph_survives_duckdb(statements: list[Statement]) -> None:
    document = database(written(write_kgx_duckdb, statements))
    assert document.statements == frozenset(statements)
    assert not document.problems


def test_names_that_differ_in_case_only_survive_duckdb() -> None:
    statements = [Statement("urn:token:a", KGX + name, Literal(name)) for name in ("X", "x", "ID")]
    assert database(written(write_kgx_duckdb, statements)).statements == frozenset(statements)


def frame(**columns: Any) -> bytes:
    stream = io.BytesIO()
    polars.DataFrame(columns).write_parquet(stream)
    return stream.getvalue()


def test_typed_columns_of_others() -> None:
    import datetime

    content = frame(
        id=["X:1", None],
        category=[["biolink:Gene"], ["biolink:Gene"]],
        name=["one", "two"],
        count=[3, None],
        score=[0.5, float("nan")],
        seen=[datetime.date(2020, 1, 31), None],
    )
    document = parquet(content)
    node = PrefixMap().expand("X:1")
    about = {s for s in document.statements if s.subject == node}
    assert about == {
        Statement(node, RDF_TYPE, BIOLINK + "Gene"),
        Statement(node, LABEL, Literal("one")),
        Statement(node, KGX + "count", Literal("3", XSD_INTEGER)),
        Statement(node, KGX + "score", Literal("0.5", XSD_DOUBLE)),
        Statement(node, KGX + "seen", Literal("2020-01-31", XSD_DATE)),
    }
    assert [(p.line, p.reason) for p in document.problems] == [
        (2, "a node without an id; left out")
    ]


def test_a_database_of_others(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE my_edges(subject TEXT, predicate TEXT, object TEXT, n INTEGER)")
        made.execute("INSERT INTO my_edges VALUES ('X:1', 'p:q', 'X:2', 7), ('X:1', NULL, 'X', 1)")
        made.execute("CREATE TABLE notes(x TEXT)")
    document = database(path.read_bytes())
    expand = PrefixMap().expand
    counted = Qualifier(KGX + "n", Literal("7", XSD_INTEGER))
    assert document.statements == {
        Statement(expand("X:1"), expand("p:q"), expand("X:2"), (counted,))
    }
    assert [p.reason for p in document.problems] == [
        "the table 'notes' has no columns of KGX; left out",
        "an edge without subject, predicate or object; left out",
    ]


def test_a_view_of_a_database_reaches_for_no_file(tmp_path: Path) -> None:
    path, secret = tmp_path / "x.duckdb", tmp_path / "secret.csv"
    secret.write_text("id\nX:1\n")
    with duckdb.connect(str(path)) as made:
        made.execute(f"CREATE VIEW nodes AS SELECT * FROM read_csv('{secret}')")
    with pytest.raises(IngestError, match="no table with the columns of KGX"):
        database(path.read_bytes())


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"\x00" * 999])
def test_damaged_tables_are_refused(content: bytes) -> None:
    with pytest.raises(IngestError, match=r"x\.parquet: not Parquet, or damaged"):
        parquet(content)
    if content:
        with pytest.raises(IngestError, match=r"x\.duckdb: not DuckDB, or damaged"):
            database(content)


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(IngestError, match="no columns of KGX"):
        parquet(frame(a=[1]))


def test_parquet_and_tsv_of_the_same_edges_say_the_same() -> None:
    table = "subject\tpredicate\tobject\tpublications\tp_value\nA:1\tp:q\tB:1\tPMID:1|PMID:2\t0.5\n"
    content = frame(
        subject=["A:1"],
        predicate=["p:q"],
        object=["B:1"],
        publications=[["PMID:2", "PMID:1"]],
        p_value=[0.5],
    )
    tsv = read_kgx_tsv(io.BytesIO(table.encode()), "x.tsv", OPTIONS)
    assert parquet(content).statements == tsv.statements


@pytest.mark.parametrize(("package", "read"), [("polars", parquet), ("duckdb", database)])
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, package: str, read: Callable[[bytes], Document]
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == package:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(IngestError, match=rf"{package}: pip install 'kgdelta\[tables\]'"):
        read(b"PAR1")
