"""What takes changes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.overlay import Overlay
from kgcl.apply import apply
from kgcl.diff import lift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.snapshot import Snapshot
    from kgcl.changes import Change
    from kgcl.policy import Policy


def invert(
    changes: Sequence[Change], before: Snapshot, policy: Policy | None = None
) -> list[Change]:
    """Changes that lead from the state after ``changes`` back to the one before, exactly.

    A change alone does not say what it takes away, so the state is needed that they are for. They
    are taken back as a whole: what one of them did and a later one undid needs no inverse. Raises
    RejectedChangeError for the first one that the state does not allow.
    """
    outcome = apply(changes, before, policy)
    outcome.raise_if_rejected()
    return lift(Overlay(before, outcome.delta), outcome.delta.inverse, policy)
