"""Files in git as histories: renames, merges, deletions, what commits say, and odd repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.history import Edition
from ingest.history_git import GitHistory, pull_request
from tests.ingest.git_work import Work, eventful, obo


def said(history: GitHistory) -> list[tuple[str, str, bool]]:
    """Message, labels or the reason why there are none, and whether the edition is aside."""
    rows = []
    for opened in history.opened(history.listing().editions):
        try:
            found = opened.read(None).statements
            labels = {s.object.value for s in found if s.predicate.endswith("label")}
            text = "".join(sorted(labels))
        except IngestError as error:
            text = error.reason
        rows.append((opened.edition.message, text, opened.edition.aside))
    return rows


MAIN = [
    ("first (#3)", "a", False),
    ("second", "ab", False),
    ("rename", "ab", False),
    ("main A", "Ab", False),
    ("Merge pull request #7 from ada/side", "Abcd", False),
    ("broken", "the file is empty", False),
    ("reserialised", "Abcd", False),
    ("deleted", "new.obo is not there in this commit; what it said stays", False),
    ("back with e", "Abcde", False),
]
SIDE = [("side c", "abc", True), ("side d", "abcd", True)]


def test_everything_that_happens_to_a_file(tmp_path: Path) -> None:
    work = eventful(tmp_path / "repo")
    history = GitHistory(work.folder, "new.obo")
    assert said(history) == [*MAIN[:4], *SIDE, *MAIN[4:]]
    assert said(GitHistory(work.folder, "new.obo", first_parent=True)) == MAIN
    assert said(GitHistory(work.folder, "new.obo", revision="main~5")) == MAIN[:4]


def edition(history: GitHistory, message: str) -> Edition:
    return next(e for e in history.listing().editions if e.message == message)


def test_what_a_commit_says_is_kept(tmp_path: Path) -> None:
    work = eventful(tmp_path / "repo")
    history = GitHistory(work.folder, "new.obo")
    first = edition(history, "first (#3)")
    commit = work.git("log", "--format=%H", "--grep=first").strip()
    assert first.author == "Ada"
    assert first.date is not None
    assert first.date.isoformat() == "2020-01-02T11:00:00+00:00"
    assert set(first.provenance) == {
        ("git-commit", commit),
        ("author-email", "ada@example.org"),
        ("git-committed", "2021-01-02T11:00:00Z"),
        ("pull-request", "3"),
    }
    assert first.identity == f"git:{commit}:new.obo"
    assert first.source == f"{work.folder}@{commit[:12]}:old.obo"


def test_a_commit_aside_tells_what_brought_it(tmp_path: Path) -> None:
    work = eventful(tmp_path / "repo")
    merge = work.git("log", "--merges", "--format=%H").strip()
    aside = edition(GitHistory(work.folder, "new.obo"), "side c")
    assert {("git-merged-by", merge), ("pull-request", "7")} <= set(aside.provenance)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Add a term (#123)", "123"),
        ("Add a term (#12)\n\nmore (#13)", "12"),
        ("Merge pull request #9 from a/b\n\nAdd a term", "9"),
        ("Merge branch 'x' into 'main'\n\nSee merge request group/proj!45", "45"),
        ("Fix #123 at once", ""),
        ("(#12) was wrong", ""),
        ("", ""),
    ],
)
def test_pull_requests(message: str, number: str) -> None:
    assert pull_request(message) == number


def test_a_file_is_followed_through_several_names(tmp_path: Path) -> None:
    work = Work(tmp_path / "repo")
    for number, (old, new) in enumerate([("a", "b"), ("b", "c/d"), ("c/d", "e")]):
        work.write(f"{old}.obo", obo(a=str(number), b="x", c="y", d="z"))
        work.commit(f"edit {number}")
        (work.folder / f"{new}.obo").parent.mkdir(exist_ok=True)
        work.git("mv", f"{old}.obo", f"{new}.obo")
        work.commit(f"rename {number}")
    messages = [row[0] for row in said(GitHistory(work.folder, "e.obo"))]
    assert messages == [f"{kind} {n}" for n in range(3) for kind in ("edit", "rename")]


def test_an_old_name_used_again_is_another_file(tmp_path: Path) -> None:
    work = Work(tmp_path / "repo")
    work.commit("one", old__obo=obo(a="a", b="b"))
    work.git("mv", "old.obo", "new.obo")
    work.commit("two")
    work.commit("other", old__obo=obo(z="z"))
    work.commit("three", new__obo=obo(a="a", b="b", c="c"))
    rows = said(GitHistory(work.folder, "new.obo"))
    assert rows == [("one", "ab", False), ("two", "ab", False), ("three", "abc", False)]


def test_a_rename_on_a_side_line(tmp_path: Path) -> None:
    work = Work(tmp_path / "repo")
    work.commit("one", old__obo=obo(a="a", b="b"))
    work.git("checkout", "-q", "-b", "side")
    work.git("mv", "old.obo", "new.obo")
    work.commit("renamed aside")
    work.git("checkout", "-q", "main")
    work.commit("main B", old__obo=obo(a="a", b="B"))
    (work.folder / "old.obo").unlink()
    work.merge("side", "merge", new__obo=obo(a="a", b="B"))
    (work.folder / "old.obo").unlink(missing_ok=True)
    work.commit("last", new__obo=obo(a="a", b="B", c="c"))
    assert said(GitHistory(work.folder, "new.obo")) == [
        ("one", "ab", False),
        ("main B", "Ba", False),
        ("renamed aside", "ab", True),
        ("merge", "Ba", False),
        ("last", "Bac", False),
    ]


def test_nothing_that_stood_is_moved_by_later_work(tmp_path: Path) -> None:
    """A merge of an old line comes at the end, with its commits: the rest keeps its order."""
    work = Work(tmp_path / "repo")
    work.commit("one", x__obo=obo(a="a"))
    work.git("checkout", "-q", "-b", "side")
    work.commit("side", x__obo=obo(a="a", s="s"))
    work.git("checkout", "-q", "main")
    work.commit("two", x__obo=obo(a="A"))
    before = said(GitHistory(work.folder, "x.obo"))
    work.merge("side", "merge", x__obo=obo(a="A", s="s"))
    after = said(GitHistory(work.folder, "x.obo"))
    assert after[: len(before)] == before
    assert [row[0] for row in after] == ["one", "two", "side", "merge"]


def test_names_of_files_may_be_odd(tmp_path: Path) -> None:
    work = Work(tmp_path / "repo")
    path = 'ünïcode dir/:(glob)*[a] "q".obo'
    work.write(path, obo(a="a"))
    work.commit("one")
    assert said(GitHistory(work.folder, path)) == [("one", "a", False)]


ERRORS = [
    ("none.obo", "HEAD", "no 'none.obo' in HEAD or its past"),
    ("new.obo", "nothing", "no commit 'nothing' in it"),
    ("new.obo", "--all", "no commit '--all' in it"),
    ("/new.obo", "HEAD", "'/new.obo' is no path in it"),
    ("a\nb", "HEAD", "'a\\\\nb' is no path in it"),
]


@pytest.mark.parametrize(("path", "revision", "reason"), ERRORS)
def test_what_is_not_there_is_an_error(
    tmp_path: Path, path: str, revision: str, reason: str
) -> None:
    work = Work(tmp_path / "repo")
    work.commit("one", new__obo=obo(a="a"))
    with pytest.raises(IngestError, match=reason):
        GitHistory(work.folder, path, revision=revision).listing()


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="not a git repository"):
        GitHistory(tmp_path, "x.obo").listing()
    with pytest.raises(IngestError, match="not a folder"):
        GitHistory(tmp_path / "none", "x.obo")


def test_settings_of_a_repository_run_nothing(tmp_path: Path) -> None:
    work = eventful(tmp_path / "repo")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for name in ("diff.external", "core.fsmonitor", "gpg.program", "core.pager"):
        work.git("config", name, str(trap))
    work.git("config", "log.showSignature", "true")
    work.git("config", "diff.x.textconv", str(trap))
    work.write(".git/info/attributes", "*.obo diff=x\n")
    assert len(said(GitHistory(work.folder, "new.obo"))) == len(MAIN) + len(SIDE)
    assert not (tmp_path / "sprung").exists()
