"""Rows that are there several times: said once, with how often as a qualifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.encoded_groups import EncodedGroups, encoded
from graph.model import Literal, Node, Qualifier, canonical_qualifiers, encode_qualifiers
from graph.snapshot import Columns
from graph.vocabulary import XSD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]


def counted_copies(columns: Columns, start: int, predicate: Node) -> Columns:
    """Columns in which equal rows from a row on are one, with a qualifier that counts them.

    Rows without an equal stay as they are; the order stays.
    """
    import numpy as np

    ids = [columns.subject, columns.predicate, columns.object, columns.qualifier]
    order: Numbers = np.lexsort([column[start:] for column in reversed(ids)])
    repeated = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in ids:
        ordered = column[start:][order]
        repeated &= ordered[1:] == ordered[:-1]
    if not repeated.any():
        return columns
    firsts = np.flatnonzero(np.concatenate([[True], ~repeated]))
    counts = np.diff(np.append(firsts, len(order)))
    # The sort is stable, so the first of equal rows is the one that came first.
    places = order[firsts] + start
    groups = list(encoded(columns.qualifiers))
    numbers: dict[tuple[int, int], int] = {}
    qualifier = columns.qualifier.copy()
    for place, count in zip(places[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True):
        key = (int(qualifier[place]), count)
        if key not in numbers:
            numbers[key] = len(groups)
            groups.append(_with_count(columns, key, predicate))
        qualifier[place] = numbers[key]
    kept = np.concatenate([np.arange(start, dtype=np.int64), np.sort(places)])
    parts = (columns.subject, columns.predicate, columns.object, qualifier)
    return Columns(columns.terms, EncodedGroups(groups), *(part[kept] for part in parts))


def _with_count(columns: Columns, key: tuple[int, int], predicate: Node) -> bytes:
    group, count = key
    told = Qualifier(predicate, Literal(str(count), XSD + "integer"))
    return encode_qualifiers(canonical_qualifiers((*columns.qualifiers[group], told)))
