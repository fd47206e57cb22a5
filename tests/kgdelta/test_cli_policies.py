"""Policies, tables, streams, batches and dry runs on the command line."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from tests.kgdelta.calling import Run, refused

RANGES = """
Annotations: idprefix: "http://purl.obolibrary.org/obo/EX_", iddigits: 7
Datatype: idrange:1
    Annotations: allocatedto: "Ada"
    EquivalentTo: xsd:integer[>= 900 , <= 999]
"""


def _apply(run: Run, command: str, *more: str) -> list[str]:
    """Lines that the file lost and got by one command."""
    before = Path("instruments-1.obo").read_text(encoding="utf-8").splitlines()
    answer = run(
        "apply", "-c", command, "--input", "instruments-1.obo", "--output", "out.obo", *more
    )
    assert answer.code == 0, answer.err
    after = Path("out.obo").read_text(encoding="utf-8").splitlines()
    lost = [f"-{line}" for line in before if line not in after]
    return lost + [f"+{line}" for line in after if line not in before]


def test_a_kgcl_toml_beside_the_file_is_gone_by(run: Run) -> None:
    Path("kgcl.toml").write_text("[obsolete]\nlabel_prefix = 'OLD '\nrewire = 'none'\n")
    lines = _apply(run, "obsolete EX:0000004")
    assert "+name: OLD ion trap" in lines
    assert "+is_a: EX:0000004 ! OLD ion trap" in lines
    Path("kgcl.toml").unlink()
    assert "+name: obsolete ion trap" in _apply(run, "obsolete EX:0000004")


def test_it_is_found_up_to_the_root_of_the_repository(run: Run, tmp_path: Path) -> None:
    deep = tmp_path / "repository" / "src" / "ontology"
    deep.mkdir(parents=True)
    (deep / "ex.obo").write_bytes(Path("instruments-1.obo").read_bytes())
    (tmp_path / "kgcl.toml").write_text("obsolete.label_prefix = 'FAR '\n")
    (tmp_path / "repository" / "kgcl.toml").write_text("obsolete.label_prefix = 'NEAR '\n")
    shown = run("policy", "--input", str(deep / "ex.obo"), "--json").rows
    assert {r["source"] for r in shown} == {"default of obo"}, "no repository: only beside it"
    (tmp_path / "repository" / ".git").mkdir()
    shown = run("policy", "--input", str(deep / "ex.obo"), "--json").rows
    prefix = next(r for r in shown if r["key"] == "obsolete.label_prefix")
    assert prefix["value"] == '"NEAR "'
    assert prefix["source"].endswith("repository/kgcl.toml")


def test_a_wrong_kgcl_toml_is_one_line_with_its_place(run: Run) -> None:
    Path("kgcl.toml").write_text("[obsolete]\nlabel_prefx = 'x'\n")
    answer = run("apply", "-c", "delete EX:0000004", "--input", "instruments-1.obo", "--dry-run")
    assert answer.code == 3
    assert answer.err == (
        "kgdelta: kgcl.toml: line 2: there is no key obsolete.label_prefx; did you mean "
        "obsolete.label_prefix?\n"
    )
    assert answer.err.count("\n") == 1


def test_policy_file_and_policy_name(run: Run) -> None:
    Path("mine.toml").write_text("base = 'flag'\nprotect.nodes = ['EX:0000003']\n")
    lines = _apply(run, "obsolete EX:0000004", "--policy-file", "mine.toml")
    assert lines == ["+is_obsolete: true"]
    answer = run(
        "apply", "-c", "rename EX:0000003 to 'x'", "--input", "instruments-1.obo", "--dry-run",
        "--policy-file", "mine.toml", "--policy", "obo",
    )  # fmt: skip
    assert answer.code == 4
    assert "EX:0000003 ('TOF') is protected" in answer.out
    assert run("policy", "--policy-file", "none.toml").code == 6


def test_a_difference_of_files_is_told_by_their_policy(run: Run) -> None:
    Path("kgcl.toml").write_text(
        "base = 'flag'\nobsolete.label_prefix = 'OLD '\nlabel.same = 'reject'\n"
    )
    _apply(run, "obsolete EX:0000004")
    told = run("diff", "instruments-1.obo", "out.obo").out
    assert told == "obsolete EX:0000004\n"
    Path("back.kgcl").write_text(told)
    answer = run("apply", "back.kgcl", "--input", "instruments-1.obo", "--output", "again.obo")
    assert answer.code == 0, answer.err
    assert Path("again.obo").read_bytes() == Path("out.obo").read_bytes()


def test_id_ranges_of_a_kgcl_toml(run: Run) -> None:
    Path("ids.owl").write_text(RANGES)
    Path("kgcl.toml").write_text("[ids]\nranges = 'ids.owl'\n")
    assert "+id: EX:0000900" in _apply(run, "create class 'a new part'")
    Path("kgcl.toml").write_text("[ids]\nranges = 'ids.owl'\nowner = 'Bob'\n")
    answer = run("apply", "-c", "create class 'p'", "--input", "instruments-1.obo", "--dry-run")
    assert answer.code == 2
    assert "no id range is allocated to 'Bob'" in answer.err


def test_a_store_keeps_a_policy(history: Run) -> None:
    Path("kgcl.toml").write_text("base = 'flag'\n[require]\ndefinition = ['xref']\n")
    assert history("policy", "--save").code == 0
    shown = {r["key"]: r for r in history("policy", "--json").rows}
    assert shown["base"] == {"key": "base", "value": '"flag"', "source": "the graph"}
    assert shown["require.definition"]["value"] == '["xref"]'
    assert shown["obsolete.rewire"] == {
        "key": "obsolete.rewire", "value": '"none"', "source": "default of flag",
    }  # fmt: skip
    refusal = history("apply", "-c", "change definition of EX:0000002 to 'd' {}")
    assert refusal.code == 4
    assert "the policy requires xref of a TextDefinitionReplacement" in refusal.out
    Path("kgcl.toml").write_text("base = 'obo'\n")
    assert history("policy", "--save").code == 0
    assert history("policy", "--save").err == "nothing to change\n"
    shown = {r["key"]: r for r in history("policy", "--json").rows}
    assert shown["require.definition"]["value"] == "[]"
    Path("kgcl.toml").write_text("ids.ranges = 'x.owl'\n")
    refused(history, ["policy", "--save"], 3, "kgcl.toml: line 1: a graph has no files beside it")
    Path("kgcl.toml").unlink()
    refused(history, ["policy", "--save"], 2, "there is no kgcl.toml here")


def test_policy_in_words(history: Run) -> None:
    answer = history("policy", "--policy", "flag")
    line = next(r for r in answer.out.splitlines() if r.startswith("obsolete.rewire"))
    assert line.split() == ["obsolete.rewire", '"none"', "--policy"]


def test_unobsolete_restores_from_history(history: Run) -> None:
    before = history("export", "--format", "obo", "-o", "-").out
    assert history("apply", "-c", "obsolete 'ion trap'").code == 0
    assert history("apply", "-c", "create exact synonym 'IT' for EX:0000006").code == 0
    dry = history("apply", "-c", "unobsolete EX:0000004", "--from-history", "--dry-run")
    assert "also: EX:0000004 (obsolete ion trap) has rdfs:subClassOf EX:0000002 again" in dry.out
    assert (
        "also: EX:0000005 (linear ion trap) goes back from rdfs:subClassOf EX:0000002 to EX:0000004"
        in dry.out
    )
    assert history("apply", "-c", "unobsolete EX:0000004", "--from-history").code == 0
    history("apply", "-c", "remove exact synonym 'IT' for EX:0000006")
    assert history("export", "--format", "obo", "-o", "-").out == before


def test_what_was_changed_since_is_not_restored(history: Run) -> None:
    history("apply", "-c", "obsolete 'ion trap'")
    history("apply", "-c", "move EX:0000005 from EX:0000002 to EX:0000003")
    answer = history("apply", "-c", "unobsolete EX:0000004", "--from-history")
    assert (
        "also: not restored: EX:0000005 (linear ion trap) rdfs:subClassOf EX:0000004" in answer.out
    )
    assert "EX:0000004 ion trap" in history("tree", "EX:0000002").out
    plain = history("apply", "-c", "obsolete EX:0000004", "-c", "rename EX:0000005 to 'x'")
    assert plain.code == 0
    plain = history("apply", "-c", "unobsolete EX:0000004")
    assert "again" not in plain.out
    assert history("apply", "-c", "unobsolete EX:0000004", "--from-history").code == 0


def test_history_is_for_a_store(run: Run) -> None:
    answer = run(
        "apply", "-c", "unobsolete EX:1", "--input", "instruments-1.obo", "--from-history",
        "--dry-run",
    )  # fmt: skip
    assert answer.code == 2
    assert "--from-history is for a store, not for --input" in answer.err


@pytest.mark.parametrize("ending", ["tsv", "csv", "txt"])
def test_a_table_is_applied(run: Run, ending: str) -> None:
    rows = "change,id,new value\nrename,EX:0000003,time of flight\n"
    table = rows if ending == "csv" else rows.replace(",", "\t")
    Path(f"changes.{ending}").write_text(table)
    answer = run("apply", f"changes.{ending}", "--input", "instruments-1.obo", "-i")
    assert answer.code == 0, answer.err
    assert "name: time of flight" in Path("instruments-1.obo").read_text()


def test_a_table_with_mistakes_tells_them_all(run: Run) -> None:
    Path("changes.tsv").write_text("change\tid\ndelte\tEX:1\nmerge\tEX:2\n")
    answer = run("apply", "changes.tsv", "--input", "instruments-1.obo", "-i")
    assert answer.code == 3
    assert (
        "changes.tsv: line 2, column 1: column 'change': there is no change 'delte'" in answer.err
    )
    assert "changes.tsv: line 3, column 1: column 'replacement': missing" in answer.err


def test_changes_are_written_as_a_table(run: Run) -> None:
    Path("c.kgcl").write_text("rename EX:1 from 'a' to 'b'\nobsolete EX:2\n")
    table = run("parse", "c.kgcl", "--format", "tsv").out
    assert table == (
        "change\tid\told value\tnew value\nNodeRename\tEX:1\ta\tb\nNodeObsoletion\tEX:2\t\t\n"
    )
    Path("c.tsv").write_text(table)
    assert run("parse", "c.tsv", "--format", "kgcl").out == Path("c.kgcl").read_text()


def test_standard_input_and_output(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Path("instruments-1.obo").read_bytes()

    class Stdin:
        buffer = io.BytesIO(content)

    monkeypatch.setattr(sys, "stdin", Stdin())
    arguments = ("apply", "-c", "rename EX:0000003 to 'x'", "--input", "-", "--format", "obo")
    answer = run(*arguments, "--output", "-")
    assert answer.code == 0, answer.err
    assert "1: applied: rename EX:0000003 to 'x'" in answer.err
    assert "written to standard output: 1 removed, 1 added" in answer.err
    out = answer.out.encode()
    assert out.replace(b"name: x\n", b"name: TOF\n") == content
    no_format = run("apply", "-c", "delete EX:1", "--input", "-", "--output", "-")
    assert no_format.code == 2
    assert "standard input has no name to tell the format: add --format F" in no_format.err
    both = run("apply", "-", "--input", "-", "--output", "-", "--format", "obo")
    assert both.code == 2
    Stdin.buffer = io.BytesIO(b"\x1f\x8bno archive")
    broken = run(*arguments, "--output", "-")
    assert broken.code == 3
    assert broken.err.startswith("kgdelta: standard input")
    assert broken.out == ""


def test_rejected_changes_go_nowhere(run: Run) -> None:
    """A rejection exits with 4, leaves the file, and writes no other."""
    before = Path("instruments-1.obo").read_bytes()
    for more in (("-i",), ("--output", "new.obo"), ("--output", "-")):
        answer = run(
            "apply", "-c", "rename EX:0000003 from 'x' to 'y'", "--input", "instruments-1.obo",
            *more,
        )  # fmt: skip
        assert answer.code == 4
        assert answer.out == "" or more != ("--output", "-")
    assert Path("instruments-1.obo").read_bytes() == before
    assert not Path("new.obo").exists()


def test_comments_with_labels_are_refreshed_or_left(run: Run) -> None:
    rename = "rename EX:0000004 to 'trap'"
    assert _apply(run, rename) == [
        "-name: ion trap", "-is_a: EX:0000004 ! ion trap",
        "+name: trap", "+is_a: EX:0000004 ! trap",
    ]  # fmt: skip
    Path("kgcl.toml").write_text("label.comments = 'leave'\n")
    assert _apply(run, rename) == ["-name: ion trap", "+name: trap"]


def test_a_failed_save_leaves_the_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Path("instruments-1.obo").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "instruments-1.obo")

    monkeypatch.setattr(os, "fsync", fail)
    answer = run("apply", "-c", "delete EX:0000006", "--input", "instruments-1.obo", "-i")
    assert answer.code == 7
    assert Path("instruments-1.obo").read_bytes() == before
    assert sorted(p.name for p in Path().iterdir()) == ["instruments-1.obo", "instruments-2.obo"]


def test_what_cannot_be_read_is_told_and_not_written_over(run: Run) -> None:
    run("convert", "instruments-1.obo", "whole.ttl")
    broken = Path("whole.ttl").read_bytes()[:-40]
    Path("broken.ttl").write_bytes(broken)
    arguments = ("apply", "-c", "create class EX:9 'x'", "--input", "broken.ttl")
    answer = run(*arguments, "-i")
    assert answer.code == 3
    assert answer.err.splitlines()[-1].endswith("it would be lost: write to another file")
    assert Path("broken.ttl").read_bytes() == broken
    elsewhere = run(*arguments, "--output", "new.ttl")
    assert elsewhere.code == 0
    assert elsewhere.err.startswith("broken.ttl, line ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-i", "--output", "x.obo", "--input", "instruments-1.obo"),
        ("-i",),
        ("-i", "--input", "-"),
        ("--format", "obo"),
        ("--input", "instruments-1.obo"),
    ],
)
def test_options_that_do_not_go_together(run: Run, arguments: tuple[str, ...]) -> None:
    answer = run("apply", "-c", "delete EX:0000006", *arguments)
    assert answer.code == 2
    assert answer.err.count("\n") == 1


def test_a_batch_that_contradicts_itself(history: Run) -> None:
    text = "rename EX:0000003 to 'a'\ndelete EX:0000006\nrename EX:0000003 to 'b'\n"
    Path("batch.kgcl").write_text(text)
    answer = history("apply", "batch.kgcl")
    assert answer.code == 4
    assert "3: rejected: rename EX:0000003 to 'b'" in answer.out
    assert "two new values for one thing, line 1: EX:0000003 ('time of flight')" in answer.out
    rows = history("apply", "batch.kgcl", "--json", "--keep-going").rows
    assert [r["status"] for r in rows] == ["applied", "applied", "rejected"]
    assert rows[2]["conflicts"] == [
        {
            "kind": "two new values for one thing",
            "error": True,
            "about": "EX:0000003 ('time of flight')",
            "first": {"change": 1, "line": 1},
            "second": {"change": 3, "line": 3},
        }
    ]


def test_a_batch_with_a_warning(history: Run) -> None:
    answer = history(
        "apply", "-c", "rename EX:0000003 to 'a'", "-c", "obsolete EX:0000003", "--dry-run"
    )
    assert answer.code == 0
    assert "   warning: changes what the other ends, line 1: EX:0000003" in answer.out


def test_a_dry_run_as_json(history: Run) -> None:
    answer = history("apply", "-c", "obsolete 'ion trap'", "--dry-run", "--json")
    row = json.loads(answer.out)
    assert row["reach"] == [
        {
            "node": "EX:0000004", "descendants": 1, "users": 0, "expressions": 0,
            "subsets": [], "mappings": [],
        }
    ]  # fmt: skip
    assert [e["kind"] for e in row["side_effects"]] == ["relabelled", "axiom dropped", "rewired"]
    assert row["side_effects"][2]["removed"] == "EX:0000005 rdfs:subClassOf EX:0000004"
    assert row["side_effects"][2]["added"] == "EX:0000005 rdfs:subClassOf EX:0000002"
    assert row["effects"] == [e["text"] for e in row["side_effects"]]


def test_a_dry_run_in_words(history: Run) -> None:
    answer = history("apply", "-c", "delete 'ion trap'", "--dry-run")
    assert '   - EX:0000004 rdfs:label "ion trap"' in answer.out
    assert "   reaches EX:0000004 (ion trap): 1 descendant" in answer.out
    assert "side effects: 1 left without a parent" in answer.err
