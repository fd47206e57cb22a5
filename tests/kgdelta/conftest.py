"""Fixtures of the command line: an empty folder to call it in, and a store with a past."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgdelta.cli import main
from tests.kgdelta.calling import Answer, Run


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
) -> Run:
    """Call the command line in an empty folder that holds the example files."""
    for file in (root / "examples").glob("*.obo"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KGDELTA_STORE", raising=False)
    monkeypatch.setenv("KGDELTA_AUTHOR", "Ada")

    def call(*arguments: str) -> Answer:
        code = 0
        try:
            main(list(arguments))
        except SystemExit as left:
            code = int(left.code or 0)
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call


@pytest.fixture
def history(run: Run) -> Run:
    """A store with both example releases."""
    assert run("init").code == 0
    for i in (1, 2):
        date = f"2024-0{3 * i}-01"
        answer = run("import", f"instruments-{i}.obo", "--date", date, "--tag", f"v{i}")
        assert answer.code == 0, answer.err
    return run
