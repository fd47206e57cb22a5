"""The posteriors of the statements about a node over the versions that were judged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from graph.errors import NotFoundError
from graph.prefixes import PrefixMap
from kgdelta.output import counted
from kgdelta.suspicion_files import SuspicionFiles
from queries.naming import node_named

if TYPE_CHECKING:
    from pathlib import Path

    from graph.store import Store


@dataclass(frozen=True, slots=True)
class Judged:
    """How probably a statement was wrong at one version."""

    name: str
    commit: str
    posterior: float


@dataclass(frozen=True, slots=True)
class PastDoubts:
    """A statement, and what was said of it, oldest version first."""

    statement: str
    judged: tuple[Judged, ...]

    def record(self) -> dict[str, Any]:
        """As a row of JSON."""
        return asdict(self)


def past_doubts(store: Store, graph: str, branch: str, folder: Path, node: str) -> list[PastDoubts]:
    """What is kept of the statements about a node, given by id or label, the most doubted first.

    Raises NotFoundError where nothing is kept, or nothing about this node.
    """
    snapshot = store.snapshot(branch)
    curie = PrefixMap.of(snapshot).contract(node_named(node, snapshot))
    files = SuspicionFiles(folder / "denoise")
    order = {commit.id: i for i, commit in enumerate(reversed(list(store.log(branch))))}
    newest = {about.commit: about for about in files.every(graph) if not about.since}
    every = sorted(newest.values(), key=lambda about: order.get(about.commit, -1))
    if not every:
        raise NotFoundError("judgement", graph, "run 'kgdelta denoise' first")
    found: dict[str, list[Judged]] = {}
    for about in every:
        for row in files.rows(about, {curie}):
            judged = Judged(about.name, about.commit, row.posterior)
            found.setdefault(row.text, []).append(judged)
    if not found:
        told = f"it has no statement in {counted(len(every), 'judgement')}"
        raise NotFoundError("node", curie, told)
    past = [PastDoubts(statement, tuple(judged)) for statement, judged in found.items()]
    return sorted(past, key=lambda one: -one.judged[-1].posterior)
