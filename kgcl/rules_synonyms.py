"""Rules for synonyms: their texts, scopes and types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model import Literal, Node, Qualifier, Statement
from graph.vocabulary import SYNONYM_TYPE
from kgcl.changes import Scope
from kgcl.selection import (
    PREDICATE_OF_SCOPE,
    SCOPE_OF_PREDICATE,
    addition,
    present,
    quoted,
    removed,
    replaced,
    swapped,
)
from kgcl.state import RefusedError, Ruling

if TYPE_CHECKING:
    from kgcl.changes import (
        NewSynonym,
        NodeSynonymChange,
        Notes,
        Ref,
        RemoveSynonym,
        SynonymPredicateChange,
        SynonymReplacement,
        SynonymTypeChange,
    )
    from kgcl.state import State


def new_synonym(change: NewSynonym, state: State) -> Ruling:
    """A synonym of the scope or predicate said, or of the policy's scope."""
    if change.predicate is not None and change.qualifier is not None:
        raise RefusedError("a synonym has a scope or a predicate, not both")
    node = state.existing(change.about_node)
    if change.predicate is not None:
        predicate = state.node(change.predicate)
    else:
        predicate = PREDICATE_OF_SCOPE[change.qualifier or state.policy.synonym_scope]
    return _new(state, node, predicate, change.new_value, change.language, change.qualifiers)


def _new(
    state: State, node: Node, predicate: Node, value: str, language: str, notes: Notes
) -> Ruling:
    new = Statement(node, predicate, Literal(value, language=language), state.qualifiers(notes))
    return addition(state, new, notes, lambda: f"{state.show(node)} has this synonym")


def remove_synonym(change: RemoveSynonym, state: State) -> Ruling:
    """The one synonym with this text goes."""
    node = state.existing(change.about_node)
    predicates = _predicates(change.qualifier)
    value, language = change.old_value, change.language
    return removed(present(state, node, predicates, "synonym", value, language, change.qualifiers))


def replace_synonym(change: SynonymReplacement, state: State) -> Ruling:
    """The text of the one synonym that fits changes; scope and qualifiers stay."""
    node = state.existing(change.about_node)
    predicates = _predicates(change.qualifier)
    old = present(state, node, predicates, "synonym", change.old_value, change.old_language)
    return replaced(state, old, change.new_value, change.new_language, change.qualifiers)


def change_scope(change: SynonymPredicateChange, state: State) -> Ruling:
    """The synonym gets another predicate; text and qualifiers stay."""
    node = state.existing(change.about_node)
    if change.old_value is None:
        predicates = tuple(SCOPE_OF_PREDICATE)
    else:
        predicates = (_predicate(change.old_value, state),)
    old = present(state, node, predicates, "synonym", change.target, change.language)
    notes = state.qualifiers(change.qualifiers, old.qualifiers)
    new = Statement(node, _predicate(change.new_value, state), old.object, notes)
    if new.key != old.key and state.with_key(*new.key):
        raise RefusedError(f"{state.show(node)} has {quoted(new)} already")
    return swapped(old, new)


def _predicate(kind: Scope | Ref, state: State) -> Node:
    return PREDICATE_OF_SCOPE[kind] if isinstance(kind, Scope) else state.node(kind)


def change_type(change: SynonymTypeChange, state: State) -> Ruling:
    """The synonym gets another type, or none; its other qualifiers stay."""
    if change.qualifiers:
        raise RefusedError("a change of synonym type takes no qualifiers")
    node = state.existing(change.about_node)
    predicates = tuple(SCOPE_OF_PREDICATE)
    old = present(state, node, predicates, "synonym", change.target, change.language)
    types = [q for q in old.qualifiers if q.predicate == SYNONYM_TYPE]
    if change.old_value is not None and state.node(change.old_value) not in [
        q.value for q in types
    ]:
        actual = ", ".join(state.resolver.show(str(q.value)) for q in types) or "none"
        raise RefusedError(f"the type of the synonym {change.target!r} is {actual}")
    kept = tuple(q for q in old.qualifiers if q.predicate != SYNONYM_TYPE)
    if change.new_value is not None:
        kept = (*kept, Qualifier(SYNONYM_TYPE, state.node(change.new_value)))
    return swapped(old, Statement(node, old.predicate, old.object, kept))


def change_synonyms(change: NodeSynonymChange, state: State) -> Ruling:
    """A synonym of any scope goes, comes, or becomes another."""
    node = state.existing(change.about_node)
    if change.old_value is None:
        if change.new_value is None:
            raise RefusedError("neither an old nor a new synonym is given")
        predicate = PREDICATE_OF_SCOPE[state.policy.synonym_scope]
        language = change.new_language
        return _new(state, node, predicate, change.new_value, language, change.qualifiers)
    notes = change.qualifiers if change.new_value is None else None
    old = present(
        state, node, _predicates(None), "synonym", change.old_value, change.old_language, notes
    )
    if change.new_value is None:
        return removed(old)
    return replaced(state, old, change.new_value, change.new_language, change.qualifiers)


def _predicates(scope: Scope | None) -> tuple[Node, ...]:
    return (PREDICATE_OF_SCOPE[scope],) if scope else tuple(SCOPE_OF_PREDICATE)
