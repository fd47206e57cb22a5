"""No room on the disk: a clear error, the state as it was, and the same work succeeds later."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from graph.commit import CommitMeta
from graph.errors import UnavailableError
from graph.memory import MemorySnapshot
from graph.sqlite import SqliteStore
from graph.store import Store, open_store
from tests.graph.conformance import label, put, state
from tests.graph.faulty_disk import in_use
from tests.graph.full_disk import FullDisk
from tests.graph.store_files import answers, filled

Work: TypeAlias = Callable[[Store], object]

NEW: Final = tuple(label(f"urn:new:{i}", f"new {i}") for i in range(40))
ERASED: Final = label("urn:n:2", "name 2")
FULL: Final = "the disk is full"
#: What is said where only unused space could not be given back.
RECORDED: Final = "all is recorded"
#: Bytes between one attempt and the next: several in the ordinary suite, each page in the long one.
COARSE: Final = 17_017
FINE: Final = 2_060


def load(store: Store) -> object:
    columns = MemorySnapshot(frozenset(NEW)).columns()
    return store.load("main", columns, store.resolve("main"), CommitMeta("load"))


WORK: Final[dict[str, Work]] = {
    "commit": lambda store: put(store, *NEW),
    "load": load,
    "revert": lambda store: store.revert("main", "main", CommitMeta("revert")),
    "branch": lambda store: store.create_branch("c"),
    "tag": lambda store: store.create_tag("v2"),
    "compact": lambda store: store.compact(),
}


def want_of_room(disk: FullDisk, room: int, work: Callable[[], object]) -> UnavailableError | None:
    """The error of work on a disk with so much room; there is room without end afterwards."""
    disk.room = room
    try:
        work()
    except UnavailableError as error:
        return error
    finally:
        disk.room = None
    return None


def attempts(path: Path, step: int) -> Iterator[tuple[Store, FullDisk, int]]:
    """The same store again and again, on a disk that will have ever more room."""
    content = filled(path).read_bytes()
    disk = FullDisk()
    with in_use(disk, checkpoint_pages=0):
        for room in range(0, 4 * len(content), step):
            path.write_bytes(content)
            with closing(SqliteStore.open(str(path))) as store:
                yield store, disk, room


def full_until_done(path: Path, work: Work, step: int) -> None:
    """Each attempt that fails leaves the state, and succeeds on the same handle with more room."""
    for store, disk, room in attempts(path, step):
        before = answers(store)
        error = want_of_room(disk, room, partial(work, store))
        if error is None:
            assert room > 0
            return
        assert error.what == str(path)
        assert error.reason.startswith((FULL, RECORDED))
        assert answers(store) == before
        work(store)
        assert list(store.verify()) == []
        after = answers(store)
        store.close()
        with closing(SqliteStore.open(str(path))) as again:
            assert answers(again) == after
    pytest.fail("there never was enough room")


@pytest.mark.parametrize("name", WORK)
def test_a_full_disk_changes_nothing(tmp_path: Path, name: str) -> None:
    full_until_done(tmp_path / "kg.db", WORK[name], COARSE)


@pytest.mark.long
@pytest.mark.parametrize("name", WORK)
def test_a_disk_full_at_any_page_changes_nothing(tmp_path: Path, name: str) -> None:
    full_until_done(tmp_path / "kg.db", WORK[name], FINE)


@pytest.mark.parametrize("step", [pytest.param(COARSE), pytest.param(FINE, marks=pytest.mark.long)])
def test_a_purge_on_a_full_disk_is_done_or_not_done(tmp_path: Path, step: int) -> None:
    """It erases first and writes the file anew then; only that may be left to do."""
    path = tmp_path / "kg.db"
    with closing(open_store(str(filled(path)))) as store:
        before = answers(store)
        store.purge({ERASED})
        erased = answers(store)
    path.unlink()
    found = set()
    for store, disk, room in attempts(path, step):
        error = want_of_room(disk, room, partial(store.purge, {ERASED}))
        done = answers(store) == erased
        assert done or answers(store) == before
        reason = "" if error is None else FULL if error.reason == FULL else RECORDED
        found.add((reason, done))
        store.compact() if done else store.purge({ERASED})
        assert answers(store) == erased
        assert list(store.verify()) == []
        if error is None:
            break
    assert found == {(FULL, False), (RECORDED, True), ("", True)}


@pytest.mark.parametrize("room", range(0, 250_000, 9_009))
def test_a_store_made_on_a_full_disk_can_be_made_later(tmp_path: Path, room: int) -> None:
    path = tmp_path / "kg.db"
    disk = FullDisk()
    with in_use(disk, checkpoint_pages=0):
        error = want_of_room(disk, room, lambda: SqliteStore.open(str(path), create=True).close())
        assert room > 100_000 if error is None else error.reason == FULL
        with closing(SqliteStore.open(str(path), create=True)) as store:
            put(store, *NEW)
            assert list(store.verify()) == []


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Files of this process cannot grow beyond a size: a quota that the system itself keeps."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [32_768, 40_000, 60_001, 100_000])
def test_a_quota_changes_nothing(tmp_path: Path, size: int) -> None:
    path = filled(tmp_path / "kg.db")
    with closing(open_store(str(path))) as store:
        before = answers(store)
        with files_up_to(size), pytest.raises(UnavailableError, match="disk I/O error") as caught:
            put(store, *NEW)
        assert caught.value.what == str(path)
        assert answers(store) == before
        put(store, *NEW)
        assert list(store.verify()) == []


def test_a_log_that_cannot_be_emptied_is_kept(tmp_path: Path) -> None:
    """A commit that fits into the log is safe, whether or not the file may grow."""
    path = filled(tmp_path / "kg.db")
    with files_up_to(path.stat().st_size):
        store = open_store(str(path))
        put(store, *NEW)
        after = answers(store)
        store.close()
        with closing(open_store(str(path))) as again:
            assert answers(again) == after
    assert Path(f"{path}-wal").stat().st_size > 0
    with closing(open_store(str(path))) as store:
        assert set(NEW) <= state(store)
        assert list(store.verify()) == []


def test_a_store_cannot_be_opened_without_any_room(tmp_path: Path) -> None:
    path = filled(tmp_path / "kg.db")
    content = path.read_bytes()
    with files_up_to(0), pytest.raises(UnavailableError) as caught:
        open_store(str(path))
    assert caught.value.what == str(path)
    assert path.read_bytes() == content
    open_store(str(path)).close()
