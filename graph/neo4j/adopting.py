"""What others wrote into a graph with plain Cypher, recorded as a commit of its own.

First the relationships are made what the logs say, so that every earlier state is right again;
then what others said and took back is committed as any delta is. All of it is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from graph.commit import Commit, CommitMeta
from graph.errors import NotFoundError
from graph.model import Delta, Node
from graph.neo4j import schema
from graph.neo4j.commits import Commits
from graph.neo4j.found import Comparing, Found, Stand
from graph.neo4j.ledger import Ledger
from graph.neo4j.main_line import said, touched
from graph.neo4j.naming import CLOSED, MENTIONS
from graph.neo4j.native_values import MADE
from graph.neo4j.rows import row_of, value_of
from graph.neo4j.said_properties import of_relationship, rows_of
from graph.neo4j.server import Address, Server, Work
from graph.neo4j.states import Entries, States
from graph.neo4j.writing import Writer, Writing
from graph.store import MAIN

_BATCH: Final = 10_000
_DELETE: Final = """UNWIND $rows AS id MATCH ()-[r]->() WHERE elementId(r) = id DELETE r"""
_UNTIE: Final = """MATCH (v:Value) WHERE v.graph = $graph AND NOT EXISTS { (v)--() } DELETE v"""
_EDGES: Final = f"""UNWIND $rows AS r
MATCH (s:Entity {{graph: $graph, id: r[0]}}) MATCH (o:Entity {{graph: $graph, id: r[2]}})
CREATE (s)-[n:$(r[1])]->(o) SET n = r[4]
FOREACH (p IN r[5] | SET n[p[0]] = {MADE.replace("<<P>>", "p")})"""
_VALUES: Final = """UNWIND $rows AS r MATCH (s:Entity {graph: $graph, id: r[0]})
CREATE (s)-[n:$(r[1])]->(o:Value) SET o = r[5], n = r[4]
FOREACH (_ IN CASE WHEN o.tree IS NULL THEN [] ELSE [1] END | SET o:Expression)"""
_MENTIONED: Final = """UNWIND $rows AS r
MATCH (s:Entity {graph: $graph, id: r[0]}) MATCH (m:Entity {graph: $graph, id: r[1]})
CREATE (s)-[n:$(r[2])]->(m) SET n = r[3]"""
#: From here on a property that is missing was taken by others: all were shown just now.
_SHOWS: Final = "MATCH (g:VersionedGraph {name: $graph}) SET g.shows = true"
_ABSENT: Final = """UNWIND $rows AS node WITH node
WHERE NOT EXISTS { (:Entity {graph: $graph, id: node}) } RETURN node"""
_TOUCH: Final = """UNWIND $rows AS r MATCH (c:Commit {graph: $graph, number: r[0]})
MATCH (e:Entity {graph: $graph, id: r[1]}) CREATE (c)-[:TOUCHED]->(e)"""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of what others wrote.

    ``commit`` is None where they changed no statement; ``restored`` counts relationships made
    again, ``withdrawn`` those that were deleted, ``foreign`` those that lead out of the graph.
    """

    commit: Commit | None
    delta: Delta
    restored: int
    withdrawn: int
    foreign: int


