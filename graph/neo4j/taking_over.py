"""The nodes of a database made the nodes of a graph, where they are.

They are marked first, as entities that are still foreign; then their statements are written by a
paged load, which leaves their properties and labels alone; last, when the commit is there, the
relationships that they had before are deleted, page by page, and the marks with them. Until then
the graph says how far it is, and nobody else writes it. The same, begun again, goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from graph.commit import Commit, CommitMeta
from graph.errors import UnavailableError
from graph.model import Node
from graph.neo4j.foreign_values import UNLABELLED
from graph.neo4j.ledger import Ledger
from graph.neo4j.loading import PagedLoad, Pages
from graph.neo4j.naming import TAKEN_OVER
from graph.neo4j.server import Address, Server, Work
from graph.neo4j.writing import Writer, Writing
from graph.snapshot import Columns

T = TypeVar("T")

#: Nodes in one transaction.
_PAGE: Final = 5_000
_READING: Final = "reading"
_FINISHING: Final = "finishing"
_DATABASE: Final = "CALL db.info() YIELD id RETURN id"
_BEGIN: Final = """MATCH (g:VersionedGraph {name: $graph})
SET g.inPlace = $phase, g.labelProperty = $label"""
_MARK: Final = f"""UNWIND $rows AS r MATCH (n) WHERE elementId(n) = r[0]
SET n:Entity:{TAKEN_OVER}, n.graph = $graph, n.id = r[1]"""
#: A relationship of before between nodes that are taken over: no commit made it.
_OLD: Final = "r.since IS NULL AND o.graph = $graph AND o:Entity"
_COUNT: Final = f"""MATCH (s:{TAKEN_OVER})-[r]->(o) WHERE s.graph = $graph AND {_OLD}
RETURN count(r)"""
_MARKED: Final = f"MATCH (s:{TAKEN_OVER}) WHERE s.graph = $graph RETURN count(s)"
_PHASE: Final = "MATCH (g:VersionedGraph {name: $graph}) SET g.inPlace = $phase"
_CLEAR: Final = f"""MATCH (s:{TAKEN_OVER}) WHERE s.graph = $graph WITH s LIMIT $page
CALL (s) {{ MATCH (s)-[r]->(o) WHERE {_OLD} DELETE r }}
REMOVE s:{TAKEN_OVER} SET s:$(CASE WHEN labels(s) = ['Entity'] THEN $unlabelled ELSE [] END)
RETURN count(s)"""


class TakingOver:
    """Takes a database over into one graph that is kept in it."""

    def __init__(self, server: Server, writer: Writer, ledger: Ledger, graph: str) -> None:
        self._server = server
        self._writer = writer
        self._ledger = ledger
        self._graph = graph

    def check(self, address: Address) -> bool:
        """Whether all is written already, and only the end is missing.

        Raises UnavailableError where the database is another one, or the graph has commits.
        """
        other = Server.connect(address)
        try:
            same = other.rows(_DATABASE) == self._server.rows(_DATABASE)
        finally:
            other.close()
        if not same:
            hint = (
                f"the graph is in {self._server.shown}: name that one, or import without --in-place"
            )
            raise UnavailableError(address.shown, "not the database that the graph is in", hint)
        self._writer.refresh(self._server)
        if self._ledger.in_place == _FINISHING:
            return True
        self._check_empty()
        return False

    def _check_empty(self) -> None:
        if self._ledger.commits:
            reason = (
                f"graph {self._graph!r} has commits, and a database is taken over by an empty one"
            )
            hint = "make one with `kgdelta init --graph NAME`, or import without --in-place"
            raise UnavailableError(self._server.shown, reason, hint)

    def take(
        self,
        nodes: Sequence[tuple[str, Node]],
        relationships: int,
        columns: Columns,
        meta: CommitMeta,
        label_property: str,
    ) -> Commit:
        """Make nodes, by element id and id, the nodes of the graph, and say columns of them.

        ``relationships`` counts those between them now. Raises UnavailableError, also where
        others wrote meanwhile; what a load raises.
        """

        def begin(writing: Writing) -> None:
            self._check_empty()
            asked: dict[str, Any] = {
                "graph": self._graph,
                "phase": _READING,
                "label": label_property,
            }
            writing.work.rows(_BEGIN, **asked)

        def closing(work: Work) -> None:
            counts = [int(work.value(query, graph=self._graph)) for query in (_MARKED, _COUNT)]
            if counts != [len(nodes), relationships]:
                reason = "others wrote while it was taken over"
                hint = "run it again in a minute, when nobody writes"
                raise UnavailableError(self._server.shown, reason, hint)
            work.rows(_PHASE, graph=self._graph, phase=_FINISHING)

        pages = Pages(columns)
        self._part(begin)
        for start in range(0, len(nodes), _PAGE):
            self._mark(nodes[start : start + _PAGE])
        load = PagedLoad(self._server, self._writer, self._ledger, self._graph, closing)
        return load.run(pages, None, meta)

    def finish(self) -> None:
        """Delete the relationships of before, and let others write."""
        while self._clear():
            pass
        self._writer.run(
            lambda writing: writing.work.rows(_PHASE, graph=self._graph, phase=None), loads=True
        )
        self._writer.forget()

    def _part(self, job: Callable[[Writing], T]) -> T:
        # Relationships of before are of the graph from here on, and counted anew.
        return self._writer.run(job, loads=True, counts=False)

    def _mark(self, nodes: Sequence[tuple[str, Node]]) -> None:
        rows = [list(pair) for pair in nodes]
        self._part(lambda writing: writing.work.rows(_MARK, graph=self._graph, rows=rows))

    def _clear(self) -> int:
        def clear(writing: Writing) -> int:
            # What a node is called that has no label, where there are such.
            name = self._ledger.names.labels.get(UNLABELLED)
            asked = {"graph": self._graph, "unlabelled": [] if name is None else [name]}
            return int(writing.work.value(_CLEAR, page=_PAGE, **asked))

        return self._part(clear)
