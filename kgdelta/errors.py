"""Errors of the front door, and the one table from errors to exit codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph.errors import KgdeltaError, StaleHeadError, StoreError

#: By class name, so that no room is imported for the table; the nearest base class decides.
EXIT_CODES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ConflictError": 1,
        "CorruptStoreError": 1,
        "UsageError": 2,
        "AlreadyExistsError": 2,
        "InvalidNameError": 2,
        "KgdeltaError": 3,
        "KgclSyntaxError": 3,
        "SchemaError": 3,
        "PolicyError": 3,
        "IngestError": 3,
        "QueryError": 3,
        "CypherError": 3,
        "TrainingError": 3,
        "CorruptBundleError": 3,
        "InvalidResolutionError": 3,
        "InvalidRangeError": 3,
        "InvalidDeltaError": 4,
        "ProtectedBranchError": 4,
        "RejectedChangeError": 4,
        "ChangeError": 4,
        "StaleHeadError": 5,
        "NotFoundError": 6,
        "UnavailableError": 7,
    }
)


class UsageError(KgdeltaError):
    """A command was put together wrongly."""


class DivergedBranchError(StaleHeadError):
    """A branch went one way here and another way in a bundle."""

    def __init__(self, source: str, stale: StaleHeadError) -> None:
        super().__init__(stale.branch, stale.expected, stale.actual)
        self.source = source
        message = (
            f"{source}: branch {self.branch!r} is at {(self.actual or 'nothing')[:12]} here and at "
            f"{(self.expected or 'nothing')[:12]} there, and each has commits of its own: "
            f"take it with --prefix NAME/, then merge NAME/{self.branch}"
        )
        StoreError.__init__(self, message)


class ForeignHistoryError(StaleHeadError):
    """A branch of a git repository holds commits that did not come from the branch here."""

    def __init__(self, source: str, branch: str, head: str) -> None:
        super().__init__(branch, None, head)
        self.source = source
        message = (
            f"{source}: branch {branch!r} ends in {head[:12]}, which is no commit of the branch "
            "here: import what was committed there, or export to another folder"
        )
        StoreError.__init__(self, message)


def exit_code(error: BaseException) -> int:
    """The exit code of an error: that of the nearest of its classes in the table, else 3."""
    for kind in type(error).__mro__:
        if kind.__name__ in EXIT_CODES:
            return EXIT_CODES[kind.__name__]
    return 3
