"""Histories, events and sources on the command line."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from kgdelta.commands.files import export_command
from kgdelta.commands.importing import import_command
from tests.ingest.git_work import eventful, obo
from tests.kgdelta.calling import Run


@pytest.fixture
def made(run: Run) -> Run:
    run("init")
    return run


def releases(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).write_text(obo(a=f"a{number}"))


def test_a_folder_by_date_and_again(made: Run, tmp_path: Path) -> None:
    releases(tmp_path / "r", "x-2020-01-01.obo", "x-2019-01-01.obo")
    answer = made("import", "--history", "r", "--json", "--author", "Eve", "-m", "a release")
    assert [(Path(r["source"]).name, r["date"]) for r in answer.rows] == [
        ("x-2019-01-01.obo", "2019-01-01T00:00:00Z"),
        ("x-2020-01-01.obo", "2020-01-01T00:00:00Z"),
    ]
    assert made("import", "--history", "r", "--json").rows == []
    again = made("import", "--history", "r")
    assert (again.code, again.out, again.err) == (0, "", "r: nothing new\n")
    shown = made("show", "main", "--json").document
    assert (shown["author"], shown["message"]) == ("Eve", "a release")
    releases(tmp_path / "r", "x-2021-01-01.obo")
    assert len(made("import", "--history", "r", "--json").rows) == 1


def test_an_archive_with_a_table_of_dates(made: Run, tmp_path: Path) -> None:
    releases(tmp_path / "r", "one.obo", "two.obo")
    with tarfile.open(tmp_path / "r.tar.gz", "w:gz") as tar:
        for name in ("one.obo", "two.obo"):
            tar.add(tmp_path / "r" / name, name)
    (tmp_path / "dates.tsv").write_text("one.obo\t2020-01-01\ntwo.obo\t2019-01-01\n")
    answer = made("import", "--history", "r.tar.gz", "--dates", "dates.tsv", "--json")
    assert [(r["source"], r["date"][:10]) for r in answer.rows] == [
        ("r.tar.gz:two.obo", "2019-01-01"),
        ("r.tar.gz:one.obo", "2020-01-01"),
    ]


def test_a_repository_with_all_its_mishaps(made: Run, tmp_path: Path) -> None:
    eventful(tmp_path / "repo")
    answer = made("import", "--history", "repo:new.obo", "--json")
    assert answer.code == 0
    rows = answer.rows
    assert [row["commit"] is not None for row in rows] == [
        True, True, False, True, True, True, False, False, False, False, True
    ]  # fmt: skip
    problems = [problem["reason"] for row in rows for problem in row["problems"]]
    assert problems == [
        "the file is empty",
        "new.obo is not there in this commit; what it said stays",
    ]
    shown = made("log", "--json").rows
    assert shown[0]["provenance"]["git-committed"].startswith("2021-01-")
    assert shown[1]["provenance"]["pull-request"] == "7"
    strict = made("import", "--history", "repo:new.obo", "--branch", "main", "--strict")
    assert strict.code == 0


def test_strict_stops_at_a_broken_version(made: Run, tmp_path: Path) -> None:
    eventful(tmp_path / "repo")
    answer = made("import", "--history", "repo:new.obo", "--strict", "--first-parent", "--json")
    assert answer.code == 3
    assert [row["commit"] is not None for row in answer.rows] == [True, True, False, True, True]
    assert answer.err.endswith(":new.obo: the file is empty\n")


def test_an_interrupt_says_what_was_done(
    made: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.history import EditionReader

    releases(tmp_path / "r", *(f"2019-01-0{n}.obo" for n in range(1, 6)))
    read = EditionReader.read

    def interrupted(self: EditionReader, content: bytes, source: str, ontology: str) -> object:
        if source.endswith("04.obo"):
            raise KeyboardInterrupt
        return read(self, content, source, ontology)

    with monkeypatch.context() as patch:
        patch.setattr(EditionReader, "read", interrupted)
        answer = made("import", "--history", "r")
    assert answer.code == 130
    assert len(answer.out.splitlines()) == 3
    assert "what was committed before is kept" in answer.err
    assert made("verify").code == 0
    assert len(made("import", "--history", "r", "--json").rows) == 2


def test_events_by_window(made: Run, tmp_path: Path) -> None:
    lines = [f"e{n}\tr\tx\t2014-01-{n:02d}\n" for n in range(1, 11)]
    (tmp_path / "x.tsv").write_text("".join(lines))
    answer = made("import", "x.tsv", "--window", "week", "--json")
    assert [(row["date"][:10], row["added"]) for row in answer.rows] == [
        ("2014-01-05", 5),
        ("2014-01-10", 5),
    ]
    assert made("import", "x.tsv", "--window", "week").err == "x.tsv: nothing new\n"
    (tmp_path / "x.tsv").write_text(
        "z\tr\tx\t2014-01-02\n" + "".join(lines) + "y\tr\tx\t2014-01-12\n"
    )
    late = made("import", "x.tsv", "--window", "week", "--json")
    assert [(row["added"], row["removed"]) for row in late.rows] == [(1, 0), (1, 0)]


def test_events_that_replace_each_other(made: Run, tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text(
        "a\tr\tx\t2014-01-01\na\tr\tx\t2014-01-02\nb\tr\tx\t2014-01-02\n"
    )
    rows = made("import", "x.tsv", "--window", "day", "--keep", "replace", "--json").rows
    assert [(row["added"], row["removed"]) for row in rows] == [(1, 0), (2, 1)]
    assert made("import", "x.tsv", "--window", "day", "--keep", "replace", "--json").rows == []


def test_a_dump_of_one_source(made: Run, tmp_path: Path) -> None:
    (tmp_path / "a.triples").write_text("a\tr\tb\nb\tr\tc\n")
    (tmp_path / "b.triples").write_text("b\tr\tc\nc\tr\td\n")
    for name in ("a", "b"):
        made("import", f"{name}.triples", "--replace-source", name)
    again = made("import", "a.triples", "--replace-source", "a", "--json")
    assert [(row["commit"], row["added"]) for row in again.rows] == [(None, 0)]
    (tmp_path / "a.triples").write_text("a\tr\tx\n")
    rows = made("import", "a.triples", "--replace-source", "a", "--json").rows
    assert [(row["added"], row["removed"]) for row in rows] == [(1, 1)]
    made("export", "-o", "out.triples")
    assert sorted((tmp_path / "out.triples").read_text().splitlines()) == [
        "a\tr\tx",
        "b\tr\tc",
        "c\tr\td",
    ]
    assert {row["branch"] for row in made("branch", "--json").rows} == {
        "main",
        "sources/a",
        "sources/b",
    }


def test_a_history_of_one_source(made: Run, tmp_path: Path) -> None:
    made("import", "instruments-1.obo")
    releases(tmp_path / "r", "2019-01-01.obo", "2020-01-01.obo")
    rows = made("import", "--history", "r", "--replace-source", "t", "--json").rows
    assert [(row["added"], row["removed"]) for row in rows] == [(4, 0), (1, 1)]
    assert "EX:0000003" in made("search", "TOF").out
    assert made("import", "--history", "r", "--replace-source", "t", "--json").rows == []
    # What one source said is no news of it from another.
    other = made("import", "--history", "r", "--replace-source", "u", "--json").rows
    assert [(row["added"], row["removed"]) for row in other] == [(1, 0), (0, 1)]


def test_export_to_git_and_back(made: Run, tmp_path: Path) -> None:
    for name in ("1", "2"):
        made("import", f"instruments-{name}.obo", "--date", f"2020-01-0{name}", "-m", f"no {name}")
    answer = made("export", "--git", "out", "--json")
    assert json.loads(answer.out) == {
        "repository": "out",
        "branch": "main",
        "path": "ex.obo",
        "head": json.loads(answer.out)["head"],
        "commits": 2,
    }
    assert made("export", "--git", "out").err == "out: 0 new commits on main, the file is ex.obo\n"
    assert (tmp_path / "out" / "ex.obo").read_bytes() == (
        tmp_path / "instruments-2.obo"
    ).read_bytes()
    made("init", "again.db")
    made("import", "--history", "out:ex.obo", "--store", "again.db")
    one, other = made("log", "--json").rows, made("log", "--json", "--store", "again.db").rows
    assert [(r["message"], r["author"], r["date"]) for r in one] == [
        (r["message"], r["author"], r["date"]) for r in other
    ]


ERRORS = [
    (["--history", "none"], 6, "no history 'none': a history is a folder, a tar archive, or REPO"),
    (["--history", "none:x.obo"], 6, "no history 'none:x.obo'"),
    (["--history", "instruments-1.obo"], 2, "instruments-1.obo is neither a folder, nor a tar"),
    (["--history", ".:x.obo", "--only", "*"], 2, ".:x.obo: --dates and --only are for folders"),
    (["--history", ".:x.obo"], 3, ".: git rev-parse: not a git repository"),
    (["--history", "sub", "--first-parent"], 2, "sub: --revision and --first-parent are for"),
    (["--history", "sub", "--dates", "none.tsv"], 6, "no file 'none.tsv'"),
    (["--history", "sub", "--window", "day"], 2, "give either --history or --window"),
    (["--history", "sub", "--tag", "x"], 2, "--tag and --date are for one file"),
    (["--history", "sub", "--only", "*.ttl"], 3, "sub: no file fits '*.ttl'"),
    (["instruments-1.obo", "--only", "x"], 2, "--only needs --history"),
    (["instruments-1.obo", "--keep", "replace"], 2, "--keep needs --history or --window"),
    (["instruments-1.obo", "--window", "year"], 3, "year: a window is one of day, week, month"),
    (["instruments-1.obo", "--replace-source", "a b"], 2, "'a b' is no name of a source"),
    (["none.tsv", "--window", "day"], 6, "no file 'none.tsv'"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), ERRORS, ids=str)
def test_errors(made: Run, tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    releases(tmp_path / "sub", "2019-01-01.obo")
    answer = made("import", *arguments)
    assert answer.code == code, answer.err
    assert answer.err.startswith(f"kgdelta: {message}"), answer.err
    assert answer.err.count("\n") == 1


EXPORTS = [
    ([], "give --output FILE, --onto FILE, or --git DIR"),
    (["--git", "x", "-o", "y.obo"], "--git writes a whole branch"),
    (["-o", "y.obo", "--path", "x.obo"], "give --output FILE, --onto FILE, or --git DIR"),
]


@pytest.mark.parametrize(("arguments", "message"), EXPORTS, ids=str)
def test_export_wants_one_target(history: Run, arguments: list[str], message: str) -> None:
    answer = history("export", *arguments)
    assert answer.code == 2
    assert answer.err.startswith(f"kgdelta: {message}")


@pytest.mark.parametrize("command", [import_command, export_command], ids=["import", "export"])
def test_every_option_is_documented(root: Path, command: object) -> None:
    text = (root / "kgdelta" / "README.md").read_text(encoding="utf-8")
    shared = {"--store", "--graph", "--branch", "--json"}
    options = {name for p in command.params for name in p.opts if name.startswith("--")}
    assert {name for name in options - shared if f"`{name}" not in text} == set()
