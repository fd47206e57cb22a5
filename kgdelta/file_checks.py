"""What is wrong with files that were changed, and what of it was not wrong before."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.document import Problem


def fresh_problems(before: Iterable[Problem], now: Iterable[Problem]) -> list[Problem]:
    """The problems that a file has now and did not have before, wherever they stood."""
    known = Counter(problem.reason for problem in before)
    fresh = []
    for problem in now:
        if known[problem.reason]:
            known[problem.reason] -= 1
        else:
            fresh.append(problem)
    return fresh


def check_file(name: str, since: str | None = None) -> list[Problem]:
    """What is wrong with a file of changes (``.kgcl``), or with a graph in any format.

    With ``since`` only what was not wrong with the file at that revision of its git repository.
    Raises NotFoundError, UsageError, OSError.
    """
    path = Path(name)
    if not path.is_file():
        raise NotFoundError("file", name)
    found = _problems(path.read_bytes(), name)
    if not found or since is None:
        return found
    before = _then(path, since)
    return fresh_problems(_problems(before, name) if before else [], found)


def _problems(content: bytes, name: str) -> list[Problem]:
    from ingest.document import Problem
    from ingest.errors import IngestError

    try:
        if name.lower().endswith(".kgcl"):
            return _mistakes(content, name)
        from ingest.formats import read_bytes

        return list(read_bytes(content, name).problems)
    except IngestError as error:
        return [Problem(error.source, error.line, error.reason)]


def _mistakes(content: bytes, name: str) -> list[Problem]:
    from ingest.document import Problem
    from kgcl.parser import parse_all

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [Problem(name, 0, f"not UTF-8 at byte {error.start + 1}; save it as UTF-8")]
    return [Problem(name, e.line, f"column {e.column}: {e.reason}") for e in parse_all(text).errors]


def _then(path: Path, revision: str) -> bytes:
    """The content of a file at a revision, nothing where it was not there."""
    from kgdelta.states import content_in_git

    relative = Path(os.path.relpath(path)).as_posix()
    try:
        return content_in_git(f"{revision}:./{relative}") or b""
    except NotFoundError:
        return b""
