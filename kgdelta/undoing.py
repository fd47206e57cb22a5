"""Undo: a commit, a range of commits, or some changes of a commit, by a new commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.commit import CommitMeta
from graph.errors import NotFoundError
from graph.rules import Rules
from graph.undo import take_back, take_back_steps
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.commit import Commit
    from graph.model import Delta
    from graph.snapshot import Snapshot
    from graph.store import Store

#: Provenance of an undo: the full id of a commit, ``ID..ID`` for a range, ``ID#N`` for a change.
UNDOES: Final = "undoes"


@dataclass(frozen=True, slots=True)
class Undo:
    """What an undo does at the head of a branch, and what it is called."""

    head: str
    before: Snapshot
    delta: Delta
    message: str
    undoes: tuple[str, ...]


def plan_undo(store: Store, branch: str, version: str, changes: Sequence[int] = ()) -> Undo:
    """What takes back a commit, the commits after A up to B of ``A..B``, or changes of a commit.

    ``changes`` count from 1, in the order in which they were made. Raises ConflictError where
    later work stands against it, NotFoundError, UsageError.
    """
    start, dots, end = version.partition("..")
    if dots and changes:
        raise UsageError("changes are of one commit: give its id instead of a range")
    head = store.snapshot(branch)
    tip = store.resolve(branch)
    if dots:
        return _of_range(store, head, tip, start, end or branch)
    commit = store.show(version)
    if changes:
        return _of_changes(store, head, tip, commit, changes)
    since = store.diff(commit.id, tip)
    rules = Rules.of(head)
    delta = take_back(store.snapshot(commit.id), since, store.delta(commit.id), rules)
    return Undo(tip, head, delta, f"undo {commit.short}: {commit.message}", (commit.id,))


def _of_range(store: Store, head: Snapshot, tip: str, start: str, end: str) -> Undo:
    if not start:
        raise UsageError(f"..{end} begins nowhere: give A..B, the commits after A up to B")
    first, last = store.show(start), store.show(end)
    if store.merge_base(first.id, last.id) != first.id:
        raise UsageError(f"{start} is not in the past of {end}")
    change, since = store.diff(first.id, last.id), store.diff(last.id, tip)
    delta = take_back(store.snapshot(last.id), since, change, Rules.of(head))
    return Undo(
        tip,
        head,
        delta,
        f"undo {first.short}..{last.short}",
        (f"{first.id}..{last.id}",),
    )


def _of_changes(
    store: Store, head: Snapshot, tip: str, commit: Commit, changes: Sequence[int]
) -> Undo:
    told = steps_of(store, commit)
    for number in changes:
        if not 1 <= number <= len(told):
            hint = f"{commit.short} has {len(told)}, as `kgdelta show` lists them"
            raise NotFoundError("change", str(number), hint)
    delta = take_back_steps(
        before_of(store, commit),
        [step for _, step in told],
        store.diff(commit.id, tip),
        [number - 1 for number in changes],
    )
    numbers = sorted(set(changes))
    texts = "; ".join(told[number - 1][0] for number in numbers)
    named = f"change{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
    undoes = tuple(f"{commit.id}#{number}" for number in numbers)
    return Undo(tip, head, delta, f"undo {named} of {commit.short}: {texts}", undoes)


def before_of(store: Store, commit: Commit) -> Snapshot:
    """The state that a commit was made on: that of its first parent, or the empty graph."""
    from graph.memory import MemorySnapshot

    return store.snapshot(commit.parents[0]) if commit.parents else MemorySnapshot(())


def steps_of(store: Store, commit: Commit) -> list[tuple[str, Delta]]:
    """The changes of a commit as text, each with what it did in its turn.

    Changes that were written down are done once more on the state before; which policy they were
    done by, the commit does not say, so it is found by trying. Raises UsageError where none
    gives what the commit recorded.
    """
    from graph.prefixes import PrefixMap
    from kgcl.render import render
    from queries.history import told_changes

    if not commit.changes:
        prefixes = PrefixMap.of(before_of(store, commit))
        return [
            (render(result.change, prefixes), result.delta)
            for result in told_changes(store, commit)
        ]
    again = _again(store, commit)
    if again is None:
        reason = "its changes do not give again what it recorded: undo it as a whole"
        raise UsageError(f"{commit.short}: {reason}")
    return list(zip(commit.changes, again, strict=True))


def _again(store: Store, commit: Commit) -> list[Delta] | None:
    from kgcl.apply import apply
    from kgcl.errors import ChangeError
    from kgcl.parser import parse
    from kgcl.policy import POLICIES, policy_of

    before, recorded = before_of(store, commit), store.delta(commit.id)
    try:
        changes = [change for text in commit.changes for change in parse(text)]
    except ChangeError:
        return None
    if len(changes) != len(commit.changes):
        return None
    own = policy_of(before)
    for policy in (own, *(other for other in POLICIES.values() if other != own)):
        outcome = apply(changes, before, policy)
        if outcome.delta == recorded:
            return [result.delta for result in outcome.results]
    return None


def record_undo(
    store: Store, branch: str, undo: Undo, *, message: str = "", author: str = ""
) -> Commit:
    """Commit an undo. Raises StaleHeadError, ProtectedBranchError."""
    meta = CommitMeta(
        message=message or undo.message,
        author=author,
        provenance=tuple((UNDOES, what) for what in undo.undoes),
    )
    return store.commit(branch, undo.delta, undo.head, meta)
