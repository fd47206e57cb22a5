"""Version control and drift analysis for knowledge graphs, for scripts and notebooks.

import kgdelta as kd

old, new = kd.read("old.obo"), kd.read("new.obo")
for change in kd.diff(old, new):
    print(change.text)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgdelta.facade import (
        Graph,
        apply,
        diff,
        open,  # noqa: A004
        parse,
        read,
        shift,
        write,
    )
    from kgdelta.rows import Changes, Rows, Shifts, Suspicions

__all__ = [
    "Changes",
    "Graph",
    "Rows",
    "Shifts",
    "Suspicions",
    "apply",
    "diff",
    "open",
    "parse",
    "read",
    "shift",
    "write",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """The facade is imported at first use, once it is sure that the rooms are ours."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kgdelta.rooms import check_rooms

    check_rooms()
    value: object = getattr(import_module("kgdelta.facade"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
