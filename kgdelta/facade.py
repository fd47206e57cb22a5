"""What ``import kgdelta as kd`` offers: few words, typed, and lazy about everything heavy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from graph.errors import NotFoundError
from graph.memory import MemorySnapshot
from graph.store import MAIN, Blame, LogFilter, Store, open_store
from kgdelta import settings
from kgdelta.rows import ChangeRow, Changes, Rows, Shifts, Suspicions

if TYPE_CHECKING:
    from networkx import MultiDiGraph
    from rdflib import Graph as RdfGraph

    from graph.bundle import BundleInfo
    from graph.commit import Commit, CommitMeta
    from graph.model import Node, Statement
    from graph.resolution import Resolutions
    from graph.snapshot import Match, Snapshot
    from graph.store import Compacted, Purged, Received
    from kgcl.apply import Outcome
    from kgcl.changes import Change
    from kgcl.policy import Policy
    from kgdelta.patching import Patch
    from kgdelta.shift_past import PastShifts
    from kgdelta.shift_runs import ShiftFolder
    from kgdelta.suspicion_past import PastDoubts
    from queries.history import LifeEvent


def read(path: str | Path, format: str | None = None) -> MemorySnapshot:  # noqa: A002
    """The state that a file holds. Raises IngestError, OSError."""
    from ingest.formats import read as read_document

    return read_document(Path(path), format).snapshot()


def write(snapshot: Snapshot, path: str | Path, format: str | None = None) -> None:  # noqa: A002
    """Write a state to a file, in the format of its name unless one is given."""
    from kgdelta.files import write_file

    write_file(snapshot, Path(path), format)


def parse(text: str) -> list[Change]:
    """KGCL text as typed changes. Raises KgclSyntaxError."""
    from kgcl.parser import parse as parse_text

    return parse_text(text)


def diff(a: Snapshot, b: Snapshot, policy: Policy | None = None) -> Changes:
    """The changes that lead from one state to another, exactly."""
    from graph.model import Delta
    from graph.prefixes import PrefixMap
    from kgcl.diff import lift_results
    from kgcl.render import render

    prefixes = PrefixMap.of(a)
    delta = Delta.between(a.statements(), b.statements())
    return Changes(
        ChangeRow(
            type(result.change).__name__,
            render(result.change, prefixes),
            len(result.delta.added),
            len(result.delta.removed),
            result.change,
        )
        for result in lift_results(a, delta, policy)
    )


def apply(
    changes: str | Changes | Sequence[Change],
    snapshot: Snapshot,
    policy: Policy | None = None,
    keep_going: bool = False,
) -> tuple[MemorySnapshot, Outcome]:
    """The state after changes, and what became of each.

    A rejected batch leaves the state as it is, unless ``keep_going``. Raises KgclSyntaxError.
    """
    from graph.overlay import Overlay
    from kgcl.apply import apply as apply_changes

    outcome = apply_changes(_typed(changes), snapshot, policy, keep_going)
    return MemorySnapshot(Overlay(snapshot, outcome.delta).statements()), outcome


def _typed(changes: str | Changes | Sequence[Change]) -> Sequence[Change]:
    if isinstance(changes, str):
        return parse(changes)
    if isinstance(changes, Changes):
        return [row.change for row in changes]
    return changes


def shift(before: Snapshot, after: Snapshot, *, seeds: int = 1, seed: int = 0) -> Shifts:
    """Nodes by how far their meaning moved between two states, the furthest first.

    ``seeds`` trainings are averaged. Raises TrainingError.
    """
    from embeddings.shift_results import ShiftConfig
    from kgdelta.shift_runs import run_shift

    config = ShiftConfig(seed=seed, seeds=seeds)
    run = run_shift(before, after, config, "default", ("before", "after"), _silently)
    return Shifts(run.rows, run.about)


def _silently(what: str) -> None:
    """Say nothing of what begins now."""


def open(url: str | Path = "kg.db", graph: str = "default", create: bool = True) -> Graph:  # noqa: A001
    """A versioned graph by its store's URL; made if it is not there. Raises StoreError."""
    return Graph(open_store(str(url), graph, create, *settings.neo4j_login()))


