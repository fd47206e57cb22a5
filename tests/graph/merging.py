"""What tests of merging share: statements in short, and a merge with the state it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graph.conflicts import Conflict
from graph.memory import MemorySnapshot
from graph.merge import Merged, Rules, three_way
from graph.model import Delta, Literal, Qualifier, Statement
from graph.resolution import Side
from graph.vocabulary import (
    DEPRECATED,
    LABEL,
    SUBCLASS_OF,
    XREF,
    XSD_BOOLEAN,
)
from tests.graph.strategies import NODES

A, B, C, D, E = NODES[:5]
State = frozenset[Statement]
RULES = Rules()


def text(node: str, value: str, predicate: str = LABEL, language: str = "") -> Statement:
    return Statement(node, predicate, Literal(value, language=language))


def isa(node: str, parent: str) -> Statement:
    return Statement(node, SUBCLASS_OF, parent)


def noted(statement: Statement, *values: str) -> Statement:
    return statement.with_qualifiers(Qualifier(XREF, Literal(value)) for value in values)


def obsolete(node: str) -> Statement:
    return Statement(node, DEPRECATED, Literal("true", XSD_BOOLEAN))


def merged(
    base: Iterable[Statement],
    ours: Iterable[Statement],
    theirs: Iterable[Statement],
    decide: Callable[[Conflict], Side | None] | None = None,
) -> tuple[Merged, State]:
    start = frozenset(base)
    found = three_way(
        MemorySnapshot(start),
        Delta.between(start, ours),
        Delta.between(start, theirs),
        RULES,
        decide,
    )
    assert found.delta.removed <= start
    assert not found.delta.added & start
    return found, (start - found.delta.removed) | found.delta.added


def always(side: Side) -> Callable[[Conflict], Side]:
    return lambda conflict: side


def by_id(conflict: Conflict) -> Side:
    """As good as by chance, and the same each time."""
    return tuple(Side)[int(conflict.id, 16) % 2]
