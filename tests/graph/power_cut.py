"""A disk that keeps only what was synced, and tears the rest, when its power is cut.

The real files show what a running system would see. What the disk itself has is kept beside
them, in memory, and takes their place after the cut.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import apsw

from tests.graph.faulty_disk import FaultyDisk, FileName, path_of

SECTOR: Final = 512
_LOGS: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


@dataclass(frozen=True, slots=True)
class Create:
    """A new, empty file."""


@dataclass(frozen=True, slots=True)
class Delete:
    """The file's name is gone."""


@dataclass(frozen=True, slots=True)
class Truncate:
    """The file ends here."""

    size: int


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset."""

    offset: int
    data: bytes

    def sectors(self) -> list[Write]:
        """The same, in parts that a disk writes whole or not at all."""
        parts: list[Write] = []
        start = 0
        while start < len(self.data):
            end = SECTOR - (self.offset + start) % SECTOR + start
            parts.append(Write(self.offset + start, self.data[start:end]))
            start = end
        return parts


Operation: TypeAlias = Create | Delete | Truncate | Write


@dataclass(slots=True)
class Platter:
    """One file: what is safely on the disk (None: no such file), and what is on its way there."""

    safe: bytearray | None
    pending: list[Operation] = field(default_factory=list)

    def sync(self) -> None:
        """All that is on its way arrives."""
        for operation in self.pending:
            self.safe = _done(self.safe, operation)
        self.pending.clear()

    def settle(self) -> None:
        """The name is there or gone for good; what was written under it may still be on its way."""
        places = [i for i, one in enumerate(self.pending) if isinstance(one, Create | Delete)]
        if places:
            self.safe = _done(None, self.pending[places[-1]])
            del self.pending[: places[-1] + 1]

    def after_cut(self, chooser: random.Random) -> bytearray | None:
        """What is found when the power is back: each change whole, in part, or not at all.

        A name that was not made or removed for good takes what followed under it along.
        """
        found = None if self.safe is None else bytearray(self.safe)
        for operation in self.pending:
            fate = chooser.randrange(3)
            if isinstance(operation, Create | Delete) and not fate:
                return found
            if isinstance(operation, Write) and fate == 1:
                for part in operation.sectors():
                    if chooser.randrange(2):
                        found = _done(found, part)
            elif fate:
                found = _done(found, operation)
        return found


def _done(content: bytearray | None, operation: Operation) -> bytearray | None:
    if isinstance(operation, Delete):
        return None
    content = bytearray() if content is None else content
    if isinstance(operation, Truncate):
        del content[operation.size :]
    elif isinstance(operation, Write):
        end = operation.offset + len(operation.data)
        content.extend(bytes(max(0, end - len(content))))
        content[operation.offset : end] = operation.data
    return content


class PowerCut(FaultyDisk):
    """A disk whose power is cut at the given operation (from 1; None: never)."""

    def __init__(self, at: int | None) -> None:
        self.operations = 0
        self.platters: dict[str, Platter] = {}
        self._at = at
        super().__init__()

    @property
    def dark(self) -> bool:
        """Whether the power has been cut."""
        return self._at is not None and self.operations >= self._at

    def count(self) -> None:
        """One more change or sync, maybe the one that does not come to its end."""
        self.operations += 1
        self.alive()

    def alive(self) -> None:
        """Raises IOError once the power is cut."""
        if self.dark:
            raise apsw.IOError("the power is cut")

    def sync_names(self) -> None:
        """What a sync of the folder does."""
        for platter in self.platters.values():
            platter.settle()

    def leave(self, chooser: random.Random) -> None:
        """Make the real files what the disk has when the power is back."""
        for path, platter in self.platters.items():
            content = platter.after_cut(chooser)
            if content is None:
                Path(path).unlink(missing_ok=True)
            else:
                Path(path).write_bytes(content)

    def xOpen(self, name: FileName, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        self.alive()
        path = path_of(name)
        if not path:
            return apsw.VFSFile("unix", name, flags)
        before = Path(path).read_bytes() if Path(path).exists() else None
        if path not in self.platters:
            self.platters[path] = Platter(None if before is None else bytearray(before))
        file = _File(self, self.platters[path], name, flags)
        if before is None:
            self.platters[path].pending.append(Create())
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        platter = self.platters[filename]
        platter.pending.append(Delete())
        self.count()
        super().xDelete(filename, syncdir)
        if syncdir:
            self.sync_names()


class _File(apsw.VFSFile):
    def __init__(self, disk: PowerCut, platter: Platter, name: FileName, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk
        self._platter = platter
        # As SQLite's own file system does: the first sync of a log syncs its folder too.
        self._folder_due = bool(flags[0] & _LOGS)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._platter.pending.append(Write(offset, bytes(data)))
        self._disk.count()
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._platter.pending.append(Truncate(newsize))
        self._disk.count()
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.count()
        self._platter.sync()
        if self._folder_due:
            self._disk.sync_names()
            self._folder_due = False

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._disk.alive()
        return super().xRead(amount, offset)

    def xFileSize(self) -> int:  # noqa: N802
        self._disk.alive()
        return super().xFileSize()

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE
