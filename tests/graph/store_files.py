"""Store files to damage, what can be asked of them, and processes that write to them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from graph.commit import CommitMeta
from graph.errors import KgdeltaError
from graph.model import Literal, Qualifier, Statement
from graph.sqlite import SqliteStore
from graph.store import Store
from graph.vocabulary import EXACT_SYNONYM, SUBCLASS_OF, XREF
from tests.graph.clocks import Ticking
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


#: Everything that a reader can ask of a :func:`filled` store, by name.
QUESTIONS: Final[Mapping[str, Callable[[Store], object]]] = {
    "branches": lambda store: store.branches(),
    "tags": lambda store: store.tags(),
    "main": state,
    "earlier": lambda store: state(store, "main~2"),
    "branch": lambda store: state(store, "b"),
    "tag": lambda store: state(store, "v1"),
    "about": lambda store: set(store.snapshot().statements({"urn:n:1", "urn:n:250"})),
    "mentioning": lambda store: set(store.snapshot().mentioning({"urn:n:2"})),
    "find": lambda store: store.snapshot().find({"name 7"}),
    "reach": lambda store: store.snapshot().reach({"urn:n:1"}, {SUBCLASS_OF}),
    "columns": lambda store: len(store.snapshot().columns().subjects),
    "life": lambda store: list(store.life({"urn:n:1"})),
    "blame": lambda store: set(store.blame({"urn:n:1", "urn:n:7"})),
    "log": lambda store: list(store.log()),
    "diff": lambda store: store.diff("main~2", "b"),
    "delta": lambda store: store.delta("main"),
    "base": lambda store: store.merge_base("main", "b"),
}


def answers(store: Store) -> dict[str, object]:
    """What a store says to every question; an error of ours is an answer, no other error is."""
    return {name: _answer(ask, store) for name, ask in QUESTIONS.items()}


def _answer(ask: Callable[[Store], object], store: Store) -> object:
    try:
        return ask(store)
    except KgdeltaError as error:
        return error


def start(
    path: Path, branch: str, name: str, count: int, strides: int | None = None
) -> subprocess.Popen[str]:
    """A process of :mod:`tests.graph.committing`, which kills itself where told."""
    command = [sys.executable, "-m", "tests.graph.committing", str(path), branch, name, str(count)]
    return subprocess.Popen(
        command if strides is None else [*command, str(strides)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
