"""A delta written into the relationships of the main line, inside a transaction.

What no longer holds moves to the twin of its type (``IS_A`` to ``IS_A__H``), so that reading the
head never walks history. Each question says how many rows it wrote; another number than that
of the statements means that the delta does not fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from graph.errors import InvalidDeltaError
from graph.model import Delta, Node, Statement
from graph.neo4j.ledger import Ledger
from graph.neo4j.naming import CLOSED, MENTIONS
from graph.neo4j.rows import (
    FIND_EDGE,
    FIND_VALUE,
    SAME_EDGE,
    SAME_VALUE,
    relationship_of,
    row_of,
    value_of,
)
from graph.neo4j.server import Work
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SYNONYMS

#: Rows sent in one question.
_BATCH: Final = 10_000
#: What an index of Neo4j can hold; longer ids cannot be looked up.
_LONGEST_ID: Final = 8_000

_ENTITIES: Final = "UNWIND $nodes AS node MERGE (:Entity {graph: $graph, id: node})"
_MOVE: Final = f"""WITH r, s, o, x, x.row AS row
CREATE (s)-[h:$(r[1] + '{CLOSED}')]->(o) SET h = properties(x), h.until = $seq
DELETE x RETURN r[0], row"""
_CLOSE_EDGES: Final = f"UNWIND $rows AS r {FIND_EDGE} {_MOVE}"
_CLOSE_VALUES: Final = f"UNWIND $rows AS r {FIND_VALUE} {_MOVE}"
_CLOSE_MENTIONS: Final = f"""UNWIND $rows AS r
MATCH (s:Entity {{graph: $graph, id: r[0]}})-[x:{MENTIONS}]->(m) WHERE x.row = r[1]
CREATE (s)-[h:{MENTIONS}{CLOSED}]->(m) SET h = properties(x), h.until = $seq DELETE x"""
_OPEN_EDGES: Final = f"""UNWIND $rows AS r
MATCH (s:Entity {{graph: $graph, id: r[0]}}) MATCH (o:Entity {{graph: $graph, id: r[2]}})
WHERE NOT EXISTS {{ MATCH (s)-[x]->(o) WHERE {SAME_EDGE} }}
CREATE (s)-[n:$(r[1])]->(o) SET n = r[4], n.since = $seq RETURN count(*)"""
_OPEN_VALUES: Final = f"""UNWIND $rows AS r
MATCH (s:Entity {{graph: $graph, id: r[0]}})
WHERE NOT EXISTS {{ MATCH (s)-[x]->(o:Value) WHERE {SAME_VALUE} }}
CREATE (s)-[n:$(r[1])]->(o:Value) SET o = r[5], n = r[4], n.since = $seq
FOREACH (_ IN CASE WHEN o.tree IS NULL THEN [] ELSE [1] END | SET o:Expression)
RETURN count(*)"""
_COUNT_EDGES: Final = f"UNWIND $rows AS r RETURN COUNT {{ {FIND_EDGE} AND CONDITION }}"
_COUNT_VALUES: Final = f"UNWIND $rows AS r RETURN COUNT {{ {FIND_VALUE} AND CONDITION }}"
_MENTION: Final = f"""UNWIND $rows AS r
MATCH (s:Entity {{graph: $graph, id: r[0]}}) MATCH (m:Entity {{graph: $graph, id: r[1]}})
CREATE (s)-[:{MENTIONS} {{row: r[2], since: $seq}}]->(m)"""
_SHOW: Final = """UNWIND $nodes AS node MATCH (e:Entity {graph: $graph, id: node})
SET e.label = COLLECT { MATCH (e)-[:LABEL_TYPE]->(v:Value)
        RETURN v.text ORDER BY NOT coalesce(v.language, '') IN ['', 'en'],
            coalesce(v.language, ''), v.text LIMIT 1 }[0],
    e.definition = COLLECT { MATCH (e)-[:DEFINITION_TYPE]->(v:Value)
        RETURN v.text ORDER BY v.text LIMIT 1 }[0]
WITH e, COLLECT { MATCH (e)-[:SYNONYM_TYPES]->(v:Value)
        RETURN DISTINCT v.text ORDER BY v.text } AS synonyms
