"""The real releases of schema.org: loaded, counted independently, written and read, compared."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from graph.model import Delta, Literal, Statement
from graph.vocabulary import LABEL, PREFIX, RDF_TYPE, RDFS
from ingest.document import Document
from tests.ingest.rdf_formats import FORMATS, read, write

RELEASES = (
    "2016-05-04_v3.0",
    "2016-08-09_v3.1",
    "2017-03-23_v3.2",
    "2017-08-14_v3.3",
    "2018-06-15_v3.4",
    "2019-04-01_v3.5",
    "2019-08-01_v3.9",
    "2020-04-29_v8.0",
)
SCHEMA = "http://schema.org/"


@pytest.fixture(scope="module")
def releases(shared: Path) -> dict[str, Document]:
    folder = shared / "schema-org"
    return {name: read((folder / f"{name}.ttl").read_bytes()) for name in RELEASES}


def _triples(document: Document) -> set[Statement]:
    return {s for s in document.statements if s.predicate != PREFIX}


@pytest.mark.parametrize("name", RELEASES)
def test_every_release_is_read_whole(name: str, releases: dict[str, Document]) -> None:
    assert releases[name].problems == ()


@pytest.mark.parametrize("name", [RELEASES[0], RELEASES[-1]])
def test_rdflib_reads_the_same_triples(
    name: str, releases: dict[str, Document], shared: Path
) -> None:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    graph.parse(shared / "schema-org" / f"{name}.ttl", format="turtle")
    found = {
        Statement(
            str(s),
            str(p),
            Literal(str(o), str(o.datatype or Literal("").datatype), o.language or "")
            if isinstance(o, rdflib.Literal)
            else str(o),
        )
        for s, p, o in graph
    }
    assert len(found) > 7_000
    assert found == _triples(releases[name])


@pytest.mark.long
@pytest.mark.parametrize("name", RELEASES)
def test_rdflib_counts_the_same_triples(
    name: str, releases: dict[str, Document], shared: Path
) -> None:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    graph.parse(shared / "schema-org" / f"{name}.ttl", format="turtle")
    assert len(graph) == len(_triples(releases[name]))


@pytest.mark.parametrize("form", FORMATS)
def test_a_release_is_written_and_read_again(form: str, releases: dict[str, Document]) -> None:
    statements = releases[RELEASES[-1]].statements
    written = write(statements, form)
    again = read(written, form, strict=True)
    assert again.statements == statements
    assert write(again.statements, form) == written


@pytest.mark.long
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", RELEASES)
def test_all_releases_are_written_and_read_again(
    name: str, form: str, releases: dict[str, Document]
) -> None:
    statements = releases[name].statements
    assert read(write(statements, form), form, strict=True).statements == statements


def test_neighbouring_releases_differ_by_what_was_edited(releases: dict[str, Document]) -> None:
    for before, after in pairwise(RELEASES):
        old, new = releases[before].statements, releases[after].statements
        delta = Delta.between(old, new)
        assert 0 < len(delta) < len(old) // 2
        assert (old - delta.removed) | delta.added == new
        classes = {
            s.subject for s in delta.added if s.predicate == RDF_TYPE and s.object == RDFS + "Class"
        }
        known = {s.subject for s in old if s.predicate == RDF_TYPE}
        labelled = {s.subject for s in new if s.predicate == LABEL}
        assert {c for c in classes - known if c.startswith(SCHEMA)} <= labelled


def test_a_line_of_a_release_is_a_line_of_its_canonical_text(
    releases: dict[str, Document],
) -> None:
    """Canonical texts differ by one line for each statement that differs."""
    before, after = (releases[name].statements for name in RELEASES[-2:])
    old, new = (write(statements).decode().splitlines() for statements in (before, after))
    delta = Delta.between(before, after)
    plain = {s for s in delta.added if s.predicate != PREFIX}
    subjects = {s.subject for s in before}
    fresh = {s.subject for s in plain} - subjects
    added = len(set(new) - set(old))
    assert added <= len(plain) + len(fresh)
