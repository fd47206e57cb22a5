"""RDF in and out: Turtle, TriG, N-Triples, N-Quads, JSON-LD and RDF/XML, losslessly.

Reading goes from bytes to triples (:mod:`ingest.rdf_reading`) to statements
(:mod:`ingest.rdf_statements`); writing goes back through :mod:`ingest.rdf_lowering`, and is
canonical: equal graphs have equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import IO, Final

from graph.model import Literal, Node, Qualifier, Statement
from graph.prefixes import STANDARD, ontology_iri, ontology_node
from graph.snapshot import Snapshot
from graph.vocabulary import DEFAULT_ONTOLOGY, NAMESPACE, ONTOLOGY, PREFIX, RDF_TYPE
from ingest.document import Document, Layout, ReadOptions
from ingest.rdf_comments import comments_of_text
from ingest.rdf_limits import check_json, check_triple_terms, decode_xml, scan_xml
from ingest.rdf_lowering import Dialect, triples_of
from ingest.rdf_reading import Parsed, decode, parse_lines, parse_text, read_all
from ingest.rdf_statements import statements_of
from ingest.rdf_terms import is_iri
from ingest.reporting import Report

_TURTLE: Final = Dialect(datasets=False, triple_terms=True)
_TRIG: Final = Dialect(datasets=True, triple_terms=True)


def read_turtle(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in Turtle 1.2. Raises IngestError."""
    return _read_turtle(stream, source, options, named_graphs=False)