SET e.synonyms = CASE WHEN size(synonyms) = 0 THEN null ELSE synonyms END"""
_LABELLED: Final = """UNWIND $rows AS r MATCH (e:Entity {graph: $graph, id: r[0]})
SET e:$(r[1]) REMOVE e:$(r[2])"""


class MainLine:
    """Writes one graph's main line; the ledger has the names that predicates need."""

    def __init__(self, work: Work, ledger: Ledger, graph: str) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph

    def apply(self, delta: Delta, seq: int, origins: Mapping[Statement, int]) -> None:
        """Close what a delta removes, open what it adds. Raises InvalidDeltaError."""
        self._close(sorted(delta.removed, key=Statement.encode), seq)
        added = sorted(delta.added, key=Statement.encode)
        self.make_entities({n for s in added for n in touched(s)})
        self.open(added, seq, origins)
        self._show(delta)
        self._label(delta)

    def make_entities(self, nodes: Collection[Node]) -> None:
        """Make the nodes that are not there. Raises InvalidDeltaError for one too long."""
        for node in nodes:
            if len(node) > _LONGEST_ID // 4 and len(node.encode()) > _LONGEST_ID:
                reason = f"an id of more than {_LONGEST_ID} bytes, which Neo4j cannot look up"
                raise InvalidDeltaError(reason, node[:80])
        for batch in _batches(sorted(nodes)):
            self._work.rows(_ENTITIES, graph=self._graph, nodes=batch)

    def _close(self, removed: list[Statement], seq: int) -> None:
        edges = [s for s in removed if isinstance(s.object, str)]
        values = [s for s in removed if not isinstance(s.object, str)]
        rows: list[list[Any]] = []
        for query, statements in ((_CLOSE_EDGES, edges), (_CLOSE_VALUES, values)):
            for batch in _batches(statements):
                found = self._work.rows(
                    query, graph=self._graph, seq=seq, rows=[self._row(s) for s in batch]
                )
                if len(found) != len(batch):
                    self._tell_absent(batch, query is _CLOSE_EDGES, seq)
                rows += [row for row in found if row[1] is not None]
        for part in _batches(rows):
            self._work.rows(_CLOSE_MENTIONS, graph=self._graph, seq=seq, rows=part)

    def _row(self, statement: Statement, ending: str = "") -> list[Any]:
        return row_of(statement, self._ledger.names.types.get(statement.predicate, "") + ending)

    def _tell_absent(self, statements: list[Statement], edges: bool, seq: int) -> None:
        """Name one that is not there: by what the question finds of each."""
        # The ones that were there have been moved by this transaction already.
        moved = self._count(statements, edges, seq, CLOSED, "x.until = $seq")
        for statement, count in zip(statements, moved, strict=True):
            if not count:
                raise InvalidDeltaError("removes what is not there", statement)
        raise InvalidDeltaError("removes what is there more than once", statements[0])

    def open(
        self, added: Collection[Statement], seq: int, origins: Mapping[Statement, int]
    ) -> None:
        """Make relationships for statements. Raises InvalidDeltaError where one is there."""
        for batch in _batches(added):
            edges: list[list[Any]] = []
            values: list[list[Any]] = []
            mentions: list[list[Any]] = []
            for statement in batch:
                row = self._opened(statement, origins, mentions)
                (edges if isinstance(statement.object, str) else values).append(row)
            for query, rows in ((_OPEN_EDGES, edges), (_OPEN_VALUES, values)):
                if not rows:
                    continue
                made = self._work.value(query, graph=self._graph, seq=seq, rows=rows)
                if made != len(rows):
                    self._tell_present(batch, seq)
            if mentions:
                self._work.rows(_MENTION, graph=self._graph, seq=seq, rows=mentions)

    def _opened(
        self, statement: Statement, origins: Mapping[Statement, int], mentions: list[list[Any]]
    ) -> list[Any]:
        properties = relationship_of(statement)
        origin = origins.get(statement)
        if origin is not None:
            properties["origin"] = origin
        inner = sorted(statement.inner_nodes())
        if inner:
            self._ledger.rows += 1
            properties["row"] = self._ledger.rows
            mentions += [[statement.subject, node, self._ledger.rows] for node in inner]
        row = [*self._row(statement), properties]
        if not isinstance(statement.object, str):
            row.append(value_of(self._graph, statement))
        return row

    def _tell_present(self, statements: list[Statement], seq: int) -> None:
        """Name one that was there before this entry."""
        for edges in (True, False):
            part = [s for s in statements if isinstance(s.object, str) is edges]
            older = self._count(part, edges, seq, "", "x.since < $seq")
            for statement, count in zip(part, older, strict=True):
                if count:
                    raise InvalidDeltaError("adds what is there already", statement)
        raise InvalidDeltaError("adds one thing twice", statements[0])

    def _count(
        self, statements: list[Statement], edges: bool, seq: int, ending: str, condition: str
    ) -> list[int]:
        """How many relationships that fulfil a condition say each statement."""
        query = (_COUNT_EDGES if edges else _COUNT_VALUES).replace("CONDITION", condition)
        rows = [self._row(s, ending) for s in statements]
        found = self._work.rows(query, graph=self._graph, seq=seq, rows=rows)
        return [count for (count,) in found]

    def _show(self, delta: Delta) -> None:
        """Keep the properties that people read current: label, definition, synonyms."""
        shown = {LABEL, DEFINITION, *SYNONYMS}
        nodes = {s.subject for s in (*delta.removed, *delta.added) if s.predicate in shown}
        self.show(sorted(nodes))

    def show(self, nodes: list[Node]) -> None:
        """Recompute label, definition and synonyms of nodes from what holds."""
        types = self._ledger.names.types
        synonyms = "|".join(types[p] for p in SYNONYMS if p in types)
        query = (
            _SHOW.replace("LABEL_TYPE", types.get(LABEL, "LABEL"))
            .replace("DEFINITION_TYPE", types.get(DEFINITION, "DEFINITION"))
            .replace("SYNONYM_TYPES", synonyms or "EXACT_SYNONYM")
        )
        for batch in _batches(nodes):
            self._work.rows(query, graph=self._graph, nodes=batch)

    def _label(self, delta: Delta) -> None:
        """Keep the labels of nodes current: one for each of their types."""
        labels = self._ledger.names.labels
        changed: dict[Node, tuple[set[str], set[str]]] = {}
        for place, statements in enumerate((delta.added, delta.removed)):
            for s in statements:
                if s.predicate == RDF_TYPE and isinstance(s.object, str):
                    sets = changed.setdefault(s.subject, (set(), set()))
                    sets[place].add(labels[s.object])
        rows = [[node, sorted(new), sorted(old - new)] for node, (new, old) in changed.items()]
        for batch in _batches(rows):
            self._work.rows(_LABELLED, graph=self._graph, rows=batch)


def touched(statement: Statement) -> set[Node]:
    """The nodes that a statement is about, or mentions."""
    return {statement.subject, *statement.mentions()}


def _batches(rows: Collection[Any]) -> Iterable[list[Any]]:
    listed = list(rows)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]
