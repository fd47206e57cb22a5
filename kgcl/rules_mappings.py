"""Rules for mappings: cross-references, and matches of SKOS or any other kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model import Literal, Node, Object, Statement
from graph.vocabulary import XREF
from kgcl.rules_records import (
    MAPPINGS,
    add_value,
    only_value,
    refuse_logical,
    repredicate,
    revalue,
    value_of,
)
from kgcl.selection import only, removed
from kgcl.state import RefusedError, Ruling

if TYPE_CHECKING:
    from kgcl.changes import (
        MappingCreation,
        MappingPredicateChange,
        MappingReplacement,
        NewMapping,
        NodeMappingChange,
        Notes,
        Ref,
        RemoveMapping,
        Term,
    )
    from kgcl.state import State


def new_mapping(change: NewMapping, state: State) -> Ruling:
    """A mapping with the predicate said, else a cross-reference."""
    node = state.existing(change.about_node)
    predicate = state.node(change.predicate) if change.predicate else XREF
    value = _mapped(state, predicate, change.object)
    return add_value(state, node, predicate, value, change.qualifiers)


def create_mapping(change: MappingCreation, state: State) -> Ruling:
    """A mapping with all of its parts; what it leads to may be anywhere."""
    node, predicate = state.existing(change.subject), state.node(change.predicate)
    value = _mapped(state, predicate, change.object)
    return add_value(state, node, predicate, value, change.qualifiers)


def remove_mapping(change: RemoveMapping, state: State) -> Ruling:
    """The one mapping to this object goes."""
    node = state.existing(change.about_node)
    return removed(_mapping(state, node, change.predicate, change.object, change.qualifiers))


def replace_mapping(change: MappingReplacement, state: State) -> Ruling:
    """A mapping leads elsewhere; its predicate and qualifiers stay."""
    node = state.existing(change.about_node)
    old = _mapping(state, node, change.predicate, change.old_value)
    return revalue(state, old, _mapped(state, old.predicate, change.new_value), change.qualifiers)


def change_mapping_predicate(change: MappingPredicateChange, state: State) -> Ruling:
    """A mapping is of another kind; what it leads to stays, as text or as a node."""
    node = state.existing(change.about_node)
    before, after = state.node(change.old_value), state.node(change.new_value)
    if change.object is not None:
        old = _mapping(state, node, change.old_value, change.object)
    else:
        old = only_value(state, node, before, "mapping")
    value: Object = old.object
    if after == XREF and isinstance(value, str):
        value = Literal(state.resolver.show(value))
    elif before == XREF != after and isinstance(value, Literal):
        value = state.prefixes.expand(value.value)
    return repredicate(state, old, after, value, change.qualifiers)


def change_mappings(change: NodeMappingChange, state: State) -> Ruling:
    """A mapping of any kind goes, comes, or leads elsewhere."""
    node = state.existing(change.about_node)
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new mapping is given")
        value = _mapped(state, XREF, change.new_value)
        return add_value(state, node, XREF, value, change.qualifiers)
    if change.new_value is None:
        return removed(_mapping(state, node, None, change.old_value, change.qualifiers))
    old = _mapping(state, node, None, change.old_value)
    return revalue(state, old, _mapped(state, old.predicate, change.new_value), change.qualifiers)


def _mapped(state: State, predicate: Node, term: Term) -> Object:
    """What a mapping leads to: text for a cross-reference, as OBO has it, else a node."""
    value = state.object(term)
    if predicate == XREF and isinstance(value, str):
        return Literal(state.resolver.show(value))
    return value


def _mapping(
    state: State, node: Node, predicate: Ref | None, term: Term, notes: Notes = None
) -> Statement:
    """The one mapping to an object, which a cross-reference has as text and others as a node."""
    predicates = (state.node(predicate),) if predicate else MAPPINGS
    value = state.object(term)
    if isinstance(value, str):
        text = Literal(state.resolver.show(value))
        there = state.about(node, *predicates)
        wanted = [s for s in there if s.object == value or _is_xref(s, text)]
        matching = state.select(wanted, notes)
        if wanted and not matching:
            raise RefusedError(f"{state.show(node)} has no such mapping with these qualifiers")
        if matching:
            old = only(matching, "mapping")
            refuse_logical(old, state)
            return old
    return value_of(state, node, predicates, value, "mapping", notes)


def _is_xref(statement: Statement, text: Literal) -> bool:
    return statement.predicate == XREF and statement.object == text