def read_trig(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in TriG 1.2. Raises IngestError."""
    return _read_turtle(stream, source, options, named_graphs=True)


def read_ntriples(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in N-Triples 1.2. Raises IngestError."""
    from pyoxigraph import RdfFormat

    report = Report(source, options.strict)
    return _document(parse_lines(stream, RdfFormat.N_TRIPLES, report), report, options)


def read_nquads(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in N-Quads 1.2. Raises IngestError."""
    from pyoxigraph import RdfFormat

    report = Report(source, options.strict)
    return _document(parse_lines(stream, RdfFormat.N_QUADS, report), report, options)


def read_jsonld(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in JSON-LD 1.1; contexts that lie elsewhere are never fetched.

    Raises IngestError.
    """
    from pyoxigraph import RdfFormat

    report = Report(source, options.strict)
    text = decode(read_all(stream, source), report)
    check_json(text, report)
    return _document(parse_text(text, RdfFormat.JSON_LD, report), report, options)


def read_rdfxml(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in RDF/XML; entities may stand for text only. Raises IngestError."""
    from pyoxigraph import RdfFormat

    report = Report(source, options.strict)
    text = decode_xml(read_all(stream, source), report)
    scan = scan_xml(text, report)
    parsed = parse_text(text, RdfFormat.RDF_XML, report)
    parsed.prefixes, parsed.comments = scan.prefixes, scan.comments
    return _document(parsed, report, options)


def _read_turtle(
    stream: IO[bytes], source: str, options: ReadOptions, named_graphs: bool
) -> Document:
    from pyoxigraph import RdfFormat

    report = Report(source, options.strict)
    text = decode(read_all(stream, source), report)
    check_triple_terms(text, source)
    form = RdfFormat.TRIG if named_graphs else RdfFormat.TURTLE
    parsed = parse_text(text, form, report, options.prefixes)
    parsed.comments += comments_of_text(text)
    return _document(parsed, report, options)


def _document(parsed: Parsed, report: Report, options: ReadOptions) -> Document:
    statements, remarks = statements_of(parsed, report)
    prefixes = {p: n for p, n in parsed.prefixes.items() if STANDARD.get(p) != n}
    if prefixes:
        node = _header_node(statements, options)
        statements |= {_declaration(node, p, n) for p, n in prefixes.items()}
    return Document(
        report.source, statements, Layout((*parsed.comments, *remarks)), report.problems
    )


def _header_node(statements: Iterable[Statement], options: ReadOptions) -> Node:
    """The node that carries the prefixes: the first ontology by IRI, as a snapshot would say."""
    declared = [s.subject for s in statements if s.predicate == RDF_TYPE and s.object == ONTOLOGY]
    if declared:
        return min(declared)
    return ontology_iri(options.ontology) if options.ontology else DEFAULT_ONTOLOGY


def _declaration(node: Node, prefix: str, namespace: str) -> Statement:
    return Statement(node, PREFIX, Literal(prefix), (Qualifier(NAMESPACE, Literal(namespace)),))


def write_turtle(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state as canonical Turtle 1.2."""
    from ingest.turtle_writing import is_turtle_prefix, turtle

    statements, prefixes = _without_prefixes(snapshot, is_turtle_prefix)
    _write(stream, turtle(triples_of(statements, _TURTLE), prefixes))


def write_trig(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state as canonical TriG 1.2."""
    from ingest.turtle_writing import is_turtle_prefix, turtle

    statements, prefixes = _without_prefixes(snapshot, is_turtle_prefix)
    _write(stream, turtle(triples_of(statements, _TRIG), prefixes))


def write_ntriples(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state as canonical N-Triples 1.2."""
    _write_lines(snapshot, stream, _TURTLE)


def write_nquads(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state as canonical N-Quads 1.2."""
    _write_lines(snapshot, stream, _TRIG)


def _write_lines(snapshot: Snapshot, stream: IO[bytes], dialect: Dialect) -> None:
    from ingest.rdf_writing import declarations, n_quads
    from ingest.turtle_writing import is_turtle_prefix

    statements, prefixes = _without_prefixes(snapshot, is_turtle_prefix)
    _write(stream, [*declarations(prefixes), *n_quads(triples_of(statements, dialect))])


def write_jsonld(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state as canonical JSON-LD 1.1."""
    from ingest.jsonld_writing import is_json_ld_prefix, json_ld, says_json_ld, schemes_of

    schemes = schemes_of(snapshot.statements())
    statements, prefixes = _without_prefixes(
        snapshot, lambda p, n: is_json_ld_prefix(p, n, schemes)
    )
    dialect = Dialect(datasets=True, triple_terms=False, says=says_json_ld)
    _write(stream, json_ld(triples_of(statements, dialect), prefixes, schemes))


def write_rdfxml(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state as canonical RDF/XML 1.1."""
    from ingest.rdfxml_writing import is_xml_prefix, rdf_xml, says_rdf_xml

    statements, prefixes = _without_prefixes(snapshot, is_xml_prefix)
    dialect = Dialect(datasets=False, triple_terms=False, says=says_rdf_xml)
    _write(stream, rdf_xml(triples_of(statements, dialect), prefixes))


def _without_prefixes(
    snapshot: Snapshot, can_declare: Callable[[str, str], bool]
) -> tuple[list[Statement], Mapping[str, str]]:
    """Statements without the prefixes that the format can declare, and those prefixes."""
    node = ontology_node(snapshot)
    candidates: dict[str, list[str]] = {}
    for statement in snapshot.statements({node}, {PREFIX}):
        for qualifier in statement.qualifiers:
            prefix, namespace = statement.object, qualifier.value
            if (
                isinstance(prefix, Literal)
                and isinstance(namespace, Literal)
                and statement == _declaration(node, prefix.value, namespace.value)
            ):
                candidates.setdefault(prefix.value, []).append(namespace.value)
    prefixes = {
        prefix: namespaces[0]
        for prefix, namespaces in sorted(candidates.items())
        if len(namespaces) == 1
        and STANDARD.get(prefix) != namespaces[0]
        and is_iri(namespaces[0])
        and can_declare(prefix, namespaces[0])
    }
    said = {_declaration(node, prefix, namespace) for prefix, namespace in prefixes.items()}
    return [s for s in snapshot.statements() if s not in said], prefixes


def _write(stream: IO[bytes], pieces: Iterable[str]) -> None:
    waiting: list[str] = []
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) >= 1000:
            stream.write("".join(waiting).encode())
            waiting = []
    stream.write("".join(waiting).encode())
