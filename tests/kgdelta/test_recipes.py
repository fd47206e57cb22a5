"""The recipes do what they say: each of their blocks is run, with the git and make of here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.benchmarks.peers.environment import NotInstalledError, peers_python
from tests.conftest import ROOT
from tests.kgdelta.test_readme import agrees, commands

#: A block, and before it perhaps the file that it is.
BLOCK = re.compile(r"(?:^In `([^`]+)`[^\n]*:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONFLICT = re.compile(r"conflict ([0-9a-f]{12})")


def sections() -> tuple[str, dict[str, str]]:
    """How the repository is made, and the recipes by their titles."""
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    start, *rest = re.split(r"^## ", page, flags=re.MULTILINE)
    return start, {part.partition("\n")[0]: part for part in rest}


START, RECIPES = sections()


class Shell:
    """Runs the blocks of a page in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.conflict = ""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
        committer = {key.replace("AUTHOR", "COMMITTER"): value for key, value in who.items()}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        self.environment = {
            **kept, **who, **committer, "PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat", "KGDELTA_AUTHOR": "Ada",
        }  # fmt: skip

    def run(self, command: str, **more: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=self.folder, env={**self.environment, **more}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout)
        return done.stdout

    def page(self, text: str) -> int:
        """Write the files of a text and run its commands; how many there were."""
        count = 0
        for name, kind, body in BLOCK.findall(text):
            if name:
                file = self.folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(body, encoding="utf-8")
            elif kind == "console":
                for command, expected in commands(body):
                    self._expect(command, "\n".join(expected))
                    count += 1
        return count

    def _expect(self, command: str, expected: str) -> None:
        printed = self.run(command.replace("CONFLICT", self.conflict)).rstrip("\n")
        pattern = ".*".join(re.escape(part) for part in expected.split("…"))
        assert re.fullmatch(pattern, printed, re.DOTALL), (command, printed)
        found = CONFLICT.search(printed)
        self.conflict = found[1] if found else self.conflict


@pytest.fixture
def shell(tmp_path: Path, root: Path) -> Shell:
    for program in ("git", "bash", "make"):
        assert shutil.which(program), program
    shutil.copytree(root / "examples", tmp_path / "examples")
    folder = tmp_path / "repository"
    folder.mkdir()
    made = Shell(folder)
    assert made.page(START) == 5
    return made


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe(shell: Shell, title: str) -> None:
    assert shell.page(RECIPES[title]) >= 5


def hooks(root: Path) -> list[dict[str, str]]:
    found = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, list)
    return found


def test_the_hooks_are_those_of_the_recipe(root: Path) -> None:
    (text,) = (body for name, _, body in BLOCK.findall(RECIPES["Check files before a commit"])
               if name == ".pre-commit-config.yaml")  # fmt: skip
    (local,) = yaml.safe_load(text)["repos"]
    shared = [{k: h[k] for k in ("id", "name", "entry", "files")} for h in hooks(root)]
    assert shared == [{k: h[k] for k in ("id", "name", "entry", "files")} for h in local["hooks"]]
    assert {hook["language"] for hook in hooks(root)} == {"python"}


def test_a_hook_gets_the_files_that_it_names(shell: Shell, root: Path) -> None:
    """As pre-commit calls it: the entry, and the changed files that fit the pattern."""
    old = shell.folder / "instruments.obo"
    old.write_text(old.read_text("utf-8").replace("name: TOF", "name: TOF\nname: ToF"), "utf-8")
    (shell.folder / "bad.kgcl").write_text("renam\n", "utf-8")
    (shell.folder / "notes.txt").write_text("renam\n", "utf-8")
    told = {}
    for hook in hooks(root):
        names = [f.name for f in shell.folder.iterdir() if re.search(hook["files"], f.name)]
        told[hook["id"]] = shell.run(f"{hook['entry']} {' '.join(names)} || true")
    assert "line 18: a second name" in told["kgdelta-graphs"]
    assert told["kgdelta-graphs"].endswith("1 file: 1 problem\n")
    assert told["kgdelta-changes"].startswith("bad.kgcl, line 1: column 1:")
    shell.run("git add instruments.obo && git commit -qm two")
    assert shell.run(f"{hooks(root)[0]['entry']} instruments.obo") == "1 file: 0 problems\n"


