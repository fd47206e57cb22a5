"""What is asked of git: its answers as text, and the content of blobs from one process."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from ingest.errors import IngestError

#: Nothing of a repository's own settings may run programs or change what is printed.
_PLAIN: Final = (
    "--no-pager",
    "--no-replace-objects",
    "-c", "core.quotePath=false",
    "-c", "core.fsmonitor=false",
    "-c", "log.showSignature=false",
    "-c", "log.showRoot=true",
    "-c", "diff.external=",
)  # fmt: skip
_FOUND: Final = re.compile(r"([0-9a-f]{40,64}) blob ([0-9]+)")
_PIECE: Final = 500


class Git:
    """A repository that is read; nothing in it is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise IngestError(str(folder), 0, "not a folder, so no git repository")

    def command(self, *arguments: str) -> list[str]:
        """The command line of a call."""
        return ["git", "-C", str(self.folder), *_PLAIN, *arguments]

    def text(self, *arguments: str, given: str | None = None) -> str:
        """What a call prints. Raises IngestError."""
        try:
            done = subprocess.run(  # noqa: S603
                self.command(*arguments),
                input=None if given is None else given.encode(),
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise IngestError(str(self.folder), 0, f"git cannot be run: {error}") from None
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            reason = f"git {arguments[0]}: {said[0].removeprefix('fatal: ')}"
            raise IngestError(str(self.folder), 0, reason)
        return done.stdout.decode(errors="replace")

    def lines(self, *arguments: str) -> list[str]:
        """What a call prints, line by line. Raises IngestError."""
        return self.text(*arguments).splitlines()

    def commit(self, revision: str) -> str:
        """The hash of a revision's commit. Raises IngestError."""
        self.text("rev-parse", "--git-dir")
        wanted = f"{revision}^{{commit}}"
        try:
            return self.text("rev-parse", "--verify", "--end-of-options", wanted).strip()
        except IngestError:
            raise IngestError(str(self.folder), 0, f"no commit {revision!r} in it") from None

    def blobs(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The blob at each commit and path; places without one are left out."""
        listed = list(dict.fromkeys(places))
        found: dict[tuple[str, str], str] = {}
        for start in range(0, len(listed), _PIECE):
            piece = listed[start : start + _PIECE]
            asked = "".join(f"{commit}:{path}\n" for commit, path in piece)
            answers = self.text("cat-file", "--batch-check", given=asked).splitlines()
            for place, answer in zip(piece, answers, strict=True):
                blob = _FOUND.fullmatch(answer)
                if blob:
                    found[place] = blob[1]
        return found


class Blobs:
    """Contents of blobs by their hashes, from one ``git cat-file --batch``."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Blobs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()
        self._process = None

    def content(self, blob: str, largest: int, source: str) -> bytes:
        """The bytes of a blob. Raises IngestError where it is missing or too large."""
        asking, answers = self._streams()
        asking.write(blob.encode() + b"\n")
        asking.flush()
        head = answers.readline().decode()
        found = _FOUND.fullmatch(head.strip())
        if found is None:
            raise IngestError(source, 0, f"git has no content for {blob[:12]}: {head.strip()}")
        size = int(found[2])
        if size > largest:
            for piece in _pieces(size + 1):
                answers.read(piece)
            raise IngestError(source, 0, f"{size >> 20:,} MiB are more than {largest >> 20:,}")
        content = answers.read(size)
        if len(content) != size or answers.read(1) != b"\n":
            raise IngestError(source, 0, f"git stopped in the middle of {blob[:12]}")
        return content

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603
                self._git.command("cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        asking, answers = self._process.stdin, self._process.stdout
        assert asking is not None  # noqa: S101
        assert answers is not None  # noqa: S101
        return asking, answers


def _pieces(size: int) -> Iterator[int]:
    while size > 0:
        yield min(size, 1 << 20)
        size -= 1 << 20