class Graph:
    """A versioned graph: states by version, changes as commits, questions about its past."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Graph({self.store.url!r}, {self.store.graph!r})"

    def close(self) -> None:
        """Release the store."""
        self.store.close()

    def at(self, version: str = MAIN) -> Snapshot:
        """The state at a commit, branch, tag, ``branch~n`` or date."""
        return self.store.snapshot(version)

    def commit_state(
        self, snapshot: Snapshot, meta: CommitMeta, branch: str = MAIN
    ) -> Commit | None:
        """Make a state the next commit of a branch; None where it is so already."""
        from graph.model import Delta

        head = self.store.snapshot(branch)
        delta = Delta.between(head.statements(), snapshot.statements())
        return self.store.commit(branch, delta, head.version.commit, meta) if delta else None

    def apply(
        self,
        changes: str | Changes | Sequence[Change],
        branch: str = MAIN,
        *,
        message: str = "",
        author: str = "",
        policy: Policy | None = None,
        dry_run: bool = False,
        against: str | None = None,
        rebase: bool = False,
    ) -> Patch:
        """Apply changes as one commit, with ``rebase`` on top of what others did since ``against``.

        Raises RejectedChangeError, StaleHeadError, ConflictError, and then nothing changed.
        """
        from kgdelta.patching import apply_to_store

        patch = apply_to_store(
            self.store,
            _typed(changes),
            branch,
            message=message,
            author=author,
            policy=policy,
            dry_run=dry_run,
            against=against,
            rebase=rebase,
        )
        patch.outcome.raise_if_rejected()
        return patch

    def merge(
        self,
        version: str,
        branch: str = MAIN,
        *,
        message: str = "",
        author: str = "",
        resolutions: Resolutions | None = None,
    ) -> Commit:
        """Bring a version into a branch. Raises ConflictError, and then nothing changed.

        ``resolutions`` decides conflicts, each by its ``id`` or all of them by a rule.
        """
        from kgdelta.merging import merge

        return merge(
            self.store, branch, version, message=message, author=author, resolutions=resolutions
        )

    def cherry_pick(
        self, version: str, branch: str = MAIN, *, message: str = "", author: str = ""
    ) -> Commit:
        """Do on a branch what a commit did elsewhere. Raises ConflictError."""
        from kgdelta.merging import cherry_pick

        return cherry_pick(self.store, branch, version, message=message, author=author)

    def revert(
        self, version: str, branch: str = MAIN, *, message: str = "", author: str = ""
    ) -> Commit:
        """Take a commit back by a new one. Raises ConflictError."""
        from kgdelta.merging import revert

        return revert(self.store, branch, version, message=message, author=author)

    def undo(
        self,
        version: str,
        branch: str = MAIN,
        *,
        changes: Sequence[int] = (),
        message: str = "",
        author: str = "",
    ) -> Commit:
        """Take back a commit, the commits after A up to B of ``A..B``, or changes of a commit.

        ``changes`` count from 1. What came later stays. Raises ConflictError.
        """
        from kgdelta.undoing import plan_undo, record_undo

        plan = plan_undo(self.store, branch, version, changes)
        return record_undo(self.store, branch, plan, message=message, author=author)

    def bisect(
        self, holds: Callable[[Snapshot], bool], good: str | None = None, bad: str = MAIN
    ) -> Commit:
        """The first commit after ``good``, up to ``bad``, where a condition holds.

        Raises InvalidRangeError where it holds at ``good`` already, or not at ``bad``.
        """
        from graph.bisect import bisect

        return bisect(self.store, good, bad, holds)

    def bundle(
        self, path: str | Path, versions: Collection[str] = (), since: Collection[str] = ()
    ) -> BundleInfo:
        """Write versions (all branches) with their past, less that of ``since``, to one file."""
        from kgdelta.exchanging import write_to

        return write_to(self.store, Path(path), versions, since)

    def take(self, path: str | Path, prefix: str = "") -> Received:
        """Take over what a bundle holds, its branches under a prefix if one is given.

        Raises StaleHeadError for a branch that went another way here, CorruptBundleError.
        """
        from kgdelta.exchanging import take_from

        return take_from(self.store, Path(path), prefix)

    def purge(self, statements: Collection[Statement] = (), before: str | None = None) -> Purged:
        """Erase statements, or what only the past of a version shows, for good."""
        return self.store.purge(statements, before)

    def compact(self, flatten: Collection[str] = ()) -> Compacted:
        """Give back unused space; branches named get rows of their own."""
        return self.store.compact(flatten)

    def search(self, text: str, version: str = MAIN, limit: int = 20) -> Rows[Match]:
        """Nodes that a text finds, one row each: exact names first, then its words."""
        from kgdelta.finding import found

        return Rows(found(self.at(version), text, limit))

    def to_networkx(
        self, version: str = MAIN, predicates: Collection[Node] | None = None
    ) -> MultiDiGraph[Node]:
        """A state, or its statements with these predicates, copied into a networkx graph."""
        from graph.views import networkx_view

        return networkx_view(self.at(version), predicates)

    def to_rdflib(self, version: str = MAIN) -> RdfGraph:
        """A state as a read-only rdflib graph, for SPARQL; needs the store while it is used."""
        from graph.views import rdflib_graph

        return rdflib_graph(self.at(version))

    def diff(self, a: str, b: str) -> Changes:
        """The changes between two versions."""
        return diff(self.at(a), self.at(b))

    def log(self, version: str = MAIN, where: LogFilter | None = None) -> Rows[Commit]:
        """Commits, newest first."""
        return Rows(self.store.log(version, where))

    def life(self, node: str, version: str = MAIN) -> Rows[LifeEvent]:
        """What happened to a node, given by id or label, oldest first."""
        from queries.history import life
        from queries.naming import node_named

        return Rows(life(self.store, node_named(node, self.at(version)), version))

    def blame(self, node: str, version: str = MAIN) -> Rows[Blame]:
        """Each statement about a node with the commit that set it."""
        from queries.naming import node_named

        subject = node_named(node, self.at(version))
        found = self.store.blame({subject}, version)
        return Rows(b for b in found if b.statement.subject == subject)

    def shift(self, before: str, after: str, *, seeds: int = 1, seed: int = 0) -> Shifts:
        """Nodes by how far their meaning moved between two versions, the furthest first.

        ``seeds`` trainings are averaged. What is found is kept beside the store, if it is a file,
        and not run again. Raises TrainingError, NotFoundError.
        """
        from embeddings.shift_results import ShiftConfig
        from kgdelta.shift_runs import run_shift

        one, other = self.at(before), self.at(after)
        config = ShiftConfig(seed=seed, seeds=seeds)
        names = (before, after)
        folder, graph = self._shift_folder(), self.store.graph
        run = run_shift(one, other, config, graph, names, _silently, self.store, folder)
        return Shifts(run.rows, run.about)

    def shifts(self, node: str, version: str = MAIN) -> PastShifts:
        """What is known of the shifts of a node, given by id or label. Raises NotFoundError."""
        from kgdelta.shift_past import past_shifts

        folder = self._shift_folder()
        if folder is None:
            raise NotFoundError("shift", self.store.graph, "this store keeps none")
        return past_shifts(self.store, self.store.graph, version, folder, node)

    def _models_folder(self) -> Path | None:
        from kgdelta.model_folders import folder_beside

        return folder_beside(self.store.url)

    def _shift_folder(self) -> ShiftFolder | None:
        from kgdelta.shift_runs import ShiftFolder

        return ShiftFolder(place) if (place := self._models_folder()) else None

    def denoise(
        self,
        version: str = MAIN,
        *,
        since: str | None = None,
        full: bool = False,
        history: bool = True,
        repairs: int = 0,
        seed: int = 0,
    ) -> Suspicions:
        """Statements by the probability that they are wrong; nothing is changed.

        Those that ``since`` does not have, if it is given. ``full`` looks for seven kinds of
        mistakes, ``history`` lets commits and earlier judgements count; of so many ``repairs`` are
        wanted. Kept beside the store, if it is a file. Raises TrainingError, NotFoundError.
        """
        from embeddings.denoise_results import DenoiseConfig
        from kgdelta.proposals import propose
        from kgdelta.suspicion_runs import DenoiseAsk, run_denoise

        config = DenoiseConfig.full(seed) if full else DenoiseConfig(seed=seed)
        state = self.at(version)
        old = self.at(since) if since is not None else None
        ask = DenoiseAsk(state, version, config, old, history)
        folder = self._models_folder()
        run = run_denoise(ask, self.store.graph, self.store, folder, anew=repairs > 0)
        return Suspicions(run.rows, run.about, propose(run, state, repairs))

    def doubts(self, node: str, version: str = MAIN) -> Rows[PastDoubts]:
        """What was said of the statements about a node, given by id or label, at each version.

        Raises NotFoundError.
        """
        from kgdelta.suspicion_past import past_doubts

        folder = self._models_folder()
        if folder is None:
            raise NotFoundError("judgement", self.store.graph, "this store keeps none")
        return Rows(past_doubts(self.store, self.store.graph, version, folder, node))
