"""What the names of an ontology are: classes, individuals, properties of three kinds, datatypes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from graph.axioms import is_annotation_predicate
from graph.expression import Expression
from graph.model import Literal, Node, Statement
from graph.owl_grammar import is_complex_range, is_known_datatype
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    OBO_IN_OWL,
    OWL,
    RDF_TYPE,
    RDFS,
)

DATATYPE: Final = RDFS + "Datatype"
DATA_PROPERTY: Final = OWL + "DatatypeProperty"

#: Declarations of OWL and the types that say the same (OWL 2 Mapping to RDF Graphs, table 7).
DECLARED: Final[Mapping[str, Node]] = MappingProxyType(
    {
        "Class": CLASS,
        "Datatype": DATATYPE,
        "ObjectProperty": OBJECT_PROPERTY,
        "DataProperty": DATA_PROPERTY,
        "NamedIndividual": NAMED_INDIVIDUAL,
        "AnnotationProperty": ANNOTATION_PROPERTY,
    }
)
_ANNOTATION_PARENTS: Final = frozenset(
    {OBO_IN_OWL + "SubsetProperty", OBO_IN_OWL + "SynonymTypeProperty"}
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The declared kinds of names; a name may be of several."""

    of: Mapping[Node, frozenset[Node]] = field(default_factory=dict)

    @classmethod
    def declared(cls, pairs: Iterable[tuple[Node, Node]]) -> Kinds:
        """Kinds from (name, type) pairs; other types than those of declarations are passed over."""
        known = frozenset(DECLARED.values())
        found: dict[Node, set[Node]] = {}
        for name, kind in pairs:
            if kind in known:
                found.setdefault(name, set()).add(kind)
        return cls({name: frozenset(kinds) for name, kinds in found.items()})

    @classmethod
    def among(cls, statements: Iterable[Statement]) -> Kinds:
        """Kinds that the types among statements declare."""
        return cls.declared(
            (s.subject, s.object)
            for s in statements
            if s.predicate == RDF_TYPE and isinstance(s.object, str)
        )

    def has(self, name: object, kind: Node) -> bool:
        """Whether a name is declared to be of a kind."""
        return isinstance(name, str) and kind in self.of.get(name, ())

    def is_only(self, name: object, kind: Node, *others: Node) -> bool:
        """Whether a name is declared to be of a kind, and of none of the others."""
        return self.has(name, kind) and not any(self.has(name, other) for other in others)

    def is_datatype(self, name: object) -> bool:
        """Whether a name stands for a datatype, by declaration or by its own."""
        return (isinstance(name, str) and is_known_datatype(name)) or self.is_only(
            name, DATATYPE, CLASS
        )

    def property_kind(self, name: object, other: object = None) -> str:
        """``Object``, ``Data`` or ``Annotation``: the kind that a property is taken for.

        The declaration decides, then that of ``other`` (its parent), then the vocabulary.
        """
        for one in (name, other):
            if self.has(one, OBJECT_PROPERTY):
                return "Object"
            if self.has(one, DATA_PROPERTY):
                return "Data"
            if self.has(one, ANNOTATION_PROPERTY) or one in _ANNOTATION_PARENTS:
                return "Annotation"
        names = [one for one in (name, other) if isinstance(one, str)]
        if any(is_annotation_predicate(one) for one in names):
            return "Annotation"
        return "Object"


def restriction_sort(kinds: Kinds, relation: object, filler: object) -> str:
    """``Object`` or ``Data``: the sort of a restriction in RDF, where both look alike.

    A filler that is a literal or a data range decides; then the declared kind of the property,
    then a filler that is a datatype (OWL 2 Mapping to RDF Graphs, section 3.2.4).
    """
    if isinstance(filler, Expression):
        return "Data" if is_complex_range(filler) else "Object"
    if isinstance(filler, Literal):
        return "Data"
    if isinstance(relation, Expression) or kinds.has(relation, OBJECT_PROPERTY):
        return "Object"
    if kinds.has(relation, DATA_PROPERTY):
        return "Data"
    return "Data" if kinds.is_datatype(filler) else "Object"


def is_data_key(kinds: Kinds, name: object) -> bool:
    """Whether a property of a key is taken for a data property."""
    return kinds.is_only(name, DATA_PROPERTY, OBJECT_PROPERTY)
