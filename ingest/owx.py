"""OWL/XML to statements (OWL 2 XML Serialization): the same axioms as in functional syntax.

Entities that stand for text are expanded, others refused; nothing outside of the source is
fetched (see :func:`ingest.rdf_limits.scan_xml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import IO, Final, TypeAlias, Union
from urllib.parse import urljoin
from xml.parsers import expat

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.owl_axioms import GROUP
from graph.owl_grammar import DEEPEST
from graph.owl_kinds import DECLARED
from graph.vocabulary import OWL, XSD_COUNT
from ingest.document import Document, Layout, ReadOptions
from ingest.ofn_scan import Item
from ingest.owl_prefixes import STANDARD
from ingest.owl_reading import identified, read_items
from ingest.rdf_limits import decode_xml, scan_xml
from ingest.rdf_reading import read_all
from ingest.reporting import Report

_SPACE: Final = "http://www.w3.org/XML/1998/namespace"
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TEXTS: Final = frozenset({"IRI", "AbbreviatedIRI", "Literal", "Import"})

_Part: TypeAlias = Union[Object, Qualifier]


class _OddError(Exception):
    """An element is not as OWL/XML wants it."""


@dataclass(slots=True)
class _Element:
    name: str
    attributes: Mapping[str, str]
    line: int
    parts: list[_Part] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    odd: str = ""


def read_owx(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of an OWL/XML file. Raises IngestError (see ReadOptions)."""
    report = Report(source, options.strict)
    text = decode_xml(read_all(stream, source), report)
    scan = scan_xml(text, report)
    reader = _Reader({**options.prefixes, **STANDARD})
    reader.parse(text)
    reading = read_items(reader.items, options)
    for line, reason in reading.problems:
        report.add(line, reason)
    statements: set[Statement] = set()
    for statement, item in reading.statements():
        if statement in statements:
            report.add(item.start, f"said twice: {str(statement)[:60]}")
        statements.add(statement)
    named = identified(statements, report)
    return Document(source, named, Layout(tuple(scan.comments)), report.problems)


