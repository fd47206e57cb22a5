"""Erasure: statements replaced by their digests, the words of their commits with them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final

from graph.commit import ERASED_TEXT
from graph.errors import InvalidDeltaError
from graph.model import Literal, Statement
from graph.neo4j.commits import Commits
from graph.neo4j.ledger import Ledger, Step
from graph.neo4j.log_entry import Entry, encode, from_parts, to_parts
from graph.neo4j.naming import CLOSED, MENTIONS
from graph.neo4j.recording import Recording
from graph.neo4j.rows import FIND_EDGE, FIND_VALUE, row_of, value_of
from graph.neo4j.server import Work
from graph.neo4j.states import netted
from graph.store import Purged
from graph.vocabulary import ERASED

_BATCH: Final = 200
_TAKE: Final = """WITH s, x, o, x.since AS since, x.until AS until, x.origin AS origin, x.row AS row
DELETE x"""
_TOLD: Final = "RETURN since, until, origin, s.id, row"
_ERASE_EDGES: Final = f"UNWIND $rows AS r {FIND_EDGE} {_TAKE} {_TOLD}"
_ERASE_VALUES: Final = f"UNWIND $rows AS r {FIND_VALUE} {_TAKE}, o {_TOLD}"
_ERASE_MENTIONS: Final = f"""UNWIND $rows AS r
MATCH (s:Entity {{graph: $graph, id: r[0]}})-[x:{MENTIONS}{CLOSED}]->() WHERE x.row = r[1]
DELETE x"""
_STAND: Final = """UNWIND $rows AS r
MATCH (e:Entity {graph: $graph, id: $erased})
CREATE (e)-[x:$($type)]->(o:Value) SET o = r[0], x.since = r[1], x.until = r[2], x.origin = r[3]"""


class Purging:
    """Erases from one graph, inside a transaction; final with its end."""

    def __init__(
        self, work: Work, ledger: Ledger, graph: str, recording: Recording, commits: Commits
    ) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph
        self._recording = recording
        self._commits = commits

    def statements(self, statements: Collection[Statement]) -> Purged:
        """Erase statements wherever they ever stood. Raises InvalidDeltaError where one holds."""
        wanted = set(statements)
        ever: set[Statement] = set()
        for _, entry in self._entries():
            ever |= wanted & {*entry.removed, *entry.added}
        for statement in sorted(wanted - ever, key=Statement.encode):
            raise InvalidDeltaError("purges what never was there", statement)
        for name, number in sorted(self._ledger.branches.items()):
            held = self._recording.states.of_commit(number).holding(wanted)
            for statement in sorted(held, key=Statement.encode):
                reason = f"purges what branch {name!r} still shows; remove it there first"
                raise InvalidDeltaError(reason, statement)
        return self._erase(wanted)

    def before(self, number: int) -> Purged:
        """Erase what only proper ancestors of a commit show, those with a name left out."""
        named = {n for n in self._ledger.branches.values() if n is not None}
        named |= set(self._ledger.tags.values())
        old = self._ledger.past(number) - {number} - named
        stands = self._intervals()
        kept = [
            self._ledger.footing(place.number)
            for place in self._ledger.places()
            if place.number not in old
        ]
        entries = sorted({seq for seq, steps in kept if not steps})
        shown = {
            statement
            for statement, rows in stands.items()
            if any(_meets(entries, since, until) for since, until in rows)
        }
        for seq, steps in kept:
            if not steps:
                continue
            read = self._recording.states.entries(steps)
            beside = netted(entry.delta for entry in read)
            shown |= beside.added
            shown |= {
                statement
                for statement, rows in stands.items()
                if statement not in beside.removed and any(_meets([seq], *row) for row in rows)
            }
        ever = {s for _, entry in self._entries() for s in entry.added}
        return self._erase({s for s in ever - shown if s.predicate != ERASED})

    def _intervals(self) -> dict[Statement, list[tuple[int, int | None]]]:
        """From which entry of the main line to which statements stood on it."""
        stands: defaultdict[Statement, list[tuple[int, int | None]]] = defaultdict(list)
        states = self._recording.states
        for seq in range(1, self._ledger.seq + 1):
            delta = states.between_entries(seq - 1, seq)
            for statement in delta.removed:
                since, _ = stands[statement].pop()
                stands[statement].append((since, seq))
            for statement in delta.added:
                stands[statement].append((seq, None))
        return stands

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        numbers = [place.number for place in self._ledger.places()]
        for start in range(0, len(numbers), _BATCH):
            steps = [Step(number, False) for number in numbers[start : start + _BATCH]]
            for step, entry in zip(steps, self._recording.states.entries(steps), strict=True):
                yield step.number, entry

    def _erase(self, wanted: set[Statement]) -> Purged:
        if not wanted:
            return Purged(0, ())
        self._recording.fix({ERASED}, (), {})
        silenced = []
        for number, entry in list(self._entries()):
            quoted = wanted & {*entry.removed, *entry.added}
            if not quoted:
                continue
            self._rewrite(number, _erased(entry, wanted))
            if self._silence(number, quoted):
                silenced.append(self._ledger.place(number).id)
        self._rewrite_differences(wanted)
        self._erase_rows(sorted(wanted, key=Statement.encode))
        return Purged(len(wanted), tuple(silenced))

    def _rewrite(self, number: int, entry: Entry) -> None:
        """Replace the log of a commit."""
        parts = to_parts(entry)
        query = (
            "MATCH (c:Commit {graph: $graph, number: $number}) SET c.log = $log "
            "WITH c MATCH (c)-[:LOG]->(l) DETACH DELETE l"
        )
        self._work.rows(query, graph=self._graph, number=number, log=parts[0])
        for part, data in enumerate(parts[1:], 1):
            self._recording.add_part(number, part, data)

    def _rewrite_differences(self, wanted: set[Statement]) -> None:
        """Replace what else commits keep: differences over many commits."""
        for name in ("net", "forward"):
            query = (
                f"MATCH (c:Commit {{graph: $graph}}) WHERE c.{name} IS NOT NULL "
                f"RETURN c.number, c.{name}"
            )
            for number, data in self._work.rows(query, graph=self._graph):
                entry = _erased(from_parts([bytes(data)]), wanted)
                self._work.rows(
                    f"MATCH (c:Commit {{graph: $graph, number: $number}}) SET c.{name} = $data",
                    graph=self._graph,
                    number=number,
                    data=encode(entry.removed, entry.added, entry.origins),
                )

    def _silence(self, number: int, quoted: set[Statement]) -> bool:
        """Erase the changes of a commit, and a message that quotes; their number stays."""
        commit = self._commits.one(number)
        texts = {s.object.value for s in quoted if isinstance(s.object, Literal)} - {""}
        message = ERASED_TEXT if any(t in commit.message for t in texts) else commit.message
        changes = tuple(ERASED_TEXT for _ in commit.changes)
        if (message, changes) == (commit.message, commit.changes):
            return False
        self._work.rows(
            "MATCH (c:Commit {graph: $graph, number: $number}) "
            "SET c.message = $message, c.changes = $changes",
            graph=self._graph,
            number=number,
            message=message,
            changes=list(changes),
        )
        return True

    def _erase_rows(self, statements: list[Statement]) -> None:
        """Replace closed relationships by one that says the digest, for the same entries."""
        types = self._ledger.names.types
        self._recording.main_line.make_entities({ERASED})
        for statement in statements:
            if statement.predicate not in types:
                continue
            row = row_of(statement, types[statement.predicate] + CLOSED)
            query = _ERASE_EDGES if isinstance(statement.object, str) else _ERASE_VALUES
            found = self._work.rows(query, graph=self._graph, rows=[row])
            if statement.inner_nodes():
                mentions = [[subject, number] for *_, subject, number in found]
                self._work.rows(_ERASE_MENTIONS, graph=self._graph, rows=mentions)
            left = value_of(self._graph, statement.erased)
            self._work.rows(
                _STAND,
                graph=self._graph,
                erased=ERASED,
                type=types[ERASED] + CLOSED,
                rows=[[left, since, until, origin] for since, until, origin, *_ in found],
            )


def _erased(entry: Entry, wanted: set[Statement]) -> Entry:
    def left(statement: Statement) -> Statement:
        return statement.erased if statement in wanted else statement

    return Entry(
        tuple(map(left, entry.removed)),
        tuple(map(left, entry.added)),
        {left(s): origin for s, origin in entry.origins.items()},
    )


def _meets(entries: list[int], since: int, until: int | None) -> bool:
    """Whether one of some sorted entries lies in an interval."""
    place = bisect_left(entries, since)
    return place < len(entries) and (until is None or entries[place] < until)
