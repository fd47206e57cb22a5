"""Many statements as columns for ``Store.load``, without a million statement objects."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph.model import Object, Qualifier, Statement
from graph.snapshot import Columns

if TYPE_CHECKING:
    from ingest.kgx_rows import Parts


def to_columns(statements: Iterable[Statement]) -> Columns:
    """Streamed statements as columns; repeated ones are rows of their own, which a store nets."""
    return columns_of(_parts(statements))


def columns_of(rows: Iterable[Parts]) -> Columns:
    """Subject, predicate, object and canonical qualifiers a row, interned in order of first use."""
    with _without_collection():
        return _interned(rows)


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


def _interned(rows: Iterable[Parts]) -> Columns:
    import numpy as np

    terms: dict[Object, int] = {}
    groups: dict[tuple[Qualifier, ...], int] = {(): 0}
    # Qualifiers that a reader hands out again are the same object, which has a cheaper hash.
    known: dict[int, tuple[tuple[Qualifier, ...], int]] = {}
    columns = tuple(array("q") for _ in range(4))
    add_subject, add_predicate, add_object, add_group = (column.append for column in columns)
    intern = terms.setdefault
    for subject, predicate, value, qualifiers in rows:
        add_subject(intern(subject, len(terms)))
        add_predicate(intern(predicate, len(terms)))
        add_object(intern(value, len(terms)))
        seen = known.get(id(qualifiers))
        if seen is None or seen[0] is not qualifiers:
            place = groups.setdefault(qualifiers, len(groups))
            seen = known[id(qualifiers)] = (qualifiers, place)
        add_group(seen[1])
    tables = [np.frombuffer(column, dtype=np.int64) for column in columns if column]
    if not tables:
        tables = [np.zeros(0, dtype=np.int64)] * 4
    return Columns(tuple(terms), tuple(groups), *tables)


def _parts(statements: Iterable[Statement]) -> Iterator[Parts]:
    for statement in statements:
        yield statement.subject, statement.predicate, statement.object, statement.qualifiers
