"""Rules for annotations and for what is said about a node's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.model import Delta, Literal, Node, Object, Statement
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SKOS, SYNONYMS, XREF
from kgcl.selection import addition, only, quoted, removed, swapped
from kgcl.state import RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgcl.changes import (
        MetadataAssertionPredicateChange,
        MetadataAssertionReplacement,
        NewMetadataAssertion,
        NodeAnnotationChange,
        NodeAnnotationReplacement,
        NodeMetadataAssertionChange,
        Notes,
        Ref,
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
#: What a node has one of, in each language.
_SINGLE: Final = frozenset({LABEL, DEFINITION})


def change_annotation(change: NodeAnnotationChange, state: State) -> Ruling:
    """The value of an annotation becomes another, comes or goes; qualifiers stay unless said."""
    node = state.existing(change.about_node)
    predicate = state.node(change.annotation_property)
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new value is given")
        return add_value(state, node, predicate, state.object(change.new_value), change.qualifiers)
    before = state.object(change.old_value)
    if change.new_value is None:
        return removed(value_of(state, node, (predicate,), before, "value", change.qualifiers))
    old = value_of(state, node, (predicate,), before, "value")
    return revalue(state, old, state.object(change.new_value), change.qualifiers)


def replace_annotation(change: NodeAnnotationReplacement, state: State) -> Ruling:
    """The new value stays alone, whatever there was; the qualifiers of the old one stay."""
    node = state.existing(change.about_node)
    predicate = state.node(change.annotation_property)
    there = state.about(node, predicate)
    before = there[0] if len(there) == 1 else None
    if change.old_value is not None:
        before = value_of(state, node, (predicate,), state.object(change.old_value), "value")
    kept = before.qualifiers if before else ()
    new = Statement(
        node, predicate, state.object(change.new_value), state.qualifiers(change.qualifiers, kept)
    )
    refuse_logical(new, state)
    if set(there) == {new}:
        raise UnchangedError("it is so already")
    return Ruling(Delta(frozenset(there) - {new}, frozenset({new}) - frozenset(there)))


def new_metadata(change: NewMetadataAssertion, state: State) -> Ruling:
    """Something more in the record of a node."""
    node = state.existing(change.about_node)
    predicate = state.node(change.predicate)
    return add_value(state, node, predicate, state.object(change.object), change.qualifiers)


def remove_metadata(change: RemoveMetadataAssertion, state: State) -> Ruling:
    """Something less in the record of a node."""
    node, predicate = state.existing(change.about_node), state.node(change.predicate)
    value = state.object(change.object)
    return removed(value_of(state, node, (predicate,), value, "value", change.qualifiers))


def replace_metadata(change: MetadataAssertionReplacement, state: State) -> Ruling:
    """A value in the record becomes another; its predicate and qualifiers stay."""
    node = state.existing(change.about_node)
    old = _recorded(state, node, change.predicate, change.old_value)
    return revalue(state, old, state.object(change.new_value), change.qualifiers)


def change_metadata_predicate(change: MetadataAssertionPredicateChange, state: State) -> Ruling:
    """A value in the record gets another predicate."""
    node = state.existing(change.about_node)
    if change.object is None:
        old = only_value(state, node, state.node(change.old_value), "value")
    else:
        old = _recorded(state, node, change.old_value, change.object)
    return repredicate(state, old, state.node(change.new_value), old.object, change.qualifiers)


def change_record(change: NodeMetadataAssertionChange, state: State) -> Ruling:
    """A value in the record, whatever its predicate, goes or becomes another."""
    node = state.existing(change.about_node)
    if change.old_value is None:
        raise RefusedError("a new value needs a predicate: use 'add metadata'")
    if change.new_value is None:
        return removed(_recorded(state, node, None, change.old_value, change.qualifiers))
    old = _recorded(state, node, None, change.old_value)
    return revalue(state, old, state.object(change.new_value), change.qualifiers)


def _recorded(
    state: State, node: Node, predicate: Ref | None, term: Term, notes: Notes = None
) -> Statement:
    value = state.object(term)
    if predicate is not None:
        return value_of(state, node, (state.node(predicate),), value, "value", notes)
    there = [
        s
        for s in state.about(node)
        if s.object == value and s.predicate not in _NOT_METADATA and not _is_logical(s, state)
    ]
    matching = state.select(there, notes)
    if not matching:
        raise RefusedError(f"the record of {state.show(node)} has no such value")
    return only(matching, "value")


# --- what annotations, mappings and metadata have in common


def add_value(state: State, node: Node, predicate: Node, value: Object, notes: Notes) -> Ruling:
    """One more value of an annotation; a second label or definition is refused."""
    new = Statement(node, predicate, value, state.qualifiers(notes))
    refuse_logical(new, state)
    shown = state.resolver.show(predicate)
    for old in state.about(node, predicate) if predicate in _SINGLE else ():
        if old.object != value and _language(old.object) == _language(value):
            raise RefusedError(
                f"{state.show(node)} has {quoted(old)} as {shown} already: change it instead"
            )
    return addition(state, new, notes, lambda: f"{state.show(node)} has this {shown}")


def _language(value: Object) -> str:
    return value.language if isinstance(value, Literal) else ""


def value_of(
    state: State,
    node: Node,
    predicates: Sequence[Node],
    value: Object,
    kind: str,
    notes: Notes = None,
) -> Statement:
    """The one annotation with this value; a refusal tells the actual one."""
    there = state.about(node, *predicates)
    matching = [s for s in there if s.object == value]
    if not matching:
        of = f" of {state.resolver.show(predicates[0])}" if len(predicates) == 1 else ""
        actual = f"; it has {shown_value(there[0], state)}" if there else ""
        raise RefusedError(f"{state.show(node)} has no such {kind}{of}{actual}")
    selected = state.select(matching, notes)
    if not selected:
        raise RefusedError(f"{state.show(node)} has no such {kind} with these qualifiers")
    old = only(selected, kind)
    refuse_logical(old, state)
    return old


def shown_value(statement: Statement, state: State) -> str:
    """The value of a statement as a refusal tells it."""
    value = statement.object
    return state.show(value) if isinstance(value, str) else quoted(statement)


def only_value(state: State, node: Node, predicate: Node, kind: str) -> Statement:
    """The one annotation with this predicate."""
    there = state.about(node, predicate)
    if not there:
        raise RefusedError(f"{state.show(node)} has no {state.resolver.show(predicate)}")
    old = only(there, kind)
    refuse_logical(old, state)
    return old


def revalue(state: State, old: Statement, value: Object, notes: Notes) -> Ruling:
    """An annotation gets another value; qualifiers stay unless said."""
    node = old.subject
    new = Statement(node, old.predicate, value, state.qualifiers(notes, old.qualifiers))
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError(f"{state.show(node)} has the new value already")
    refuse_logical(new, state)
    return swapped(old, new)


def repredicate(
    state: State, old: Statement, predicate: Node, value: Object, notes: Notes
) -> Ruling:
    """An annotation gets another predicate; qualifiers stay unless said."""
    new = Statement(old.subject, predicate, value, state.qualifiers(notes, old.qualifiers))
    refuse_logical(new, state)
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError(f"{state.show(old.subject)} has {shown_value(new, state)} there already")
    return swapped(old, new)


def refuse_logical(statement: Statement, state: State) -> None:
    """Refuse to say as an annotation what a node is or means."""
    if statement.predicate == RDF_TYPE or _is_logical(statement, state):
        shown = state.resolver.show(statement.predicate)
        raise RefusedError(f"{shown} says what a node means: use 'create edge' or 'add statement'")


def _is_logical(statement: Statement, state: State) -> bool:
    """Like :func:`graph.axioms.is_logical`; a declared annotation property is none either."""
    return not isinstance(statement.object, Literal) and not state.is_annotation(
        statement.predicate
    )
