"""RDF sources as triples, through pyoxigraph: what can be read, and what is wrong with the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

from graph.model import Literal, Node, Statement
from graph.prefixes import encode_local
from graph.vocabulary import KGDELTA, XSD_STRING
from ingest.document import Remark
from ingest.errors import IngestError
from ingest.line_reading import LONGEST_LINE
from ingest.rdf_comments import comments_of_block
from ingest.rdf_limits import check_triple_lines
from ingest.rdf_terms import DEEPEST, is_iri, is_language
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
_DECLARATION: Final = re.compile(rb"# @prefix ([^\s:<>]*): <([^\s<>]*)> \.\r?(?:\n|\Z)")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FORBIDDEN: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
#: Errors of one source after which the rest of it is given up.
_MOST_ERRORS: Final = 100_000


@dataclass(slots=True)
class Parsed:
    """What a source says.

    ``statements`` are of the default graph, without triple terms, blank nodes by their labels if it
    ``has_blanks``; ``triples`` are all others; ``prefixes`` are those that the source declares.
    """

    statements: list[Statement] = field(default_factory=list)
    triples: list[Triple] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    comments: list[Remark] = field(default_factory=list)
    has_blanks: bool = False
    #: All nodes and datatypes, and perhaps more; None where nobody looked.
    nodes: Collection[str] | None = None


def read_all(stream: IO[bytes], source: str) -> bytes:
    """The bytes of a stream. Raises IngestError where they are more than ``LARGEST``."""
    chunks: list[bytes] = []
    left = LARGEST
    # Piece by piece: asked for all at once, a stream takes up twice as much before it is refused.
    while chunk := stream.read(_BLOCK):
        left -= len(chunk)
        if left < 0:
            raise IngestError(source, 0, f"more than {LARGEST >> 20} MiB")
        chunks.append(chunk)
    return b"".join(chunks)


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

    Comments such as ``# @prefix e: <http://example.org/> .`` declare prefixes, which these formats
    have no words for. Memory is bounded but for the triples. Raises IngestError for a line of
    more than ``LONGEST_LINE`` bytes.
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
        terms.parsed.prefixes.update(_declared(block))
        terms.parsed.comments += comments_of_block(block, first)
        first += block.count(b"\n")
    return terms.parsed


def _declared(block: bytes) -> Iterator[tuple[str, str]]:
    """The prefixes that comments declare which are a line of their own."""
    at = block.find(b"# @prefix ")
    while at >= 0:
        found = _DECLARATION.match(block, at)
        if found and (at == 0 or block[at - 1] == ord("\n")):
            yield found[1].decode(errors="replace"), found[2].decode(errors="replace")
        at = block.find(b"# @prefix ", at + 1)


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
    terms.line = number
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
    from pyoxigraph import RdfFormat

    terms = _Terms(report, text)
    declared, errors = _drain(text, form, terms)
    given: dict[str, str] = {}
    preamble = ""
    while lacking := _undeclared(errors) & (prefixes or {}).keys() - given.keys():
        given |= {prefix: (prefixes or {})[prefix] for prefix in sorted(lacking)}
        preamble = "".join(f"@prefix {prefix}: <{given[prefix]}> . " for prefix in given)
        terms = _Terms(report, text)
        declared, errors = _drain(preamble + text, form, terms)
        declared = {p: n for p, n in declared.items() if given.get(p) != n}
    if errors and form == RdfFormat.RDF_XML:
        # After an IRI that it refuses, the parser of RDF/XML misses where elements end.
        terms.start_again()
        terms.tags_unchecked = True
        _, errors = _drain(text, form, terms, repair=True)
        _tell(errors, report)
    elif errors:
        _tell(errors, report)
        terms.start_again()
        _drain(preamble + text, form, terms, repair=True)
    terms.parsed.prefixes = declared
    return terms.parsed


def _undeclared(errors: Iterable[SyntaxError]) -> set[str]:
    """Prefixes that errors say are not declared; a statement tells of one at a time."""
    return {found[1] for error in errors if (found := _UNDECLARED.search(str(error)))}


def _drain(
    text: str, form: RdfFormat, terms: _Terms, repair: bool = False
) -> tuple[dict[str, str], list[SyntaxError]]:
    """Take in all of a text; gives the prefixes that it declares, and its errors."""
    parser = _quads(text, form, lenient=repair)
    errors: list[SyntaxError] = []
    while len(errors) < _MOST_ERRORS:
        try:
            terms.take(parser, repair)
        except SyntaxError as error:
            errors.append(error)
        else:
            return dict(parser.prefixes), errors
    errors.append(SyntaxError(f"more than {_MOST_ERRORS:,} errors; what follows is not read"))
    return dict(parser.prefixes), errors


def _tell(errors: Iterable[SyntaxError], report: Report) -> None:
    malformed = bool(report.problems)
    for error in errors:
        reason = _reason(error)
        if not (malformed and reason.startswith("ill-formed document")):
            report.add(error.lineno or 0, reason)


def _quads(text: str | bytes, form: RdfFormat, lenient: bool = False) -> QuadParser:
    from pyoxigraph import parse

    return parse(text, format=form, lenient=lenient)


def _reason(error: SyntaxError) -> str:
    message = _POSITION.sub("", str(error.msg)).replace("\n", " ")
    if "LoadDocumentCallback" in message:
        return "a context lies outside of the source and is not fetched"
    return f"column {error.offset}: {message}" if error.offset else message


class _Terms:
    """Terms of pyoxigraph as ours, equal nodes as one object."""

    def __init__(self, report: Report, text: str = "") -> None:
        from pyoxigraph import BlankNode, DefaultGraph, NamedNode
        from pyoxigraph import Literal as OxLiteral
        from pyoxigraph import Triple as OxTriple

        # Imported once: a million times the import statement is a second.
        self.named, self.blank, self.default = NamedNode, BlankNode, DefaultGraph
        self.text_kind, self.triple = OxLiteral, OxTriple
        self.report = report
        self.text = text
        self.line = 0
        self.tags_unchecked = False
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
        node, literal = self.nodes.setdefault, self.literal
        said, keep = self.parsed.statements.append, self._keep
        named, blank, text, default = self.named, self.blank, self.text_kind, self.default
        if repair:
            for quad in quads:
                keep(quad, self._repaired)
            return
        for quad in quads:
            value: Any = quad.object
            kind = type(value)
            if (kind is not text and kind is not named and kind is not blank) or (
                type(quad.graph_name) is not default
            ):
                keep(quad, self._same)
                continue
            subject: Any = quad.subject
            start, link = subject.value, quad.predicate.value
            if type(subject) is blank:
                start = f"_:{start}"
                self.parsed.has_blanks = True
            if kind is text:
                said(Statement(node(start, start), node(link, link), literal(value)))
                continue
            end = value.value
            if kind is blank:
                end = f"_:{end}"
                self.parsed.has_blanks = True
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
        subject, predicate, value, graph = quad
        name = "" if isinstance(graph, self.default) else self._node(graph, fixed)
        start, link = self._node(subject, fixed), self._node(predicate, fixed)
        end = self._term(value, fixed, 0)
        if name or isinstance(end, Triple):
            self.parsed.triples.append(Triple(start, link, end, name))
        else:
            self.parsed.statements.append(Statement(start, link, end))
            self.parsed.has_blanks |= start.startswith("_:") or _is_blank(end)

    def _term(
        self,
        term: NamedNode | BlankNode | OxLiteral | OxTriple,
        fixed: Callable[[str], str],
        depth: int,
    ) -> Term:
        if isinstance(term, self.text_kind):
            literal = self.literal(term)
            if self.tags_unchecked and literal.language and not is_language(literal.language):
                self.report.add(0, f"{literal.language!r} is no language tag; kept as it is")
            datatype = fixed(literal.datatype)
            if datatype == literal.datatype:
                return literal
            return Literal(literal.value, datatype, literal.language)
        if isinstance(term, self.triple):
            if depth >= DEEPEST:
                raise IngestError(
                    self.report.source, 0, f"triple terms nest more than {DEEPEST} deep"
                )
            start, link = self._node(term.subject, fixed), self._node(term.predicate, fixed)
            return Triple(start, link, self._term(term.object, fixed, depth + 1))
        return self._node(term, fixed)

    def _node(self, term: object, fixed: Callable[[str], str]) -> Node:
        if isinstance(term, self.named):
            text = fixed(term.value)
            return self.nodes.setdefault(text, text)
        if isinstance(term, self.blank):
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

    def _line_of(self, iri: str) -> int:
        """The line in which an IRI is first written out, or 0."""
        for start, end in (("<", ">"), ('"', '"'), ("'", "'")):
            at = self.text.find(f"{start}{iri}{end}")
            if at >= 0:
                return self.text.count("\n", 0, at) + 1
        return self.line

    def _repair(self, text: str) -> str:
        line = self._line_of(text)
        if not _SCHEME.match(text):
            made = RELATIVE + encode_local(text)
            self.report.add(line, f"<{text}> is relative, and there is no base; read as <{made}>")
            return made
        made = _FORBIDDEN.sub(_percent, text)
        if is_iri(made) and made not in self.nodes:
            self.report.add(line, f"<{text}> is no IRI; read as <{made}>")
            return made
        self.report.add(line, f"<{text}> is no IRI; kept as it is")
        return text


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _is_blank(term: Term) -> bool:
    return isinstance(term, str) and term.startswith("_:")
