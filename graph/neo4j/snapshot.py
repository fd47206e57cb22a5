"""The state of the main line at one of its entries, read from relationships.

At the head only relationships that hold are looked at; at an earlier entry also those that hold
no longer. Neo4j shows each row as it is when it is read, so every question also asks where the
main line was before and after, and is asked again where a commit came in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from graph.encoding import is_storable
from graph.errors import UnavailableError
from graph.model import Node, Statement
from graph.neo4j.ledger import Asking, Ledger
from graph.neo4j.naming import CLOSED, MENTIONS
from graph.neo4j.rows import NAMING, SHAPE, Decoder, named_key
from graph.snapshot import DerivedReads, Match, Snapshot, Version, matches_from
from graph.store import MAIN
from graph.text_search import ranked
from graph.vocabulary import SEARCHED
from graph.words import words

#: Nodes asked for in one question, and subjects read in one page of a whole state.
_BATCH: Final = 2_000
#: A predicate with more relationships than this is read by pages of subjects.
_MANY: Final = 100_000
_ATTEMPTS: Final = 50
_LIVE: Final = "r.since <= $seq"
_STOOD: Final = "r.since <= $seq AND (r.until IS NULL OR r.until > $seq)"


@dataclass(frozen=True, slots=True)
class Row:
    """A statement of the main line, from which entry to which, and the commit that set it."""

    statement: Statement
    since: int
    until: int | None
    origin: int


class MainSnapshot(DerivedReads):
    """What the main line shows at an entry; later commits change nothing here."""

    def __init__(
        self, server: Asking, ledger: Ledger, graph: str, seq: int, version: Version
    ) -> None:
        self._server = server
        self._ledger = ledger
        self._graph = graph
        self._version = version
        self.seq = seq

    @property
    def version(self) -> Version:
        return self._version

    def _asked(self, inner: str, **parameters: Any) -> list[Any]:
        """The rows that a question collects, all from one moment.

        ``inner`` has ``<<TYPES>>`` and ``VISIBLE`` where the types and the condition of a state go.
        """
        if not self.seq:
            return []
        at_head = self.seq == self._ledger.seq and self._ledger.loading is None
        for _ in range(_ATTEMPTS):
            condition = _LIVE if at_head else _STOOD
            before, rows, after, loading = self._once(inner, condition, at_head, parameters)
            # What a load has written so far is not seen by the condition of an earlier state.
            if before == after and (not at_head or (after == self.seq and loading is None)):
                return rows
            at_head = False
        reason = "other writers did not let a read finish"
        raise UnavailableError(self._version.name or MAIN, reason, "try again")

    def _once(
        self, inner: str, condition: str, at_head: bool, parameters: dict[str, Any]
    ) -> tuple[int, list[Any], int, int | None]:
        query = (
            "MATCH (g:VersionedGraph {name: $graph}) "
            "WITH g.seq AS before, g.loading AS loading "
            f"CALL () {{ {_filled(inner, condition, at_head)} }} "
            "MATCH (h:VersionedGraph {name: $graph}) "
            "RETURN before, rows, h.seq, coalesce(loading, h.loading), h.changed"
        )
        asked = {"graph": self._graph, "seq": self.seq, **parameters}
        ((before, rows, after, loading, changed),) = self._server.rows(query, **asked)
        self._ledger.seen = changed
        return before, rows, after, loading

    def _decoder(self) -> Decoder:
        return Decoder(self._graph, self._ledger.predicate_of)

    def _known(self, predicates: Collection[Node] | None) -> str:
        """Predicates as the types of a pattern; empty where none of them was ever used."""
        types = self._ledger.names.types
        named = (
            types.values()
            if predicates is None
            else (types[p] for p in set(predicates) if p in types)
        )
        return f"<<{'|'.join(sorted(named))}>>"

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        pattern = self._known(predicates)
        if pattern == "<<>>":
            return
        if subjects is not None:
            wanted = None if objects is None else list(set(objects))
            for batch in _batches(subjects):
                yield from self._decoder().statements(self._about(batch, pattern, wanted))
        elif objects is not None:
            for batch in _batches(objects):
                yield from self._decoder().statements(self._into(batch, pattern))
        elif predicates is not None and self._are_few(predicates):
            inner = (
                f"MATCH (s:Entity)-[r:{pattern}]->(o) WHERE s.graph = $graph AND VISIBLE "
                f"RETURN collect({SHAPE}) AS rows"
            )
            yield from self._decoder().statements(self._asked(inner))
        else:
            for page in self._pages(pattern):
                yield from self._decoder().statements(page)

    def _about(self, nodes: list[Node], pattern: str, objects: list[Node] | None) -> list[Any]:
        among = "" if objects is None else " AND o.id IN $objects"
        inner = (
            "UNWIND $nodes AS node MATCH (s:Entity {graph: $graph, id: node}) "
            f"MATCH (s)-[r:{pattern}]->(o) WHERE VISIBLE{among} RETURN collect({SHAPE}) AS rows"
        )
        return self._asked(inner, nodes=nodes, objects=objects)

    def _into(self, nodes: list[Node], pattern: str) -> list[Any]:
        inner = (
            "UNWIND $nodes AS node MATCH (o:Entity {graph: $graph, id: node}) "
            f"MATCH (s)-[r:{pattern}]->(o) WHERE VISIBLE RETURN collect({SHAPE}) AS rows"
        )
        return self._asked(inner, nodes=nodes)

    def _are_few(self, predicates: Collection[Node]) -> bool:
        types = self._ledger.names.types
        named = [types[p] for p in predicates if p in types]
        each = " UNION ALL ".join(
            f"MATCH ()-[r:{name}{end}]->() RETURN count(r) AS n"
            for name in named
            for end in ("", CLOSED)
        )
        count: int = sum(row[0] for row in self._server.rows(each))
        return count <= _MANY

    def _pages(self, pattern: str) -> Iterator[list[Any]]:
        last = ""
        while True:
            inner = (
                "MATCH (s:Entity) WHERE s.graph = $graph AND s.id > $last "
                "WITH s ORDER BY s.id LIMIT $batch "
                f"OPTIONAL MATCH (s)-[r:{pattern}]->(o) WHERE VISIBLE "
                f"RETURN [max(s.id), collect(CASE WHEN r IS NULL THEN null ELSE {SHAPE} END)] "
                "AS rows"
            )
            found = self._asked(inner, last=last, batch=_BATCH)
            if not found or found[0] is None:
                return
            last = found[0]
            yield found[1]

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        everything = self._known(None)
        if everything == "<<>>":
            return
        inner = (
            "UNWIND $nodes AS node MATCH (m:Entity {graph: $graph, id: node}) CALL (m) { "
            f"MATCH (s)-[r:{everything}]->(m) WHERE VISIBLE RETURN s, r, m AS o UNION ALL "
            f"MATCH (s)-[k:<<{MENTIONS}>>]->(m) "
            f"MATCH (s)-[r:{everything}]->(o) WHERE r.row = k.row AND VISIBLE RETURN s, r, o }} "
            f"WITH DISTINCT s, r, o RETURN collect({SHAPE}) AS rows"
        )
        for batch in _batches(nodes):
            yield from self._decoder().statements(self._asked(inner, nodes=batch))

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        storable = [text for text in texts if is_storable(text)]
        keys = sorted({named_key(self._graph, text) for text in storable})
        pattern = self._known(NAMING)
        if pattern == "<<>>" or not keys:
            return {text: [] for text in texts}
        inner = (
            "UNWIND $keys AS key MATCH (o:Value {named: key}) "
            f"MATCH (s)-[r:{pattern}]->(o) WHERE VISIBLE RETURN collect({SHAPE}) AS rows"
        )
        return matches_from(texts, self._decoder().statements(self._asked(inner, keys=keys)))

    def search(self, text: str, limit: int = 20) -> list[Match]:
        asked = words(text) if is_storable(text) else []
        pattern = self._known(SEARCHED)
        if not asked or pattern == "<<>>":
            return []
        inner = (
            "CALL db.index.fulltext.queryNodes('kg_value_words', $words) YIELD node AS o "
            f"WHERE o.graph = $graph MATCH (s)-[r:{pattern}]->(o) WHERE VISIBLE "
            f"RETURN collect({SHAPE}) AS rows"
        )
        rows = self._asked(inner, words=" ".join(f"+{word}*" for word in asked))
        return ranked(text, self._decoder().statements(rows), limit)

    def reach(
        self,
        nodes: Collection[Node],
        predicates: Collection[Node],
        inverse: bool = False,
        depth: int | None = None,
    ) -> set[Node]:
        pattern = self._known(predicates)
        if pattern == "<<>>" or (depth is not None and depth < 1):
            return set()
        steps = f"[rs:{pattern}*1..{depth or ''}]"
        arrow = f"<-{steps}-" if inverse else f"-{steps}->"
        # Found by one search that meets each node once: the planner prunes where only the ends
        # of the paths are asked for.
        inner = (
            "UNWIND $nodes AS node MATCH (s:Entity {graph: $graph, id: node}) "
            f"MATCH (s){arrow}(o:Entity) WHERE all(r IN rs WHERE VISIBLE) "
            "WITH DISTINCT o RETURN collect(o.id) AS rows"
        )
        found: set[Node] = set()
        for batch in _batches(nodes):
            found.update(self._asked(inner, nodes=batch))
        return found

    def counts(self) -> dict[Node, int]:
        pattern = self._known(None)
        if pattern == "<<>>":
            return {}
        inner = (
            f"MATCH (s:Entity)-[r:{pattern}]->() WHERE s.graph = $graph AND VISIBLE "
            "WITH type(r) AS type, count(*) AS n RETURN collect([type, n]) AS rows"
        )
        found: dict[Node, int] = {}
        for name, count in self._asked(inner):
            predicate = self._ledger.predicate_of[name.removesuffix(CLOSED)]
            found[predicate] = found.get(predicate, 0) + count
        return found

    def rows_about(self, nodes: Collection[Node]) -> list[Row]:
        """All that the main line ever said of nodes up to here, whether it still holds or not."""
        return self._ever(
            "MATCH (s:Entity {graph: $graph, id: node}) MATCH (s)-[r:<<ALL>>]->(o)", nodes
        )

    def rows_of(self, nodes: Collection[Node]) -> list[Row]:
        """The same with what mentions them; a row may come more than once."""
        pattern = (
            "MATCH (m:Entity {graph: $graph, id: node}) CALL (m) { "
            "MATCH (m)-[r:<<ALL>>]->(o) RETURN m AS s, r, o UNION ALL "
            "MATCH (s)-[r:<<ALL>>]->(m) RETURN s, r, m AS o UNION ALL "
            f"MATCH (s)-[k:<<{MENTIONS}>>]->(m) MATCH (s)-[r:<<ALL>>]->(o) "
            "WHERE r.row = k.row RETURN s, r, o } WITH *"
        )
        return self._ever(pattern, nodes)

    def rows_with(self, predicate: Node) -> list[Row]:
        """The same for statements with a predicate."""
        pattern = f"MATCH (s:Entity)-[r:{self._known({predicate})}]->(o)"
        if predicate not in self._ledger.names.types:
            return []
        return self._ever(f"WITH node {pattern}", ["-"], " AND s.graph = $graph")

    def _ever(self, pattern: str, nodes: Collection[Node], more: str = "") -> list[Row]:
        everything = self._known(None)
        if everything == "<<>>" or not self.seq:
            return []
        inner = (
            f"UNWIND $nodes AS node {pattern.replace('<<ALL>>', everything)} "
            f"WHERE r.since <= $seq{more} "
            f"RETURN collect([{SHAPE}, r.since, r.until, r.origin]) AS rows"
        )
        found: list[Row] = []
        for batch in _batches(nodes):
            for _ in range(_ATTEMPTS):
                before, rows, after, _loading = self._once(inner, "", False, {"nodes": batch})
                if before == after:
                    break
            else:
                raise UnavailableError(MAIN, "other writers did not let a read finish", "try again")
            statements = self._decoder().statements([row[0] for row in rows])
            for statement, (_, since, until, origin) in zip(statements, rows, strict=True):
                ends = until if until is not None and until <= self.seq else None
                by = origin if origin is not None else self._ledger.main[since - 1]
                found.append(Row(statement, since, ends, by))
        return found

    def origins_of(self, statements: Collection[Statement]) -> dict[Statement, int]:
        """The commits that set statements which hold here, by number."""
        wanted = set(statements)
        rows = self.rows_about({statement.subject for statement in wanted})
        return {
            row.statement: row.origin
            for row in rows
            if row.until is None and row.statement in wanted
        }

    def holding(self, statements: Collection[Statement]) -> set[Statement]:
        """Those of some statements that hold here."""
        return held(self, statements)


def held(snapshot: Snapshot, statements: Collection[Statement]) -> set[Statement]:
    """Those of some statements that hold in a state, asked for in one read."""
    wanted = set(statements)
    subjects = {statement.subject for statement in wanted}
    return {s for s in snapshot.statements(subjects=subjects) if s in wanted}


def _filled(inner: str, condition: str, at_head: bool) -> str:
    """A question with the condition and the types of a state in it."""
    parts = inner.replace("VISIBLE", condition).split("<<")
    filled = [parts[0]]
    for part in parts[1:]:
        names, rest = part.split(">>", 1)
        filled += (_types(names, at_head), rest)
    return "".join(filled)


def _types(names: str, at_head: bool) -> str:
    if at_head:
        return names
    return "|".join(f"{name}|{name}{CLOSED}" for name in names.split("|"))


def _batches(nodes: Collection[Node]) -> Iterator[list[Node]]:
    distinct = iter([node for node in set(nodes) if is_storable(node)])
    while batch := list(islice(distinct, _BATCH)):
        yield batch
