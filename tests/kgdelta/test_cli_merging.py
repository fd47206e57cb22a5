"""Merges with decisions, cherry-picks, and what is left of them in the history."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Answer, Run, refused

LABEL = "EX:0000006 rdfs:label"


@pytest.fixture
def clash(history: Run) -> Run:
    """Two branches that gave two terms other names; ``work`` did so later."""
    history("branch", "work")
    for number, old in (("6", "detector"), ("5", "linear ion trap")):
        for branch, new in (("main", "ours"), ("work", "theirs")):
            command = f"rename EX:000000{number} from '{old}' to '{new} {number}'"
            assert history("apply", "-c", command, "--branch", branch).code == 0
    return history


def conflicts(run: Run) -> dict[str, str]:
    """The ids of the conflicts of a merge by their subject."""
    answer = run("merge", "work", "--json")
    assert answer.code == 1
    return {c["subject"]: c["id"] for c in answer.document["conflicts"]}


def labels(run: Run, *numbers: str) -> list[str]:
    answers = [run("blame", f"EX:000000{n}", "--json").rows for n in numbers]
    statements = [row["statement"] for rows in answers for row in rows]
    return [s["object"] for s in statements if s["predicate"] == "rdfs:label"]


def test_conflicts_say_how_to_decide_them(clash: Run) -> None:
    answer = refused(clash, ["merge", "work"], 1, "merge stopped by 2 conflicts; nothing was")
    ids = conflicts(clash)
    lines = answer.out.splitlines()
    assert lines[:4] == [
        f"conflict {ids['EX:0000005']}: divergent value",
        '  base   EX:0000005 rdfs:label "linear ion trap"',
        '  ours   EX:0000005 rdfs:label "ours 5"',
        '  theirs EX:0000005 rdfs:label "theirs 5"',
    ]
    first = ids["EX:0000005"]
    assert lines[-1] == (
        f"to decide: merge again with --choose {first}=ours (or =theirs) for each, "
        "or with --ours, --theirs or --newest for all"
    )
    assert clash("merge", "work", "--choose", f"{first}=ours", "--ours").code == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--ours"], ["ours 5", "ours 6"]),
        (["--theirs"], ["theirs 5", "theirs 6"]),
        (["--newest"], ["theirs 5", "theirs 6"]),
        (["--newest", "--ours"], ["theirs 5", "theirs 6"]),
        (["--choose", "{5}=ours", "--choose", "{6}=theirs"], ["ours 5", "theirs 6"]),
        (["--choose", "{5}=theirs", "--ours"], ["theirs 5", "ours 6"]),
        (["--resolve", "a.txt", "--resolve", "b.txt"], ["theirs 5", "ours 6"]),
        (["--resolve", "a.txt", "--choose", "{6}=theirs"], ["theirs 5", "theirs 6"]),
    ],
    ids=" ".join,
)
def test_each_way_to_decide(
    clash: Run, tmp_path: Path, options: list[str], expected: list[str]
) -> None:
    ids = conflicts(clash)
    (tmp_path / "a.txt").write_text(f"# with a comment\n{ids['EX:0000005']} theirs  # here\n\n")
    (tmp_path / "b.txt").write_text(f"{ids['EX:0000006']} ours\n")
    given = [o.replace("{5}", ids["EX:0000005"]).replace("{6}", ids["EX:0000006"]) for o in options]
    answer = clash("merge", "work", "--json", *given)
    assert answer.code == 0, answer.err
    assert labels(clash, "5", "6") == expected
    assert len(answer.document["resolved"]) == 2
    assert len(answer.document["parents"]) == 2
    assert clash("verify").code == 0


def test_what_was_decided_is_kept_and_shown(clash: Run) -> None:
    ids = conflicts(clash)
    merged = clash("merge", "work", "--theirs")
    assert f"decided {ids['EX:0000006']} theirs: divergent value EX:0000006\n" in merged.err
    shown = clash("show", "main").out.splitlines()
    decided = [line for line in shown if line.startswith("resolved ")]
    assert decided == sorted(
        f"resolved {ids[node]} theirs: divergent value {node}"
        for node in ("EX:0000005", "EX:0000006")
    )
    provenance = clash("show", "main", "--json").document["provenance"]
    assert [text[:12] for text in provenance["resolved"]] == sorted(ids.values())


def test_a_key_that_stands_once_is_a_text(clash: Run) -> None:
    assert clash("show", "v1", "--json").document["provenance"] == {"source": "instruments-1.obo"}


UNFIT = [
    (["--choose", "x"], 2, "--choose x: "),
    (["--choose", "x=ours"], 2, "--choose x=ours: 'x' is no conflict id"),
    (["--choose", "{6}=mine"], 2, "--choose {6}=mine: 'mine' is no side"),
    (["--choose", "{6}=ours", "--choose", "{6}=theirs"], 2, "{6} is decided both"),
    (["--ours", "--theirs"], 2, "--ours and --theirs exclude each other"),
    (["--resolve", "none.txt"], 6, "no file 'none.txt'"),
    (["--resolve", "bad.txt"], 3, "bad.txt:2: 'perhaps' is no side"),
    (["--resolve", "latin.txt"], 2, "latin.txt: not UTF-8 at byte 1"),
    (["--ours", "--choose", "0123456789ab=ours"], 6, "no conflict '0123456789ab'"),
    (["--choose", "{6}=ours"], 1, "merge stopped by 1 conflict"),
    (["--author", "Ada", "--branch", "none"], 6, "no branch 'none'"),
]


@pytest.mark.parametrize(("options", "code", "message"), UNFIT, ids=str)
def test_a_decision_that_does_not_fit_changes_nothing(
    clash: Run, tmp_path: Path, options: list[str], code: int, message: str
) -> None:
    (tmp_path / "bad.txt").write_text("# one\n0123456789ab perhaps\n")
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    there = conflicts(clash)["EX:0000006"]
    given = [option.replace("{6}", there) for option in options]
    answer = refused(clash, ["merge", "work", *given], code, message.replace("{6}", there))
    assert bool(answer.out) == (code == 1)


def test_a_pick_does_again_what_a_commit_did(history: Run) -> None:
    history("branch", "old", "v1")
    history("apply", "-c", "create exact synonym 'part' for EX:0000001", "-m", "a word for it")
    picked = history("show", "main", "--json").document
    answer = history("cherry-pick", "main", "--branch", "old", "--author", "Bob", "--json")
    assert answer.code == 0, answer.err
    assert {**answer.document, "commit": "", "parents": []} == {
        "commit": "", "parents": [], "added": 1, "removed": 0, "resolved": [],
    }  # fmt: skip
    shown = history("show", "old", "--json").document
    assert shown["commit"] == answer.document["commit"]
    assert (shown["author"], shown["message"]) == ("Bob", "a word for it")
    assert shown["provenance"] == {"cherry-picked-from": picked["commit"]}
    assert shown["changes"] == ["create exact synonym 'part' for EX:0000001"]
    assert f"cherry-picked-from {picked['commit']}\n" in history("show", "old").out
    told = history("cherry-pick", "main~1", "--branch", "old", "-m", "the second release")
    assert told.err.endswith(": the second release\n")
    assert history("diff", "old", "main").out == ""


def test_a_pick_that_cannot_be_says_why(clash: Run) -> None:
    answer = refused(clash, ["cherry-pick", "work"], 1, "cherry-pick stopped by 1 conflict")
    assert answer.out.startswith("conflict ")
    assert "to decide" not in answer.out
    refused(clash, ["cherry-pick", "none"], 6, "no version 'none'")
    refused(clash, ["cherry-pick"], 2, "Missing argument 'VERSION'; see 'kgdelta cherry-pick")


def test_a_protected_branch_takes_merges_only(history: Run) -> None:
    ontology = "<http://purl.obolibrary.org/obo/ex.owl>"
    setting = f"add statement {ontology} kgdelta:protected 'main'"
    assert history("apply", "-c", setting).code == 0
    history("branch", "work")
    change = "create exact synonym 'part' for EX:0000001"
    assert history("apply", "-c", change, "--branch", "work").code == 0
    calls = (["apply", "-c", change], ["revert", "v2"], ["cherry-pick", "work"])
    answers: list[Answer] = [refused(history, c, 4, "branch 'main' is protected") for c in calls]
    assert not any(answer.out for answer in answers)
    assert history("merge", "work").code == 0
