"""Two states to the changes that lead from one to the other, at the highest level that is true.

Every candidate is judged by the same rules as :func:`kgcl.apply.apply`, on the state that the
changes before it made; one that does not do what is wanted is not used. What no named change
says is said as plain statement changes, so the result is exact by construction, and it is
compared once more before it is handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from graph.model import Delta, in_order
from kgcl.apply import Result, Status, judge
from kgcl.changes import Change, NodeUnobsoletion
from kgcl.errors import ChangeError
from kgcl.lift_edges import (
    axioms,
    created_edges,
    deleted_edges,
    moves,
    obsoleted_edges,
    predicate_changes,
    quantifier_changes,
)
from kgcl.lift_ids import id_changes
from kgcl.lift_nodes import (
    creations,
    deletions,
    introductions,
    merges,
    obsoletions,
    unobsoletions,
)
from kgcl.lift_records import annotation_values, mappings, subsets
from kgcl.lift_rewired import rewirings
from kgcl.lift_text import (
    definitions,
    label_languages,
    names_kept,
    renames,
    synonym_scopes,
    synonym_types,
    synonyms,
)
from kgcl.policy import Restore, policy_of
from kgcl.state import State
from kgcl.wanted import Wanted, added, removed

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.policy import Policy

Lifter = Callable[[Wanted], Iterator[Change]]

#: Unwanted statements that an obsoletion or deletion may bring, to be taken back by later changes.
TOLERATED_EXCESS: Final = 4

#: In the order that changes depend on each other; the flag says whether excess is tolerated.
LIFTERS: Final[tuple[tuple[Lifter, bool], ...]] = (
    (id_changes, True),
    (creations, False),
    (introductions, False),
    (merges, True),
    (obsoletions, True),
    (unobsoletions, True),
    (obsoleted_edges, False),
    (moves, False),
    (quantifier_changes, False),
    (predicate_changes, False),
    (deletions, False),
    (label_languages, False),
    (names_kept, False),
    (renames, False),
    (definitions, False),
    (synonym_scopes, False),
    (synonym_types, False),
    (synonyms, False),
    (mappings, False),
    (subsets, False),
    (rewirings, False),
    (deleted_edges, False),
    (created_edges, False),
    (axioms, False),
    (annotation_values, False),
    (deletions, True),
)

#: For nodes that go while others go on leading to them, which no deletion says.
LEFT_LIFTERS: Final[tuple[Lifter, ...]] = (
    definitions,
    synonyms,
    mappings,
    subsets,
    deleted_edges,
    axioms,
    annotation_values,
)


def diff(a: Snapshot, b: Snapshot, policy: Policy | None = None) -> list[Change]:
    """The changes from ``a`` to ``b``: deterministic, ordered, and verified.

    ``apply(diff(a, b), a)`` gives ``b`` exactly, under the same policy. The policy is that of
    ``a`` unless one is given.
    """
    return lift(a, Delta.between(a.statements(), b.statements()), policy)


def lift(a: Snapshot, delta: Delta, policy: Policy | None = None) -> list[Change]:
    """The changes that say a delta against ``a``; what a store's diff gives costs no full read."""
    return [result.change for result in lift_results(a, delta, policy)]


def lift_results(a: Snapshot, delta: Delta, policy: Policy | None = None) -> list[Result]:
    """Like :func:`lift`, each change with the delta that it makes in its turn."""
    state = State(a, (policy or policy_of(a)).telling)
    state.draft.prefetch({s.subject for s in delta.removed | delta.added})
    wanted = Wanted(delta, state)
    results: list[Result] = []
    for lifter, tolerant in LIFTERS:
        results += _taken(lifter, wanted, tolerant)
    if wanted.keep_deleted():
        for lifter in LEFT_LIFTERS:
            results += _taken(lifter, wanted, tolerant=False)
    for change in _plain(wanted):
        result = _take(change, wanted, tolerant=False)
        if result is None:
            raise ChangeError(f"diff cannot say {change}")
        results.append(result)
    if state.draft.delta != delta:
        raise ChangeError("diff did not reproduce the second state; nothing was written")
    return results


def _taken(lifter: Lifter, wanted: Wanted, tolerant: bool) -> Iterator[Result]:
    for candidate in lifter(wanted):
        result = _take(candidate, wanted, tolerant)
        if result is not None:
            yield result


def _take(candidate: Change, wanted: Wanted, tolerant: bool) -> Result | None:
    """Judge a candidate; its result where it does what is wanted, else it is taken back."""
    state = wanted.state
    if isinstance(candidate, NodeUnobsoletion) and state.policy.restore is Restore.HISTORY:
        # it would do more where there is a history than it does here
        return None
    result = judge(candidate, state)
    if result.status is not Status.APPLIED:
        return None
    gain, excess = wanted.weigh(result.delta)
    if excess and not (tolerant and gain and excess <= max(TOLERATED_EXCESS, gain)):
        state.draft.stage(result.delta.inverse)
        return None
    wanted.consume(result.delta)
    return result


def _plain(wanted: Wanted) -> list[Change]:
    """The rest, statement by statement; removals first, so that no key is there twice."""
    removals = [removed(statement, wanted) for statement in in_order(wanted.removed)]
    return [*removals, *(added(statement) for statement in in_order(wanted.added))]
