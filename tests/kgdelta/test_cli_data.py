"""Changes as YAML and JSON of the KGCL schema, and in older dialects, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.kgdelta.calling import Run

TEXT = """rename MS:1 from 'mas' to 'mass' because 'a letter'
create exact synonym 'm' for <http://purl.obolibrary.org/obo/MS_1>
"""


@pytest.mark.parametrize("form", ["kgcl", "yaml", "json"])
def test_parse_writes_what_it_reads_again(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "up.kgcl").write_text(TEXT)
    (tmp_path / f"made.{form}").write_text(run("parse", "up.kgcl", "--format", form).out)
    assert run("parse", f"made.{form}", "--format", "kgcl").out == TEXT
    rows = run("parse", f"made.{form}", "--json").rows
    assert [row["class"] for row in rows] == ["NodeRename", "NewSynonym"]
    assert rows[0]["fields"]["reason"] == "a letter"
    assert [row["line"] for row in rows] == [1, 2]


def test_parse_writes_for_older_tools(run: Run, tmp_path: Path) -> None:
    (tmp_path / "up.kgcl").write_text(TEXT + "rename MS:2 from 'don\\'t' to 'do'\n")
    answer = run("parse", "up.kgcl", "--dialect", "java")
    assert answer.out == ("create exact synonym 'm' for MS:1\nrename MS:2 from \"don't\" to 'do'\n")
    assert "line 1: the java dialect has no" in answer.err
    assert answer.code == 3
    answer = run("parse", "up.kgcl", "--dialect", "python")
    assert "line 3: the python dialect has no" in answer.err
    assert run("parse", "up.kgcl", "--dialect", "java", "--json").code == 2


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_diff_says_as_data_apply_does(history: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / f"up.{form}").write_text(history("diff", "v1", "v2", "--format", form).out)
    assert history("branch", "again", "v1").code == 0
    assert history("apply", f"up.{form}", "--branch", "again").code == 0
    assert history("diff", "again", "v2").out == ""


def test_diff_as_data_names_nodes_by_their_curies(history: Run) -> None:
    session = json.loads(history("diff", "v1", "v2", "--format", "json").out)
    assert session["@type"] == "Session"
    nodes = [each["about_node"] for each in session["change_set"] if "about_node" in each]
    assert any(node.startswith("EX:") for node in nodes)
    assert not any("/EX_" in node for node in nodes)
    same = yaml.safe_load(history("diff", "v1", "v2", "--format", "yaml").out)
    assert same["change_set"] == session["change_set"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "change_set: [{type: NodeRename, nam: x}]", "a.yaml: change_set[0].nam: "),
        ("a.json", '[{"type": "Foo"}]', "a.json: [0].type: the schema has no concrete change"),
        ("a.yaml", "a: [b", "line 1, column 6: "),
        ("a.json", "[" * 100_000, "a.json: nested too deep"),
    ],
)
def test_bad_data_is_one_line_with_its_place(
    run: Run, tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    for command in (["parse", name], ["parse", name, "--format", "kgcl"]):
        answer = run(*command)
        assert answer.code == 3
        assert answer.err.startswith(f"kgdelta: {message}"), answer.err
        assert answer.err.count("\n") == 1
