"""A disk with little room: files grow until it is used up, and what is there can be overwritten."""

from __future__ import annotations

import apsw

from tests.graph.faulty_disk import FaultyDisk, FileName


class FullDisk(FaultyDisk):
    """A disk on which files can grow by ``room`` bytes together; None is without end."""

    def __init__(self, room: int | None = None) -> None:
        self.room = room
        super().__init__()

    def granted(self, growth: int) -> int:
        """How many bytes of a growth there is room for; they are used up then."""
        if self.room is None:
            return growth
        given = min(growth, self.room)
        self.room -= given
        return given

    def xOpen(self, name: FileName, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FullDisk, name: FileName, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        growth = max(0, offset + len(data) - self.xFileSize())
        missing = growth - self._disk.granted(growth)
        super().xWrite(data[: max(0, len(data) - missing)], offset)
        if missing:
            raise apsw.FullError

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Left out: nothing is cut off here, and syncs take time."""
