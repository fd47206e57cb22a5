"""A stream whose beginning can be looked at before it is read."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SIZE = 1 << 16


class _Filling(io.RawIOBase):
    """A stream that gives as much as it is asked for, until it ends."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view):
            more = self._stream.read(len(view) - filled)
            if not more:
                break
            view[filled : filled + len(more)] = more
            filled += len(more)
        return filled


def peekable(stream: IO[bytes]) -> io.BufferedReader:
    """The same bytes; ``peek`` shows the next 64 KiB, or all there are, and takes nothing away."""
    return io.BufferedReader(_Filling(stream), _SIZE)
