"""OBO Graphs JSON out: one graph, in the order of ids; what it has no shape for is listed in it.

Such a statement is a property value of the graph with the predicate ``urn:kgdelta:statement``,
whose value is the statement as JSON: nothing is lost, and other tools see one more annotation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, Final

from graph.axioms import is_annotation_predicate
from graph.expression import Expression
from graph.model import Literal, Node, Qualifier, Statement, in_order
from graph.prefixes import PrefixMap, ontology_node
from graph.statement_json import encode_statement
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    DEFAULT_ONTOLOGY,
    DOMAIN,
    EQUIVALENT_CLASS,
    LABEL,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    ONTOLOGY,
    OWL,
    QUANTIFIER,
    RANGE,
    RDF_TYPE,
)
from ingest.obograph import EDGES, PROPERTY_CHAIN, STATEMENT
from ingest.obograph_meta import MetaReader, MetaWriter, Said

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

_EDGE_WORDS: Final = {predicate: word for word, predicate in EDGES.items()}
_TYPES: Final = {
    CLASS: {"type": "CLASS"},
    NAMED_INDIVIDUAL: {"type": "INDIVIDUAL"},
    OBJECT_PROPERTY: {"type": "PROPERTY", "propertyType": "OBJECT"},
    ANNOTATION_PROPERTY: {"type": "PROPERTY", "propertyType": "ANNOTATION"},
    OWL + "DatatypeProperty": {"type": "PROPERTY", "propertyType": "DATA"},
}
_ONLY: Final = Qualifier(QUANTIFIER, Literal("only"))


def write_obograph(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as one graph of OBO Graphs JSON, the same bytes for equal states."""
    graph, unspoken = _Writer(snapshot).graph()
    if unspoken:
        listed = [{"pred": STATEMENT, "val": encode_statement(s)} for s in in_order(unspoken)]
        graph["meta"].setdefault("basicPropertyValues", []).extend(listed)
    text = json.dumps({"graphs": [graph]}, ensure_ascii=False, indent=2)
    stream.write(f"{text}\n".encode())


def unsaid(snapshot: Snapshot) -> list[Statement]:
    """The statements that OBO Graphs has no shape for, which only our own reader finds again."""
    return in_order(_Writer(snapshot).graph()[1])


