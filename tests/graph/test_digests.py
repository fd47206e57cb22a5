"""Digests kept as bytes hash to what a delta of statements hashes to."""

from __future__ import annotations

import hashlib

import pytest

from graph.digests import Digests, hash_of
from graph.model import hash_of_digests


@pytest.mark.parametrize("count", [0, 1, 2, 9_999, 10_000, 20_001])
def test_hashes_agree(count: int) -> None:
    made = [hashlib.sha256(str(number).encode()).digest() for number in range(count)]
    # Trailing and leading zero bytes are where arrays of text go wrong.
    made += [bytes(32), bytes(31) + b"\x01", b"\x01" + bytes(31), b"\xff" * 32]
    removed, added = Digests(), Digests()
    for start in range(0, len(made), 1_000):
        added.extend(made[start : start + 1_000])
    removed.extend(made[:3])
    assert (len(removed), len(added)) == (3, len(made))
    assert bytes(added.in_order()) == b"".join(sorted(made))
    assert hash_of(removed, added) == hash_of_digests(made[:3], made)
