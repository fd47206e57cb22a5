"""The server store does what every store must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from kgdelta.local_neo4j import LocalServer
from tests.graph.clocks import Ticking
from tests.graph.conformance import StoreConformance
from tests.graph.conformance_work import WorkConformance


@pytest.fixture
def opened(neo4j_server: LocalServer) -> Iterator[Callable[[], Neo4jStore]]:
    """Opens graphs of their own on one server."""
    stores: list[Neo4jStore] = []

    def make() -> Neo4jStore:
        address = Address.parse(neo4j_server.url)
        stores.append(Neo4jStore.open(address, uuid4().hex, create=True, clock=Ticking()))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


class TestNeo4j(StoreConformance, WorkConformance):
    @pytest.fixture
    def store(self, opened: Callable[[], Neo4jStore]) -> Neo4jStore:
        return opened()

    @pytest.fixture
    def other(self, opened: Callable[[], Neo4jStore]) -> Neo4jStore:
        return opened()
