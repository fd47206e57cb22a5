"""A Neo4j server of one's own, for development and tests: its jars from Maven, in a folder.

It listens on this machine only. Its memory and log files are kept small: the figures are those
that a graph of a million edges was measured with.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import UnavailableError
from kgdelta.maven import find_jars

VERSION: Final = "5.26.31"
_MAIN_CLASS: Final = "org.neo4j.server.CommunityEntryPoint"
_OPENED: Final = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 60
_PAUSE: Final = 0.2
_SETTINGS: Final = """server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
server.memory.heap.initial_size={heap}
server.memory.heap.max_size={heap}
server.memory.pagecache.size={pages}
db.tx_log.rotation.retention_policy=64M size
db.tx_log.rotation.size=16M
db.tx_log.preallocate=false
"""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server whose data lie in a folder; it outlives the process that starts it."""

    home: Path
    jars: Path
    port: int = 7687
    heap: str = "512m"
    pages: str = "256m"
    #: More options for the Java machine.
    options: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """What a store on it is opened with."""
        return f"neo4j://127.0.0.1:{self.port}"

    @property
    def _process_file(self) -> Path:
        return self.home / "process"

    def start(self) -> None:
        """Start it and wait until it answers. Raises UnavailableError."""
        if self.process() is not None:
            return
        if _answers(self.port):
            hint = "stop what listens there, or choose another port"
            raise UnavailableError(self.url, "the port is taken", hint)
        settings = self.home / "conf"
        settings.mkdir(parents=True, exist_ok=True)
        text = _SETTINGS.format(port=self.port, heap=self.heap, pages=self.pages)
        (settings / "neo4j.conf").write_text(text, encoding="utf-8")
        number = self._spawn()
        self._process_file.write_text(str(number), encoding="ascii")
        end = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self.process() is None or time.monotonic() > end:
                self.stop()
                reason = f"it did not start: {self._last_words()}"
                raise UnavailableError(self.url, reason, f"see {self.home / 'console.log'}")
            time.sleep(_PAUSE)

    def _spawn(self) -> int:
        """Start the process, which is nobody's child to wait for."""
        write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        console = os.open(self.home / "console.log", write, 0o600)
        try:
            actions = [(os.POSIX_SPAWN_DUP2, console, 1), (os.POSIX_SPAWN_DUP2, console, 2)]
            return os.posix_spawnp(
                "java", self._command(), os.environ, file_actions=actions, setsid=True
            )
        finally:
            os.close(console)

    def _command(self) -> list[str]:
        opened = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED]
        memory = [f"-Xms{self.heap}", f"-Xmx{self.heap}"]
        places = [f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"]
        return [
            "java",
            *memory,
            *self.options,
            *opened,
            "-cp",
            f"{self.jars}/*",
            _MAIN_CLASS,
            *places,
        ]

    def _ready(self) -> bool:
        """Whether it answers questions, which it does later than it listens."""
        from graph.neo4j.server import Address, Server

        if not _answers(self.port):
            return False
        try:
            Server.connect(Address.parse(self.url)).close()
        except UnavailableError:
            return False
        return True

    def _last_words(self) -> str:
        lines = (
            (self.home / "console.log").read_text(encoding="utf-8", errors="replace").split("\n")
        )
        return next((line.strip() for line in reversed(lines) if line.strip()), "no word of why")

    def process(self) -> int | None:
        """The process that runs it, None where none does."""
        try:
            number = int(self._process_file.read_text(encoding="ascii"))
            os.kill(number, 0)
        except (OSError, ValueError):
            return None
        return None if _is_zombie(number) else number

    def stop(self) -> bool:
        """Stop it and wait until it is gone; False where it did not run."""
        return self._end(signal.SIGTERM)

    def kill(self) -> bool:
        """End it at once, as a power cut does."""
        return self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> bool:
        number = self.process()
        if number is None:
            return False
        os.kill(number, how)
        end = time.monotonic() + _STOP_SECONDS
        while self.process() is not None:
            if time.monotonic() > end:
                os.kill(number, signal.SIGKILL)
            time.sleep(_PAUSE)
        self._process_file.unlink(missing_ok=True)
        return True


def neo4j_jars(cache: Path) -> Path:
    """The server's jars in a cache folder, downloaded if they are not there.

    Raises UnavailableError.
    """
    return find_jars(cache, "neo4j", "org.neo4j", "neo4j", VERSION)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_zombie(number: int) -> bool:
    """Whether a process has ended and only waits to be noticed by its parent."""
    try:
        ended, _ = os.waitpid(number, os.WNOHANG)
    except ChildProcessError:
        return False
    return ended == number
