"""Files that are not ours, or not of our time: a clear error, and they stay as they are."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from graph.errors import CorruptStoreError, InvalidNameError, NotFoundError, UnavailableError
from graph.store import open_store
from tests.graph.store_files import filled


def test_a_missing_store(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="kgdelta init"):
        open_store(str(tmp_path / "none.db"))
    with pytest.raises(NotFoundError, match="folder"):
        open_store(str(tmp_path / "none" / "kg.db"), create=True)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnavailableError):
        open_store("neo4j://localhost")
    with pytest.raises(UnavailableError):
        open_store("a\x00b", create=True)
    with pytest.raises(InvalidNameError):
        open_store(":memory:", "\ud800", create=True)


@pytest.mark.parametrize(
    "content",
    [
        b"format-version: 1.2\n",
        b"SQLite format 3",
        b"SQLite format 3\x00" + b"\x00" * 50,
        b"\x00" * 4096,
        b"\x89PNG\r\n\x1a\n" + bytes(1000),
        b"PK\x03\x04" + bytes(1000),
        "format-version: 1.2\n".encode("utf-16"),
        b"SQLite format 2\x00" + bytes(4080),
        b"SQLite format 3\x00" + bytes(4080),
        b"SQLite format 3\x00" + b"\xff" * 4080,
        b"SQLite format 3\x00" + random.Random(5).randbytes(20_000),
        random.Random(6).randbytes(20_000),
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_files_that_are_not_stores(tmp_path: Path, content: bytes, create: bool) -> None:
    path = tmp_path / "kg.db"
    path.write_bytes(content)
    with pytest.raises(CorruptStoreError) as caught:
        open_store(str(path), create=create)
    assert caught.value.source == str(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_folders_and_empty_files(tmp_path: Path) -> None:
    with pytest.raises(CorruptStoreError, match="folder"):
        open_store(str(tmp_path))
    path = tmp_path / "kg.db"
    path.touch()
    with pytest.raises(CorruptStoreError, match="empty"):
        open_store(str(path))
    open_store(str(path), create=True).close()
    open_store(str(path)).close()


def test_databases_of_others(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(apsw.Connection(str(path))) as other:
        other.execute("CREATE TABLE fact(x)")
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(CorruptStoreError, match="not a kgdelta store"):
            open_store(str(path), create=create)
    assert path.read_bytes() == before


def test_a_newer_format(tmp_path: Path) -> None:
    path = filled(tmp_path / "kg.db")
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(CorruptStoreError, match="newer"):
        open_store(str(path))
