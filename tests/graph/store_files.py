"""Store files to damage, what can be asked of them, and processes that write to them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from graph.commit import CommitMeta
from graph.errors import KgdeltaError
from graph.model import Literal, Qualifier, Statement
from graph.sqlite import SqliteStore
from graph.store import Store
from graph.vocabulary import EXACT_SYNONYM, SUBCLASS_OF, XREF
from tests.graph.clocks import Ticking
from tests.graph.committing import READY
from tests.graph.conformance import isa, label, put, state

ROOT: Final = Path(__file__).parents[2]
#: A commit id and its line end, as a writer prints them.
LINE: Final = 65


def filled(path: Path) -> Path:
    """A store with a few commits and a branch, closed again."""
    store = SqliteStore.open(str(path), create=True, clock=Ticking())
    noted = Statement("urn:n:a", EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, Literal("X:1")),))
    put(store, *(label(f"urn:n:{i}", f"name {i}") for i in range(300)), noted)
    put(store, label("urn:n:1", "other"), removed=(label("urn:n:1", "name 1"),))
    store.create_branch("b", "main~1")
    put(store, removed=(label("urn:n:2", "name 2"),), branch="b")
    store.merge("main", "b", CommitMeta("merge"))
    store.create_tag("v1")
    put(store, isa("urn:n:1", "urn:n:2"), isa("urn:n:2", "urn:n:3"))
    store.close()
    return path


NODES: Final = frozenset(f"urn:n:{i}" for i in ("a", "none", *range(300)))
NAMES: Final = frozenset({"other", "nobody", "s", *(f"name {i}" for i in range(300))})

#: Everything that a reader can ask of a :func:`filled` store, by name.
QUESTIONS: Final[Mapping[str, Callable[[Store], object]]] = {
    "branches": lambda store: store.branches(),
    "tags": lambda store: store.tags(),
    "main": state,
    "earlier": lambda store: state(store, "main~2"),
    "branch": lambda store: state(store, "b"),
    "tag": lambda store: state(store, "v1"),
    "about": lambda store: set(store.snapshot().statements(NODES)),
    "mentioning": lambda store: set(store.snapshot().mentioning(NODES)),
    "labels": lambda store: store.snapshot("b").labels(NODES),
    "find": lambda store: store.snapshot().find(NAMES),
    "search": lambda store: [store.snapshot().search(text, 400) for text in ("name 7", "oth")],
    "reach": lambda store: store.snapshot().reach({"urn:n:1"}, {SUBCLASS_OF}),
    "columns": lambda store: set(store.snapshot().columns().statements()),
    "size": lambda store: len(store.snapshot()),
    "life": lambda store: list(store.life(NODES)),
    "blame": lambda store: set(store.blame(NODES)),
    "log": lambda store: list(store.log()),
    "past": lambda store: set(store.past(["main"])),
    "diff": lambda store: store.diff("main~2", "b"),
    "delta": lambda store: store.delta("main"),
    "base": lambda store: store.merge_base("main", "b"),
}


def answers(store: Store) -> dict[str, object]:
    """What a store says to every question; an error of ours is an answer, no other error is."""
    return {name: answer(ask, store) for name, ask in QUESTIONS.items()}


def answer(ask: Callable[[Store], object], store: Store) -> object:
    """What a store says to one question; an error of ours is an answer."""
    try:
        return ask(store)
    except KgdeltaError as error:
        return error


def start(
    path: Path | str, branch: str, name: str, count: int, *options: str
) -> subprocess.Popen[str]:
    """A process of :mod:`tests.graph.committing`."""
    work = ["tests.graph.committing", *options, str(path), branch, name, str(count)]
    return subprocess.Popen(
        [sys.executable, "-m", *work],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def start_together(
    path: Path | str, branches: Sequence[str], count: int, *options: str
) -> list[subprocess.Popen[str]]:
    """One process for each branch named, all of which begin once the last has opened the store."""
    writers = [
        start(path, branch, f"w{number}", count, "--wait", *options)
        for number, branch in enumerate(branches)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == READY
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    return writers


def acknowledged(writer: subprocess.Popen[str]) -> list[str]:
    """The commits that a writer has printed whole, once it has ended."""
    with writer:
        assert writer.stdout is not None
        return [line.strip() for line in writer.stdout if len(line) == LINE]
