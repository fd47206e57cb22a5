"""Fluree in this process, asked in SPARQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, Final

import fluree

from tests.benchmarks.peers.system import Change, System, When, Workload

_NAMESPACE: Final = "PREFIX f: <https://ns.flur.ee/db#>"


def _data(rows: Iterable[tuple[str, str, str]]) -> str:
    return "".join(f"<{s}> <{p}> <{o}> .\n" for s, p, o in rows)


class Fluree(System):
    """A ledger in a folder, loaded from N-Triples by its bulk loader."""

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self._connection: Any = None
        self._ledger: Any = None
        #: The time of each state, in Fluree's numbers.
        self._times: list[int] = []
        self._snapshots: dict[When, Any] = {}

    def new(self, folder: Path) -> Callable[[], object]:
        if self._connection is not None:
            self._connection.close()
        source = folder.parent / "fluree.nt"
        if not source.exists():
            source.write_text(_data(self.work.named(zip(*self.work.edges, strict=True))))
        self._connection = fluree.connect(folder)
        return lambda: self._load(source)

    def _load(self, source: Path) -> None:
        self._ledger = self._connection.create("graph", source=source)
        self._times = [self._ledger.snapshot().t]

    def change(self, number: int) -> Callable[[], object]:
        removed = _data(self.work.named(self.work.removed[number]))
        added = _data(self.work.named(self.work.added[number]))
        update = f"DELETE DATA {{ {removed} }} ; INSERT DATA {{ {added} }}"
        return lambda: self._times.append(self._ledger.update(update, message="measured").t)

    def settle(self) -> None:
        self._ledger.index()
        self._snapshots[When.HEAD] = self._ledger.snapshot()
        self._snapshots[When.AS_OF] = self._ledger.at(t=self._times[self.work.middle])

    def check_out(self) -> None:
        branch = self._ledger.at(t=self._times[self.work.middle]).branch("old")
        # Nothing to index: a branch of a past state without commits of its own has no index,
        # and reindex() does not find the commits of the parent.
        branch.index()
        self._snapshots[When.BRANCH] = branch.snapshot()

    def _ask(self, when: When, pattern: str) -> Collection[str]:
        query = f"SELECT DISTINCT ?x {{ {pattern} }}"
        return {str(row[0]) for row in self._snapshots[when].select(query)}

    def neighbours(self, when: When, iri: str) -> Collection[str]:
        return self._ask(when, f"<{iri}> ?p ?x")

    def two_hop(self, when: When, iri: str) -> Collection[str]:
        return self._ask(when, f"{{ <{iri}> ?p ?x }} UNION {{ <{iri}> ?p ?y . ?y ?q ?x }}")

    def descendants(self, when: When, iri: str) -> Collection[str]:
        return self._ask(when, f"?x <{self.work.predicates[0]}>+ <{iri}>")

    def diff(self, before: int, after: int) -> list[Change]:
        """Commit by commit and netted: there is no net difference of two states, and a query
        over the range takes longer."""
        last: Counter[tuple[str, str, str]] = Counter()
        for time in self._times[before + 1 : after + 1]:
            for change in self._ledger.changes(time):
                row = (change.subject, change.predicate, change.value)
                last[row] += 1 if change.op == "assert" else -1
        return [(count > 0, *row) for row, count in last.items() if count]

    def life(self, iri: str) -> list[Change]:
        return [
            (change.op == "assert", change.subject, change.predicate, change.value)
            for change in self._ledger.history(iri)
        ]

    def changes(self, answer: list[Change]) -> Iterable[Change]:
        for added, s, p, o in answer:
            yield added, str(s), str(p), str(o)

    def finish(self) -> None:
        self._ledger.sweep()
        self._connection.close()
