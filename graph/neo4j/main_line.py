"""A delta written into the relationships of the main line, inside a transaction.

What no longer holds moves to the twin of its type (``IS_A`` to ``IS_A__H``), so that reading the
head never walks history. What a delta removes and adds is looked up first, and told where it does
not fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from graph.errors import InvalidDeltaError
from graph.model import Delta, Node, Statement
from graph.neo4j.ledger import Ledger
from graph.neo4j.naming import CLOSED, LONGEST_ID, MENTIONS
from graph.neo4j.native_values import MADE
from graph.neo4j.properties import Properties
from graph.neo4j.rows import (
    FIND_EDGE,
    FIND_VALUE,
    FOUND,
    relationship_of,
    row_of,
    value_of,
)
from graph.neo4j.said_properties import of_relationship, rows_of
from graph.neo4j.server import Work
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SYNONYMS

#: Rows sent in one question.
_BATCH: Final = 10_000
#: Predicates whose texts are properties of a node, for people to read.
SHOWN: Final = frozenset({LABEL, DEFINITION, *SYNONYMS})

_ENTITIES: Final = "UNWIND $nodes AS node MERGE (:Entity {graph: $graph, id: node})"
_FIND_EDGES: Final = f"UNWIND $rows AS r RETURN COLLECT {{ {FIND_EDGE} RETURN [{FOUND}] }}"
_FIND_VALUES: Final = f"UNWIND $rows AS r RETURN COLLECT {{ {FIND_VALUE} RETURN [{FOUND}] }}"
_CLOSE: Final = f"""UNWIND $found AS r MATCH (s)-[x]->(o) WHERE elementId(x) = r[0]
CREATE (s)-[h:$(type(x) + '{CLOSED}')]->(o) SET h = properties(x), h.until = $seq DELETE x"""
_CLOSE_MENTIONS: Final = f"""UNWIND $found AS r
MATCH (s:Entity {{graph: $graph, id: r[1]}})-[x:{MENTIONS}]->(m) WHERE x.row = r[2]
CREATE (s)-[h:{MENTIONS}{CLOSED}]->(m) SET h = properties(x), h.until = $seq DELETE x"""
_OPEN_EDGES: Final = """UNWIND $rows AS r
MATCH (s:Entity {graph: $graph, id: r[0]}) MATCH (o:Entity {graph: $graph, id: r[2]})
CREATE (s)-[n:$(r[1])]->(o) SET n = r[4], n.since = $seq"""
_OPEN_SHOWN: Final = f"""{_OPEN_EDGES}
FOREACH (p IN r[5] | SET n[p[0]] = {MADE.replace("<<P>>", "p")})"""
_OPEN_VALUES: Final = """UNWIND $rows AS r
MATCH (s:Entity {graph: $graph, id: r[0]})
CREATE (s)-[n:$(r[1])]->(o:Value) SET o = r[5], n = r[4], n.since = $seq
FOREACH (_ IN CASE WHEN o.tree IS NULL THEN [] ELSE [1] END | SET o:Expression)"""
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
_TYPES: Final = """UNWIND $nodes AS node MATCH (e:Entity {graph: $graph, id: node})
RETURN node, COLLECT { MATCH (e)-[:TYPES]->(t:Entity) RETURN t.id }"""
_LABELLED: Final = """UNWIND $rows AS r MATCH (e:Entity {graph: $graph, id: r[0]})
SET e:$(r[1]) REMOVE e:$(r[2])"""


class MainLine:
    """Writes one graph's main line; the ledger has the names that predicates need."""

    def __init__(self, work: Work, ledger: Ledger, graph: str) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph
        self._properties = Properties(work, ledger, graph)

    def apply(self, delta: Delta, seq: int, origins: Mapping[Statement, int]) -> None:
        """Close what a delta removes, open what it adds. Raises InvalidDeltaError."""
        removed = sorted(delta.removed, key=Statement.encode)
        added = sorted(delta.added, key=Statement.encode)
        # All questions come before all changes: Neo4j searches what its own transaction has
        # written one by one.
        places = self._places([*removed, *added])
        found = _one_each(removed, places)
        _none(added, places)
        self._close(found, seq)
        self.make_entities({n for s in added for n in touched(s)})
        self.open(added, seq, origins)
        self.show_changes([*removed, *added])
        self.label(delta)

    def make_entities(self, nodes: Collection[Node]) -> None:
        """Make the nodes that are not there. Raises InvalidDeltaError for one too long."""
        for node in nodes:
            if len(node) > LONGEST_ID // 4 and len(node.encode()) > LONGEST_ID:
                reason = f"an id of more than {LONGEST_ID} bytes, which Neo4j cannot look up"
                raise InvalidDeltaError(reason, node[:80])
        for batch in batches(sorted(nodes)):
            self._work.rows(_ENTITIES, graph=self._graph, nodes=batch)

    def check_new(self, added: Collection[Statement]) -> None:
        """Raises InvalidDeltaError where one of some statements is there."""
        _none(added, self._places(added))

    def _places(self, statements: Collection[Statement]) -> dict[Statement, list[list[Any]]]:
        """The relationships that say each statement: their id, their subject, their row."""
        edges = [s for s in statements if isinstance(s.object, str)]
        values = [s for s in statements if not isinstance(s.object, str)]
        found: dict[Statement, list[list[Any]]] = {}
        for query, part in ((_FIND_EDGES, edges), (_FIND_VALUES, values)):
            for batch in batches(part):
                rows = [self._row(s) for s in batch]
                places = self._work.rows(query, graph=self._graph, rows=rows)
                found |= zip(batch, (row[0] for row in places), strict=True)
        return found

    def _close(self, found: list[list[Any]], seq: int) -> None:
        mentions = [row for row in found if row[2] is not None]
        for query, rows in ((_CLOSE, found), (_CLOSE_MENTIONS, mentions)):
            for batch in batches(rows):
                self._work.rows(query, graph=self._graph, seq=seq, found=batch)

    def _row(self, statement: Statement) -> list[Any]:
        return row_of(statement, self._ledger.names.types.get(statement.predicate, ""))

    def open(
        self, added: Collection[Statement], seq: int, origins: Mapping[Statement, int]
    ) -> None:
        """Make relationships for statements that are not there."""
        for batch in batches(added):
            edges: list[list[Any]] = []
            shown: list[list[Any]] = []
            values: list[list[Any]] = []
            mentions: list[list[Any]] = []
            for statement in batch:
                row = self._opened(statement, origins, mentions)
                if not isinstance(statement.object, str):
                    values.append(row)
                elif statement.qualifiers and (own := of_relationship(statement.qualifiers)):
                    shown.append([*row, rows_of(own)])
                else:
                    edges.append(row)
            for query, rows in (
                (_OPEN_EDGES, edges),
                (_OPEN_SHOWN, shown),
                (_OPEN_VALUES, values),
                (_MENTION, mentions),
            ):
                if rows:
                    self._work.rows(query, graph=self._graph, seq=seq, rows=rows)

    def _opened(
        self, statement: Statement, origins: Mapping[Statement, int], mentions: list[list[Any]]
    ) -> list[Any]:
        properties, inner = said(self._ledger, statement, origins.get(statement))
        mentions += [[statement.subject, node, properties["row"]] for node in inner]
        self._ledger.held = (self._ledger.held or 0) + 1 + len(inner)
        row = [*self._row(statement), properties]
        if not isinstance(statement.object, str):
            row.append(value_of(self._graph, statement))
        return row

    def show_changes(self, statements: Collection[Statement]) -> None:
        """Recompute what nodes show where some statements were made or taken back."""
        self._show_texts({s.subject for s in statements if s.predicate in SHOWN})
        self._properties.show(statements)

    def show_imported(self, statements: Collection[Statement]) -> None:
        """The properties of nodes and relationships that files brought without."""
        self._properties.show(statements)
        self._properties.qualify(statements)

    def show(self, nodes: Collection[Node]) -> None:
        """Recompute all that nodes show from what holds."""
        self._show_texts(nodes)
        self._properties.show_all(nodes)

    def _show_texts(self, nodes: Collection[Node]) -> None:
        """Recompute label, definition and synonyms."""
        types = self._ledger.names.types
        synonyms = "|".join(types[p] for p in SYNONYMS if p in types)
        query = (
            _SHOW.replace("LABEL_TYPE", types.get(LABEL, "LABEL"))
            .replace("DEFINITION_TYPE", types.get(DEFINITION, "DEFINITION"))
            .replace("SYNONYM_TYPES", synonyms or "EXACT_SYNONYM")
        )
        for batch in batches(sorted(nodes)):
            self._work.rows(query, graph=self._graph, nodes=batch)

    def label(self, delta: Delta) -> None:
        """Keep the labels of nodes current: one for each of their types."""
        labels = self._ledger.names.labels
        changed: dict[Node, tuple[set[str], set[str]]] = {}
        for place, statements in enumerate((delta.added, delta.removed)):
            for s in statements:
                if s.predicate == RDF_TYPE and isinstance(s.object, str):
                    sets = changed.setdefault(s.subject, (set(), set()))
                    sets[place].add(labels[s.object])
        rows = [[node, sorted(new), sorted(old - new)] for node, (new, old) in changed.items()]
        self._set_labels(rows)

    def relabel(self, nodes: Collection[Node]) -> None:
        """Give nodes the labels of the types that they have now, and take all others."""
        labels = self._ledger.names.labels
        if RDF_TYPE not in self._ledger.names.types:
            return
        query = _TYPES.replace("TYPES", self._ledger.names.types[RDF_TYPE])
        every = set(labels.values())
        rows: list[list[Any]] = []
        for batch in batches(sorted(nodes)):
            for node, types in self._work.rows(query, graph=self._graph, nodes=batch):
                now = {labels[one] for one in types}
                rows.append([node, sorted(now), sorted(every - now)])
        self._set_labels(rows)

    def _set_labels(self, rows: list[list[Any]]) -> None:
        """Each row has a node, the labels that it gets, and those that it loses."""
        for batch in batches(rows):
            self._work.rows(_LABELLED, graph=self._graph, rows=batch)


