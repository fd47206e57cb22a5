"""What the changes of a batch lay claim to: nodes that come and go, values that are set.

A claim is read off the words alone; :mod:`kgcl.batch` finds those that go against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graph.vocabulary import (
    DEFINITION,
    IN_SUBSET,
    LABEL,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    SYNONYMS,
    XREF,
)
from kgcl import changes as c
from kgcl.resolve import UnresolvedError, is_placeholder
from kgcl.selection import PREDICATE_OF_SCOPE

if TYPE_CHECKING:
    from kgcl.state import State

#: A node, or what stands for one that the state at the start does not know.
Key: TypeAlias = Any
#: What the slot of an axiom begins with; the axiom follows.
AXIOM: Final = "an axiom"


class Act(Enum):
    """What a change does to what it claims."""

    MAKE = "makes"
    OBSOLETE = "obsoletes"
    REVIVE = "unobsoletes"
    MERGE = "merges"
    DELETE = "deletes"
    EDIT = "changes"
    RENAME = "renames"
    PARENT = "leads to"
    INSTEAD = "names as replacement"
    SET = "sets"
    ADD = "adds"
    REMOVE = "removes"


@dataclass(frozen=True, slots=True)
class Claim:
    """One act of a change on one slot: a node, a value that is set, or an item that is there.

    ``old`` and ``new`` are what a slot has before and after; None for what is not said.
    """

    act: Act
    slot: Key
    old: Any = None
    new: Any = None
    notes: c.Notes = None


class Names:
    """What references mean to a batch: nodes of the start, and names that it gives itself."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.given: dict[str, Key] = {}

    def key(self, ref: c.Ref) -> Key:
        """The node of a reference, or its text where nothing is known of it yet."""
        if ref.kind is c.RefKind.IRI:
            return ref.text
        if is_placeholder(ref):
            return (ref.text,)
        given = self.given.get(ref.text) if ref.kind is c.RefKind.LABEL else None
        try:
            node = self.state.node(ref)
        except UnresolvedError:
            return given or (ref.text,)
        # a name of the start that the batch gives again may mean either
        return node if given in (None, node) else (ref.text,)

    def value(self, term: c.Term | None) -> Any:
        """A value as it can be compared."""
        return self.key(term) if isinstance(term, c.Ref) else term


def claims(change: c.Change, names: Names) -> Iterator[Claim]:
    """What a change lays claim to, in no order."""
    read = _READERS.get(type(change))
    return read(change, names) if read else iter(())


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


