"""Trees in functional syntax as RDF triples (OWL 2 Mapping to RDF Graphs, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph.expression import Expression
from graph.model import Literal, Object
from graph.owl_kinds import DATATYPE, Kinds, is_data_key, restriction_sort
from graph.owl_terms import INVERSE_OF
from graph.vocabulary import RDF_TYPE
from ingest.owl_rdf_terms import (
    COMPLEMENTS,
    COUNTED,
    FILLED,
    FIRST,
    HAS_SELF,
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


class NotSayableError(Exception):
    """A tree has no triples that would be read as the same tree."""


@dataclass(slots=True)
class TreeWriter:
    """Writes well-formed trees; labels of its blank nodes are numbered."""

    kinds: Kinds
    triples: list[Triple] = field(default_factory=list)
    count: int = 0
    stem: str = "_:owl"

    def blank(self) -> str:
        """A label of its own."""
        self.count += 1
        return f"{self.stem}{self.count}"

    def say(self, subject: str, predicate: str, value: Term) -> None:
        """One triple more."""
        self.triples.append(Triple(subject, predicate, value))

    def term(self, value: Object) -> str | Literal:
        """The term of a value; a tree's triples are written. Raises NotSayableError."""
        return self.tree(value) if isinstance(value, Expression) else value

    def items(self, values: Iterable[Object]) -> str:
        """The node of a list."""
        terms = [self.term(value) for value in values]
        node = NIL
        for term in reversed(terms):
            cell = self.blank()
            self.say(cell, FIRST, term)
            self.say(cell, REST, node)
            node = cell
        return node

    def tree(self, tree: Expression) -> str:
        """The blank node of a tree. Raises NotSayableError."""
        name, arguments = tree.operator, tree.arguments
        if name == "ObjectPropertyChain":
            return self.items(arguments)
        if name == "ObjectInverseOf":
            node = self.blank()
            self.say(node, INVERSE_OF, self.term(arguments[0]))
            return node
        if name in LISTED:
            predicate, kind = LISTED[name]
            return self._typed(kind, predicate, self.items(arguments))
        if name in COMPLEMENTS:
            predicate, kind = COMPLEMENTS[name]
            return self._typed(kind, predicate, self.term(arguments[0]))
        if name == "DatatypeRestriction":
            return self._facets(arguments)
        return self._restriction(name, arguments)

    def check_key(self, key: Object, is_data: bool) -> None:
        """Raises NotSayableError for a key that would be taken for one of the other sort."""
        if is_data_key(self.kinds, key) != is_data:
            raise NotSayableError("a key would be read as one of another sort")

    def _typed(self, kind: str, predicate: str, value: Term) -> str:
        node = self.blank()
        self.say(node, RDF_TYPE, kind)
        self.say(node, predicate, value)
        return node

    def _facets(self, arguments: Sequence[Object]) -> str:
        cells: list[Object] = []
        for facet, value in zip(arguments[1::2], arguments[2::2], strict=True):
            cell = self.blank()
            self.say(cell, str(facet), self.term(value))
            cells.append(cell)
        node = self._typed(DATATYPE, ON_DATATYPE, self.term(arguments[0]))
        self.say(node, WITH_RESTRICTIONS, self.items(cells))
        return node

    def _restriction(self, name: str, arguments: Sequence[Object]) -> str:
        sort = "Data" if name.startswith("Data") else "Object"
        form = name.removeprefix(sort)
        node = self.blank()
        self.say(node, RDF_TYPE, RESTRICTION)
        if form == "HasSelf":
            self.say(node, ON_PROPERTY, self.term(arguments[0]))
            self.say(node, HAS_SELF, TRUE)
            return node
        if form in FILLED:
            if len(arguments) != 2:
                raise NotSayableError(f"{name} of several properties")
            relation, filler = arguments
            if form != "HasValue" and restriction_sort(self.kinds, relation, filler) != sort:
                raise NotSayableError(f"{name} would be read as another restriction")
            self.say(node, ON_PROPERTY, self.term(relation))
            self.say(node, FILLED[form], self.term(filler))
            return node
        if form not in COUNTED:
            raise NotSayableError(name)
        return self._counted(node, sort, form, arguments)

    def _counted(self, node: str, sort: str, form: str, arguments: Sequence[Object]) -> str:
        plain, qualified = COUNTED[form]
        number, relation = arguments[0], arguments[1]
        self.say(node, ON_PROPERTY, self.term(relation))
        if len(arguments) == 2:
            if restriction_sort(self.kinds, relation, None) != sort:
                raise NotSayableError(f"{form} would be read as another restriction")
            self.say(node, plain, self.term(number))
            return node
        self.say(node, qualified, self.term(number))
        self.say(node, ON_DATA_RANGE if sort == "Data" else ON_CLASS, self.term(arguments[2]))
        return node
