"""The past of nodes and graphs: lives told in changes, and the size of each version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from graph.memory import MemorySnapshot
from graph.model import Delta
from graph.store import MAIN
from graph.vocabulary import CLASS, DEPRECATED, RDF_TYPE
from kgcl.diff import lift
from kgcl.state import TRUE

if TYPE_CHECKING:
    from graph.commit import Commit
    from graph.model import Node, Statement
    from graph.store import Store
    from kgcl.changes import Change


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """What one commit did to a node, as changes, and as the statements behind them."""

    commit: Commit
    changes: tuple[Change, ...]
    delta: Delta


@dataclass(frozen=True, slots=True)
class Measure:
    """A version in figures: what its commit added and removed, and what there is after it."""

    commit: Commit
    added: int
    removed: int
    statements: int
    classes: int
    obsolete: int


def life(store: Store, node: Node, version: str = MAIN) -> Iterator[LifeEvent]:
    """What happened to a node, oldest first, in the words of the change language."""
    events = (e for e in store.life({node}, version) if e.statement.subject == node)
    for _, group in groupby(events, key=lambda event: event.commit.id):
        of_commit = list(group)
        commit = of_commit[0].commit
        delta = Delta(
            frozenset(e.statement for e in of_commit if not e.added),
            frozenset(e.statement for e in of_commit if e.added),
        )
        yield LifeEvent(commit, tuple(changes_of(store, commit, delta)), delta)


def changes_of(store: Store, commit: Commit, delta: Delta) -> list[Change]:
    """A delta of a commit (all of it, or a part) as changes against the commit's first parent."""
    before = store.snapshot(commit.parents[0]) if commit.parents else MemorySnapshot(())
    return lift(before, delta)


def measures(store: Store, version: str = MAIN) -> list[Measure]:
    """Size and churn of each commit on the first-parent line, oldest first."""
    found: list[Measure] = []
    statements = classes = obsolete = 0
    for commit in reversed(list(store.log(version))):
        delta = store.delta(commit.id)
        statements += len(delta.added) - len(delta.removed)
        classes += _net(delta, _is_class)
        obsolete += _net(delta, _is_flag)
        found.append(
            Measure(commit, len(delta.added), len(delta.removed), statements, classes, obsolete)
        )
    return found


def _net(delta: Delta, test: Callable[[Statement], bool]) -> int:
    return sum(map(test, delta.added)) - sum(map(test, delta.removed))


def _is_class(statement: Statement) -> bool:
    return statement.predicate == RDF_TYPE and statement.object == CLASS


def _is_flag(statement: Statement) -> bool:
    return statement.predicate == DEPRECATED and statement.object == TRUE
