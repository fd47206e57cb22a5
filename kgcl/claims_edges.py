"""What changes of edges, axioms and plain statements lay claim to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from graph.vocabulary import SUBCLASS_OF, SUBPROPERTY_OF
from kgcl import changes as c
from kgcl.claims_base import AXIOM, Act, Claim, Key, Names


def _edge(change: Any, names: Names) -> Iterator[Claim]:
    subject = names.key(change.subject)
    under = isinstance(change, c.PlaceUnder | c.RemoveUnder)
    predicate = _parent_of(change, names) if under else names.key(change.predicate)
    target = names.value(change.object)
    yield Claim(Act.EDIT, subject)
    if isinstance(change, c.EdgeCreation | c.PlaceUnder | c.MappingCreation):
        if not isinstance(change, c.MappingCreation):
            yield Claim(Act.PARENT, target)
        yield Claim(Act.ADD, (subject, predicate, target), notes=change.qualifiers)
    else:
        yield Claim(Act.REMOVE, (subject, predicate, target), notes=change.qualifiers)


def _parent_of(change: c.PlaceUnder | c.RemoveUnder, names: Names) -> Key:
    """Over which predicate a node is placed; that of relations is told by the state."""
    subject = names.key(change.subject)
    known = isinstance(subject, str) and names.state.is_property(subject)
    return SUBPROPERTY_OF if known else SUBCLASS_OF


def _moved(change: c.NodeMove, names: Names) -> Iterator[Claim]:
    subject, target = names.key(change.about_edge.subject), names.key(change.new_value)
    said = change.about_edge.predicate
    predicate = names.key(said) if said else SUBCLASS_OF
    old = names.key(change.old_value) if change.old_value else None
    yield Claim(Act.EDIT, subject)
    yield Claim(Act.PARENT, target)
    yield Claim(Act.SET, (subject, predicate), old, target)


def _repredicated(change: c.PredicateChange, names: Names) -> Iterator[Claim]:
    edge = change.about_edge
    subject = names.key(edge.subject)
    yield Claim(Act.EDIT, subject)
    old, new = names.key(change.old_value), names.key(change.new_value)
    yield Claim(Act.SET, (subject, "over", names.value(edge.object)), old, new)


def _stated(change: Any, names: Names) -> Iterator[Claim]:
    subject = names.key(change.subject)
    act = Act.ADD if isinstance(change, c.StatementAddition) else Act.REMOVE
    slot = (subject, names.key(change.predicate), names.value(change.object))
    yield Claim(Act.EDIT, subject)
    yield Claim(act, slot, notes=change.qualifiers)


def _axiom(change: c.LogicalAxiomChange, _names: Names) -> Iterator[Claim]:
    """An axiom is a slot of its own: to replace one is to set it."""
    if change.old_value is None:
        yield Claim(Act.ADD, (AXIOM, change.new_value), notes=change.qualifiers)
    elif change.new_value is None:
        yield Claim(Act.REMOVE, (AXIOM, change.old_value), notes=change.qualifiers)
    else:
        yield Claim(Act.SET, (AXIOM, change.old_value), change.old_value, change.new_value)


def _rewired(change: c.EdgeRewiring, names: Names) -> Iterator[Claim]:
    """An edge with another object, or taken from one subject to another."""
    subject, predicate, target = _ends(change.about_edge, names)
    old, new = names.key(change.old_value), names.key(change.new_value)
    yield Claim(Act.EDIT, subject)
    if old == subject:
        yield Claim(Act.EDIT, new)
        yield Claim(Act.REMOVE, (subject, predicate, target))
        yield Claim(Act.ADD, (new, predicate, target), notes=change.qualifiers)
    else:
        yield Claim(Act.PARENT, new)
        yield Claim(Act.SET, (subject, predicate), old, new)


def _requantified(change: c.EdgeLogicalInterpretationChange, names: Names) -> Iterator[Claim]:
    subject, predicate, target = _ends(change.about_edge, names)
    yield Claim(Act.EDIT, subject)
    slot = (subject, "the quantifier of", predicate, target)
    yield Claim(Act.SET, slot, change.old_value, change.new_value)


def _ends(edge: c.Edge, names: Names) -> tuple[Key, Key, Key]:
    return names.key(edge.subject), names.value(edge.predicate), names.value(edge.object)


OF_EDGES: Final[Mapping[type[c.Change], Callable[[Any, Names], Iterator[Claim]]]] = (
    MappingProxyType(
        {
            c.EdgeCreation: _edge,
            c.EdgeDeletion: _edge,
            c.EdgeObsoletion: _edge,
            c.MappingCreation: _edge,
            c.PlaceUnder: _edge,
            c.RemoveUnder: _edge,
            c.EdgeRewiring: _rewired,
            c.NodeMove: _moved,
            c.NodeDeepening: _moved,
            c.NodeShallowing: _moved,
            c.PredicateChange: _repredicated,
            c.EdgeLogicalInterpretationChange: _requantified,
            c.LogicalAxiomChange: _axiom,
            c.StatementAddition: _stated,
            c.StatementRemoval: _stated,
        }
    )
)
