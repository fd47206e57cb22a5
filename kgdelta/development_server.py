"""A Neo4j server of one's own in a folder, with a password: brought up, asked for, taken down."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import UnavailableError
from kgdelta.local_neo4j import USER, LocalServer, neo4j_jars

_PASSWORD: Final = "password"  # noqa: S105
_PORT: Final = re.compile(r"^server\.bolt\.listen_address=127\.0\.0\.1:([0-9]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, and the file with its password; ``started`` says it did not before."""

    url: str
    process: int
    password_file: Path
    started: bool


def bring_up(folder: Path, cache: Path, port: int, heap: str, pages: str) -> Running:
    """Start the server of a folder, or leave it running where it runs; its data stay there.

    ``heap`` and ``pages`` are amounts of memory as Java writes them, such as ``512m``.
    Raises UnavailableError.
    """
    home = folder.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = _server(home, _known_port(home) or port)
    process = known.process()
    if process is not None:
        return Running(known.url, process, home / _PASSWORD, started=False)
    server = LocalServer(home, neo4j_jars(cache), port, heap, pages, password=_password(home))
    server.start()
    process = server.process()
    if process is None:
        raise UnavailableError(server.url, "it ended", f"see {home / 'console.log'}")
    return Running(server.url, process, home / _PASSWORD, started=True)


def take_down(folder: Path) -> str | None:
    """Stop the server of a folder and wait until it is gone; its URL, None where none ran."""
    home = folder.resolve()
    server = _server(home, _known_port(home) or 0)
    return server.url if server.stop() else None


def _server(home: Path, port: int) -> LocalServer:
    return LocalServer(home, home, port)


def _known_port(home: Path) -> int | None:
    """The port that the server was started with last."""
    try:
        found = _PORT.search((home / "conf" / "neo4j.conf").read_text(encoding="utf-8"))
    except OSError:
        return None
    return int(found[1]) if found else None


def _password(home: Path) -> str:
    """The password of the folder's server, made at its first start."""
    file = home / _PASSWORD
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        made = secrets.token_urlsafe(18)
        file.touch(mode=0o600)
        file.write_text(f"{made}\n", encoding="ascii")
        return made


def login_lines(running: Running) -> list[str]:
    """What a shell must set to use a server that runs."""
    return [
        f"export KGDELTA_STORE={running.url}",
        f"export NEO4J_USERNAME={USER} NEO4J_PASSWORD_FILE='{running.password_file}'",
    ]
