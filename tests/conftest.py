"""What tests share: Hypothesis profiles, and fixtures that find what a machine may lack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from graph.errors import UnavailableError
from kgdelta.local_neo4j import LocalServer, free_port, neo4j_jars
from kgdelta.settings import cache_folder

if "PYTEST_XDIST_WORKER" in os.environ:
    # Each process has a core; torch would start threads for all of them.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile(
    "ordinary",
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ordinary"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ordinary"))


def missing(what: str) -> None:
    """Skip for want of something, or fail where everything is required."""
    if os.environ.get("KGDELTA_REQUIRE_ALL") == "1":
        pytest.fail(f"required, but missing: {what}")
    pytest.skip(what)


@pytest.fixture(scope="session", name="missing")
def missing_fixture() -> Callable[[str], None]:
    """How a test says that the machine lacks what it needs."""
    return missing


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        missing(f"no real input in {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium to open pages with."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("no chromium on the path")
    return str(found)


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A Neo4j server, started once for all tests that ask for it."""
    try:
        jars = neo4j_jars(cache_folder())
        # A test asks many questions once; compiling them well costs more than it saves.
        quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        home = tmp_path_factory.mktemp("neo4j")
        server = LocalServer(home, jars, free_port(), options=quick)
        server.start()
    except UnavailableError as error:
        missing(str(error))
    yield server
    server.stop()
