"""Formats on the command line: files, pipes, packed ones, and what is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.formats import FORMATS
from tests.kgdelta.calling import Run


def test_the_formats_are_listed(run: Run) -> None:
    assert [row["name"] for row in run("formats", "--json").rows] == list(FORMATS)
    assert "functional syntax" in run("formats").out


@pytest.mark.parametrize(
    "name", ["x.ttl", "x.owl.gz", "x.ofn", "x.json.xz", "x.kgx.tar", "x.nq.zst"]
)
def test_a_state_survives_another_format(run: Run, name: str) -> None:
    assert run("convert", "instruments-1.obo", name).code == 0
    assert run("convert", name, "back.obo").code == 0
    same = run("diff", "instruments-1.obo", "back.obo", "--exit-code")
    assert same.code == 0, same.out
    run("init")
    assert run("import", name).code == 0
    assert "nothing new" in run("import", "back.obo").err
    assert run("export", "--output", "out.ttl").code == 0
    assert run("diff", "out.ttl", name).out == ""


def test_a_pipe_is_read_and_written(run: Run, tmp_path: Path) -> None:
    content = (tmp_path / "instruments-1.obo").read_bytes()
    piped = subprocess.run(
        [sys.executable, "-m", "kgdelta", "convert", "-", "-", "--format", "turtle"],
        input=content, capture_output=True, check=True,
    )  # fmt: skip
    (tmp_path / "piped.ttl").write_bytes(piped.stdout)
    assert run("diff", "instruments-1.obo", "piped.ttl", "--exit-code").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["convert", "none.obo", "x.ttl"], 6, "none.obo"),
        (["convert", "instruments-1.obo", "x.docx"], 3, "with --from (IN) or --format (OUT)"),
        (["convert", "instruments-1.obo", "-"], 2, "add --format F"),
        (["convert", "junk.bin", "x.ttl"], 3, "junk.bin: not of a known format"),
        (["diff", "instruments-1.obo", "junk.bin"], 3, "`kgdelta convert junk.bin NEW --from F`"),
        (["check", "instruments-1.obo", "--since", "nope"], 2, "nope is a revision of git"),
        (["convert", "instruments-1.obo", "x.ttl", "--format", "nonsense"], 3, "not of a known"),
    ],
)
def test_what_cannot_be_converted_is_one_line(
    run: Run, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "junk.bin").write_bytes(b"\x00\x01junk")
    answer = run(*arguments)
    assert answer.code == code
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
    assert not (tmp_path / "x.ttl").exists()


def edges(*ids: str) -> str:
    rows = (f"{i}\tX:{n}\tbiolink:related_to\tX:{n + 1}\n" for n, i in enumerate(ids))
    return "id\tsubject\tpredicate\tobject\n" + "".join(rows)


def test_random_ids_of_edges_are_no_change_unless_they_are_kept(run: Run, tmp_path: Path) -> None:
    for name, table in {"a": edges("e1", "e2"), "b": edges("f1", "f2")}.items():
        (tmp_path / f"{name}.tsv").write_text(table)
    run("init")
    run("branch", "kept")
    counts = {}
    for branch, options in (("main", ()), ("kept", ("--keep-edge-ids",))):
        made = [run("import", f"{n}.tsv", "--branch", branch, "--json", *options) for n in "ab"]
        counts[branch] = [answer.rows[0]["added"] for answer in made]
    assert counts == {"main": [3, 0], "kept": [3, 2]}
    for name in "ab":
        assert run("convert", f"{name}.tsv", f"{name}-hash.tsv", "--format", "kgx").code == 0
        run("convert", f"{name}.tsv", f"{name}-kept.tsv", "--format", "kgx", "--keep-edge-ids")
    assert (tmp_path / "a-hash.tsv").read_text() == (tmp_path / "b-hash.tsv").read_text()
    assert "e1" in (tmp_path / "a-kept.tsv").read_text()


def test_what_git_shows_of_a_file_that_is_no_graph_is_harmless(run: Run, tmp_path: Path) -> None:
    (tmp_path / "junk.bin").write_bytes(b"\x00\x01\x1b[31m")
    (tmp_path / "text").write_bytes(b"red \x1b[31m\tand\x07\nmore\n")
    said = [run("textconv", str(tmp_path / name)) for name in ("junk.bin", "text")]
    assert [answer.code for answer in said] == [0, 0]
    first, second = (answer.out.splitlines() for answer in said)
    assert first[0].startswith("# not read: ")
    assert first[1].startswith("# 7 bytes, SHA-256 ")
    assert second[1:] == ["red \\x1b[31m\tand\\x07", "more"]


def test_an_empty_graph_file_is_a_problem_and_no_changes_are_none(run: Run, tmp_path: Path) -> None:
    for name in ("empty.obo", "empty.kgcl"):
        (tmp_path / name).touch()
    answer = run("check", str(tmp_path / "empty.obo"), str(tmp_path / "empty.kgcl"), "--json")
    assert answer.code == 1
    assert [row["reason"] for row in answer.rows] == ["it is empty"]
