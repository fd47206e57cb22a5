"""Commits as they are written: checked against the head, stamped, kept with what they changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from graph.admission import check_not_erased, check_open, unicode_checked
from graph.commit import Commit, CommitMeta, as_utc, to_microseconds
from graph.errors import InvalidDeltaError, StaleHeadError
from graph.model import Delta, Node, Statement
from graph.neo4j.commits import Commits
from graph.neo4j.ledger import BranchRow, Ledger, Place, Step, Versions
from graph.neo4j.log_entry import Entry, encode, to_parts
from graph.neo4j.main_line import MainLine, touched
from graph.neo4j.naming import labels_in
from graph.neo4j.server import Work
from graph.neo4j.states import Entries, State, States
from graph.store import MAIN
from graph.vocabulary import LABEL, PROTECTED, RDF_TYPE

_ADD: Final = """CREATE (c:Commit {graph: $graph, number: $number, id: $id}) SET c += $properties
WITH c CALL (c) {
    UNWIND range(0, size($parents) - 1) AS i
    MATCH (p:Commit {graph: $graph, number: $parents[i]}) CREATE (c)-[:PARENT {place: i}]->(p)
}"""
_PART: Final = """MATCH (c:Commit {graph: $graph, number: $number})
CREATE (c)-[:LOG {part: $part}]->(:LogPart {data: $data})"""
_TOUCH: Final = """MATCH (c:Commit {graph: $graph, number: $number})
UNWIND $nodes AS node MERGE (e:Entity {graph: $graph, id: node}) CREATE (c)-[:TOUCHED]->(e)"""
_ENTER: Final = """MATCH (c:Commit {graph: $graph, number: $number})
SET c.seq = $seq, c.forward = $forward"""
_MOVE: Final = """WITH c MATCH (b:Branch {graph: $graph, name: $name}) SET b.head = c.number
WITH b, c OPTIONAL MATCH (b)-[old:HEAD]->() DELETE old
WITH DISTINCT b, c CREATE (b)-[:HEAD]->(c)"""
_POINT: Final = f"MATCH (c:Commit {{graph: $graph, number: $head}}) {_MOVE}"
_NAME_TYPES: Final = """UNWIND $rows AS r
CREATE (:Predicate {graph: $graph, id: r[0], type: r[1]})"""
_NAME_LABELS: Final = """UNWIND $rows AS r
CREATE (:NodeType {graph: $graph, id: r[0], label: r[1]})"""


class Recording:
    """Writes commits and moves branches, inside one transaction."""

    def __init__(
        self,
        work: Work,
        ledger: Ledger,
        graph: str,
        entries: Entries,
        commits: Commits,
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph
        self._entries = entries
        self._commits = commits
        self._clock = clock
        self.states = States(work, ledger, graph, entries)
        self.versions = Versions(ledger)
        self.main_line = MainLine(work, ledger, graph)
        #: The ids of commits written, to be looked for where it is not known whether they were.
        self.made: list[str] = []

    def head(self, branch: str, expected: str | None) -> BranchRow:
        """A branch that must still be at a commit. Raises NotFoundError, StaleHeadError."""
        row = self.versions.branch(branch)
        actual = None if row.head is None else self._ledger.place(row.head).id
        if actual != expected:
            raise StaleHeadError(branch, expected, actual)
        return row

    def record(
        self,
        row: BranchRow,
        delta: Delta,
        meta: CommitMeta,
        parents: tuple[int, ...],
        source: State | None = None,
    ) -> Commit:
        """Write a commit at the head of a branch; statements of ``source`` keep their origin.

        Raises InvalidDeltaError.
        """
        check_not_erased(delta)
        with unicode_checked():
            commit = self.stamped(parents, delta.digest(), meta)
        same = self._ledger.number(commit.id)
        if same is not None:
            self.forward(row, same)
            return commit
        self.write(commit, delta, parents, source, row.name)
        return commit

    def write(
        self,
        commit: Commit,
        delta: Delta,
        parents: tuple[int, ...],
        source: State | None,
        branch: str | None,
    ) -> int:
        """Write a commit as the head of a branch, or of none; returns its number."""
        origins = {} if source is None else _known_origins(source, delta.added)
        self.fix_names(delta)
        number = self._ledger.commits + 1
        entry = Entry(
            tuple(sorted(delta.removed, key=Statement.encode)),
            tuple(sorted(delta.added, key=Statement.encode)),
            origins,
        )
        seq = None
        if branch == MAIN:
            seq = self._ledger.seq + 1
            self.main_line.apply(delta, seq, origins)
        else:
            self._check_fits(parents, delta)
        self.add(commit, number, parents, to_parts(entry), seq, branch)
        self._entries.keep(Step(number, False), entry)
        if branch != MAIN:
            self._touch(number, delta)
        return number

    def stamped(self, parents: tuple[int, ...], digest: bytes, meta: CommitMeta) -> Commit:
        """A commit of now, not written yet. Raises InvalidDeltaError."""
        ids = tuple(self._ledger.place(parent).id for parent in parents)
        with unicode_checked():
            return Commit.make(ids, digest, meta, as_utc(self._clock()))

    def record_loaded(self, commit: Commit, parts: list[bytes]) -> None:
        """Write the commit of what stands on the main line already, as its next entry."""
        head = self._ledger.branches[MAIN]
        number = self._ledger.number(commit.id)
        if number is None:
            number = self._ledger.commits + 1
            parents = () if head is None else (head,)
            self.add(commit, number, parents, parts, self._ledger.seq + 1, MAIN)
        else:
            self._count(number, self._ledger.seq + 1, None)
            self.point(MAIN, number)

    def _check_fits(self, parents: tuple[int, ...], delta: Delta) -> None:
        before = self.states.of_commit(parents[0] if parents else None)
        holding = before.holding([*delta.removed, *delta.added])
        for statement in sorted(delta.removed - holding, key=Statement.encode):
            raise InvalidDeltaError("removes what is not there", statement)
        for statement in sorted(delta.added & holding, key=Statement.encode):
            raise InvalidDeltaError("adds what is there already", statement)

    def add(
        self,
        commit: Commit,
        number: int,
        parents: tuple[int, ...],
        parts: list[bytes],
        seq: int | None,
        branch: str | None,
    ) -> None:
        """Write the node of a commit, and move a branch to it."""
        properties = _properties(commit, parents, parts, seq)
        self._work.rows(
            _ADD if branch is None else f"{_ADD} {_MOVE}",
            graph=self._graph,
            name=branch,
            number=number,
            id=commit.id,
            parents=list(parents),
            properties=properties,
        )
        for part, data in enumerate(parts[1:], 1):
            self.add_part(number, part, data)
        authored = to_microseconds(commit.authored)
        self._ledger.add(Place(number, commit.id, parents, authored, seq, seq is not None))
        if seq is not None:
            self._ledger.enter(number)
        if branch is not None:
            self._ledger.branches[branch] = number
        self._commits.keep(number, commit)
        self.made.append(commit.id)

    def add_part(self, number: int, part: int, data: bytes) -> None:
        """Write one more part of the log of a commit."""
        self._work.rows(_PART, graph=self._graph, number=number, part=part, data=data)

    def _touch(self, number: int, delta: Delta) -> None:
        """Make a commit beside the main line known to the nodes that it is about."""
        nodes = sorted({n for s in (*delta.removed, *delta.added) for n in touched(s)})
        if nodes:
            self.main_line.make_entities(nodes)
            self._work.rows(_TOUCH, graph=self._graph, number=number, nodes=nodes)

    def fix_names(self, delta: Delta) -> None:
        """Fix the names of predicates and types that are used for the first time."""
        statements = [*delta.removed, *delta.added]
        types = {s.object for s in statements if s.predicate == RDF_TYPE}
        self.fix(
            {s.predicate for s in statements},
            {node for node in types if isinstance(node, str)},
            labels_in(delta.added),
        )

    def fix(
        self, predicates: Collection[Node], types: Collection[Node], called: Mapping[Node, str]
    ) -> None:
        """Give predicates and types that have none a name."""
        names = self._ledger.names
        new = set(predicates) - names.types.keys()
        if new and LABEL in names.types:
            head = self.states.of_commit(self._ledger.branches.get(MAIN))
            labels = head.labels(new - called.keys())
            called = {**{node: label.value for node, label in labels.items()}, **called}
        named = names.new_types(new, called)
        labelled = names.new_labels(types)
        for query, found in ((_NAME_TYPES, named), (_NAME_LABELS, labelled)):
            if found:
                self._work.rows(query, graph=self._graph, rows=[list(p) for p in found.items()])
        self._ledger.learn(named, labelled)

    def point(self, name: str, number: int) -> None:
        """Move a branch to a commit."""
        self._work.rows(_POINT, graph=self._graph, name=name, head=number)
        self._ledger.branches[name] = number

    def forward(self, row: BranchRow, number: int) -> Commit:
        """Move a branch to a commit that has its head in the past."""
        if row.name == MAIN and number != row.head:
            self._carry(row.head, number)
        self.point(row.name, number)
        return self._commits.get([number])[number]

    def _carry(self, head: int | None, number: int) -> None:
        """Write what leads to a commit beside the main line into it, commit by commit.

        Where the way there by first parents does not begin at the head, all at once.
        """
        way: list[int] = []
        for one in self._ledger.line(number):
            if one == head:
                break
            way.append(one)
        else:
            if head is not None:
                self._carry_at_once(head, number)
                return
        for one in reversed(way):
            entry = self.states.entry(one)
            own = dict.fromkeys(entry.added, one) | dict(entry.origins)
            self._enter(one, entry.delta, own, None)

    def _carry_at_once(self, head: int, number: int) -> None:
        delta = self.states.between(head, number)
        origins = _known_origins(self.states.of_commit(number), delta.added)
        forward = encode(
            sorted(delta.removed, key=Statement.encode),
            sorted(delta.added, key=Statement.encode),
            origins,
        )
        self._enter(number, delta, origins, forward)

    def _enter(
        self, number: int, delta: Delta, origins: Mapping[Statement, int], forward: bytes | None
    ) -> None:
        seq = self._ledger.seq + 1
        told = {s: origin for s, origin in origins.items() if origin != number}
        self.main_line.apply(delta, seq, told)
        self._count(number, seq, forward)

    def _count(self, number: int, seq: int, forward: bytes | None) -> None:
        """Make a commit the next entry of the main line."""
        self._work.rows(_ENTER, graph=self._graph, number=number, seq=seq, forward=forward)
        self._ledger.add(replace(self._ledger.place(number), seq=seq))
        self._ledger.enter(number)

    def check_open(self, row: BranchRow, delta: Delta | None = None) -> None:
        """Raises ProtectedBranchError where a branch takes merges only."""
        if PROTECTED in self._ledger.names.types:
            check_open(row.name, lambda: self.states.of_branch(row), delta)


def _known_origins(source: State, added: Collection[Statement]) -> dict[Statement, int]:
    return source.origins_of(source.holding(added))


def _properties(
    commit: Commit, parents: tuple[int, ...], parts: list[bytes], seq: int | None
) -> dict[str, Any]:
    return {
        "parents": list(parents),
        "delta": commit.delta.hex(),
        "author": commit.author,
        "authored": to_microseconds(commit.authored),
        "committed": to_microseconds(commit.committed),
        "authoredAt": commit.authored.astimezone(UTC),
        "message": commit.message,
        "changes": list(commit.changes),
        "provenance": json.dumps(commit.provenance, ensure_ascii=False),
        "log": parts[0],
        "bytes": sum(map(len, parts)),
        "seq": seq,
        "home": seq is not None,
    }
