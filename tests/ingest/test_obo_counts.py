"""Statements of real releases counted again: by the lines of the files, and by fastobo."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.vocabulary import (
    CLASS,
    DEFINITION,
    IN_SUBSET,
    LABEL,
    RDF_TYPE,
    SUBCLASS_OF,
    SYNONYMS,
    XREF,
)
from ingest.formats import read
from ingest.tags import VERBATIM

#: Tags, and the predicates of what their lines say in terms.
COUNTED = {
    "name": {LABEL},
    "def": {DEFINITION},
    "is_a": {SUBCLASS_OF},
    "subset": {IN_SUBSET},
    "synonym": set(SYNONYMS),
    "xref": {XREF},
}
#: Names of the same clauses in fastobo.
CLAUSES = {
    "name": "NameClause",
    "def": "DefClause",
    "is_a": "IsAClause",
    "subset": "SubsetClause",
    "synonym": "SynonymClause",
    "xref": "XrefClause",
}


def term_lines(text: str) -> dict[str, list[tuple[str, str]]]:
    """Of each tag the lines in terms with an id, as the id and the value without a comment."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    frames = re.split(r"^(?=\[)", text.replace("\r", ""), flags=re.MULTILINE)
    for frame in frames:
        lines = frame.split("\n")
        ids = [line[3:].strip() for line in lines if line.startswith("id:")]
        if not lines[0].startswith("[Term]") or not ids or not ids[0]:
            continue
        found["id"].append((ids[0], ""))
        for line in lines:
            tag, _, value = line.partition(":")
            if tag in COUNTED:
                bare = value.split(" ! ")[0] if tag in ("is_a", "subset") else value
                found[tag].append((ids[0], bare.strip()))
    return found


def check(path: Path, fastobo: Any) -> None:
    lines = term_lines(path.read_text("utf-8", "replace"))
    document = read(path)
    terms = {s.subject for s in document.statements if s.key == (s.subject, RDF_TYPE, CLASS)}
    assert len(terms) == len(set(lines["id"])) > 100
    for tag, predicates in COUNTED.items():
        said = [s for s in document.statements if s.subject in terms and s.predicate in predicates]
        kept = [s for s in document.statements if s.predicate == VERBATIM + tag]
        assert len(said) + len(kept) == len(meant(tag, lines[tag])), (path.name, tag)
    counts = counted(path, fastobo)
    if counts:
        assert counts["frames"] == len(lines["id"])
        for tag, name in CLAUSES.items():
            assert counts[name] == len(lines[tag]), (path.name, tag)


def meant(tag: str, lines: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Lines that say different things: the order of a list and the space in it mean nothing."""
    if tag not in ("def", "synonym"):
        return set(lines)
    found = set()
    for node, value in lines:
        text, bracket, listed = value.rpartition("[")
        items = sorted(item.strip() for item in listed.rstrip("] ").split(","))
        found.add((node, f"{text.strip()} {bracket}{items}"))
    return found


def counted(path: Path, fastobo: Any) -> Counter[str]:
    """The clauses of terms as fastobo counts them; nothing where it refuses the file."""
    counts: Counter[str] = Counter()
    try:
        document = fastobo.load(str(path))
    except SyntaxError:
        return counts
    for frame in document:
        if type(frame).__name__ == "TermFrame":
            counts["frames"] += 1
            counts.update(type(clause).__name__ for clause in frame)
    return counts


@pytest.fixture(scope="module")
def fastobo(missing: Callable[[str], None]) -> Any:
    try:
        import fastobo
    except ImportError:
        missing("fastobo is not installed")
    return fastobo


@pytest.mark.parametrize("name", ["uo/2012-06-13", "eco/2016-05-10", "pato/2019-12-03"])
def test_counts(shared: Path, fastobo: Any, name: str) -> None:
    check(shared / f"{name}.obo", fastobo)


@pytest.mark.long
def test_counts_of_all_releases(shared: Path, fastobo: Any) -> None:
    paths = sorted(shared.glob("*/*.obo"))
    assert len(paths) == 58
    refused = 0
    for path in paths:
        check(path, fastobo)
        refused += not counted(path, fastobo)
    assert refused == 4
