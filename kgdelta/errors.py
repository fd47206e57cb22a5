"""Errors of the front door, and the one table from errors to exit codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph.errors import KgdeltaError

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
        "IngestError": 3,
        "QueryError": 3,
        "TrainingError": 3,
        "InvalidDeltaError": 4,
        "RejectedChangeError": 4,
        "ChangeError": 4,
        "StaleHeadError": 5,
        "NotFoundError": 6,
        "UnavailableError": 7,
    }
)


class UsageError(KgdeltaError):
    """A command was put together wrongly."""


def exit_code(error: BaseException) -> int:
    """The exit code of an error: that of the nearest of its classes in the table, else 3."""
    for kind in type(error).__mro__:
        if kind.__name__ in EXIT_CODES:
            return EXIT_CODES[kind.__name__]
    return 3
