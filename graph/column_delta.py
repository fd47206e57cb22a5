"""What turns one state into another, both as columns: only what differs becomes an object."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

from graph.encoded_groups import encoded
from graph.model import Delta
from graph.packing import Packed
from graph.snapshot import Columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]

Thing = TypeVar("Thing", bound=Hashable)


def delta_between(before: Columns, after: Columns) -> Delta:
    """The statements of one that the other lacks, both ways; rows may be repeated."""
    import numpy as np

    terms = {term: place for place, term in enumerate(after.terms)}
    groups = {group: place for place, group in enumerate(encoded(after.qualifiers))}
    ids = _places(terms, before.terms)
    group_ids = _places(groups, encoded(before.qualifiers))
    b, a = before, after
    old, new = _numbered(
        (ids[b.subject], ids[b.predicate], ids[b.object], group_ids[b.qualifier]),
        (a.subject, a.predicate, a.object, a.qualifier),
    )
    return Delta(
        frozenset(before.at(np.flatnonzero(~np.isin(old, new))).statements()),
        frozenset(after.at(np.flatnonzero(~np.isin(new, old))).statements()),
    )


def _places(known: dict[Thing, int], others: Sequence[Thing]) -> Column:
    """The place of each, those that are not known behind the others."""
    import numpy as np

    found = (known.setdefault(other, len(known)) for other in others)
    return np.fromiter(found, dtype=np.int64, count=len(others))


def _numbered(one: Sequence[Column], other: Sequence[Column]) -> tuple[Column, Column]:
    """Each row as one number, the same for equal rows."""
    import numpy as np

    joint = [np.concatenate(columns) for columns in zip(one, other, strict=True)]
    packed = Packed.of(joint)
    if packed is None:
        rows: Column = np.unique(np.column_stack(joint), axis=0, return_inverse=True)[1]
        rows = rows.reshape(-1).astype(np.int64)
    else:
        rows = packed.rows
    return rows[: len(one[0])], rows[len(one[0]) :]
