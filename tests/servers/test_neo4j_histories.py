"""Real histories, release by release, on a real server: as the embedded store has each version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.sqlite import SqliteStore
from graph.store import MAIN, Store
from ingest.history_archive import ArchiveHistory
from kgdelta.histories import Telling, import_history
from kgdelta.importing import import_releases
from kgdelta.local_neo4j import LocalServer
from kgdelta.settings import cache_folder
from kgdelta.tour.reading import as_releases
from kgdelta.tour.releases import release_files
from tests.graph.clocks import Ticking


@pytest.fixture
def pair(neo4j_server: LocalServer) -> Iterator[tuple[SqliteStore, Neo4jStore]]:
    """An embedded store and one on the server, both empty, with clocks that agree."""
    one = SqliteStore.open(":memory:", create=True, clock=Ticking())
    address = Address.parse(neo4j_server.url)
    other = Neo4jStore.open(address, uuid4().hex, create=True, clock=Ticking())
    yield one, other
    one.close()
    other.close()


def _filled(pair: tuple[Store, Store], fill: Callable[[Store], object]) -> list[str]:
    """The commits of a history, which have the same ids on both sides; no side is damaged.

    An id covers what a commit and all before it changed, so equal ids are equal versions where
    the states are what the commits say: that is what ``verify`` recomputes.
    """
    for store in pair:
        fill(store)
    lines = [[commit.id for commit in store.log()] for store in pair]
    assert lines[0] == lines[1]
    assert list(pair[1].verify()) == []
    return lines[0]


@pytest.mark.long
def test_every_version_of_uo(shared: Path, pair: tuple[SqliteStore, Neo4jStore]) -> None:
    def fill(store: Store) -> None:
        history = ArchiveHistory(shared / "full-history" / "uo.tar.xz")
        list(import_history(store, history, MAIN, Telling(ontology="uo")))

    one, other = pair
    line = _filled(pair, fill)
    assert len(line) > 60
    for version in line:
        statements = frozenset(other.snapshot(version).statements())
        assert statements == frozenset(one.snapshot(version).statements())


@pytest.mark.long
def test_every_release_of_the_demo(pair: tuple[SqliteStore, Neo4jStore]) -> None:
    found = release_files(cache_folder())

    def fill(store: Store) -> None:
        list(import_releases(store, as_releases(found, "ms", "test"), MAIN))

    one, other = pair
    line = _filled(pair, fill)
    assert len(line) > 200
    for version in line[::40]:
        statements = frozenset(other.snapshot(version).statements())
        assert statements == frozenset(one.snapshot(version).statements())
