"""Tables that go into a store as columns make the commit that their statements would make."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings

from graph.column_delta import delta_between
from graph.model import Delta, Statement
from graph.snapshot import columns_from
from graph.sqlite import SqliteStore
from ingest.bulk_reading import Table
from ingest.dating import dated
from ingest.document import Document, ReadOptions
from ingest.formats import FORMATS, read, write
from kgdelta.dumps import DumpReader, dumps_in
from kgdelta.importing import Imported, Release, import_releases
from kgdelta.progress import watching
from tests.graph.strategies import states
from tests.kgdelta.calling import Run

NODES = [
    "id\tcategory\tname\tvalid_from\tvalid_to\txref",
    "A:1\tbiolink:Gene|biolink:NamedThing\tone\t2020-01-01\t2021-01-01\tX:1|X:2|X:1",
    "A:2\tbiolink:Gene\ttwo",
    "",
    "\tbiolink:Gene\tnobody",
    "A:3",
    "A:2\tbiolink:Gene\ttwo\t\t\t\tjunk",
    "urn:o\tbiolink:Thing\t2019-02-03",
]
EDGES = [
    "id\tsubject\tpredicate\tobject\tpublications\trelation\tp_value\tnegated\tvalid_from\tnote",
    "uuid:1\tA:1\tbiolink:affects\tA:2\tPMID:2|PMID:1|PMID:2\tRO:1\t1e-5\ttrue\t2020-01-01\tN",
    "uuid:2\tA:1\tbiolink:affects\tA:2\tPMID:1|PMID:2\tRO:1\t1e-5\tTrue\t2020-01-01\tN",
    "uuid:3\tA:1\tbiolink:affects\tA:2\tPMID:1\tRO:1\t1\tfalse\t2020-01-01T10:00:00\té",
    "uuid:4\tA:1\tbiolink:affects\tA:2",
    "uuid:5\tA:1\t\tA:2\tPMID:1",
    "junk",
    'uuid:6\tA:1\tbiolink:affects\tA:2\t"PMID ""9"""\t\t\t\t\t',
    "uuid:7\tA:1\tbiolink:affects\tA:2\t|\t\t\t\t\t\textra",
]
LATER = [*EDGES[:3], "uuid:9\tA:1\tbiolink:affects\tA:3\tPMID:7"]
RECORDS = [
    '{"id":"A:1","category":["biolink:Gene"],"name":"one","length":12,"name":"uno"}',
    '{"id":"x","subject":"A:1","predicate":"p:q","object":"A:2","score":[0.10,1],"flag":true,'
    '"publications":["PMID:2","PMID:1"],"valid_from":"2020-01-01","deep":{"a":[null]}}',
    '{"id":"y","subject":"A:1","predicate":"p:q","object":"A:2","publications":"PMID:1"}',
    '{"subject":"A:1","predicate":"p:q","object":"A:2","publications":["PMID:1"]}',
    '{"subject":"A:1","object":"A:2"}',
    "junk",
    "[1]",
    '{"id":"urn:o","category":"http://www.w3.org/2002/07/owl#Ontology",'
    '"http://www.w3.org/2002/07/owl#versionInfo":"2019-02-03"}',
]
SOURCES = {
    "nodes.tsv": NODES,
    "edges.tsv": EDGES,
    "later.tsv": LATER,
    "mixed.jsonl": RECORDS,
}


def imported(said: list[Document | Table]) -> tuple[list[Imported], frozenset[Statement]]:
    """What became of states, one after the other, in a store of their own."""
    store = SqliteStore.open(
        ":memory:", create=True, clock=lambda: datetime(2024, 1, 1, tzinfo=UTC)
    )
    releases = [Release(each, "a dump", author="Ada") for each in said]
    done = list(import_releases(store, releases, "main"))
    assert not list(store.verify())
    state = frozenset(store.snapshot().statements())
    store.close()
    return done, state


