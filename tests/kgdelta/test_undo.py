"""Undo and invert on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run, refused

RENAME = "rename EX:0000006 from 'detector' to 'sensor'"
SYNONYM = "create exact synonym 'trap' for EX:0000005"


@pytest.fixture
def patched(history: Run) -> Run:
    """The two releases, and a commit of two changes."""
    assert history("apply", "-c", RENAME, "-c", SYNONYM).code == 0
    return history


def shown(run: Run, version: str) -> str:
    answer = run("diff", version, "main")
    assert answer.code == 0, answer.err
    return answer.out


def test_a_commit_is_taken_back(patched: Run) -> None:
    answer = patched("undo", "main", "--json")
    assert answer.code == 0, answer.err
    assert shown(patched, "v2") == ""
    assert answer.document["changes"] == [
        "rename EX:0000006 from 'sensor' to 'detector'",
        "remove exact synonym 'trap' for EX:0000005",
    ]
    provenance = patched("show", "main", "--json").document["provenance"]
    undone = patched("log", "--json").rows[1]["commit"]
    assert answer.document["undoes"] == [undone]
    assert provenance["undoes"] == undone


@pytest.mark.parametrize(
    ("number", "left"), [("1", f"{SYNONYM}\n"), ("2", f"{RENAME}\n")], ids=["first", "second"]
)
def test_one_change_of_a_commit_is_taken_back(patched: Run, number: str, left: str) -> None:
    answer = patched("undo", "main", "--change", number)
    assert answer.code == 0, answer.err
    assert f": undo change {number} of " in answer.err
    assert shown(patched, "v2") == left


def test_a_change_of_an_imported_release_is_taken_back(patched: Run) -> None:
    changes = patched("show", "v2", "--json").document["changes"]
    place = next(n for n, text in enumerate(changes) if "synonym" in text)
    before = shown(patched, "v1").splitlines()
    answer = patched("undo", "v2", "--change", str(place + 1))
    assert answer.code == 0, answer.err
    assert changes[place] in before
    assert changes[place] not in shown(patched, "v1")


def test_a_range_is_taken_back_and_what_came_later_stays(patched: Run) -> None:
    later = "create exact synonym 'y' for EX:0000001"
    assert patched("apply", "-c", later).code == 0
    answer = patched("undo", "v1..main~1")
    assert answer.code == 0, answer.err
    assert shown(patched, "v1") == f"{later}\n"
    assert patched("undo", "v1..").code == 0
    assert shown(patched, "v1") == ""


def test_a_dry_run_changes_nothing(patched: Run) -> None:
    before = patched("log").out
    answer = patched("undo", "main", "--dry-run")
    assert answer.code == 0
    assert answer.out == (
        "rename EX:0000006 from 'sensor' to 'detector'\n"
        "remove exact synonym 'trap' for EX:0000005\n"
    )
    assert answer.err == "dry run: 2 statements removed, 1 added, nothing was changed\n"
    assert patched("log").out == before


def test_what_stands_against_it_is_shown(patched: Run) -> None:
    assert patched("apply", "-c", "rename EX:0000006 from 'sensor' to 'probe'").code == 0
    answer = refused(patched, ["undo", "main~1"], 1, "undo stopped by 1 conflict; nothing was")
    lines = answer.out.splitlines()
    assert lines[0].endswith(": divergent value")
    assert lines[2].strip() == 'ours   EX:0000006 rdfs:label "probe"'
    assert patched("undo", "main~1", "--change", "2").code == 0


ERRORS = [
    (["undo", "main", "--change", "3"], 6, "no change '3': "),
    (["undo", "v1..v2", "--change", "1"], 2, "changes are of one commit"),
    (["undo", "..main"], 2, "..main begins nowhere"),
    (["undo", "v2..v1"], 2, "v2 is not in the past of v1"),
    (["undo", "nothing"], 6, "no version 'nothing'"),
    (["invert"], 2, "give either a FILE of changes (or -) or -c"),
    (["invert", "-c", RENAME, "--at", "v1", "--input", "x.obo"], 2, "--input and --at exclude"),
    (["invert", "-c", RENAME, "--at", "main"], 4, "line 1: "),
]


@pytest.mark.parametrize(("arguments", "code", "message"), ERRORS, ids=str)
def test_errors(patched: Run, arguments: list[str], code: int, message: str) -> None:
    refused(patched, arguments, code, message)


def test_changes_made_by_another_policy_are_told_again(history: Run) -> None:
    assert history("apply", "-c", "obsolete EX:0000006", "--policy", "flag").code == 0
    assert history("undo", "main", "--change", "1").code == 0
    assert shown(history, "v2") == ""


def test_an_inverted_file_leads_back(history: Run, tmp_path: Path) -> None:
    (tmp_path / "c.kgcl").write_text(f"{RENAME}\n{SYNONYM}\nobsolete EX:0000005\n")
    inverse = history("invert", "c.kgcl", "--input", "instruments-2.obo")
    assert inverse.code == 0, inverse.err
    (tmp_path / "i.kgcl").write_text(inverse.out)
    source = (tmp_path / "instruments-2.obo").read_text()
    apply = ("apply", "--input", "instruments-2.obo", "--output", "instruments-2.obo")
    assert history(*apply, "c.kgcl").code == 0
    assert (tmp_path / "instruments-2.obo").read_text() != source
    assert history(*apply, "i.kgcl").code == 0
    (tmp_path / "before.obo").write_text(source)
    assert history("diff", "before.obo", "instruments-2.obo", "--exit-code").code == 0


def test_inverse_as_data(history: Run) -> None:
    assert history("invert", "-c", RENAME, "--json").document is not None
    assert "NodeRename" in history("invert", "-c", RENAME, "--format", "yaml").out


def test_differences_and_inverses_as_tables_apply(history: Run, tmp_path: Path) -> None:
    for name, call in {
        "there": ("diff", "instruments-1.obo", "instruments-2.obo"),
        "back": ("diff", "instruments-2.obo", "instruments-1.obo"),
        "inverse": ("invert", "there.tsv", "--input", "instruments-1.obo"),
    }.items():
        answer = history(*call, "--format", "tsv")
        assert answer.code == 0, answer.err
        (tmp_path / f"{name}.tsv").write_text(answer.out)
    for changes in ("there", "back", "there", "inverse"):
        end = "2" if changes == "there" else "1"
        source = "1" if changes == "there" else "2"
        files = ("--input", f"instruments-{source}.obo", "--output", "x.obo")
        assert history("apply", f"{changes}.tsv", *files).code == 0
        assert history("diff", "x.obo", f"instruments-{end}.obo", "--exit-code").code == 0
