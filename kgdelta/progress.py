"""How far files are that are read and stored, by their bytes, while someone watches."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol, TypeAlias

import click

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Times that a bar moves: often enough to be seen, and seldom enough to cost nothing.
_MOVES: Final = 200

#: Takes how many bytes were read since it was called last.
Advance: TypeAlias = Callable[[int], None]


class Watch(Protocol):
    """Is told what happens to files."""

    def read(self, count: int) -> None:
        """So many bytes were read."""

    def stored(self, file: Path) -> None:
        """What was read of a file is in the store."""


class Counted(io.RawIOBase):
    """A stream that tells how many bytes are taken from it."""

    def __init__(self, stream: IO[bytes], advance: Advance) -> None:
        super().__init__()
        self._stream = stream
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._stream.read(len(view))
        view[: len(chunk)] = chunk
        self._advance(len(chunk))
        return len(chunk)


class _Nobody:
    """Nobody watches."""

    def read(self, count: int) -> None:
        """Say nothing."""

    def stored(self, file: Path) -> None:
        """Say nothing."""


class _Bar:
    """A bar of which the first half is reading and the second half what follows."""

    def __init__(self, sizes: dict[Path, int], advance: Advance) -> None:
        self._sizes = sizes
        self._advance = advance

    def read(self, count: int) -> None:
        """Move on within a file."""
        self._advance(count)

    def stored(self, file: Path) -> None:
        """Move on by a file."""
        self._advance(self._sizes.get(file, 0))


@contextmanager
def watching(files: Sequence[Path], label: str) -> Iterator[Watch]:
    """A bar on standard error that moves with the bytes of files; none where nobody watches."""
    if not sys.stderr.isatty():
        yield _Nobody()
        return
    sizes = {file: file.stat().st_size for file in files if file.is_file()}
    length = max(2 * sum(sizes.values()), 1)
    with click.progressbar(
        length=length,
        label=f"{label:<28}",
        file=sys.stderr,
        width=30,
        update_min_steps=max(length // _MOVES, 1),
    ) as bar:
        yield _Bar(sizes, bar.update)
        bar.finish()
