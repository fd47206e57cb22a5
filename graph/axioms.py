"""Which statements are logical axioms about their subject, and which are annotations."""

from __future__ import annotations

from typing import Final

from graph.model import Literal, Node, Statement
from graph.owl_terms import AXIOM
from graph.vocabulary import (
    DC,
    DCTERMS,
    IMPORTS,
    KGDELTA,
    OBO,
    OBO_IN_OWL,
    RDF_TYPE,
    RDFS,
    SKOS,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

#: Predicates along which a parent is found.
HIERARCHY_PREDICATES: Final = frozenset({SUBCLASS_OF, SUBPROPERTY_OF})

_ANNOTATION_NAMESPACES: Final = (OBO_IN_OWL, DC, DCTERMS, SKOS, KGDELTA, OBO + "IAO_")
_ANNOTATION_PREDICATES: Final = frozenset(
    {RDF_TYPE, IMPORTS, RDFS + "seeAlso", RDFS + "isDefinedBy", RDFS + "label", RDFS + "comment"}
)


def is_annotation_predicate(predicate: Node) -> bool:
    """Whether a predicate says something about a term's record and not about its meaning."""
    return predicate in _ANNOTATION_PREDICATES or predicate.startswith(_ANNOTATION_NAMESPACES)


def is_logical(statement: Statement) -> bool:
    """Whether a statement is an edge or an axiom: no literal, no type, no annotation."""
    if isinstance(statement.object, Literal):
        return False
    return statement.predicate == AXIOM or not is_annotation_predicate(statement.predicate)


def is_edge(statement: Statement) -> bool:
    """Whether a statement is logical and goes from a node to a node."""
    return isinstance(statement.object, str) and is_logical(statement)
