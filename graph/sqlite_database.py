"""One SQLite file: opened with care, asked with parameters, its errors in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import apsw

from graph.encoding import is_storable
from graph.errors import CorruptStoreError, NotFoundError, StoreError, UnavailableError
from graph.sqlite_migrations import MIGRATIONS
from graph.sqlite_schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A row as the schema types it.
Row: TypeAlias = tuple[Any, ...]
Bindings: TypeAlias = Sequence[Any] | Mapping[str, Any]

MEMORY: Final = ":memory:"
_BUSY_MILLISECONDS: Final = 30_000
_HEADER: Final = b"SQLite format 3\x00"
#: How a rollback journal begins: https://www.sqlite.org/fileformat2.html#the_rollback_journal
_JOURNAL: Final = bytes.fromhex("d9d505f920a163d7")
_INIT_HINT: Final = "make one with `kgdelta init`"


class Database:
    """A connection whose reads come back whole, so that no cursor outlives its question."""

    def __init__(self, connection: apsw.Connection, source: str) -> None:
        self._connection = connection
        self.source = source
        #: Where branches started (parent, entry), by number: set once, and never changed.
        self.forks: dict[int, tuple[int | None, int]] = {}

    @classmethod
    def open(cls, location: str, create: bool) -> Database:
        """Open a file of ours, or make it.

        Raises NotFoundError, CorruptStoreError (foreign, damaged or newer), UnavailableError.
        """
        if "\x00" in location or not is_storable(location):
            raise UnavailableError(ascii(location), "not a file name that a store can have")
        if location != MEMORY:
            _check_file(location, create)
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        with _translated(location):
            connection = apsw.Connection(location, flags)
        database = cls(connection, location)
        try:
            with _translated(location):
                connection.set_busy_timeout(_BUSY_MILLISECONDS)
                database._identify(create)
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("PRAGMA cache_size=-65536")
                # A first load leaves a log of its own size; it need not stay so large.
                connection.execute("PRAGMA journal_size_limit=8388608")
                connection.execute("PRAGMA wal_autocheckpoint=2000")
        except BaseException:
            # What went wrong first is what the caller must hear.
            with suppress(apsw.Error):
                connection.close(True)
            raise
        return database

    def _identify(self, create: bool) -> None:
        application = self.value("PRAGMA application_id")
        version = self.value("PRAGMA user_version")
        tables = self.value("SELECT count(*) FROM sqlite_schema")
        if application == APPLICATION_ID and version > SCHEMA_VERSION:
            reason = f"written by a newer kgdelta (format {version}): upgrade kgdelta"
            raise CorruptStoreError(self.source, reason)
        if application == APPLICATION_ID and version == SCHEMA_VERSION:
            return
        if application == APPLICATION_ID and version in MIGRATIONS:
            self._migrate()
            return
        if tables or application or version:
            raise CorruptStoreError(self.source, "an SQLite file, but not a kgdelta store")
        if not create:
            raise CorruptStoreError(self.source, f"an empty file, not a store: {_INIT_HINT}")
        self._connection.execute("PRAGMA journal_mode=WAL")
        with self.transaction():
            if self.value("PRAGMA application_id") == APPLICATION_ID:
                return
            for statement in SCHEMA:
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _migrate(self) -> None:
        """Bring an earlier format to the present one, all or nothing."""
        with self.transaction():
            # Another process may have done it while this one waited.
            version = self.value("PRAGMA user_version")
            while version in MIGRATIONS:
                MIGRATIONS[version](self._connection)
                version += 1
            self._connection.execute(f"PRAGMA user_version={version}")

    def close(self) -> None:
        """Release the file. Raises UnavailableError where the last writes fail."""
        with _translated(self.source):
            self._connection.close()

    def rows(self, sql: str, bindings: Bindings = ()) -> list[Row]:
        """All rows of one question."""
        # A context manager would cost as much as the smaller questions themselves.
        try:
            return list(self._connection.execute(sql, bindings))
        except (apsw.Error, UnicodeDecodeError) as error:
            raise _in_our_words(error, self.source) from error

    def value(self, sql: str, bindings: Bindings = ()) -> Any:
        """The first column of the first row, None if there is none."""
        found = self.rows(sql, bindings)
        return found[0][0] if found else None

    def many(self, sql: str, bindings: Iterable[Bindings]) -> list[Row]:
        """One statement for each set of bindings; the rows of all of them."""
        with _translated(self.source):
            return list(self._connection.executemany(sql, bindings))

    @staticmethod
    def array(values: NDArray[np.int64] | tuple[bytes, ...]) -> object:
        """Numbers or bytes as a binding of ``carray(?)``: a table of them that is not copied."""
        return apsw.carray(values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; other writers wait, and readers see the state before."""
        with _translated(self.source):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _translated(self.source):
                self._connection.execute("COMMIT")
        except BaseException:
            self.forks.clear()
            if self._connection.in_transaction:
                with _translated(self.source):
                    self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def leaving_no_trace(self) -> Iterator[None]:
        """What is deleted meanwhile is overwritten in the file."""
        self.rows("PRAGMA secure_delete=ON")
        try:
            yield
        finally:
            self.rows("PRAGMA secure_delete=OFF")


@contextmanager
def _translated(source: str) -> Iterator[None]:
    """Errors of SQLite as errors of the store."""
    try:
        yield
    except (apsw.Error, UnicodeDecodeError) as error:
        raise _in_our_words(error, source) from error


def _in_our_words(error: apsw.Error | UnicodeDecodeError, source: str) -> StoreError:
    match error:
        case UnicodeDecodeError():
            return CorruptStoreError(source, f"damaged: a text is not UTF-8: {error}")
        case apsw.CorruptError() | apsw.NotADBError() | apsw.SQLError() | apsw.MismatchError():
            return CorruptStoreError(source, f"damaged: {error}")
        case apsw.BusyError():
            return UnavailableError(source, "another process is writing", "try again")
        case apsw.ConnectionClosedError():
            return UnavailableError(source, "this store is closed", "open it again")
        case apsw.FullError():
            return UnavailableError(source, "the disk is full", "make room and try again")
        case apsw.ReadOnlyError() | apsw.CantOpenError():
            hint = "commits need both, and reading needs the folder"
            return UnavailableError(source, "its file or folder cannot be written", hint)
    return UnavailableError(source, str(error) or type(error).__name__)


def _check_file(location: str, create: bool) -> None:
    path = Path(location)
    try:
        if not path.exists():
            if not create:
                raise NotFoundError("store", location, _INIT_HINT)
            if not path.absolute().parent.is_dir():
                raise NotFoundError("folder", str(path.parent), "make it first")
            return
        if not path.is_file():
            raise CorruptStoreError(location, "a folder, not a store")
        # A change that was cut off may have torn the file; SQLite takes it back on opening.
        if _start_of(Path(f"{location}-journal"), len(_JOURNAL)) == _JOURNAL:
            return
        header = _start_of(path, 100)
        size = path.stat().st_size
        quiet = not _start_of(Path(f"{location}-wal"), 1)
    except OSError as error:
        raise UnavailableError(location, error.strerror or str(error)) from error
    if header and not _HEADER.startswith(header[:16]):
        raise CorruptStoreError(location, "not a kgdelta store")
    if not header:
        return
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    # While a log is there a checkpoint may be under way, and the header may run ahead.
    if len(header) < 100 or (quiet and size < pages * (65536 if page == 1 else page)):
        raise CorruptStoreError(location, "cut off: the end of the file is missing")


def _start_of(path: Path, size: int) -> bytes:
    """The first bytes of a file; none of one that is not there."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except FileNotFoundError:
        return b""
