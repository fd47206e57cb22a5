"""Compression, known by its first bytes: a stream, bounded, that tells of a broken end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

from ingest.errors import IngestError
from ingest.peeking import peekable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Bytes that one source may come to when it is decompressed.
LARGEST: Final = 1 << 36

Raw: TypeAlias = IO[bytes]
#: What the libraries open, of no common type.
_Opener: TypeAlias = Callable[[Raw], Any]


def _open_zstd(raw: Raw) -> Raw:
    from zstandard import ZstdDecompressor

    return ZstdDecompressor().stream_reader(raw, read_across_frames=True)


_OPENERS: Final[tuple[tuple[bytes, _Opener], ...]] = (
    (b"\x1f\x8b", lambda raw: gzip.GzipFile(fileobj=raw)),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"BZh", bz2.BZ2File),
    (b"\x28\xb5\x2f\xfd", _open_zstd),
)
#: Endings of file names that mean a compression.
SUFFIXES: Final = (".gz", ".xz", ".bz2", ".zst")


class Decompressed(io.RawIOBase):
    """The plain bytes of a compressed stream.

    Where the compression is damaged the stream ends, and ``damage`` says why. Raises IngestError
    where it comes to more than ``LARGEST`` bytes, or is damaged from the start.
    """

    def __init__(self, stream: Raw, source: str) -> None:
        super().__init__()
        self._stream = stream
        self._source = source
        self._count = 0
        self.damage = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self.damage:
            return 0
        try:
            chunk = self._stream.read(len(view))
        except Exception as error:
            if not isinstance(error, OSError | EOFError | lzma.LZMAError | zlib.error) and (
                type(error).__name__ != "ZstdError"
            ):
                raise
            self.damage = f"the compression is damaged: {error}"
            if not self._count:
                raise IngestError(self._source, 0, self.damage) from None
            return 0
        self._count += len(chunk)
        if self._count > LARGEST:
            raise IngestError(self._source, 0, f"more than {LARGEST >> 30} GiB when decompressed")
        view[: len(chunk)] = chunk
        return len(chunk)


def decompressed(stream: Raw, source: str) -> tuple[io.BufferedReader, Decompressed | None]:
    """The plain bytes of a stream, and what tells of damage where it is compressed.

    Raises IngestError.
    """
    outer = peekable(stream)
    head = outer.peek(8)
    for magic, opened in _OPENERS:
        if head.startswith(magic):
            plain = Decompressed(opened(outer), source)
            return peekable(io.BufferedReader(plain)), plain
    return outer, None


def unpacked(content: bytes, source: str) -> tuple[bytes, str]:
    """Plain bytes, and the ending of :data:`SUFFIXES` that means how they were packed, or nothing.

    Raises IngestError, also for a broken end.
    """
    for (magic, _), suffix in zip(_OPENERS, SUFFIXES, strict=True):
        if content.startswith(magic):
            plain, compression = decompressed(io.BytesIO(content), source)
            found = plain.read()
            if compression is not None and compression.damage:
                raise IngestError(source, 0, compression.damage)
            return found, suffix
    return content, ""


def packed(content: bytes, suffix: str) -> bytes:
    """Bytes packed as an ending of :data:`SUFFIXES` says, or as they are where it is empty."""
    if not suffix:
        return content
    target = io.BytesIO()
    with compressed(target, suffix) as stream:
        stream.write(content)
    return target.getvalue()


def compressed(target: Raw, suffix: str) -> Any:
    """A stream that compresses to another as an ending of :data:`SUFFIXES` says.

    Closing it leaves the other open. Equal content gives equal bytes.
    """
    if suffix == ".gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0)
    if suffix == ".xz":
        return lzma.LZMAFile(target, "wb")
    if suffix == ".bz2":
        return bz2.BZ2File(target, "wb")
    from zstandard import ZstdCompressor

    return io.BufferedWriter(ZstdCompressor().stream_writer(target, closefd=False))
