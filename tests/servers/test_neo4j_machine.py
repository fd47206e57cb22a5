"""The embedded store and one on a real server do the same, whatever is done to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from graph.errors import KgdeltaError
from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from graph.store import Store
from graph.vocabulary import SUBCLASS_OF
from kgdelta.local_neo4j import LocalServer
from tests.graph.clocks import Ticking
from tests.graph.store_machine import StoreMachine
from tests.graph.strategies import NODES

#: What snapshots are asked, beside all of their statements.
QUESTIONS: dict[str, Callable[[Snapshot], object]] = {
    "version": lambda s: s.version.commit,
    "statements": lambda s: set(s.statements()),
    "about": lambda s: set(s.statements(subjects=NODES)),
    "into": lambda s: set(s.statements(objects=NODES)),
    "mentioning": lambda s: set(s.mentioning(NODES)),
    "labels": lambda s: s.labels(NODES),
    "find": lambda s: s.find({"a", "b", "A"}),
    "search": lambda s: s.search("a"),
    "below": lambda s: s.reach(NODES, {SUBCLASS_OF}, inverse=True),
    "above": lambda s: s.reach(NODES, {SUBCLASS_OF}, depth=1),
    "counts": lambda s: s.counts(),
}


class Twins:
    """Two stores that are asked everything together, and must say the same."""

    def __init__(self, one: Store, other: Store, clocks: tuple[Ticking, Ticking]) -> None:
        self.one = one
        self.other = other
        self._clocks = clocks

    @property
    def graph(self) -> str:
        return self.one.graph

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*given: Any, **named: Any) -> Any:
            if name == "receive":
                given = (list(given[0]), *given[1:])
            self._clocks[1].now = self._clocks[0].now
            (kind, first), (other_kind, second) = (
                _outcome(store, name, given, named) for store in (self.one, self.other)
            )
            assert kind == other_kind, (name, first, second)
            if isinstance(first, Exception):
                raise first
            if name == "snapshot":
                for question, asked in QUESTIONS.items():
                    assert asked(first) == asked(second), (question, given)
            elif name == "blame":
                assert set(first) == set(second)
            elif name != "compact":
                # What compacting saves is a store's own affair.
                assert first == second, name
            return iter(first) if kind is list else first

        return ask


def _outcome(
    store: Store, name: str, given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[object, Any]:
    """What a store answers, and of which kind; an error of ours is an answer."""
    try:
        found = getattr(store, name)(*given, **named)
        if isinstance(found, Iterator):
            return list, list(found)
    except KgdeltaError as error:
        return type(error), error
    return None, found


class Both(StoreMachine):
    """The machine over two stores; :attr:`address` is set by the test."""

    address: Address

    def new(self) -> Store:
        twin = Ticking()
        one = SqliteStore.open(":memory:", create=True, clock=self.clock)
        other = Neo4jStore.open(self.address, uuid4().hex, create=True, clock=twin)
        return cast("Store", Twins(one, other, (self.clock, twin)))


def _run(server: LocalServer, examples: int, steps: int) -> None:
    Both.address = Address.parse(server.url)
    run_state_machine_as_test(
        Both,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_both_stores_do_the_same(neo4j_server: LocalServer) -> None:
    _run(neo4j_server, examples=4, steps=12)


@pytest.mark.long
def test_both_stores_do_the_same_at_length(neo4j_server: LocalServer) -> None:
    _run(neo4j_server, examples=12, steps=20)
