"""Reads that choose: by predicate, by node, by namespace, by words, by valid time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run, refused

EDGE = "create edge EX:0000007 rdfs:subClassOf EX:0000002"


@pytest.fixture
def dated(history: Run) -> Run:
    """A store with an edge that held in 2020 and 2021 only."""
    notes = "{kgdelta:valid_from='2020-01-01', kgdelta:valid_to='2021-12-31'}"
    assert history("apply", "-c", f"{EDGE} {notes}").code == 0
    return history


def messages(run: Run, *options: str) -> list[str]:
    return [row["message"].removeprefix("import ") for row in run("log", "--json", *options).rows]


def test_log_by_predicate(history: Run) -> None:
    history("apply", "-c", "create exact synonym 'part' for EX:0000001", "-m", "word")
    both = ["instruments-2.obo", "instruments-1.obo"]
    assert messages(history, "--predicate", "rdfs:label") == both
    assert messages(history, "--predicate", "oboInOwl:hasExactSynonym") == ["word", both[0]]
    assert messages(history, "EX:0000003", "--predicate", "rdfs:label") == both
    assert messages(history, "EX:0000005", "--predicate", "rdfs:label") == both[1:]
    assert messages(history, "EX:0000005", "--predicate", "IAO:0000115") == []
    refused(history, ["log", "--predicate", "no such"], 3, "nothing is called 'no such'")


DIFFS = [
    (["--node", "EX:0000003"], ["EX:0000003"]),
    (["--node", "TOF"], ["EX:0000003"]),
    (["--node", "time of flight"], ["EX:0000003"]),
    (["--node", "TOF", "--node", "electron multiplier"], ["EX:0000003", "EX:0000007"]),
    (["--node", "EX:0000001"], []),
    (["--namespace", "EX"], ["EX:0000002", "EX:0000003", "EX:0000007"]),
    (["--namespace", "EX:"], ["EX:0000002", "EX:0000003", "EX:0000007"]),
    (["--namespace", "http://purl.obolibrary.org/obo/EX_0000003"], ["EX:0000003"]),
    (["--namespace", "<http://purl.obolibrary.org/obo/ex>"], ["ex.owl"]),
    (["--namespace", "MS"], []),
    (["--namespace", "EX", "--node", "EX:0000007"], ["EX:0000007"]),
    (["--namespace", "owl", "--node", "EX:0000007"], []),
]


@pytest.mark.parametrize(("options", "subjects"), DIFFS, ids=str)
@pytest.mark.parametrize("ends", [("v1", "v2"), ("instruments-1.obo", "v2")], ids=str)
def test_diff_of_some_nodes(
    history: Run, ends: tuple[str, str], options: list[str], subjects: list[str]
) -> None:
    answer = history("diff", *ends, *options, "--json")
    assert answer.code == 0, answer.err
    said = {
        str(text).split(" ")[0].removeprefix("http://purl.obolibrary.org/obo/")
        for row in answer.rows
        for text in (*row["added"], *row["removed"])
    }
    assert sorted(said) == subjects
    assert history("diff", *ends, *options, "--exit-code").code == bool(subjects)


def test_valid_time_is_apart_from_commit_time(dated: Run, tmp_path: Path) -> None:
    in_time, after = ("--valid-at", "2021-12-31"), ("--valid-at", "2022-01-01")
    assert "EX:0000007" in dated("tree", "EX:0000002", *in_time).out
    assert "EX:0000007" in dated("tree", "EX:0000002").out
    assert "EX:0000007" not in dated("tree", "EX:0000002", *after).out
    assert "EX:0000007" not in dated("tree", "EX:0000002", "--at", "v2", *in_time).out
    assert dated("diff", "v2", "main", *after).out == ""
    assert dated("diff", "v2", "main", *in_time).out.startswith(EDGE)
    assert dated("search", "electron", *after).out.startswith("EX:0000007")
    told = dated("export", "--output", "after.obo", *after)
    assert told.err.endswith(", as valid at 2022-01-01T00:00:00Z\n")
    assert (tmp_path / "after.obo").read_text() == (tmp_path / "instruments-2.obo").read_text()
    row = dated("export", "--output", "in.obo", "--valid-at", "2021-12-31T23:59:59", "--json")
    assert row.document == {
        "output": "in.obo",
        "commit": dated("show", "main", "--json").document["commit"],
        "valid_at": "2021-12-31T23:59:59Z",
    }
    assert "valid_to" in (tmp_path / "in.obo").read_text()
    refused(dated, ["tree", "EX:0000002", "--valid-at", "soon"], 2, "Invalid value for '--valid-at")


def test_search_finds_names_first_then_words(history: Run) -> None:
    history("apply", "-c", "rename EX:0000006 from 'detector' to 'trap'")
    rows = history("search", "trap", "--json").rows
    assert [(r["node"], r["exact"]) for r in rows] == [
        ("EX:0000006", True),
        ("EX:0000004", True),
        ("EX:0000005", False),
    ]
    assert rows[1] == {
        "node": "EX:0000004",
        "label": "ion trap",
        "by": "oboInOwl:hasRelatedSynonym",
        "text": "trap",
        "exact": True,
    }
    assert len(history("search", "trap", "-n", "2").out.splitlines()) == 2
    assert [r["node"] for r in history("search", "SEPAR ions", "--json").rows] == [
        "EX:0000003",
        "EX:0000002",
    ]
    nothing = history("search", "zzz")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "nothing has the words 'zzz'\n")
    refused(history, ["search", "x", "-n", "0"], 2, "Invalid value for '-n' / '--max'")


def test_a_date_with_a_time_is_a_version_also_in_a_git_repository(history: Run) -> None:
    import subprocess

    subprocess.run(["git", "init", "--quiet", "."], check=True)
    answer = history("diff", "2024-04-01T10:00:00", "main@2024-07-01T10:00:00")
    assert answer.code == 0, answer.err
    assert answer.out == history("diff", "v1", "v2").out


def test_blame_tells_since_when_and_who_added_a_qualifier(history: Run) -> None:
    text = "A mass analyzer that separates ions by their flight time."
    old = "{oboInOwl:hasDbXref='EX:curators'}"
    new = "{oboInOwl:hasDbXref='EX:curators', rdfs:comment='seen'}"
    gone = f"remove statement EX:0000003 IAO:0000115 '{text}' {old}"
    come = f"add statement EX:0000003 IAO:0000115 '{text}' {new}"
    assert history("apply", "-c", gone, "-c", come).code == 0
    found = {r["statement"]["predicate"]: r for r in history("blame", "TOF", "--json").rows}
    first, last = (history("show", v, "--json").document["commit"] for v in ("v1", "main"))
    definition = found["IAO:0000115"]
    assert (definition["since"], definition["commit"]) == (first, last)
    assert {q["qualifier"]: q["commit"] for q in definition["qualifiers"]} == {
        '{oboInOwl:hasDbXref="EX:curators"}': first,
        '{rdfs:comment="seen"}': last,
    }
    lines = [line.split("  ", 3) for line in history("blame", "TOF").out.splitlines()[:3]]
    assert [(line[1], line[3].strip()) for line in lines[1:]] == [
        (first[:12], "first set"),
        (first[:12], '{oboInOwl:hasDbXref="EX:curators"}'),
    ]


def test_changes_written_for_an_earlier_state(history: Run) -> None:
    rename = "rename EX:0000001 from 'instrument part' to 'part of an instrument'"
    history("apply", "-c", "delete EX:0000005", "-m", "no linear traps")
    head = history("show", "main", "--json").document["commit"]
    refused(history, ["apply", "-c", rename, "--against", "v2"], 5, "branch 'main' is at ")
    answer = history("apply", "-c", rename, "--against", "v2", "--rebase")
    assert answer.code == 0, answer.err
    told = answer.err.splitlines()
    assert told[0].startswith(f"went on top of {head[:12]} ")
    assert told[0].endswith(" no linear traps")
    assert told[1].endswith(" on main: 1 removed, 1 added")
    shown = history("show", "main", "--json").document
    v2 = history("show", "v2", "--json").document["commit"]
    assert (shown["parents"], shown["provenance"]) == ([head], {"rebased-from": v2})
    clash = "rename EX:0000001 from 'instrument part' to 'component'"
    call = ["apply", "-c", clash, "--against", "v2", "--rebase"]
    answer = refused(history, call, 1, "rebase stopped by 1 conflict; nothing was changed")
    assert answer.out.startswith("conflict ")
    assert history("apply", "-c", clash, "--against", "v2", "--dry-run").code == 0
    refused(history, ["apply", "-c", clash, "--against", "v9"], 6, "no version 'v9'")
    refused(
        history,
        ["apply", "-c", clash, "--rebase", "--input", "instruments-1.obo", "--output", "x.obo"],
        2,
        "--against and --rebase are for a store, not for --input",
    )


def test_what_was_passed_is_told_in_few_lines(history: Run) -> None:
    for i in range(7):
        history("apply", "-c", f"create exact synonym 'word {i}' for EX:0000001")
    change = "create exact synonym 'word' for EX:0000002"
    told = history("apply", "-c", change, "--against", "v2", "--rebase").err.splitlines()
    assert [line.startswith("went on top of") for line in told] == [True] * 5 + [False] * 2
    assert told[5] == "and of 2 more commits"


NOTES = [
    (["--summary"], "--summary is of release notes: add --format markdown or html"),
    (["--detail"], "--detail is of release notes: add --format markdown or html"),
    (["--format", "html", "--max-chars", "400"], "--max-chars is of Markdown"),
]


@pytest.mark.parametrize(("options", "message"), NOTES, ids=str)
def test_options_of_release_notes(history: Run, options: list[str], message: str) -> None:
    answer = history("diff", "v1", "v2", *options)
    assert answer.code == 2
    assert answer.err.startswith(f"kgdelta: {message}")


def test_what_is_neither_a_file_nor_a_version_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.obo").write_text("[Term]\nid: X:1\n", encoding="utf-8")
    answer = run("diff", "x.obi", "x.obo")
    assert answer.code == 6
    assert answer.err.startswith("kgdelta: no file or version 'x.obi': no store")


def test_release_notes_in_short(history: Run) -> None:
    summary = history("diff", "v1", "v2", "--format", "markdown", "--summary").out
    assert "| New terms | 1 |" in summary
    detail = history("diff", "v1", "v2", "--format", "markdown", "--detail").out
    assert detail == history("diff", "v1", "v2", "--format", "markdown").out
    assert "| New terms" not in detail
    short = history("diff", "v1", "v2", "--format", "markdown", "--max-chars", "200").out
    assert len(short) <= 200
    assert short.endswith("left out here_\n")
    page = history("diff", "v1", "v2", "--format", "html").out
    assert page.startswith("<!doctype html>")
    assert "electron multiplier" in page
