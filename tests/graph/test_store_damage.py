"""Flipped bits, lost ends, forged rows: each is reported, or changes nothing that anybody sees."""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import closing
from enum import Enum, auto
from pathlib import Path
from typing import Final

import apsw
import pytest

from graph.errors import CorruptStoreError, NotFoundError, UnavailableError
from graph.store import open_store
from tests.graph.conformance import label, put
from tests.graph.store_files import answers, filled

_PAGE: Final = 4096


class Damage(Enum):
    """What a store says about itself."""

    REFUSED = auto()
    REPORTED = auto()
    UNSEEN = auto()


def examine(path: Path, expected: dict[str, object]) -> Damage:
    """Open, verify and read: no error but ours, and no wrong answer that nobody reported."""
    try:
        store = open_store(str(path))
    except (CorruptStoreError, UnavailableError, NotFoundError):
        return Damage.REFUSED
    with closing(store):
        reports: list[object] = list(store.verify())
        wrong = [found for name, found in answers(store).items() if found != expected[name]]
        reports += [each for each in wrong if isinstance(each, CorruptStoreError)]
        assert reports or not wrong
        return Damage.REPORTED if reports else Damage.UNSEEN


def flipped(content: bytes, place: int, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[place] ^= 1 << bit
    return bytes(damaged)


def write_alone(path: Path, content: bytes) -> None:
    """Make it the content of a store that nobody has open."""
    path.write_bytes(content)
    for side in ("-wal", "-shm", "-journal"):
        Path(f"{path}{side}").unlink(missing_ok=True)


def intact(path: Path) -> tuple[bytes, dict[str, object]]:
    """A store's content, and all its answers."""
    content = filled(path).read_bytes()
    with closing(open_store(str(path))) as store:
        return content, answers(store)


def flip(path: Path, places: Iterable[int], seed: int) -> set[Damage]:
    """Flip one bit of each of these bytes, one at a time; what became of the store."""
    content, expected = intact(path)
    chooser = random.Random(seed)
    found: set[Damage] = set()
    for place in places:
        bit = chooser.randrange(8)
        write_alone(path, flipped(content, place, bit))
        try:
            found.add(examine(path, expected))
        except Exception as error:
            error.add_note(f"with bit {bit} of byte {place} flipped")
            raise
    return found


def places(path: Path, each: int, seed: int) -> list[int]:
    """So many bytes of every page."""
    chooser = random.Random(seed)
    pages = range(0, filled(path).stat().st_size, _PAGE)
    path.unlink()
    return [page + chooser.randrange(_PAGE) for page in pages for _ in range(each)]


def test_a_flipped_bit_in_any_page_never_passes_unseen(tmp_path: Path) -> None:
    path = tmp_path / "kg.db"
    assert flip(path, places(path, each=1, seed=7), seed=7) >= {Damage.REPORTED, Damage.UNSEEN}


@pytest.mark.long
def test_thousands_of_flipped_bits_never_pass_unseen(tmp_path: Path) -> None:
    path = tmp_path / "kg.db"
    assert flip(path, places(path, each=40, seed=8), seed=8) == set(Damage)


def test_a_flipped_bit_in_the_header_never_passes_unseen(tmp_path: Path) -> None:
    found = flip(tmp_path / "kg.db", range(100), seed=9)
    assert found >= {Damage.REFUSED, Damage.UNSEEN}


def ends(size: int) -> list[int]:
    """Lengths at which a file may have been cut off, around every page and within the header."""
    pages = [page + by for page in range(_PAGE, size, _PAGE) for by in (-1, 0, 1)]
    return [1, 15, 16, 17, 50, 99, 100, 101, 512, *pages, size - 1]


def test_files_that_are_cut_off_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kg.db"
    content, _ = intact(path)
    for end in ends(len(content)):
        write_alone(path, content[:end])
        for create in (False, True):
            with pytest.raises(CorruptStoreError) as caught:
                open_store(str(path), create=create)
            assert caught.value.source == str(path)
        assert path.read_bytes() == content[:end]
        assert list(tmp_path.iterdir()) == [path]


def with_log(path: Path) -> tuple[bytes, bytes, list[dict[str, object]]]:
    """A file and its log as a crash leaves them, and all states acknowledged since it was empty."""
    filled(path)
    with closing(open_store(str(path))) as store:
        states = [answers(store)]
        for number in range(4):
            put(store, *(label(f"urn:new:{number}:{i}", "new") for i in range(5)))
            states.append(answers(store))
        return path.read_bytes(), Path(f"{path}-wal").read_bytes(), states


def damaged_logs(log: bytes, count: int, seed: int) -> Iterable[bytes]:
    """Flipped, cut off, filled with nothing, of nobody, and none at all."""
    chooser = random.Random(seed)
    yield from (log, b"", bytes(len(log)), chooser.randbytes(len(log)), log[:32], log + log[32:])
    for _ in range(count):
        place = chooser.randrange(len(log))
        yield flipped(log, place, chooser.randrange(8))
        yield log[:place]
        yield log[:place] + bytes(len(log) - place)


def check_damaged_logs(path: Path, count: int, seed: int) -> None:
    """An acknowledged state, of those before the damage, and a store that takes commits."""
    content, log, states = with_log(path)
    found: set[int] = set()
    for damaged in damaged_logs(log, count, seed):
        write_alone(path, content)
        Path(f"{path}-wal").write_bytes(damaged)
        with closing(open_store(str(path))) as store:
            found.add(states.index(answers(store)))
            put(store, label("urn:after", "the damage"))
            assert list(store.verify()) == []
    assert {0, len(states) - 1} <= found
    assert len(found) > 2


def test_a_damaged_log_gives_a_state_that_was_acknowledged(tmp_path: Path) -> None:
    check_damaged_logs(tmp_path / "kg.db", count=8, seed=3)


@pytest.mark.long
def test_hundreds_of_damaged_logs_give_states_that_were_acknowledged(tmp_path: Path) -> None:
    check_damaged_logs(tmp_path / "kg.db", count=120, seed=4)


def forge(path: Path, sql: str) -> None:
    """Change rows behind the back of the store."""
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(sql)
        assert connection.changes() > 0


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("UPDATE commits SET message='forged' WHERE cid=2", "commit"),
        ("UPDATE commits SET authored=authored+1 WHERE cid=2", "commit"),
        ("UPDATE commits SET delta=zeroblob(32) WHERE cid=1", "hash of its delta"),
        ("UPDATE node SET iri='urn:n:other' WHERE iri='urn:n:7'", "hash of its delta"),
        ("UPDATE value SET text='forged' WHERE text='name 7'", "value"),
        ("DELETE FROM word WHERE rowid=5", "words"),
        ("UPDATE value SET searched=NULL WHERE vid=5", "words"),
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
    forge(path, sql)
    with closing(open_store(str(path))) as store:
        assert any(names in line for line in store.verify())


def test_a_damaged_index_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = filled(tmp_path / "kg.db")
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DROP INDEX fact_out")
    with closing(open_store(str(path))) as store, pytest.raises(CorruptStoreError):
        list(store.snapshot().statements({"urn:n:1"}))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE fact SET s=x'00' WHERE fid=9",
        "UPDATE fact SET p=-1 WHERE fid=9",
        "UPDATE fact SET o='x' WHERE fid=9",
        "UPDATE fact SET until=x'00' WHERE fid=9",
        "UPDATE fact SET since='x' WHERE fid=9",
        "UPDATE closed SET until=x'00'",
        "UPDATE value SET text=x'ff', tree=x'ff' WHERE vid=9",
        "UPDATE node SET iri=x'ff' WHERE nid=9",
        "UPDATE branch SET head='x', seq='y' WHERE name='b'",
        "UPDATE branch SET parent=bid WHERE name='b'",
        "UPDATE commits SET first=cid WHERE cid=2",
        "UPDATE position SET cid=x'ff', size='x' WHERE seq=2",
        "UPDATE commits SET authored='x', changes=x'ff' WHERE cid=2",
        "UPDATE change SET fid='x' WHERE seq=2",
    ],
)
def test_rows_that_make_no_sense_are_an_error_of_the_store(tmp_path: Path, sql: str) -> None:
    path = filled(tmp_path / "kg.db")
    with closing(open_store(str(path))) as store:
        expected = answers(store)
    forge(path, sql)
    assert examine(path, expected) is Damage.REPORTED
