"""Which rows of several columns of numbers are different ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]


def distinct_rows(columns: Sequence[Column]) -> Column:
    """The place of the first of each group of equal rows, in the order of the rows.

    Columns have shape (rows,) and one length.
    """
    import numpy as np

    order: Column = np.lexsort(columns[::-1])
    repeated = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in columns:
        ordered = column[order]
        repeated &= ordered[1:] == ordered[:-1]
    first: Column = order[np.concatenate([[True], ~repeated])[: len(order)]]
    return first
