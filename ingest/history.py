"""Histories of one source: its editions in order, and what each of them says.

A history is a folder of dated files, a tar archive of them, or a file in a git repository. It is
listed first and read afterwards, so that of a history that is known up to a point only the rest
is read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

from ingest.dating import date_in_name
from ingest.document import Document, Problem, ReadOptions
from ingest.errors import IngestError
from ingest.formats import FORMATS, format_named, read_stream
from ingest.obo import OboReader
from ingest.sniffing import plain_name

#: Bytes that one edition may have.
LARGEST: Final = 1 << 31
#: Editions that one history may have.
MOST: Final = 1_000_000

Provenance: TypeAlias = tuple[tuple[str, str], ...]
_NO_DATES: Final[Mapping[str, datetime]] = MappingProxyType({})
_NO_PREFIXES: Final[Mapping[str, str]] = MappingProxyType({})
_POINTER: Final = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a source: what it is called, when it was made, and by whom.

    ``identity`` is how it is known again: its name and the digest of its content, or the hash of
    its commit and its path. A ``message`` is None where there is none to know; ``note`` says why
    there is nothing to read. An edition that is ``aside`` is of a line that was merged later: what
    it changed counts, not what it held. One that ``adds`` takes nothing away, so that it may also
    come after later ones.
    """

    source: str
    identity: str
    date: datetime | None = None
    author: str = ""
    message: str | None = None
    provenance: Provenance = ()
    note: str = ""
    aside: bool = False
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The editions of a history, oldest first, and what in it is none."""

    editions: tuple[Edition, ...]
    problems: tuple[Problem, ...] = ()


#: Reads a document; the OBO id is for where it names no ontology. Raises IngestError.
Read: TypeAlias = Callable[[str | None], Document]


@dataclass(frozen=True, slots=True)
class Opened:
    """An edition at hand; ``base`` reads what one that is aside was made from."""

    edition: Edition
    read: Read
    base: Read | None = None


class History(Protocol):
    """What can be listed, and then read."""

    def listing(self) -> Listing:
        """All editions, oldest first. Raises IngestError, OSError."""

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Some of the listed editions, in their order, each to be read before the next is asked."""


class Accumulated:
    """A history whose editions add to those before them and take nothing away."""

    def __init__(self, history: History) -> None:
        self._history = history

    def listing(self) -> Listing:
        """The editions of the history. Raises IngestError, OSError."""
        listing = self._history.listing()
        adding = tuple(replace(edition, adds=True) for edition in listing.editions)
        return Listing(adding, listing.problems)

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Some of them, in their order."""
        for opened in self._history.opened(wanted):
            yield replace(opened, edition=replace(opened.edition, adds=True))


class Members(Protocol):
    """Files under a folder or in an archive."""

    def members(self, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        """Paths and contents; what cannot be read goes to the problems. Raises IngestError."""

    def called(self, path: str) -> str:
        """What a path is called in reports."""


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """How a history is read.

    ``form`` is the format where the content does not tell, ``only`` a pattern such as ``*.obo``
    that names of files must fit, ``dates`` a table by path or name that overrules other dates,
    ``prefixes`` serve where an edition declares none of that name; ``stable_edge_ids`` as in
    ``ReadOptions``.
    """

    form: str | None = None
    strict: bool = False
    only: str | None = None
    dates: Mapping[str, datetime] = field(default_factory=lambda: _NO_DATES)
    prefixes: Mapping[str, str] = field(default_factory=lambda: _NO_PREFIXES)
    stable_edge_ids: bool = True


class EditionReader:
    """Reads the editions of one history; what they share is read once."""

    def __init__(self, options: HistoryOptions) -> None:
        self._options = options
        self._kept = OboReader()

    def read(self, content: bytes, source: str, ontology: str | None) -> Document:
        """The document of an edition's bytes. Raises IngestError."""
        if content.startswith(_POINTER):
            reason = "a pointer of Git LFS, not the file: fetch it with `git lfs pull`"
            raise IngestError(source, 0, reason)
        if not content.strip():
            raise IngestError(source, 0, "the file is empty")
        asked = self._options
        options = ReadOptions(ontology, asked.strict, asked.prefixes, asked.stable_edge_ids)
        return read_stream(io.BytesIO(content), source, asked.form, options, self._kept)

    def later(self, content: bytes, source: str) -> Read:
        """How to read bytes when their turn comes."""
        return lambda ontology: self.read(content, source, ontology)


@dataclass(frozen=True, slots=True)
class Named:
    """A file among others: its path from where the history begins, and its content's SHA-256."""

    path: str
    digest: str

    @property
    def identity(self) -> str:
        """How this edition is known again."""
        return f"sha256:{self.digest} {self.path}"


def too_large(source: str, size: int) -> Problem | None:
    """What is wrong with a file of so many bytes, if anything is."""
    if size <= LARGEST:
        return None
    return Problem(source, 0, f"{size >> 20:,} MiB are more than {LARGEST >> 20:,}; not read")


def chosen(
    paths: Sequence[str], options: HistoryOptions, source: str
) -> tuple[list[str], set[str]]:
    """The paths that are editions, and those that are other files.

    Where some names end as a format's do, only these are. Raises IngestError where they are of
    several formats and ``only`` does not say which.
    """
    if options.only is not None:
        fitting = [path for path in paths if _fits(path, options.only)]
        if not fitting:
            raise IngestError(source, 0, f"no file fits {options.only!r}")
        return fitting, set()
    forms: dict[str, list[str]] = {}
    for path in paths:
        forms.setdefault(_format_of(path), []).append(path)
    others = forms.pop("", [])
    if len(forms) > 1 and options.form is None:
        endings = ", ".join(sorted({Path(plain_name(paths[0])).suffix for paths in forms.values()}))
        reason = f"files of several formats ({endings}): say which with --only '*.obo' or the like"
        raise IngestError(source, 0, reason)
    if not forms:
        return list(paths), set()
    kept = {path for fitting in forms.values() for path in fitting}
    return [path for path in paths if path in kept], set(others)


def _fits(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) or fnmatchcase(path.rpartition("/")[2], pattern)


def _format_of(path: str) -> str:
    name = path.rpartition("/")[2]
    if not any(plain_name(name).endswith(s) for each in FORMATS.values() for s in each.suffixes):
        return ""
    return format_named(name, path).name


def date_given(path: str, options: HistoryOptions) -> datetime | None:
    """The date of a file by the table, by its path or its name, else by how it is called."""
    given = options.dates.get(path) or options.dates.get(path.rpartition("/")[2])
    return given or date_in_name(path)


def unused_dates(paths: Collection[str], options: HistoryOptions) -> Iterator[Problem]:
    """What the table of dates names and no file is."""
    known = {*paths, *(path.rpartition("/")[2] for path in paths)}
    for name in sorted(set(options.dates) - known):
        yield Problem(name, 0, "in the table of dates, and no such file in the history")


def ordered(dates: Mapping[str, datetime | None]) -> list[str]:
    """Paths by date, then by name with numbers as numbers.

    A file that no date is known of stays behind the one before it by name.
    """
    last = datetime.min.replace(tzinfo=UTC)
    keys: dict[str, datetime] = {}
    for path in sorted(dates, key=natural):
        last = keys[path] = dates[path] or last
    return sorted(keys, key=lambda path: (keys[path], natural(path)))


def natural(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """What to sort names by so that 10 comes after 9."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in parts], name
