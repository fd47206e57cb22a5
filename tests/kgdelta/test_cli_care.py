"""Looking after a store: space, and erasure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run, everything, refused

SECRET = "Grace Hopper"
STATEMENT = f'EX:0000001 rdfs:seeAlso "{SECRET}"'


@pytest.fixture
def secret(history: Run) -> Run:
    """A store in which a statement came, once with a qualifier, and went again."""
    for change in (
        f"add statement EX:0000001 rdfs:seeAlso '{SECRET}'",
        f"remove statement EX:0000001 rdfs:seeAlso '{SECRET}'",
        f"add statement EX:0000001 rdfs:seeAlso '{SECRET}' {{rdfs:comment='x'}}",
        f"remove statement EX:0000001 rdfs:seeAlso '{SECRET}'",
    ):
        assert history("apply", "-c", change).code == 0
    return history


def test_compact_tells_the_sizes_and_changes_no_answer(history: Run) -> None:
    history("branch", "work", "v1")
    history("apply", "-c", "delete EX:0000006", "--branch", "work")
    before = everything(history)
    done = history("compact", "--flatten", "work", "--json").document
    assert done["flattened"] == ["work"]
    assert 0 < done["after"] <= done["before"] + 65536
    assert everything(history) == before
    again = history("compact", "--flatten", "work")
    assert (again.code, again.err) == (0, "")
    assert again.out == f"{done['after']:,} bytes before, {done['after']:,} bytes after\n"
    refused(history, ["compact", "--flatten", "none"], 6, "no branch 'none'")


def test_purge_without_yes_says_what_it_would_do(secret: Run) -> None:
    answer = refused(
        secret,
        ["purge", "--statement", STATEMENT],
        2,
        f'this erases {STATEMENT}, {STATEMENT} {{rdfs:comment="x"}} for good, in every state: '
        "add --yes to do it",
    )
    assert answer.out == ""
    refused(secret, ["purge", "--before", "v2"], 2, "this erases what only the past of ")


def test_purge_erases_the_statement_with_all_its_qualifiers(secret: Run, tmp_path: Path) -> None:
    answer = secret("purge", "--statement", STATEMENT, "--yes", "--json")
    assert answer.code == 0, answer.err
    assert answer.document["statements"] == 2
    assert len(answer.document["commits"]) == 4
    assert SECRET not in "".join(everything(secret))
    assert SECRET not in secret("show", "main~1").out
    assert SECRET.encode() not in (tmp_path / "kg.db").read_bytes()
    assert secret("verify").code == 0
    assert secret("bundle", "create", "all.kgb").code == 0
    assert secret("bundle", "verify", "all.kgb").code == 0


def test_purge_of_one_qualified_statement_keeps_the_other(secret: Run) -> None:
    given = f"{STATEMENT} {{rdfs:comment='x'}}"
    answer = secret("purge", "--statement", given, "--yes")
    assert (answer.out, answer.err) == ("", "1 statement erased, and the words of 2 commits\n")
    assert SECRET in secret("show", "main~3").out


def test_purge_before_a_version_keeps_what_has_a_name(secret: Run) -> None:
    assert secret("purge", "--before", "main", "--yes", "--json").document["statements"] == 2
    assert "TOF" in secret("tree", "EX:0000002", "--at", "v1").out
    assert secret("verify").code == 0


REFUSED = [
    ([], 2, "give either --statement 'S P O', as often as needed, or --before VERSION"),
    (["--statement", STATEMENT, "--before", "v1", "--yes"], 2, "give either --statement"),
    (["--before", "v9", "--yes"], 6, "no version 'v9'"),
    (["--statement", "junk", "--yes"], 2, "'junk' is not a statement"),
    (["--statement", "'nobody' rdfs:label 'x'", "--yes"], 3, "nothing is called 'nobody'"),
    (["--statement", "EX:0000001 rdfs:label 'never'", "--yes"], 4, "purges what never was there"),
    (
        ["--statement", "EX:0000003 rdfs:label 'time of flight'", "--yes"],
        4,
        "purges what branch 'main' still shows; remove it there first",
    ),
]


@pytest.mark.parametrize(("options", "code", "message"), REFUSED, ids=str)
def test_what_cannot_be_erased_is_refused(
    secret: Run, options: list[str], code: int, message: str
) -> None:
    assert refused(secret, ["purge", *options], code, message).out == ""
