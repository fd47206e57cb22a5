"""Transactions that write: others wait for them, and what they knew is forgotten if they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import uuid4

from graph.errors import NotFoundError, UnavailableError
from graph.merging import Merging
from graph.neo4j.clearing import take_back
from graph.neo4j.commits import Commits
from graph.neo4j.counting import TOTALS, Counts, count_of
from graph.neo4j.history import History
from graph.neo4j.ledger import Asking, BranchRow, Ledger
from graph.neo4j.merging import Neo4jWork
from graph.neo4j.names import NameWriting
from graph.neo4j.recording import Recording
from graph.neo4j.server import Server, Work
from graph.neo4j.states import Entries, State

T = TypeVar("T")

#: Milliseconds without a page after which a load counts as broken off.
_BROKEN_OFF: Final = 60_000
_COUNT: Final = f"""MATCH (g:VersionedGraph {{name: $graph}})
SET g.changed = g.changed + 1, g.commits = $commits, g.seq = $seq, g.rows = $rows,
    g.held = $held, g.epoch = g.epoch + $epoch
{TOTALS}"""


@dataclass(frozen=True, slots=True)
class Writing:
    """What one transaction writes with."""

    work: Work
    recording: Recording
    names: NameWriting
    merging: Merging[State, BranchRow]
    commits: Commits


class Writer:
    """Writes one graph; it keeps what a client knows true to what is written."""

    def __init__(
        self,
        server: Server,
        graph: str,
        ledger: Ledger,
        entries: Entries,
        commits: Commits,
        clock: Callable[[], datetime],
    ) -> None:
        self._server = server
        self._graph = graph
        self._ledger = ledger
        self._entries = entries
        self._commits = commits
        self._clock = clock
        self._counts = Counts(server.shown, graph)

    def refresh(self, asking: Asking, lock: str | None = None) -> None:
        """See what others wrote; what somebody erased is known no longer. Raises NotFoundError."""
        epoch = self._ledger.epoch
        if not self._ledger.refresh(asking, lock):
            raise NotFoundError("graph", self._graph, "somebody deleted it")
        if self._ledger.epoch != epoch:
            self._entries.forget()
            self._commits.forget()

    def forget(self) -> None:
        """Know nothing: what a transaction would have written is not there if it failed."""
        self._ledger.forget()
        self._entries.forget()
        self._commits.forget()

    def run(
        self,
        job: Callable[[Writing], T],
        erases: bool = False,
        loads: bool = False,
        counts: bool = True,
    ) -> T:
        """Do a job in one transaction that others wait for; ``loads`` says: as part of a load.

        A load that was broken off is taken back first. Without ``counts`` what others wrote past
        the store is no error. Raises UnavailableError beside a load that is under way.
        """
        try:
            return self._run(job, erases, loads, counts)
        except BesideLoadError as error:
            if error.idle < _BROKEN_OFF:
                raise
        self.take_back()
        return self._run(job, erases, loads, counts)

    def take_back(self) -> None:
        """Delete what a load has written that will not go on."""
        take_back(
            lambda part: self._run(
                lambda writing: part(self._ledger, writing.work), loads=True, counts=False
            ),
            self._graph,
        )

    def _run(
        self,
        job: Callable[[Writing], T],
        erases: bool = False,
        loads: bool = False,
        counts: bool = True,
    ) -> T:
        """Without ``counts``, and where it erases, relationships are counted anew."""
        counted = counts and not erases
        made: list[str] = []
        results: list[T] = []
        tried = False

        def attempt(work: Work) -> T:
            nonlocal tried
            if tried:
                self.forget()
            tried = True
            made.clear()
            results.clear()
            self.refresh(work, lock=uuid4().hex)
            if self._ledger.in_place is not None and not loads:
                raise BesideTakingOverError(self._server.shown)
            if self._ledger.loading is not None and not loads:
                raise BesideLoadError(self._server.shown, self._ledger.loading.idle)
            if self._ledger.held is None and counted:
                self._ledger.held = count_of(work, self._graph)
            writing = self._parts(work)
            result = job(writing)
            if not counted:
                # Parts of a load that is taken back leave it to the next write.
                self._ledger.held = None if loads else count_of(work, self._graph)
            ((total, kept),) = work.rows(
                _COUNT,
                graph=self._graph,
                commits=self._ledger.commits,
                seq=self._ledger.seq,
                rows=self._ledger.rows,
                held=self._ledger.held,
                epoch=int(erases),
            )
            if counted and self._ledger.held is not None:
                self._counts.check(work, self._ledger.held, (total, kept))
            made.extend(writing.recording.made)
            results.append(result)
            return result

        def done() -> T | None:
            """The result, where the commits that were written are there."""
            if not made:
                return None
            query = "MATCH (c:Commit {graph: $graph, id: $id}) RETURN c.number"
            found = self._server.latest(query, graph=self._graph, id=made[-1])
            return results[0] if found else None

        try:
            result = self._server.write(attempt, done)
        except BaseException:
            self.forget()
            raise
        if erases:
            self.forget()
        else:
            self._ledger.changed += 1
        return result

    def _parts(self, work: Work) -> Writing:
        commits = self._commits.through(work)
        recording = Recording(work, self._ledger, self._graph, self._entries, commits, self._clock)
        history = History(work, self._ledger, self._graph, commits, recording.states)
        names = NameWriting(work, self._ledger, self._graph, recording)
        reads = Neo4jWork(self._ledger, commits, history, recording.states)
        merging = Merging(reads, recording)
        return Writing(work, recording, names, merging, commits)


class BesideTakingOverError(UnavailableError):
    """A database is taken over in place: nothing else is written until that is done."""

    def __init__(self, url: str) -> None:
        reason = "a database is being taken over in place into this graph"
        super().__init__(url, reason, "run the same `kgdelta import --in-place` again to finish it")


class BesideLoadError(UnavailableError):
    """Somebody loads into the graph: nothing else is written until that is done."""

    def __init__(self, url: str, idle: int) -> None:
        self.idle = idle
        super().__init__(url, "a load into this graph is under way", "try again when it is done")
