"""Rules for labels and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model import Delta, Literal, Statement
from graph.vocabulary import DEFINITION, LABEL, SYNONYMS
from kgcl.policy import OldLabel
from kgcl.selection import (
    PREDICATE_OF_SCOPE,
    addition,
    only,
    present,
    quoted,
    removed,
    replaced,
    swapped,
)
from kgcl.state import Effect, EffectKind, RefusedError, Ruling, UnchangedError
from kgcl.terms import Scope

if TYPE_CHECKING:
    from kgcl.changes import (
        NameBecomesSynonym,
        NewTextDefinition,
        NodeRename,
        RemoveTextDefinition,
        SetLanguageForName,
        TextDefinitionReplacement,
    )
    from kgcl.state import State


def rename(change: NodeRename, state: State) -> Ruling:
    """The label becomes another; its language and qualifiers stay unless said.

    What becomes of the old one is the policy's: it goes, or stays as a synonym.
    """
    node = state.existing(change.about_node)
    old = present(state, node, (LABEL,), "label", change.old_value, change.old_language)
    ruling = replaced(state, old, change.new_value, change.new_language, change.qualifiers)
    if state.policy.old_label is OldLabel.DROP:
        return ruling
    return _kept(ruling, old, state)


def _kept(ruling: Ruling, old: Statement, state: State) -> Ruling:
    """By policy the old label stays as a synonym, unless it is one already."""
    predicate = PREDICATE_OF_SCOPE[Scope(state.policy.old_label)]
    synonym = Statement(old.subject, predicate, old.object)
    names = (*state.about(old.subject, *SYNONYMS), *ruling.delta.added)
    if any(s.object == old.object for s in names):
        return ruling
    delta = ruling.delta.then(Delta(added=frozenset({synonym})))
    return Ruling(delta, (Effect(EffectKind.LABEL_KEPT, added=synonym),))


def set_language(change: SetLanguageForName, state: State) -> Ruling:
    """The label keeps its text and gets another language."""
    node = state.existing(change.about_node)
    labels = [s for s in state.about(node, LABEL) if isinstance(s.object, Literal)]
    if not labels:
        raise RefusedError(f"{state.show(node)} has no label")
    matching = [
        s
        for s in labels
        if isinstance(s.object, Literal)
        and (change.old_value is None or change.old_value.lower() == s.object.language)
    ]
    if not matching:
        actual = ", ".join(quoted(s) for s in labels[:3])
        raise RefusedError(f"the label of {state.resolver.show(node)} is {actual}")
    old = only(matching, "label")
    text = old.object.value if isinstance(old.object, Literal) else ""
    literal = Literal(text, language=change.new_value)
    new = Statement(node, LABEL, literal, state.qualifiers(change.qualifiers, old.qualifiers))
    if new.object != old.object and state.with_key(*new.key):
        raise RefusedError(f"{state.show(node)} has {quoted(new)} already")
    return swapped(old, new)


def name_becomes_synonym(change: NameBecomesSynonym, state: State) -> Ruling:
    """The label becomes another; the old one stays as a synonym, of the policy's scope unless said.

    Qualifiers stand on the synonym.
    """
    node = state.existing(change.about_node)
    old = present(state, node, (LABEL,), "label", change.old_value, change.old_language)
    delta = replaced(state, old, change.new_value, change.new_language, None).delta
    predicate = PREDICATE_OF_SCOPE[change.qualifier or state.policy.old_label_scope]
    synonym = Statement(node, predicate, old.object, state.qualifiers(change.qualifiers))
    try:
        added = addition(
            state, synonym, change.qualifiers, lambda: f"{quoted(synonym)} is there"
        ).delta
    except UnchangedError:
        return Ruling(delta)
    return Ruling(delta.then(added))


def new_definition(change: NewTextDefinition, state: State) -> Ruling:
    """A definition for a node without one."""
    node = state.existing(change.about_node)
    literal = Literal(change.new_value, language=change.language)
    new = Statement(node, DEFINITION, literal, state.qualifiers(change.qualifiers))
    there = state.about(node, DEFINITION)
    if there and all(statement.object != literal for statement in there):
        raise RefusedError(
            f"{state.show(node)} has a definition already, {quoted(there[0])}: "
            "use 'change definition'"
        )
    return addition(
        state, new, change.qualifiers, lambda: f"{state.show(node)} has this definition"
    )


def remove_definition(change: RemoveTextDefinition, state: State) -> Ruling:
    """The definition goes."""
    node = state.existing(change.about_node)
    value, language = change.old_value, change.old_language
    return removed(
        present(state, node, (DEFINITION,), "definition", value, language, change.qualifiers)
    )


def replace_definition(change: TextDefinitionReplacement, state: State) -> Ruling:
    """The definition becomes another; its qualifiers stay unless said."""
    node = state.existing(change.about_node)
    old = present(state, node, (DEFINITION,), "definition", change.old_value, change.old_language)
    return replaced(state, old, change.new_value, change.new_language, change.qualifiers)
