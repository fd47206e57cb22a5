"""OBO clauses to statements, and what happens to lines that are not as they should be."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    BROAD_SYNONYM,
    CLASS,
    COMMENT,
    DEFINITION,
    DEPRECATED,
    EQUIVALENT_CLASS,
    IMPORTS,
    LABEL,
    NAMESPACE,
    OBJECT_PROPERTY,
    OBO,
    OBO_IN_OWL,
    ONTOLOGY,
    OWL,
    PREFIX,
    RDF_TYPE,
    RELATED_SYNONYM,
    SHORTHAND,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    SYNONYM_TYPE,
    XREF,
    XSD,
    XSD_BOOLEAN,
)
from ingest.document import Document
from ingest.errors import IngestError
from ingest.formats import read, read_bytes
from ingest.tags import JUNK, VERBATIM

HEADER = "format-version: 1.2\nontology: t\n\n"
A, B, R = OBO + "T_1", OBO + "T_2", OBO + "t#r"


def document(text: str, header: str = HEADER) -> Document:
    return read_bytes((header + text).encode(), "t.obo")


def term(clause: str, kind: str = "Term") -> Document:
    return document(f"[{kind}]\nid: T:1\n{clause}\n")


def xref(text: str, description: str | None = None) -> Qualifier:
    inner = () if description is None else (Qualifier(LABEL, Literal(description)),)
    return Qualifier(XREF, Literal(text), inner)


CLAUSES = {
    "name: a \\n b": Statement(A, LABEL, Literal("a \n b")),
    "name: X ! not a comment": Statement(A, LABEL, Literal("X ! not a comment")),
    'comment: see {x="y"}': Statement(
        A, COMMENT, Literal("see"), (Qualifier(OBO_IN_OWL + "x", Literal("y")),)
    ),
    "name: [A-Z]{2}": Statement(A, LABEL, Literal("[A-Z]{2}")),
    'def: "say \\"hi\\"" [P:1, Q:2 "a, b"]': Statement(
        A, DEFINITION, Literal('say "hi"'), (xref("P:1"), xref("Q:2", "a, b"))
    ),
    'synonym: "s" BROAD plural [P\\,1]': Statement(
        A, BROAD_SYNONYM, Literal("s"), (Qualifier(SYNONYM_TYPE, OBO + "t#plural"), xref("P,1"))
    ),
    'synonym: "s" []': Statement(A, RELATED_SYNONYM, Literal("s")),
    'xref: value-type:xsd\\:string "The type."': Statement(
        A, XREF, Literal("value-type:xsd:string"), (Qualifier(LABEL, Literal("The type.")),)
    ),
    "is_a: T:2 ! two": Statement(A, SUBCLASS_OF, B),
    'is_a: T:2 {source="P:1"} ! two': Statement(
        A, SUBCLASS_OF, B, (Qualifier(OBO_IN_OWL + "source", Literal("P:1")),)
    ),
    "relationship: r T:2 ! two": Statement(A, R, B),
    "is_obsolete: true": Statement(A, DEPRECATED, Literal("true", XSD_BOOLEAN)),
    "is_obsolete: false": Statement(A, DEPRECATED, Literal("false", XSD_BOOLEAN)),
    'property_value: r "1" xsd:int': Statement(A, R, Literal("1", XSD + "int")),
    "property_value: r plain text xsd:string": Statement(A, R, Literal("plain text")),
    "property_value: r T:2": Statement(A, R, B),
    "union_of: T:2\nunion_of: T:3": Statement(
        A, EQUIVALENT_CLASS, Expression("ObjectUnionOf", (B, OBO + "T_3"))
    ),
    "intersection_of: T:2\nintersection_of: r T:3": Statement(
        A,
        EQUIVALENT_CLASS,
        Expression(
            "ObjectIntersectionOf", (B, Expression("ObjectSomeValuesFrom", (R, OBO + "T_3")))
        ),
    ),
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_clause(clause: str) -> None:
    read_document = term(clause)
    assert CLAUSES[clause] in read_document.statements
    assert not read_document.problems
    assert len(read_document.statements) == len(document("").statements) + 4 - 2


def test_header() -> None:
    node = OBO + "t.owl"
    got = document(
        "",
        "format-version: 1.2\nontology: t\nimport: http://x.org/y.obo\n"
        'subsetdef: slim "The slim"\nidspace: EX http://ex.org/ "examples"\n'
        "remark: first\nremark: second\n\n",
    )
    assert not got.problems
    assert got.statements >= {
        Statement(node, RDF_TYPE, ONTOLOGY),
        Statement(node, IMPORTS, "http://x.org/y.obo"),
        Statement(OBO + "t#slim", COMMENT, Literal("The slim")),
        Statement(
            node,
            PREFIX,
            Literal("EX"),
            (
                Qualifier(NAMESPACE, Literal("http://ex.org/")),
                Qualifier(COMMENT, Literal("examples")),
            ),
        ),
        Statement(node, COMMENT, Literal("first")),
        Statement(node, COMMENT, Literal("second")),
    }


def test_relations_and_shorthands() -> None:
    part_of = OBO + "BFO_0000050"
    got = document(
        "[Term]\nid: T:1\nrelationship: part_of T:2\n\n"
        "[Typedef]\nid: part_of\nxref: BFO:0000050\nis_a: r\nis_transitive: true\n"
    )
    assert not got.problems
    assert got.statements >= {
        Statement(A, part_of, B),
        Statement(part_of, RDF_TYPE, OBJECT_PROPERTY),
        Statement(part_of, RDF_TYPE, OWL + "TransitiveProperty"),
        Statement(part_of, SHORTHAND, Literal("part_of")),
        Statement(part_of, SUBPROPERTY_OF, R),
    }


DIRTY = {
    # clause: (a statement that is kept, the line of the problem, the reason)
    'def "no colon" [P:1]': (Statement(A, JUNK, Literal('def "no colon" [P:1]')), 6, "no tag"),
    "is-a: T:2": (Statement(A, SUBCLASS_OF, B), 6, "is-a: read as is_a"),
    "is_obsolete: 'true'": (
        Statement(A, DEPRECATED, Literal("true", XSD_BOOLEAN)), 6, "read as true",
    ),
    'def: "no list"': (Statement(A, DEFINITION, Literal("no list")), 6, "no xref list"),
    'def: "open [P:1]': (
        Statement(A, VERBATIM + "def", Literal('"open [P:1]')), 6, "quoted text is expected",
    ),
    'def: "d" [P:1': (
        Statement(A, VERBATIM + "def", Literal('"d" [P:1')), 6, "not closed",
    ),
    "is_a: T:2 T:3": (
        Statement(A, VERBATIM + "is_a", Literal("T:2 T:3")), 6, "text after the id",
    ),
    "is_a:": (Statement(A, VERBATIM + "is_a", Literal("")), 6, "an id is missing"),
    "colour: red": (Statement(A, VERBATIM + "colour", Literal("red")), 6, "unknown tag colour"),
    "name: a\nname: a": (Statement(A, LABEL, Literal("a")), 7, "said twice: name: a"),
    'exact_synonym: "s" []': (Statement(A, RDF_TYPE, CLASS), 6, "OBO 1.0"),
}  # fmt: skip


@pytest.mark.parametrize("clause", DIRTY)
def test_dirty_clause(clause: str) -> None:
    statement, line, reason = DIRTY[clause]
    got = term(clause)
    assert statement in got.statements
    assert [problem.line for problem in got.problems] == [line]
    assert reason in got.problems[0].reason
    with pytest.raises(IngestError, match=f"line {line}: "):
        read_bytes((HEADER + f"[Term]\nid: T:1\n{clause}\n").encode(), "t.obo", strict=True)


def test_frames_without_id_and_twice() -> None:
    got = document("[Term]\nname: lost\n\n[Term]\nid: T:1\nname: a\n\n[Term]\nid: T:1\nname: b\n")
    assert [(p.line, p.reason) for p in got.problems] == [
        (4, "a frame without an id; kept as layout"),
        (11, "a second frame for T:1"),
    ]
    assert got.statements >= {Statement(A, LABEL, Literal(x)) for x in "ab"}
    assert "name: lost" in {remark.text for remark in got.layout.remarks}


def test_comments_and_unknown_stanzas_are_layout() -> None:
    got = document("! a comment\n[Annotation]\nsubject: T:1\n\n[Term]\nid: T:1\n! inside\n")
    kept = [(remark.line, remark.text) for remark in got.layout.remarks]
    assert kept == [(4, "! a comment"), (5, "[Annotation]"), (6, "subject: T:1"), (10, "! inside")]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, bytes])
def test_compression_is_known_by_its_content(pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    path = tmp_path / "t.txt"
    path.write_bytes(pack((HEADER + "[Term]\nid: T:1\n").encode()))
    assert Statement(A, RDF_TYPE, CLASS) in read(path).statements


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_truncated_compression(pack: object) -> None:
    assert callable(pack)
    content = pack((HEADER * 1000).encode())
    with pytest.raises(IngestError, match="compression is damaged"):
        read_bytes(content[: len(content) // 2], "t.obo.gz")


def test_encodings_and_line_ends() -> None:
    body = "[Term]\r\nid: T:1\r\nname: café\r\n"
    wanted = Statement(A, LABEL, Literal("café"))
    plain = b"format-version: 1.2\r\nontology: t\r\n" + body.encode()
    for content in (plain, b"\xef\xbb\xbf" + plain):
        got = read_bytes(content, "t.obo")
        assert wanted in got.statements
        assert not got.problems
    got = read_bytes(HEADER.encode() + body.encode("cp1252"), "t.obo")
    assert wanted in got.statements
    assert [(p.line, p.reason) for p in got.problems] == [(6, "not UTF-8; read as cp1252")]


def test_what_is_not_obo_is_refused() -> None:
    for content in (b"hello", b"\x00\x01\x02\x03", b"<?xml version='1.0'?><rdf/>"):
        with pytest.raises(IngestError, match="not of a known format"):
            read_bytes(content, "x")


@pytest.mark.parametrize(
    ("headers", "given", "expected"),
    [
        ("ontology: a", None, "a"),
        ("ontology: a", "b", "a"),
        ("ontology: a\nontology: b", None, "a"),
        ("ontology: a\nontology: b", "b", "b"),
        ("ontology: a\nontology: b", "c", "c"),
        ("default-namespace: B\nontology: a\nontology: b", None, "b"),
        ("default-namespace: B", None, "b"),
        ("default-namespace: B", "c", "c"),
    ],
)
def test_which_ontology_a_file_is(headers: str, given: str | None, expected: str) -> None:
    text = f"format-version: 1.2\n{headers}\n"
    got = read_bytes(text.encode(), "t", ontology=given)
    assert Statement(f"{OBO}{expected}.owl", RDF_TYPE, ONTOLOGY) in got.statements
    others = headers.count("ontology:") - (f"ontology: {expected}" in headers)
    assert len(got.problems) == others


def test_ontology_without_a_header() -> None:
    text = "format-version: 1.2\ndefault-namespace: MS\n\n[Typedef]\nid: r\n"
    by_namespace = {s.subject for s in read_bytes(text.encode(), "t").statements}
    assert OBO + "ms#r" in by_namespace
    assert OBO + "x#r" in {
        s.subject for s in read_bytes(text.encode(), "t", ontology="x").statements
    }