class _Writer:
    def __init__(self, snapshot: Snapshot) -> None:
        self._prefixes = PrefixMap()
        self._about: defaultdict[Node, list[Statement]] = defaultdict(list)
        for statement in in_order(snapshot.statements()):
            self._about[statement.subject].append(statement)
        # A graph with an id is read as an ontology, so only what is declared as one gives its id.
        node = ontology_node(snapshot)
        declared = Statement(node, RDF_TYPE, ONTOLOGY) in self._about.get(node, ())
        self._ontology = node if declared and self._writable(node) else DEFAULT_ONTOLOGY
        self._nodes = [node for node in sorted(self._about) if self._writable(node)]
        if self._ontology in self._nodes:
            self._nodes.remove(self._ontology)
        reader = MetaReader(self._prefixes, frozenset(self._nodes))
        self._meta = MetaWriter(reader)
        self._unsaid: list[Statement] = []

    def _writable(self, node: Node) -> bool:
        return bool(node) and self._prefixes.expand(node) == node

    def graph(self) -> tuple[dict[str, Any], list[Statement]]:
        """The graph, and the statements that are not in it."""
        shapes: dict[str, list[Any]] = {
            "nodes": [],
            "edges": [],
            "equivalentNodesSets": [],
            "logicalDefinitionAxioms": [],
            "domainRangeAxioms": [],
            "propertyChainAxioms": [],
        }
        self._unsaid = []
        graph: dict[str, Any] = {"id": self._ontology}
        graph["meta"] = self._of_ontology(graph, shapes)
        known = set(self._nodes)
        for node, about in sorted(self._about.items()):
            if node in known:
                shapes["nodes"].append(self._node(node, about, shapes))
            elif node != self._ontology:
                self._unsaid += about
        return {**graph, **shapes}, self._unsaid

    def _of_ontology(self, graph: dict[str, Any], shapes: dict[str, list[Any]]) -> dict[str, Any]:
        about = list(self._about.get(self._ontology, ()))
        if self._ontology != DEFAULT_ONTOLOGY:
            about.remove(Statement(self._ontology, RDF_TYPE, ONTOLOGY))
        label = next((s for s in about if _is_label(s)), None)
        if label is not None and isinstance(label.object, Literal):
            graph["lbl"] = label.object.value
            about.remove(label)
        values = [s for s in about if not self._shaped(s, shapes)]
        return self._values(self._ontology, values)

    def _values(self, node: Node, about: Iterable[Statement]) -> dict[str, Any]:
        """The meta of a node; what is not in it is unsaid."""
        kept = [s for s in about if s.predicate != STATEMENT]
        self._unsaid += [s for s in about if s.predicate == STATEMENT]
        meta, left = self._meta.meta((s.predicate, s.object, s.qualifiers) for s in kept)
        self._unsaid += [Statement(node, *said) for said in left]
        return meta

    def _node(
        self, node: Node, about: list[Statement], shapes: dict[str, list[Any]]
    ) -> dict[str, Any]:
        made: dict[str, Any] = {"id": node}
        typed = self._type(about)
        label = next((s for s in about if _is_label(s)), None)
        if label is not None and isinstance(label.object, Literal):
            made["lbl"] = label.object.value
        if typed is not None:
            made |= _TYPES[str(typed.object)]
        others = [s for s in about if s not in (typed, label)]
        meta = self._values(node, [s for s in others if not self._shaped(s, shapes)])
        return {**made, **({"meta": meta} if meta else {})}

    def _type(self, about: list[Statement]) -> Statement | None:
        typed = {
            s.object: s
            for s in about
            if s.predicate == RDF_TYPE and not s.qualifiers and isinstance(s.object, str)
        }
        return next((typed[kind] for kind in _TYPES if kind in typed), None)

    def _shaped(self, statement: Statement, shapes: dict[str, list[Any]]) -> bool:
        """Put an edge or an axiom where the format has a place for it."""
        if not self._writable(statement.predicate):
            return False
        for key, shape in self._shapes(statement):
            shapes[key].append(shape)
            return True
        return False

    def _shapes(self, statement: Statement) -> Iterator[tuple[str, dict[str, Any]]]:
        subject, predicate, value = statement.key
        only = _ONLY in statement.qualifiers
        about: list[Said] = [
            (q.predicate, q.value, q.qualifiers) for q in statement.qualifiers if q != _ONLY
        ]
        meta, left = self._meta.meta(about)
        if left or any(said[0] == STATEMENT for said in about):
            return
        more = {"meta": meta} if meta else {}
        if isinstance(value, Expression):
            if not only:
                yield from self._axiom(subject, predicate, value, more)
        elif isinstance(value, str) and self._writable(value):
            if only and not is_annotation_predicate(predicate):
                edge = {"sub": subject, "pred": _EDGE_WORDS.get(predicate, predicate), "obj": value}
                yield (
                    "domainRangeAxioms",
                    {
                        "predicateId": predicate,
                        "allValuesFromEdges": [{**edge, **more}],
                    },
                )
            elif not only:
                yield from self._edge(subject, predicate, value, more)

    def _edge(
        self, subject: Node, predicate: Node, value: Node, more: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if predicate in (DOMAIN, RANGE):
            key = "domainClassIds" if predicate == DOMAIN else "rangeClassIds"
            yield "domainRangeAxioms", {"predicateId": subject, key: [value], **more}
        elif predicate == EQUIVALENT_CLASS and value != subject:
            yield (
                "equivalentNodesSets",
                {
                    "representativeNodeId": subject,
                    "nodeIds": [subject, value],
                    **more,
                },
            )
        elif predicate in _EDGE_WORDS or not is_annotation_predicate(predicate):
            word = _EDGE_WORDS.get(predicate, predicate)
            yield "edges", {"sub": subject, "pred": word, "obj": value, **more}

    def _axiom(
        self, subject: Node, predicate: Node, tree: Expression, more: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if predicate == PROPERTY_CHAIN and tree.operator == "ObjectPropertyChain":
            parts = [part for part in tree.arguments if isinstance(part, str)]
            if len(parts) == len(tree.arguments) and parts and all(map(self._writable, parts)):
                yield (
                    "propertyChainAxioms",
                    {
                        "predicateId": subject,
                        "chainPredicateIds": parts,
                        **more,
                    },
                )
        if predicate == EQUIVALENT_CLASS and tree.operator == "ObjectIntersectionOf":
            genera = [part for part in tree.arguments if isinstance(part, str)]
            others = [part for part in tree.arguments if not isinstance(part, str)]
            pairs = [self._restriction(part) for part in others]
            if all(map(self._writable, genera)) and None not in pairs and tree.arguments:
                yield (
                    "logicalDefinitionAxioms",
                    {
                        "definedClassId": subject,
                        "genusIds": genera,
                        "restrictions": pairs,
                        **more,
                    },
                )

    def _restriction(self, part: object) -> dict[str, str] | None:
        if not isinstance(part, Expression) or part.operator != "ObjectSomeValuesFrom":
            return None
        ends = [end for end in part.arguments if isinstance(end, str) and self._writable(end)]
        if len(part.arguments) != 2 or len(ends) != 2:
            return None
        return {"propertyId": ends[0], "fillerId": ends[1]}


def _is_label(statement: Statement) -> bool:
    value = statement.object
    bare = isinstance(value, Literal) and value == Literal(value.value)
    return statement.predicate == LABEL and bare and not statement.qualifiers
