"""Link-prediction sets as a history: folders of train, valid and test files, each an edition.

Benchmarks of continual learning come like this: a folder or a tar archive with one folder a
snapshot, called by a number or a date.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from ingest.document import Document, Problem, ReadOptions
from ingest.errors import IngestError
from ingest.history import (
    Edition,
    HistoryOptions,
    Listing,
    Members,
    Named,
    Opened,
    Read,
    date_given,
    ordered,
    unused_dates,
)
from ingest.link_sets import SetFile, is_part, read_link_files, split_of
from ingest.tokens import ENTITIES, RELATIONS

#: Bytes of files, compressed, that wait until their set is whole and has its turn.
_WAITING: Final = 1 << 30


#: Files that are looked at to tell what a history is of.
_LOOKED_AT: Final = 12


def has_sets(members: Members) -> bool:
    """Whether the first files are parts of sets in folders of their own. Raises IngestError."""
    paths = [path for path, _ in islice(members.members([]), _LOOKED_AT)]
    return any(map(split_of, paths)) and all(
        is_part(path) and ("/" in path or not split_of(path)) for path in paths
    )


@dataclass(slots=True)
class _Set:
    """The files of one edition that were met so far, and those that are to come."""

    place: int
    missing: set[str]
    files: dict[str, bytes] = field(default_factory=dict)


class SetHistory:
    """The sets in the folders of a folder or an archive; tables of ids at the top serve all."""

    def __init__(self, members: Members, options: HistoryOptions) -> None:
        self._members = members
        self._options = options
        self._parts: dict[str, tuple[str, ...]] = {}

    def listing(self) -> Listing:
        """All sets, by the date of the table or of the folder's name, else by that name."""
        problems: list[Problem] = []
        digests: dict[str, dict[str, str]] = defaultdict(dict)
        for path, content in self._members.members(problems):
            if is_part(path):
                folder = str(PurePosixPath(path).parent)
                digests[folder][path] = hashlib.sha256(content).hexdigest()
            else:
                problems.append(Problem(self._members.called(path), 0, "not of a set; not read"))
        shared = {p: d for p, d in digests.get(".", {}).items() if not split_of(p)}
        sets = {f: own for f, own in digests.items() if any(map(split_of, own))}
        problems += unused_dates(sets, self._options)
        dates = {folder: date_given(folder, self._options) for folder in sets}
        editions = []
        for folder in ordered(dates):
            parts = {**shared, **sets[folder]}
            digest = hashlib.sha256(repr(sorted(parts.items())).encode()).hexdigest()
            edition = Edition(
                self._members.called(folder), Named(folder, digest).identity, dates[folder]
            )
            self._parts[edition.identity] = tuple(parts)
            editions.append(edition)
        return Listing(tuple(editions), tuple(problems))

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Sets in their order; one whose files come too early waits."""
        sets = [_Set(n, set(self._parts[e.identity])) for n, e in enumerate(wanted)]
        users: dict[str, list[_Set]] = defaultdict(list)
        for each in sets:
            for path in each.missing:
                users[path].append(each)
        turn, waiting = 0, 0
        for path, content in self._members.members([]):
            packed = zlib.compress(content, 1)
            for each in users.pop(path, ()):
                each.files[path] = packed
                each.missing.discard(path)
                waiting += len(packed)
            if waiting > _WAITING:
                reason = "its files are too large to be brought into order in memory"
                raise IngestError(self._members.called(""), 0, f"{reason}: unpack it into a folder")
            while turn < len(sets) and not sets[turn].missing:
                files = sets[turn].files
                yield Opened(wanted[turn], self._later(files, wanted[turn].source))
                waiting -= sum(map(len, files.values()))
                sets[turn].files = {}
                turn += 1
        if turn < len(sets):
            raise IngestError(self._members.called(""), 0, "it changed while it was read")

    def _later(self, files: Mapping[str, bytes], source: str) -> Read:
        def read(_: str | None) -> Document:
            options = ReadOptions(None, self._options.strict, self._options.prefixes)
            return read_link_files(self._unpacked(files), source, options)

        return read

    def _unpacked(self, files: Mapping[str, bytes]) -> Iterator[SetFile]:
        for path in sorted(files, key=_tables_first):
            content = io.BytesIO(zlib.decompress(files[path]))
            yield SetFile(path, self._members.called(path), content)


def _tables_first(path: str) -> tuple[bool, str]:
    return PurePosixPath(path).name not in (ENTITIES, RELATIONS), path
