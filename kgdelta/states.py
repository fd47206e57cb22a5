"""What may stand for a state on the command line: a version, a file, or ``REV:path`` in git."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NotFoundError
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgdelta.session import Session


def state_named(name: str, session: Session) -> Snapshot:
    """The state that a name stands for: a file, ``REV:path`` in a git repository, or a version.

    Raises NotFoundError, IngestError, and the errors of the store.
    """
    if Path(name).is_file():
        from ingest.formats import read

        return read(Path(name)).snapshot()
    revision, colon, path = name.partition(":")
    if colon and revision and path:
        content = _from_git(name)
        if content is not None:
            from ingest.formats import read_bytes

            return read_bytes(content, source=name).snapshot()
    with session.store() as store:
        snapshot = store.snapshot(name)
        return _held(snapshot)


def _held(snapshot: Snapshot) -> Snapshot:
    """A copy in memory, so that the store can be closed."""
    from graph.memory import MemorySnapshot

    return MemorySnapshot(snapshot.statements(), snapshot.version)


def _from_git(name: str) -> bytes | None:
    """The content of ``REV:path`` in the git repository of this folder, None if there is none."""
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
