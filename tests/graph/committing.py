"""A process that commits until it is done or killed.

Each commit adds :data:`SIZE` statements, and its id is printed once it is made.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Final

import apsw

from graph.commit import CommitMeta
from graph.errors import StaleHeadError
from graph.model import Delta, Literal, Statement
from graph.neo4j import ledger
from graph.store import Store, open_store

SIZE: Final = 20
#: Steps of SQLite's machine.
STRIDE: Final = 20
READY: Final = "ready"


def kill_after(strides: int) -> None:
    """Kill this process within a statement, after so many strides of SQLite's machine."""
    left = strides

    def count() -> bool:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    apsw.connection_hooks.append(lambda connection: connection.set_progress_handler(count, STRIDE))


def work(store: Store, branch: str, name: str, count: int) -> None:
    """Commit to a branch on which others may commit too."""
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
        say(commit.id)


def say(line: str) -> None:
    """Tell the process that started this one."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Read what to do, open the store, maybe wait for a word on standard input, and commit."""
    parser = argparse.ArgumentParser()
    for name in ("location", "branch", "name"):
        parser.add_argument(name)
    parser.add_argument("count", type=int)
    parser.add_argument("--graph", default="default")
    parser.add_argument("--unlocked", action="store_true", help="do without the lock of Neo4j")
    parser.add_argument("--strides", type=int)
    parser.add_argument("--wait", action="store_true")
    told = parser.parse_args()
    if told.strides is not None:
        kill_after(told.strides)
    if told.unlocked:
        ledger.LOCK = ledger.LOCK.replace("SET g.token = $token", "")
    store = open_store(told.location, told.graph)
    if told.wait:
        say(READY)
        sys.stdin.readline()
    work(store, told.branch, told.name, told.count)
    store.close()


if __name__ == "__main__":
    main()
