"""The first commit where something is so."""

from __future__ import annotations

import pytest

from tests.kgdelta.calling import Run, refused


@pytest.fixture
def line(history: Run) -> Run:
    """Two releases, then six commits on main."""
    for i in range(3):
        for number in ("1", "2"):
            text = f"create exact synonym 'word {i} {number}' for EX:000000{number}"
            assert history("apply", "-c", text).code == 0
    return history


DEFINITION = "EX:0000007 IAO:0000115 'A detector that multiplies incident charges.'"

FOUND = [
    (["--node", "EX:0000007"], "v2"),
    (["--node", "electron multiplier"], "v2"),
    (["--statement", 'EX:0000003 rdfs:label "time of flight"'], "v2"),
    (["--statement", "'time of flight' rdfs:label 'time of flight'"], "v2"),
    (["--statement", "EX:0000003 rdfs:label 'TOF'", "--not", "--from", "v1"], "v2"),
    (["--statement", "EX:0000002 oboInOwl:hasExactSynonym 'word 1 2'"], "main~2"),
    (["--statement", DEFINITION], "v2"),
    (["--statement", f"{DEFINITION} {{oboInOwl:hasDbXref='EX:curators'}}"], "v2"),
    (["--under", "EX:0000007", "instrument part"], "v2"),
    (["--under", "linear ion trap", "instrument part"], "v1"),
    (["--ask", 'ASK { ?x rdfs:label "time of flight" }'], "v2"),
    (["--ask", "ASK { EX:0000001 oboInOwl:hasExactSynonym 'word 2 1' }"], "main~1"),
    (["--ask", 'ASK { ?x rdfs:label "TOF" }', "--not", "--from", "v1"], "v2"),
    (["--node", "EX:0000007", "--to", "v2", "--from", "v1"], "v2"),
]


@pytest.mark.parametrize(("options", "version"), FOUND, ids=lambda value: str(value))
def test_it_finds_the_commit(line: Run, options: list[str], version: str) -> None:
    commit = line("show", version, "--json").document
    end = options[options.index("--to") + 1] if "--to" in options else "main"
    last = line("show", end, "--json").document["commit"]
    answer = line("bisect", *options, "--json")
    assert answer.code == 0, answer.err
    found = answer.document
    shared = found.keys() & commit.keys()
    assert shared >= {"commit", "parents", "date", "author", "message", "provenance"}
    assert {key: found[key] for key in shared} == {key: commit[key] for key in shared}
    assert {"commit": last, "holds": True} in found["steps"]
    assert len(found["steps"]) <= 5


def test_steps_are_told_on_the_way(line: Run) -> None:
    answer = line("bisect", "--node", "electron multiplier")
    assert answer.code == 0
    assert answer.out.endswith(" 2024-06-01 Ada: import instruments-2.obo\n")
    told = answer.err.splitlines()
    assert told[0].startswith("one of 8 commits; asking ")
    assert told[-1] == f"found by asking {len(told)} states"


REFUSED = [
    ([], 2, "give one of --node, --statement, --under and --ask"),
    (["--node", "x", "--ask", "y"], 2, "give one of --node"),
    (["--node", "nothing of this name"], 3, "nothing is called 'nothing of this name'"),
    (["--node", "EX:0000099"], 3, "from the beginning to main: it does not hold at the end"),
    (["--node", "EX:0000001", "--from", "v1"], 3, "from v1 to main: it holds at the start"),
    (["--node", "EX:0000001", "--from", "main", "--to", "v1"], 3, "from main to v1: the start"),
    (["--node", "EX:0000001", "--from", "v2", "--to", "v2"], 3, "from v2 to v2: both ends are"),
    (["--node", "EX:0000001", "--from", "v9"], 6, "no version 'v9'"),
    (["--node", "EX:0000001", "--to", "v9"], 6, "no version 'v9'"),
    (["--statement", "junk"], 2, "'junk' is not a statement (the command ends too early, char"),
    (["--statement", ""], 2, "'' is not a statement"),
    (["--statement", "EX:1 EX:2 'open"], 2, '"EX:1 EX:2 \'open" is not a statement'),
    (["--statement", "EX:1 EX:2 EX:3; delete EX:0000001"], 2, "'EX:1 EX:2 EX:3; delete"),
    (["--statement", "EX:1 EX:2 EX:3\ndelete EX:0000001"], 2, "'EX:1 EX:2 EX:3\\ndelete"),
    (["--statement", "'nobody' rdfs:label 'x'"], 3, "nothing is called 'nobody'"),
    (["--under", "EX:0000001"], 2, "Option '--under' requires 2 arguments"),
    (["--ask", "junk"], 3, "not SPARQL: Expected"),
    (["--ask", "ASK { nope nope }"], 3, "not SPARQL: Expected"),
    (["--ask", "SELECT * { ?s ?p ?o }"], 3, "not an ASK query: write ASK { ... }"),
    (["--ask", "ASK { ?s ?p ?o SERVICE <urn:x> { ?s ?p ?o } }"], 3, "SPARQL stopped: "),
]


@pytest.mark.parametrize(("options", "code", "message"), REFUSED, ids=lambda value: str(value))
def test_what_cannot_be_searched_is_refused(
    history: Run, options: list[str], code: int, message: str
) -> None:
    answer = refused(history, ["bisect", *options], code, message)
    assert answer.out == ""
