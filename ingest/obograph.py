"""OBO Graphs JSON in: nodes, edges, and axioms that the format has shapes for.

Statements are those that our OBO reader makes of the same ontology. An address that stands where
the schema has text is a node where the document defines it or where it is the id of an OBO term,
and else the text that it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.prefixes import PrefixMap, is_absolute, ontology_iri
from graph.statement_json import decode_statement
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    DEFAULT_ONTOLOGY,
    DOMAIN,
    EQUIVALENT_CLASS,
    KGDELTA,
    LABEL,
    NAMED_INDIVIDUAL,
    NAMESPACE,
    OBJECT_PROPERTY,
    ONTOLOGY,
    OWL,
    PREFIX,
    QUANTIFIER,
    RANGE,
    RDF,
    RDF_TYPE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.kgx_json import NestedTooDeeplyError, decode, json_text
from ingest.obograph_meta import UNKNOWN, MetaReader
from ingest.reporting import Report, collect

#: Bytes that one document may have; it is read as a whole.
LARGEST: Final = 1 << 30
#: A property value of the graph with this predicate is a statement of any kind as JSON.
STATEMENT: Final = KGDELTA + "statement"
PROPERTY_CHAIN: Final = OWL + "propertyChainAxiom"
EDGES: Final = {
    "is_a": SUBCLASS_OF,
    "subPropertyOf": SUBPROPERTY_OF,
    "inverseOf": OWL + "inverseOf",
    "type": RDF_TYPE,
}
_TYPES: Final = {"CLASS": CLASS, "INDIVIDUAL": NAMED_INDIVIDUAL, "PROPERTY": OBJECT_PROPERTY}
_PROPERTIES: Final = {
    "OBJECT": OBJECT_PROPERTY,
    "ANNOTATION": ANNOTATION_PROPERTY,
    "DATA": OWL + "DatatypeProperty",
}
_NODE_KEYS: Final = frozenset({"id", "lbl", "type", "propertyType", "meta"})
_JSON: Final = RDF + "JSON"


def read_obograph(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of a file of OBO Graphs. Raises IngestError where it is no such JSON."""
    report = Report(source, options.strict)
    content = _content(stream, source)
    try:
        read = decode(content)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise IngestError(source, line, f"not JSON: {getattr(error, 'msg', error)}") from None
    graphs = read.get("graphs") if isinstance(read, dict) else None
    if not isinstance(graphs, list):
        raise IngestError(source, 0, "no OBO Graphs: the key 'graphs' with a list is missing")
    try:
        return collect(_Reader(read, options, report).statements(graphs), report)
    except NestedTooDeeplyError:
        raise IngestError(source, 0, "nested too deeply") from None


def _content(stream: IO[bytes], source: str) -> str:
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise IngestError(source, 0, f"more than {LARGEST >> 20} MiB of JSON")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise IngestError(source, line, "not UTF-8, which JSON has to be") from None


