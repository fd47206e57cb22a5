"""The one statement that a change takes as given, and what takes its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.model import Delta, Literal, Node, Qualifier, Statement
from graph.vocabulary import (
    BROAD_SYNONYM,
    EXACT_SYNONYM,
    NARROW_SYNONYM,
    QUANTIFIER,
    RELATED_SYNONYM,
)
from kgcl.changes import Scope
from kgcl.state import RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import Notes
    from kgcl.state import State

PREDICATE_OF_SCOPE: Final[Mapping[Scope, Node]] = MappingProxyType(
    {
        Scope.EXACT: EXACT_SYNONYM,
        Scope.NARROW: NARROW_SYNONYM,
        Scope.BROAD: BROAD_SYNONYM,
        Scope.RELATED: RELATED_SYNONYM,
    }
)
SCOPE_OF_PREDICATE: Final[Mapping[Node, Scope]] = MappingProxyType(
    {predicate: scope for scope, predicate in PREDICATE_OF_SCOPE.items()}
)
_SOME: Final[frozenset[Qualifier]] = frozenset()


def present(
    state: State,
    node: Node,
    predicates: Sequence[Node],
    kind: str,
    value: str | None,
    language: str,
    notes: Notes = None,
) -> Statement:
    """The one text that a change takes as given; a refusal tells the actual ones.

    ``notes``, where there are any, are the qualifiers that it has.
    """
    found = [s for s in state.about(node, *predicates) if isinstance(s.object, Literal)]
    if not found:
        raise RefusedError(f"{state.show(node)} has no {kind}")
    fitting = [
        s
        for s in found
        if isinstance(s.object, Literal)
        and value in (None, s.object.value)
        and language.lower() in ("", s.object.language)
    ]
    matching = state.select(fitting, notes)
    if fitting and not matching:
        raise RefusedError(f"{state.show(node)} has no such {kind} with these qualifiers")
    if not matching:
        actual = ", ".join(quoted(statement) for statement in found[:3])
        raise RefusedError(f"the {kind} of {state.resolver.show(node)} is {actual}, not {value!r}")
    if not language and value is not None and len(matching) > 1:
        # Text without a tag means the untagged literal where there is one.
        untagged = [s for s in matching if s.object == Literal(value)]
        matching = untagged or matching
    return only(matching, kind)


def only(matching: Sequence[Statement], kind: str) -> Statement:
    """The one statement that fits; a refusal where there are several."""
    if len(matching) > 1:
        raise RefusedError(
            f"{len(matching)} {kind}s fit: say which by its text, scope or language, "
            "or use 'remove statement' with its qualifiers"
        )
    return matching[0]


def quoted(statement: Statement) -> str:
    """What a statement says, as a refusal tells it."""
    value = statement.object
    text = repr(value.value) if isinstance(value, Literal) else str(value)
    language = f"@{value.language}" if isinstance(value, Literal) and value.language else ""
    scope = SCOPE_OF_PREDICATE.get(statement.predicate)
    return f"{text}{language}" + (f" ({scope})" if scope else "")


def replaced(state: State, old: Statement, value: str, language: str, notes: Notes) -> Ruling:
    """A text becomes another; language and qualifiers stay unless said."""
    before = old.object
    if not isinstance(before, Literal):
        raise RefusedError("the old value is not a text")
    after = Literal(value, language=language) if language else before.with_value(value)
    new = Statement(old.subject, old.predicate, after, state.qualifiers(notes, old.qualifiers))
    if before != after and state.with_key(old.subject, old.predicate, after):
        raise RefusedError(f"{state.show(old.subject)} has {quoted(new)} already")
    return swapped(old, new)


def swapped(old: Statement, new: Statement) -> Ruling:
    """One statement for another."""
    if old == new:
        raise UnchangedError("it is so already")
    return Ruling(Delta(frozenset({old}), frozenset({new})))


def added(statement: Statement) -> Ruling:
    """One statement more."""
    return Ruling(Delta(added=frozenset({statement})))


def addition(state: State, new: Statement, notes: Notes, there: Callable[[], str]) -> Ruling:
    """One statement more; a no-op where it is there, a refusal where it has other qualifiers.

    Statements that differ by a quantifier are different axioms, and neither is the other.
    """
    present = [s for s in state.with_key(*new.key) if quantifiers(s) == quantifiers(new)]
    if not present:
        return added(new)
    if notes is None or new in present:
        raise UnchangedError(f"{there()} already")
    raise RefusedError(f"{there()} already, with other qualifiers: use 'add statement' for another")


def quantifiers(statement: Statement) -> frozenset[Qualifier]:
    """The qualifiers that say how an edge is quantified; none for *some*."""
    if not statement.qualifiers:
        return _SOME
    return frozenset(q for q in statement.qualifiers if q.predicate == QUANTIFIER)


def removed(statement: Statement) -> Ruling:
    """One statement less."""
    return Ruling(Delta(removed=frozenset({statement})))
