"""Committing beside others: a change that touches nothing of theirs goes on top of their work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from graph.commit import Commit, CommitMeta
from graph.errors import ConflictError, NotFoundError, StaleHeadError
from graph.memory import MemorySnapshot
from graph.merge import three_way
from graph.model import Delta, Node
from graph.overlay import Overlay
from graph.rules import Rules
from graph.snapshot import Snapshot
from graph.store import Store
from graph.units import Unit, unit_of

#: Provenance of a commit that was moved: the head it was made against, empty for the beginning.
REBASED_FROM: Final = "rebased-from"


@dataclass(frozen=True, slots=True)
class Rebased:
    """A commit, the head it was put onto, and the commits of others that it went past."""

    commit: Commit
    onto: str | None
    passed: tuple[Commit, ...] = ()


def commit_rebased(
    store: Store,
    branch: str,
    delta: Delta,
    expected_head: str | None,
    meta: CommitMeta,
    attempts: int = 5,
) -> Rebased:
    """Record a delta on a branch, on top of what others put there in the meantime.

    It goes past their commits only where nobody changed the same thing: no conflict, no statement
    key and no single-valued slot (subject, predicate, language) changed on both sides. The commit
    then says in its provenance what it was made against.
    Raises ConflictError where the changes contradict each other; StaleHeadError where they touch
    in another way, where the branch went another way, and after so many attempts; and what
    :meth:`Store.commit` raises.
    """
    head, told = expected_head, meta
    for left in reversed(range(attempts)):
        try:
            commit = store.commit(branch, delta, head, told)
        except StaleHeadError as error:
            stale = StaleHeadError(branch, expected_head, error.actual)
            if not left or error.actual is None:
                raise stale from error
            _check_apart(store, delta, stale, error.actual)
            head = error.actual
            pair = (REBASED_FROM, expected_head or "")
            told = replace(meta, provenance=(*meta.provenance, pair))
        else:
            return Rebased(commit, head, _passed(store, expected_head, head))
    raise ValueError("a commit takes one attempt at least")


def _check_apart(store: Store, delta: Delta, stale: StaleHeadError, actual: str) -> None:
    """Raises ConflictError or the stale head itself where a delta cannot go past others' work."""
    base, theirs = _others(store, stale, actual)
    rules = Rules.of(base).with_those_of(Overlay(base, theirs))
    merged = three_way(base, delta, theirs, rules)
    if merged.conflicts:
        raise ConflictError(merged.conflicts, "rebase") from stale
    ours, others = (_touched(side, rules.single_valued) for side in (delta, theirs))
    if not ours.isdisjoint(others) or theirs.inverse.then(merged.delta) != delta:
        raise stale


def _others(store: Store, stale: StaleHeadError, actual: str) -> tuple[Snapshot, Delta]:
    """The state that a delta was made against, and what others have changed since."""
    expected = stale.expected
    if expected is None:
        return MemorySnapshot(()), Delta(added=frozenset(store.snapshot(actual).statements()))
    try:
        followed = store.merge_base(expected, actual) == expected
    except NotFoundError:
        followed = False
    if not followed:
        raise stale
    return store.snapshot(expected), store.diff(expected, actual)


def _touched(delta: Delta, single_valued: frozenset[Node]) -> set[Unit]:
    return {unit_of(s, single_valued) for s in (*delta.removed, *delta.added)}


def _passed(store: Store, expected_head: str | None, head: str | None) -> tuple[Commit, ...]:
    if head is None or head == expected_head:
        return ()
    return tuple(store.past([head], [] if expected_head is None else [expected_head]))
