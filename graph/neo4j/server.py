"""One database on a Neo4j server: questions, transactions, retries, and its errors as ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from graph.errors import KgdeltaError, UnavailableError

if TYPE_CHECKING:
    from neo4j import Driver, Transaction

T = TypeVar("T")

SCHEMES: Final = frozenset({"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"})
#: How long a transient failure is tried again, in seconds, and the first and longest pause.
_PATIENCE: Final = 30.0
_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0
_OLDEST: Final = (5, 26)


class RefusedLoginError(UnavailableError):
    """A server does not let in a user with a password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and who asks; the password shows in no text of this object."""

    url: str
    database: str | None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, user: str | None = None, password: str | None = None) -> Address:
        """``neo4j://[USER:PASSWORD@]HOST[:PORT][/DATABASE]``. Raises UnavailableError."""
        shown = without_secrets(url)
        try:
            parts = urlsplit(url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            # What the error says may be a part of the password.
            hint = "write neo4j://HOST:PORT/DATABASE, other signs of a password as %XX"
            raise UnavailableError(shown, "not a URL", hint) from None
        if parts.scheme not in SCHEMES or not parts.hostname:
            hint = "write neo4j://HOST:PORT/DATABASE"
            raise UnavailableError(shown, "not the URL of a Neo4j server", hint)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        query = f"?{parts.query}" if parts.query else ""
        return cls(
            f"{parts.scheme}://{host}{port}{query}",
            unquote(parts.path.strip("/")) or None,
            unquote(parts.username) if parts.username else user,
            unquote(parts.password) if parts.password else password,
        )

    @property
    def shown(self) -> str:
        """The URL as people may see it."""
        return f"{self.url}/{self.database}" if self.database else self.url


def without_secrets(url: str) -> str:
    """A URL without what stands before its ``@``, even where it is not well formed."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else url


class Work:
    """One transaction under way."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def rows(self, query: str, /, **parameters: Any) -> list[list[Any]]:
        """Ask, or write; returns what comes back, row by row."""
        return self._transaction.run(query, parameters).values()

    def value(self, query: str, /, **parameters: Any) -> Any:
        """The first value of the first row, None where there is none."""
        rows = self.rows(query, **parameters)
        return rows[0][0] if rows else None


class Server:
    """A connection pool; one object belongs to one thread, as the store over it does."""

    def __init__(self, address: Address, driver: Driver) -> None:
        self._address = address
        self._driver = driver
        #: A server that never answered is not waited for.
        self._patience = 0.0

    @classmethod
    def connect(cls, address: Address) -> Server:
        """Reach a server and check that it is one we can use. Raises UnavailableError."""
        try:
            from neo4j import GraphDatabase
        except ModuleNotFoundError:
            hint = "install it with `pip install 'kgdelta[neo4j]'`"
            raise UnavailableError(address.shown, "the Neo4j driver is missing", hint) from None
        log = logging.getLogger("neo4j")
        if not log.handlers:
            # Our errors say what it would write where nobody has asked for a log.
            log.addHandler(logging.NullHandler())
        auth = (address.user, address.password or "") if address.user else None
        with _translated(address):
            driver = GraphDatabase.driver(
                address.url,
                auth=auth,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
                connection_acquisition_timeout=_PATIENCE,
                connection_timeout=10.0,
                max_transaction_retry_time=0.0,
            )
        server = cls(address, driver)
        try:
            server._check_version()
        except BaseException:
            driver.close()
            raise
        server._patience = _PATIENCE
        return server

    def _check_version(self) -> None:
        query = "CALL dbms.components() YIELD name, versions, edition RETURN versions[0]"
        found = str(self.rows(query)[0][0])
        numbers = tuple(int(part) for part in found.split("-")[0].split(".")[:2] if part.isdigit())
        if numbers < _OLDEST:
            oldest = ".".join(map(str, _OLDEST))
            hint = f"use Neo4j {oldest} or newer"
            raise UnavailableError(self.shown, f"the server is Neo4j {found}", hint)

    @property
    def shown(self) -> str:
        """The URL, without secrets."""
        return self._address.shown

    def close(self) -> None:
        """Give all connections back."""
        self._driver.close()

    def rows(self, query: str, /, **parameters: Any) -> list[list[Any]]:
        """Ask without writing; repeated where the server says that this may help."""
        return self._asked("READ", query, parameters)

    def latest(self, query: str, /, **parameters: Any) -> list[list[Any]]:
        """Ask the member of a cluster that writes: others may not know yet what it did."""
        return self._asked("WRITE", query, parameters)

    def _asked(self, mode: str, query: str, parameters: dict[str, Any]) -> list[list[Any]]:
        def ask() -> list[list[Any]]:
            with self._driver.session(
                database=self._address.database,
                default_access_mode=mode,
                fetch_size=-1,
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session:
                return session.run(query, parameters).values()

        return self._patiently(ask)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One transaction that may not write; what it asks for is streamed, and asked once."""
        with (
            _translated(self._address),
            self._driver.session(
                database=self._address.database,
                default_access_mode="READ",
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session,
            session.begin_transaction() as transaction,
        ):
            yield transaction
            transaction.commit()

    def moment(self) -> frozenset[str]:
        """What the database committed last; the same again where nobody wrote meanwhile."""

        def ask() -> frozenset[str]:
            with self._driver.session(
                database=self._address.database,
                default_access_mode="READ",
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session:
                session.run("RETURN 1").consume()
                return session.last_bookmarks().raw_values

        return self._patiently(ask)

    def declare(self, query: str) -> None:
        """Change the schema; each such statement has a transaction of its own."""

        def run() -> None:
            with self._driver.session(
                database=self._address.database,
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session:
                session.run(query).consume()

        self._patiently(run)

    def write(self, work: Callable[[Work], T], done: Callable[[], T | None] | None = None) -> T:
        """Run one transaction, again where the server asks for that.

        Where the connection goes while it is being committed, ``done`` looks whether it was,
        and gives its result, so that nothing is written twice.
        """
        from neo4j.exceptions import DriverError, Neo4jError

        def attempt() -> T:
            with self._driver.session(
                database=self._address.database,
                fetch_size=-1,
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session:
                transaction = session.begin_transaction()
                try:
                    result = work(Work(transaction))
                except BaseException:
                    _roll_back(transaction)
                    raise
                try:
                    transaction.commit()
                except (DriverError, Neo4jError):
                    found = None if done is None else self._patiently(done)
                    if found is None:
                        raise
                    return found
                return result

        return self._patiently(attempt)

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Repeat while the failure is one that passes, and patience lasts."""
        from neo4j.exceptions import DriverError, Neo4jError

        pause, end = _PAUSE, time.monotonic() + self._patience
        while True:
            try:
                return ask()
            except (DriverError, Neo4jError) as error:
                if not _may_pass(error) or time.monotonic() + pause > end:
                    raise _ours(error, self._address) from error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _may_pass(error: Any) -> bool:
    """Whether the same may go well later: the limit of one transaction stays what it is."""
    return bool(error.is_retryable()) and "db.memory.transaction.max" not in str(error)


def _roll_back(transaction: Transaction) -> None:
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        transaction.close()
    except (DriverError, Neo4jError):
        # The server takes back what is not committed; the first error is the one to tell.
        return


@contextmanager
def _translated(address: Address) -> Iterator[None]:
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        yield
    except (DriverError, Neo4jError) as error:
        raise _ours(error, address) from error


def _ours(error: Exception, address: Address) -> KgdeltaError:
    """What went wrong, in one line, with what to do."""
    from neo4j.exceptions import AuthError, Forbidden, Neo4jError, ServiceUnavailable

    shown = address.shown
    if isinstance(error, Forbidden):
        reason = f"user {address.user or 'nobody'!r} may not do this"
        return UnavailableError(
            shown, reason, "it needs to read and write data, and to make indexes once"
        )
    if isinstance(error, AuthError):
        hint = "set NEO4J_USERNAME and NEO4J_PASSWORD, or NEO4J_PASSWORD_FILE"
        return RefusedLoginError(shown, "the server refuses this user or password", hint)
    if isinstance(error, Neo4jError):
        return _of_server(error, shown)
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, ServiceUnavailable):
        return UnavailableError(shown, "no server answers", "is it running? is the port right?")
    return UnavailableError(shown, first)


def _of_server(error: Any, shown: str) -> KgdeltaError:
    code = str(error.code or "")
    message = (str(error.message or "") or code).splitlines()[0]
    if "MemoryPoolOutOfMemory" in code or "OutOfMemory" in code:
        hint = "raise db.memory.transaction.max and its siblings, or ask for less at once"
        return UnavailableError(shown, "the server's memory for transactions is used up", hint)
    if "DatabaseNotFound" in code:
        return UnavailableError(shown, "the server has no such database", "name one in the URL")
    if "ReadOnly" in code or "AccessMode" in code or "WriteOnReadOnly" in code:
        return UnavailableError(shown, "the database is read-only now", message)
    if "TransactionStartFailed" in code:
        hint = "is its disk full? see its log, and start it again"
        return UnavailableError(shown, "the server has given the database up", hint)
    if "NoSpace" in code or "DiskFull" in code or "TransactionLog" in code:
        return UnavailableError(shown, "the server cannot write", "is its disk full?")
    return UnavailableError(shown, message, f"the server calls it {code}")
