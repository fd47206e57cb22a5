"""Ids for new terms on the command line, and mistakes as people see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run

RANGES = """
Ontology: <http://purl.obolibrary.org/obo/ex/ex-idranges.owl>
Annotations:
    idprefix: "http://purl.obolibrary.org/obo/EX_",
    iddigits: 7
Datatype: idrange:1
    Annotations: allocatedto: "Ann Other"
    EquivalentTo: xsd:integer[>= 100 , <= 199]
"""
TWO = "create class 'new trap' under 'ion trap'; create class _:x 'newer trap' under 'new trap'"


@pytest.fixture
def ranges(history: Run, tmp_path: Path) -> Path:
    (tmp_path / "ex-idranges.owl").write_text(RANGES, encoding="utf-8")
    return tmp_path


def test_new_terms_get_ids_of_their_editor(history: Run, ranges: Path) -> None:
    answer = history(
        "apply", "-c", TWO, "--id-ranges", "ex-idranges.owl", "--author", "Ann Other <a@x>"
    )
    assert answer.code == 0, answer.err
    assert [r["node"] for r in history("search", "newer trap", "--json").rows] == ["EX:0000101"]
    random = history(
        "apply", "-c", "create class 'third trap'", "--id-ranges", "ex-idranges.owl",
        "--id-owner", "ann other", "--random-ids",
    )  # fmt: skip
    assert random.code == 0, random.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 4, ""),
        (["--random-ids"], 2, "--id-owner and --random-ids need --id-ranges FILE"),
        (["--id-ranges", "none.owl"], 6, "none.owl"),
        (
            ["--id-ranges", "ex-idranges.owl", "--id-owner", "Bo"],
            2,
            "no id range is allocated to 'Bo'; there are ranges for 'Ann Other'",
        ),
    ],
)
def test_what_ids_cannot_be_had(
    history: Run, ranges: Path, options: list[str], code: int, said: str
) -> None:
    answer = history("apply", "-c", "create class 'a'", *options)
    assert answer.code == code, (answer.out, answer.err)
    assert said in answer.err


def test_a_mistake_is_shown_where_it_is_with_what_was_perhaps_meant(
    history: Run, tmp_path: Path
) -> None:
    (tmp_path / "bad.kgcl").write_text("rename EX:1 frm 'a' to 'b'\n", encoding="utf-8")
    answer = history("parse", "bad.kgcl")
    assert answer.code == 3
    assert answer.err.splitlines() == [
        "bad.kgcl: line 1, column 13: 'frm' does not fit here; expected 'as' or 'from' or 'to'; "
        "did you mean: rename EX:1 from 'a' to 'b'",
        "  rename EX:1 frm 'a' to 'b'",
        "              ^",
    ]
    (row,) = history("parse", "bad.kgcl", "--json").rows
    assert row["suggestion"] == "rename EX:1 from 'a' to 'b'"
