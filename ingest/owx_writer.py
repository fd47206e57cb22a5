"""Graphs as OWL/XML, laid out much as OWL tools lay it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.owl_axioms import GROUP, Axiom
from graph.owl_kinds import DECLARED
from graph.prefixes import ontology_node
from graph.vocabulary import XSD_STRING
from ingest.ofn_order import annotation_rank, arguments, axiom_rank, members, name_rank
from ingest.ofn_text import TextWriter
from ingest.ofn_writer import declared_rank, prefix_order
from ingest.owl_prefixes import STANDARD, default_namespace
from ingest.owl_signature import PARTS
from ingest.owl_writing import Contents, contents

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SPECIAL: Final = {'"': "&quot;", "\r": "&#13;"}
_ROOT: Final = ("rdf", "xml", "xsd", "rdfs")


def write_owx(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state; every statement is read back from it the same."""
    made = contents(snapshot.statements(), ontology_node(snapshot), holds=_holds)
    stream.write("".join(f"{line}\n" for line in _Writer(made).lines()).encode())


def _holds(text: str) -> bool:
    return _NO_XML.search(text) is None


def _quoted(text: str) -> str:
    whole = escape(text, {**_SPECIAL, "\n": "&#10;", "\t": "&#9;"})
    return f'"{whole}"'


@dataclass(slots=True)
class _Writer:
    made: Contents
    text: TextWriter = field(init=False)

    def __post_init__(self) -> None:
        self.text = TextWriter({p: n for p, n in self.made.namespaces.items() if p})

    def lines(self) -> Iterator[str]:
        """The lines of the file; literals may have line breaks of their own."""
        made = self.made
        yield '<?xml version="1.0"?>'
        yield '<Ontology xmlns="http://www.w3.org/2002/07/owl#"'
        if made.named:
            yield f"     xml:base={_quoted(made.ontology)}"
        root = [f"     xmlns:{prefix}={_quoted(STANDARD[prefix])}" for prefix in _ROOT]
        if made.named:
            root.append(f"     ontologyIRI={_quoted(made.ontology)}")
        if made.version:
            root.append(f"     versionIRI={_quoted(made.version)}")
        yield from root[:-1]
        yield f"{root[-1]}>"
        for prefix in prefix_order(made.namespaces):
            namespace = made.namespaces[prefix]
            if prefix or not made.named or namespace != default_namespace(made.ontology):
                yield f"    <Prefix name={_quoted(prefix)} IRI={_quoted(namespace)}/>"
        for node in sorted(made.imports, key=name_rank):
            yield f"    <Import>{escape(node)}</Import>"
        for qualifier in sorted(made.header, key=annotation_rank):
            yield from self._annotation(qualifier, "    ")
        declared = [axiom for axiom in made.axioms if axiom.operator == "Declaration"]
        others = [axiom for axiom in made.axioms if axiom.operator != "Declaration"]
        for axiom in (*sorted(declared, key=declared_rank), *sorted(others, key=axiom_rank)):
            yield from self._axiom(axiom)
        yield "</Ontology>"

    def _axiom(self, axiom: Axiom) -> Iterator[str]:
        yield f"    <{axiom.operator}>"
        for qualifier in sorted(axiom.annotations, key=annotation_rank):
            yield from self._annotation(qualifier, "        ")
        yield from self._parts(axiom.operator, arguments(axiom), "        ")
        yield f"    </{axiom.operator}>"

    def _annotation(self, qualifier: Qualifier, indent: str) -> Iterator[str]:
        yield f"{indent}<Annotation>"
        for inner in sorted(qualifier.qualifiers, key=annotation_rank):
            yield from self._annotation(inner, indent + "    ")
        yield from self._part("AnnotationProperty", qualifier.predicate, indent + "    ")
        yield from self._part("", qualifier.value, indent + "    ")
        yield f"{indent}</Annotation>"

    def _parts(self, name: str, parts: list[Object], indent: str) -> Iterator[str]:
        kinds = PARTS.get(name, ("",))
        if name == "DatatypeRestriction":
            yield from self._part("Datatype", parts[0], indent)
            for facet, value in zip(parts[1::2], parts[2::2], strict=True):
                yield f"{indent}<FacetRestriction facet={_quoted(str(facet))}>"
                yield from self._part("", value, indent + "    ")
                yield f"{indent}</FacetRestriction>"
            return
        for index, part in enumerate(parts):
            yield from self._part(kinds[min(index, len(kinds) - 1)], part, indent)

    def _part(self, kind: str, value: Object, indent: str) -> Iterator[str]:
        if isinstance(value, str):
            yield indent + self._name(kind, value)
        elif isinstance(value, Literal):
            yield indent + self._literal(value)
        elif value.operator == GROUP:
            for inner in value.arguments:
                yield from self._part(kind, inner, indent)
        elif value.operator == "Variable" or value.operator in DECLARED:
            yield indent + self._name(value.operator, str(value.arguments[0]))
        else:
            yield from self._tree(value, indent)

    def _tree(self, tree: Expression, indent: str) -> Iterator[str]:
        name, parts = tree.operator, members(tree)
        attributes = ""
        if name.endswith("Cardinality") and isinstance(parts[0], Literal):
            attributes = f" cardinality={_quoted(parts[0].value)}"
            kinds = PARTS[name][1:]
            yield f"{indent}<{name}{attributes}>"
            for kind, part in zip(kinds, parts[1:], strict=False):
                yield from self._part(kind, part, indent + "    ")
            yield f"{indent}</{name}>"
            return
        if name == "BuiltInAtom":
            attributes = f" IRI={_quoted(str(parts.pop(0)))}"
        yield f"{indent}<{name}{attributes}>"
        yield from self._parts(name, parts, indent + "    ")
        yield f"{indent}</{name}>"

    def _name(self, kind: str, node: Node) -> str:
        if node.startswith("_:"):
            return f"<AnonymousIndividual nodeID={_quoted(node)}/>"
        iri, short = self._short(node)
        if not kind:
            tag = "AbbreviatedIRI" if short else "IRI"
            return f"<{tag}>{escape(short or iri)}</{tag}>"
        if short:
            return f"<{kind} abbreviatedIRI={_quoted(short)}/>"
        return f"<{kind} IRI={_quoted(iri)}/>"

    def _short(self, node: Node) -> tuple[str, str]:
        """An IRI, from ``#`` on where it begins as the ontology's, or else with a prefix."""
        namespace, local = name_rank(node)
        if self.made.named and local and namespace == f"{self.made.ontology.partition('#')[0]}#":
            return f"#{local}", ""
        named = self.text.name(node)
        return node, "" if named.startswith("<") else named

    def _literal(self, value: Literal) -> str:
        text = escape(value.value, _SPECIAL)
        if value.language:
            return f"<Literal xml:lang={_quoted(value.language)}>{text}</Literal>"
        if value.datatype == XSD_STRING:
            return f"<Literal>{text}</Literal>"
        return f"<Literal datatypeIRI={_quoted(value.datatype)}>{text}</Literal>"
