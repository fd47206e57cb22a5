"""What may stand for a state on the command line: a version, a file, or ``REV:path`` in git."""

from __future__ import annotations

import re
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.errors import NotFoundError
from kgdelta.errors import UsageError
from kgdelta.output import first_of

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from graph.model import Delta, Literal, Node, Statement
    from graph.snapshot import Snapshot
    from graph.store import DiffFilter, Store
    from ingest.document import Document, Problem
    from ingest.obo import OboReader
    from kgdelta.session import Session

#: A version by date and time, which has a colon and is yet no ``REV:path``.
_MOMENT: Final = re.compile(r"(?:.+@)?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:.*")


class States:
    """States by name and what leads from one to another; the store is opened when needed, once.

    With ``imports`` the labels of what files import are read too, by a catalog or the one beside.
    """

    def __init__(
        self, session: Session, imports: bool = False, catalog: Path | None = None
    ) -> None:
        self._session = session
        self._imports = imports
        self._catalog = catalog
        self._opened = ExitStack()
        self._store: Store | None = None
        self._reader: OboReader | None = None
        #: What was wrong with files that were read, the first few of each.
        self.problems: list[Problem] = []
        #: What files import calls its nodes, where that was asked for.
        self.names: dict[Node, Literal] = {}

    def __enter__(self) -> States:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def named(self, name: str, moment: datetime | None = None) -> Snapshot:
        """The state that a name stands for, with a moment only what is valid then.

        Raises NotFoundError, IngestError, and the errors of the store.
        """
        document = self._outside(name)
        if document is not None:
            told = first_of(document.source, document.problems)
            self.problems += [problem for problem in told if problem not in self.problems]
            if self._imports:
                self._add_names(document, name)
            return valid(document.snapshot(), moment)
        if self._store is None:
            try:
                self._store = self._opened.enter_context(self._session.store())
            except NotFoundError as error:
                raise NotFoundError("file or version", name, str(error)) from None
        return valid(self._store.snapshot(name), moment)

    def _add_names(self, document: Document, name: str) -> None:
        from kgdelta.imported_names import imported_names

        path = Path(name) if Path(name).is_file() else Path(name.partition(":")[2])
        problems: list[Problem] = []
        self.names |= imported_names(document, path, self._catalog, problems.append)
        self.problems += [each for each in problems if each not in self.problems]

    def _outside(self, name: str) -> Document | None:
        """What a file says, here or in git; None where the name is of neither.

        What files of OBO share is read once.
        """
        from ingest.formats import read, read_bytes
        from ingest.obo import OboReader

        self._reader = self._reader or OboReader()
        if Path(name).is_file():
            return read(Path(name), reader=self._reader)
        revision, colon, path = name.partition(":")
        if colon and revision and path and not _MOMENT.fullmatch(name):
            content = content_in_git(name)
            if content is not None:
                return read_bytes(content, source=name, reader=self._reader)
        return None

    def delta(self, before: Snapshot, after: Snapshot, where: DiffFilter) -> Delta:
        """What leads from one state to another, as far as a filter lets it pass.

        Commits are compared by their log, other states statement by statement.
        """
        from graph.model import Delta

        one, other = before.version.commit, after.version.commit
        if self._store is not None and one is not None and other is not None:
            return self._store.diff(one, other, where)
        whole = Delta.between(before.statements(), after.statements())
        return Delta(
            frozenset(s for s in whole.removed if _passes(s, where)),
            frozenset(s for s in whole.added if _passes(s, where)),
        )


def state_named(name: str, session: Session) -> Snapshot:
    """The state that a name stands for, in memory.

    Raises NotFoundError, IngestError, and the errors of the store.
    """
    from graph.memory import MemorySnapshot

    with States(session) as states:
        snapshot = states.named(name)
        if isinstance(snapshot, MemorySnapshot):
            return snapshot
        return MemorySnapshot(snapshot.statements(), snapshot.version)


def valid(snapshot: Snapshot, moment: datetime | None) -> Snapshot:
    """A state, with a moment only what is valid in the world then."""
    if moment is None:
        return snapshot
    from graph.valid_time import ValidAt

    return ValidAt(snapshot, moment)


def _passes(statement: Statement, where: DiffFilter) -> bool:
    named = where.nodes is None or statement.subject in where.nodes
    return named and statement.subject.startswith(where.namespace)


def check_revision(name: str) -> None:
    """Raises NotFoundError where the git repository of this folder has no such revision.

    UsageError where there is no repository.
    """
    if name.startswith("-"):
        raise UsageError(f"{name!r} is no revision")
    asked = ["git", "rev-parse", "--verify", f"{name}^{{commit}}"]
    try:
        found = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise UsageError(f"git cannot be asked for {name}: {error}") from error
    if b"not a git repository" in found.stderr:
        raise UsageError(f"{name} is a revision of git, and there is no repository here")
    if found.returncode:
        raise NotFoundError("revision", name, "`git log --all` lists them")


def content_in_git(name: str) -> bytes | None:
    """The content of ``REV:path`` in the git repository of this folder, None outside of one.

    Raises NotFoundError, UsageError.
    """
    if name.startswith("-"):
        raise UsageError(f"{name!r} is neither a file nor a version")
    try:
        found = subprocess.run(  # noqa: S603
            ["git", "cat-file", "blob", name],  # noqa: S607
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    if found.returncode == 0:
        return found.stdout
    if b"not a git repository" in found.stderr:
        return None
    revision, _, path = name.partition(":")
    raise NotFoundError("file in git", name, f"no {path} in {revision}")
