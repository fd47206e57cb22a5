"""Files that are not ours, damaged, shared, or cut off by a kill: a clear error, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from graph.commit import CommitMeta
from graph.errors import (
    CorruptStoreError,
    InvalidNameError,
    NotFoundError,
    StaleHeadError,
    UnavailableError,
)
from graph.model import Delta, Literal, Qualifier, Statement
from graph.sqlite import SqliteStore
from graph.store import open_store
from graph.vocabulary import EXACT_SYNONYM, LABEL, SUBCLASS_OF, XREF
from tests.graph.clocks import Ticking
from tests.graph.conformance import label, put, state

WRITER = """
import sys
from graph.commit import CommitMeta
from graph.errors import StaleHeadError
from graph.model import Delta, Literal, Statement
from graph.store import open_store

location, branch, name, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
store = open_store(location)
done = 0
while done < count:
    head = store.snapshot(branch).version.commit
    added = frozenset(
        Statement(f"urn:{name}:{done}", f"urn:p:{i}", Literal(f"{name} {done}")) for i in range(20)
    )
    try:
        commit = store.commit(branch, Delta(added=added), head, CommitMeta(message=name))
    except StaleHeadError:
        continue
    done += 1
    print(commit.id, flush=True)
"""


def filled(path: Path) -> Path:
    """A store with a few commits and a branch, closed again."""
    store = SqliteStore.open(str(path), create=True, clock=Ticking())
    noted = Statement("urn:n:a", EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, Literal("X:1")),))
    put(store, *(label(f"urn:n:{i}", f"name {i}") for i in range(300)), noted)
    put(store, label("urn:n:1", "other"), removed=(label("urn:n:1", "name 1"),))
    store.create_branch("b", "main~1")
    put(store, removed=(label("urn:n:2", "name 2"),), branch="b")
    store.merge("main", "b", CommitMeta("merge"))
    store.close()
    return path


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
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE fact(x)")
    other.close()
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(CorruptStoreError, match="not a kgdelta store"):
            open_store(str(path), create=create)
    assert path.read_bytes() == before


def test_a_newer_format(tmp_path: Path) -> None:
    path = filled(tmp_path / "kg.db")
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(CorruptStoreError, match="newer"):
        open_store(str(path))


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9])
def test_cut_off_files(tmp_path: Path, share: float) -> None:
    path = filled(tmp_path / "kg.db")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CorruptStoreError):
        open_store(str(path))


def test_flipped_bytes_never_pass_unseen(tmp_path: Path) -> None:
    """A flipped byte is either reported or in space that holds nothing."""
    path = filled(tmp_path / "kg.db")
    content = path.read_bytes()
    intact = open_store(str(path))
    expected = {v: state(intact, v) for v in ("main", "main~1", "b")}
    life = list(intact.life({"urn:n:1"}))
    intact.close()
    chooser = random.Random(7)
    reported = 0
    for _ in range(60):
        place = chooser.randrange(len(content))
        damaged = bytearray(content)
        damaged[place] ^= 1 << chooser.randrange(8)
        path.write_bytes(damaged)
        for side in ("-wal", "-shm"):
            Path(f"{path}{side}").unlink(missing_ok=True)
        try:
            store = open_store(str(path))
        except (CorruptStoreError, UnavailableError, NotFoundError):
            reported += 1
            continue
        try:
            damage = list(store.verify())
            if not damage:
                assert {v: state(store, v) for v in expected} == expected, place
                assert list(store.life({"urn:n:1"})) == life, place
            reported += bool(damage)
        finally:
            store.close()
    assert reported > 5


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("UPDATE commits SET message='forged' WHERE cid=2", "commit"),
        ("UPDATE commits SET authored=authored+1 WHERE cid=2", "commit"),
        ("UPDATE commits SET delta=zeroblob(32) WHERE cid=1", "hash of its delta"),
        ("UPDATE node SET iri='urn:n:other' WHERE iri='urn:n:7'", "hash of its delta"),
        ("UPDATE value SET text='forged' WHERE text='name 7'", "value"),
        ("UPDATE qualifier SET data=x'00000000'", "qualifiers"),
        ("UPDATE fact SET s=s+1 WHERE fid=9", "hash of its delta"),
        ("UPDATE fact SET until=5 WHERE fid=9", "log"),
        ("UPDATE fact SET until=until+1 WHERE until<9", "does not change there"),
        ("UPDATE fact SET origin=2 WHERE fid=9", "origin"),
        ("DELETE FROM fact WHERE fid=9", "missing"),
        ("DELETE FROM closed", "log"),
        ("DELETE FROM change WHERE i=0 AND seq=1", "log"),
        ("UPDATE position SET size=size+1", "recorded"),
        ("DELETE FROM position WHERE seq=1", "gaps"),
        ("UPDATE branch SET head=1 WHERE name='main'", "head"),
        ("DELETE FROM commits WHERE cid=2", "no commit"),
    ],
)
def test_verify_names_what_was_tampered_with(tmp_path: Path, sql: str, names: str) -> None:
    path = filled(tmp_path / "kg.db")
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    assert connection.changes() > 0
    connection.close()
    store = open_store(str(path))
    assert any(names in line for line in store.verify())
    store.close()


def test_a_damaged_index_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = filled(tmp_path / "kg.db")
    connection = apsw.Connection(str(path))
    connection.execute("DROP INDEX fact_out")
    connection.close()
    store = open_store(str(path))
    with pytest.raises(CorruptStoreError):
        list(store.snapshot().statements({"urn:n:1"}))
    store.close()


def test_two_handles_one_wins(tmp_path: Path) -> None:
    path = str(filled(tmp_path / "kg.db"))
    one, other = open_store(path), open_store(path)
    head = one.resolve("main")
    assert other.resolve("main") == head
    held = other.snapshot()
    size = len(list(held.statements()))
    won = one.commit("main", Delta(added=frozenset({label("urn:n:w", "one")})), head, CommitMeta())
    with pytest.raises(StaleHeadError) as caught:
        other.commit("main", Delta(added=frozenset({label("urn:n:w", "two")})), head, CommitMeta())
    assert caught.value.actual == won.id
    assert len(list(held.statements())) == size
    assert other.snapshot().labels({"urn:n:w"}) == {"urn:n:w": Literal("one")}
    one.close()
    other.close()


def start(path: Path, branch: str, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), branch, name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kg.db"
    open_store(str(path), create=True).close()
    writers = [start(path, "main", name, 15) for name in "xyz"]
    acknowledged = [writer.communicate()[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    store = open_store(str(path))
    line = [commit.id for commit in store.log()]
    assert sorted(line) == sorted(commit for each in acknowledged for commit in each)
    assert len(line) == 45
    assert len(store.snapshot()) == 45 * 20
    assert list(store.verify()) == []
    store.close()


def kill_rounds(path: Path, rounds: int, seed: int) -> None:
    """Kill a writer somewhere in its work, again and again, on one file."""
    store = open_store(str(path), create=True)
    chooser = random.Random(seed)
    every: list[str] = []
    for number in range(rounds):
        writer = start(path, "main", f"w{number}", 1_000_000)
        assert writer.stdout is not None
        reads = chooser.randrange(1, 30)
        every += [writer.stdout.readline().strip() for _ in range(reads)]
        writer.send_signal(signal.SIGKILL)
        every += [line.strip() for line in writer.stdout if len(line) == 65]
        writer.wait()
        writer.stdout.close()
        line = [commit.id for commit in store.log()]
        assert set(every) <= set(line)
        assert len(line) <= len(every) + number + 1
        assert len(store.snapshot()) == 20 * len(line)
    store.close()
    again = open_store(str(path))
    assert list(again.verify()) == []
    again.close()


def test_killed_writers_leave_whole_commits(tmp_path: Path) -> None:
    kill_rounds(tmp_path / "kg.db", rounds=8, seed=1)


@pytest.mark.long
def test_killed_writers_leave_whole_commits_200_times(tmp_path: Path) -> None:
    kill_rounds(tmp_path / "kg.db", rounds=200, seed=2)


def test_a_full_transaction_is_taken_back(tmp_path: Path) -> None:
    """An error in the middle of a commit leaves the state, and the handle usable."""
    store = open_store(str(filled(tmp_path / "kg.db")))
    before, head = state(store), store.resolve("main")

    def failing() -> Callable[[], None]:
        raise KeyboardInterrupt

    store._log.write = lambda *_: failing()
    added = Delta(added=frozenset({Statement("urn:new", SUBCLASS_OF, "urn:newer")}))
    with pytest.raises(KeyboardInterrupt):
        store.commit("main", added, head, CommitMeta())
    del store._log.write
    assert (state(store), store.resolve("main")) == (before, head)
    store.commit("main", added, head, CommitMeta())
    assert state(store) == before | added.added
    assert store.snapshot().labels({"urn:n:9"}) == {"urn:n:9": Literal("name 9")}
    assert list(store.snapshot().statements({"urn:n:9"}, {LABEL}))
    store.close()
