"""Changes done again, or taken back, past everything that came later."""

from __future__ import annotations

from collections.abc import Sequence

from graph.conflicts import Conflict, ConflictKind
from graph.errors import ConflictError
from graph.merge import three_way
from graph.model import Delta
from graph.overlay import Overlay
from graph.rules import Rules
from graph.snapshot import Snapshot

_NOTHING = Delta()


def replay(
    base: Snapshot, since: Delta, change: Delta, rules: Rules | None = None, doing: str = "replay"
) -> Delta:
    """What to do at the head to make a change that was made on ``base``.

    ``since`` leads from there to the head. It is a merge: ours is what came since, theirs the
    change. Raises ConflictError where they contradict each other, or nothing is left to do.
    """
    merged = three_way(base, since, change, rules)
    if merged.conflicts:
        raise ConflictError(merged.conflicts, doing)
    delta = since.inverse.then(merged.delta)
    if change and not delta:
        raise ConflictError([_nothing_left(change)], doing)
    return delta


def take_back(
    after: Snapshot, since: Delta, change: Delta, rules: Rules | None = None, doing: str = "undo"
) -> Delta:
    """What to do at the head to take back a change that led to ``after``. Raises ConflictError."""
    return replay(after, since, change.inverse, rules, doing)


def take_back_steps(
    before: Snapshot, steps: Sequence[Delta], since: Delta, wanted: Sequence[int]
) -> Delta:
    """What to do at the head to take some of the steps of one commit back, and leave the others.

    ``before`` is the state that the first step began with, ``since`` leads from the last step to
    the head, ``wanted`` are places in ``steps``. Raises ConflictError, also where a step that
    stays, stands on one that goes.
    """
    reached = [_NOTHING]
    for step in steps:
        reached.append(reached[-1].then(step))
    whole = head = reached[-1].then(since)
    for place in sorted(set(wanted), reverse=True):
        done = reached[place + 1]
        after, later = Overlay(before, done), done.inverse.then(head)
        rules = Rules.of(Overlay(before, head))
        head = head.then(take_back(after, later, steps[place], rules))
    return whole.inverse.then(head)


def _nothing_left(change: Delta) -> Conflict:
    subject = min(s.subject for s in change.removed | change.added)
    return Conflict.of(
        ConflictKind.NOTHING_LEFT, subject, change.removed, change.added, change.added
    )
