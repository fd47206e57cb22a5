"""Files and folders that cannot be written: read where that is possible, else a clear error."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from graph.errors import UnavailableError
from graph.store import open_store
from tests.graph.conformance import label, put
from tests.graph.store_files import answers, filled

#: Somebody without rights of their own; the administrator may write anything.
NOBODY: Final = 65534
REFUSED: Final = "cannot be written; commits need both, and reading needs the folder"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody can reach, unlike those that are made for one user's tests."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@contextmanager
def without_privileges(missing: Callable[[str], None]) -> Iterator[None]:
    """Permissions bind this process meanwhile."""
    if os.geteuid():
        yield
        return
    try:
        os.seteuid(NOBODY)
    except OSError:
        missing("another user to become")
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_cannot_be_written_can_be_read(
    folder: Path, missing: Callable[[str], None]
) -> None:
    path = filled(folder / "kg.db")
    with closing(open_store(str(path))) as store:
        expected = answers(store)
    content = path.read_bytes()
    path.chmod(0o444)
    folder.chmod(0o777)
    with without_privileges(missing):
        # The second time finds what the first has left beside the file.
        for _ in range(2):
            with closing(open_store(str(path))) as store:
                assert answers(store) == expected
                with pytest.raises(UnavailableError, match=REFUSED):
                    put(store, label("urn:new", "new"))
                assert answers(store) == expected
                assert list(store.verify()) == []
    assert path.read_bytes() == content
    path.chmod(0o644)
    with closing(open_store(str(path))) as store:
        put(store, label("urn:new", "new"))


def test_a_folder_that_cannot_be_written_is_named(
    folder: Path, missing: Callable[[str], None]
) -> None:
    path = filled(folder / "kg.db")
    with closing(open_store(str(path))) as store:
        expected = answers(store)
    path.chmod(0o444)
    folder.chmod(0o555)
    with without_privileges(missing):
        with pytest.raises(UnavailableError, match=REFUSED):
            open_store(str(path))
        with pytest.raises(UnavailableError, match=REFUSED):
            open_store(str(folder / "new.db"), create=True)
    assert [each.name for each in folder.iterdir()] == ["kg.db"]
    folder.chmod(0o755)
    with closing(open_store(str(path))) as store:
        assert answers(store) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users, one of whom may write")
def test_readers_without_rights_read_what_somebody_has_open(
    folder: Path, missing: Callable[[str], None]
) -> None:
    path = filled(folder / "kg.db")
    with closing(open_store(str(path))) as writer:
        put(writer, label("urn:new", "new"))
        expected = answers(writer)
        with without_privileges(missing), closing(open_store(str(path))) as reader:
            assert answers(reader) == expected
            with pytest.raises(UnavailableError, match=REFUSED):
                put(reader, label("urn:newer", "newer"))
        put(writer, label("urn:newer", "newer"))


def test_a_file_that_cannot_be_read_is_named(folder: Path, missing: Callable[[str], None]) -> None:
    path = filled(folder / "kg.db")
    path.chmod(0o000)
    with without_privileges(missing), pytest.raises(UnavailableError, match="Permission denied"):
        open_store(str(path))
