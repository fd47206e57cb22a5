"""Large loads into a real server: in pages, broken off, gone on with, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from graph.commit import CommitMeta
from graph.errors import InvalidDeltaError, UnavailableError
from graph.expression import Expression
from graph.model import Delta, Literal, Qualifier, Statement
from graph.neo4j import loading, receiving
from graph.neo4j import store as stores
from graph.neo4j.loading import PagedLoad, Pages
from graph.neo4j.offline import Files
from graph.neo4j.server import Address, Server
from graph.neo4j.store import Neo4jStore
from graph.snapshot import Columns, columns_from
from graph.sqlite import SqliteStore
from graph.store import MAIN
from graph.vocabulary import EXACT_SYNONYM, LABEL, RDF_TYPE, XREF
from kgdelta.local_neo4j import LocalServer, free_port

META = CommitMeta("loaded", "test")
PAGE = 300
ROWS = 1_000


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written in pages here is small enough for a test."""
    for module in (loading, receiving, stores):
        monkeypatch.setattr(module, "LARGE", PAGE)


@pytest.fixture
def opened(neo4j_server: LocalServer) -> Iterator[Callable[[str], Neo4jStore]]:
    stores: list[Neo4jStore] = []

    def make(graph: str) -> Neo4jStore:
        stores.append(Neo4jStore.open(Address.parse(neo4j_server.url), graph, create=True))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def graph() -> str:
    return uuid4().hex


