"""The root of the error tree and the errors of the store.

Every error carries its data as attributes and says in one line what happened, where, and
what to do. Other rooms derive their own branch from :class:`KgdeltaError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.conflicts import Conflict


class KgdeltaError(Exception):
    """Anything that kgdelta refuses or cannot do."""


class StoreError(KgdeltaError):
    """A store could not do what was asked."""


class NotFoundError(StoreError):
    """A named thing (a commit, branch, tag, version, graph or store) does not exist."""

    def __init__(self, kind: str, name: str, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.hint = hint
        super().__init__(f"no {kind} {name!r}" + (f": {hint}" if hint else ""))


class AlreadyExistsError(StoreError):
    """A thing of this name is there already."""

    def __init__(self, kind: str, name: str, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.hint = hint
        super().__init__(f"{kind} {name!r} exists already" + (f": {hint}" if hint else ""))


class InvalidNameError(StoreError):
    """A name that no branch or tag can have."""

    def __init__(self, kind: str, name: str, reason: str) -> None:
        self.kind = kind
        self.name = name
        self.reason = reason
        super().__init__(f"{kind} cannot be called {name!r}: {reason}")


class InvalidDeltaError(StoreError):
    """A delta removes what is absent or adds what is present."""

    def __init__(self, reason: str, statement: object) -> None:
        self.reason = reason
        self.statement = statement
        super().__init__(f"{reason}: {statement}")


class StaleHeadError(StoreError):
    """A commit was made against a head that has moved on."""

    def __init__(self, branch: str, expected: str | None, actual: str | None) -> None:
        self.branch = branch
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"branch {branch!r} is at {(actual or 'nothing')[:12]}, not at "
            f"{(expected or 'nothing')[:12]}: read it again and repeat the change"
        )


class ProtectedBranchError(StoreError):
    """A branch that takes merges only was to be changed directly."""

    def __init__(self, branch: str) -> None:
        self.branch = branch
        super().__init__(
            f"branch {branch!r} is protected: commit on a branch of your own and merge it"
        )


class ReadOnlyError(StoreError):
    """What only shows a state was asked to change it."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} is for reading only: commit a delta to change the graph")


class ConflictError(StoreError):
    """Two lines of work contradict each other; ``conflicts`` holds each with base, ours, theirs."""

    def __init__(self, conflicts: Sequence[Conflict], doing: str = "merge") -> None:
        self.conflicts = tuple(conflicts)
        self.doing = doing
        count = len(self.conflicts)
        super().__init__(
            f"{doing} stopped by {count} conflict{'s' if count != 1 else ''}; nothing was changed"
        )


class InvalidResolutionError(StoreError):
    """A line of a list of choices does not say which side of which conflict stands."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        self.source = source
        self.line = line
        self.reason = reason
        super().__init__(f"{source}:{line}: {reason}")


class InvalidRangeError(StoreError):
    """Two versions that a search is to run between do not bound what is searched for."""

    def __init__(self, good: str | None, bad: str, reason: str) -> None:
        self.good = good
        self.bad = bad
        self.reason = reason
        super().__init__(f"from {good or 'the beginning'} to {bad}: {reason}")


class CorruptBundleError(StoreError):
    """A bundle is not one of ours, is cut off or damaged, or does not add up."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")


class CorruptStoreError(StoreError):
    """A file is not a store of ours, is damaged, or was written by a newer version."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")


class UnavailableError(StoreError):
    """A store, server or optional package cannot be reached now."""

    def __init__(self, what: str, reason: str, hint: str = "") -> None:
        self.what = what
        self.reason = reason
        self.hint = hint
        super().__init__(f"{what}: {reason}" + (f"; {hint}" if hint else ""))
