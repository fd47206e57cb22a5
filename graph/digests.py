"""Digests by the million, sorted and hashed without an object for each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

_LENGTH: Final = 32
#: Fewer than this are sorted faster as objects than by way of numpy.
_FEW: Final = 10_000


class Digests:
    """A growing set of SHA-256 digests, kept as bytes one after another."""

    def __init__(self) -> None:
        self._data = bytearray()

    def __len__(self) -> int:
        return len(self._data) // _LENGTH

    def extend(self, digests: Iterable[bytes]) -> None:
        """Take digests in, 32 bytes each."""
        self._data += b"".join(digests)

    def in_order(self) -> bytes | memoryview:
        """All digests in ascending order."""
        if len(self) < _FEW:
            starts = range(0, len(self._data), _LENGTH)
            return b"".join(sorted(bytes(self._data[at : at + _LENGTH]) for at in starts))
        import numpy as np

        # Compared as text padded with zeros, which orders bytes of one length as bytes. Sorted
        # where they lie: a set has no other order to keep.
        np.frombuffer(self._data, dtype=f"S{_LENGTH}").sort()
        return memoryview(self._data)


def hash_of(removed: Digests, added: Digests) -> bytes:
    """The hash of a delta, as :func:`graph.model.hash_of_digests` gives it."""
    sha = hashlib.sha256()
    for digests in (removed, added):
        sha.update(len(digests).to_bytes(8, "big"))
        sha.update(digests.in_order())
    return sha.digest()
