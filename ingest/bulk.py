"""Many statements as columns for ``Store.load``, without a million statement objects."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.distinct_rows import distinct_rows
from graph.model import Object, Statement, encode_qualifiers
from graph.snapshot import Columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.kgx_rows import Parts

#: Where the parts of a format come from, as ``module:function`` of this room.
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kgx": "kgx:kgx_tsv_parts",
        "kgx-jsonl": "kgx:kgx_jsonl_parts",
        "parquet": "kgx_tables:kgx_parquet_parts",
        "duckdb": "kgx_tables:kgx_duckdb_parts",
    }
)


def to_columns(statements: Iterable[Statement]) -> Columns:
    """Streamed statements as columns; repeated ones are rows of their own, which a store nets."""
    return columns_of(parts_of_all(statements))


def columns_of(rows: Iterable[Parts]) -> Columns:
    """Subject, predicate, object and canonical qualifiers a row, interned in order of first use."""
    interning = Interning()
    interning.add(rows)
    return interning.columns()


def parts_of_all(statements: Iterable[Statement]) -> Iterator[Parts]:
    """Statements in parts."""
    for statement in statements:
        group = encode_qualifiers(statement.qualifiers)
        yield statement.subject, statement.predicate, statement.object, group


@contextmanager
def _without_collection() -> Iterator[None]:
    # What is interned stays, and has no cycles: looking through it again and again costs a third.
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Interning:
    """Rows of one source or of several, on their way to columns."""

    def __init__(self) -> None:
        self._terms: dict[Object, int] = {}
        self._groups: dict[bytes, int] = {encode_qualifiers(()): 0}
        self._columns = tuple(array("q") for _ in range(4))

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, rows: Iterable[Parts]) -> None:
        """Take rows in."""
        with _without_collection():
            self._add(rows)

    def _add(self, rows: Iterable[Parts]) -> None:
        terms, groups = self._terms, self._groups
        intern, intern_group = terms.setdefault, groups.setdefault
        add_subject, add_predicate, add_object, add_group = (c.append for c in self._columns)
        for subject, predicate, value, group in rows:
            add_subject(intern(subject, len(terms)))
            add_predicate(intern(predicate, len(terms)))
            add_object(intern(value, len(terms)))
            add_group(intern_group(group, len(groups)))

    def distinct(self, start: int = 0) -> int:
        """How many different rows there are from a row on."""
        return len(distinct_rows([column[start:] for column in self._tables()]))

    def columns(self, once: bool = False) -> Columns:
        """All rows as columns, each row as often as it came, or once."""
        from graph.encoded_groups import EncodedGroups

        tables = self._tables()
        if once:
            first = distinct_rows(tables)
            if len(first) < len(self):
                first.sort()
                tables = [column[first] for column in tables]
        return Columns(tuple(self._terms), EncodedGroups(tuple(self._groups)), *tables)

    def _tables(self) -> list[NDArray[np.int64]]:
        import numpy as np

        if not len(self):
            return [np.zeros(0, dtype=np.int64)] * 4
        return [np.frombuffer(column, dtype=np.int64) for column in self._columns]


def parts_reader(form: str) -> Callable[..., Iterator[Parts]] | None:
    """What gives the parts of a format from ``(stream, options, report)``; None if nothing does."""
    from importlib import import_module

    if form not in PARTS:
        return None
    module, _, name = PARTS[form].partition(":")
    found: Callable[..., Iterator[Parts]] = getattr(import_module(f"ingest.{module}"), name)
    return found
