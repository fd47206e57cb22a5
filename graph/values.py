"""What two sides made of one unit: the merged change, or the kind of conflict."""

from __future__ import annotations

from collections.abc import Set

from graph.conflicts import ConflictKind
from graph.model import Delta, Node, Object, Qualifier, Statement
from graph.qualifiers import unite
from graph.units import Unit


def merge_unit(
    unit: Unit, before: Set[Statement], ours: Delta, theirs: Delta, single_valued: frozenset[Node]
) -> Delta | ConflictKind:
    """Merge what both sides did to one unit, of which the base holds ``before``."""
    if ours == theirs:
        return ours
    mine, yours = after(before, ours), after(before, theirs)
    if unit[1] not in single_valued:
        return _key(before, ours, theirs, single_valued)
    if max(len(before), len(mine), len(yours)) > 1:
        return _several_values(before, ours, theirs, single_valued)
    return _one_value(before, mine, yours, single_valued)


def after(before: Set[Statement], change: Delta) -> frozenset[Statement]:
    """What a change makes of a unit."""
    return (frozenset(before) - change.removed) | change.added


def _key(
    before: Set[Statement], ours: Delta, theirs: Delta, single_valued: frozenset[Node]
) -> Delta | ConflictKind:
    """One key that both sides changed: qualifiers unite."""
    if ours == theirs:
        return ours
    mine, yours = after(before, ours), after(before, theirs)
    if before and (not mine or not yours):
        return ConflictKind.DELETE_MODIFY
    if max(len(before), len(mine), len(yours)) > 1:
        if ours.removed & theirs.removed and ours.added != theirs.added:
            return ConflictKind.DIVERGENT_VALUE
        return Delta(ours.removed | theirs.removed, ours.added | theirs.added)
    return _one_value(before, mine, yours, single_valued)


def _one_value(
    before: Set[Statement],
    mine: Set[Statement],
    yours: Set[Statement],
    single_valued: frozenset[Node],
) -> Delta | ConflictKind:
    """At most one statement in each state: its object and its qualifiers merge apart."""
    if not mine or not yours:
        return ConflictKind.DELETE_MODIFY
    (one,), (other,) = mine, yours
    old = next(iter(before), None)
    if one.object == other.object:
        value = one.object
        qualifiers = unite(
            old.qualifiers if old else (), one.qualifiers, other.qualifiers, single_valued
        )
    else:
        # Qualifiers tell the source of a value, so those of two values are not united.
        chosen = _changed_once(old, one, other)
        if chosen is None:
            return ConflictKind.DIVERGENT_VALUE
        value, qualifiers = chosen
    if qualifiers is None:
        return ConflictKind.DIVERGENT_VALUE
    return Delta.between(before, {Statement(one.subject, one.predicate, value, qualifiers)})


def _changed_once(
    old: Statement | None, one: Statement, other: Statement
) -> tuple[Object, tuple[Qualifier, ...]] | None:
    """The new value of one side with the qualifiers that at most one side changed."""
    if old is None or old.object not in (one.object, other.object):
        return None
    value = other.object if one.object == old.object else one.object
    if other.qualifiers in (one.qualifiers, old.qualifiers):
        return value, one.qualifiers
    if one.qualifiers == old.qualifiers:
        return value, other.qualifiers
    return None


def _several_values(
    before: Set[Statement], ours: Delta, theirs: Delta, single_valued: frozenset[Node]
) -> Delta | ConflictKind:
    """A slot that has more values than it should in one of the states.

    What comes out are values of one side: where both bring new ones, they bring the same.
    """
    mine, yours = after(before, ours), after(before, theirs)
    our_values, their_values = _brought(ours), _brought(theirs)
    if our_values and their_values and our_values != their_values:
        return ConflictKind.DIVERGENT_VALUE
    replaced = bool(_brought(ours.inverse) & _brought(theirs.inverse))
    if replaced and our_values != their_values:
        return ConflictKind.DELETE_MODIFY
    if (not mine and theirs.added) or (not yours and ours.added):
        return ConflictKind.DELETE_MODIFY
    merged = _key_by_key(before, ours, theirs, single_valued)
    if isinstance(merged, Delta) and mine and yours and not after(before, merged):
        return ConflictKind.DIVERGENT_VALUE
    return merged


def _key_by_key(
    before: Set[Statement], ours: Delta, theirs: Delta, single_valued: frozenset[Node]
) -> Delta | ConflictKind:
    removed: set[Statement] = set()
    added: set[Statement] = set()
    changed = ours.removed | ours.added | theirs.removed | theirs.added
    for value in {statement.object for statement in changed}:
        mine, yours = _of_value(ours, value), _of_value(theirs, value)
        merged: Delta | ConflictKind = mine or yours
        if mine and yours:
            held = {statement for statement in before if statement.object == value}
            merged = _key(held, mine, yours, single_valued)
        if isinstance(merged, ConflictKind):
            return merged
        removed |= merged.removed
        added |= merged.added
    return Delta(frozenset(removed), frozenset(added))


def _of_value(delta: Delta, value: Object) -> Delta:
    return Delta(
        frozenset(s for s in delta.removed if s.object == value),
        frozenset(s for s in delta.added if s.object == value),
    )


def _brought(delta: Delta) -> set[Object]:
    """Values that a change brings; those that it withdraws are what its inverse brings."""
    return {s.object for s in delta.added} - {s.object for s in delta.removed}
