"""Nodes that annotate triples (``owl:Axiom``, ``owl:Annotation``) as qualifiers, exactly.

OWL 2 Mapping to RDF Graphs, section 2.2. A node is read only where it annotates one triple that
is there, and where nothing but annotations of its annotations mention it. Nodes that say the same
are one; tools also write them with a copy of a class expression in place of the node itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.model import Literal, Node, Qualifier, Statement
from graph.owl_grammar import DEEPEST
from graph.vocabulary import RDF_TYPE
from ingest.lowering import RESERVED, is_header
from ingest.owl_rdf_terms import ANNOTATION_NODE, AXIOM_NODE, PROPERTY, SOURCE, TARGET
from ingest.triples import Term, Triple

_PARTS = (RDF_TYPE, SOURCE, PROPERTY, TARGET)


@dataclass(slots=True)
class Annotating:
    """Nodes that annotate alike: their qualifiers, and the numbers of all triples that say them.

    ``nodes`` of them mention what they annotate; those that hold a copy of it do not count.
    """

    qualifiers: tuple[Qualifier, ...]
    triples: list[int]
    nodes: int = 1


@dataclass(slots=True)
class _Node:
    parts: dict[str, Term] = field(default_factory=dict)
    said: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


class _UnfitError(Exception):
    """A node is more, or less, than annotations."""


class AnnotationReader:
    """Finds the annotations of the triples of one graph."""

    def __init__(
        self,
        triples: Sequence[Triple],
        about: Mapping[str, list[int]],
        mentions: Mapping[str, int],
        ontology: Node,
    ) -> None:
        self.triples = triples
        self.about = about
        self.mentions = mentions
        self.ontology = ontology
        self._nodes: dict[str, _Node] = {}
        self._on: dict[tuple[str, str, Term], list[str]] = {}
        for triple in triples:
            if triple.predicate == RDF_TYPE and triple.object in (AXIOM_NODE, ANNOTATION_NODE):
                self._note(triple.subject)

    def _note(self, label: str) -> None:
        if not label.startswith("_:") or label in self._nodes:
            return
        node = _Node()
        for number in self.about[label]:
            triple = self.triples[number]
            node.numbers.append(number)
            if triple.predicate not in _PARTS:
                node.said.append(number)
            elif triple.predicate in node.parts:
                return
            else:
                node.parts[triple.predicate] = triple.object
        source, predicate = node.parts.get(SOURCE), node.parts.get(PROPERTY)
        if len(node.parts) < len(_PARTS):
            return
        if not isinstance(source, str) or not isinstance(predicate, str):
            return
        self._nodes[label] = node
        self._on.setdefault((source, predicate, node.parts[TARGET]), []).append(label)

    def of(self, triple: Triple) -> list[Annotating]:
        """What annotates a triple that is no annotation itself; each set of qualifiers once."""
        kind = ANNOTATION_NODE if is_header(triple, self.ontology) else AXIOM_NODE
        return distinct(self._read_all(triple, kind, 0))

    def ends(self) -> Iterator[tuple[str, str, str, Term]]:
        """Nodes of axioms that no triple is annotated by, with what they say they annotate."""
        asserted = {(t.subject, t.predicate, t.object) for t in self.triples}
        for (source, predicate, target), labels in self._on.items():
            if (source, predicate, target) not in asserted:
                yield from ((label, source, predicate, target) for label in labels)

    def copied(self, label: str, numbers: Sequence[int]) -> Annotating | None:
        """The annotations of the node of an axiom that holds copies, which these triples say."""
        node = self._nodes[label]
        if node.parts[RDF_TYPE] != AXIOM_NODE:
            return None
        made = self.own(label, node.said)
        if made is not None:
            said = set(node.said)
            made.triples += [number for number in node.numbers if number not in said]
            made.triples += numbers
            made.nodes = 0
        return made

    def own(self, label: str, numbers: Sequence[int]) -> Annotating | None:
        """The annotations that the node of an axiom has itself: these triples of it."""
        try:
            return self._said(label, numbers, 0)
        except _UnfitError:
            return None

    def _read_all(self, triple: Triple, kind: Node, depth: int) -> list[Annotating]:
        found = []
        for label in self._on.get((triple.subject, triple.predicate, triple.object), ()):
            node = self._nodes[label]
            if node.parts[RDF_TYPE] != kind:
                continue
            try:
                made = self._said(label, node.said, depth)
            except _UnfitError:
                continue
            inner = set(node.said)
            made.triples += [number for number in node.numbers if number not in inner]
            found.append(made)
        return found

    def _said(self, label: str, numbers: Sequence[int], depth: int) -> Annotating:
        if depth >= DEEPEST:
            raise _UnfitError
        made: list[Qualifier] = []
        used: list[int] = []
        inner = 0
        for number in numbers:
            triple = self.triples[number]
            value = triple.object
            if not isinstance(value, (str, Literal)) or triple.predicate in RESERVED:
                raise _UnfitError
            used.append(number)
            groups = distinct(self._read_all(triple, ANNOTATION_NODE, depth + 1))
            for group in groups:
                used += group.triples
                inner += group.nodes
            sets = [group.qualifiers for group in groups] or [()]
            made += [Qualifier(triple.predicate, value, one) for one in sets]
        if self.mentions.get(label, 0) != inner:
            raise _UnfitError
        return Annotating(Statement("", "", "", tuple(made)).qualifiers, used)


def distinct(found: Sequence[Annotating]) -> list[Annotating]:
    """Each set of qualifiers once; an empty one only beside others, as it is written."""
    by_set: dict[tuple[Qualifier, ...], Annotating] = {}
    for one in found:
        first = by_set.setdefault(one.qualifiers, one)
        if first is not one:
            first.triples += one.triples
            first.nodes += one.nodes
    return [] if by_set.keys() == {()} else list(by_set.values())
