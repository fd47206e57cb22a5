"""Commits of another store, written beside the main line of one on a server."""

from __future__ import annotations

from graph.admission import fitted
from graph.commit import Commit
from graph.model import Delta
from graph.neo4j.ledger import BranchRow, Ledger
from graph.neo4j.names import NameWriting
from graph.neo4j.recording import Recording
from graph.receiving import Receiving
from graph.store import Tag


class Neo4jReceiving(Receiving[BranchRow]):
    """:class:`graph.receiving.Receiving` on Neo4j; moving a branch brings commits onto it."""

    def __init__(self, ledger: Ledger, recording: Recording, names: NameWriting) -> None:
        super().__init__(recording.versions)
        self._ledger = ledger
        self._recording = recording
        self._names = names

    def number(self, commit: str) -> int | None:
        return self._ledger.number(commit)

    def commit_id(self, number: int) -> str:
        return self._ledger.place(number).id

    def past(self, number: int) -> set[int]:
        return self._ledger.past(number)

    def record(self, commit: Commit, delta: Delta, parents: tuple[int, ...]) -> None:
        states = self._recording.states
        before = states.of_commit(parents[0] if parents else None)
        source = states.of_commit(parents[1]) if len(parents) > 1 else None
        here = fitted(delta, before.holding, before.statements)
        self._recording.write(commit, here, parents, source, on_main=False)

    def forward(self, row: BranchRow, number: int) -> None:
        self._recording.forward(row, number)

    def start(self, name: str, empty: BranchRow | None, number: int) -> None:
        if empty is None:
            self._names.start(name, number)
        else:
            self._recording.forward(empty, number)

    def tag(self, name: str, commit: str) -> Tag:
        return self._names.create_tag(name, commit)
