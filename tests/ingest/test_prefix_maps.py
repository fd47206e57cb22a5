"""Prefix maps of files of their own: every form, and collisions that are errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.vocabulary import RDFS
from ingest.errors import IngestError
from ingest.formats import read, read_bytes
from ingest.prefix_maps import read_prefix_map, read_prefix_maps

EX = "http://ex.org/"
EXTENDED = (
    '[{"prefix": "ex", "uri_prefix": "http://ex.org/", "prefix_synonyms": ["EX"],'
    ' "uri_prefix_synonyms": ["https://ex.org/"], "pattern": null}]'
)
SHACL = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    '[] sh:declare [ sh:prefix "ex" ; sh:namespace "http://ex.org/" ] .\n'
)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (EXTENDED, {"ex": EX, "EX": EX}),
        ('{"ex": "http://ex.org/"}', {"ex": EX}),
        ('{"@context": {"@version": 1.1, "ex": "http://ex.org/"}}', {"ex": EX}),
        ('{"@context": {"ex": {"@id": "http://ex.org/", "@prefix": true}}}', {"ex": EX}),
        ("@prefix ex: <http://ex.org/> .\n", {"ex": EX}),
        ("PREFIX ex: <http://ex.org/>\n", {"ex": EX}),
        ("\ufeff@prefix ex: <http://ex.org/> .\r\n", {"ex": EX}),
        (SHACL, {"ex": EX}),
    ],
)
def test_forms(content: str, found: dict[str, str]) -> None:
    assert read_prefix_map(content.encode(), "map") == found


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"a": "http://a/", "b": "http://a/"}', "<http://a/> has two prefixes, 'a' and 'b'"),
        ('{"a": "http://a/", "a": "http://b/"}', "'a' is both 'http://a/' and 'http://b/'"),
        (
            '[{"prefix": "a", "uri_prefix": "http://a/"},'
            ' {"prefix": "b", "uri_prefix": "http://b/", "prefix_synonyms": ["a"]}]',
            "'a' is both <http://a/> and <http://b/>",
        ),
        (
            "@prefix a: <http://a/> .\n@prefix a: <http://b/> .\n",
            "'a' is both <http://a/> and <http://b/>",
        ),
        ('[{"prefix": "a"}]', "record 1 of the prefix map: uri_prefix: Field required"),
        ('{"a": 7}', "the prefix 'a' has no namespace but 7"),
        ('{"a": ""}', "the prefix 'a' has no namespace"),
        ('{"@context": "http://ex.org/context"}', "no prefix map"),
        ("[1]", "no prefix map"),
        ("{", "no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("hello", "a prefix map is"),
        ("", "no prefixes"),
    ],
)
def test_what_is_no_map_or_contradicts_itself_is_an_error(content: str, reason: str) -> None:
    with pytest.raises(IngestError) as raised:
        read_prefix_map(content.encode(), "map")
    assert reason in str(raised.value)


def test_maps_of_several_files_agree_or_collide(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.json", "same.ttl", "other.json"))
    one.write_text(json.dumps({"ex": EX, "rdfs": RDFS}), encoding="utf-8")
    same.write_text("@prefix ex: <http://ex.org/> .\n", encoding="utf-8")
    other.write_text('{"ex": "http://ex.com/"}', encoding="utf-8")
    assert read_prefix_maps([one, same]) == {"ex": EX}
    with pytest.raises(IngestError, match=r"<http://ex.com/> here and <http://ex.org/> in .*one"):
        read_prefix_maps([one, other])


def test_a_prefix_that_every_graph_has_keeps_its_meaning(tmp_path: Path) -> None:
    wrong = tmp_path / "map.json"
    wrong.write_text('{"rdfs": "http://ex.org/"}', encoding="utf-8")
    with pytest.raises(IngestError, match=f"{RDFS}> in every graph"):
        read_prefix_maps([wrong])


def test_a_map_serves_where_the_file_declares_none(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("ex:a ex:p ex:b .\n", encoding="utf-8")
    document = read(file, prefixes={"ex": EX})
    assert {s.subject for s in document.statements} == {EX + "a"}
    assert not document.problems
    declared = b"@prefix ex: <http://own.org/> .\nex:a ex:p ex:b .\n"
    file.write_bytes(declared)
    assert any(s.subject == "http://own.org/a" for s in read(file, prefixes={"ex": EX}).statements)
    assert read_bytes(declared, "x.ttl").statements == read(file, prefixes={"ex": EX}).statements
