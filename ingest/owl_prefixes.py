"""Prefixes of OWL files as statements; those that every OWL file has are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from graph.model import Literal, Node, Qualifier, Statement
from graph.vocabulary import NAMESPACE, OWL, PREFIX, RDF, RDFS, XSD

#: Prefixes that every OWL file declares (OWL 2 Structural Specification, table 2, and XML's own).
STANDARD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "owl": OWL,
        "rdf": RDF,
        "xml": "http://www.w3.org/XML/1998/namespace",
        "xsd": XSD,
        "rdfs": RDFS,
    }
)


def default_namespace(ontology: Node) -> str:
    """The namespace that OWL tools give to the empty prefix of an ontology."""
    return ontology if ontology.endswith(("/", "#")) else f"{ontology}#"


def prefix_statement(ontology: Node, prefix: str, namespace: str) -> Statement | None:
    """The statement of a declared prefix; None for one that any file of the ontology has."""
    if STANDARD.get(prefix) == namespace:
        return None
    if not prefix and namespace == default_namespace(ontology):
        return None
    qualifier = Qualifier(NAMESPACE, Literal(namespace))
    return Statement(ontology, PREFIX, Literal(prefix), (qualifier,))


def prefixes_of(statements: Iterable[Statement], ontology: Node) -> Iterator[tuple[str, Statement]]:
    """Namespaces that statements on the ontology give to prefixes, with their statements.

    Only such as :func:`prefix_statement` makes; of a prefix declared twice, the first in order.
    """
    seen: set[str] = set()
    for statement in sorted(statements, key=Statement.encode):
        value = statement.object
        if statement.predicate != PREFIX or not isinstance(value, Literal):
            continue
        namespaces = [q.value for q in statement.qualifiers if q.predicate == NAMESPACE]
        if len(namespaces) != 1 or not isinstance(namespaces[0], Literal) or value.value in seen:
            continue
        namespace = namespaces[0].value
        if prefix_statement(ontology, value.value, namespace) == statement:
            seen.add(value.value)
            yield namespace, statement
