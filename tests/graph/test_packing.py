"""Rows packed into one number each come back as they were; a load needs no packing to be right."""

from __future__ import annotations

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.commit import CommitMeta
from graph.packing import Packed
from graph.snapshot import columns_from
from graph.sqlite import SqliteStore
from tests.graph.clocks import Ticking
from tests.graph.conformance import state
from tests.graph.strategies import states

numbers = st.integers(-(1 << 31), 1 << 31) | st.integers(-2, 3)


@given(st.lists(st.tuples(numbers, st.integers(1, 40), numbers, st.integers(0, 9)), max_size=12))
def test_rows_come_back_in_order(rows: list[tuple[int, int, int, int]]) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
    packed = Packed.of(tuple(columns))
    if packed is None:
        spread = [max(c) - min(c) + 1 for c in zip(*rows, strict=True)]
        assert not rows or np.prod([float(s) for s in spread]) > 0.9 * 2.0**63
        return
    connection = apsw.Connection(":memory:")
    sql = f"SELECT {packed.unpacking} FROM carray(?)"
    assert list(connection.execute(sql, (apsw.carray(packed.rows),))) == rows
    order = sorted(range(len(rows)), key=rows.__getitem__)
    assert np.argsort(packed.rows, kind="stable").tolist() == order
    connection.close()


@given(states)
def test_a_load_without_packing_is_the_same_load(facts: frozenset) -> None:
    made = []
    for packing in (Packed.of, lambda _: None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("graph.sqlite_loading.Packed.of", packing)
            store = SqliteStore.open(":memory:", create=True, clock=Ticking())
            columns = columns_from([*facts, *facts])
            made.append(store.load("main", columns, None, CommitMeta("load")))
            assert state(store) == facts
            assert list(store.verify()) == []
            store.close()
    assert made[0] == made[1]
