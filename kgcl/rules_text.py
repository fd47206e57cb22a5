"""Rules for what is said of a node in words: label, synonyms, definition, annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from graph.model import Delta, Literal, Node, Statement
from graph.vocabulary import (
    BROAD_SYNONYM,
    DEFINITION,
    EXACT_SYNONYM,
    LABEL,
    NARROW_SYNONYM,
    RELATED_SYNONYM,
)
from kgcl.changes import Scope
from kgcl.state import RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import (
        NewSynonym,
        NewTextDefinition,
        NodeAnnotationChange,
        NodeRename,
        Notes,
        RemoveSynonym,
        RemoveTextDefinition,
        SynonymReplacement,
        TextDefinitionReplacement,
    )
    from kgcl.state import State

PREDICATE_OF_SCOPE: Final = {
    Scope.EXACT: EXACT_SYNONYM,
    Scope.NARROW: NARROW_SYNONYM,
    Scope.BROAD: BROAD_SYNONYM,
    Scope.RELATED: RELATED_SYNONYM,
}
SCOPE_OF_PREDICATE: Final = {predicate: scope for scope, predicate in PREDICATE_OF_SCOPE.items()}


def rename(change: NodeRename, state: State) -> Ruling:
    """The label becomes another; its language and qualifiers stay unless said."""
    node = state.existing(change.about_node)
    old = _present(state, node, (LABEL,), "label", change.old_value, change.old_language)
    return _replace(state, old, change.new_value, change.new_language, change.qualifiers)


def new_synonym(change: NewSynonym, state: State) -> Ruling:
    """A synonym of the scope said, or of the policy's."""
    node = state.existing(change.about_node)
    predicate = PREDICATE_OF_SCOPE[change.qualifier or state.policy.synonym_scope]
    literal = Literal(change.new_value, language=change.language)
    if state.with_key(node, predicate, literal):
        raise UnchangedError(f"{state.show(node)} has this synonym already")
    return _add(Statement(node, predicate, literal, state.qualifiers(change.qualifiers)))


def remove_synonym(change: RemoveSynonym, state: State) -> Ruling:
    """The one synonym with this text goes."""
    node = state.existing(change.about_node)
    predicates = _predicates(change.qualifier)
    old = _present(state, node, predicates, "synonym", change.old_value, change.language)
    return Ruling(Delta(removed=frozenset({old})))


def replace_synonym(change: SynonymReplacement, state: State) -> Ruling:
    """The text of the one synonym that fits changes; scope and qualifiers stay."""
    node = state.existing(change.about_node)
    predicates = _predicates(change.qualifier)
    old = _present(state, node, predicates, "synonym", change.old_value, change.old_language)
    return _replace(state, old, change.new_value, change.new_language, change.qualifiers)


def new_definition(change: NewTextDefinition, state: State) -> Ruling:
    """A definition for a node without one."""
    node = state.existing(change.about_node)
    literal = Literal(change.new_value, language=change.language)
    present = state.about(node, DEFINITION)
    if any(statement.object == literal for statement in present):
        raise UnchangedError(f"{state.show(node)} has this definition already")
    if present:
        raise RefusedError(
            f"{state.show(node)} has a definition already, {_quote(present[0])}: "
            "use 'change definition'"
        )
    return _add(Statement(node, DEFINITION, literal, state.qualifiers(change.qualifiers)))


def remove_definition(change: RemoveTextDefinition, state: State) -> Ruling:
    """The definition goes."""
    node = state.existing(change.about_node)
    old = _present(state, node, (DEFINITION,), "definition", change.old_value, "")
    return Ruling(Delta(removed=frozenset({old})))


def replace_definition(change: TextDefinitionReplacement, state: State) -> Ruling:
    """The definition becomes another; its qualifiers stay unless said."""
    node = state.existing(change.about_node)
    old = _present(state, node, (DEFINITION,), "definition", change.old_value, change.old_language)
    return _replace(state, old, change.new_value, change.new_language, change.qualifiers)


def change_annotation(change: NodeAnnotationChange, state: State) -> Ruling:
    """The value of an annotation becomes another; its qualifiers stay unless said."""
    node = state.existing(change.about_node)
    predicate = state.node(change.annotation_property)
    before, after = state.object(change.old_value), state.object(change.new_value)
    present = state.about(node, predicate)
    matching = [statement for statement in present if statement.object == before]
    if not matching:
        actual = f"; it has {_quote(present[0])}" if present else ""
        raise RefusedError(
            f"{state.show(node)} has no such value of {state.resolver.show(predicate)}{actual}"
        )
    old = _only(matching, "annotation")
    if before != after and state.with_key(node, predicate, after):
        raise RefusedError(f"{state.show(node)} has the new value already")
    new = Statement(node, predicate, after, state.qualifiers(change.qualifiers, old.qualifiers))
    return _swap(old, new)


def _predicates(scope: Scope | None) -> tuple[Node, ...]:
    return (PREDICATE_OF_SCOPE[scope],) if scope else tuple(SCOPE_OF_PREDICATE)


def _present(
    state: State,
    node: Node,
    predicates: Sequence[Node],
    kind: str,
    value: str | None,
    language: str,
) -> Statement:
    """The one statement that a change takes as given, or a refusal that tells the actual one."""
    present = [s for s in state.about(node, *predicates) if isinstance(s.object, Literal)]
    if not present:
        raise RefusedError(f"{state.show(node)} has no {kind}")
    matching = [
        s
        for s in present
        if isinstance(s.object, Literal)
        and value in (None, s.object.value)
        and language.lower() in ("", s.object.language)
    ]
    if not matching:
        actual = ", ".join(_quote(statement) for statement in present[:3])
        raise RefusedError(f"the {kind} of {state.resolver.show(node)} is {actual}, not {value!r}")
    if not language and value is not None and len(matching) > 1:
        # Text without a tag means the untagged literal where there is one.
        untagged = [s for s in matching if s.object == Literal(value)]
        matching = untagged or matching
    return _only(matching, kind)


def _only(matching: Sequence[Statement], kind: str) -> Statement:
    if len(matching) > 1:
        raise RefusedError(
            f"{len(matching)} {kind}s fit: say which by its text, scope or language, "
            "or use 'remove statement' with its qualifiers"
        )
    return matching[0]


def _quote(statement: Statement) -> str:
    value = statement.object
    text = repr(value.value) if isinstance(value, Literal) else str(value)
    language = f"@{value.language}" if isinstance(value, Literal) and value.language else ""
    scope = SCOPE_OF_PREDICATE.get(statement.predicate)
    return f"{text}{language}" + (f" ({scope})" if scope else "")


def _replace(state: State, old: Statement, value: str, language: str, notes: Notes) -> Ruling:
    before = old.object
    if not isinstance(before, Literal):
        raise RefusedError("the old value is not a text")
    after = Literal(value, language=language) if language else before.with_value(value)
    new = Statement(old.subject, old.predicate, after, state.qualifiers(notes, old.qualifiers))
    if before != after and state.with_key(old.subject, old.predicate, after):
        raise RefusedError(f"{state.show(old.subject)} has {_quote(new)} already")
    return _swap(old, new)


def _swap(old: Statement, new: Statement) -> Ruling:
    if old == new:
        raise UnchangedError("it is so already")
    return Ruling(Delta(frozenset({old}), frozenset({new})))


def _add(statement: Statement) -> Ruling:
    return Ruling(Delta(added=frozenset({statement})))
