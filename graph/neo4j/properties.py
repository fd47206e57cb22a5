"""What statements say with predicates ``urn:kgdelta:neo4j:property:p``, as properties ``p``.

So a graph that came from a Neo4j database answers ``MATCH (p:Person) RETURN p.age`` as before: the
head of the main line is shown by nodes, and qualifiers by relationships between nodes. NEO4J.md
tells which names are not shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from graph.model import Literal, Node, Qualifier, Statement
from graph.neo4j.foreign_values import NEO4J
from graph.neo4j.ledger import Ledger
from graph.neo4j.native_values import MADE, PROPERTY, Native, native_of, property_name
from graph.neo4j.rows import FIND_EDGE, row_of
from graph.neo4j.server import Work
from graph.vocabulary import XSD_STRING

#: Properties of nodes that are ours.
OWN_OF_NODES: Final = frozenset({"id", "graph", "label", "definition", "synonyms"})
#: Properties of relationships that are ours, and how others of ours begin.
OWN_OF_RELATIONSHIPS: Final = frozenset({"since", "until", "origin", "row", "_q"})
OWN_BEGINNING: Final = "q_"
#: Rows sent in one question.
_BATCH: Final = 5_000

#: Properties as they are made: ``[name, kind, what is sent]``.
Row = list[Any]

_READ: Final = """UNWIND $nodes AS node MATCH (e:Entity {graph: $graph, id: node})
RETURN node, COLLECT { MATCH (e)-[x:TYPES]->(v:Value)
    RETURN [type(x), v.text, v.datatype, v.language, v.tree] }"""
_SET: Final = f"""UNWIND $rows AS r MATCH (e:Entity {{graph: $graph, id: r[0]}})
FOREACH (p IN r[1] | SET e[p[0]] = {MADE.replace("<<P>>", "p")})"""
_QUALIFY: Final = f"""UNWIND $rows AS r {FIND_EDGE}
FOREACH (p IN r[4] | SET x[p[0]] = {MADE.replace("<<P>>", "p")})"""


def name_on_node(predicate: Node) -> str | None:
    """The property of nodes that shows a predicate, None where none does."""
    name = property_name(predicate)
    return None if name in OWN_OF_NODES else name


def name_on_relationship(predicate: Node) -> str | None:
    """The property of relationships that shows a qualifier, None where none does."""
    name = property_name(predicate)
    return None if name is None or is_own_of_relationships(name) else name


def is_own_of_relationships(name: str) -> bool:
    """Whether a property of relationships is ours."""
    return name in OWN_OF_RELATIONSHIPS or name.startswith(OWN_BEGINNING)


def follows_neo4j(predicates: Iterable[Node]) -> bool:
    """Whether a graph with these predicates came from Neo4j: only there all properties count."""
    return any(predicate.startswith(NEO4J) for predicate in predicates)


def chosen(literals: Iterable[Literal]) -> tuple[Literal, Native] | None:
    """The value that is shown of several: the first by its text that Neo4j can hold."""
    for literal in sorted(literals, key=lambda one: (one.value, one.datatype)):
        native = native_of(literal)
        if native is not None:
            return literal, native
    return None


def of_node(statements: Iterable[Statement]) -> dict[str, tuple[Statement, Native]]:
    """The properties that a node shows for what is said of it, each with its statement."""
    said: defaultdict[str, dict[Literal, Statement]] = defaultdict(dict)
    for statement in statements:
        name = name_on_node(statement.predicate)
        if name is not None and isinstance(statement.object, Literal):
            said[name][statement.object] = statement
    found: dict[str, tuple[Statement, Native]] = {}
    for name, by_value in said.items():
        one = chosen(by_value)
        if one is not None:
            found[name] = by_value[one[0]], one[1]
    return found


def of_relationship(qualifiers: Iterable[Qualifier]) -> dict[str, Native]:
    """The properties that a relationship shows for its qualifiers."""
    said: defaultdict[str, list[Literal]] = defaultdict(list)
    for qualifier in qualifiers:
        name = name_on_relationship(qualifier.predicate)
        if name is not None and isinstance(qualifier.value, Literal):
            said[name].append(qualifier.value)
    found = {name: chosen(values) for name, values in said.items()}
    return {name: one[1] for name, one in found.items() if one is not None}


def rows_of(properties: Mapping[str, Native]) -> list[Row]:
    """Properties as rows that :data:`MADE` makes values of."""
    return [[name, native.function, native.sent] for name, native in properties.items()]


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
            if statement.predicate.startswith(PROPERTY):
                name = name_on_node(statement.predicate)
                if name is not None:
                    touched[statement.subject].add(name)
        self._show(touched)

    def show_all(self, nodes: Collection[Node]) -> None:
        """Show anew all that nodes say; what they no longer say goes."""
        names = set(self._names().values())
        self._show(dict.fromkeys(nodes, names) if names else {})

    def _names(self) -> dict[str, str]:
        """Types of relationships, and the properties that show them."""
        named = ((kind, name_on_node(one)) for one, kind in self._ledger.names.types.items())
        return {kind: name for kind, name in named if name is not None}

    def _show(self, touched: Mapping[Node, set[str]]) -> None:
        if not touched:
            return
        every = set().union(*touched.values())
        names = {kind: name for kind, name in self._names().items() if name in every}
        query = _READ.replace("TYPES", "|".join(sorted(names)))
        nodes = sorted(touched)
        for start in range(0, len(nodes), _BATCH):
            batch = nodes[start : start + _BATCH]
            found = self._work.rows(query, graph=self._graph, nodes=batch)
            rows = [[node, _told(touched[node], names, values)] for node, values in found]
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


def _told(touched: set[str], names: Mapping[str, str], values: list[list[Any]]) -> list[Row]:
    """The properties of a node as rows, null for those that it says no longer."""
    said: defaultdict[str, list[Literal]] = defaultdict(list)
    for kind, text, datatype, language, tree in values:
        if tree is None and text is not None:
            said[names[kind]].append(Literal(text, datatype or XSD_STRING, language or ""))
    found: list[Row] = []
    for name in sorted(touched):
        one = chosen(said[name])
        found.append([name, "", None] if one is None else [name, one[1].function, one[1].sent])
    return found