def as_columns(file: Path, options: ReadOptions) -> Table:
    with watching([file], "test") as watch:
        found = DumpReader(options, None, watch).read((file,))
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize("stable", [True, False])
def test_columns_make_the_commits_that_statements_make(tmp_path: Path, stable: bool) -> None:
    options = ReadOptions("o", prefixes={"A": "http://a/"}, stable_edge_ids=stable)
    tables: list[Document | Table] = []
    documents: list[Document | Table] = []
    for name, lines in SOURCES.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    for form in ("parquet", "duckdb"):
        state = read(tmp_path / "mixed.jsonl").snapshot()
        with (tmp_path / f"x.{form}").open("wb") as stream:
            write(state, stream, form)
    for file in sorted(tmp_path.iterdir()):
        table = as_columns(file, options)
        form = {".tsv": "kgx", ".jsonl": "kgx-jsonl"}.get(file.suffix, file.suffix[1:])
        module, _, name = FORMATS[form].reader.partition(":")
        with file.open("rb") as stream:
            reader = getattr(import_module(f"ingest.{module}"), name)
            document = reader(stream, str(file), options)
        assert frozenset(table.columns.statements()) == document.statements
        assert len(table.columns) == len(document.statements)
        assert table.problems == document.problems
        assert dated(table.header()) == dated(document)
        tables.append(table)
        documents.append(document)
    one, other = imported(tables), imported(documents)
    assert one == other
    assert len({done.commit.id for done in one[0] if done.commit}) == len(SOURCES) + 1
    # A table that is there already makes no commit, whichever way it comes.
    again = imported([tables[0], documents[0], tables[0]])[0]
    assert [bool(done.commit) for done in again] == [True, False, False]


@given(states, states)
@settings(max_examples=50)
def test_states_as_columns_differ_by_their_delta(
    before: frozenset[Statement], after: frozenset[Statement]
) -> None:
    delta = delta_between(columns_from(before), columns_from([*after, *after]))
    assert delta == Delta.between(before, after)
    first = Document("x", before)
    by_columns = imported([first, Table("x", columns_from(after))])
    assert by_columns == imported([first, Document("x", after)])


def test_the_tables_of_a_dump_are_one_commit(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d_nodes.tsv").write_text("\n".join(NODES))
    with gzip.open(tmp_path / "d_edges.tsv.gz", "wt") as stream:
        stream.write("\n".join(EDGES))
    run("init")
    alone = ("import", "d_nodes.tsv", "d_edges.tsv.gz", "--json")
    assert [r["removed"] > 0 for r in run(*alone).rows] == [False, True]
    (tmp_path / "d_nodes.tsv.gz").write_bytes(
        gzip.compress((tmp_path / "d_nodes.tsv").read_bytes())
    )
    together = ("import", "d_nodes.tsv.gz", "d_edges.tsv.gz", "--tag", "v1", "--json")
    (row,) = run(*together).rows
    assert row["source"] == "d_nodes.tsv.gz and d_edges.tsv.gz"
    assert row["removed"] == 0
    assert {p["reason"] for p in row["problems"]} >= {
        "a node without an id; left out",
        "an edge without subject, predicate or object; left out",
    }
    turned = run("import", "d_edges.tsv.gz", "d_nodes.tsv.gz", "--json").rows
    assert [r["commit"] for r in turned] == [None]


@pytest.mark.parametrize(
    ("names", "dumps"),
    [
        ("x_nodes.tsv x_edges.tsv", 1),
        ("x_edges.jsonl.zst x_nodes.jsonl.zst", 1),
        ("x_nodes.tsv y_edges.tsv", 2),
        ("x_nodes.tsv x_edges.jsonl", 2),
        ("x_nodes.tsv x_nodes.tsv", 2),
        ("a/x_nodes.tsv b/x_edges.tsv", 2),
        ("x_nodes.obo x_edges.obo", 2),
        ("x_nodes.tsv x_edges.tsv x_nodes.tsv", 2),
        ("-", 1),
    ],
)
def test_which_files_are_one_dump(names: str, dumps: int) -> None:
    assert len(dumps_in([Path(name) for name in names.split()])) == dumps


class Terminal(io.StringIO):
    """Somebody who watches."""

    def isatty(self) -> bool:
        return True


def test_a_bar_moves_within_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.tsv"
    file.write_text(EDGES[0] + "\n" + "uuid:1\tA:1\tp:q\tA:2\t\t\t\t\t\t\n" * 100_000)
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with watching([file], "importing") as watch:
        DumpReader(ReadOptions(), None, watch).read((file,))
        read = shown.getvalue().count("\r")
        watch.stored(file)
    assert read > 3
    assert "100%" in shown.getvalue()
