"""Version control and drift analysis for knowledge graphs, for scripts and notebooks.

import kgdelta as kd

old, new = kd.read("old.obo"), kd.read("new.obo")
for change in kd.diff(old, new):
    print(change.text)
"""

from __future__ import annotations

from kgdelta.facade import Changes, Graph, Rows, apply, diff, open, parse, read, write  # noqa: A004
from kgdelta.rooms import check_rooms

__all__ = [
    "Changes",
    "Graph",
    "Rows",
    "apply",
    "diff",
    "open",
    "parse",
    "read",
    "write",
]
__version__ = "0.1.0"

check_rooms()
