"""What in a release deserves a second look before anything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Literal
from graph.overlay import Overlay
from graph.vocabulary import (
    CLASS,
    CONSIDER,
    DEFINITION,
    DEPRECATED,
    EQUIVALENT_CLASS,
    LABEL,
    RDF_TYPE,
    REPLACED_BY,
    SUBCLASS_OF,
)
from kgcl import changes as c
from kgcl.resolve import Resolver
from kgcl.state import TRUE
from queries.mass_changes import mass_changes
from queries.notes import namer

if TYPE_CHECKING:
    from graph.model import Delta, Node
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot

#: Items of one kind that are told by name.
_NAMED: Final = 10


def unusual_items(
    changes: Sequence[c.Change],
    before: Snapshot,
    delta: Delta,
    prefixes: PrefixMap,
    names: Mapping[Node, Literal] | None = None,
) -> list[str]:
    """Sentences, worst first; nothing is unusual in what begins with nothing.

    Terms deleted, obsoleted without a replacement, still used though obsolete, left without
    parents or definition, or new without a parent; large shares of a branch or of a predicate that
    changed at once (``queries.mass_changes``); labels that went to other terms.
    """
    after = Overlay(before, delta)
    name = namer(before, after, prefixes, names)
    resolver = Resolver(after, prefixes)
    if next(iter(before.statements()), None) is None:
        return []
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
        ("new, and under no other term", _new_roots(before, after, delta) - flagged),
        ("left without a definition", _undefined(after, delta) - flagged),
    ):
        found += _told(title, nodes, name)
    found += mass_changes(before, after, delta, name)
    found += sorted(_moved_labels(after, delta, name))
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


def _new_roots(before: Snapshot, after: Snapshot, delta: Delta) -> set[Node]:
    """Classes that are new, have a label, and are under nothing, where the others have parents."""
    if next(iter(before.statements(predicates={SUBCLASS_OF})), None) is None:
        return set()
    typed = {s.subject for s in delta.added if s.predicate == RDF_TYPE and s.object == CLASS}
    known = {s.subject for s in before.statements(subjects=typed)}
    placed = {s.subject for s in after.statements(subjects=typed, predicates={SUBCLASS_OF})}
    placed |= {s.subject for s in after.statements(subjects=typed, predicates={EQUIVALENT_CLASS})}
    return set(after.labels(typed - known - placed))


def _undefined(after: Snapshot, delta: Delta) -> set[Node]:
    """Terms that had a definition, are still there, and have none any more."""
    lost = {s.subject for s in delta.removed if s.predicate == DEFINITION}
    held = {s.subject for s in after.statements(subjects=lost, predicates={DEFINITION})}
    there = {s.subject for s in after.statements(subjects=lost, predicates={RDF_TYPE})}
    return (lost & there) - held


def _moved_labels(after: Snapshot, delta: Delta, name: Callable[[str], str]) -> Iterator[str]:
    """Labels that a term in use lost and another got."""
    gone: defaultdict[str, set[Node]] = defaultdict(set)
    for statement in delta.removed:
        if statement.predicate == LABEL and isinstance(statement.object, Literal):
            gone[statement.object.value].add(statement.subject)
    losers = {node for nodes in gone.values() for node in nodes}
    used = {s.subject for s in after.statements(subjects=losers, predicates={RDF_TYPE})}
    flags = after.statements(subjects=losers, predicates={DEPRECATED})
    used -= {s.subject for s in flags if s.object == TRUE}
    for statement in delta.added:
        if statement.predicate == LABEL and isinstance(statement.object, Literal):
            label = statement.object.value
            for node in (gone.get(label, set()) & used) - {statement.subject}:
                yield f"the label “{label}” went from {name(node)} to {name(statement.subject)}"
