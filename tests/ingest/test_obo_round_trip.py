"""Law 4 for OBO: what is written reads back the same, and canonical text stays as it is."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Literal, Object, Qualifier, Statement
from graph.owl_terms import AXIOM, AXIOM_KIND, PROPERTY_CHAIN
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    COMMENT,
    CONSIDER,
    DEFINITION,
    DEPRECATED,
    DISJOINT_WITH,
    EQUIVALENT_CLASS,
    EXACT_SYNONYM,
    IN_SUBSET,
    LABEL,
    NAMED_INDIVIDUAL,
    NAMESPACE,
    OBJECT_PROPERTY,
    OBO,
    OBO_IN_OWL,
    ONTOLOGY,
    OWL,
    PREFIX,
    QUANTIFIER,
    RDF_TYPE,
    SHORTHAND,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    SYNONYM_TYPE,
    XREF,
    XSD,
)
from ingest.document import Document
from ingest.formats import read, read_bytes
from ingest.obo import OboReader
from ingest.obo_writer import write_obo
from ingest.tags import JUNK, SUBSET_PROPERTY, VERBATIM, VIEW

NODES = [OBO + "T_1", OBO + "T_2", OBO + "t#r", OBO + "BFO_0000050", "http://ex.org/a?b=c#d",
         OBO + "t.owl", "urn:token:a%20b", OBO + "T#_x%21y", "mailto:x"]  # fmt: skip
PREDICATES = [LABEL, COMMENT, DEFINITION, EXACT_SYNONYM, XREF, RDF_TYPE, SUBCLASS_OF, IN_SUBSET,
              SUBPROPERTY_OF, CONSIDER, DEPRECATED, EQUIVALENT_CLASS, PREFIX, SHORTHAND, JUNK,
              VERBATIM + "colour", VERBATIM + "name", OBO + "t#r", OBO + "BFO_0000050",
              OWL + "versionInfo", "http://ex.org/p", AXIOM, PROPERTY_CHAIN, DISJOINT_WITH,
              OBO_IN_OWL + "is_class_level", OBO_IN_OWL + VIEW, VERBATIM + "union_of"]  # fmt: skip
HOSTILE = st.text(
    st.sampled_from(list("ab \"'\\!{}[],:=#@<>\n\r\t\u2028\x85\x00é🙂")), max_size=12
) | st.sampled_from(["! x", "true", "T:1", '{a="b"}', "[Term]", "id: T:9", " lead", "trail "])
LITERALS = (
    st.builds(Literal, HOSTILE)
    | st.builds(lambda v, t: Literal(v, language=t), HOSTILE, st.sampled_from(["en", "de-at"]))
    | st.builds(
        Literal, HOSTILE, st.sampled_from([XSD + "int", XSD + "boolean", "http://ex.org/t"])
    )
)
LEAVES = st.sampled_from([*NODES, CLASS, OBJECT_PROPERTY, NAMED_INDIVIDUAL, ANNOTATION_PROPERTY,
                          OWL + "TransitiveProperty", SUBSET_PROPERTY, ONTOLOGY])  # fmt: skip
EXPRESSIONS = st.recursive(
    st.builds(
        lambda operator, a, b: Expression(operator, (a, b)),
        st.sampled_from(["ObjectSomeValuesFrom", "ObjectAllValuesFrom", "ObjectHasValue"]),
        LEAVES,
        LEAVES,
    ),
    lambda inner: st.builds(
        Expression,
        st.sampled_from(
            ["ObjectIntersectionOf", "ObjectUnionOf", "ObjectPropertyChain", "SubClassOf"]
        ),
        st.lists(inner | LEAVES | LITERALS, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=4,
)
OBJECTS: st.SearchStrategy[Object] = LEAVES | LITERALS | EXPRESSIONS
QUALIFIERS = st.recursive(
    st.builds(
        Qualifier,
        st.just(QUANTIFIER),
        st.sampled_from([Literal(word) for word in ("only", "min 2", "exactly 0", "some")]),
    )
    | st.builds(
        Qualifier, st.sampled_from([XREF, LABEL, SYNONYM_TYPE, NAMESPACE, OBO + "t#r"]), OBJECTS
    ),
    lambda inner: st.builds(
        lambda q, qs: Qualifier(q.predicate, q.value, tuple(qs)), inner, st.lists(inner, max_size=2)
    ),
    max_leaves=3,
)
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(NODES),
    st.sampled_from(PREDICATES),
    OBJECTS,
    st.lists(QUALIFIERS, max_size=2).map(tuple),
)
TYPES = st.builds(
    Statement,
    st.sampled_from(NODES),
    st.just(RDF_TYPE),
    st.sampled_from([CLASS, OBJECT_PROPERTY, NAMED_INDIVIDUAL]),
)
#: Statements that change how clauses are read, with others that they concern.
TRUE = Literal("true", XSD + "boolean")
CONTEXT = st.sampled_from(
    [
        Statement(OBO + "t#r", OBO_IN_OWL + "is_class_level", TRUE),
        Statement(OBO + "t#r", RDF_TYPE, ANNOTATION_PROPERTY),
        Statement(OBO + "t#r", RDF_TYPE, OBJECT_PROPERTY),
        Statement(OBO + "t.owl", OBO_IN_OWL + VIEW, Literal("r")),
        Statement(OBO + "T_1", OBO + "t#r", OBO + "T_2"),
        Statement(
            OBO + "T_1",
            OBO + "t#r",
            OBO + "T_2",
            (Qualifier(AXIOM_KIND, Literal("ObjectPropertyAssertion")),),
        ),
        Statement(
            OBO + "t#r", PROPERTY_CHAIN, Expression("ObjectPropertyChain", (OBO + "t#r",) * 2)
        ),
    ]
)
HEADER = Statement(OBO + "t.owl", RDF_TYPE, ONTOLOGY)


def back(text: str) -> Document:
    return read_bytes(text.encode(), "again.obo", "obo")


@given(st.lists(STATEMENTS | TYPES | CONTEXT, max_size=12))
def test_any_graph_survives_obo(statements: list[Statement]) -> None:
    graph = MemorySnapshot([HEADER, *statements])
    text = write_obo(graph)
    again = back(text).statements
    assert again == graph.all
    assert write_obo(MemorySnapshot(again)) == text


def check_round_trip(document: Document) -> None:
    text = write_obo(document.snapshot())
    again = back(text)
    assert again.statements == document.statements
    assert write_obo(again.snapshot()) == text


@pytest.mark.parametrize("name", ["uo", "eco", "pato"])
def test_real_releases_survive(shared: Path, name: str) -> None:
    paths = sorted((shared / name).glob("*.obo"))
    assert len(paths) >= 10
    for path in paths[:: len(paths) // 6] + paths[-1:]:
        check_round_trip(read(path))


@pytest.mark.long
@pytest.mark.parametrize("name", ["uo", "eco", "pato"])
def test_all_real_releases_survive(shared: Path, name: str) -> None:
    for path in sorted((shared / name).glob("*.obo")):
        check_round_trip(read(path))


def members(archive: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        files = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name)
        return [(m.name, handle.read()) for m in files if (handle := tar.extractfile(m))]


@pytest.mark.parametrize("name", ["uo", "eco", "psi-ms-releases-to-2012"])
def test_full_histories_read_with_one_reader(shared: Path, name: str) -> None:
    """Every line is a statement, layout or a problem; a kept reader gives what a new one gives."""
    reader = OboReader()
    found = members(shared / "full-history" / f"{name}.tar.xz")
    assert len(found) >= 60
    for i, (source, content) in enumerate(found):
        document = read_bytes(content, source, ontology="x", reader=reader)
        if i % 20 == 0:
            assert document == read_bytes(content, source, ontology="x")
        check_counts(content.decode("utf-8", "replace"), document)


def check_counts(text: str, document: Document) -> None:
    """Names and parents counted by their lines agree with the statements."""
    frames = re.split(r"^\[", text.replace("\r", ""), flags=re.MULTILINE)[1:]
    names, parents = set(), set()
    for frame in frames:
        ids = re.findall(r"^id:[ \t]*(\S+)", frame, re.MULTILINE)
        if ids:
            names |= {
                (ids[0], n) for n in re.findall(r"^name:[ \t]*(.*?)[ \t]*$", frame, re.MULTILINE)
            }
            parents |= {
                (ids[0], p)
                for p in re.findall(
                    r"^(?:is[_-]a:|relationship:[ \t]*is_a\b)[ \t]*(\S+)", frame, re.MULTILINE
                )
            }
    labels = [s for s in document.statements if s.predicate == LABEL]
    edges = [s for s in document.statements if s.predicate in (SUBCLASS_OF, SUBPROPERTY_OF)]
    kept = [s for s in document.statements if s.predicate == VERBATIM + "is_a"]
    subsets = [s for s in edges if s.object == SUBSET_PROPERTY]
    assert len(edges) + len(kept) - len(subsets) == len(parents)
    assert len(labels) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "ontology:\\ ex\n\n[Term]\nid: T:1\n",
        "ontology:\\!: ex\n\n[Typedef]\nid: r\n",
        "ontology: ex\n\n[Term]\nid:\\ T:1\nname: a\n",
        "ontology: ex\n\n[Term]\nid: a\\ \\!b\\{c\nname: a\n",
        "ontology: ex\n\n[Term]\nid: a\u0085\nname: b\u2028\n",
        'ontology: ex\nsubsetdef: \\ s "d"\n\n[Term]\nid: T:1\nsubset: \\ s\n',
    ],
)
def test_odd_ids_survive(text: str) -> None:
    check_round_trip(read_bytes(f"format-version: 1.2\n{text}".encode(), "odd.obo"))
