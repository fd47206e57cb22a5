"""Files that are changed line by line, on the command line."""

from __future__ import annotations

import gzip
import stat
from collections import Counter
from pathlib import Path

import pytest

from tests.kgdelta.calling import Run, refused

SYNONYM = "create exact synonym 'trap' for EX:0000005"
LINE = 'synonym: "trap" EXACT []'
ODD = "! my notes\n\n"


@pytest.fixture
def odd(run: Run, tmp_path: Path) -> Path:
    """A file of a curator: a comment, odd spaces, frames in an order of their own."""
    del run
    file = tmp_path / "instruments-2.obo"
    header, *frames = file.read_text().split("\n\n")
    text = "\n\n".join([header, *reversed(frames)]).replace("name: ", "name:   ")
    file.write_text(f"{ODD}{text.rstrip()}\n")
    return file


def new_lines(before: str, after: str) -> list[str]:
    more = Counter(after.splitlines()) - Counter(before.splitlines())
    return sorted(more.elements())


def test_apply_changes_one_line(run: Run, odd: Path) -> None:
    before = odd.read_text()
    odd.chmod(0o640)
    answer = run("apply", "-c", SYNONYM, "--input", odd.name, "--output", odd.name)
    assert answer.code == 0, answer.err
    after = odd.read_text()
    assert [line for line in after.splitlines() if line != LINE] == before.splitlines()
    assert stat.S_IMODE(odd.stat().st_mode) == 0o640


def test_what_changes_nothing_does_not_touch_the_file(run: Run, odd: Path) -> None:
    stood = odd.stat()
    for command in (
        "rename EX:0000006 from 'detector' to 'detector'",
        "rename EX:1 from 'a' to 'b'",
    ):
        run("apply", "-c", command, "--input", odd.name, "--output", odd.name)
    now = odd.stat()
    assert (now.st_ino, now.st_mtime_ns) == (stood.st_ino, stood.st_mtime_ns)


def test_packed_files_stay_packed(run: Run, odd: Path, tmp_path: Path) -> None:
    packed = tmp_path / "x.obo.gz"
    packed.write_bytes(gzip.compress(odd.read_bytes()))
    assert run("apply", "-c", SYNONYM, "--input", packed.name, "--output", packed.name).code == 0
    assert new_lines(odd.read_text(), gzip.decompress(packed.read_bytes()).decode()) == [LINE]
    assert run("apply", "-c", SYNONYM, "--input", odd.name, "--output", "y.obo.gz").code == 0
    assert gzip.decompress((tmp_path / "y.obo.gz").read_bytes()) == gzip.decompress(
        packed.read_bytes()
    )


def test_another_format_is_written_whole(run: Run, odd: Path, tmp_path: Path) -> None:
    assert run("apply", "-c", SYNONYM, "--input", odd.name, "--output", "x.ttl").code == 0
    assert "trap" in (tmp_path / "x.ttl").read_text()


def test_comments_of_labels_follow_or_stay(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.obo"
    text = (
        "format-version: 1.2\nontology: x\n\n[Term]\nid: X:1\nname: one\n\n"
        "[Term]\nid: X:2\nis_a: X:1 ! one\n"
    )
    command = ("apply", "-c", "rename X:1 from 'one' to 'first'", "--input", "x.obo")
    file.write_text(text)
    assert run(*command, "--output", "x.obo").code == 0
    assert file.read_text() == text.replace("one", "first")
    file.write_text(text)
    (tmp_path / "kgcl.toml").write_text('[label]\ncomments = "leave"\n')
    assert run(*command, "--output", "x.obo").code == 0
    assert file.read_text() == text.replace("name: one", "name: first")


@pytest.fixture
def stored(run: Run, odd: Path) -> Run:
    """A store that holds the file, and one synonym more."""
    assert run("init").code == 0
    assert run("import", odd.name, "--date", "2024-01-01").code == 0
    assert run("apply", "-c", SYNONYM).code == 0
    return run


def test_a_file_is_brought_to_a_branch_and_back(stored: Run, odd: Path) -> None:
    before = odd.read_bytes()
    answer = stored("export", "--onto", odd.name)
    assert answer.code == 0, answer.err
    assert answer.err.endswith(": 0 lines gone, 1 new\n")
    assert new_lines(before.decode(), odd.read_text()) == [LINE]
    stood = odd.stat().st_mtime_ns
    answer = stored("export", "--onto", odd.name)
    assert answer.err == f"{odd.name} holds that already; not touched\n"
    assert odd.stat().st_mtime_ns == stood
    answer = stored("export", "--onto", odd.name, "--at", "main~1", "--json")
    assert answer.document["lines"] == {"gone": 1, "new": 0}
    assert odd.read_bytes() == before


def test_settings_of_the_graph_stay_out_of_the_file(stored: Run, odd: Path) -> None:
    assert stored("export", "--onto", odd.name).code == 0
    before = odd.read_bytes()
    ontology = "http://purl.obolibrary.org/obo/ex.owl"
    setting = f"add statement <{ontology}> <urn:kgdelta:obsoletion> 'flag'"
    assert stored("apply", "-c", setting).code == 0
    assert stored("export", "--onto", odd.name).code == 0
    assert odd.read_bytes() == before


ERRORS = [
    (["none.obo"], 6, "no file 'none.obo': write a new one with --output"),
    (["x.ttl"], 2, "x.ttl: only OBO and functional syntax can be changed line by line"),
    (["x.obo", "--output", "y.obo"], 2, "--onto keeps the file as it is: leave out --output"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), ERRORS, ids=str)
def test_errors(stored: Run, arguments: list[str], code: int, message: str) -> None:
    assert stored("export", "--output", "x.ttl").code == 0
    refused(stored, ["export", "--onto", *arguments], code, message)
