"""The README does what it says: its commands are run, and its Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(root: Path, kind: str) -> list[str]:
    text = (root / "README.md").read_text(encoding="utf-8")
    return [body for name, body in BLOCK.findall(text) if name == kind]


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Commands of a console block, each with the lines it must print."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def agrees(expected: str, printed: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, printed) is not None


@pytest.fixture
def folder(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(root / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KGDELTA_AUTHOR", "Ada")
    monkeypatch.delenv("KGDELTA_STORE", raising=False)
    return tmp_path


def test_the_shell_tour(root: Path, folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = [pair for block in blocks(root, "console") for pair in commands(block)]
    assert len(run) >= 15
    for command, expected in run:
        result = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, cwd=folder, check=False,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
        assert result.returncode == 0, (command, result.stderr)
        printed = result.stdout.splitlines()
        assert len(printed) == len(expected), (command, result.stdout)
        for line, wanted in zip(printed, expected, strict=True):
            assert agrees(wanted, line), (command, wanted, line)


def test_the_python_tour(root: Path, folder: Path) -> None:
    assert folder.is_dir()
    code = "\n".join(blocks(root, "python"))
    assert code.count("assert") >= 5
    exec(compile(code, "README.md", "exec"), {})


def test_the_first_commands_are_those_of_the_makefile(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    found = re.findall(r"^    make (\w+) ", readme, re.MULTILINE)
    assert found == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in found)


def test_every_link_leads_somewhere(root: Path) -> None:
    for page in [root / "README.md", *root.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"
