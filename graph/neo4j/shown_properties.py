"""Properties as they stand on nodes and relationships, beside those that statements give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graph.model import Literal
from graph.neo4j.foreign_values import literal_of, properties_of
from graph.neo4j.native_values import Native, native_of
from graph.neo4j.said_properties import OWN_BEGINNING, OWN_OF_NODES, OWN_OF_RELATIONSHIPS

#: Expressions of Cypher: the properties of a node ``s`` and of a relationship ``r`` that are not
#: ours, null where they do not count; see :func:`asked_of`.
OF_NODE: Final = f"""CASE WHEN $follows
    THEN {properties_of("s", "NOT k IN $own_of_nodes")} END"""
OF_RELATIONSHIP: Final = f"""CASE WHEN $follows THEN {
    properties_of("r", f"NOT k IN $own_of_relationships AND NOT k STARTS WITH '{OWN_BEGINNING}'")
} END"""


def asked_of(follows: bool) -> dict[str, Any]:
    """What :data:`OF_NODE` and :data:`OF_RELATIONSHIP` are asked with; whether they count."""
    return {
        "follows": follows,
        "own_of_nodes": sorted(OWN_OF_NODES),
        "own_of_relationships": sorted(OWN_OF_RELATIONSHIPS),
    }


class Showing:
    """The properties of one node or relationship, those of kinds that are not known left out."""

    def __init__(self, rows: Iterable[list[Any]]) -> None:
        self.literals: dict[str, Literal] = {}
        self._keys: dict[str, object] = {}
        for name, kind, value in rows:
            literal = literal_of(kind, value)
            if literal is not None:
                native = native_of(literal)
                self.literals[name] = literal
                self._keys[name] = literal if native is None else native.key

    def fits(self, said: Mapping[str, Native]) -> bool:
        """Whether they are what is said, and no more."""
        return self._keys == {name: native.key for name, native in said.items()}

    def changed(self, said: Mapping[str, Native]) -> set[str]:
        """The names of those that are not what is said, and of what is said and not there."""
        names = self._keys.keys() | said.keys()
        return {n for n in names if n not in said or self._keys.get(n) != said[n].key}
