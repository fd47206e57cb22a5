"""A Neo4j server of one's own, for development and tests: its jars from Maven, in a folder.

It listens on this machine only. Its memory and log files are kept small: the figures are those
that a graph of a million edges was measured with. Told to stop, it does not wait for clients.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from graph.errors import UnavailableError
from kgdelta.maven import find_jars

VERSION: Final = "5.26.31"
#: Who logs in where a password is asked for.
USER: Final = "neo4j"
_MAIN_CLASS: Final = "org.neo4j.server.CommunityEntryPoint"
_ADMIN_CLASS: Final = "org.neo4j.cli.AdminTool"
#: What a Community server calls its one database.
_DATABASE: Final = "neo4j"
_OPENED: Final = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 60
_PAUSE: Final = 0.2
_SETTINGS: Final = """server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled={asks}
dbms.usage_report.enabled=false
server.memory.heap.initial_size={heap}
server.memory.heap.max_size={heap}
server.memory.pagecache.size={pages}
db.tx_log.rotation.retention_policy=64M size
db.tx_log.rotation.size=16M
db.tx_log.preallocate=false
internal.server.bolt.thread_pool_shutdown_wait_time=0s
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
    #: What the user ``neo4j`` logs in with; None lets in everybody on this machine.
    password: str | None = field(default=None, repr=False)
    #: More settings of the server, a line each.
    settings: tuple[str, ...] = ()

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
        self._configure()
        number = self._spawn()
        self._process_file.write_text(str(number), encoding="ascii")
        end = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self.process() is None or time.monotonic() > end:
                self.stop()
                reason = f"it did not start: {self._last_words()}"
                raise UnavailableError(self.url, reason, f"see {self.home / 'console.log'}")
            time.sleep(_PAUSE)

    def _configure(self) -> None:
        settings = self.home / "conf"
        settings.mkdir(parents=True, exist_ok=True)
        asks = "false" if self.password is None else "true"
        text = _SETTINGS.format(port=self.port, heap=self.heap, pages=self.pages, asks=asks)
        text += "".join(f"{line}\n" for line in self.settings)
        (settings / "neo4j.conf").write_text(text, encoding="utf-8")

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
        places = [f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"]
        return [*self._java(), _MAIN_CLASS, *places]

    def _java(self) -> list[str]:
        opened = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED]
        memory = [f"-Xms{self.heap}", f"-Xmx{self.heap}"]
        return ["java", *memory, *self.options, *opened, "-cp", f"{self.jars}/*"]

    def import_files(self, arguments: Sequence[str]) -> None:
        """Make its database, or make it anew, from files; it must not run. Raises UnavailableError.

        The arguments are those of ``neo4j-admin database import full`` behind the database.
        """
        if self.process() is not None:
            raise UnavailableError(self.url, "the server is running", "stop it first")
        self._configure()
        command = [*self._java(), _ADMIN_CLASS, "database", "import", "full", _DATABASE]
        command += ["--overwrite-destination=true", *arguments]
        places = {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, env={**os.environ, **places}
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip() or "no word of why").splitlines()
            raise UnavailableError(self.url, f"the import failed: {said[-1]}")

    def _ready(self) -> bool:
        """Whether it answers questions, which it does later than it listens.

        Raises RefusedLoginError where it runs with another password.
        """
        from graph.neo4j.first_password import let_in
        from graph.neo4j.server import Address, RefusedLoginError, Server

        if not _answers(self.port):
            return False
        try:
            if self.password is None:
                Server.connect(Address.parse(self.url)).close()
            else:
                let_in(Address.parse(self.url, USER, self.password))
        except RefusedLoginError:
            self.stop()
            raise
        except UnavailableError:
            return False
        return True

    def _last_words(self) -> str:
        """What its log says was wrong, else the last line of all that it wrote."""
        lines: list[str] = []
        for file in (self.home / "logs" / "neo4j.log", self.home / "console.log"):
            with suppress(OSError):
                text = file.read_text(encoding="utf-8", errors="replace")
                lines += [
                    "".join(filter(str.isprintable, line)).strip() for line in text.split("\n")
                ]
        errors = [line for line in lines if " ERROR " in line]
        return next((line for line in reversed(errors or lines) if line), "no word of why")

    def process(self) -> int | None:
        """The process that runs it, None where none does."""
        try:
            number = int(self._process_file.read_text(encoding="ascii"))
            os.kill(number, 0)
        except (OSError, ValueError):
            return None
        return None if _is_zombie(number) or not self._is_ours(number) else number

    def _is_ours(self, number: int) -> bool:
        """Whether a process is this server: after a restart of the machine it may be any other."""
        try:
            told = Path(f"/proc/{number}/cmdline").read_bytes()
        except OSError:
            try:
                told = subprocess.run(  # noqa: S603
                    ["ps", "-ww", "-o", "args=", "-p", str(number)],  # noqa: S607
                    capture_output=True,
                    check=False,
                ).stdout
            except OSError:
                return True
        # Between its start and its first own step it has the name of what started it.
        return not told or _MAIN_CLASS.encode() in told

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
