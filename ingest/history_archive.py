"""A tar archive of dated files as a history, read as a stream and never unpacked."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final

from ingest.compression import decompressed
from ingest.document import Problem
from ingest.errors import IngestError
from ingest.history import (
    MOST,
    Edition,
    EditionReader,
    HistoryOptions,
    Listing,
    Named,
    Opened,
    chosen,
    date_given,
    ordered,
    too_large,
    unused_dates,
)
from ingest.history_folder import header_date

#: Bytes that the headers of one member may have: names and attributes.
_HEADERS: Final = 1 << 20
#: Bytes of members that wait for their turn, compressed.
_WAITING: Final = 1 << 30
_BLOCK: Final = 1 << 14


class ArchiveHistory:
    """The files in a tar archive, each an edition; compressed by gzip, xz, bzip2, zstd or not.

    Nothing is written anywhere. Links, devices and paths that lead out of the archive are
    reported and not read.
    """

    def __init__(self, archive: Path, options: HistoryOptions | None = None) -> None:
        self._archive = archive
        self._options = options or HistoryOptions()
        self._reader = EditionReader(self._options)

    def listing(self) -> Listing:
        """All files, by the date of the table, of their names, or of their headers."""
        problems: list[Problem] = []
        found: dict[str, tuple[str, datetime | None]] = {}
        for path, content in self.members(problems):
            if path in found:
                reason = "a second file of this name; the last one counts"
                problems.append(Problem(self.called(path), 0, reason))
            date = date_given(path, self._options)
            if date is None:
                date = header_date(content, self.called(path), self._reader)
            found[path] = hashlib.sha256(content).hexdigest(), date
        wanted, others = chosen(list(found), self._options, str(self._archive))
        problems += [
            Problem(self.called(path), 0, "not named as a file of a known format; not read")
            for path in sorted(others)
        ]
        problems += unused_dates(found, self._options)
        order = ordered({path: found[path][1] for path in wanted})
        return Listing(tuple(self._edition(path, *found[path]) for path in order), tuple(problems))

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Files in the order of their dates; one that comes too early in the archive waits."""
        places = {edition.identity: place for place, edition in enumerate(wanted)}
        waiting: dict[int, bytes] = {}
        turn, size = 0, 0
        for path, content in self.members([]):
            identity = Named(path, hashlib.sha256(content).hexdigest()).identity
            place = places.get(identity)
            if place is None or place < turn or place in waiting:
                continue
            if place > turn:
                waiting[place] = zlib.compress(content, 1)
                size += len(waiting[place])
                if size > _WAITING:
                    reason = "its files are too large to be brought into order in memory"
                    raise IngestError(str(self._archive), 0, f"{reason}: unpack it into a folder")
                continue
            while True:
                edition = wanted[turn]
                yield Opened(edition, self._reader.later(content, edition.source))
                turn += 1
                if turn not in waiting:
                    break
                size -= len(waiting[turn])
                content = zlib.decompress(waiting.pop(turn))
            if turn == len(wanted):
                return
        if turn < len(wanted):
            raise IngestError(str(self._archive), 0, "it changed while it was read")

    def _edition(self, path: str, digest: str, date: datetime | None) -> Edition:
        return Edition(self.called(path), Named(path, digest).identity, date)

    def called(self, path: str) -> str:
        """What a member is called in reports; the archive where there is no path."""
        return f"{self._archive}:{path}" if path else str(self._archive)

    def members(self, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        """Paths and contents of what may be read. Raises IngestError."""
        count = 0
        with self._archive.open("rb") as raw, _opened(raw, str(self._archive)) as tar:
            while (member := tar.next()) is not None:
                count += 1
                if count > MOST:
                    raise IngestError(str(self._archive), 0, f"more than {MOST:,} members")
                # Of a stream nothing is looked up again, and the list would grow with it.
                tar.members.clear()  # type: ignore[attr-defined]
                path = member.name.removeprefix("./")
                reason = _refused(member, path)
                if reason:
                    problems.append(Problem(self.called(path), 0, reason))
                    continue
                wrong = too_large(self.called(path), member.size)
                if wrong is not None:
                    problems.append(wrong)
                elif _is_edition(member, path):
                    handle = tar.extractfile(member)
                    yield path, handle.read() if handle else b""


def is_archive(path: Path) -> bool:
    """Whether a file is a tar archive, compressed or not."""
    with path.open("rb") as raw:
        try:
            plain, _ = decompressed(raw, str(path))
            return plain.peek(512)[257:262] == b"ustar"
        except IngestError:
            return False


def _is_edition(member: tarfile.TarInfo, path: str) -> bool:
    return member.isreg() and not any(part.startswith(".") for part in PurePosixPath(path).parts)


def _refused(member: tarfile.TarInfo, path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or "\\" in path or "\0" in path:
        return "a path that leads out of the archive; not read"
    if member.issym() or member.islnk():
        return f"a link to {member.linkname[:60]!r}; not followed"
    return "" if member.isreg() or member.isdir() else "not a file; not read"


@contextmanager
def _opened(raw: IO[bytes], source: str) -> Iterator[tarfile.TarFile]:
    """A tar stream whose damage is an IngestError."""
    plain, compression = decompressed(raw, source)
    bounded = _Bounded(plain, source)
    try:
        with _Archive.open(fileobj=bounded, mode="r|", bufsize=_BLOCK) as tar:
            tar.bounded = bounded
            yield tar
    except (tarfile.TarError, EOFError, ValueError) as error:
        reason = compression.damage if compression and compression.damage else str(error)
        raise IngestError(source, 0, f"not a whole tar archive: {reason}") from None
    if compression is not None and compression.damage:
        raise IngestError(source, 0, compression.damage)


class _Bounded(io.BufferedIOBase):
    """A stream that may give only so much until more is allowed.

    The headers of a member are read whole, however long they say they are.
    """

    def __init__(self, stream: IO[bytes], source: str) -> None:
        super().__init__()
        self._stream = stream
        self._source = source
        self.left = _HEADERS

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes. Raises IngestError."""
        size = _BLOCK if size is None or size < 0 else size
        self.left -= size
        if self.left < 0:
            reason = f"headers of more than {_HEADERS >> 10:,} KiB for one member"
            raise IngestError(self._source, 0, reason)
        return self._stream.read(size)


class _Archive(tarfile.TarFile):
    """A tar stream that reads no more for a member than the member and some headers."""

    bounded: _Bounded

    def next(self) -> tarfile.TarInfo | None:
        """The next member. Raises IngestError, tarfile.TarError."""
        member = super().next()
        bounded = getattr(self, "bounded", None)
        if member is not None and bounded is not None:
            bounded.left = member.size + _HEADERS
        return member