@pytest.fixture(scope="module")
def columns() -> Columns:
    """Rows of every kind, some of them twice."""
    told = (Qualifier("x:source", "x:n7"),)
    nodes = [f"x:n{number}" for number in range(ROWS // 2)]
    statements = [
        *(Statement(node, "x:near", nodes[number // 3]) for number, node in enumerate(nodes)),
        *(Statement(node, LABEL, Literal(f"node {node}")) for node in nodes[: ROWS // 4]),
        *(Statement(node, "x:from", "x:n1", told) for node in nodes[ROWS // 4 :]),
        *(Statement(node, RDF_TYPE, "x:Kind") for node in nodes[:10]),
    ]
    return columns_from([*statements, *statements[:100]])


def everything(store: Neo4jStore | SqliteStore) -> set[Statement]:
    return set(store.snapshot().statements())


def _break_off(
    monkeypatch: pytest.MonkeyPatch, store: Neo4jStore, columns: Columns, head: str | None = None
) -> None:
    """Load, and stop after the first page, as if killed."""
    write = PagedLoad._write

    def killed(self: PagedLoad, number: int, page: list[Statement]) -> None:
        if number:
            raise KeyboardInterrupt
        write(self, number, page)

    with monkeypatch.context() as patched:
        patched.setattr(PagedLoad, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            store.load(MAIN, columns, head, META)


def test_a_large_load_is_the_same_commit_as_in_a_file(
    opened: Callable[[str], Neo4jStore], graph: str, columns: Columns
) -> None:
    store, other = opened(graph), SqliteStore.open(":memory:", create=True)
    commit = store.load(MAIN, columns, None, META)
    assert commit.delta == other.load(MAIN, columns, None, META).delta
    assert everything(store) == everything(other)
    assert store.snapshot().labels({"x:n3"}) == other.snapshot().labels({"x:n3"})
    assert store.delta(MAIN) == other.delta(MAIN)
    assert list(store.verify()) == []
    more = Delta(frozenset([Statement("x:n1", RDF_TYPE, "x:Kind")]))
    store.commit(MAIN, more, commit.id, META)
    assert list(store.verify()) == []


def test_a_load_that_was_broken_off_goes_on(
    opened: Callable[[str], Neo4jStore],
    graph: str,
    columns: Columns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = opened(graph)
    _break_off(monkeypatch, store, columns)
    again = opened(graph)
    assert list(again.log()) == []
    assert everything(again) == set()
    assert any("a load is not finished, 1 pages" in line for line in again.verify())
    written: list[int] = []
    write = PagedLoad._write

    def counted(self: PagedLoad, number: int, page: list[Statement]) -> None:
        written.append(number)
        write(self, number, page)

    monkeypatch.setattr(PagedLoad, "_write", counted)
    # The same rows in another order are the same load.
    shuffled = np.random.default_rng(0).permutation(len(columns))
    renumbered = columns_from(columns.at(shuffled).statements())
    again.load(MAIN, renumbered, None, META)
    assert written == list(range(1, len(Pages(columns))))
    assert everything(again) == set(columns.statements())
    assert list(again.verify()) == []


def test_nobody_writes_beside_a_load_until_it_is_given_up(
    opened: Callable[[str], Neo4jStore],
    neo4j_server: LocalServer,
    graph: str,
    columns: Columns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = opened(graph)
    first = store.commit(MAIN, Delta(added=frozenset([_statement("x:n1")])), None, META)
    _break_off(monkeypatch, store, columns, first.id)
    other = opened(graph)
    added = Delta(added=frozenset([_statement("x:other")]))
    with pytest.raises(UnavailableError, match="a load into this graph is under way"):
        other.commit(MAIN, added, first.id, META)
    assert everything(other) == {_statement("x:n1")}
    server = Server.connect(Address.parse(neo4j_server.url))
    query = "MATCH (g:VersionedGraph {name: $graph}) SET g.loadedAt = g.loadedAt - 3600000"
    server.write(lambda work: work.rows(query, graph=graph))
    server.close()
    other.commit(MAIN, added, first.id, META)
    assert everything(other) == {_statement("x:n1"), _statement("x:other")}
    assert list(other.verify()) == []


def test_a_load_of_what_is_there_leaves_nothing(
    opened: Callable[[str], Neo4jStore], graph: str, columns: Columns
) -> None:
    store = opened(graph)
    there = next(iter(columns.at(np.array([len(columns) // 2])).statements()))
    first = store.commit(MAIN, Delta(added=frozenset([there])), None, META)
    with pytest.raises(InvalidDeltaError, match="adds what is there already"):
        store.load(MAIN, columns, first.id, META)
    assert everything(store) == {there}
    assert list(store.verify()) == []


def test_a_large_history_comes_over_in_parts(
    opened: Callable[[str], Neo4jStore], graph: str, columns: Columns
) -> None:
    made = SqliteStore.open(":memory:", create=True)
    head = made.load(MAIN, columns, None, META).id
    made.create_branch("side")
    for number in range(3):
        delta = Delta(added=frozenset([_statement(f"x:new{number}")]))
        head = made.commit(MAIN, delta, head, replace(META, message=f"number {number}")).id
    side = Delta(added=frozenset([_statement("x:side")]))
    made.commit("side", side, made.resolve("side"), META)
    store = opened(graph)
    commits = [(commit, made.delta(commit.id)) for commit in made.past([MAIN, "side"])]
    names = {branch.name: branch.head for branch in made.branches() if branch.head}
    received = store.receive(commits, names, {"first": commits[0][0].id})
    assert received.commits == tuple(commit.id for commit, _ in commits)
    assert {branch.name for branch in received.branches} == {MAIN, "side"}
    for version in (MAIN, "side", "first", f"{MAIN}~1"):
        assert set(store.snapshot(version).statements()) == set(
            made.snapshot(version if version != "first" else commits[0][0].id).statements()
        )
    assert list(store.verify()) == []
    assert store.receive(commits, names, {}).commits == ()


@pytest.mark.long
def test_files_become_the_same_graph_as_a_load(
    neo4j_server: LocalServer, tmp_path: Path, graph: str, columns: Columns
) -> None:
    strange = ('quo"te\\', "line\nbreak\x00end", "", "a, b; c", " \u1680 ", "\\N")
    more = [
        *(Statement("x:n5", LABEL, Literal(text)) for text in strange),
        *(Statement(f"x:{text!r}", "x:note", Literal(text, language="en")) for text in strange),
        Statement("x:n9", "x:defined", Expression("and", ("x:n1", Literal("5")))),
        Statement("x:n9", EXACT_SYNONYM, Literal("nine"), (Qualifier(XREF, Literal('a"b,c')),)),
    ]
    told = columns_from([*columns.statements(), *more])
    (tmp_path / "files").mkdir()
    arguments = Files(tmp_path / "files", graph).write(Pages(told))
    home = tmp_path / "home"
    server = LocalServer(home, neo4j_server.jars, free_port(), options=neo4j_server.options)
    server.import_files(arguments)
    server.start()
    try:
        store = Neo4jStore.open(Address.parse(server.url), graph, create=True)
        other = SqliteStore.open(":memory:", create=True)
        with pytest.raises(UnavailableError, match=r"it holds .* statements, and the files"):
            store.finish_import(columns, META)
        commit = store.finish_import(told, META)
        assert commit.delta == other.load(MAIN, told, None, META).delta
        assert everything(store) == everything(other)
        assert list(store.verify()) == []
        store.commit(MAIN, Delta(frozenset(more[:9])), commit.id, META)
        assert list(store.verify()) == []
        store.close()
    finally:
        server.stop()


def _statement(node: str) -> Statement:
    return Statement(node, "x:also", "x:here")
