"""The command line as people use it: answers, exit codes, one-line errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kgdelta.cli import COMMANDS
from tests.kgdelta.calling import Run


def test_import_reports_each_version(run: Run) -> None:
    run("init")
    answer = run("import", "instruments-1.obo", "instruments-2.obo", "--json", "--tag-versions")
    assert [(r["source"], r["tag"], r["problems"]) for r in answer.rows] == [
        ("instruments-1.obo", "1", []),
        ("instruments-2.obo", "2", []),
    ]
    assert all(len(str(r["commit"])) == 64 for r in answer.rows)
    again = run("import", "instruments-2.obo", "--json")
    assert again.code == 0
    assert again.rows[0]["commit"] is None
    assert (again.rows[0]["added"], again.rows[0]["removed"]) == (0, 0)


def test_import_of_a_folder_needs_history(run: Run, tmp_path: Path) -> None:
    run("init")
    folder = tmp_path / "releases"
    folder.mkdir()
    for i, name in ((1, "r-9.obo"), (2, "r-10.obo")):
        (folder / name).write_bytes((tmp_path / f"instruments-{i}.obo").read_bytes())
    refused = run("import", "releases")
    assert (refused.code, refused.err) == (
        2,
        "kgdelta: releases is a folder: add --history to import its files in order\n",
    )
    answer = run("import", "releases", "--history", "--json")
    assert [Path(str(r["source"])).name for r in answer.rows] == ["r-9.obo", "r-10.obo"]


def test_problems_are_told_with_their_place(run: Run, tmp_path: Path) -> None:
    run("init")
    (tmp_path / "bad.obo").write_text("format-version: 1.2\nontology: b\n\n[Term]\nid: B:1\njunk\n")
    answer = run("import", "bad.obo")
    assert answer.code == 0
    assert "bad.obo, line 6: no tag in 'junk'; kept as it is" in answer.err
    strict = run("import", "bad.obo", "--strict")
    assert (strict.code, strict.err.splitlines()[-1]) == (
        3,
        "kgdelta: bad.obo, line 6: no tag in 'junk'; kept as it is",
    )


def test_diff_of_versions_and_files_agrees(history: Run) -> None:
    by_version = history("diff", "v1", "v2")
    by_file = history("diff", "instruments-1.obo", "instruments-2.obo")
    assert by_version.out == by_file.out
    assert (
        "rename EX:0000003 from 'TOF' to 'time of flight' retaining exact synonym\n"
        in by_version.out
    )
    assert history("diff", "v1", "v2", "--exit-code").code == 1
    assert history("diff", "v1", "v1", "--exit-code").code == 0
    rows = history("diff", "v1", "v2", "--json").rows
    assert [r["text"] for r in rows] == by_version.out.splitlines()
    assert {"class", "text", "added", "removed"} <= rows[0].keys()
    assert "## Renamed terms (1)" in history("diff", "v1", "v2", "--format", "markdown").out


def test_what_diff_says_apply_does(history: Run, tmp_path: Path) -> None:
    (tmp_path / "up.kgcl").write_text(history("diff", "v1", "v2").out)
    assert history("branch", "again", "v1").code == 0
    assert history("apply", "up.kgcl", "--branch", "again").code == 0
    assert history("diff", "again", "v2").out == ""
    to_file = history(
        "apply", "up.kgcl", "--input", "instruments-1.obo", "--output", "made.obo", "--json"
    )
    assert {r["status"] for r in to_file.rows} == {"applied"}
    history("convert", "instruments-2.obo", "wanted.obo")
    assert (tmp_path / "made.obo").read_bytes() == (tmp_path / "wanted.obo").read_bytes()


def test_a_rejected_change_stops_all(history: Run) -> None:
    before = history("log", "--json").rows
    answer = history("apply", "-c", "rename EX:0000003 from 'x' to 'y'", "-c", "delete EX:0000006")
    assert answer.code == 4
    assert "1: rejected: rename EX:0000003 from 'x' to 'y'" in answer.out
    assert "the label of EX:0000003 is 'time of flight', not 'x'" in answer.out
    assert answer.err == "1 change rejected; nothing was applied\n"
    assert history("log", "--json").rows == before
    kept = history(
        "apply", "-c", "rename EX:0000003 from 'x' to 'y'", "-c", "delete EX:0000006",
        "--keep-going", "--json",
    )  # fmt: skip
    assert kept.code == 4
    assert [r["status"] for r in kept.rows] == ["rejected", "applied"]
    assert len(history("log", "--json").rows) == len(before) + 1


def test_a_dry_run_shows_side_effects_and_changes_nothing(history: Run) -> None:
    before = history("log").out
    answer = history("apply", "-c", "obsolete 'ion trap' with replacement EX:0000002", "--dry-run")
    assert answer.code == 0
    assert "also: EX:0000005 (linear ion trap) goes from rdfs:subClassOf EX:0000004" in answer.out
    assert "dry run: 3 removed, 4 added, nothing was changed" in answer.err
    assert history("log").out == before


def test_a_syntax_error_is_one_line_with_its_place(history: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.kgcl").write_text("# fine\nrename EX:1 to\nobsolete EX:2\ndelete edge\n")
    answer = history("apply", "bad.kgcl")
    assert answer.code == 3
    assert "line 2, column" in answer.err
    assert "line 4, column" in answer.err
    rows = history("parse", "bad.kgcl", "--json").rows
    assert [r["line"] for r in rows if "error" in r] == [2, 4]
    assert [r["class"] for r in rows if "class" in r] == ["NodeObsoletion"]


def test_the_past_of_a_term(history: Run) -> None:
    life = history("life", "time of flight")
    assert [line[:10] for line in life.out.splitlines() if line[:1] == "2"] == [
        "2024-03-01",
        "2024-06-01",
    ]
    assert "rename EX:0000003 from 'TOF' to 'time of flight'" in life.out
    blame = history("blame", "EX:0000003", "--json").rows
    by_predicate = {r["statement"]["predicate"]: r["date"] for r in blame}
    assert by_predicate["rdfs:label"] == "2024-06-01T00:00:00Z"
    assert by_predicate["IAO:0000115"] == "2024-03-01T00:00:00Z"
    assert "EX:0000003 TOF" in history("tree", "EX:0000002", "--at", "2024-04-01").out
    assert "EX:0000003 time of flight" in history("tree", "EX:0000002").out


def test_log_filters(history: Run) -> None:
    assert len(history("log").out.splitlines()) == 2
    assert "(v2)" in history("log", "-n", "1").out
    assert len(history("log", "--author", "Ada").out.splitlines()) == 2
    assert history("log", "--author", "Bob").out == ""
    assert len(history("log", "--until", "2024-04-01").out.splitlines()) == 1
    assert len(history("log", "EX:0000007").out.splitlines()) == 1
    shown = history("show", "v2", "--json")
    assert json.loads(shown.out)["author"] == "Ada"
    assert "create class EX:0000007 'electron multiplier'" in json.loads(shown.out)["changes"]


def test_merge_and_revert(history: Run) -> None:
    history("branch", "work")
    assert history("apply", "-c", "rename EX:0000006 from 'detector' to 'ion detector'",
                   "--branch", "work").code == 0  # fmt: skip
    assert history("apply", "-c", "create exact synonym 'part' for EX:0000001").code == 0
    assert history("merge", "work", "--json").code == 0
    assert "ion detector" in history("search", "ion detector").out
    merged = json.loads(history("show", "main", "--json").out)
    assert len(merged["parents"]) == 2
    assert history("revert", "main").code == 0
    assert "EX:0000006" in history("search", "detector").out
    assert history("verify").code == 0


def test_a_conflict_is_told_and_nothing_changes(history: Run) -> None:
    history("branch", "work")
    history("apply", "-c", "rename EX:0000006 from 'detector' to 'a'", "--branch", "work")
    history("apply", "-c", "rename EX:0000006 from 'detector' to 'b'")
    head = history("log", "--json").rows[0]["commit"]
    answer = history("merge", "work", "--json")
    assert answer.code == 1
    (conflict,) = json.loads(answer.out)["conflicts"]
    assert conflict["kind"] == "divergent value"
    assert conflict["base"] == ['EX:0000006 rdfs:label "detector"']
    assert conflict["ours"] == ['EX:0000006 rdfs:label "b"']
    assert conflict["theirs"] == ['EX:0000006 rdfs:label "a"']
    assert history("log", "--json").rows[0]["commit"] == head


def test_export_is_what_was_imported(history: Run, tmp_path: Path) -> None:
    assert history("export", "--at", "v1", "--output", "out.obo").code == 0
    assert (tmp_path / "out.obo").read_bytes() == (tmp_path / "instruments-1.obo").read_bytes()


def test_settings_survive_an_import(history: Run) -> None:
    history("apply", "-c", "add statement <http://purl.obolibrary.org/obo/ex.owl> "
            "kgdelta:obsoletion 'flag'")  # fmt: skip
    assert history("import", "instruments-1.obo").code == 0
    answer = history("apply", "-c", "obsolete EX:0000004", "--dry-run", "--json")
    assert answer.rows[0]["removed"] == []


ERRORS = [
    (["log"], 6, "kgdelta: no store 'kg.db'"),
    (["frobnicate"], 2, "kgdelta: No such command 'frobnicate'; see 'kgdelta --help'"),
    (["import"], 2, "kgdelta: Missing argument 'FILE...'; see 'kgdelta import --help'"),
    (["import", "nothing.obo"], 6, "kgdelta: no file 'nothing.obo'"),
    (["diff", "a.obo", "instruments-1.obo"], 6, "kgdelta: no file or version 'a.obo': no store"),
    (["convert", "kgdelta.toml", "x.obo"], 6, "kgdelta: no file 'kgdelta.toml'"),
    (["convert", "instruments-1.obo", "x.docx"], 3, "kgdelta: x.docx: not of a known format"),
    (["export", "--output", "no/x.obo"], 6, "kgdelta: no folder '"),
    (["apply", "latin.kgcl"], 2, "kgdelta: latin.kgcl: not UTF-8 at byte 1; save it as UTF-8"),
    (["apply"], 2, "kgdelta: give either a FILE of changes (or -) or -c 'COMMAND'"),
    (["apply", "-c", "obsolete EX:1", "--policy", "odd"], 4, "kgdelta: no policy 'odd'"),
    (["log", "--store", "instruments-1.obo"], 1, "kgdelta: instruments-1.obo: not a kgdelta store"),
    (["log", "--store", "redis://x"], 7, "kgdelta: redis://x: no backend for redis:// URLs"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), ERRORS, ids=lambda value: str(value))
def test_errors_are_one_line_and_a_code(
    run: Run, arguments: list[str], code: int, message: str
) -> None:
    Path("latin.kgcl").write_bytes(b"\xe9")
    if "--policy" in arguments or "export" in arguments:
        run("init")
    answer = run(*arguments)
    assert answer.code == code
    assert answer.err.startswith(message)
    assert answer.err.count("\n") == 1
    assert answer.out == ""


def test_an_interrupt_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ctrl-C in the middle of writing: the file that was there stays, and nothing else."""
    (tmp_path / "kept.obo").write_text("precious")

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.obo_writer.write_obo", interrupted)
    answer = run("convert", "instruments-1.obo", "kept.obo")
    assert answer.code == 130
    assert answer.err.strip().startswith("kgdelta: interrupted")
    assert (tmp_path / "kept.obo").read_text() == "precious"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_failed_save_leaves_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.obo").write_text("precious")
    answer = run("convert", "instruments-1.obo", "kept.obo", "--format", "nonsense")
    assert answer.code == 3
    assert (tmp_path / "kept.obo").read_text() == "precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "instruments-1.obo",
        "instruments-2.obo",
        "kept.obo",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_is_documented(run: Run, command: str, root: Path) -> None:
    answer = run(command, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: kgdelta {command}")
    assert f"`{command}`" in (root / "kgdelta" / "README.md").read_text(encoding="utf-8")


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kgdelta", "--debug", "log"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "Traceback" in result.stderr
    assert "NotFoundError" in result.stderr
