"""A file in a git repository as a history: its commits, through renames and merges.

The order is that of the main line: first parents, each merge preceded by the commits that it
brought in, parents first. So later work adds to the end, and nothing moves. What a commit aside
of the main line held is not what the main line held then; what it changed is, and that is
imported, under its author. A commit on the main line holds exactly what it holds in git.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ingest.document import Document
from ingest.errors import IngestError
from ingest.git_process import Blobs, Git
from ingest.git_trailers import original
from ingest.history import (
    LARGEST,
    MOST,
    Edition,
    EditionReader,
    HistoryOptions,
    Listing,
    Opened,
    Provenance,
    Read,
)

_PULL_REQUEST: Final = re.compile(
    r"^Merge pull request #([0-9]+)\b"
    r"|\(#([0-9]+)\)[ \t]*$"
    r"|^See merge request [^\s!]*!([0-9]+)[ \t]*$",
    re.MULTILINE,
)
_LOG_FORMAT: Final = "%H%x00%aN%x00%aE%x00%at%x00%ct%x00%B%x00%x01"


@dataclass(frozen=True, slots=True)
class _Logged:
    """What git says of one commit."""

    author: str
    email: str
    authored: int
    committed: int
    message: str


@dataclass(frozen=True, slots=True)
class _Line:
    """The commits of a version: parents of each, newest first, and the main line."""

    parents: Mapping[str, tuple[str, ...]]
    main: frozenset[str]

    def in_order(self) -> Iterator[tuple[str, str]]:
        """Every commit once, oldest first, each with the one that brought it to the main line.

        What a merge brought in stands right before it.
        """
        done: set[str] = set()
        for bringing in [c for c in reversed(list(self.parents)) if c in self.main]:
            yield from ((commit, bringing) for commit in self._unseen(bringing, done))

    def base(self, commit: str) -> tuple[str, ...]:
        """What a commit beside the main line was made from, if anything; nothing for others."""
        return () if commit in self.main else self.parents[commit][:1]

    def names(self, last: str, renames: Mapping[tuple[str, str, str], str]) -> dict[str, str]:
        """What the file is called in each commit, told from the newest one back."""
        names: dict[str, str] = {}
        for commit, parents in self.parents.items():
            name = names.setdefault(commit, last)
            for parent in parents:
                names.setdefault(parent, renames.get((commit, parent, name), name))
        return names

    def _unseen(self, commit: str, done: set[str]) -> Iterator[str]:
        stack = [(commit, iter(self.parents[commit]))]
        done.add(commit)
        while stack:
            found = next((p for p in stack[-1][1] if p in self.parents and p not in done), None)
            if found is None:
                yield stack.pop()[0]
            else:
                done.add(found)
                stack.append((found, iter(self.parents[found])))


class GitHistory:
    """The commits that changed a file, each an edition.

    ``revision`` is where the history ends; with ``first_parent`` only the commits of the main line
    count, and each merge is one edition. A commit without the file changes nothing: it says so,
    and the state stays until the file returns.
    """

    def __init__(
        self,
        repository: Path,
        path: str,
        options: HistoryOptions | None = None,
        revision: str = "HEAD",
        first_parent: bool = False,
    ) -> None:
        self._git = Git(repository)
        self._path = path.removeprefix("./")
        self._options = options or HistoryOptions()
        self._revision = revision
        self._first_parent = first_parent
        self._reader = EditionReader(self._options)
        #: Blobs of what an edition holds and, for one aside, of what it was made from.
        self._blobs: dict[str, tuple[str, str | None]] = {}

    def listing(self) -> Listing:
        """All commits that changed the file. Raises IngestError."""
        if not self._path or "\n" in self._path or self._path.startswith("/"):
            raise IngestError(str(self._git.folder), 0, f"{self._path!r} is no path in it")
        tip = self._git.commit(self._revision)
        line = self._line(tip)
        renames, logged = self._followed(tip, line)
        names = line.names(self._path, renames)
        wanted = [
            (commit, bringing)
            for commit, bringing in line.in_order()
            if names[commit] in logged.get(commit, ()) and self._counts(commit, line)
        ]
        if len(wanted) > MOST:
            raise IngestError(str(self._git.folder), 0, f"more than {MOST:,} commits")
        places = [(c, names[c]) for commit, _ in wanted for c in (commit, *line.base(commit))]
        blobs = self._git.blobs(places)
        if not blobs:
            reason = f"no {self._path!r} in {self._revision} or its past"
            raise IngestError(str(self._git.folder), 0, reason)
        told = {commit: next(iter(by_path.values())) for commit, by_path in logged.items()}
        return Listing(tuple(self._editions(wanted, line, names, blobs, told)))

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Contents from one process of git."""
        with Blobs(self._git) as blobs:
            for edition in wanted:
                if edition.note:
                    yield Opened(edition, _nothing(edition))
                    continue
                blob, base = self._blobs[edition.identity]
                read = self._later(blobs, blob, edition.source)
                made_from = self._later(blobs, base, edition.source) if base else None
                yield Opened(edition, read, made_from)

    def _later(self, blobs: Blobs, blob: str, source: str) -> Read:
        return lambda ontology: self._reader.read(
            blobs.content(blob, LARGEST, source), source, ontology
        )

    def _line(self, tip: str) -> _Line:
        parents: dict[str, tuple[str, ...]] = {}
        for row in self._git.lines("rev-list", "--topo-order", "--parents", tip):
            commit, *rest = row.split()
            parents[commit] = tuple(rest)
        main = frozenset(self._git.lines("rev-list", "--first-parent", tip))
        return _Line(parents, main)

    def _counts(self, commit: str, line: _Line) -> bool:
        """Whether a commit is an edition: a merge beside the main line adds nothing of its own."""
        if commit in line.main:
            return True
        return not self._first_parent and len(line.parents[commit]) < 2

    def _followed(
        self, tip: str, line: _Line
    ) -> tuple[dict[tuple[str, str, str], str], dict[str, dict[str, _Logged]]]:
        """Renames by commit, parent and new name; what commits say, with the names they touch."""
        renames: dict[tuple[str, str, str], str] = {}
        logged: dict[str, dict[str, _Logged]] = {}
        followed: set[str] = set()
        todo = [self._path]
        while todo:
            path = todo.pop()
            if path in followed:
                continue
            followed.add(path)
            for commit, said in self._log(tip, path).items():
                logged.setdefault(commit, {})[path] = said
            for commit in self._added(tip, path):
                for parent in line.parents.get(commit, ()):
                    old = self._renamed_from(parent, commit, path)
                    if old is not None:
                        renames[commit, parent, path] = old
                        todo.append(old)
        return renames, logged

    def _log(self, tip: str, path: str) -> dict[str, _Logged]:
        found: dict[str, _Logged] = {}
        text = self._git.text(
            "log", "--full-history", f"--format={_LOG_FORMAT}", tip, "--", f":(top,literal){path}"
        )
        for row in text.split("\x00\x01"):
            if not row.strip("\n"):
                continue
            commit, author, email, authored, committed, message = row.lstrip("\n").split("\0", 5)
            found[commit] = _Logged(author, email, int(authored), int(committed), message)
        return found

    def _added(self, tip: str, path: str) -> list[str]:
        """Commits that added a path, against any of their parents."""
        return [
            row
            for row in self._git.lines(
                "log", "--full-history", "-m", "--no-renames", "--diff-filter=A", "--format=%H",
                tip, "--", f":(top,literal){path}",
            )
            if row
        ]  # fmt: skip

    def _renamed_from(self, parent: str, commit: str, path: str) -> str | None:
        """The name that a path of a commit has in a parent, if it was renamed between them."""
        text = self._git.text(
            "diff-tree", "-r", "-M", "-z", "--diff-filter=R", "--name-status", parent, commit
        )
        cells = text.split("\0")
        for status, old, new in zip(cells[::3], cells[1::3], cells[2::3], strict=False):
            if status.startswith("R") and new == path:
                return old
        return None

    def _editions(
        self,
        wanted: Iterable[tuple[str, str]],
        line: _Line,
        names: Mapping[str, str],
        blobs: Mapping[tuple[str, str], str],
        told: Mapping[str, _Logged],
    ) -> Iterator[Edition]:
        for commit, bringing in wanted:
            edition = self._edition(commit, names[commit], told[commit])
            if bringing != commit:
                number = pull_request(told[bringing].message) if bringing in told else ""
                edition = _brought(edition, bringing, number)
            blob = blobs.get((commit, names[commit]))
            base = [blobs.get((parent, names[parent])) for parent in line.base(commit)]
            if blob is None:
                reason = f"{names[commit]} is not there in this commit; what it said stays"
                edition = replace(edition, note=reason)
            else:
                made_from = next(iter(base), None)
                self._blobs[edition.identity] = blob, made_from
                edition = replace(edition, aside=made_from is not None)
            yield edition

    def _edition(self, commit: str, name: str, logged: _Logged) -> Edition:
        message, carried = original(logged.message)
        return Edition(
            source=f"{self._git.folder}@{commit[:12]}:{name}",
            identity=f"git:{commit}:{self._path}",
            date=carried.authored or _moment(logged.authored),
            author=carried.author or logged.author,
            message=message,
            provenance=(*_provenance(commit, logged, message), *carried.provenance),
        )


def _brought(edition: Edition, bringing: str, number: str) -> Edition:
    """An edition aside of the main line, with the merge that brought it there."""
    more = [("git-merged-by", bringing)]
    if number and not any(key == "pull-request" for key, _ in edition.provenance):
        more.append(("pull-request", number))
    return replace(edition, provenance=(*edition.provenance, *more))


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _provenance(commit: str, logged: _Logged, message: str) -> Provenance:
    found = [("git-commit", commit)]
    if logged.email:
        found.append(("author-email", logged.email))
    committed = _moment(logged.committed)
    if committed is not None:
        found.append(("git-committed", committed.isoformat().replace("+00:00", "Z")))
    number = pull_request(message)
    if number:
        found.append(("pull-request", number))
    return tuple(found)


def pull_request(message: str) -> str:
    """The number of the pull request that a message names, as forges write it, or nothing."""
    found = _PULL_REQUEST.search(message)
    return next(filter(None, found.groups()), "") if found else ""


def _nothing(edition: Edition) -> Read:
    def read(_: str | None) -> Document:
        raise IngestError(edition.source, 0, edition.note)

    return read
