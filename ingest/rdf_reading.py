"""RDF sources as triples, through pyoxigraph: what can be read, and what is wrong with the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from graph.model import Literal, Node, Statement
from graph.prefixes import encode_local
from graph.vocabulary import KGDELTA, XSD_STRING
from ingest.errors import IngestError
from ingest.line_reading import LONGEST_LINE
from ingest.rdf_limits import check_triple_lines
from ingest.rdf_terms import DEEPEST, is_iri
from ingest.reporting import Report
from ingest.triples import Term, Triple

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, NamedNode, Quad, QuadParser, RdfFormat
    from pyoxigraph import Literal as OxLiteral
    from pyoxigraph import Triple as OxTriple

#: Bytes that a source of a format that is read as a whole may have.
LARGEST: Final = 1 << 30
_BLOCK: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"
#: What a relative IRI without a base becomes, so that it is an IRI.
RELATIVE: Final = KGDELTA + "relative:"

_POSITION: Final = re.compile(r"^Parser error .*?: | \(line \d+\)$", re.DOTALL)
_UNDECLARED: Final = re.compile(r"The prefix (.*?): has not been declared")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FORBIDDEN: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
#: Errors of one source after which the rest of it is given up.
_MOST_ERRORS: Final = 100_000


@dataclass(slots=True)
class Parsed:
    """What a source says.

    ``statements`` are of the default graph, without blank nodes and triple terms; ``triples`` are
    all others; ``prefixes`` are those that the source declares.
    """

    statements: list[Statement] = field(default_factory=list)
    triples: list[Triple] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    #: All nodes and datatypes, and perhaps more; None where nobody looked.
    nodes: Collection[str] | None = None


def read_all(stream: IO[bytes], source: str) -> bytes:
    """The bytes of a stream. Raises IngestError where they are more than ``LARGEST``."""
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise IngestError(source, 0, f"more than {LARGEST >> 20} MiB")
    return content


def decode(content: bytes, report: Report, first: int = 1) -> str:
    """Text as UTF-8 without its byte order mark, else as Windows-1252 or Latin-1 with a problem.

    ``first`` is the number of its first line.
    """
    content = content.removeprefix(_BOM)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = first + content.count(b"\n", 0, error.start)
    try:
        text, encoding = content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, encoding = content.decode("latin-1"), "Latin-1"
    report.add(line, f"not UTF-8; read as {encoding}")
    return text


def parse_lines(stream: IO[bytes], form: RdfFormat, report: Report) -> Parsed:
    """Triples or quads of a format of one a line; a bad line costs no other line.

    Memory is bounded but for the triples. Raises IngestError for a line of more than
    ``LONGEST_LINE`` bytes.
    """
    terms = _Terms(report)
    first = 1
    for block in _blocks(stream, report.source):
        mark = terms.mark()
        try:
            check_triple_lines(block, report.source, first)
            terms.take(_quads(block, form))
        except SyntaxError:
            terms.forget(mark)
            for number, line in enumerate(block.split(b"\n"), first):
                _parse_line(line, number, form, terms)
        first += block.count(b"\n")
    return terms.parsed


def _blocks(stream: IO[bytes], source: str) -> Iterator[bytes]:
    """Whole lines, about a megabyte at a time."""
    rest = stream.read(_BLOCK).removeprefix(_BOM)
    first = 1
    while chunk := stream.read(_BLOCK):
        end = chunk.rfind(b"\n") + 1
        if end:
            whole = rest + chunk[:end]
            yield whole
            first += whole.count(b"\n")
            rest = chunk[end:]
            continue
        rest += chunk
        if len(rest) > LONGEST_LINE:
            line = first + rest.count(b"\n")
            raise IngestError(source, line, f"a line of more than {LONGEST_LINE >> 20} MiB")
    yield rest


def _parse_line(line: bytes, number: int, form: RdfFormat, terms: _Terms) -> None:
    text = decode(line, terms.report, number)
    mark = terms.mark()
    try:
        terms.take(_quads(text, form))
    except SyntaxError as error:
        terms.forget(mark)
        terms.report.add(number, _reason(error))
        try:
            terms.take(_quads(text, form, lenient=True), repair=True)
        except SyntaxError:
            return


def parse_text(
    text: str, form: RdfFormat, report: Report, prefixes: Mapping[str, str] | None = None
) -> Parsed:
    """Triples of a text, as many as stand outside of its errors.

    ``prefixes`` serve where the text uses a prefix that it does not declare.
    """
    terms = _Terms(report)
    errors: list[SyntaxError] = []
    declared = _drain(text, form, terms, errors, lenient=False)
    if errors:
        lacking = {found[1] for e in errors if (found := _UNDECLARED.search(str(e)))}
        given = {p: prefixes[p] for p in sorted(lacking) if prefixes and p in prefixes}
        preamble = "".join(f"@prefix {prefix}: <{given[prefix]}> . " for prefix in given)
        if preamble:
            terms, errors = _Terms(report), []
            declared = _drain(preamble + text, form, terms, errors, lenient=False)
            declared = {p: n for p, n in declared.items() if given.get(p) != n}
        for error in errors:
            report.add(error.lineno or 0, _reason(error))
        terms.start_again()
        _drain(preamble + text, form, terms, [], lenient=True)
    terms.parsed.prefixes = declared
    return terms.parsed


def _drain(
    text: str, form: RdfFormat, terms: _Terms, errors: list[SyntaxError], lenient: bool
) -> dict[str, str]:
    parser = _quads(text, form, lenient)
    while len(errors) < _MOST_ERRORS:
        try:
            terms.take(parser, repair=lenient)
        except SyntaxError as error:
            errors.append(error)
            continue
        return dict(parser.prefixes)
    errors.append(SyntaxError(f"more than {_MOST_ERRORS:,} errors; what follows is not read"))
    return dict(parser.prefixes)


def _quads(text: str | bytes, form: RdfFormat, lenient: bool = False) -> QuadParser:
    from pyoxigraph import parse

    return parse(text, format=form, lenient=lenient)


def _reason(error: SyntaxError) -> str:
    message = _POSITION.sub("", str(error.msg)).replace("\n", " ")
    return f"column {error.offset}: {message}" if error.offset else message


class _Terms:
    """Terms of pyoxigraph as ours, equal nodes as one object."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.nodes: dict[str, str] = {}
        self.parsed = Parsed(nodes=self.nodes)
        self.repaired: dict[str, str] = {}

    def mark(self) -> tuple[int, int]:
        """How much there is, to forget what comes later."""
        return len(self.parsed.statements), len(self.parsed.triples)

    def forget(self, mark: tuple[int, int]) -> None:
        """Forget what came after a mark."""
        del self.parsed.statements[mark[0] :]
        del self.parsed.triples[mark[1] :]

    def start_again(self) -> None:
        """Forget all triples, but not which nodes there are."""
        self.parsed = Parsed(nodes=self.nodes)

    def take(self, quads: Iterable[Quad], repair: bool = False) -> None:
        """Take in all quads that an iterator still gives. Raises SyntaxError where it does."""
        from pyoxigraph import DefaultGraph, NamedNode
        from pyoxigraph import Literal as OxLiteral

        node, literal = self.nodes.setdefault, self.literal
        said, keep = self.parsed.statements.append, self._keep
        if repair:
            for quad in quads:
                keep(quad, self._repaired)
            return
        for quad in quads:
            subject, predicate, value, graph = quad
            kind = type(value)
            if (
                type(subject) is not NamedNode
                or type(graph) is not DefaultGraph
                or (kind is not OxLiteral and kind is not NamedNode)
            ):
                keep(quad, self._same)
                continue
            start, link = subject.value, predicate.value
            if kind is OxLiteral:
                said(Statement(node(start, start), node(link, link), literal(value)))
            else:
                end = value.value
                said(Statement(node(start, start), node(link, link), node(end, end)))

    def literal(self, literal: OxLiteral) -> Literal:
        """A literal; a base direction is kept behind the language, as Turtle writes it."""
        language = literal.language
        if language is None:
            datatype = literal.datatype.value
            if datatype == XSD_STRING:
                return Literal(literal.value)
            return Literal(literal.value, self.nodes.setdefault(datatype, datatype))
        direction = literal.direction
        tag = language if direction is None else f"{language}--{direction.value}"
        return Literal(literal.value, language=tag)

    def _keep(self, quad: Quad, fixed: Callable[[str], str]) -> None:
        from pyoxigraph import DefaultGraph

        subject, predicate, value, graph = quad
        name = "" if isinstance(graph, DefaultGraph) else self._node(graph, fixed)
        start, link = self._node(subject, fixed), self._node(predicate, fixed)
        end = self._term(value, fixed, 0)
        if name or start.startswith("_:") or isinstance(end, Triple) or _is_blank(end):
            self.parsed.triples.append(Triple(start, link, end, name))
        else:
            self.parsed.statements.append(Statement(start, link, end))

    def _term(
        self,
        term: NamedNode | BlankNode | OxLiteral | OxTriple,
        fixed: Callable[[str], str],
        depth: int,
    ) -> Term:
        from pyoxigraph import Literal as OxLiteral
        from pyoxigraph import Triple as OxTriple

        if isinstance(term, OxLiteral):
            literal = self.literal(term)
            datatype = fixed(literal.datatype)
            if datatype == literal.datatype:
                return literal
            return Literal(literal.value, datatype, literal.language)
        if isinstance(term, OxTriple):
            if depth >= DEEPEST:
                raise IngestError(
                    self.report.source, 0, f"triple terms nest more than {DEEPEST} deep"
                )
            start, link = self._node(term.subject, fixed), self._node(term.predicate, fixed)
            return Triple(start, link, self._term(term.object, fixed, depth + 1))
        return self._node(term, fixed)

    def _node(self, term: object, fixed: Callable[[str], str]) -> Node:
        from pyoxigraph import BlankNode, NamedNode

        if isinstance(term, NamedNode):
            text = fixed(term.value)
            return self.nodes.setdefault(text, text)
        if isinstance(term, BlankNode):
            label = f"_:{term.value}"
            return self.nodes.setdefault(label, label)
        raise IngestError(self.report.source, 0, f"a node is expected in place of {term}")

    def _same(self, iri: str) -> str:
        return iri

    def _repaired(self, iri: str) -> str:
        """An IRI for a text that is none: percent-encoded where that is one and not used yet."""
        known = self.repaired.get(iri)
        if known is None:
            known = self.repaired[iri] = iri if is_iri(iri) else self._repair(iri)
        return known

    def _repair(self, text: str) -> str:
        if not _SCHEME.match(text):
            made = RELATIVE + encode_local(text)
            self.report.add(0, f"<{text}> is relative, and there is no base; read as <{made}>")
            return made
        made = _FORBIDDEN.sub(_percent, text)
        if is_iri(made) and made not in self.nodes:
            self.report.add(0, f"<{text}> is no IRI; read as <{made}>")
            return made
        self.report.add(0, f"<{text}> is no IRI; kept as it is")
        return text


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _is_blank(term: Term) -> bool:
    return isinstance(term, str) and term.startswith("_:")
