"""Imports are found through catalogs, offline, and only name things."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.catalog import catalog_beside, imported, imported_labels, read_catalog
from ingest.errors import IngestError
from ingest.formats import read

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
SPACE = 'xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"'
ONE = "http://ex.org/one.owl"
TWO = "http://ex.org/two.owl"
FAR = "http://ex.org/far.owl"


def catalog(folder: Path, entries: str, name: str = "catalog-v001.xml") -> Path:
    path = folder / name
    path.write_text(f"{HEAD}<catalog prefer='public' {SPACE}>{entries}</catalog>", encoding="utf-8")
    return path


def ontology(path: Path, iri: str, imports: list[str], label: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"Import(<{name}>)\n" for name in imports)
    path.write_text(
        "Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)\n"
        f"Ontology(<{iri}>\n{lines}Declaration(Class(<{iri}#c>))\n"
        f'AnnotationAssertion(rdfs:label <{iri}#c> "{label}")\n'
        f'AnnotationAssertion(rdfs:label <http://ex.org/same> "{label}")\n)\n',
        encoding="utf-8",
    )
    return path


def test_imports_of_imports_are_read_once_and_the_nearest_names(tmp_path: Path) -> None:
    edited = ontology(tmp_path / "edit.ofn", "http://ex.org/edit.owl", [ONE], "edit")
    ontology(tmp_path / "imports" / "one.ofn", ONE, [TWO, FAR], "one")
    ontology(tmp_path / "imports" / "my two.ofn", TWO, [ONE], "two")
    catalog(
        tmp_path,
        f'<group xml:base="imports/"><uri id="x" name="{ONE}" uri="one.ofn"/></group>'
        f'<uri name="{TWO}" uri="imports/my%20two.ofn"/>'
        f'<uri name="{FAR}" uri="https://elsewhere.org/far.owl"/>',
    )
    beside = catalog_beside(edited)
    assert beside is not None
    document = read(edited)
    found = imported(document, read_catalog(beside))
    assert [path.name for path in found.read] == ["one.ofn", "my two.ofn"]
    assert imported_labels(document, read_catalog(beside)) == {
        ONE + "#c": "one",
        TWO + "#c": "two",
        "http://ex.org/same": "one",
    }
    (problem,) = found.problems
    assert FAR in problem.reason
    assert "never fetched" in problem.reason
    assert document.statements == read(edited).statements


def test_names_are_also_found_by_how_they_begin_and_in_the_next_catalog(tmp_path: Path) -> None:
    inner = tmp_path / "deep"
    inner.mkdir()
    catalog(inner, f'<uri name="{ONE}" uri="one.ofn"/><nextCatalog catalog="../all.xml"/>')
    path = catalog(
        tmp_path,
        '<rewriteURI uriStartString="http://ex.org/" rewritePrefix="mirror/"/>'
        '<rewriteURI uriStartString="http://ex.org/x/" rewritePrefix="other/"/>'
        '<nextCatalog catalog="deep/catalog-v001.xml"/><nextCatalog catalog="none.xml"/>'
        '<uri name="http://ex.org/odd"/><nextCatalog catalog="http://ex.org/far.xml"/>',
        "all.xml",
    )
    found = read_catalog(path)
    assert found.path(ONE) == inner / "one.ofn"
    assert found.path(TWO) == tmp_path / "mirror" / "two.owl"
    assert found.path("http://ex.org/x/y") == tmp_path / "other" / "y"
    assert found.path("urn:unknown") is None
    assert [p.reason.partition(" is ")[0].partition(";")[0] for p in found.problems] == [
        "uri without name and uri",
        "the next catalog http://ex.org/far.xml",
        f"the next catalog {tmp_path / 'none.xml'}",
    ]


def test_an_import_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    edited = ontology(tmp_path / "edit.ofn", "http://ex.org/edit.owl", [ONE, TWO], "edit")
    (tmp_path / "junk.owl").write_bytes(b"\x00junk")
    entries = f'<uri name="{ONE}" uri="junk.owl"/><uri name="{TWO}" uri="gone.owl"/>'
    found = imported(read(edited), read_catalog(catalog(tmp_path, entries)))
    assert not found.labels
    assert [p.reason.count("is not read") for p in found.problems] == [1, 1]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<html/>",
        "hello",
        f"<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><catalog {SPACE}>&c;</catalog>",
        f"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><catalog {SPACE}>&a;</catalog>",
        f"<catalog {SPACE}>" + "<group>" * 100_000,
    ],
)
def test_what_is_no_catalog_or_not_safe_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "catalog-v001.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(IngestError):
        read_catalog(path)


def test_no_catalog_beside(tmp_path: Path) -> None:
    assert catalog_beside(tmp_path / "x.owl") is None
