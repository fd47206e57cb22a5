"""What changes in the life of nodes lay claim to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from graph.vocabulary import IN_SUBSET, SUBCLASS_OF
from kgcl import changes as c
from kgcl.claims_base import Act, Claim, Names


def _created(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node) if change.about_node else (change,)
    if change.name is not None:
        names.given.setdefault(change.name, node)
    yield Claim(Act.MAKE, node, new=change.name)
    if isinstance(change, c.ClassCreation) and change.superclass:
        parent = names.key(change.superclass)
        yield Claim(Act.PARENT, parent)
        yield Claim(Act.ADD, (node, SUBCLASS_OF, parent))


def _obsoleted(change: Any, names: Names) -> Iterator[Claim]:
    refs = [getattr(change, "has_direct_replacement", None)]
    refs += getattr(change, "has_nondirect_replacement", ())
    instead = tuple(names.key(ref) for ref in refs if ref is not None)
    yield Claim(Act.OBSOLETE, names.key(change.about_node), new=instead)
    for node in instead:
        yield Claim(Act.INSTEAD, node)


def _revived(change: c.NodeUnobsoletion, names: Names) -> Iterator[Claim]:
    yield Claim(Act.REVIVE, names.key(change.about_node))


def _merged(change: c.NodeDirectMerge, names: Names) -> Iterator[Claim]:
    target = names.key(change.has_direct_replacement)
    yield Claim(Act.MERGE, names.key(change.about_node), new=target)
    yield Claim(Act.INSTEAD, target)


def _deleted(change: c.NodeDeletion, names: Names) -> Iterator[Claim]:
    yield Claim(Act.DELETE, names.key(change.about_node))


def _marked(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    act = Act.ADD if isinstance(change, c.AddNodeToSubset) else Act.REMOVE
    yield Claim(Act.EDIT, node)
    yield Claim(act, (node, IN_SUBSET, names.key(change.in_subset)), notes=change.qualifiers)


def _renumbered(change: c.NodeIdChange, names: Names) -> Iterator[Claim]:
    node, target = names.key(change.about_node), names.key(change.new_value)
    yield Claim(Act.LEAVE, node, new=target)
    yield Claim(Act.MAKE, target, old=node, new=(node,))
    names.move(node, target)


OF_NODES: Final[Mapping[type[c.Change], Callable[[Any, Names], Iterator[Claim]]]] = (
    MappingProxyType(
        {
            c.NodeCreation: _created,
            c.ClassCreation: _created,
            c.ObjectPropertyCreation: _created,
            c.NodeObsoletion: _obsoleted,
            c.NodeObsoletionWithDirectReplacement: _obsoleted,
            c.NodeObsoletionWithNoDirectReplacement: _obsoleted,
            c.NodeUnobsoletion: _revived,
            c.NodeDirectMerge: _merged,
            c.NodeDeletion: _deleted,
            c.NodeIdChange: _renumbered,
            c.AddNodeToSubset: _marked,
            c.RemoveNodeFromSubset: _marked,
        }
    )
)
