"""A process that commits until it is done or killed: ``LOCATION BRANCH NAME COUNT [STEPS]``.

Each commit adds :data:`SIZE` statements, and its id is printed once it is made. With STEPS the
process kills itself after so many times :data:`STRIDE` steps of SQLite's machine.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

import apsw

from graph.commit import CommitMeta
from graph.errors import StaleHeadError
from graph.model import Delta, Literal, Statement
from graph.store import open_store

SIZE: Final = 20
STRIDE: Final = 20


def kill_after(strides: int) -> None:
    """Make connections count steps, and kill this process in the middle of a statement."""
    left = strides

    def count() -> bool:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    apsw.connection_hooks.append(lambda connection: connection.set_progress_handler(count, STRIDE))


def work(location: str, branch: str, name: str, count: int) -> None:
    """Commit to a branch on which others may commit too."""
    store = open_store(location)
    done = 0
    while done < count:
        head = store.snapshot(branch).version.commit
        text = Literal(f"{name} {done}")
        added = frozenset(Statement(f"urn:{name}:{done}", f"urn:p:{i}", text) for i in range(SIZE))
        try:
            commit = store.commit(branch, Delta(added=added), head, CommitMeta(message=name))
        except StaleHeadError:
            continue
        done += 1
        sys.stdout.write(f"{commit.id}\n")
        sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    if len(sys.argv) > 5:
        kill_after(int(sys.argv[5]))
    work(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