class _Reader:
    """Reads the graphs of one document."""

    def __init__(self, read: dict[str, Any], options: ReadOptions, report: Report) -> None:
        self._options = options
        self._report = report
        context = read.get("@context")
        known = context if isinstance(context, dict) else {}
        self._declared = {k: v for k, v in known.items() if isinstance(v, str) and is_absolute(v)}
        self._prefixes = PrefixMap({**options.prefixes, **self._declared})
        for key in sorted(set(read) - {"graphs", "@context", "meta"}):
            report.add(0, f"the key {key!r} is not of OBO Graphs; left out")
        self._meta = MetaReader(self._prefixes, frozenset())
        self._at = ""
        self._document_meta = read.get("meta")

    def _tell(self, reason: str) -> None:
        self._report.add(0, f"{self._at}: {reason}" if self._at else reason)

    def statements(self, graphs: list[Any]) -> Iterator[Statement]:
        """The statements of all graphs."""
        listed = [node for graph in graphs for node in _objects(graph, "nodes")]
        ids = frozenset(i for node in listed if isinstance(i := node.get("id"), str))
        self._meta = MetaReader(self._prefixes, ids)
        ontology: Node | None = None
        for place, graph in enumerate(graphs):
            self._at = f"graphs[{place}]"
            if not isinstance(graph, dict):
                self._tell("no object; left out")
                continue
            node = self._ontology(graph)
            ontology = ontology or node
            yield from self._graph(graph, node)
        ontology = ontology or DEFAULT_ONTOLOGY
        self._at = "meta"
        for predicate, value, qualifiers in self._meta.read(self._document_meta, self._tell):
            yield Statement(ontology, predicate, value, qualifiers)
        for prefix, namespace in self._declared.items():
            qualifier = Qualifier(NAMESPACE, Literal(namespace))
            yield Statement(ontology, PREFIX, Literal(prefix), (qualifier,))

    def _ontology(self, graph: dict[str, Any]) -> Node:
        name = graph.get("id")
        if isinstance(name, str) and name:
            return self._prefixes.expand(name)
        return ontology_iri(self._options.ontology) if self._options.ontology else DEFAULT_ONTOLOGY

    def _graph(self, graph: dict[str, Any], ontology: Node) -> Iterator[Statement]:
        if ontology != DEFAULT_ONTOLOGY:
            yield Statement(ontology, RDF_TYPE, ONTOLOGY)
        yield from self._label(ontology, graph)
        for predicate, value, qualifiers in self._meta.read(graph.get("meta"), self._tell):
            if predicate == STATEMENT and isinstance(value, Literal):
                yield from self._any(value.value)
            else:
                yield Statement(ontology, predicate, value, qualifiers)
        top = self._at
        for key, value in graph.items():
            shape = _SHAPES.get(key)
            if shape is not None:
                for place, one in enumerate(_listed(value)):
                    self._at = f"{top}.{key}[{place}]"
                    if isinstance(one, dict):
                        yield from shape(self, one)
                    else:
                        self._tell("no object; left out")
            elif key not in ("id", "lbl", "meta") and value not in (None, [], {}):
                self._at = top
                self._tell(f"the key {key!r} is not of OBO Graphs; kept as it is")
                yield Statement(ontology, UNKNOWN + key, Literal(json_text(value), _JSON))
        self._at = top

    def _any(self, text: str) -> Iterator[Statement]:
        try:
            yield decode_statement(text)
        except ValueError as error:
            self._tell(f"a damaged statement of ours: {error}")

    def _id(self, one: dict[str, Any], key: str) -> Node | None:
        text = one.get(key)
        if isinstance(text, str) and text:
            return self._prefixes.expand(text)
        self._tell(f"{key!r} is missing; left out")
        return None

    def _ids(self, one: dict[str, Any], key: str) -> list[Node]:
        texts = _listed(one.get(key))
        found = [self._prefixes.expand(t) for t in texts if isinstance(t, str) and t]
        if len(found) < len(texts):
            self._tell(f"an id in {key!r} is no text; left out")
        return found

    def _about(self, one: dict[str, Any]) -> tuple[Qualifier, ...]:
        return self._meta.qualifiers(one.get("meta"), self._tell)

    def _node(self, one: dict[str, Any]) -> Iterator[Statement]:
        node = self._id(one, "id")
        if node is None:
            return
        kind, sort = one.get("type"), one.get("propertyType")
        if kind is not None:
            if isinstance(kind, str) and kind in _TYPES:
                special = _PROPERTIES.get(sort) if isinstance(sort, str) else None
                if sort is not None and (special is None or kind != "PROPERTY"):
                    self._tell(f"the propertyType {json_text(sort)[:60]} is left out")
                    special = None
                yield Statement(node, RDF_TYPE, special or _TYPES[kind])
            else:
                self._tell(f"the type {json_text(kind)[:60]} is not of OBO Graphs; left out")
        yield from self._label(node, one)
        for predicate, value, qualifiers in self._meta.read(one.get("meta"), self._tell):
            yield Statement(node, predicate, value, qualifiers)
        for key in sorted(set(one) - _NODE_KEYS):
            if one[key] not in (None, [], {}):
                self._tell(f"the key {key!r} is not of OBO Graphs; kept as it is")
                yield Statement(node, UNKNOWN + key, Literal(json_text(one[key]), _JSON))

    def _label(self, node: Node, one: dict[str, Any]) -> Iterator[Statement]:
        label = one.get("lbl")
        if isinstance(label, str):
            yield Statement(node, LABEL, Literal(label))
        elif label is not None:
            self._tell(f"lbl is no text; kept as it is: {json_text(label)[:60]}")
            yield Statement(node, UNKNOWN + "lbl", Literal(json_text(label), _JSON))

    def _edge(self, one: dict[str, Any]) -> Iterator[Statement]:
        yield from self._quantified(one, ())

    def _quantified(self, one: dict[str, Any], more: tuple[Qualifier, ...]) -> Iterator[Statement]:
        subject, target, word = self._id(one, "sub"), self._id(one, "obj"), one.get("pred")
        predicate = EDGES.get(word) if isinstance(word, str) else None
        predicate = predicate or self._id(one, "pred")
        if subject is not None and predicate is not None and target is not None:
            yield Statement(subject, predicate, target, (*self._about(one), *more))

    def _equivalents(self, one: dict[str, Any]) -> Iterator[Statement]:
        nodes = self._ids(one, "nodeIds")
        first = one.get("representativeNodeId")
        chosen = (
            self._prefixes.expand(first)
            if isinstance(first, str) and first
            else min(nodes, default="")
        )
        others = [node for node in nodes if node != chosen]
        if not chosen or not others:
            self._tell("two node ids are expected; left out")
        for other in others:
            yield Statement(chosen, EQUIVALENT_CLASS, other, self._about(one))

    def _definition(self, one: dict[str, Any]) -> Iterator[Statement]:
        node = self._id(one, "definedClassId")
        parts: list[Object] = [*self._ids(one, "genusIds")]
        for restriction in _listed(one.get("restrictions")):
            if not isinstance(restriction, dict):
                # A null stands for a restriction that the format could not hold.
                self._tell("a restriction that is no object; the definition is left out")
                return
            ends = self._id(restriction, "propertyId"), self._id(restriction, "fillerId")
            if ends[0] is None or ends[1] is None:
                return
            parts.append(Expression("ObjectSomeValuesFrom", (ends[0], ends[1])))
        if node is not None and parts:
            tree = Expression("ObjectIntersectionOf", tuple(parts))
            yield Statement(node, EQUIVALENT_CLASS, tree, self._about(one))

    def _domain_range(self, one: dict[str, Any]) -> Iterator[Statement]:
        node = self._id(one, "predicateId")
        if node is None:
            return
        for predicate, key in ((DOMAIN, "domainClassIds"), (RANGE, "rangeClassIds")):
            for value in self._ids(one, key):
                yield Statement(node, predicate, value, self._about(one))
        for edge in _listed(one.get("allValuesFromEdges")):
            if isinstance(edge, dict):
                yield from self._quantified(edge, (Qualifier(QUANTIFIER, Literal("only")),))

    def _chain(self, one: dict[str, Any]) -> Iterator[Statement]:
        node, parts = self._id(one, "predicateId"), self._ids(one, "chainPredicateIds")
        if node is not None and parts:
            tree = Expression("ObjectPropertyChain", tuple(parts))
            yield Statement(node, PROPERTY_CHAIN, tree, self._about(one))


_SHAPES: Final = {
    "nodes": _Reader._node,
    "edges": _Reader._edge,
    "equivalentNodesSets": _Reader._equivalents,
    "logicalDefinitionAxioms": _Reader._definition,
    "domainRangeAxioms": _Reader._domain_range,
    "propertyChainAxioms": _Reader._chain,
}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _objects(graph: Any, key: str) -> list[dict[str, Any]]:
    found = graph.get(key) if isinstance(graph, dict) else None
    return [one for one in _listed(found) if isinstance(one, dict)]
