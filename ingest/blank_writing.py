"""Nodes whose ids were made for blank nodes, blank again where a reader would make the same ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from types import MappingProxyType

from graph.model import Node, Statement
from ingest.blank_nodes import BLANK, identify, is_blank_id, rename


def blank_again(
    statements: Iterable[Statement],
    pinned: Set[Node] = frozenset(),
    labels: Mapping[Node, str] = MappingProxyType({}),
) -> tuple[list[Statement], dict[str, Node]]:
    """Statements with ``_:`` labels for nodes that a reader would give the same ids, and the ids.

    A node whose id does not fit what is said of it stays the IRI that it is, as do ``pinned`` ones.
    ``labels`` are those that nodes are to have.
    """
    given = list(statements)
    pinned = set(pinned)
    kept = {n for s in given for n in _nodes(s) if is_blank_id(n)}
    while True:
        nodes = kept - pinned
        if not nodes:
            return given, {}
        ordered = sorted(nodes, key=lambda node: (len(node), node))
        names = {node: labels.get(node, f"_:b{node[len(BLANK) :]}") for node in ordered}
        touched = [s for s in given if not names.keys().isdisjoint(_nodes(s))]
        # Copies of one component are numbered in the order in which they are met.
        places = {node: place for place, node in enumerate(ordered)}
        touched.sort(key=lambda s: min(places[n] for n in _nodes(s) if n in places))
        blanked = [rename(statement, names) for statement in touched]
        made = identify(blanked, pinned & kept)
        doubtful = set(made.doubtful)
        wrong = {
            node
            for node, label in names.items()
            if made.ids.get(label) != node or label in doubtful
        }
        if not wrong:
            rest = [s for s in given if names.keys().isdisjoint(_nodes(s))]
            return [*rest, *blanked], {label: node for node, label in names.items()}
        pinned |= wrong


def _nodes(statement: Statement) -> Iterator[Node]:
    yield statement.subject
    yield from statement.mentions()
