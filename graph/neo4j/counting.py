"""Notice of what others wrote with plain Cypher: how many relationships there are, and should be.

A graph keeps how many relationships its nodes begin within it, those of history and of mentions
included; Neo4j knows without looking how many begin at nodes of all graphs. A change that leaves
the number as it is passes: another text of a value, one relationship made for one deleted.
``verify`` sees these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.errors import CorruptStoreError

if TYPE_CHECKING:
    from graph.neo4j.server import Work

#: What a transaction returns at its end: the number for all graphs, and what each graph keeps.
TOTALS: Final = (
    "RETURN COUNT { (:Entity)-->() }, COLLECT { MATCH (h:VersionedGraph) RETURN h.held }"
)
_OWN: Final = """MATCH (e:Entity)-[r]->(o) WHERE e.graph = $graph AND o.graph = $graph
    AND (o:Entity OR o:Value) RETURN count(r)"""


class ForeignWritesError(CorruptStoreError):
    """Somebody wrote into a graph past the store; ``found`` and ``held`` count relationships."""

    def __init__(self, source: str, found: int, held: int) -> None:
        self.found = found
        self.held = held
        super().__init__(
            source,
            f"somebody wrote past the store: {found:,} relationships where commits made {held:,}; "
            "`kgdelta verify` lists what differs, `kgdelta neo4j adopt` makes a commit of it",
        )


def count_of(work: Work, graph: str) -> int:
    """How many relationships lead from node to node of a graph: looks at all of them."""
    return int(work.value(_OWN, graph=graph))


class Counts:
    """Compares numbers at the end of transactions."""

    def __init__(self, shown: str, graph: str) -> None:
        self._shown = shown
        self._graph = graph
        #: How far the numbers of all graphs were from the total when this graph was counted.
        self._elsewhere = 0

    def check(self, work: Work, held: int, totals: tuple[int, list[int | None]]) -> None:
        """Raises ForeignWritesError where this graph has another number than it keeps.

        Where the total differs, the graph is counted: others may have written elsewhere.
        """
        total, kept = totals
        elsewhere = total - sum(number or 0 for number in kept)
        if elsewhere == self._elsewhere:
            return
        found = count_of(work, self._graph)
        if found != held:
            raise ForeignWritesError(self._shown, found, held)
        self._elsewhere = elsewhere
