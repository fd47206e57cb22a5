"""What statements say with predicates ``urn:kgdelta:neo4j:property:p``, as properties ``p``.

So a graph that came from a Neo4j database answers ``MATCH (p:Person) RETURN p.age`` as before: the
head of the main line is shown by nodes, and qualifiers by relationships between nodes. NEO4J.md
tells which names are not shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

from graph.model import Literal, Node, Qualifier, Statement
from graph.neo4j.foreign_values import NEO4J
from graph.neo4j.native_values import Native, native_of, property_name
from graph.snapshot import choose_label
from graph.vocabulary import LABEL

#: Properties of nodes that are ours.
OWN_OF_NODES: Final = frozenset({"id", "graph", "label", "definition", "synonyms"})
#: Properties of relationships that are ours, and how others of ours begin.
OWN_OF_RELATIONSHIPS: Final = frozenset({"since", "until", "origin", "row", "_q"})
OWN_BEGINNING: Final = "q_"

#: A value that is shown, as a statement says it and as Neo4j has it.
Chosen: TypeAlias = tuple[Literal, Native]
#: A property as it is made: ``[name, kind, what is sent]``.
Row: TypeAlias = list[Any]


def name_on_node(predicate: Node, label_property: str = "") -> str | None:
    """The property of nodes that shows a predicate, None where none does."""
    if predicate == LABEL:
        return label_property or None
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


def chosen(literals: Iterable[Literal], labels: Collection[Literal] = ()) -> Chosen | None:
    """The value that is shown of several: the first by its text that Neo4j can hold.

    Where the property shows labels too, these come first, and their languages are left out.
    """
    if labels:
        label = choose_label(labels)
        native = native_of(Literal(label.value))
        return None if native is None else (label, native)
    for literal in sorted(literals, key=lambda one: (one.value, one.datatype)):
        native = native_of(literal)
        if native is not None:
            return literal, native
    return None


def of_node(
    statements: Iterable[Statement], label_property: str = ""
) -> dict[str, tuple[Statement, Native]]:
    """The properties that a node shows for what is said of it, each with its statement."""
    said: defaultdict[str, dict[Literal, Statement]] = defaultdict(dict)
    labels: dict[Literal, Statement] = {}
    for statement in statements:
        name = name_on_node(statement.predicate, label_property)
        if name is not None and isinstance(statement.object, Literal):
            by_value = labels if statement.predicate == LABEL else said[name]
            by_value[statement.object] = statement
    found: dict[str, tuple[Statement, Native]] = {}
    for name in said.keys() | ({label_property} if labels else set()):
        own = labels if name == label_property else {}
        one = chosen(said[name], own)
        if one is not None:
            found[name] = (own or said[name])[one[0]], one[1]
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
    """Properties as rows that :data:`graph.neo4j.native_values.MADE` makes values of."""
    return [[name, native.function, native.sent] for name, native in properties.items()]
