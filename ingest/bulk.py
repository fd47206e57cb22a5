"""Many statements as columns for ``Store.load``, without a million statement objects."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph.model import Object, Statement, encode_qualifiers
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

    from graph.encoded_groups import EncodedGroups

    terms: dict[Object, int] = {}
    groups: dict[bytes, int] = {encode_qualifiers(()): 0}
    columns = tuple(array("q") for _ in range(4))
    add_subject, add_predicate, add_object, add_group = (column.append for column in columns)
    intern, intern_group = terms.setdefault, groups.setdefault
    for subject, predicate, value, group in rows:
        add_subject(intern(subject, len(terms)))
        add_predicate(intern(predicate, len(terms)))
        add_object(intern(value, len(terms)))
        add_group(intern_group(group, len(groups)))
    tables = [np.frombuffer(column, dtype=np.int64) for column in columns if column]
    if not tables:
        tables = [np.zeros(0, dtype=np.int64)] * 4
    return Columns(tuple(terms), EncodedGroups(tuple(groups)), *tables)


def _parts(statements: Iterable[Statement]) -> Iterator[Parts]:
    for statement in statements:
        group = encode_qualifiers(statement.qualifiers)
        yield statement.subject, statement.predicate, statement.object, group
