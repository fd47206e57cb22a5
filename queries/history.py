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
from kgcl.diff import lift_results
from kgcl.policy import POLICIES, policy_of
from kgcl.state import TRUE

if TYPE_CHECKING:
    from graph.commit import Commit
    from graph.model import Node, Statement
    from graph.store import Store
    from kgcl.apply import Result
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
    """What happened to a node, oldest first, in the words of the change language.

    The words are those of the whole commit, as far as they concern the node, so that a move to a
    parent that the same commit makes is told as a move.
    """
    events = (e for e in store.life({node}, version) if e.statement.subject == node)
    for _, group in groupby(events, key=lambda event: event.commit.id):
        of_commit = list(group)
        commit = of_commit[0].commit
        delta = Delta(
            frozenset(e.statement for e in of_commit if not e.added),
            frozenset(e.statement for e in of_commit if e.added),
        )
        told = tuple(r.change for r in told_changes(store, commit) if _concerns(r.delta, node))
        yield LifeEvent(commit, told, delta)


def _concerns(delta: Delta, node: Node) -> bool:
    return any(s.subject == node for s in delta.removed | delta.added)


def told_changes(store: Store, commit: Commit) -> list[Result]:
    """What a commit changed against its first parent, as changes, each with its delta.

    Nobody wrote down by which policy an imported release obsoleted its terms: the one that needs
    the fewest words is taken, the graph's own where that is no worse.
    """
    before = store.snapshot(commit.parents[0]) if commit.parents else MemorySnapshot(())
    delta = store.delta(commit.id)
    own = policy_of(before)
    if not any(_is_flag(s) for s in delta.removed | delta.added):
        return lift_results(before, delta, own)
    others = [policy for policy in POLICIES.values() if policy != own]
    return min((lift_results(before, delta, policy) for policy in (own, *others)), key=len)


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
