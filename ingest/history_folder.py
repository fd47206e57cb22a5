"""A folder of dated files as a history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from ingest.dating import dated
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


class FolderHistory:
    """The files in a folder and in the folders below it, each an edition.

    Links are not followed; what begins with a dot is passed over, as the shell does.
    """

    def __init__(self, folder: Path, options: HistoryOptions | None = None) -> None:
        self._folder = folder
        self._options = options or HistoryOptions()
        self._reader = EditionReader(self._options)
        self._paths: dict[str, Path] = {}

    def listing(self) -> Listing:
        """All files, by the date of the table, of their names, or of their headers."""
        problems: list[Problem] = []
        found = {p.relative_to(self._folder).as_posix(): p for p in self._files(problems)}
        wanted, others = chosen(sorted(found), self._options, str(self._folder))
        problems += [
            Problem(str(found[path]), 0, "not named as a file of a known format; not read")
            for path in sorted(others)
        ]
        problems += unused_dates(found, self._options)
        editions = {}
        for path in wanted:
            edition = self._edition(path, found[path], problems)
            if edition is not None:
                editions[path] = edition
                self._paths[edition.identity] = found[path]
        order = ordered({path: edition.date for path, edition in editions.items()})
        return Listing(tuple(editions[path] for path in order), tuple(problems))

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Files read one by one."""
        for edition in wanted:
            content = self._paths[edition.identity].read_bytes()
            yield Opened(edition, self._reader.later(content, edition.source))

    def members(self, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        """Paths below the folder and contents of what may be read. Raises IngestError, OSError."""
        for path in self._files(problems):
            wrong = too_large(str(path), path.stat().st_size)
            if wrong is not None:
                problems.append(wrong)
            else:
                yield path.relative_to(self._folder).as_posix(), path.read_bytes()

    def called(self, path: str) -> str:
        """What a file is called in reports; the folder where there is no path."""
        return str(self._folder / path) if path else str(self._folder)

    def _files(self, problems: list[Problem]) -> Iterator[Path]:
        folders, count = [self._folder], 0
        while folders:
            for path in sorted(folders.pop().iterdir()):
                if path.name.startswith("."):
                    continue
                count += 1
                if count > MOST:
                    raise IngestError(str(self._folder), 0, f"more than {MOST:,} files")
                if path.is_symlink():
                    problems.append(Problem(str(path), 0, "a link; not followed"))
                elif path.is_dir():
                    folders.append(path)
                elif path.is_file():
                    yield path
                else:
                    problems.append(Problem(str(path), 0, "not a file; not read"))

    def _edition(self, path: str, file: Path, problems: list[Problem]) -> Edition | None:
        wrong = too_large(str(file), file.stat().st_size)
        if wrong is not None:
            problems.append(wrong)
            return None
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        date = date_given(path, self._options)
        if date is None:
            date = header_date(file.read_bytes(), str(file), self._reader)
        return Edition(str(file), Named(path, digest).identity, date)


def header_date(content: bytes, source: str, reader: EditionReader) -> datetime | None:
    """The date that a file's header has; what does not parse is told when its turn comes."""
    try:
        return dated(reader.read(content, source, None))
    except IngestError:
        return None
