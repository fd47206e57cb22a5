"""The embedded store does what every store must do, in a file and in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from graph.commit import CommitMeta
from graph.errors import InvalidNameError, NotFoundError, UnavailableError
from graph.model import Literal, Qualifier, Statement
from graph.snapshot import columns_from
from graph.sqlite import SqliteStore
from graph.store import open_store
from graph.vocabulary import EXACT_SYNONYM, XREF
from tests.graph.clocks import Ticking
from tests.graph.conformance import A, StoreConformance, label, put, state
from tests.graph.conformance_work import WorkConformance


class TestSqlite(StoreConformance, WorkConformance):
    @pytest.fixture(params=["file", "memory"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore]:
        location = str(tmp_path / "kg.db") if request.param == "file" else ":memory:"
        store = SqliteStore.open(location, create=True, clock=Ticking())
        yield store
        store.close()

    @pytest.fixture
    def other(self) -> Iterator[SqliteStore]:
        store = SqliteStore.open(":memory:", create=True, clock=Ticking())
        yield store
        store.close()

    def test_deleting_a_branch_keeps_its_commits(self, store: SqliteStore) -> None:
        put(store, label(A, "a"))
        store.create_branch("b")
        made = put(store, label(A, "b"), removed=(label(A, "a"),), branch="b")
        store.create_branch("c", "b")
        store.delete_branch("b")
        assert [b.name for b in store.branches()] == ["c", "main"]
        assert state(store, made.id) == state(store, "c") == {label(A, "b")}
        store.create_branch("b", "main")
        assert state(store, "b") == {label(A, "a")}
        with pytest.raises(InvalidNameError):
            store.delete_branch("main")
        assert list(store.verify()) == []


def test_a_load_that_a_sibling_made_before() -> None:
    """The same content at the same moment is the same commit, on two branches."""
    store = SqliteStore.open(
        ":memory:", create=True, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)
    )
    put(store, label(A, "a"))
    store.create_branch("b")
    columns = columns_from([label("urn:n:b", "b"), label("urn:n:c", "c")])
    head = store.resolve("main")
    made = [store.load(branch, columns, head, CommitMeta("load")) for branch in ("main", "b")]
    assert made[0] == made[1]
    assert state(store) == state(store, "b")
    assert {b.commit.id for b in store.blame({"urn:n:b"}, "b")} == {made[0].id}
    assert list(store.verify()) == []
    store.close()


def test_several_graphs_share_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kg.db'}"
    one, other = open_store(url, "one", create=True), open_store(url, "other", create=True)
    put(one, label(A, "one"))
    made = put(other, label(A, "other"))
    assert state(one) == {label(A, "one")}
    assert state(other) == {label(A, "other")}
    assert [e.statement for e in one.life({A})] == [label(A, "one")]
    with pytest.raises(NotFoundError):
        one.show(made.id)
    with pytest.raises(NotFoundError, match="graph"):
        open_store(url, "third")
    assert list(one.verify()) == list(other.verify()) == []
    one.close()
    other.close()


def test_what_another_handle_deleted_is_not_remembered(tmp_path: Path) -> None:
    """Numbers of terms are never given twice, and a writer looks whether its own still stand."""
    path = str(tmp_path / "kg.db")
    one, other = open_store(path, create=True), open_store(path)
    gone = label("urn:n:gone", "gone")
    put(one, gone, label(A, "a"))
    put(one, removed=(gone,))
    held = one.snapshot("main~1")
    assert held.labels({"urn:n:gone"}) == {"urn:n:gone": Literal("gone")}
    other.purge([gone])
    put(other, label("urn:n:new", "new"))
    assert state(one) == {label(A, "a"), label("urn:n:new", "new")}
    assert set(held.statements()) == {label(A, "a"), gone.erased}
    put(one, gone)
    both = {label(A, "a"), label("urn:n:new", "new"), gone}
    assert state(one) == state(other) == both
    assert one.snapshot().labels({"urn:n:gone"}) == {"urn:n:gone": Literal("gone")}
    assert list(other.verify()) == list(one.verify()) == []
    one.close()
    other.close()


def test_what_is_purged_is_not_in_the_file(tmp_path: Path) -> None:
    """Not in a table, not in the index of words, not in a page that is free, not in the log."""
    path = tmp_path / "kg.db"
    store = open_store(str(path), create=True)
    secret = Statement(
        "urn:n:JaneRoe", EXACT_SYNONYM, Literal("xyzzyperson"), (Qualifier(XREF, Literal("ssn42")),)
    )
    put(
        store, secret, label(A, "a"), meta=CommitMeta("about xyzzyperson", changes=("xyzzyperson",))
    )
    put(store, removed=(secret,))
    words = (b"JaneRoe", b"xyzzyperson", b"ssn42")

    def left() -> set[bytes]:
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        return {word for word in words if word in content}

    assert left() == set(words)
    store.purge([secret])
    assert left() == set()
    assert list(store.verify()) == []
    store.close()
    assert left() == set()


def test_a_reader_keeps_old_pages_and_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "kg.db")
    store = open_store(path, create=True)
    gone = label("urn:n:gone", "gone")
    put(store, gone)
    put(store, removed=(gone,))
    reader = apsw.Connection(path)
    reader.execute("BEGIN")
    list(reader.execute("SELECT count(*) FROM fact"))
    store._database.rows("PRAGMA busy_timeout=10")
    with pytest.raises(UnavailableError, match="compact"):
        store.purge([gone])
    assert state(store, "main~1") == {gone.erased}
    reader.execute("COMMIT")
    store.compact()
    reader.close()
    assert list(store.verify()) == []
    store.close()
