"""The shape in which one graph is written: which blank nodes nest, which are lists or reifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from graph.model import Node
from graph.vocabulary import RDF
from ingest.rdf_statements import blanks_of
from ingest.rdf_terms import REIFIES
from ingest.reifiers import reifiers_in
from ingest.triples import Term, Triple

FIRST: Final = RDF + "first"
REST: Final = RDF + "rest"
NIL: Final = RDF + "nil"
#: How deep blank nodes are written inside of each other.
_DEEPEST: Final = 20
_NOBODY: Final[Set[str]] = frozenset()


@dataclass(slots=True)
class Structure:
    """The triples of a graph by subject, and how its blank nodes are written.

    ``nested`` are blank nodes that stand where they are mentioned, ``lists`` the items behind the
    first node of each list and ``cells`` its nodes, ``reifiers`` those of each triple, and
    ``unmentioned`` blank nodes that nothing mentions.
    """

    about: dict[str, list[Triple]] = field(default_factory=dict)
    nested: set[str] = field(default_factory=set)
    lists: dict[str, list[Term]] = field(default_factory=dict)
    cells: dict[str, list[str]] = field(default_factory=dict)
    reifiers: dict[Triple, list[str]] = field(default_factory=dict)
    unmentioned: set[str] = field(default_factory=set)

    def subjects(self) -> list[Node]:
        """The subjects that are written on their own."""
        inner = set(self.nested)
        inner.update(reifier for reifiers in self.reifiers.values() for reifier in reifiers)
        return [subject for subject in self.about if subject not in inner]


def structure(
    triples: Sequence[Triple], labelled: Set[str] = _NOBODY, with_reifiers: bool = True
) -> Structure:
    """The structure of the triples of one graph; ``labelled`` nodes need a label in any case."""
    made = Structure()
    targets = reifiers_in(triples) if with_reifiers else {}
    for reifier, triple in targets.items():
        if reifier not in labelled:
            made.reifiers.setdefault(triple, []).append(reifier)
    parent: dict[str, str] = {}
    busy = set(labelled)
    for triple in triples:
        if triple.predicate == REIFIES and triple.subject in targets and triple.subject not in busy:
            continue
        made.about.setdefault(triple.subject, []).append(triple)
        value = triple.object
        if isinstance(value, Triple):
            busy.update(blanks_of(Triple("", "", value)))
        elif isinstance(value, str) and value.startswith("_:"):
            if value in parent:
                busy.add(value)
            parent[value] = triple.subject
    made.unmentioned = {
        label
        for label in made.about
        if label.startswith("_:") and label not in parent and label not in busy
    }
    once = {label: up for label, up in parent.items() if label not in busy}
    _find_lists(made, once)
    _nest(made, once)
    return made


def _find_lists(made: Structure, once: Mapping[str, str]) -> None:
    """Lists that end properly, and whose nodes are mentioned by the one before them only."""
    cells: dict[str, tuple[Term, Term]] = {}
    for label in once:
        said = {triple.predicate: triple for triple in made.about.get(label, ())}
        two = len(made.about.get(label, ())) == 2 and said.keys() == {FIRST, REST}
        if two and made.reifiers.keys().isdisjoint(said.values()):
            cells[label] = said[FIRST].object, said[REST].object
    for last, (_, rest) in cells.items():
        if rest == NIL:
            chain = [last]
            while (before := once[chain[-1]]) in cells and cells[before][1] == chain[-1]:
                chain.append(before)
            chain.reverse()
            made.lists[chain[0]] = [cells[label][0] for label in chain]
            made.cells[chain[0]] = chain


def _nest(made: Structure, once: Mapping[str, str]) -> None:
    """Choose the blank nodes that are written inside of others; those on cycles are not."""
    head = {cell: chain[0] for chain in made.cells.values() for cell in chain}
    depth: dict[str, int] = {}
    for label in once:
        path: dict[str, None] = {}
        node = head.get(label, label)
        while node in once and node not in depth and node not in path:
            path[node] = None
            node = head.get(once[node], once[node])
        if node in path:
            circular = list(path)[list(path).index(node) :]
            depth.update(dict.fromkeys(circular, 0))
            path = {label: None for label in path if label not in depth}
        reached = depth.get(node, 0)
        for inner in reversed(path):
            reached = reached + 1 if reached < _DEEPEST else 0
            depth[inner] = reached
    for first, chain in list(made.cells.items()):
        items = made.lists[first]
        if not depth[first]:
            # The first node needs a label, so only what is behind it is written as a list.
            del made.lists[first]
            chain, items = chain[1:], items[1:]
            if not chain:
                continue
            made.lists[chain[0]] = items
        made.nested.update(chain)
    made.nested.update(label for label, reached in depth.items() if reached)
