"""A server that is brought up by command, and what a client is told that it does not serve."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import graph.neo4j.server as connecting
from graph.commit import CommitMeta
from graph.errors import UnavailableError
from graph.model import Delta, Literal, Statement
from graph.neo4j.cypher import asked
from graph.neo4j.server import Address, RefusedLoginError, Server
from graph.neo4j.store import Neo4jStore
from graph.store import MAIN
from graph.vocabulary import LABEL
from kgdelta.cli import main
from kgdelta.development_server import Running, bring_up, login_lines, take_down
from kgdelta.local_neo4j import USER, LocalServer, free_port, neo4j_jars
from kgdelta.settings import cache_folder

META = CommitMeta("a change", "Ada")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own") / "kg.neo4j"


@pytest.fixture(scope="module")
def running(home: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    """A server as ``kgdelta neo4j up`` makes it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        try:
            running = bring_up(home, cache_folder(), free_port(), "512m", "64m")
        except UnavailableError as error:
            request.getfixturevalue("missing")(str(error))
        yield running
        take_down(home)


def address(running: Running, password: str | None = None) -> Address:
    known = running.password_file.read_text(encoding="ascii").strip()
    return Address.parse(running.url, USER, password or known)


def test_up_is_harmless_twice_and_tells_how_to_log_in(
    running: Running, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert running.started
    again = bring_up(home, cache_folder(), 1, "1g", "1g")
    assert (again.url, again.process, again.started) == (running.url, running.process, False)
    assert running.password_file.stat().st_mode & 0o077 == 0
    assert home.stat().st_mode & 0o077 == 0
    with pytest.raises(SystemExit) as left:
        main(["neo4j", "up", "--folder", str(home)])
    said = capsys.readouterr()
    assert left.value.code == 0
    assert said.out.splitlines() == login_lines(running)
    secret = running.password_file.read_text(encoding="ascii").strip()
    assert secret not in said.out + said.err
    # Nobody else can see it in the list of processes.
    assert secret not in Path(f"/proc/{running.process}/cmdline").read_text(encoding="utf-8")


def test_a_taken_port_and_missing_tools_are_told(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(running.url.rpartition(":")[2])
    with pytest.raises(UnavailableError, match="the port is taken"):
        bring_up(tmp_path, cache_folder(), port, "512m", "64m")
    assert take_down(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="no java on the path; install Java 17 and Maven"):
        bring_up(tmp_path, tmp_path, free_port(), "512m", "64m")


def test_a_process_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "process").write_text(str(os.getpid()), encoding="ascii")
    server = LocalServer(tmp_path, tmp_path)
    assert server.process() is None
    assert not server.stop()
    os.kill(os.getpid(), signal.SIG_DFL)


def test_a_wrong_password_is_one_line_without_it(running: Running) -> None:
    for wrong in (address(running, "Geheim-123"), Address.parse(running.url)):
        with pytest.raises(RefusedLoginError) as refused:
            Server.connect(wrong)
        line = str(refused.value)
        assert line.startswith(f"{running.url}: the server refuses this user or password; set NEO")
        assert "Geheim" not in line + repr(wrong)


def test_a_server_too_old_is_told(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_OLDEST", (9999, 1))
    with pytest.raises(UnavailableError, match=r"the server is Neo4j 5\.26.*use Neo4j 9999\.1 or"):
        Server.connect(address(running))


def test_what_a_server_does_not_let_happen_is_one_line(running: Running, home: Path) -> None:
    """Its memory for a transaction, and a database that may only be read; then it is gone."""
    store = Neo4jStore.open(address(running), create=True)
    first = Delta(added=frozenset({Statement("urn:a", LABEL, Literal("a"))}))
    head = store.commit(MAIN, first, None, META).id
    assert take_down(home) == running.url
    more = Delta(added=frozenset({Statement("urn:b", LABEL, Literal("b"))}))
    with pytest.raises(UnavailableError, match="no server answers; is it running"):
        Neo4jStore.open(address(running))
    server = LocalServer(
        home,
        neo4j_jars(cache_folder()),
        int(running.url.rpartition(":")[2]),
        password=running.password_file.read_text(encoding="ascii").strip(),
        settings=("db.memory.transaction.max=4m", "server.databases.read_only=neo4j"),
    )
    server.start()
    # The client that was there before finds it again.
    assert store.resolve(MAIN) == head
    with pytest.raises(UnavailableError, match="the database is read-only now"):
        store.commit(MAIN, more, head, META)
    assert store.resolve(MAIN) == head
    connection = Server.connect(address(running))
    greedy = "UNWIND range(1, 2000000) AS i WITH collect(i) AS ids RETURN size(ids)"
    with (
        pytest.raises(UnavailableError, match=r"for transactions is used up; raise db\.mem"),
        asked(connection, greedy, {}) as answer,
    ):
        list(answer.rows)
    connection.close()
    store.close()
