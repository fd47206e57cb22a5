"""shift along a history: kept, gone on with, asked for one term, told for groups."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import kgdelta as kd
from kgdelta.shift_methods import METHODS
from tests.kgdelta.calling import Run
from tests.kgdelta.groups import BENIGN, MOVED, released

pytest.importorskip("torch", reason="needs the embeddings extra")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tagged versions; between the last two one term moves. Interrupted, then run again."""
    folder = tmp_path_factory.mktemp("history")
    url = folder / "kg.db"
    kgdelta(folder, "init", str(url))
    for number, text in enumerate(released(), start=1):
        file = folder / "groups.obo"
        file.write_text(text)
        date = f"2024-0{number}-01"
        told = ("import", str(file), "--date", date, "--tag", f"v{number}", "--store", str(url))
        kgdelta(folder, *told)
    return url


def kgdelta(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kgdelta", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture(scope="module")
def interrupted(store: Path) -> str:
    """What a run says that is interrupted while it is at the second pair."""
    told = ["shift", "--history", "--store", str(store)]
    with subprocess.Popen(
        [sys.executable, "-m", "kgdelta", *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if line.startswith("2 of 2"):
                process.send_signal(signal.SIGINT)
                break
        said += process.stderr.read()
    assert process.returncode == 130
    return said


@pytest.fixture
def whole(interrupted: str, store: Path, run: Run) -> Run:
    def call(*arguments: str) -> object:
        return run(*arguments, "--store", str(store))

    return call


def test_an_interrupted_run_says_what_is_kept(interrupted: str) -> None:
    assert "1 of 2 pairs are kept; the same command goes on from there" in interrupted
    assert "Traceback" not in interrupted


def test_it_goes_on_where_it_was_and_finds_the_moved_term(whole: Run) -> None:
    answer = whole("shift", "--history", "--json", "-n", "1000")
    assert answer.code == 0, answer.err
    first, second = answer.err.splitlines()[0], answer.err
    assert "and kept" in first
    assert "2 of 2, v2 to v3" in second
    rows = answer.rows
    assert {(row["from"], row["to"]) for row in rows} == {("v1", "v2"), ("v2", "v3")}
    moved = [row for row in rows if row["node"] == f"N:{MOVED:03}" and row["to"] == "v3"]
    assert f"N:{MOVED:03}" in [row["node"] for row in rows if row["to"] == "v3"][:5]
    assert moved[0]["p"] < 0.05
    assert moved[0]["commits"]
    assert len(moved[0]["commits"][0]) == len(moved[0]["to_commit"])
    assert all(f"N:{MOVED:03}" in change for change in moved[0]["changes"])

    again = whole("shift", "--history", "--json", "-n", "1000")
    assert again.out == answer.out
    assert "training" not in again.err
    direct = whole("shift", "v2", "v3", "--json", "-n", "1000")
    assert [row["score"] for row in direct.rows] == [
        row["score"] for row in sorted(rows, key=lambda r: -r["score"]) if row["to"] == "v3"
    ]


def test_a_term_is_asked_for_afterwards(whole: Run) -> None:
    whole("shift", "--history")
    document = whole("shifts", f"N:{MOVED:03}", "--json").document
    assert document["node"] == f"N:{MOVED:03}"
    assert [(shift["from"], shift["to"]) for shift in document["shifts"]] == [
        ("v1", "v2"),
        ("v2", "v3"),
    ]
    assert document["shifts"][1]["p"] < 0.05
    assert document["course"]["drift"] == "abrupt"
    assert document["course"]["turns"] == ["v3"]
    assert len(document["course"]["steps"]) == 2

    told = whole("shifts", "node 7")
    assert "v2 to v3" in told.out
    assert "turned at v3" in told.out
    unknown = whole("shifts", "N:999")
    assert unknown.code == 6
    assert unknown.err.count("\n") == 1


def test_python_reads_what_the_command_line_kept(whole: Run, store: Path) -> None:
    document = whole("shifts", f"N:{MOVED:03}", "--json").document
    with kd.open(str(store)) as kg:
        past = kg.shifts(f"node {MOVED}")
        rows = kg.shift("v2", "v3")
    assert [row.score for row, _ in past.shifts] == [s["score"] for s in document["shifts"]]
    assert rows.about.created == past.shifts[1][1].created
    frame = rows.to_pandas().set_index("node")
    assert frame.loc[f"N:{MOVED:03}", "p"] == document["shifts"][1]["p"]


def test_a_term_is_drawn(whole: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the plots extra")
    drawn = whole("shifts", f"N:{MOVED:03}", "--plot", "term.svg")
    assert drawn.code == 0, drawn.err
    text = (tmp_path / "term.svg").read_text()
    assert "node 7 (N:007)" in text
    assert "leads to" in text
    assert whole("shift", "v2", "v3", "--plot", "ridge.png").code == 0
    assert (tmp_path / "ridge.png").read_bytes()[:4] == b"\x89PNG"
    assert whole("shift", "v2", "v3", "--plot", "page.html").code == 0
    assert "N:007" in (tmp_path / "page.html").read_text()
    refused = whole("shift", "--history", "--plot", "page.html")
    assert refused.code == 2
    assert refused.err.count("\n") == 1


def test_drift_is_told_for_groups_and_releases(whole: Run) -> None:
    releases = whole("shift", "--history", "--by", "release", "--json").rows
    assert [row["group"] for row in releases] == ["v1 to v2", "v2 to v3"]
    assert releases[1]["edited"] > 40
    assert releases[1]["movement"] > 0
    assert releases[0]["low"] is None
    spaces = whole("shift", "v2", "v3", "--by", "namespace", "--json").rows
    assert [row["group"] for row in spaces] == ["N"]
    assert spaces[0]["terms"] == releases[1]["terms"]
    branches = whole("shift", "--history", "--by", "branch")
    assert "(elsewhere)" in branches.out


@pytest.mark.parametrize("method", METHODS[:-1])
def test_simple_scores_stand_beside(whole: Run, method: str) -> None:
    rows = whole("shift", "v2", "v3", "--method", method, "--json", "-n", "1000").rows
    assert {row["node"] for row in rows} >= {f"N:{MOVED:03}", f"N:{BENIGN:03}"}
    assert [row["score"] for row in rows] == sorted((r["score"] for r in rows), reverse=True)


def test_vectors_of_ones_own_are_compared(whole: Run, tmp_path: Path) -> None:
    one = [[1.0, 0.1 * i, (i % 7) - 3] for i in range(280)]
    other = [[-y, x, z] for x, y, z in one]
    other[MOVED] = [-5.0, 0.0, 9.0]
    for name, vectors in (("v2", one), ("v3", other)):
        lines = [f"N:{i:03} {' '.join(map(str, row))}" for i, row in enumerate(vectors)]
        file = tmp_path / f"{name}.txt"
        file.write_text("\n".join(["280 3", *lines, ""]))
        assert whole("models", "--import", str(file), "--at", name).code == 0
    rows = whole("shift", "v2", "v3", "--method", "own", "--json").rows
    assert rows[0]["node"] == f"N:{MOVED:03}"
    assert rows[0]["score"] > 0.5 > 1e-4 > rows[1]["score"]


def test_what_is_kept_reproduces_the_table(whole: Run, store: Path) -> None:
    import polars

    whole("shift", "v2", "v3")
    shifts = Path(f"{store}.models") / "shifts"
    manifests = [json.loads(path.read_text()) for path in shifts.glob("shift-*.json")]
    about = next(m for m in manifests if m["after_name"] == "v3")
    frame = polars.read_parquet(shifts / f"shift-{about['id']}.parquet")
    assert len(frame) == about["nodes"]
    assert frame["significant"].sum() == about["significant"]
    assert about["settings"]["judging"]["seed"] == 0
    assert about["settings"]["training"]["train"]["seed"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("shift", "v1"), 2, "name FROM and TO"),
        (("shift", "v1", "v2", "--by", "release"), 2, "--by release needs --history"),
        (("shift", "v1", "v2", "--method", "own"), 6, "no vectors of your own for"),
        (("shift", "v1", "v2", "--method", "surprise", "--seeds", "2"), 2, "--method is of two"),
        (("shift", "--history", "v3", "v1"), 2, "v3 is not in the history of v1"),
        (("shift", "--history", "v3", "v3"), 2, "1 version to compare"),
        (("shift", "v1", "v9"), 6, ""),
    ],
)
def test_wrong_questions_are_one_line(
    store: Path, run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    answer = run(*arguments, "--store", str(store))
    assert answer.code == code
    assert answer.err.startswith(f"kgdelta: {message}")
    assert answer.err.count("\n") == 1


def test_damaged_files_are_one_line(whole: Run, store: Path, tmp_path: Path) -> None:
    whole("shift", "v2", "v3")
    folder = tmp_path / "models"
    (folder / "shifts").mkdir(parents=True)
    for path in (Path(f"{store}.models") / "shifts").glob("shift-*"):
        (folder / "shifts" / path.name).write_bytes(path.read_bytes())
    asked = ("shifts", f"N:{BENIGN:03}", "--models", str(folder))
    assert whole(*asked).code == 0
    for path in (folder / "shifts").glob("*.parquet"):
        path.write_bytes(b"torn")
    assert "damaged table" in whole(*asked).err
    for path in (folder / "shifts").glob("*.json"):
        path.write_text("{")
    answer = whole(*asked)
    assert answer.code == 2
    assert "damaged manifest" in answer.err
    assert answer.err.count("\n") == 1


def test_what_leads_nowhere_is_collected(whole: Run, store: Path, tmp_path: Path) -> None:
    whole("shift", "v2", "v3")
    own = tmp_path / "kg.db"
    own.write_bytes(store.read_bytes())
    kept = tmp_path / "kg.db.models" / "shifts"
    kept.mkdir(parents=True)
    for path in (Path(f"{store}.models") / "shifts").iterdir():
        (kept / path.name).write_bytes(path.read_bytes())
    before = sorted(path.name for path in kept.iterdir())
    assert whole("models", "--collect", "--models", f"{own}.models").code == 0
    assert sorted(path.name for path in kept.iterdir()) == before
    for path in kept.glob("*.json"):
        path.write_text(path.read_text().replace('"after": "', '"after": "gone'))
    assert "deleted" in whole("models", "--collect", "--models", f"{own}.models").err
    assert not list(kept.glob("shift-*"))
    assert list(kept.glob("null-*"))
