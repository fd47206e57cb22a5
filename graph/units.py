"""Units of a merge: the slot of a single-valued attribute, or else the key of a statement.

Whatever a side did to one unit stands or falls as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Set
from typing import TypeAlias

from graph.model import Delta, Key, Literal, Node, Statement
from graph.snapshot import Snapshot

#: (subject, predicate, language) of a single-valued predicate, else (subject, predicate, object).
#: A predicate is one or the other, so that the two cannot be mistaken for each other.
Unit: TypeAlias = Key


def unit_of(statement: Statement, single_valued: Set[Node]) -> Unit:
    """The unit that a statement belongs to."""
    if statement.predicate not in single_valued:
        return statement.key
    value = statement.object
    language = value.language if isinstance(value, Literal) else ""
    return (statement.subject, statement.predicate, language)


def by_unit(delta: Delta, single_valued: Set[Node]) -> dict[Unit, Delta]:
    """The parts of a delta by unit."""
    removed = grouped(delta.removed, single_valued)
    added = grouped(delta.added, single_valued)
    return {
        unit: Delta(frozenset(removed.get(unit, ())), frozenset(added.get(unit, ())))
        for unit in removed.keys() | added.keys()
    }


def grouped(
    statements: Iterable[Statement], single_valued: Set[Node]
) -> dict[Unit, set[Statement]]:
    """Statements by unit."""
    groups: defaultdict[Unit, set[Statement]] = defaultdict(set)
    for statement in statements:
        groups[unit_of(statement, single_valued)].add(statement)
    return dict(groups)


def held(
    state: Snapshot, units: Collection[Unit], single_valued: Set[Node]
) -> dict[Unit, set[Statement]]:
    """What a state holds of each unit; units of which it holds nothing are left out."""
    found = state.statements({unit[0] for unit in units}, {unit[1] for unit in units})
    groups = grouped(found, single_valued)
    return {unit: groups[unit] for unit in units if unit in groups}
