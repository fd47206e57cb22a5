"""The properties of nodes and relationships kept true to what statements say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from graph.model import Literal, Node, Statement
from graph.neo4j.ledger import Ledger
from graph.neo4j.native_values import MADE, PROPERTY
from graph.neo4j.rows import FIND_EDGE, row_of
from graph.neo4j.said_properties import Row, chosen, name_on_node, of_relationship, rows_of
from graph.neo4j.server import Work
from graph.vocabulary import LABEL, XSD_STRING

#: Rows sent in one question.
_BATCH: Final = 5_000

_READ: Final = """UNWIND $nodes AS node MATCH (e:Entity {graph: $graph, id: node})
RETURN node, COLLECT { MATCH (e)-[x:TYPES]->(v:Value)
    RETURN [type(x), v.text, v.datatype, v.language, v.tree] }"""
_SET: Final = f"""UNWIND $rows AS r MATCH (e:Entity {{graph: $graph, id: r[0]}})
FOREACH (p IN r[1] | SET e[p[0]] = {MADE.replace("<<P>>", "p")})"""
_QUALIFY: Final = f"""UNWIND $rows AS r {FIND_EDGE}
FOREACH (p IN r[4] | SET x[p[0]] = {MADE.replace("<<P>>", "p")})"""


class Properties:
    """Keeps the properties of one graph's nodes current, inside a transaction."""

    def __init__(self, work: Work, ledger: Ledger, graph: str) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph

    def show(self, statements: Iterable[Statement]) -> None:
        """Show anew what statements are about that were made, or taken back."""
        touched: defaultdict[Node, set[str]] = defaultdict(set)
        for statement in statements:
            if statement.predicate.startswith(PROPERTY) or statement.predicate == LABEL:
                name = name_on_node(statement.predicate, self._ledger.label_property)
                if name is not None:
                    touched[statement.subject].add(name)
        self._show(touched)

    def show_all(self, nodes: Collection[Node]) -> None:
        """Show anew all that nodes say; what they no longer say goes."""
        names = set(self._names().values())
        self._show(dict.fromkeys(nodes, names) if names else {})

    def _names(self) -> dict[str, str]:
        """Types of relationships, and the properties that show them."""
        also = self._ledger.label_property
        named = ((kind, name_on_node(one, also)) for one, kind in self._ledger.names.types.items())
        return {kind: name for kind, name in named if name is not None}

    def _show(self, touched: Mapping[Node, set[str]]) -> None:
        if not touched or self._ledger.in_place is not None:
            # Nodes that are taken over have all their properties.
            return
        every = set().union(*touched.values())
        names = {kind: name for kind, name in self._names().items() if name in every}
        query = _READ.replace("TYPES", "|".join(sorted(names)))
        label = self._ledger.names.types.get(LABEL, "")
        nodes = sorted(touched)
        for start in range(0, len(nodes), _BATCH):
            batch = nodes[start : start + _BATCH]
            found = self._work.rows(query, graph=self._graph, nodes=batch)
            rows = [[node, _told(touched[node], names, values, label)] for node, values in found]
            self._work.rows(_SET, graph=self._graph, rows=rows)

    def qualify(self, statements: Iterable[Statement]) -> None:
        """Show the qualifiers of relationships that were made without."""
        rows: list[Row] = []
        for statement in statements:
            shown = of_relationship(statement.qualifiers)
            if shown and isinstance(statement.object, str):
                kind = self._ledger.names.types[statement.predicate]
                rows.append([*row_of(statement, kind), rows_of(shown)])
        for start in range(0, len(rows), _BATCH):
            self._work.rows(_QUALIFY, graph=self._graph, rows=rows[start : start + _BATCH])


def _told(
    touched: set[str], names: Mapping[str, str], values: list[list[Any]], label: str
) -> list[Row]:
    """The properties of a node as rows, null for those that it says no longer.

    ``label`` is the type of the relationships that say labels.
    """
    said: defaultdict[str, list[Literal]] = defaultdict(list)
    labels: list[Literal] = []
    for kind, text, datatype, language, tree in values:
        if tree is None and text is not None:
            literal = Literal(text, datatype or XSD_STRING, language or "")
            (labels if kind == label else said[names[kind]]).append(literal)
    found: list[Row] = []
    for name in sorted(touched):
        one = chosen(said[name], labels if name == names.get(label) else ())
        found.append([name, "", None] if one is None else [name, one[1].function, one[1].sent])
    return found
