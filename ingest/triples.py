"""RDF triples on their way to statements and back: what the RDF and OWL readers hand each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

from graph.model import Literal

#: An IRI, or ``_:label`` for a blank node of the source.
Term: TypeAlias = Union[str, Literal, "Triple"]


@dataclass(frozen=True, slots=True)
class Triple:
    """Subject, predicate and object; RDF 1.2 lets a triple be an object. ``graph`` is an IRI or ''.

    Blank nodes are ``_:`` and a label that holds in one source only.
    """

    subject: str
    predicate: str
    object: Term
    graph: str = ""


def is_blank(term: Term) -> bool:
    """Whether a term is a blank node."""
    return isinstance(term, str) and term.startswith("_:")
