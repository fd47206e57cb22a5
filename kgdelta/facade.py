"""What ``import kgdelta as kd`` offers: few words, typed, and lazy about everything heavy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from graph.errors import UnavailableError
from graph.memory import MemorySnapshot
from graph.store import MAIN, Blame, LogFilter, Store, open_store

if TYPE_CHECKING:
    import pandas as pd

    from embeddings.denoise import Suspicion
    from embeddings.shift import ShiftRow
    from graph.commit import Commit, CommitMeta
    from graph.snapshot import Snapshot
    from kgcl.apply import Outcome
    from kgcl.changes import Change
    from kgcl.policy import Policy
    from kgdelta.patching import Patch
    from queries.history import LifeEvent

T = TypeVar("T")


class Rows(Sequence[T], Generic[T]):
    """A result: a sequence of rows that becomes a data frame when asked."""

    def __init__(self, rows: Iterable[T]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Rows[T]: ...
    def __getitem__(self, index: int | slice) -> T | Rows[T]:
        return Rows(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} rows)"

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame, a column per field. Raises UnavailableError without pandas."""
        try:
            import pandas as pd
        except ImportError:
            raise UnavailableError(
                "to_pandas()", "pandas is not installed", "pip install 'kgdelta[pandas]'"
            ) from None
        return pd.DataFrame([_record(row) for row in self._rows])


def _record(row: object) -> dict[str, Any]:
    if not is_dataclass(row):
        return {"value": row}
    return {field.name: getattr(row, field.name) for field in fields(row)}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change with its class, its text, and the sizes of its delta."""

    kind: str
    text: str
    added: int
    removed: int
    change: Change


class Changes(Rows[ChangeRow]):
    """The changes from one state to another, in the order in which they apply."""

    @property
    def text(self) -> str:
        """KGCL, one change a line; :func:`apply` takes it back."""
        return "".join(f"{row.text}\n" for row in self)


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


def open(url: str | Path = "kg.db", graph: str = "default", create: bool = True) -> Graph:  # noqa: A001
    """A versioned graph by its store's URL; made if it is not there. Raises StoreError."""
    return Graph(open_store(str(url), graph, create))


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
    ) -> Patch:
        """Apply changes as one commit. Raises RejectedChangeError, and then nothing changed."""
        from kgdelta.patching import apply_to_store

        patch = apply_to_store(
            self.store,
            _typed(changes),
            branch,
            message=message,
            author=author,
            policy=policy,
            dry_run=dry_run,
        )
        patch.outcome.raise_if_rejected()
        return patch

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

    def shift(self, before: str, after: str) -> Rows[ShiftRow]:
        """Nodes by how far their meaning moved between two versions. Raises TrainingError."""
        from embeddings.shift import shift

        return Rows(shift(self.at(before), self.at(after)).rows)

    def denoise(self, version: str = MAIN) -> Rows[Suspicion]:
        """Statements by the probability that they are wrong. Raises TrainingError."""
        from embeddings.denoise import denoise

        return Rows(denoise(self.at(version)).rows)
