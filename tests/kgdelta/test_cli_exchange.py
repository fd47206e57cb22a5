"""Bundles: work that goes from store to store as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run, everything, refused

SYNONYM = "create exact synonym '{}' for EX:0000001"


@pytest.fixture
def other(history: Run) -> Run:
    """The same store, and ``other.db``, which took over all of it."""
    assert history("bundle", "create", "all.kgb").code == 0
    assert history("init", "--store", "other.db").code == 0
    assert history("bundle", "take", "all.kgb", "--store", "other.db").code == 0
    return history


def head(run: Run, *options: str) -> str:
    return str(run("show", "main", "--json", *options).document["commit"])


def test_a_history_arrives_whole(other: Run) -> None:
    past = [other("log", "--json", "--store", store).out for store in ("kg.db", "other.db")]
    assert past[0] == past[1]
    tags = [other("tag", "--store", store).out for store in ("kg.db", "other.db")]
    assert tags[0] == tags[1] != ""
    assert other("verify", "--store", "other.db").code == 0
    again = other("bundle", "take", "all.kgb", "--store", "other.db", "--json")
    assert again.document == {"commits": [], "branches": {}, "tags": {}}


def test_show_and_verify_tell_what_is_inside(history: Run) -> None:
    history("branch", "work", "v1")
    made = history("bundle", "create", "new.kgb", "main", "--since", "v1", "--json").document
    v1, v2 = (history("show", tag, "--json").document["commit"] for tag in ("v1", "v2"))
    assert made == {
        "file": "new.kgb",
        "graph": "default",
        "commits": 1,
        "requires": [v1],
        "branches": {"main": v2},
        "tags": {"v2": v2},
    }
    assert history("bundle", "show", "new.kgb", "--json").document == made
    assert history("bundle", "verify", "new.kgb", "--json").document == made
    assert history("bundle", "show", "new.kgb").out.splitlines() == [
        "graph default, 1 commit",
        f"branch  main  {v2[:12]}",
        f"tag     v2    {v2[:12]}",
        f"needs         {v1[:12]}",
    ]
    verified = history("bundle", "verify", "new.kgb")
    assert (verified.out, verified.err) == (
        "",
        "new.kgb is sound: 1 commit, 1 branch, 1 tag\n",
    )
    assert history("bundle", "create", "new.kgb").err == "new.kgb holds 2 commits, 2 branches, " \
        "2 tags\n"  # fmt: skip


def test_new_work_moves_a_branch_forward(other: Run) -> None:
    other("apply", "-c", SYNONYM.format("part"), "--store", "other.db")
    other("bundle", "create", "back.kgb", "main", "--since", "v2", "--store", "other.db")
    answer = other("bundle", "take", "back.kgb", "--json")
    ahead = head(other, "--store", "other.db")
    assert answer.document == {"commits": [ahead], "branches": {"main": ahead}, "tags": {}}
    assert head(other) == ahead


def test_a_branch_that_went_another_way_is_taken_under_a_prefix(other: Run) -> None:
    other("apply", "-c", SYNONYM.format("theirs"), "--store", "other.db", "--author", "Bob")
    other("bundle", "create", "back.kgb", "--store", "other.db")
    other("apply", "-c", SYNONYM.format("ours"))
    here, there = head(other), head(other, "--store", "other.db")
    refused(
        other,
        ["bundle", "take", "back.kgb"],
        5,
        f"back.kgb: branch 'main' is at {here[:12]} here and at {there[:12]} there, and each has "
        "commits of its own: take it with --prefix NAME/, then merge NAME/main",
    )
    taken = other("bundle", "take", "back.kgb", "--prefix", "bob/")
    assert taken.out == f"branch bob/main is at {there[:12]}\n"
    assert taken.err == "1 new commit and 0 new tags from back.kgb\n"
    assert other("merge", "bob/main").code == 0
    found = other("blame", "EX:0000001", "--json").rows
    synonyms = {r["statement"]["object"]: r["author"] for r in found}
    assert (synonyms["ours"], synonyms["theirs"]) == ("Ada", "Bob")
    # A prefix without its slash is the same.
    again = other("bundle", "take", "back.kgb", "--prefix", "bob", "--json")
    assert again.document == {"commits": [], "branches": {}, "tags": {}}


def test_a_tag_of_another_commit_gets_the_prefix(other: Run) -> None:
    for store in ("kg.db", "other.db"):
        other("apply", "-c", SYNONYM.format(store), "--store", store)
        other("tag", "v3", "--store", store)
    other("bundle", "create", "back.kgb", "--store", "other.db")
    refused(other, ["bundle", "take", "back.kgb"], 5, "back.kgb: branch 'main' is at ")
    there = head(other, "--store", "other.db")
    taken = other("bundle", "take", "back.kgb", "--prefix", "bob/", "--json").document
    assert taken["tags"] == {"bob/v3": there}
    other("bundle", "create", "tags.kgb", "v3", "--store", "other.db")
    refused(other, ["bundle", "take", "tags.kgb"], 2, "tag 'v3' exists already")


def test_a_bundle_that_builds_on_the_unknown_is_refused(history: Run) -> None:
    history("bundle", "create", "new.kgb", "main", "--since", "v1")
    history("init", "--store", "empty.db")
    answer = history("bundle", "take", "new.kgb", "--store", "empty.db")
    assert answer.code == 6
    assert "the bundle builds on it: get a bundle that has it" in answer.err
    assert history("log", "--store", "empty.db").out == ""


REFUSED = [
    (["create", "no/x.kgb"], 6, "no folder '"),
    (["create", "x.kgb", "v9"], 6, "no version 'v9'"),
    (["create", "x.kgb", "--since", "v9"], 6, "no version 'v9'"),
    (["create", "folder"], 2, "Invalid value for 'FILE': File 'folder' is a directory"),
    (["create"], 2, "Missing argument 'FILE'; see 'kgdelta bundle create --help'"),
    (["take", "none.kgb"], 6, "none.kgb: No such file or directory"),
    (["take", "instruments-1.obo"], 3, "instruments-1.obo: it is damaged or not a bundle"),
    (["take", "cut.kgb"], 3, "cut.kgb: it is cut off: get it again"),
    (["take", "flipped.kgb"], 3, "flipped.kgb: "),
    (["take", "all.kgb", "--prefix", "a b/"], 2, "branch cannot be called 'a b/main'"),
    (["take", "all.kgb", "--graph", "none"], 6, "no graph 'none'"),
    (["show", "cut.kgb"], 3, "cut.kgb: "),
    (["verify", "flipped.kgb"], 3, "flipped.kgb: "),
    (["frobnicate"], 2, "No such command 'frobnicate'; see 'kgdelta bundle --help'"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED, ids=str)
def test_what_cannot_be_is_one_line(
    other: Run, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    content = (tmp_path / "all.kgb").read_bytes()
    (tmp_path / "cut.kgb").write_bytes(content[: len(content) // 2])
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    (tmp_path / "flipped.kgb").write_bytes(flipped)
    (tmp_path / "folder").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    answer = refused(other, ["bundle", *arguments], code, message)
    assert answer.out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_nothing_to_bundle_is_said(run: Run) -> None:
    run("init")
    refused(run, ["bundle", "create", "x.kgb"], 6, "no commit in graph 'default': there is nothing")


def test_an_interrupt_leaves_the_file_that_was_there(
    other: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = (tmp_path / "all.kgb").read_bytes()
    files = sorted(path.name for path in tmp_path.iterdir())

    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    before = everything(other)
    monkeypatch.setattr("graph.bundle.encode_end", interrupted)
    answer = other("bundle", "create", "all.kgb")
    assert answer.code == 130
    assert answer.err.strip().startswith("kgdelta: interrupted")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert (tmp_path / "all.kgb").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert everything(other) == before


def test_the_group_alone_shows_its_help(run: Run) -> None:
    answer = run("bundle")
    assert (answer.code, answer.err) == (0, "")
    assert all(f"  {name} " in answer.out for name in ("create", "show", "take", "verify"))
    assert run().out.startswith("Usage: kgdelta [OPTIONS] [COMMAND]")
