"""What a document of RDF has beside its triples: prefixes, graphs, and what a caller says."""

from __future__ import annotations

import pytest

from graph.model import Literal, Qualifier, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import DEFAULT_ONTOLOGY, GRAPH, LABEL, NAMESPACE, PREFIX, XSD
from ingest.rdf_statements import DEFAULT_GRAPH
from tests.ingest.rdf_formats import FORMATS, read, write

E = "http://example.org/"
WITH_PREFIXES = {
    "turtle": f"@prefix e: <{E}> . @prefix xsd: <{XSD}> . e:a e:p e:b .",
    "trig": f"PREFIX e: <{E}> e:a e:p e:b .",
    "ntriples": f"# @prefix e: <{E}> .\n<{E}a> <{E}p> <{E}b> .",
    "nquads": f"<{E}a> <{E}p> <{E}b> .\n# @prefix e: <{E}> .",
    "jsonld": f'{{"@context": {{"e": "{E}"}}, "@id": "e:a", "e:p": {{"@id": "e:b"}}}}',
    "rdfxml": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    f'xmlns:e="{E}"><rdf:Description rdf:about="{E}a">'
    f'<e:p rdf:resource="{E}b"/></rdf:Description></rdf:RDF>',
}


def _prefix(node: str, prefix: str = "e", namespace: str = E) -> Statement:
    return Statement(node, PREFIX, Literal(prefix), (Qualifier(NAMESPACE, Literal(namespace)),))


@pytest.mark.parametrize("form", FORMATS)
def test_declared_prefixes_are_statements_and_serve_again(form: str) -> None:
    document = read(WITH_PREFIXES[form], form, strict=True)
    triple = Statement(f"{E}a", f"{E}p", f"{E}b")
    assert document.statements == {triple, _prefix(DEFAULT_ONTOLOGY)}
    assert PrefixMap.of(document.snapshot()).contract(f"{E}a") == "e:a"
    written = write(document.statements, form).decode()
    assert PREFIX not in written
    assert "kgdelta:prefix" not in written
    assert E in written


def test_prefixes_sit_on_the_ontology() -> None:
    text = f"@prefix e: <{E}> . <urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ."
    assert _prefix("urn:o") in read(text).statements
    named = read(f"@prefix e: <{E}> . e:a e:p e:b .", ontology="ms")
    assert _prefix("http://purl.obolibrary.org/obo/ms.owl") in named.statements
    assert read(write(named.statements)).statements == named.statements


def test_prefixes_of_the_caller_serve_where_the_source_declares_none() -> None:
    text = "e:a e:p f:b .\n@prefix f: <urn:own:> .\nf:c f:d nonsense ."
    document = read(text, prefixes={"e": E, "f": "urn:given:", "g": "urn:other:"})
    assert document.statements == {
        Statement(f"{E}a", f"{E}p", "urn:given:b"),
        _prefix(DEFAULT_ONTOLOGY, "f", "urn:own:"),
    }
    assert [problem.line for problem in document.problems] == [3]


@pytest.mark.parametrize("form", ["trig", "nquads", "jsonld"])
def test_a_triple_of_several_graphs_is_one_statement(form: str) -> None:
    quads = f"<{E}a> <{E}p> <{E}b> <urn:g:1> .\n<{E}a> <{E}p> <{E}b> <urn:g:2> ."
    key = (f"{E}a", f"{E}p", f"{E}b")
    two = (Qualifier(GRAPH, "urn:g:1"), Qualifier(GRAPH, "urn:g:2"))
    document = read(quads, "nquads", strict=True)
    assert document.statements == {Statement(*key, two)}
    with_default = read(f"{quads}\n<{E}a> <{E}p> <{E}b> .", "nquads", strict=True)
    three = (*two, Qualifier(GRAPH, DEFAULT_GRAPH))
    assert with_default.statements == {Statement(*key, three)}
    for state in (document.statements, with_default.statements):
        written = write(state, form)
        assert read(written, form, strict=True).statements == state
        assert b"reifies" not in written
        assert b"kgdelta" not in written


@pytest.mark.parametrize(
    ("form", "words"),
    [("turtle", b"{|"), ("ntriples", b"reifies"), ("jsonld", b"Axiom"), ("rdfxml", b"Axiom")],
)
def test_qualifiers_are_said_in_the_words_of_each_format(form: str, words: bytes) -> None:
    source = Qualifier(f"{E}source", f"{E}s", (Qualifier(f"{E}sure", Literal("0.5")),))
    state = {Statement(f"{E}a", LABEL, Literal("x", language="en"), (source,))}
    written = write(state, form)
    assert words in written
    assert b"kgdelta" not in written
    assert read(written, form, strict=True).statements == state


def test_an_ontology_has_annotated_axioms_in_every_format() -> None:
    annotated = f"<{E}a> <{LABEL}> 'x' {{| <{E}p> 1 |}} ."
    text = f"<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> . {annotated}"
    state = read(text, strict=True).statements
    for form in FORMATS:
        written = write(state, form)
        assert b"annotatedTarget" in written
        assert b"reifies" not in written
        assert read(written, form, strict=True).statements == state


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_others_read_what_we_write_in_formats_of_rdf_1_1() -> None:
    import rdflib
    from rdflib.compare import isomorphic

    text = f"@prefix e: <{E}> . e:a e:p ( 1 [ e:q 'x'@en ] ) ; e:q 'é', '01'^^e:t ."
    document = read(text)
    names = {"turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
    graphs = [
        rdflib.Graph().parse(data=write(document.statements, form), format=name)
        for form, name in names.items()
    ]
    wanted = rdflib.Graph().parse(data=text, format="turtle")
    assert all(isomorphic(graph, wanted) for graph in graphs)


def test_a_canonical_text_has_a_statement_a_line() -> None:
    text = f"""@prefix e: <{E}> .
e:b e:q "2", "1" ; a e:T ; e:p [ e:q "x" ] , ( "l" e:i ) {{| e:by e:me |}} . e:a e:p 1.5 ."""
    assert (
        write(read(text).statements).decode()
        == f"""@prefix e: <{E}> .

e:a
    e:p 1.5 ;
.

e:b
    a e:T ;
    e:p (
        "l"
        e:i
    ) {{|
        e:by e:me ;
    |}} ;
    e:p [
        e:q "x" ;
    ] ;
    e:q "1" ;
    e:q "2" ;
.
"""
    )


def test_comments_are_layout() -> None:
    turtle = f"""# first
@prefix e: <{E}> . # of <{E}#> and "more"
e:a e:p "# no comment", '''also
# none''', <{E}x#y> ;# last
    e:a\\#b e:c ."""
    remarks = read(turtle, strict=True).layout.remarks
    assert [(r.line, r.text) for r in remarks] == [
        (1, "first"),
        (2, f'of <{E}#> and "more"'),
        (4, "last"),
    ]
    lines = f"""#one
 # two
<{E}a#b> <{E}p> "x. # y" .
<{E}a> <{E}p> "z" .  # three\r

#
# @prefix e: <{E}> ."""
    remarks = read(lines, "ntriples", strict=True).layout.remarks
    assert [(r.line, r.text) for r in remarks] == [(1, "one"), (2, "two"), (4, "three"), (6, "")]
    xml = WITH_PREFIXES["rdfxml"].replace("<e:p", "<!-- a\nremark -->\n<e:p")
    remarks = read(xml, "rdfxml", strict=True).layout.remarks
    assert [(r.line, r.text) for r in remarks] == [(1, "a\nremark")]
