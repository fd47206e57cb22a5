"""What a search through the past may look for: conditions that a state meets or does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from graph.axioms import HIERARCHY_PREDICATES
from graph.errors import KgdeltaError
from queries.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from graph.model import Node, Statement
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot

    Condition: TypeAlias = Callable[[Snapshot], bool]

_PREFIX: Final = re.compile(r"\b([A-Za-z][A-Za-z0-9_-]*):")


def has_node(node: Node) -> Condition:
    """Something is said about a node."""
    return lambda snapshot: any(True for _ in snapshot.statements(subjects={node}))


def has_statement(statement: Statement) -> Condition:
    """A statement holds; one without qualifiers stands for any with its key."""

    def holds(snapshot: Snapshot) -> bool:
        subjects, predicates = {statement.subject}, {statement.predicate}
        return any(
            s == statement if statement.qualifiers else s.key == statement.key
            for s in snapshot.statements(subjects, predicates)
        )

    return holds


def is_under(
    node: Node, ancestor: Node, predicates: Collection[Node] = HIERARCHY_PREDICATES
) -> Condition:
    """A node reaches another along predicates."""
    return lambda snapshot: ancestor in snapshot.reach({node}, predicates)


def answers(sparql: str, prefixes: PrefixMap) -> Condition:
    """A SPARQL ASK is answered with yes; its prefixes need no declaration.

    Raises QueryError where it is no ASK, and from the condition where it cannot be answered.
    """
    from rdflib.plugins.sparql import prepareQuery

    from graph.views import rdflib_graph

    try:
        query = prepareQuery(sparql, initNs=_namespaces(sparql, prefixes))
    except Exception as error:  # rdflib raises its bare Exception too, for an unknown prefix
        raise QueryError(f"not SPARQL: {' '.join(str(error).split())}") from error
    if query.algebra.name != "AskQuery":
        raise QueryError("not an ASK query: write ASK { ... }, which answers yes or no")

    def holds(snapshot: Snapshot) -> bool:
        try:
            return bool(rdflib_graph(snapshot).query(query).askAnswer)
        except KgdeltaError:
            raise
        except Exception as error:  # so does its evaluation
            raise QueryError(f"SPARQL stopped: {' '.join(str(error).split())}") from error

    return holds


def _namespaces(sparql: str, prefixes: PrefixMap) -> dict[str, str]:
    """The prefixes of a state, and those of OBO ids, which no state declares."""
    from kgdelta.reading import namespace_of

    asked = {name: namespace_of(name, prefixes) for name in _PREFIX.findall(sparql)}
    return {**asked, **prefixes.namespaces}


def negated(condition: Condition) -> Condition:
    """The condition is not met."""
    return lambda snapshot: not condition(snapshot)
