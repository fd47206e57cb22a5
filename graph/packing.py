"""Rows of several numbers packed into one each, so that SQLite takes them from an array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows in mixed radix: ``rows`` has shape (rows,), ``unpacking`` is SQL over its ``value``.

    The order of the packed numbers is that of the rows.
    """

    rows: Column
    unpacking: str

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Packed | None:
        """Columns of equal length packed; None where a row does not fit into 63 bits."""
        import numpy as np

        if not len(columns[0]):
            return None
        lows = [int(column.min()) for column in columns]
        sizes = [int(column.max()) - low + 1 for column, low in zip(columns, lows, strict=True)]
        whole = 1
        for size in sizes:
            whole *= size
        if whole >= 1 << 63:
            return None
        rows = np.zeros(len(columns[0]), dtype=np.int64)
        parts: list[str] = []
        for column, low, size in zip(columns, lows, sizes, strict=True):
            rows *= size
            rows += column - low
            whole //= size
            parts.append(f"value / {whole} % {size} + {low}")
        return cls(rows, ", ".join(parts))
