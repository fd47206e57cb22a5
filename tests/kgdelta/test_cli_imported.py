"""Prefix maps and catalogs on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run

EDIT = """Prefix(:=<http://ex.org/edit#>)
Ontology(<http://ex.org/edit.owl>
Import(<http://ex.org/base.owl>)
Import(<http://ex.org/far.owl>)
Declaration(Class(:wing))
AnnotationAssertion(<http://www.w3.org/2000/01/rdf-schema#label> :wing "wing")
)
"""
BASE = """Ontology(<http://ex.org/base.owl>
Declaration(Class(<http://ex.org/base#limb>))
AnnotationAssertion(<http://www.w3.org/2000/01/rdf-schema#label> <http://ex.org/base#limb> "limb")
)
"""
CATALOG = """<?xml version="1.0"?>
<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
<uri name="http://ex.org/base.owl" uri="base.ofn"/></catalog>
"""


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    (tmp_path / "edit.ofn").write_text(EDIT, encoding="utf-8")
    (tmp_path / "base.ofn").write_text(BASE, encoding="utf-8")
    (tmp_path / "known.xml").write_text(CATALOG, encoding="utf-8")
    return tmp_path


def test_what_is_imported_may_be_called_by_its_label(run: Run, edited: Path) -> None:
    change = ("apply", "--input", "edit.ofn", "--output", "out.ofn", "-c")
    move = "create edge 'wing' rdfs:subClassOf 'limb'"
    assert run(*change, move).code == 4
    done = run(*change, move, "--catalog", "known.xml")
    assert done.code == 0, done.err
    assert "far.owl" in done.err
    written = (edited / "out.ofn").read_text(encoding="utf-8")
    assert "SubClassOf" in written
    assert "limb" in written
    assert '"limb"' not in written
    (edited / "known.xml").rename(edited / "catalog-v001.xml")
    assert run(*change, move).code == 0
    assert (edited / "out.ofn").read_text(encoding="utf-8") == written


def test_what_is_imported_is_not_changed(run: Run, edited: Path) -> None:
    (edited / "known.xml").rename(edited / "catalog-v001.xml")
    answer = run(
        "apply", "--input", "edit.ofn", "--output", "out.ofn", "-c", "rename 'limb' to 'arm'"
    )
    assert answer.code == 2, answer.err
    assert "base#limb is imported" in answer.err
    assert not (edited / "out.ofn").exists()


def test_a_difference_calls_what_is_imported_by_its_label(run: Run, edited: Path) -> None:
    move = "create edge 'wing' rdfs:subClassOf 'limb'"
    run("apply", "--input", "edit.ofn", "--output", "out.ofn", "-c", move, "--catalog", "known.xml")
    notes = ("diff", "edit.ofn", "out.ofn", "--format", "markdown")
    assert "limb (" not in run(*notes).out
    told = run(*notes, "--catalog", "known.xml")
    assert "is a kind of limb (" in told.out
    assert "far.owl" in told.err
    page = run(*notes[:-1], "html", "--catalog", "known.xml").out
    assert "is a kind of limb (" in page
    assert run("diff", "edit.ofn", "out.ofn", "--node", "limb").code != 0
    named = run("diff", "edit.ofn", "out.ofn", "--node", "limb", "--catalog", "known.xml")
    assert (named.code, named.out) == (0, "")


def test_a_catalog_is_for_files(run: Run, edited: Path) -> None:
    answer = run("apply", "-c", "create class EX:1 'x'", "--catalog", "known.xml")
    assert answer.code == 2
    assert "--catalog goes with --input" in answer.err


def test_prefixes_come_from_a_map_where_the_file_has_none(run: Run, edited: Path) -> None:
    (edited / "x.ttl").write_text("ex:a ex:p ex:b .\n", encoding="utf-8")
    (edited / "map.json").write_text('{"ex": "http://ex.org/"}', encoding="utf-8")
    assert run("convert", "x.ttl", "x.nt", "--prefixes", "map.json", "--strict").code == 0
    assert "<http://ex.org/a>" in (edited / "x.nt").read_text(encoding="utf-8")
    (edited / "other.json").write_text('{"ex": "http://ex.com/"}', encoding="utf-8")
    twice = ("--prefixes", "map.json", "--prefixes", "other.json")
    answer = run("convert", "x.ttl", "y.nt", *twice)
    assert answer.code == 3
    assert "http://ex.com/" in answer.err
    assert "http://ex.org/" in answer.err
    assert run("convert", "x.ttl", "y.nt", "--prefixes", "none.json").code == 6