def test_pre_commit_itself_runs_the_hooks(
    shell: Shell, root: Path, missing: Callable[[str], None]
) -> None:
    try:
        python = peers_python(Path(__file__).with_name("pre_commit_requirements.txt"))
    except NotInstalledError as error:
        missing(f"pre-commit cannot be installed here: {error}")
    shell.environment["PRE_COMMIT_HOME"] = str(shell.folder / "cache")
    program = f"{python} -m pre_commit"
    shell.run(f"{program} validate-manifest {root / '.pre-commit-hooks.yaml'}")
    (text,) = (body for name, _, body in BLOCK.findall(RECIPES["Check files before a commit"])
               if name == ".pre-commit-config.yaml")  # fmt: skip
    (shell.folder / ".pre-commit-config.yaml").write_text(text, "utf-8")
    (shell.folder / "bad.kgcl").write_text("renam\n", "utf-8")
    shell.run(f"sed -i 's/^name: TOF/name: TOF\\nname: ToF/' instruments.obo && {program} install")
    told = shell.run("git add . && git commit -qm two 2>&1 || true")
    assert "instruments.obo, line 18: a second name" in told
    assert "bad.kgcl, line 1: column 1" in told
    assert shell.run("git log --oneline").count("\n") == 1
    shell.run("git rm -qf bad.kgcl && git checkout -q HEAD instruments.obo")
    shell.run("sed -i s/TOF/tof/ instruments.obo && git add . && git commit -qm two")
    assert shell.run("git log --oneline").count("\n") == 2


def test_the_workflow_calls_what_there_is(shell: Shell) -> None:
    (text,) = (body for name, _, body in BLOCK.findall(RECIPES["Comment on a pull request"])
               if name.endswith("kgdelta.yml"))  # fmt: skip
    job = yaml.safe_load(text)["jobs"]["comment"]
    assert job["steps"][0]["with"]["fetch-depth"] == 0
    (step,) = (s["run"] for s in job["steps"] if s.get("run", "").startswith("kgdelta"))
    shell.run("git switch -qc work && sed -i s/TOF/tof/ instruments.obo && git commit -qam two")
    shell.run(step, TARGET="main", PROPOSED="work")
    comment = (shell.folder / "comment.md").read_text(encoding="utf-8")
    assert "- `instruments.obo`: 1 change, 0 conflicts with `main`" in comment


def test_a_comment_that_is_too_long_has_whole_items(shell: Shell) -> None:
    shell.run("git switch -qc work && cp ../examples/instruments-2.obo instruments.obo")
    shell.run("git commit -qam two")
    whole = shell.run("kgdelta pr-comment main work")
    cut = shell.run("kgdelta pr-comment main work --max-chars 250")
    assert len(cut) <= 250 < len(whole)
    *kept, _, last = cut.splitlines()
    assert kept == whole.splitlines()[: len(kept)]
    left = sum(line.startswith("- ") for line in whole.splitlines()[len(kept) :])
    assert last == f"_and {left} more items left out here_"


def test_a_file_that_no_side_has_is_told(shell: Shell) -> None:
    told = shell.run("kgdelta pr-comment main main none.obo || echo exit code $?")
    assert told.startswith("kgdelta: no file in git 'none.obo': neither side")
    assert told.endswith("exit code 6\n")


def test_a_comment_shows_what_strangers_write_and_does_nothing_else(shell: Shell) -> None:
    hostile = "<img src=x> [a](http://b) `c` | @all #1"
    shell.run("git switch -qc work")
    text = (shell.folder / "instruments.obo").read_text("utf-8")
    odd = shell.folder / "a `b` @all.obo"
    odd.write_text(text.replace("name: TOF", f"name: {hostile}"), "utf-8")
    shell.run("git add . && git commit -qm two")
    told = shell.run("kgdelta pr-comment main work")
    assert "- `` a `b` @all.obo ``: " in told
    escaped = "\\<img src=x\\> \\[a\\](http\\://b) \\`c\\` \\| @&#8203;all #&#8203;1"
    assert f"- {escaped} (EX:0000003)" in told
    assert "<img" not in told.replace("\\<img", "")


def test_files_that_come_go_or_cannot_be_read(shell: Shell) -> None:
    shell.run("printf '*.obo diff=kgdelta\\n' > .gitattributes")
    shell.run("git config diff.kgdelta.command 'kgdelta git-diff'")
    shell.run("git config diff.kgdelta.textconv 'kgdelta textconv'")
    shell.run("git rm -q --cached instruments.obo")
    gone = shell.run("git diff --cached").splitlines()
    assert gone[0] == "diff --kgcl a/instruments.obo b/instruments.obo"
    assert "delete EX:0000006" in gone
    shell.run("git add instruments.obo && cp instruments.obo x.obo && git add -N x.obo")
    assert "create class EX:0000006 'detector'" in shell.run("git diff").splitlines()
    (shell.folder / "instruments.obo").write_bytes(b"\x00\x01\x02 no graph")
    assert "# not compared: " in shell.run("git diff instruments.obo")
    assert "+# not read: " in shell.run("git diff --no-ext-diff instruments.obo")


def test_only_the_layout_changed(shell: Shell) -> None:
    shell.run("printf '*.obo diff=kgdelta\\n' > .gitattributes")
    shell.run("git config diff.kgdelta.command 'kgdelta git-diff'")
    shell.run("echo '! the end' >> instruments.obo")
    expected = "# the same statements: only comments, order or spacing changed"
    assert agrees(expected, shell.run("git diff").splitlines()[1])
