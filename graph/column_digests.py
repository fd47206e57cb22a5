"""The digests of statements that are rows of columns: no statement becomes an object."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from graph.digests import Digests, hash_of
from graph.encoding import encode_text
from graph.model import encode_object
from graph.snapshot import Columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]


def hash_of_rows(columns: Columns, groups: Sequence[bytes], pages: Iterable[Places]) -> bytes:
    """The hash of the delta that adds the rows at some places, each of them once.

    ``groups`` has the canonical bytes of the sets of qualifiers.
    """
    added = Digests()
    for page in _digests(columns, groups, pages):
        added.extend(page)
    return hash_of(Digests(), added)


def _digests(
    columns: Columns, groups: Sequence[bytes], pages: Iterable[Places]
) -> Iterator[list[bytes]]:
    c = columns
    nodes = [encode_text(term) if isinstance(term, str) else b"" for term in c.terms]
    objects = [
        b"N" + node if isinstance(term, str) else encode_object(term)
        for term, node in zip(c.terms, nodes, strict=True)
    ]
    sha256 = hashlib.sha256
    for places in pages:
        rows = zip(
            c.subject[places].tolist(),
            c.predicate[places].tolist(),
            c.object[places].tolist(),
            c.qualifier[places].tolist(),
            strict=True,
        )
        yield [sha256(nodes[s] + nodes[p] + objects[o] + groups[q]).digest() for s, p, o, q in rows]
