"""Names: graphs, branches and tags, made, listed and forgotten."""

from __future__ import annotations

import pytest

from tests.kgdelta.calling import Run, refused


def test_graphs_are_listed_by_name(history: Run) -> None:
    assert history("init", "--graph", "other").err.endswith("is ready, graph 'other'\n")
    assert history("init").err == "store kg.db is ready, graph 'default'\n"
    assert history("graphs").out == "default\nother\n"
    assert history("graphs", "--json").rows == [{"graph": "default"}, {"graph": "other"}]
    assert history("log", "--graph", "other").out == ""


@pytest.mark.parametrize("kind", ["branch", "tag"])
def test_a_name_is_made_listed_and_forgotten(history: Run, kind: str) -> None:
    commit = history("show", "v1", "--json").document["commit"]
    made = history(kind, "early", "v1", "--json")
    assert made.document == {kind: "early", "commit": commit}
    assert {kind: "early", "commit": commit} in history(kind, "--json").rows
    lines = history(kind).out.splitlines()
    assert [line for line in lines if line.split() == ["early", commit[:12]]]
    refused(history, [kind, "early"], 2, f"{kind} 'early' exists already")
    assert history(kind, "-d", "early", "--json").document == {kind: "early", "commit": commit}
    assert {kind: "early", "commit": commit} not in history(kind, "--json").rows
    assert history("show", commit).code == 0
    refused(history, [kind, "-d", "early"], 6, f"no {kind} 'early'")


def test_what_happened_is_told(history: Run) -> None:
    commit = history("show", "v1", "--json").document["commit"][:12]
    assert history("branch", "early", "v1").err == f"branch early starts at {commit}\n"
    assert (
        history("branch", "-d", "early").err == f"branch early is forgotten; it was at {commit}\n"
    )
    assert history("tag", "-d", "v1").err == f"tag v1 is forgotten; it named {commit}\n"


REFUSED = [
    (["branch", "-d"], 2, "-d takes one NAME, and nothing else"),
    (["tag", "-d"], 2, "-d takes one NAME, and nothing else"),
    (["branch", "-d", "a", "b"], 2, "-d takes one NAME, and nothing else"),
    (["tag", "-d", "v1", "v2"], 2, "-d takes one NAME, and nothing else"),
    (["branch", "-d", "main"], 2, "deleted branch cannot be called 'main'"),
    (["branch", "-d", "v1"], 6, "no branch 'v1'"),
    (["tag", "-d", "main"], 6, "no tag 'main'"),
    (["branch", "a b"], 2, "branch cannot be called 'a b'"),
    (["branch", "new", "v9"], 6, "no version 'v9'"),
    (["graphs", "--graph", "none"], 6, "no graph 'none'"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED, ids=str)
def test_what_cannot_be_named_is_refused(
    history: Run, arguments: list[str], code: int, message: str
) -> None:
    assert refused(history, arguments, code, message).out == ""
