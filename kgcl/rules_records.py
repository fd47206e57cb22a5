"""Rules for annotations, mappings and what is said about a node's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.axioms import is_logical
from graph.model import Delta, Literal, Node, Object, Statement
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SKOS, SYNONYMS, XREF
from kgcl.selection import added, only, quoted, removed, swapped
from kgcl.state import RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgcl.changes import (
        MappingCreation,
        MappingPredicateChange,
        MappingReplacement,
        MetadataAssertionPredicateChange,
        MetadataAssertionReplacement,
        NewMapping,
        NewMetadataAssertion,
        NodeAnnotationChange,
        NodeAnnotationReplacement,
        NodeMappingChange,
        NodeMetadataAssertionChange,
        Notes,
        Ref,
        RemoveMapping,
        RemoveMetadataAssertion,
        Term,
    )
    from kgcl.state import State

#: Predicates of mappings: cross-references, and those that SKOS has.
MAPPINGS: Final = (
    XREF,
    *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch")),
    SKOS + "relatedMatch",
    SKOS + "mappingRelation",
)
#: What has changes of its own and is no metadata.
_NOT_METADATA: Final = frozenset({RDF_TYPE, LABEL, DEFINITION, *SYNONYMS, *MAPPINGS})


def change_annotation(change: NodeAnnotationChange, state: State) -> Ruling:
    """The value of an annotation becomes another, comes or goes; qualifiers stay unless said."""
    node = state.existing(change.about_node)
    predicate = state.node(change.annotation_property)
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new value is given")
        return _add(state, node, predicate, state.object(change.new_value), change.qualifiers)
    before = state.object(change.old_value)
    if change.new_value is None:
        old = _value(state, node, (predicate,), before, "value", change.qualifiers)
        return removed(old)
    old = _value(state, node, (predicate,), before, "value")
    return _revalue(state, old, state.object(change.new_value), change.qualifiers)


def replace_annotation(change: NodeAnnotationReplacement, state: State) -> Ruling:
    """The new value stays alone, whatever there was; the qualifiers of the old one stay."""
    node = state.existing(change.about_node)
    predicate = state.node(change.annotation_property)
    there = state.about(node, predicate)
    before = there[0] if len(there) == 1 else None
    if change.old_value is not None:
        before = _value(state, node, (predicate,), state.object(change.old_value), "value")
    kept = before.qualifiers if before else ()
    new = Statement(
        node, predicate, state.object(change.new_value), state.qualifiers(change.qualifiers, kept)
    )
    _refuse_logical(new, state)
    if set(there) == {new}:
        raise UnchangedError("it is so already")
    return Ruling(Delta(frozenset(there) - {new}, frozenset({new}) - frozenset(there)))


def _add(state: State, node: Node, predicate: Node, value: Object, notes: Notes) -> Ruling:
    new = Statement(node, predicate, value, state.qualifiers(notes))
    _refuse_logical(new, state)
    if state.with_key(*new.key):
        raise UnchangedError(
            f"{state.show(node)} has this {state.resolver.show(predicate)} already"
        )
    return added(new)


def _refuse_logical(statement: Statement, state: State) -> None:
    if is_logical(statement):
        shown = state.resolver.show(statement.predicate)
        raise RefusedError(f"{shown} says what a node means: use 'create edge' or 'add statement'")


def _value(
    state: State,
    node: Node,
    predicates: Sequence[Node],
    value: Object,
    kind: str,
    notes: Notes = None,
) -> Statement:
    """The one statement with this value; a refusal tells the actual one."""
    there = state.about(node, *predicates)
    matching = [s for s in state.select(there, notes) if s.object == value]
    if not matching:
        of = f" of {state.resolver.show(predicates[0])}" if len(predicates) == 1 else ""
        actual = f"; it has {quoted(there[0])}" if there else ""
        raise RefusedError(f"{state.show(node)} has no such {kind}{of}{actual}")
    return only(matching, kind)


def _revalue(state: State, old: Statement, value: Object, notes: Notes) -> Ruling:
    node = old.subject
    new = Statement(node, old.predicate, value, state.qualifiers(notes, old.qualifiers))
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError(f"{state.show(node)} has the new value already")
    return swapped(old, new)


# --- mappings


def new_mapping(change: NewMapping, state: State) -> Ruling:
    """A mapping with the predicate said, else a cross-reference."""
    node = state.existing(change.about_node)
    predicate = state.node(change.predicate) if change.predicate else XREF
    return _add(state, node, predicate, _mapped(state, predicate, change.object), change.qualifiers)


def create_mapping(change: MappingCreation, state: State) -> Ruling:
    """A mapping with all of its parts; what it leads to may be anywhere."""
    node, predicate = state.existing(change.subject), state.node(change.predicate)
    return _add(state, node, predicate, _mapped(state, predicate, change.object), change.qualifiers)


def remove_mapping(change: RemoveMapping, state: State) -> Ruling:
    """The one mapping to this object goes."""
    node = state.existing(change.about_node)
    return removed(_mapping(state, node, change.predicate, change.object, change.qualifiers))


def replace_mapping(change: MappingReplacement, state: State) -> Ruling:
    """A mapping leads elsewhere; its predicate and qualifiers stay."""
    node = state.existing(change.about_node)
    old = _mapping(state, node, change.predicate, change.old_value)
    return _revalue(state, old, _mapped(state, old.predicate, change.new_value), change.qualifiers)


def change_mapping_predicate(change: MappingPredicateChange, state: State) -> Ruling:
    """A mapping is of another kind; what it leads to stays."""
    node = state.existing(change.about_node)
    before, after = state.node(change.old_value), state.node(change.new_value)
    if change.object is not None:
        old = _mapping(state, node, change.old_value, change.object)
    else:
        old = _only_value(state, node, before, "mapping")
    value: Object = old.object
    if after == XREF and isinstance(value, str):
        value = Literal(state.resolver.show(value))
    elif before == XREF and isinstance(value, Literal):
        value = state.prefixes.expand(value.value)
    return _repredicate(state, old, after, value, change.qualifiers)


def change_mappings(change: NodeMappingChange, state: State) -> Ruling:
    """A mapping of any kind goes, comes, or leads elsewhere."""
    node = state.existing(change.about_node)
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new mapping is given")
        value = _mapped(state, XREF, change.new_value)
        return _add(state, node, XREF, value, change.qualifiers)
    if change.new_value is None:
        return removed(_mapping(state, node, None, change.old_value, change.qualifiers))
    old = _mapping(state, node, None, change.old_value)
    return _revalue(state, old, _mapped(state, old.predicate, change.new_value), change.qualifiers)


def _mapped(state: State, predicate: Node, term: Term) -> Object:
    """What a mapping leads to: text for a cross-reference, as OBO has it, else a node."""
    value = state.object(term)
    if predicate == XREF and isinstance(value, str):
        return Literal(state.resolver.show(value))
    return value


def _mapping(
    state: State, node: Node, predicate: Ref | None, term: Term, notes: Notes = None
) -> Statement:
    predicates = (state.node(predicate),) if predicate else MAPPINGS
    wanted = {state.object(term), _mapped(state, XREF, term)}
    there = [s for s in state.about(node, *predicates) if s.object in wanted]
    if not there:
        value = state.object(term)
        return _value(state, node, predicates, value, "mapping", notes)
    matching = state.select(there, notes)
    if not matching:
        raise RefusedError(f"{state.show(node)} has no mapping with these qualifiers")
    return only(matching, "mapping")


def _only_value(state: State, node: Node, predicate: Node, kind: str) -> Statement:
    there = state.about(node, predicate)
    if not there:
        raise RefusedError(f"{state.show(node)} has no {state.resolver.show(predicate)}")
    return only(there, kind)


def _repredicate(
    state: State, old: Statement, predicate: Node, value: Object, notes: Notes
) -> Ruling:
    new = Statement(old.subject, predicate, value, state.qualifiers(notes, old.qualifiers))
    _refuse_logical(new, state)
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError(f"{state.show(old.subject)} has {quoted(new)} there already")
    return swapped(old, new)


# --- the record of a node


def new_metadata(change: NewMetadataAssertion, state: State) -> Ruling:
    """Something more in the record of a node."""
    node = state.existing(change.about_node)
    predicate = state.node(change.predicate)
    return _add(state, node, predicate, state.object(change.object), change.qualifiers)


def remove_metadata(change: RemoveMetadataAssertion, state: State) -> Ruling:
    """Something less in the record of a node."""
    node, predicate = state.existing(change.about_node), state.node(change.predicate)
    value = state.object(change.object)
    return removed(_value(state, node, (predicate,), value, "value", change.qualifiers))


def replace_metadata(change: MetadataAssertionReplacement, state: State) -> Ruling:
    """A value in the record becomes another; its predicate and qualifiers stay."""
    node = state.existing(change.about_node)
    old = _recorded(state, node, change.predicate, change.old_value)
    return _revalue(state, old, state.object(change.new_value), change.qualifiers)


def change_metadata_predicate(change: MetadataAssertionPredicateChange, state: State) -> Ruling:
    """A value in the record gets another predicate."""
    node = state.existing(change.about_node)
    if change.object is None:
        old = _only_value(state, node, state.node(change.old_value), "value")
    else:
        old = _recorded(state, node, change.old_value, change.object)
    return _repredicate(state, old, state.node(change.new_value), old.object, change.qualifiers)


def change_record(change: NodeMetadataAssertionChange, state: State) -> Ruling:
    """A value in the record, whatever its predicate, goes or becomes another."""
    node = state.existing(change.about_node)
    if change.old_value is None:
        raise RefusedError("a new value needs a predicate: use 'add metadata'")
    if change.new_value is None:
        return removed(_recorded(state, node, None, change.old_value, change.qualifiers))
    old = _recorded(state, node, None, change.old_value)
    return _revalue(state, old, state.object(change.new_value), change.qualifiers)


def _recorded(
    state: State, node: Node, predicate: Ref | None, term: Term, notes: Notes = None
) -> Statement:
    value = state.object(term)
    if predicate is not None:
        return _value(state, node, (state.node(predicate),), value, "value", notes)
    there = [
        s
        for s in state.about(node)
        if s.object == value and s.predicate not in _NOT_METADATA and not is_logical(s)
    ]
    matching = state.select(there, notes)
    if not matching:
        raise RefusedError(f"the record of {state.show(node)} has no such value")
    return only(matching, "value")
