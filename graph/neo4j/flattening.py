"""Long branches made short: the whole of what a branch changed, kept with its last commit."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from graph.model import Statement
from graph.neo4j.ledger import Ledger
from graph.neo4j.log_entry import encode
from graph.neo4j.recording import Recording
from graph.neo4j.server import Work
from graph.neo4j.states import SideSnapshot

_KEEP: Final = """MATCH (c:Commit {graph: $graph, number: $number})
SET c.net = $net, c.netted = $seq, c.bytes = c.bytes + $more"""
_SIZE: Final = """MATCH (c:Commit {graph: $graph})
RETURN coalesce(sum(c.bytes), 0)"""


class Flattening:
    """Keeps differences with commits, inside a transaction."""

    def __init__(self, work: Work, ledger: Ledger, graph: str, recording: Recording) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph
        self._recording = recording

    def flatten(self, name: str) -> bool:
        """Sum a branch up from the main line; False where there is nothing to sum up.

        Raises NotFoundError.
        """
        row = self._recording.versions.branch(name)
        if row.head is None:
            return False
        seq, steps = self._ledger.footing(row.head)
        state = self._recording.states.of_commit(row.head)
        if not isinstance(state, SideSnapshot) or all(step.netted for step in steps):
            return False
        delta = state.delta
        net = encode(
            sorted(delta.removed, key=Statement.encode),
            sorted(delta.added, key=Statement.encode),
            {statement: state.origins[statement] for statement in delta.added},
        )
        self._work.rows(_KEEP, graph=self._graph, number=row.head, net=net, seq=seq, more=len(net))
        self._ledger.add(replace(self._ledger.place(row.head), netted=seq))
        return True


def size_of(work: Work, graph: str) -> int:
    """How many bytes the logs of a graph take; what its relationships take, Neo4j does not tell."""
    return int(work.value(_SIZE, graph=graph))
