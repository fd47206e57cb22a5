"""What a client keeps of a graph's history: which commits there are, and what names them.

A commit is a number here; parents have smaller ones. The main line is the branch whose state
stands in Neo4j as plain relationships; its entries are counted from 1 (``seq``). Refreshing
asks one number where nothing has changed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Any, Final, NamedTuple, Protocol

from graph.commit import to_microseconds
from graph.errors import CorruptStoreError
from graph.neo4j.naming import Names, is_safe
from graph.version_names import VersionNames


class Asking(Protocol):
    """A server, or a transaction on it."""

    def rows(self, query: str, /, **parameters: Any) -> list[list[Any]]:
        """Ask; returns what comes back, row by row."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commit as the ledger has it; ``home`` says that it was made on the main line."""

    number: int
    id: str
    parents: tuple[int, ...]
    authored: int
    seq: int | None = None
    home: bool = False
    #: The entry of the main line that the commit's stored difference is from, if it has one.
    netted: int | None = None


class Step(NamedTuple):
    """A commit on the way to a state: what it changed, or all that changed up to it."""

    number: int
    netted: bool


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch; ``head`` is the number of a commit."""

    name: str
    head: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """A load under way: the entry that it will become, and how far it is.

    ``key`` tells what is loaded, ``token`` who loads it; ``idle`` is the time since the last
    page in milliseconds.
    """

    seq: int
    key: str
    token: str
    pages: int
    idle: int


#: How often a reader asks again for commits that are counted and not found, and the pause in
#: seconds before each.
_PATIENCE: Final = 40
_MOMENT: Final = 0.025
_GRAPH: Final = "MATCH (g:VersionedGraph {name: $graph})"
_COUNTS: Final = """RETURN g.changed, g.commits, g.seq, g.rows, g.held, g.epoch,
    [g.loading, g.loadKey, g.loadToken, g.loaded, timestamp() - g.loadedAt],
    g.inPlace, coalesce(g.labelProperty, '')"""
_STATE: Final = f"{_GRAPH} {_COUNTS}"
#: Writers wait here for one another; a cluster needs it too, since it is the node that is locked.
LOCK: Final = f"{_GRAPH} SET g.token = $token {_COUNTS}"
_NEW: Final = """MATCH (c:Commit {graph: $graph}) WHERE c.number > $number OR c.seq > $seq
RETURN c.number, c.id, c.parents, c.authored, c.seq, c.home, c.netted ORDER BY c.number"""
_NAMES: Final = """MATCH (b:Branch {graph: $graph}) RETURN 'b', b.name, b.head
UNION ALL MATCH (t:Tag {graph: $graph}) RETURN 't' AS `'b'`, t.name AS `b.name`, t.head AS `b.head`
UNION ALL MATCH (p:Predicate {graph: $graph})
RETURN 'p' AS `'b'`, p.id AS `b.name`, p.type AS `b.head`
UNION ALL MATCH (n:NodeType {graph: $graph})
RETURN 'n' AS `'b'`, n.id AS `b.name`, n.label AS `b.head`"""


class Ledger:
    """The commits, branches, tags and fixed names of one graph."""

    def __init__(self, shown: str, graph: str) -> None:
        self._shown = shown
        self._graph = graph
        self.forget()

    def forget(self) -> None:
        """Know nothing, so that the next refresh reads everything."""
        self.changed = -1
        #: Whether what is known was read while nobody could write.
        self._sure = False
        #: How many writes there were when the main line was last asked.
        self.seen = -1
        self.epoch = 0
        self.commits = 0
        self.rows = 0
        #: How many relationships begin at nodes of the graph, None where they must be counted.
        self.held: int | None = None
        self.loading: Load | None = None
        #: How far a database is taken over in place, None where that is not under way.
        self.in_place: str | None = None
        #: The property of nodes that shows their label too, if any.
        self.label_property = ""
        self.main: list[int] = []
        self.branches: dict[str, int | None] = {}
        self.tags: dict[str, int] = {}
        self.names = Names({}, {})
        self.predicate_of: dict[str, str] = {}
        #: Commits that were not made on the main line.
        self.beside: set[int] = set()
        self._places: dict[int, Place] = {}
        self._by_id: dict[str, int] = {}
        self._ids: list[str] = []

    @property
    def seq(self) -> int:
        """The last entry of the main line."""
        return len(self.main)

    def refresh(self, server: Asking, lock: str | None = None) -> bool:
        """See what others wrote. False where there is no such graph.

        Others may write while it reads, so it reads on until nothing changed meanwhile; not
        where it takes the ``lock`` of a writer first, which is a text that no other has. Without
        the lock it may see a transaction that the server is about to finish: the counts, and not
        yet the commit, which an index finds a moment later. It asks again, and what it read so
        is not enough for a writer.
        """
        before = -1
        again = _PATIENCE if lock is None else 0
        asked = (_STATE, {}) if lock is None else (LOCK, {"token": lock})
        while state := server.rows(asked[0], graph=self._graph, **asked[1]):
            asked = (_STATE, {})
            changed, commits, seq, rows, held, epoch, loading, in_place, named = state[0]
            if changed not in (self.changed, before) or (lock and not self._sure):
                if epoch != self.epoch:
                    self.forget()
                self._take(server)
                self._sure = lock is not None
                self.epoch, before = epoch, changed
                continue
            if (self.commits, self.seq) != (commits, seq):
                if again:
                    again -= 1
                    sleep(_MOMENT)
                    self._take(server)
                    continue
                reason = f"damaged: {commits} commits and {seq} entries are counted, "
                reason += f"{self.commits} and {self.seq} are there"
                raise CorruptStoreError(self._shown, reason)
            self.changed, self.rows, self.held = changed, rows, held
            self.loading = None if loading[0] is None else Load(*loading)
            self.in_place, self.label_property = in_place, named
            return True
        return False

    def _take(self, server: Asking) -> None:
        for row in server.rows(_NEW, graph=self._graph, number=self.commits, seq=self.seq):
            number, commit, parents, authored, seq, home, netted = row
            self.add(Place(number, commit, tuple(parents), authored, seq, bool(home), netted))
        entries = sorted(
            (place.seq, place.number) for place in self._places.values() if place.seq is not None
        )
        self.main = [number for _, number in entries]
        if [seq for seq, _ in entries] != list(range(1, len(entries) + 1)):
            raise CorruptStoreError(self._shown, "damaged: the main line has gaps")
        self.branches, self.tags = {}, {}
        types: dict[str, str] = {}
        labels: dict[str, str] = {}
        for kind, name, value in server.rows(_NAMES, graph=self._graph):
            if kind == "b":
                self.branches[name] = value
            elif kind == "t":
                self.tags[name] = value
            elif not is_safe(value):
                raise CorruptStoreError(self._shown, f"damaged: {value!r} is the type of {name}")
            else:
                (types if kind == "p" else labels)[name] = value
        self.names = Names(types, labels)
        self.predicate_of = self.names.predicate_of()

    def add(self, place: Place) -> None:
        """Take a commit in, or what is new about it."""
        if place.number not in self._places:
            insort(self._ids, place.id)
            self._by_id[place.id] = place.number
            self.commits = max(self.commits, place.number)
            if not place.home:
                self.beside.add(place.number)
        self._places[place.number] = place

    def place(self, number: int) -> Place:
        """A commit. Raises CorruptStoreError."""
        found = self._places.get(number)
        if found is None:
            raise CorruptStoreError(self._shown, f"damaged: no commit {number}")
        return found

    def number(self, commit: str) -> int | None:
        """The number of a commit by its whole id."""
        return self._by_id.get(commit)

    def places(self) -> list[Place]:
        """All commits, parents first."""
        return [self._places[number] for number in sorted(self._places)]

    def line(self, number: int) -> list[int]:
        """First parents from a commit down, newest first, itself included."""
        found = [number]
        while parents := self.place(found[-1]).parents:
            found.append(parents[0])
        return found

    def ancestor(self, cid: int, steps: int) -> int | None:
        """The first parent so many steps back, None before the first commit."""
        current: int | None = cid
        while steps and current is not None:
            current = next(iter(self.place(current).parents), None)
            steps -= 1
        return current

    def authored_by(self, cid: int, moment: datetime) -> int | None:
        """The newest commit in line order that was authored by a moment."""
        latest = to_microseconds(moment)
        return next((n for n in self.line(cid) if self.place(n).authored <= latest), None)

    def starting_with(self, prefix: str) -> list[tuple[str, int]]:
        """Commits whose id starts with these digits, two at most."""
        at = bisect_left(self._ids, prefix)
        found = [one for one in self._ids[at : at + 2] if one.startswith(prefix)]
        return [(one, self._by_id[one]) for one in found]

    def past(self, number: int) -> set[int]:
        """A commit and all its ancestors, through merges too."""
        found: set[int] = set()
        waiting = [number]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.place(one).parents
        return found

    def learn(self, types: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """Know names that were fixed just now."""
        if types or labels:
            self.names = Names({**self.names.types, **types}, {**self.names.labels, **labels})
            self.predicate_of = self.names.predicate_of()

    def enter(self, number: int) -> None:
        """Put a commit at the end of the main line."""
        self.main.append(number)

    def footing(self, number: int | None) -> tuple[int, tuple[Step, ...]]:
        """Where a commit stands on the main line, and the steps from there to it, oldest first.

        A commit beside the main line is reached from the last first parent that is on it.
        """
        path: list[Step] = []
        while number is not None:
            place = self.place(number)
            if place.seq is not None:
                return place.seq, tuple(reversed(path))
            path.append(Step(number, place.netted is not None))
            if place.netted is not None:
                return place.netted, tuple(reversed(path))
            number = next(iter(place.parents), None)
        return 0, tuple(reversed(path))


class Versions(VersionNames[BranchRow]):
    """What people call a version, looked up in a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._ledger = ledger

    def branch_or_none(self, name: str) -> BranchRow | None:
        """A branch by name, or None."""
        found = name in self._ledger.branches
        return BranchRow(name, self._ledger.branches[name]) if found else None

    def tag_or_none(self, name: str) -> int | None:
        """The number of the commit that a tag names, or None."""
        return self._ledger.tags.get(name)
