"""Canonical RDF/XML 1.1: elements of subjects in order, one property a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from graph.model import Literal, Node, Qualifier, Statement
from graph.prefixes import STANDARD
from graph.vocabulary import RDF, RDF_TYPE, XSD_STRING
from ingest.rdf_structure import Structure, structure
from ingest.rdf_terms import has_triple_term, is_sayable, n_triples
from ingest.triples import Term, Triple

_START: Final = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE: Final = "0-9.\u00b7\u0300-\u036f\u203f\u2040\\-"
_NAME: Final = re.compile(f"[{_START}][{_START}{_MORE}]*")
_LOCAL: Final = re.compile(f"[{_START}][{_START}{_MORE}]*\\Z")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RESERVED: Final = frozenset(
    RDF + name
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "li"),
        *("Description", "aboutEach", "aboutEachPrefix", "bagID"),
        *("annotation", "annotationNodeID", "version"),
    )
)
#: Namespaces that one prefix is bound to, and no other may be (Namespaces in XML, section 3).
_BOUND: Final = {
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/2000/xmlns/": None,
}
_BREAKS: Final = {"\r": "&#13;"}
_LINE_ENDS: Final = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_INDENT: Final = "  "


def says_rdf_xml(statement: Statement) -> bool:
    """Whether RDF/XML 1.1 has words for all parts of a statement."""
    return (
        is_sayable(statement)
        and not has_triple_term(statement)
        and _is_property(statement.predicate)
        and _is_text(statement.object)
        and all(map(_is_said, statement.qualifiers))
    )


def _is_said(qualifier: Qualifier) -> bool:
    return (
        _is_property(qualifier.predicate)
        and _is_text(qualifier.value)
        and all(map(_is_said, qualifier.qualifiers))
    )


def _is_property(predicate: Node) -> bool:
    return predicate not in _RESERVED and _split(predicate) is not None


def _is_text(value: object) -> bool:
    if isinstance(value, Literal):
        return not _NO_TEXT.search(value.value) and "--" not in value.language
    arguments = getattr(value, "arguments", ())
    return all(map(_is_text, arguments))


def is_xml_prefix(prefix: str, namespace: str) -> bool:
    """Whether an XML document can declare a prefix; an empty one is the default namespace."""
    if prefix == "xml" or namespace in _BOUND:
        return _BOUND.get(namespace) == prefix
    if prefix == "rdf" or prefix.lower().startswith("xml"):
        return False
    return not prefix or (_NAME.fullmatch(prefix) is not None)


def _split(iri: Node) -> tuple[str, str] | None:
    """Namespace and local name of an IRI that can be the name of an element."""
    found = _LOCAL.search(iri)
    return (iri[: found.start()], found[0]) if found and found.start() else None


def rdf_xml(triples: Sequence[Triple], declared: Mapping[str, str]) -> Iterator[str]:
    """The text of triples, in pieces; ``declared`` prefixes are all on the root element.

    The standard prefixes serve as well; a namespace without any is declared where it is used.
    """
    prefixes = {"rdf": RDF, **declared}
    standard = {p: n for p, n in STANDARD.items() if p not in prefixes}
    writer = _Writer({**standard, **prefixes})
    blocks = list(writer.blocks(structure(triples, with_reifiers=False)))
    prefixes.update((p, standard[p]) for p in writer.used if p in standard)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    for prefix in sorted(prefixes):
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        yield f"\n{_INDENT * 2}{name}={_quoted(prefixes[prefix])}"
    yield ">\n"
    yield from blocks
    yield "</rdf:RDF>\n"


def _quoted(text: str) -> str:
    return quoteattr(text, _LINE_ENDS)


class _Writer:
    """Elements for terms, under the prefixes of one document."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # A name of several prefixes is the shortest one, and never the default namespace:
        # an element without a prefix is hard to find by a search for it.
        self.prefix_of = {
            namespace: prefix
            for prefix, namespace in sorted(prefixes.items(), key=lambda p: (-len(p[0]), p[0]))
            if prefix
        }
        self.used: set[str] = set()

    def blocks(self, shape: Structure) -> Iterator[str]:
        """The elements of the subjects that are written on their own."""
        unnamed = []
        for subject in sorted(shape.subjects(), key=lambda s: (s.startswith("_:"), s)):
            if subject in shape.unmentioned:
                unnamed.append(self._element(subject, "", shape, _INDENT))
            elif subject.startswith("_:"):
                yield self._element(subject, f' rdf:nodeID="{subject[2:]}"', shape, _INDENT)
            else:
                yield self._element(subject, f" rdf:about={_quoted(subject)}", shape, _INDENT)
        yield from sorted(unnamed)

    def _element(self, subject: str, attributes: str, shape: Structure, indent: str) -> str:
        said = sorted(shape.about.get(subject, ()), key=_rank)
        name, namespace = "rdf:Description", ""
        kinds = [t for t in said if t.predicate == RDF_TYPE and isinstance(t.object, str)]
        if len(kinds) == 1:
            kind = str(kinds[0].object)
            if not kind.startswith("_:") and kind not in _RESERVED and _split(kind) is not None:
                name, namespace = self._name(kind)
                said.remove(kinds[0])
        if not said:
            return f"{indent}<{name}{namespace}{attributes}/>\n"
        inner = [self._property(triple, shape, indent + _INDENT) for triple in said]
        body = "".join(text for _, text in sorted(inner))
        return f"{indent}<{name}{namespace}{attributes}>\n{body}{indent}</{name}>\n"

    def _name(self, iri: Node) -> tuple[str, str]:
        """The name of an element, and the declaration of its namespace where it needs one."""
        namespace, local = _split(iri) or ("", iri)
        prefix = self.prefix_of.get(namespace)
        if prefix is None:
            return f"n:{local}", f" xmlns:n={_quoted(namespace)}"
        self.used.add(prefix)
        return f"{prefix}:{local}", ""

    def _property(self, triple: Triple, shape: Structure, indent: str) -> tuple[str, str]:
        name, namespace = self._name(triple.predicate)
        rank, start = triple.predicate, f"{indent}<{name}{namespace}"
        value = triple.object
        if isinstance(value, Literal):
            return rank, f"{start}{_literal(value)}</{name}>\n"
        if not isinstance(value, str):
            raise TypeError(f"RDF/XML 1.1 has no triple terms: {n_triples(value)}")
        if not value.startswith("_:"):
            return rank, f"{start} rdf:resource={_quoted(value)}/>\n"
        if value not in shape.nested:
            return rank, f'{start} rdf:nodeID="{value[2:]}"/>\n'
        items = shape.lists.get(value)
        if items is not None and all(isinstance(item, str) for item in items):
            inner = "".join(self._item(item, shape, indent + _INDENT) for item in items)
            return rank, f'{start} rdf:parseType="Collection">\n{inner}{indent}</{name}>\n'
        return (
            rank,
            f"{start}>\n{self._element(value, '', shape, indent + _INDENT)}{indent}</{name}>\n",
        )

    def _item(self, item: Term, shape: Structure, indent: str) -> str:
        if not isinstance(item, str):
            raise TypeError(f"no node: {n_triples(item)}")
        if item in shape.nested:
            return self._element(item, "", shape, indent)
        attribute = f'nodeID="{item[2:]}"' if item.startswith("_:") else f"about={_quoted(item)}"
        return f"{indent}<rdf:Description rdf:{attribute}/>\n"


def _literal(literal: Literal) -> str:
    text = f">{escape(literal.value, _BREAKS)}"
    if literal.language:
        return f" xml:lang={_quoted(literal.language)}{text}"
    if literal.datatype != XSD_STRING:
        return f" rdf:datatype={_quoted(literal.datatype)}{text}"
    return text


def _rank(triple: Triple) -> tuple[str, bool, str]:
    return triple.predicate, isinstance(triple.object, Literal), n_triples(triple.object)