class _Reader:
    """Makes items of elements; a place is a line."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(prefixes)
        self.items: list[Item] = []
        self.base = ""
        self._open: list[_Element] = []
        self._parser = expat.ParserCreate("utf-8", " ")

    def parse(self, text: str) -> None:
        """Read all of a text, or as far as it is well-formed."""
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        try:
            self._parser.Parse(text.encode(), True)
        except expat.ExpatError:
            # The first look at the text has reported it; what stands before is kept.
            return

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        line = self._parser.CurrentLineNumber
        element = _Element(name, dict(attributes), line)
        if namespace + " " != f"{OWL} ":
            element.odd = f"{name} is no element of OWL/XML"
        if f"{_SPACE} base" in attributes:
            self.base = attributes[f"{_SPACE} base"]
        if not self._open:
            self._begin(element)
        elif len(self._open) > DEEPEST:
            element.odd = f"nested more than {DEEPEST} deep"
        self._open.append(element)

    def _begin(self, root: _Element) -> None:
        if root.odd or root.name != "Ontology":
            self._problem(root.line, f"{root.name} where an Ontology of OWL/XML is expected")
            return
        self._item(root.line, "ontology")
        self.base = self.base or root.attributes.get("ontologyIRI", "")
        for name in ("ontologyIRI", "versionIRI"):
            if root.attributes.get(name):
                self._item(root.line, "iri", self._resolve(root.attributes[name]))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)

    def _end(self, tag: str) -> None:
        del tag
        element = self._open.pop()
        if not self._open:
            self._item(self._parser.CurrentLineNumber, "end")
            return
        parent = self._open[-1]
        try:
            if element.name not in _TEXTS and "".join(element.texts).strip():
                raise _OddError(f"text in {element.name}")
            if len(self._open) == 1:
                self._top(element)
            elif not element.odd:
                parent.parts.append(self._made(element))
                parent.names.append(element.name)
        except _OddError as error:
            element.odd = element.odd or str(error)
        if element.odd and len(self._open) == 1:
            self._problem(element.line, element.odd)
        elif element.odd:
            parent.odd = parent.odd or element.odd

    def _top(self, element: _Element) -> None:
        """A child of the ontology: a prefix, a part of the header, or an axiom."""
        if element.odd:
            return
        if element.name == "Prefix":
            name, namespace = (element.attributes.get(key) for key in ("name", "IRI"))
            if name is None or namespace is None:
                raise _OddError("a prefix without name or IRI")
            self.prefixes[name] = namespace
            self._item(element.line, "prefix", name, namespace)
        elif element.name == "Import":
            self._item(element.line, "Import", self._resolve("".join(element.texts).strip()))
        else:
            annotations, arguments = _split(element)
            item = Item(element.line, element.line, element.name, arguments, annotations)
            self.items.append(item)

    def _item(self, line: int, name: str, *arguments: Object) -> None:
        self.items.append(Item(line, line, name, arguments))

    def _problem(self, line: int, reason: str) -> None:
        self._item(line, "problem", reason)

    def _made(self, element: _Element) -> _Part:
        """What an element inside of an axiom stands for. Raises _OddError."""
        make = _MAKERS.get(element.name)
        if make is not None:
            return make(self, element)
        annotations, arguments = _split(element)
        if element.name == "Annotation":
            if len(arguments) != 2 or not isinstance(arguments[0], str):
                raise _OddError("an annotation is a property and a value")
            return Qualifier(arguments[0], arguments[1], annotations)
        if annotations:
            raise _OddError(f"an annotation inside of {element.name}")
        number = element.attributes.get("cardinality")
        if number is not None:
            arguments = (Literal(number, XSD_COUNT), *arguments)
        if element.name == "BuiltInAtom":
            arguments = (self._named(element), *arguments)
        return Expression(element.name, arguments)

    def _named(self, element: _Element) -> Node:
        """The IRI in the attributes of an element."""
        iri, short = element.attributes.get("IRI"), element.attributes.get("abbreviatedIRI")
        if iri is not None:
            return self._resolve(iri)
        if short is None:
            raise _OddError(f"{element.name} without an IRI")
        return self._expand(short)

    def _resolve(self, iri: str) -> Node:
        if _ABSOLUTE.match(iri):
            return iri
        if iri.startswith("#"):
            return self.base.partition("#")[0] + iri
        return urljoin(self.base, iri)

    def _expand(self, text: str) -> Node:
        prefix, _, local = text.partition(":")
        if prefix not in self.prefixes:
            raise _OddError(f"the prefix {prefix}: is not declared")
        return self.prefixes[prefix] + local

    def _entity(self, element: _Element) -> Object:
        node = self._named(element)
        declared = len(self._open) == 2 and self._open[-1].name == "Declaration"
        return Expression(element.name, (node,)) if declared else node

    def _literal(self, element: _Element) -> Literal:
        value = "".join(element.texts)
        language = element.attributes.get(f"{_SPACE} lang", "")
        datatype = element.attributes.get("datatypeIRI")
        if language:
            return Literal(value, language=language)
        if datatype is None:
            return Literal(value)
        expanded = datatype.partition(":")[0] in self.prefixes and "://" not in datatype
        return Literal(value, self._expand(datatype) if expanded else self._resolve(datatype))

    def _anonymous(self, element: _Element) -> Node:
        label = element.attributes.get("nodeID", "")
        if not label:
            raise _OddError("an anonymous individual without nodeID")
        return label if label.startswith("_:") else f"_:{label}"

    def _variable(self, element: _Element) -> Expression:
        return Expression("Variable", (self._named(element),))

    def _facet(self, element: _Element) -> Expression:
        facet = element.attributes.get("facet")
        if facet is None or len(element.parts) != 1:
            raise _OddError("a facet is an IRI and a literal")
        _, arguments = _split(element)
        return Expression("FacetRestriction", (self._resolve(facet), *arguments))

    def _iri(self, element: _Element) -> Node:
        return self._resolve("".join(element.texts).strip())

    def _short(self, element: _Element) -> Node:
        return self._expand("".join(element.texts).strip())


def _split(element: _Element) -> tuple[tuple[Qualifier, ...], tuple[Object, ...]]:
    """The annotations of an element and its other parts, in the forms of functional syntax."""
    annotations = tuple(part for part in element.parts if isinstance(part, Qualifier))
    named = [
        (name, part)
        for name, part in zip(element.names, element.parts, strict=True)
        if not isinstance(part, Qualifier)
    ]
    arguments = [part for _, part in named]
    if element.name == "HasKey":
        data = tuple(part for name, part in named[1:] if name == "DataProperty")
        objects = tuple(part for name, part in named[1:] if name != "DataProperty")
        arguments[1:] = [Expression(GROUP, objects), Expression(GROUP, data)]
    elif element.name == "DatatypeRestriction":
        facets = [part for part in arguments[1:] if isinstance(part, Expression)]
        arguments[1:] = [one for facet in facets for one in facet.arguments]
    return annotations, tuple(arguments)


_MAKERS: Final[Mapping[str, Callable[[_Reader, _Element], _Part]]] = MappingProxyType(
    {
        **dict.fromkeys(DECLARED, _Reader._entity),
        "Literal": _Reader._literal,
        "AnonymousIndividual": _Reader._anonymous,
        "Variable": _Reader._variable,
        "FacetRestriction": _Reader._facet,
        "IRI": _Reader._iri,
        "AbbreviatedIRI": _Reader._short,
    }
)