class Adopting:
    """One graph on a server."""

    def __init__(self, server: Server, graph: str) -> None:
        self._server = server
        self._graph = graph
        self._ledger = Ledger(server.shown, graph)
        entries = Entries()
        commits = Commits(server, self._ledger, graph)
        self._states = States(server, self._ledger, graph, entries)
        self._writer = Writer(
            server, graph, self._ledger, entries, commits, lambda: datetime.now(UTC)
        )

    def look(self) -> Adopted:
        """What others wrote, and nothing is changed."""
        self._writer.refresh(self._server)
        found = Comparing(self._server, self._states, self._ledger, self._graph).run()
        return _told(found, None)

    def adopt(self, meta: CommitMeta) -> Adopted:
        """Commit what others wrote to the head of the main line.

        Raises ProtectedBranchError, InvalidDeltaError, CorruptStoreError.
        """
        return self._writer.run(lambda writing: self._adopt(writing, meta), counts=False)

    def _adopt(self, writing: Writing, meta: CommitMeta) -> Adopted:
        recording = writing.recording
        found = Comparing(writing.work, recording.states, self._ledger, self._graph).run()
        if not found:
            return _told(found, None)
        row = recording.versions.branch(MAIN)
        recording.check_open(row, found.delta)
        self._repair(writing, found)
        commit = None
        if found.delta:
            parents = () if row.head is None else (row.head,)
            commit = recording.record(row, found.delta, meta, parents)
        writing.work.rows(_UNTIE, graph=self._graph)
        writing.work.rows(_SHOWS, graph=self._graph)
        return _told(found, commit)

    def _repair(self, writing: Writing, found: Found) -> None:
        """Make relationships, and what nodes show, what the logs say."""
        work, main_line = writing.work, writing.recording.main_line
        nodes = {n for (statement, _, _), _ in found.missing for n in touched(statement)}
        beside = self._beside(writing)
        absent = {row[0] for row in self._rows(work, _ABSENT, nodes | {n for _, n in beside})}
        self._rows(work, _DELETE, found.extra)
        main_line.make_entities(nodes | absent)
        self._restore(work, found.missing)
        self._rows(work, _TOUCH, [list(pair) for pair in beside if pair[1] in absent])
        again = sorted(found.shown | nodes)
        main_line.show(again)
        main_line.relabel(again)

    def _restore(self, work: Work, missing: Iterable[tuple[Stand, int | None]]) -> None:
        edges: list[list[Any]] = []
        values: list[list[Any]] = []
        mentions: list[list[Any]] = []
        for (statement, since, until), origin in missing:
            ending = "" if until is None else CLOSED
            stamp = {"since": since} | ({} if until is None else {"until": until})
            properties, inner = said(self._ledger, statement, origin)
            if inner:
                told = {"row": properties["row"], **stamp}
                mentions += [[statement.subject, one, MENTIONS + ending, told] for one in inner]
            properties |= stamp
            name = self._ledger.names.types[statement.predicate] + ending
            row = [*row_of(statement, name), properties]
            if isinstance(statement.object, str):
                edges.append([*row, rows_of(of_relationship(statement.qualifiers))])
            else:
                values.append([*row, value_of(self._graph, statement)])
        for query, rows in ((_EDGES, edges), (_VALUES, values), (_MENTIONED, mentions)):
            self._rows(work, query, rows)

    def _beside(self, writing: Writing) -> list[tuple[int, Node]]:
        """The commits beside the main line, with the nodes that they are about."""
        found: list[tuple[int, Node]] = []
        for number in sorted(self._ledger.beside):
            entry = writing.recording.states.entry(number)
            nodes = {n for s in (*entry.removed, *entry.added) for n in touched(s)}
            found += [(number, node) for node in sorted(nodes)]
        return found

    def _rows(self, work: Work, query: str, rows: Collection[Any]) -> list[list[Any]]:
        """Ask for many rows in parts."""
        listed = list(rows)
        found: list[list[Any]] = []
        for start in range(0, len(listed), _BATCH):
            part = listed[start : start + _BATCH]
            found += work.rows(query, graph=self._graph, rows=part)
        return found


def _told(found: Found, commit: Commit | None) -> Adopted:
    return Adopted(commit, found.delta, len(found.missing), len(found.extra), found.foreign)


def adopt(address: Address, graph: str, meta: CommitMeta, look: bool = False) -> Adopted:
    """Commit what others wrote into a graph with plain Cypher, or only look what it is.

    Raises NotFoundError, CorruptStoreError, UnavailableError, ProtectedBranchError.
    """
    server = Server.connect(address)
    try:
        layout = server.rows("MATCH (g:VersionedGraph {name: $graph}) RETURN g.layout", graph=graph)
        if not layout:
            raise NotFoundError("graph", graph, f"make it with `kgdelta init --graph {graph}`")
        schema.check(server, layout[0][0])
        adopting = Adopting(server, graph)
        return adopting.look() if look else adopting.adopt(meta)
    finally:
        server.close()
