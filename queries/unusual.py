"""What in a release deserves a second look before anything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Literal
from graph.overlay import Overlay
from graph.vocabulary import CONSIDER, DEPRECATED, LABEL, RDF_TYPE, REPLACED_BY
from kgcl import changes as c
from kgcl.resolve import Resolver
from kgcl.state import TRUE
from queries.notes import namer

if TYPE_CHECKING:
    from graph.model import Delta, Node
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot

#: Items of one kind that are told by name.
_NAMED: Final = 10


def unusual_items(
    changes: Sequence[c.Change], before: Snapshot, delta: Delta, prefixes: PrefixMap
) -> list[str]:
    """Sentences, worst first.

    Terms deleted, obsoleted without a replacement, still used though obsolete, or left without
    parents; labels that went to other terms.
    """
    after = Overlay(before, delta)
    name = namer(before, after, prefixes)
    resolver = Resolver(after, prefixes)
    flagged = {s.subject for s in delta.added if s.predicate == DEPRECATED and s.object == TRUE}
    deleted = {
        resolver.node(change.about_node)
        for change in changes
        if isinstance(change, c.NodeDeletion) and change.about_node is not None
    }
    found: list[str] = []
    for title, nodes in (
        ("deleted, not made obsolete", deleted),
        ("made obsolete, and nothing takes its place", _without_replacement(after, flagged)),
        ("obsolete now, and still used by others", _still_used(after, flagged)),
        ("left without a parent", _orphans(before, after, delta) - flagged),
    ):
        found += _told(title, nodes, name)
    found += sorted(_moved_labels(delta, name))
    return found


def _told(title: str, nodes: set[Node], name: Callable[[str], str]) -> Iterator[str]:
    ordered = sorted(map(name, nodes), key=str.casefold)
    for text in ordered[:_NAMED]:
        yield f"{text}: {title}"
    if len(ordered) > _NAMED:
        yield f"{len(ordered) - _NAMED:,} more: {title}"


def _without_replacement(after: Snapshot, flagged: set[Node]) -> set[Node]:
    replaced = after.statements(subjects=flagged, predicates={REPLACED_BY, CONSIDER})
    return flagged - {s.subject for s in replaced}


def _still_used(after: Snapshot, flagged: set[Node]) -> set[Node]:
    used = set()
    for statement in after.mentioning(flagged):
        if statement.predicate not in (REPLACED_BY, CONSIDER) and statement.subject not in flagged:
            used |= flagged.intersection(statement.mentions())
    return used


def _orphans(before: Snapshot, after: Snapshot, delta: Delta) -> set[Node]:
    """Terms that had parents, are still there, and have none any more."""
    lost = {s.subject for s in delta.removed if s.predicate in HIERARCHY_PREDICATES}
    held = {s.subject for s in after.statements(subjects=lost, predicates=HIERARCHY_PREDICATES)}
    there = {s.subject for s in after.statements(subjects=lost, predicates={RDF_TYPE})}
    old = before.statements(subjects=lost, predicates={DEPRECATED})
    return (lost & there) - held - {s.subject for s in old if s.object == TRUE}


def _moved_labels(delta: Delta, name: Callable[[str], str]) -> Iterator[str]:
    """Labels that one term lost and another got."""
    gone: defaultdict[str, set[Node]] = defaultdict(set)
    for statement in delta.removed:
        if statement.predicate == LABEL and isinstance(statement.object, Literal):
            gone[statement.object.value].add(statement.subject)
    for statement in delta.added:
        if statement.predicate == LABEL and isinstance(statement.object, Literal):
            for node in gone.get(statement.object.value, set()) - {statement.subject}:
                label = statement.object.value
                yield f"the label {label!r} went from {name(node)} to {name(statement.subject)}"
