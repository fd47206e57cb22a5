"""What users of older tools may type instead: each line of the page is run, each claim tried."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ingest.formats import read
from tests.conftest import ROOT
from tests.kgdelta.calling import Run
from tests.kgdelta.test_cli_ids import RANGES
from tests.kgdelta.test_recipes import Shell

PAGE = (ROOT / "docs" / "migrate.md").read_text(encoding="utf-8")
LINES = list(
    dict.fromkeys(
        line.replace("\\|", "|") for line in re.findall(r"`(kgdelta .*?)` \|$", PAGE, re.M)
    )
)
CHANGE = "rename EX:0000006 from 'detector' to 'sensor'\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the page names, committed and tagged v1."""
    made = tmp_path_factory.mktemp("migrate")
    shell = Shell(made)
    for name, release in (("x", 1), ("old", 1), ("new", 2)):
        shutil.copy(ROOT / "examples" / f"instruments-{release}.obo", made / f"{name}.obo")
    (made / "changes.kgcl").write_text(CHANGE, "utf-8")
    (made / "x-idranges.owl").write_text(RANGES.replace("Ann Other", "Ada"), "utf-8")
    for form in ("yaml", "json"):
        shell.run(f"kgdelta parse changes.kgcl --format {form} > changes.{form}")
    shell.run("git init -q && git add . && git commit -qm one && git tag v1")
    return made


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_page(folder: Path, tmp_path: Path, line: str) -> None:
    there = tmp_path / "here"
    shutil.copytree(folder, there)
    printed = Shell(there).run(line)
    wanted = line.partition("--output ")[2].split()
    written = wanted[0] if wanted else "x.obo"
    if " apply " in line and "--dry-run" not in line:
        before = read(there / "old.obo").statements
        assert read(there / written).statements != before
        labels = {str(getattr(s.object, "value", "")) for s in read(there / written).statements}
        assert labels & {"sensor", "wing"}
    elif "--dry-run" in line:
        assert "nothing was changed" in printed
    elif ">" in line:
        assert (there / line.rpartition("> ")[2]).read_text(encoding="utf-8").startswith("# ")
    elif "v1:" not in line and "--exit-code" not in line:
        assert printed


def test_the_page_has_lines_for_every_tool() -> None:
    for title in ("runoak apply", "runoak diff", "robot diff", "kgcl-apply (kgcl-java)"):
        part = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
        assert len(re.findall(r"`kgdelta .*?` \|$", part, re.M)) >= 4, title


REJECTED = [
    "rename EX:0000006 from 'wrong' to 'sensor'",
    "add definition 'Another.' to EX:0000003",
    "obsolete EX:0000006 with replacement EX:0000999",
    "create edge EX:0000002 rdfs:subClassOf EX:0000005",
    "create edge EX:0000002 rdfs:subClassOf EX:0000002",
]


@pytest.mark.parametrize("change", REJECTED)
def test_what_older_tools_accept_is_rejected(run: Run, change: str) -> None:
    file = Path("instruments-1.obo")
    before = file.read_bytes()
    answer = run("apply", "-c", change, "--input", file.name, "--in-place", "--json")
    assert answer.code == 4
    assert [row["status"] for row in answer.rows] == ["rejected"]
    assert answer.rows[0]["reason"]
    assert file.read_bytes() == before


APPLIED = [
    (
        ["rename 'detector' to 'sensor'", "rename EX:0000006 from 'sensor' to 'probe'"],
        "name: probe",
    ),
    (["move EX:0000006 from EX:0000001 to EX:0000002"], "is_a: EX:0000002 ! mass analyzer"),
    (["create exact synonym 'don\\'t' for EX:0000006"], 'synonym: "don\'t" EXACT []'),
    (
        ["change definition of EX:0000003 to 'New.'"],
        'def: "New." [EX:curators]',
    ),
]


@pytest.mark.parametrize(("changes", "line"), APPLIED, ids=str)
def test_what_older_tools_do_not_do_is_done(run: Run, changes: list[str], line: str) -> None:
    commands = [part for change in changes for part in ("-c", change)]
    answer = run("apply", *commands, "--input", "instruments-1.obo", "--in-place")
    assert answer.code == 0, answer.err
    assert line in Path("instruments-1.obo").read_text(encoding="utf-8").splitlines()


def test_a_second_apply_of_a_diff_has_nothing_to_do(folder: Path, tmp_path: Path) -> None:
    """What is told of two releases gives the second exactly."""
    there = tmp_path / "here"
    shutil.copytree(folder, there)
    shell = Shell(there)
    shell.run("kgdelta diff old.obo new.obo > told.kgcl")
    shell.run("kgdelta apply told.kgcl --input old.obo --in-place")
    assert shell.run("kgdelta diff old.obo new.obo --exit-code") == ""
    assert subprocess.run(["git", "diff", "--quiet"], cwd=there, check=False).returncode == 1
