"""Many writers on one server, and a server that dies beneath them."""

from __future__ import annotations

import os
import random
import resource
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from graph.commit import CommitMeta
from graph.errors import CorruptStoreError, UnavailableError
from graph.model import Delta, Literal, Statement
from graph.neo4j.ledger import Ledger
from graph.neo4j.server import Address, Server
from graph.store import Store, open_store
from kgdelta.local_neo4j import LocalServer, free_port
from tests.graph.committing import SIZE
from tests.graph.conformance import state
from tests.graph.store_files import acknowledged, start
from tests.graph.writing_at_once import write_at_once

#: More rounds for who wants them.
ROUNDS = int(os.environ.get("KGDELTA_KILL_ROUNDS", "8"))


def test_four_writers_lose_nothing(neo4j_server: LocalServer) -> None:
    write_at_once(neo4j_server.url, ("main", "b"), 4, 5, uuid4().hex)


def test_without_the_lock_they_do(neo4j_server: LocalServer) -> None:
    """The test above has teeth: what it finds is found."""
    with pytest.raises(AssertionError):
        write_at_once(neo4j_server.url, ("main",), 4, 5, uuid4().hex, "--unlocked")


class Late:
    """A server whose index finds the newest commits some answers later than they are counted."""

    def __init__(self, server: Server, answers: int) -> None:
        self._server, self._left = server, answers

    def rows(self, query: str, /, **parameters: Any) -> list[list[Any]]:
        found = self._server.rows(query, **parameters)
        if query.startswith("MATCH (c:Commit") and self._left:
            self._left -= 1
            return found[:-1]
        return found


@pytest.fixture
def two_commits(neo4j_server: LocalServer) -> Iterator[tuple[Server, str]]:
    """A server and the name of a graph on it that has two commits."""
    graph = uuid4().hex
    with closing(open_store(neo4j_server.url, graph, create=True)) as store:
        head = None
        for value in ("one", "two"):
            delta = Delta(added=frozenset({Statement("urn:a", "urn:p", Literal(value))}))
            head = store.commit("main", delta, head, CommitMeta()).id
    with closing(Server.connect(Address.parse(neo4j_server.url))) as server:
        yield server, graph


def test_a_reader_waits_for_what_is_counted_before_it_is_found(
    two_commits: tuple[Server, str],
) -> None:
    server, graph = two_commits
    ledger = Ledger(server.shown, graph)
    assert ledger.refresh(Late(server, 3))
    assert (ledger.commits, ledger.seq) == (2, 2)


def test_what_stays_away_is_told_as_damage(two_commits: tuple[Server, str]) -> None:
    server, graph = two_commits
    gone = "MATCH (c:Commit {graph: $graph, number: 2}) DETACH DELETE c"
    server.write(lambda work: work.rows(gone, graph=graph))
    with pytest.raises(CorruptStoreError, match="2 commits and 2 entries are counted, 1 and 1"):
        Ledger(server.shown, graph).refresh(server)


def test_a_writer_reads_again_what_a_reader_saw(two_commits: tuple[Server, str]) -> None:
    """A reader may have seen a branch as it was before the commit that it counted."""
    server, graph = two_commits
    ledger = Ledger(server.shown, graph)
    ledger.refresh(server)
    head = ledger.branches["main"]
    ledger.branches["main"] = 1
    ledger.refresh(server)
    assert ledger.branches["main"] == 1
    server.write(lambda work: ledger.refresh(work, lock=uuid4().hex))
    assert ledger.branches["main"] == head == 2


@pytest.fixture
def mortal(
    neo4j_server: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalServer]:
    """A server that a test may kill."""
    home = tmp_path_factory.mktemp("mortal")
    server = LocalServer(home, neo4j_server.jars, free_port(), options=neo4j_server.options)
    server.start()
    yield server
    server.stop()


def kill_server(server: LocalServer, rounds: int, seed: int) -> None:
    """Kill a server in the middle of commits, again and again; the writer goes on by itself."""
    chooser = random.Random(seed)
    open_store(server.url, create=True).close()
    writer = start(server.url, "main", "w", 1_000_000)
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(3)]
    for _ in range(rounds):
        told += [writer.stdout.readline().strip() for _ in range(chooser.randrange(1, 20))]
        server.kill()
        server.start()
    told += [writer.stdout.readline().strip() for _ in range(3)]
    writer.kill()
    told += acknowledged(writer)
    with closing(open_store(server.url)) as store:
        line = [commit.id for commit in reversed(list(store.log()))]
        # The last one may have been made without the time to say so.
        assert line[: len(told)] == told
        assert len(line) <= len(told) + 1
        assert len(state(store)) == SIZE * len(line)
        assert list(store.verify()) == []


@pytest.mark.long
def test_a_server_killed_again_and_again_loses_nothing(mortal: LocalServer) -> None:
    kill_server(mortal, rounds=ROUNDS, seed=1)


@pytest.mark.long
def test_a_full_disk_is_told_and_loses_nothing(mortal: LocalServer) -> None:
    store = open_store(mortal.url, create=True)
    told = [_commit(store, number) for number in range(3)]
    process = mortal.process()
    assert process is not None
    # No file may grow beyond this, as on a full disk.
    resource.prlimit(process, resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    with pytest.raises(UnavailableError, match=r"the server has given the database up; is its"):
        told += [_commit(store, number) for number in range(3, 50)]
    with pytest.raises(UnavailableError, match=r"the server has given the database up; is its"):
        list(store.log())
    mortal.kill()
    mortal.start()
    assert [commit.id for commit in reversed(list(store.log()))][:3] == told[:3]
    assert len(state(store)) == SIZE * len(list(store.log()))
    _commit(store, 100)
    assert list(store.verify()) == []
    store.close()


def _commit(store: Store, number: int) -> str:
    text = Literal("a long text " * 2_000)
    added = frozenset(Statement(f"urn:{number}", f"urn:p:{i}", text) for i in range(SIZE))
    head = store.snapshot().version.commit
    return store.commit("main", Delta(added=added), head, CommitMeta()).id
