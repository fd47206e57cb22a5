"""What it costs to take a Neo4j database over in place, on a server of the benchmark's own.

``python -m tests.benchmarks.in_place``: 100,000 nodes with a name, an age and a day each, and
300,000 relationships, a third of them with a weight.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import numpy as np
from neo4j import Driver, GraphDatabase

from graph.commit import CommitMeta
from graph.model import Delta, Literal, Statement
from graph.neo4j.foreign_values import NEO4J
from graph.neo4j.server import Address
from graph.neo4j.store import Neo4jStore
from graph.vocabulary import LABEL
from ingest.neo4j_database import DatabaseMapping, parse_key
from kgdelta import settings
from kgdelta.databases import Telling, import_in_place
from kgdelta.local_neo4j import LocalServer, free_port, neo4j_jars

T = TypeVar("T")

_BATCH: Final = 20_000
_NODES: Final = """UNWIND range($first, $last) AS i CREATE (:Person {mail: 'p' + i, name: 'P ' + i,
    age: i % 90, born: date('1950-01-01') + duration({days: i % 20000})})"""
_EDGES: Final = """UNWIND $rows AS r MATCH (a:Person {mail: r[0]}) MATCH (b:Person {mail: r[1]})
CREATE (a)-[k:$(r[2])]->(b) SET k.weight = r[3]"""
_ASKED: Final = (
    "MATCH (p:Person)-[k:KNOWS]->(q) RETURN count(k), sum(p.age), max(q.born), sum(k.weight)"
)


def _fill(driver: Driver, nodes: int, edges: int) -> None:
    driver.execute_query("CREATE CONSTRAINT FOR (p:Person) REQUIRE p.mail IS UNIQUE")
    for first in range(0, nodes, _BATCH):
        driver.execute_query(_NODES, first=first, last=min(first + _BATCH, nodes) - 1)
    random = np.random.default_rng(1)
    ends = random.integers(0, nodes, (edges, 2)).tolist()
    types = ("KNOWS", "LIKES", "MET")
    rows = [
        [f"p{a}", f"p{b}", types[i % 3], None if i % 3 else i % 100 / 10]
        for i, (a, b) in enumerate(ends)
    ]
    for first in range(0, edges, _BATCH):
        driver.execute_query(_EDGES, rows=rows[first : first + _BATCH])


def _timed(name: str, job: Callable[[], T]) -> T:
    start = time.perf_counter()
    done = job()
    sys.stdout.write(f"{name:<44} {time.perf_counter() - start:.1f} s\n")
    sys.stdout.flush()
    return done


def main(arguments: list[str] | None = None) -> None:
    """Fill, take over, and compare what Cypher says; the time of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=300_000)
    parser.add_argument("--heap", default="2g")
    asked = parser.parse_args(arguments)
    jars = neo4j_jars(settings.cache_folder())
    with TemporaryDirectory() as folder:
        server = LocalServer(Path(folder), jars, port=free_port(), heap=asked.heap, pages="1g")
        server.start()
        try:
            _measure(server, asked)
        finally:
            server.stop()


def _measure(server: LocalServer, asked: Any) -> None:
    address = Address.parse(server.url)
    with GraphDatabase.driver(server.url, notifications_min_severity="OFF") as driver:
        _timed("fill", lambda: _fill(driver, asked.nodes, asked.edges))
        before = list(driver.execute_query(_ASKED).records[0])
        store = Neo4jStore.open(address, create=True)
        mapping = DatabaseMapping((parse_key("mail"),))
        done = _timed(
            "take over in place",
            lambda: import_in_place(store, address, mapping, {}, Telling("benchmark")),
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(f"{done.added:,} statements, {peak:,.0f} MB here at most\n")
        after = list(driver.execute_query(_ASKED).records[0])
        sys.stdout.write(f"Cypher answers as before: {before == after} {after}\n")
        node = "urn:token:p7"
        change = Delta(
            frozenset({Statement(node, LABEL, Literal("P 7"))}),
            frozenset({Statement(node, NEO4J + "property:nick", Literal("Seven"))}),
        )
        head = store.resolve("main")
        _timed("a commit", lambda: store.commit("main", change, head, CommitMeta("m", "a")))
        problems = _timed("verify", lambda: list(store.verify()))
        sys.stdout.write(f"{len(problems)} problems\n")
        store.close()


if __name__ == "__main__":
    main()
