"""What RDF has words for, and the words: terms in N-Triples 1.2."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement
from graph.vocabulary import RDF, RDF_LANG_STRING, XSD_STRING
from ingest.triples import Term, Triple

REIFIES: Final = RDF + "reifies"
#: The operator of an expression that is a triple term: subject, predicate, object.
TRIPLE_TERM: Final = "TripleTerm"
#: How deep triple terms may nest.
DEEPEST: Final = 100

_TAGGED: Final = frozenset({RDF_LANG_STRING, RDF + "dirLangString"})
_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f\ufffe\uffff]')
_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


@lru_cache(maxsize=1 << 16)
def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI as RFC 3987 wants it."""
    from pyoxigraph import NamedNode

    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def split_direction(tag: str) -> tuple[str, str]:
    """Language and base direction of a tag such as ``en--ltr``; a direction may be missing."""
    language, _, direction = tag.partition("--")
    return language, direction


@lru_cache(maxsize=1 << 10)
def is_language(tag: str) -> bool:
    """Whether RDF 1.2 can say a language tag, which may have a base direction behind ``--``."""
    from pyoxigraph import Literal as OxLiteral

    language, direction = split_direction(tag)
    if direction not in ("", "ltr", "rtl") or (tag.endswith("--") or not language):
        return False
    try:
        OxLiteral("", language=language)
    except ValueError:
        return False
    return True


def is_literal(literal: Literal) -> bool:
    """Whether RDF can say a literal."""
    if literal.language:
        return is_language(literal.language) and literal.datatype == RDF_LANG_STRING
    return literal.datatype not in _TAGGED and is_iri(literal.datatype)


def is_term(value: Object, depth: int = 0) -> bool:
    """Whether an object is an IRI, a literal or a triple term that RDF can say."""
    if isinstance(value, str):
        return is_iri(value)
    if isinstance(value, Literal):
        return is_literal(value)
    if value.operator != TRIPLE_TERM or len(value.arguments) != 3 or depth >= DEEPEST:
        return False
    subject, predicate, inner = value.arguments
    return (
        isinstance(subject, str)
        and isinstance(predicate, str)
        and is_iri(subject)
        and is_iri(predicate)
        and is_term(inner, depth + 1)
    )


def is_sayable(statement: Statement) -> bool:
    """Whether RDF has words for all parts of a statement, the operators of OWL left aside."""
    return (
        is_iri(statement.subject)
        and is_iri(statement.predicate)
        and _is_object(statement.object)
        and all(map(_is_qualifier, statement.qualifiers))
    )


def is_reifiable(statement: Statement) -> bool:
    """Whether object and qualifiers are terms of RDF, so that a reifier can hold them."""
    return _is_expressed(statement.object) and all(
        map(_is_qualifier_expressed, statement.qualifiers)
    )


def has_triple_term(statement: Statement) -> bool:
    """Whether a triple term stands anywhere in a statement."""
    return _holds_triple_term(statement.object) or any(
        map(_qualifier_holds_triple_term, statement.qualifiers)
    )


def term_of(value: Object) -> Term:
    """A term of RDF from an object that :func:`is_term` takes."""
    if not isinstance(value, Expression):
        return value
    subject, predicate, inner = value.arguments
    return Triple(str(subject), str(predicate), term_of(inner))


def object_of(term: Term) -> Object:
    """The object that a term of RDF is; the inverse of :func:`term_of`."""
    if isinstance(term, Triple):
        return Expression(TRIPLE_TERM, (term.subject, term.predicate, object_of(term.object)))
    return term


def n_triples(term: Term) -> str:
    """A term in canonical N-Triples 1.2."""
    if isinstance(term, str):
        return term if term.startswith("_:") else f"<{term}>"
    if isinstance(term, Literal):
        return literal_text(term, f"<{term.datatype}>")
    return f"<<( {n_triples(term.subject)} <{term.predicate}> {n_triples(term.object)} )>>"


def literal_text(literal: Literal, datatype: str) -> str:
    """A literal as N-Triples and Turtle write it, its datatype given as text."""
    quoted = f'"{_ESCAPED.sub(_escape, literal.value)}"'
    if literal.language:
        return f"{quoted}@{literal.language}"
    return quoted if literal.datatype == XSD_STRING else f"{quoted}^^{datatype}"


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def _is_object(value: Object) -> bool:
    if isinstance(value, Expression) and value.operator != TRIPLE_TERM:
        return all(map(_is_object, value.arguments))
    return is_term(value)


def _is_qualifier(qualifier: Qualifier) -> bool:
    return (
        is_iri(qualifier.predicate)
        and _is_object(qualifier.value)
        and all(map(_is_qualifier, qualifier.qualifiers))
    )


def _is_expressed(value: Object) -> bool:
    return not isinstance(value, Expression) or value.operator == TRIPLE_TERM


def _is_qualifier_expressed(qualifier: Qualifier) -> bool:
    return _is_expressed(qualifier.value) and all(
        map(_is_qualifier_expressed, qualifier.qualifiers)
    )


def _holds_triple_term(value: Object) -> bool:
    return isinstance(value, Expression) and (
        value.operator == TRIPLE_TERM or any(map(_holds_triple_term, value.arguments))
    )


def _qualifier_holds_triple_term(qualifier: Qualifier) -> bool:
    return _holds_triple_term(qualifier.value) or any(
        map(_qualifier_holds_triple_term, qualifier.qualifiers)
    )