def _renamed(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    tag = change.old_language.lower() or change.new_language.lower()
    yield Claim(Act.RENAME, node, change.old_value, change.new_value)
    yield Claim(Act.SET, (node, LABEL, tag), change.old_value, change.new_value)
    names.given.setdefault(change.new_value, node)


def _defined(change: c.NewTextDefinition, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    yield Claim(Act.ADD, (node, DEFINITION, change.new_value, change.language.lower()))
    yield Claim(Act.SET, (node, DEFINITION, change.language.lower()), "", change.new_value)


def _redefined(change: c.TextDefinitionReplacement, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    tag = change.old_language.lower() or change.new_language.lower()
    yield Claim(Act.EDIT, node)
    yield Claim(Act.SET, (node, DEFINITION, tag), change.old_value, change.new_value)


def _undefined(change: c.RemoveTextDefinition, names: Names) -> Iterator[Claim]:
    node, tag = names.key(change.about_node), change.old_language.lower()
    yield Claim(Act.EDIT, node)
    yield Claim(Act.REMOVE, (node, DEFINITION, change.old_value, tag), notes=change.qualifiers)


def _new_synonym(change: c.NewSynonym, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    said = names.key(change.predicate) if change.predicate else _scope(change.qualifier)
    slot = (node, said, change.new_value, change.language.lower())
    yield Claim(Act.ADD, slot, notes=change.qualifiers)


def _lost_synonym(change: c.RemoveSynonym, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    slot = (node, _scope(change.qualifier), change.old_value, change.language.lower())
    yield Claim(Act.REMOVE, slot, notes=change.qualifiers)


def _replaced_synonym(change: c.SynonymReplacement, names: Names) -> Iterator[Claim]:
    node, scope = names.key(change.about_node), _scope(change.qualifier)
    yield Claim(Act.EDIT, node)
    slot = (node, scope, "text", change.old_language.lower())
    yield Claim(Act.SET, slot, change.old_value, change.new_value)


def _rescoped_synonym(change: c.SynonymPredicateChange, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    yield Claim(Act.EDIT, node)
    slot = (node, SYNONYMS, change.target, change.language.lower())
    yield Claim(Act.SET, slot, change.old_value, change.new_value)


def _scope(scope: c.Scope | None) -> Key:
    return PREDICATE_OF_SCOPE[scope] if scope else SYNONYMS


def _annotated(change: c.NodeAnnotationChange, names: Names) -> Iterator[Claim]:
    node, predicate = names.key(change.about_node), names.key(change.annotation_property)
    old, new = names.value(change.old_value), names.value(change.new_value)
    yield Claim(Act.EDIT, node)
    if old is None:
        yield Claim(Act.ADD, (node, predicate, new), notes=change.qualifiers)
    elif new is None:
        yield Claim(Act.REMOVE, (node, predicate, old), notes=change.qualifiers)
    else:
        yield Claim(Act.SET, (node, predicate), old, new)


def _annotated_anew(change: c.NodeAnnotationReplacement, names: Names) -> Iterator[Claim]:
    node, predicate = names.key(change.about_node), names.key(change.annotation_property)
    yield Claim(Act.EDIT, node)
    old, new = names.value(change.old_value), names.value(change.new_value)
    yield Claim(Act.SET, (node, predicate), old, new)


def _mapped(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    act = Act.ADD if isinstance(change, c.NewMapping) else Act.REMOVE
    predicate = names.key(change.predicate) if change.predicate else XREF
    yield Claim(Act.EDIT, node)
    yield Claim(act, (node, predicate, names.value(change.object)), notes=change.qualifiers)


def _recorded(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    act = Act.ADD if isinstance(change, c.NewMetadataAssertion) else Act.REMOVE
    slot = (node, names.key(change.predicate), names.value(change.object))
    yield Claim(Act.EDIT, node)
    yield Claim(act, slot, notes=change.qualifiers)


def _marked(change: Any, names: Names) -> Iterator[Claim]:
    node = names.key(change.about_node)
    act = Act.ADD if isinstance(change, c.AddNodeToSubset) else Act.REMOVE
    yield Claim(Act.EDIT, node)
    yield Claim(act, (node, IN_SUBSET, names.key(change.in_subset)), notes=change.qualifiers)


def _edge(change: Any, names: Names) -> Iterator[Claim]:
    subject = names.key(change.subject)
    under = isinstance(change, c.PlaceUnder | c.RemoveUnder)
    predicate = _parent_of(change, names) if under else names.key(change.predicate)
    target = names.value(change.object)
    yield Claim(Act.EDIT, subject)
    if isinstance(change, c.EdgeCreation | c.PlaceUnder):
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


_READERS: Final[Mapping[type[c.Change], Callable[[Any, Names], Iterator[Claim]]]] = (
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
            c.NodeRename: _renamed,
            c.NameBecomesSynonym: _renamed,
            c.NewTextDefinition: _defined,
            c.TextDefinitionReplacement: _redefined,
            c.RemoveTextDefinition: _undefined,
            c.NewSynonym: _new_synonym,
            c.RemoveSynonym: _lost_synonym,
            c.SynonymReplacement: _replaced_synonym,
            c.SynonymPredicateChange: _rescoped_synonym,
            c.NodeAnnotationChange: _annotated,
            c.NodeAnnotationReplacement: _annotated_anew,
            c.NewMapping: _mapped,
            c.RemoveMapping: _mapped,
            c.NewMetadataAssertion: _recorded,
            c.RemoveMetadataAssertion: _recorded,
            c.AddNodeToSubset: _marked,
            c.RemoveNodeFromSubset: _marked,
            c.EdgeCreation: _edge,
            c.EdgeDeletion: _edge,
            c.EdgeObsoletion: _edge,
            c.PlaceUnder: _edge,
            c.RemoveUnder: _edge,
            c.NodeMove: _moved,
            c.NodeDeepening: _moved,
            c.NodeShallowing: _moved,
            c.PredicateChange: _repredicated,
            c.LogicalAxiomChange: _axiom,
            c.StatementAddition: _stated,
            c.StatementRemoval: _stated,
        }
    )
)
