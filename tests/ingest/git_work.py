"""Git repositories that tests make, and small OBO files to put in them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

HEADER = "format-version: 1.2\nontology: t\n"


def obo(**names: str) -> str:
    """An OBO file with a term for each name: ``obo(a="x")`` has T:a, called x."""
    return HEADER + "".join(f"\n[Term]\nid: T:{k}\nname: {v}\n" for k, v in names.items())


class Work:
    """A repository with Ada as the author and Bob as the committer, a day for each commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.day = 0
        folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        date = f"2020-01-{self.day or 1:02d}T12:00:00+0100"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Bob",
            "GIT_COMMITTER_EMAIL": "bob@example.org",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date.replace("2020", "2021"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message: str, **files: str) -> str:
        """Commit files, in whose names a double underscore is a dot; returns the hash."""
        self.day += 1
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def merge(self, branch: str, message: str, **files: str) -> str:
        """Merge a branch with what the merge holds."""
        self.day += 1
        self.git("merge", "-q", "--no-commit", "--no-ff", "-s", "ours", branch)
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


def eventful(folder: Path) -> Work:
    """A repository in which everything happens to ``new.obo``: see the messages."""
    work = Work(folder)
    work.commit("start", README="about")
    work.commit("first (#3)", old__obo=obo(a="a"))
    work.commit("second", old__obo=obo(a="a", b="b"))
    work.git("mv", "old.obo", "new.obo")
    work.commit("rename")
    work.git("checkout", "-q", "-b", "side")
    work.commit("side c", new__obo=obo(a="a", b="b", c="c"))
    work.git("checkout", "-q", "main")
    work.commit("main A", new__obo=obo(a="A", b="b"))
    work.git("checkout", "-q", "side")
    work.commit("side d", new__obo=obo(a="a", b="b", c="c", d="d"))
    work.git("checkout", "-q", "main")
    merged = obo(a="A", b="b", c="c", d="d")
    work.merge("side", "Merge pull request #7 from ada/side", new__obo=merged)
    work.commit("broken", new__obo="")
    work.commit("reserialised", new__obo=obo(d="d", c="c", b="b", a="A").replace("\n", "\r\n"))
    work.git("rm", "-q", "new.obo")
    work.commit("deleted")
    work.commit("back with e", new__obo=obo(a="A", b="b", c="c", d="d", e="e"))
    return work
