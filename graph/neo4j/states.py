"""The states of a graph on Neo4j: the main line as it stands, all else as a difference from it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable
from typing import Final

from graph.errors import CorruptStoreError
from graph.model import Delta, Statement
from graph.neo4j.ledger import Asking, BranchRow, Ledger, Step
from graph.neo4j.log_entry import Entry, from_parts
from graph.neo4j.snapshot import MainSnapshot, held
from graph.overlay import Overlay
from graph.snapshot import Version
from graph.store import MAIN

#: Statements kept in memory, in the entries read last.
_KEPT: Final = 200_000
_ENTRIES: Final = """UNWIND $numbers AS number MATCH (c:Commit {graph: $graph, number: number})
RETURN number, c.log, [(c)-[p:LOG]->(l:LogPart) | [p.part, l.data]]"""
_NETS: Final = """UNWIND $numbers AS number MATCH (c:Commit {graph: $graph, number: number})
RETURN number, c.net, []"""
_FORWARDS: Final = """MATCH (c:Commit {graph: $graph}) WHERE c.seq > $low AND c.seq <= $high
RETURN c.number, coalesce(c.forward, c.log),
    CASE WHEN c.forward IS NULL THEN [(c)-[p:LOG]->(l:LogPart) | [p.part, l.data]] ELSE [] END
ORDER BY c.seq"""


class SideSnapshot(Overlay):
    """A state beside the main line: an entry of it, and what came after."""

    def __init__(self, base: MainSnapshot, steps: Iterable[Entry], version: Version) -> None:
        self._side_version = version
        self.main = base
        self.origins: dict[Statement, int] = {}
        entries = list(steps)
        super().__init__(base, netted(entry.delta for entry in entries))
        for entry in entries:
            self.origins |= entry.origins

    @property
    def version(self) -> Version:
        return self._side_version

    @property
    def seq(self) -> int:
        """The entry of the main line that this state begins from."""
        return self.main.seq

    def origins_of(self, statements: Collection[Statement]) -> dict[Statement, int]:
        """The commits that set statements which hold here, by number."""
        added = self.delta.added
        base = self.main.origins_of([s for s in statements if s not in added])
        return base | {s: self.origins[s] for s in statements if s in added}

    def holding(self, statements: Collection[Statement]) -> set[Statement]:
        """Those of some statements that hold here."""
        return held(self, statements)


State = MainSnapshot | SideSnapshot


def netted(deltas: Iterable[Delta]) -> Delta:
    """One delta that does many, one after the other."""
    removed: set[Statement] = set()
    added: set[Statement] = set()
    for delta in deltas:
        again, undone = delta.added & removed, delta.removed & added
        removed.difference_update(again)
        added.difference_update(undone)
        removed.update(delta.removed - undone)
        added.update(delta.added - again)
    return Delta(frozenset(removed), frozenset(added))


class Entries:
    """What commits changed, read once and kept for a while; entries never change."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Step, Entry] = OrderedDict()
        self._size = 0

    def get(self, step: Step) -> Entry | None:
        """An entry that was read before."""
        return self._kept.get(step)

    def keep(self, step: Step, entry: Entry) -> None:
        """Keep an entry, and let go of the oldest."""
        self._kept[step] = entry
        self._size += len(entry.added) + len(entry.removed)
        while self._size > _KEPT and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._size -= len(old.added) + len(old.removed)

    def forget(self) -> None:
        """Know nothing: after what was erased, or undone with its transaction."""
        self._kept.clear()
        self._size = 0


class States:
    """Makes snapshots and tells them apart; each is fixed, whatever is written later."""

    def __init__(self, server: Asking, ledger: Ledger, graph: str, entries: Entries) -> None:
        self._server = server
        self._ledger = ledger
        self._graph = graph
        self._entries = entries

    def of_commit(self, number: int | None, name: str = "") -> State:
        """The state at a commit; None is the empty graph."""
        commit = None if number is None else self._ledger.place(number).id
        seq, steps = self._ledger.footing(number)
        if not steps:
            return self.main(seq, Version(commit, name))
        base = self.main(seq, Version(None, name))
        return SideSnapshot(base, self._with_origins(steps), Version(commit, name))

    def main(self, seq: int, version: Version | None = None) -> MainSnapshot:
        """The state at an entry of the main line."""
        shown = version or Version(None, MAIN)
        return MainSnapshot(self._server, self._ledger, self._graph, seq, shown)

    def of_branch(self, row: BranchRow) -> State:
        """The state at the head of a branch."""
        return self.of_commit(row.head, row.name)

    def _with_origins(self, steps: tuple[Step, ...]) -> list[Entry]:
        """Entries in which each statement added has its origin."""
        found = []
        for step, entry in zip(steps, self.entries(steps), strict=True):
            own = dict.fromkeys(entry.added, step.number) | dict(entry.origins)
            found.append(Entry(entry.removed, entry.added, own))
        return found

    def entry(self, number: int) -> Entry:
        """What a commit changed."""
        return self.entries([Step(number, False)])[0]

    def entries(self, steps: Collection[Step]) -> list[Entry]:
        """What steps changed, in their order, read in one question. Raises CorruptStoreError."""
        here = {step: entry for step in steps if (entry := self._entries.get(step))}
        for query, kind in ((_ENTRIES, False), (_NETS, True)):
            missing = [s.number for s in steps if s.netted is kind and s not in here]
            if not missing:
                continue
            for number, log, parts in self._server.rows(query, graph=self._graph, numbers=missing):
                step = Step(number, kind)
                here[step] = self._read(number, log, parts)
                self._entries.keep(step, here[step])
        return [here[step] for step in steps]

    def _read(self, number: int, log: bytes | None, parts: list[tuple[int, bytes]]) -> Entry:
        data = [log, *(data for _, data in sorted(parts))]
        try:
            return from_parts(bytes(part) for part in data if part is not None)
        except (ValueError, KeyError, TypeError, LookupError) as error:
            reason = f"damaged: the log of commit {number}: {error}"
            raise CorruptStoreError(self._graph, reason) from error

    def between(self, before: int | None, after: int | None) -> Delta:
        """What turns the state at one commit into that at another: costs the changes between."""
        low, here = self._ledger.footing(before)
        high, there = self._ledger.footing(after)
        shared = 0
        if low == high:
            while shared < min(len(here), len(there)) and here[shared] == there[shared]:
                shared += 1
        back = [entry.delta.inverse for entry in reversed(self.entries(here[shared:]))]
        along = self.along(low, high)
        forth = [entry.delta for entry in self.entries(there[shared:])]
        return netted([*back, *along, *forth])

    def between_entries(self, low: int, high: int) -> Delta:
        """What turns one entry of the main line into another."""
        return netted(self.along(low, high))

    def along(self, low: int, high: int) -> list[Delta]:
        """What entries of the main line changed, or take back where they are walked backwards."""
        if low == high:
            return []
        deltas = [entry.delta for _, entry in self.entered(min(low, high), max(low, high))]
        return deltas if low < high else [delta.inverse for delta in reversed(deltas)]

    def entered(self, low: int, high: int) -> list[tuple[int, Entry]]:
        """The entries of the main line after one and up to another, with their commits."""
        rows = self._server.rows(_FORWARDS, graph=self._graph, low=low, high=high)
        return [(number, self._read(number, log, parts)) for number, log, parts in rows]
