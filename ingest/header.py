"""Header clauses of OBO files and the statements they stand for, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from graph.model import Literal, Node, Qualifier, Statement
from graph.prefixes import PrefixMap, ontology_id, ontology_iri
from graph.statement_text import StatementSyntaxError, read_statement
from graph.vocabulary import (
    COMMENT,
    IMPORTS,
    LABEL,
    NAMESPACE,
    ONTOLOGY,
    PREFIX,
    RDF_TYPE,
    SUBPROPERTY_OF,
)
from ingest.clauses import (
    ClauseError,
    identifier,
    plain,
    quoted,
    split_comment,
    split_modifiers,
    split_tag,
    stanza_of,
    take_quoted,
    unescape,
)
from ingest.obo_axioms import OWL_AXIOMS, read_axioms
from ingest.obo_clause_writing import obo_id
from ingest.obo_frames import STATEMENT_TAG, FrameReader
from ingest.obo_text import is_continued
from ingest.tags import (
    HEADER_ORDER,
    HEADER_TEXTS,
    JUNK,
    SCOPE,
    SUBSET_PROPERTY,
    SYNONYM_TYPE_PROPERTY,
    VERBATIM,
)

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
#: An ontology by its id, such as ``go``; with a dot it would be the name of a file.
_ONTOLOGY_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TAG_OF: Final = MappingProxyType({predicate: tag for tag, predicate in HEADER_TEXTS.items()})
_RANK: Final = MappingProxyType({tag: rank for rank, tag in enumerate(HEADER_ORDER)})


def read_header_clause(node: Node, tag: str, value: str, prefixes: PrefixMap) -> list[Statement]:
    """The statements of one header clause. Raises ClauseError."""
    if tag == JUNK:
        return [Statement(node, JUNK, Literal(value))]
    if tag == STATEMENT_TAG:
        try:
            return [read_statement(value)]
        except StatementSyntaxError as error:
            raise ClauseError(str(error)) from None
    if tag == "subsetdef":
        name, _, rest = value.partition(" ")
        if not name:
            raise ClauseError("an id is missing")
        subset = prefixes.expand(unescape(name))
        made = [Statement(subset, SUBPROPERTY_OF, SUBSET_PROPERTY)]
        text, rest = take_quoted(rest.strip())
        if rest and not rest.startswith("!"):
            raise ClauseError("text after the description")
        return [*made, Statement(subset, COMMENT, Literal(text))]
    if tag == "synonymtypedef":
        return _synonym_type(value, prefixes)
    if tag == "idspace":
        return [_idspace(node, value)]
    if tag == "import":
        return [_import(node, value, prefixes)]
    if tag == OWL_AXIOMS:
        return read_axioms(node, value)
    if tag == "property_value":
        return [FrameReader(prefixes).property_value(node, value)]
    predicate = HEADER_TEXTS.get(tag)
    if predicate is None:
        return [Statement(node, VERBATIM + tag, Literal(value))]
    return [Statement(node, predicate, Literal(unescape(value)))]


def _import(node: Node, value: str, prefixes: PrefixMap) -> Statement:
    if _URL.fullmatch(value):
        return Statement(node, IMPORTS, prefixes.expand(value))
    if _ONTOLOGY_ID.fullmatch(value):
        return Statement(node, IMPORTS, ontology_iri(value))
    raise ClauseError("neither an IRI nor the id of an ontology")


def _synonym_type(value: str, prefixes: PrefixMap) -> list[Statement]:
    name, _, rest = value.partition(" ")
    if not name:
        raise ClauseError("an id is missing")
    kind = prefixes.expand(unescape(name))
    text, rest = take_quoted(rest.strip())
    made = [
        Statement(kind, SUBPROPERTY_OF, SYNONYM_TYPE_PROPERTY),
        Statement(kind, LABEL, Literal(text)),
    ]
    scope = split_comment(rest)
    if scope and scope not in ("EXACT", "BROAD", "NARROW", "RELATED"):
        raise ClauseError("a scope is expected after the description")
    return [*made, Statement(kind, SCOPE, Literal(scope))] if scope else made


def _idspace(node: Node, value: str) -> Statement:
    value, pairs = split_modifiers(split_comment(value))
    if pairs:
        raise ClauseError("qualifiers on an idspace")
    parts = value.split(None, 2)
    if len(parts) < 2:
        raise ClauseError("a prefix and a namespace are expected")
    qualifiers = [Qualifier(NAMESPACE, Literal(parts[1]))]
    if len(parts) == 3:
        text, rest = take_quoted(parts[2])
        if rest and not rest.startswith("!"):
            raise ClauseError("text after the description")
        qualifiers.append(Qualifier(COMMENT, Literal(text)))
    return Statement(node, PREFIX, Literal(parts[0]), tuple(qualifiers))


@dataclass(slots=True)
class Header:
    """The clauses of a header, in order, and the statements that they say."""

    lines: list[str] = field(default_factory=list)
    said: set[Statement] = field(default_factory=set)


def write_header(
    node: Node,
    by_subject: Mapping[Node, list[Statement]],
    prefixes: PrefixMap,
) -> Header:
    """The header of a graph: what is said of the ontology, and the definitions of subsets."""
    header = Header()
    ranked: list[tuple[int, str, str]] = []

    def use(tag: str, value: str, statements: list[Statement]) -> None:
        line = value if tag == JUNK else f"{tag}: {value}"
        try:
            read = _reread(node, line, prefixes)
        except ClauseError:
            return
        if set(read) == set(statements):
            header.said.update(statements)
            ranked.append((_RANK.get(tag, len(_RANK)), tag, line))

    for statement in by_subject.get(node, ()):
        if statement.key == (node, RDF_TYPE, ONTOLOGY) and not statement.qualifiers:
            header.said.add(statement)
            name = ontology_id(node)
            # Sorted before a second one, which is kept as it is: the first names the graph.
            ranked.append((_RANK["ontology"], "", f"ontology: {identifier(name)}"))
            continue
        clause = _header_clause(statement, prefixes)
        if clause is not None:
            use(*clause, [statement])
    for subject, about in by_subject.items():
        for tag, value, statements in _definitions(subject, about, prefixes):
            use(tag, value, statements)
    header.lines = [line for _, _, line in sorted(ranked)]
    return header


def _reread(node: Node, line: str, prefixes: PrefixMap) -> list[Statement]:
    if not line.strip() or line.lstrip().startswith("!") or stanza_of(line) is not None:
        raise ClauseError("read as no clause")
    if line.endswith("\\") and is_continued(line):
        raise ClauseError("read as continued")
    if "\n" in line or "\r" in line:
        raise ClauseError("read as several lines")
    clause = split_tag(line.lstrip())
    if clause is None:
        return [Statement(node, JUNK, Literal(line))]
    return read_header_clause(node, *clause, prefixes)


def _header_clause(statement: Statement, prefixes: PrefixMap) -> tuple[str, str] | None:
    """The tag and value that may say a statement about the ontology."""
    value = statement.object
    if statement.predicate == IMPORTS and isinstance(value, str):
        return "import", value
    if not isinstance(value, Literal):
        return (
            "property_value",
            f"{obo_id(prefixes, statement.predicate)} {_shown(value, prefixes)}",
        )
    if statement.predicate == PREFIX:
        return "idspace", _idspace_text(statement, value)
    if statement.predicate == JUNK:
        return JUNK, value.value
    if statement.predicate.startswith(VERBATIM):
        return statement.predicate[len(VERBATIM) :], value.value
    tag = _TAG_OF.get(statement.predicate)
    if tag is not None:
        return tag, plain(value.value)
    text = f"{obo_id(prefixes, statement.predicate)} {quoted(value.value)}"
    return "property_value", f"{text} {prefixes.contract(value.datatype)}"


def _shown(value: object, prefixes: PrefixMap) -> str:
    return obo_id(prefixes, value) if isinstance(value, str) else str(value)


def _idspace_text(statement: Statement, prefix: Literal) -> str:
    texts = {
        q.predicate: q.value.value for q in statement.qualifiers if isinstance(q.value, Literal)
    }
    description = f" {quoted(texts[COMMENT])}" if COMMENT in texts else ""
    return f"{prefix.value} {texts.get(NAMESPACE, '')}{description}"


def _definitions(
    subject: Node, about: list[Statement], prefixes: PrefixMap
) -> list[tuple[str, str, list[Statement]]]:
    """Definitions of subsets and synonym types, as header clauses."""
    found = []
    for kind, tag, naming in (
        (SUBSET_PROPERTY, "subsetdef", COMMENT),
        (SYNONYM_TYPE_PROPERTY, "synonymtypedef", LABEL),
    ):
        typed = [s for s in about if s.predicate == SUBPROPERTY_OF and s.object == kind]
        named = [s for s in about if s.predicate == naming and isinstance(s.object, Literal)]
        scopes = [s for s in about if s.predicate == SCOPE and isinstance(s.object, Literal)]
        if len(typed) != 1 or len(named) != 1 or len(scopes) > 1:
            continue
        text = named[0].object
        described = quoted(text.value if isinstance(text, Literal) else "")
        value = f"{identifier(obo_id(prefixes, subject))} {described}"
        said = [*typed, *named]
        if scopes and tag == "synonymtypedef" and isinstance(scopes[0].object, Literal):
            value += f" {scopes[0].object.value}"
            said += scopes
        found.append((tag, value, said))
    return found