def said(
    ledger: Ledger, statement: Statement, origin: int | None
) -> tuple[dict[str, Any], list[Node]]:
    """The properties of a relationship that says a statement, and the nodes mentioned inside.

    Where there are such, the relationship has a number of its own.
    """
    properties = relationship_of(statement)
    if origin is not None:
        properties["origin"] = origin
    inner = sorted(statement.inner_nodes())
    if inner:
        ledger.rows += 1
        properties["row"] = ledger.rows
    return properties, inner


def touched(statement: Statement) -> set[Node]:
    """The nodes that a statement is about, or mentions."""
    return {statement.subject, *statement.mentions()}


def _one_each(
    removed: Collection[Statement], places: Mapping[Statement, list[list[Any]]]
) -> list[list[Any]]:
    for statement in removed:
        if not places[statement]:
            raise InvalidDeltaError("removes what is not there", statement)
        if len(places[statement]) > 1:
            raise InvalidDeltaError("removes what is there more than once", statement)
    return [places[statement][0] for statement in removed]


def _none(added: Collection[Statement], places: Mapping[Statement, list[list[Any]]]) -> None:
    for statement in added:
        if places[statement]:
            raise InvalidDeltaError("adds what is there already", statement)


def batches(rows: Collection[Any]) -> Iterator[list[Any]]:
    """Rows in parts that one question takes."""
    listed = list(rows)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]
