"""Reifiers of RDF 1.2 as qualifiers, and back (RDF 1.2 Concepts, section 1.5).

A blank node that reifies one triple of its graph, and of which nothing else is said than what it
says of that triple, is a set of qualifiers; what it says may be reified in turn. Of several
statements of one key each has a reifier, the one without qualifiers an empty one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.model import Qualifier, Statement
from ingest.rdf_terms import REIFIES, object_of, term_of
from ingest.triples import Term, Triple, is_blank

#: How deep qualifiers may nest; what nests deeper stays as it is.
_DEEPEST: Final = 100


@dataclass(frozen=True, slots=True)
class Reified:
    """Statements with qualifiers, and the triples that reifiers have no part in.

    ``repeated`` counts reifiers that say again what another one says of the same triple.
    """

    statements: list[Statement]
    rest: list[Triple]
    repeated: int = 0


def lift_reifiers(triples: Sequence[Triple]) -> Reified:
    """Reifiers as qualifiers, where that says the same; the triples are those of one graph."""
    if not any(triple.predicate == REIFIES for triple in triples):
        return Reified([], list(triples))
    return _Lifting(triples).lift()


def reifiers_in(triples: Sequence[Triple]) -> dict[str, Triple]:
    """The reifiers that are nothing but qualifiers, and the triple that each reifies."""
    if not any(triple.predicate == REIFIES for triple in triples):
        return {}
    lifting = _Lifting(triples)
    lifting.find()
    return lifting.target


@dataclass(slots=True)
class _Lifting:
    triples: Sequence[Triple]
    #: The triple that a reifier reifies.
    target: dict[str, Triple] = field(default_factory=dict)
    #: What a reifier says, and by which reifiers a triple is reified.
    said: dict[str, list[Triple]] = field(default_factory=dict)
    of: dict[Triple, list[str]] = field(default_factory=dict)
    repeated: int = 0

    def find(self) -> None:
        self._find_candidates()
        self._demote_unfit()

    def lift(self) -> Reified:
        self.find()
        for reifier, triple in self.target.items():
            self.of.setdefault(triple, []).append(reifier)
        for triple in self.triples:
            if triple.subject in self.target and triple.predicate != REIFIES:
                self.said.setdefault(triple.subject, []).append(triple)
        statements: list[Statement] = []
        rest: list[Triple] = []
        for triple in self.triples:
            if triple.subject in self.target:
                continue
            if triple not in self.of:
                rest.append(triple)
                continue
            groups = [self._qualifiers(reifier) for reifier in self.of[triple]]
            self.repeated += len(groups) - len(set(groups))
            value = object_of(triple.object)
            statements += [
                Statement(triple.subject, triple.predicate, value, group) for group in set(groups)
            ]
        return Reified(statements, rest, self.repeated)

    def _qualifiers(self, reifier: str) -> tuple[Qualifier, ...]:
        made: list[Qualifier] = []
        for triple in self.said.get(reifier, ()):
            value = object_of(triple.object)
            groups = [self._qualifiers(inner) for inner in self.of.get(triple, ())] or [()]
            made += [Qualifier(triple.predicate, value, group) for group in groups]
        self.repeated += len(made) - len(set(made))
        return Statement("", "", "", tuple(made)).qualifiers

    def _find_candidates(self) -> None:
        asserted = set(self.triples)
        reifying = Counter(t.subject for t in self.triples if t.predicate == REIFIES)
        for triple in self.triples:
            reified = triple.object
            if (
                triple.predicate == REIFIES
                and is_blank(triple.subject)
                and reifying[triple.subject] == 1
                and isinstance(reified, Triple)
            ):
                there = Triple(reified.subject, reified.predicate, reified.object, triple.graph)
                if there in asserted:
                    self.target[triple.subject] = there

    def _demote_unfit(self) -> None:
        """Leave as they are all nodes that are more, or less, than a reifier."""
        unfit: list[str] = []
        for triple in self.triples:
            if triple.predicate == REIFIES and triple.subject in self.target:
                inner = self.target[triple.subject]
                unfit += _blanks(inner.object)
                if inner.predicate == REIFIES:
                    unfit.append(triple.subject)
            else:
                unfit += _blanks(triple.object)
        unfit += self._circular()
        while unfit:
            reifier = unfit.pop()
            if reifier in self.target:
                triple = self.target.pop(reifier)
                # Its triple term stays, and mentions the node that the triple is about.
                unfit += [triple.subject, *_blanks(triple.object)]

    def _circular(self) -> Iterator[str]:
        """Reifiers that do not end at a triple about something else, or only far away."""
        depth: dict[str, int] = {}
        for first in self.target:
            path: list[str] = []
            node = first
            while node in self.target and node not in depth:
                depth[node] = _DEEPEST
                path.append(node)
                node = self.target[node].subject
            reached = depth[node] if node in self.target else 0
            for on_path in reversed(path):
                reached = min(reached + 1, _DEEPEST)
                depth[on_path] = reached
        return (node for node, reached in depth.items() if reached >= _DEEPEST)


def _blanks(term: Term) -> list[str]:
    found: list[str] = []
    while isinstance(term, Triple):
        if is_blank(term.subject):
            found.append(term.subject)
        term = term.object
    if isinstance(term, str) and term.startswith("_:"):
        found.append(term)
    return found


def lower_reifiers(statements: Iterable[Statement], graph: str = "") -> Iterator[Triple]:
    """Triples for statements whose objects and values are terms of RDF.

    All statements of one key must be there at once. Labels of reifiers begin with ``_:reifier``.
    """
    by_key: dict[Triple, list[Statement]] = {}
    for statement in statements:
        triple = Triple(statement.subject, statement.predicate, term_of(statement.object), graph)
        by_key.setdefault(triple, []).append(statement)
    labels = _Labels()
    for triple, same in by_key.items():
        yield triple
        groups = [statement.qualifiers for statement in same]
        yield from _reified(triple, groups, labels)


class _Labels:
    def __init__(self) -> None:
        self.count = 0

    def make(self) -> str:
        self.count += 1
        return f"_:reifier{self.count}"


def _reified(
    triple: Triple, groups: Sequence[tuple[Qualifier, ...]], labels: _Labels
) -> Iterator[Triple]:
    """The reifiers of a triple: one for each group of qualifiers, none for a lone empty one."""
    if len(groups) == 1 and not groups[0]:
        return
    for group in groups:
        reifier = labels.make()
        yield Triple(
            reifier, REIFIES, Triple(triple.subject, triple.predicate, triple.object), triple.graph
        )
        by_pair: dict[Triple, list[tuple[Qualifier, ...]]] = {}
        for qualifier in group:
            said = Triple(reifier, qualifier.predicate, term_of(qualifier.value), triple.graph)
            by_pair.setdefault(said, []).append(qualifier.qualifiers)
        for said, inner in by_pair.items():
            yield said
            yield from _reified(said, inner, labels)
