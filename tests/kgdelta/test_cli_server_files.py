"""The files of a server's own import, from the command line; tests/servers imports such files."""

from __future__ import annotations

from pathlib import Path

from tests.kgdelta.calling import Run


def test_a_file_is_written_for_the_import_of_a_server(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    done = run("neo4j", "files", "instruments-1.obo", "--into", str(folder), "--json")
    assert done.code == 0, done.err
    named = [part.partition("=")[2].split("=")[-1] for part in done.document["arguments"]]
    files = {Path(name).name for name in named if name.endswith(".csv")}
    assert files == {path.name for path in folder.iterdir()}
    written = sum(
        len(path.read_text("utf-8").splitlines()) - 1 for path in folder.glob("statements*.csv")
    )
    assert written == done.document["statements"] > 0
    told = run("neo4j", "files", "instruments-1.obo", "--into", str(tmp_path / "again"))
    assert "neo4j-admin database import full neo4j --id-type=integer" in told.out


def test_mistakes_about_such_files_are_told(run: Run, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine", "utf-8")
    for arguments, message in (
        (("files", "instruments-1.obo", "--into", str(full)), f"{full} is not empty"),
        (("files", "nope.obo", "--into", str(tmp_path / "x")), "nope.obo: No such file"),
        (
            ("files", "instruments-1.obo", "instruments-2.obo", "--into", str(tmp_path / "x")),
            "one FILE at a time",
        ),
        (("finish", "instruments-1.obo", "--store", "kg.db"), "kg.db is not on a Neo4j server"),
    ):
        answer = run("neo4j", *arguments)
        assert answer.code != 0
        assert answer.err.startswith(f"kgdelta: {message}"), answer.err
        assert answer.err.count("\n") == 1
    assert not (tmp_path / "x").exists()
