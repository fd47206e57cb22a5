"""The wheel holds our packages and nothing else, and what is imported is ours."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kgdelta.cli import COMMANDS
from kgdelta.rooms import ROOMS, ForeignRoomError, check_rooms

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {*ROOMS, "kgdelta"}
HEAVY = {
    "torch", "rdflib", "networkx", "numpy", "pandas", "lark", "scipy", "sklearn", "pyparsing",
}  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return zipfile.ZipFile(next(folder.glob("kgdelta-*.whl")))


def test_wheel_holds_our_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    top = {name.split("/")[0] for name in wheel.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES


def test_wheel_holds_data_licence_and_type_marks(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert "kgcl/kgcl.lark" in names
    assert "kgdelta/report.html" in names
    assert {"kgdelta/tour/wrong.kgcl", "kgdelta/tour/corrected.kgcl"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_core_needs_no_torch(wheel: zipfile.ZipFile) -> None:
    name = next(n for n in wheel.namelist() if n.endswith("/METADATA"))
    requires = [
        line.removeprefix("Requires-Dist: ")
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist: ")
    ]
    core = [line for line in requires if "extra ==" not in line]
    assert core
    assert not [line for line in core if line.startswith(("torch", "scikit", "scipy", "neo4j"))]
    for extra in ("embeddings", "neo4j", "server"):
        assert [line for line in requires if f"extra == '{extra}'" in line]


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_each_package_is_ours(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve().parent == ROOT / package


def test_a_foreign_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "__init__.py").write_text("")
    monkeypatch.delitem(sys.modules, "queries", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ForeignRoomError, match=r"'queries' is another package"):
        check_rooms()


@pytest.mark.parametrize("room", ["graph", "kgcl"])
def test_the_command_line_names_a_foreign_room_in_one_line(tmp_path: Path, room: str) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "kgdelta", "log"], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, cwd=tmp_path.parent,
    )  # fmt: skip
    assert result.returncode == 7
    assert result.stderr.startswith(f"kgdelta: package {room!r} is another package, in ")
    assert result.stderr.count("\n") == 1


def test_start_up_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from kgdelta.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )
    for arguments, modules in (
        ([], set(COMMANDS.values())),
        (["--help"], set(COMMANDS.values())),
        (["bisect", "--help"], {COMMANDS["bisect"]}),
    ):
        result = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        loaded = set(result.stderr.split())
        assert loaded >= modules
        assert not loaded & HEAVY
