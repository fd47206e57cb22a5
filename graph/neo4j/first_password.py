"""The first password of a new server, in the place of the one that every new server has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.errors import UnavailableError
from graph.neo4j.server import Address, Server

if TYPE_CHECKING:
    from neo4j import Driver

_BY_DEFAULT: Final = "neo4j"
_SET: Final = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"


def let_in(address: Address) -> None:
    """Reach a server as a user; a new one, which has Neo4j's own password yet, gets this one.

    Raises UnavailableError.
    """
    try:
        Server.connect(address).close()
    except UnavailableError as first:
        if not _set_password(address):
            raise first from None
        Server.connect(address).close()


def _set_password(address: Address) -> bool:
    """Whether the server had the password of a new one, and has ours now."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        with GraphDatabase.driver(
            address.url,
            auth=(address.user or _BY_DEFAULT, _BY_DEFAULT),
            telemetry_disabled=True,
            notifications_min_severity="OFF",
            max_transaction_retry_time=0.0,
        ) as driver:
            _alter(driver, address.password or "")
    except (DriverError, Neo4jError):
        return False
    return True


def _alter(driver: Driver, password: str) -> None:
    with driver.session(database="system") as session:
        session.run(_SET, old=_BY_DEFAULT, new=password).consume()
