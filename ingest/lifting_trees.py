"""Class expressions, data ranges, lists and inverses in RDF triples, read as trees, exactly.

A node is read only where all that is said of it belongs to the construct, each once, and where
nothing but its place in the construct mentions it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph.expression import COMMUTATIVE, Expression
from graph.model import Literal, Object
from graph.owl_grammar import DEEPEST, is_count
from graph.owl_kinds import DATATYPE, Kinds, restriction_sort
from graph.owl_terms import INVERSE_OF
from graph.vocabulary import CLASS, RDF_TYPE
from ingest.owl_rdf_terms import (
    COMPLEMENTS,
    COUNTED,
    FILLED,
    FIRST,
    HAS_SELF,
    HAS_VALUE,
    LIST,
    LISTED,
    NIL,
    ON_CLASS,
    ON_DATA_RANGE,
    ON_DATATYPE,
    ON_PROPERTY,
    REST,
    RESTRICTION,
    TRUE,
    WITH_RESTRICTIONS,
)
from ingest.triples import Term, Triple

_LISTED_BY = {pair: name for name, pair in LISTED.items()}
_COMPLEMENT_BY = {pair: name for name, pair in COMPLEMENTS.items()}


class NoTreeError(Exception):
    """Triples are not exactly a construct of OWL."""


@dataclass(slots=True)
class Tree:
    """A construct: its tree or term, and the numbers of the triples that say it."""

    value: Object
    triples: list[int] = field(default_factory=list)


@dataclass(slots=True)
class TreeReader:
    """Reads constructs among the triples of one graph."""

    triples: Sequence[Triple]
    kinds: Kinds
    #: Numbers of the triples about each blank node, and how often each is an object.
    about: Mapping[str, list[int]]
    mentions: Mapping[str, int]

    def tree(self, node: str, apart: int = -1, depth: int = 0) -> Tree:
        """The construct of a blank node, one of its triples left apart. Raises NoTreeError."""
        if depth >= DEEPEST:
            raise NoTreeError
        said: dict[str, Term] = {}
        numbers = [number for number in self.about.get(node, ()) if number != apart]
        for number in numbers:
            triple = self.triples[number]
            if triple.predicate in said:
                raise NoTreeError
            said[triple.predicate] = triple.object
        tree = Tree("", numbers)
        kind = said.pop(RDF_TYPE, None)
        if kind is None and said.keys() == {INVERSE_OF}:
            tree.value = Expression("ObjectInverseOf", (self._iri(said[INVERSE_OF]),))
        elif kind == RESTRICTION and ON_PROPERTY in said:
            self._restriction(tree, said, depth + 1)
        elif isinstance(kind, str) and len(said) == 1:
            ((predicate, value),) = said.items()
            self._listed(tree, kind, predicate, value, depth + 1)
        elif kind == DATATYPE and said.keys() == {ON_DATATYPE, WITH_RESTRICTIONS}:
            self._facets(tree, said)
        else:
            raise NoTreeError
        return tree

    def items(
        self,
        head: Term,
        tree: Tree,
        depth: int,
        individuals: bool = False,
        owned: bool = False,
    ) -> list[Object]:
        """The members of a list that nothing else uses; its triples go to a tree.

        ``owned`` says that the mentions of the first cell have been looked at. Raises NoTreeError.
        """
        found: list[Object] = []
        while head != NIL:
            cell = head if owned and isinstance(head, str) else self._own(head)
            owned = False
            said: dict[str, Term] = {}
            for number in self.about.get(cell, ()):
                triple = self.triples[number]
                if triple.predicate in said:
                    raise NoTreeError
                said[triple.predicate] = triple.object
                tree.triples.append(number)
            if said.pop(RDF_TYPE, LIST) != LIST or said.keys() != {FIRST, REST}:
                raise NoTreeError
            first = said[FIRST]
            found.append(self._individual(first) if individuals else self.part(first, tree, depth))
            head = said[REST]
        return found

    def part(self, term: Term, tree: Tree, depth: int) -> Object:
        """A term inside of a construct: a name, a literal, or a construct of its own."""
        if isinstance(term, Literal):
            return term
        if isinstance(term, str) and not term.startswith("_:"):
            return term
        inner = self.tree(self._own(term), depth=depth)
        tree.triples += inner.triples
        return inner.value

    def _own(self, term: Term) -> str:
        """A blank node that is mentioned once."""
        if isinstance(term, str) and term.startswith("_:") and self.mentions.get(term) == 1:
            return term
        raise NoTreeError

    def _iri(self, term: Term) -> str:
        if isinstance(term, str) and not term.startswith("_:"):
            return term
        raise NoTreeError

    def _individual(self, term: Term) -> Object:
        if isinstance(term, (str, Literal)):
            return term
        raise NoTreeError

    def _listed(self, tree: Tree, kind: str, predicate: str, value: Term, depth: int) -> None:
        name = _COMPLEMENT_BY.get((predicate, kind))
        if name is not None:
            tree.value = Expression(name, (self.part(value, tree, depth),))
            return
        name = _LISTED_BY.get((predicate, kind))
        if name is None or kind not in (CLASS, DATATYPE):
            raise NoTreeError
        members = self.items(value, tree, depth, individuals=name.endswith("OneOf"))
        tree.value = expression(name, members)

    def _facets(self, tree: Tree, said: Mapping[str, Term]) -> None:
        arguments: list[Object] = [self._iri(said[ON_DATATYPE])]
        for cell in self.items(said[WITH_RESTRICTIONS], tree, 0, individuals=True):
            numbers = self.about.get(self._own(cell), ()) if isinstance(cell, str) else ()
            if len(numbers) != 1:
                raise NoTreeError
            triple = self.triples[numbers[0]]
            if not isinstance(triple.object, Literal):
                raise NoTreeError
            arguments += [triple.predicate, triple.object]
            tree.triples += numbers
        tree.value = Expression("DatatypeRestriction", tuple(arguments))

    def _restriction(self, tree: Tree, said: dict[str, Term], depth: int) -> None:
        relation = self.part(said.pop(ON_PROPERTY), tree, depth)
        if isinstance(relation, Literal):
            raise NoTreeError
        if said.keys() == {HAS_SELF} and said[HAS_SELF] == TRUE:
            tree.value = Expression("ObjectHasSelf", (relation,))
            return
        if len(said) == 1:
            ((predicate, value),) = said.items()
            for form, known in FILLED.items():
                if predicate == known:
                    tree.value = self._filled(form, relation, value, tree, depth)
                    return
        tree.value = self._counted(relation, said, tree, depth)

    def _filled(
        self, form: str, relation: Object, value: Term, tree: Tree, depth: int
    ) -> Expression:
        if FILLED[form] == HAS_VALUE:
            filler = self._individual(value)
            sort = "Data" if isinstance(filler, Literal) else "Object"
        else:
            filler = self.part(value, tree, depth)
            sort = restriction_sort(self.kinds, relation, filler)
        return Expression(sort + form, (relation, filler))

    def _counted(
        self, relation: Object, said: dict[str, Term], tree: Tree, depth: int
    ) -> Expression:
        filler: Object | None = None
        sort = restriction_sort(self.kinds, relation, None)
        for predicate, named in ((ON_CLASS, "Object"), (ON_DATA_RANGE, "Data")):
            if len(said) == 2 and predicate in said:
                filler, sort = self.part(said.pop(predicate), tree, depth), named
        if len(said) != 1:
            raise NoTreeError
        ((predicate, number),) = said.items()
        for form, (plain, qualified) in COUNTED.items():
            if predicate == (plain if filler is None else qualified):
                if not isinstance(number, Literal) or not is_count(number):
                    raise NoTreeError
                fillers = () if filler is None else (filler,)
                return Expression(sort + form, (number, relation, *fillers))
        raise NoTreeError


def expression(name: str, members: Sequence[Object]) -> Expression:
    """A tree over members, none of which is lost by its order. Raises NoTreeError."""
    made = Expression(name, tuple(members))
    if name in COMMUTATIVE and len(made.arguments) != len(members):
        raise NoTreeError
    return made
