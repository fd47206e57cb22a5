"""What changes are made of: entities, texts, expressions and qualifiers, as people write them.

They are kept as written; :mod:`kgcl.resolve` turns them into nodes and literals against a
snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, Union


class RefKind(StrEnum):
    """How an entity is written."""

    IRI = "iri"
    CURIE = "curie"
    LABEL = "label"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Ref:
    """An entity as written: ``<IRI>``, ``prefix:local``, ``'label'``, or a bare name.

    A bare name is a shorthand such as ``part_of``, or a token of a triple set. The CURIE prefixes
    ``AUTOID`` and ``_`` name nodes that have no id yet.
    """

    text: str
    kind: RefKind = RefKind.IRI


@dataclass(frozen=True, slots=True)
class Text:
    """A literal as written: its text, and a language tag or a datatype."""

    value: str
    language: str = ""
    datatype: Ref | None = None


@dataclass(frozen=True, slots=True)
class Compound:
    """An expression as written: an operator of OWL functional syntax and its arguments."""

    operator: str
    arguments: tuple[Term, ...]


Term: TypeAlias = Union[Ref, Text, Compound]


@dataclass(frozen=True, slots=True)
class Note:
    """A qualifier as written: predicate, value, and qualifiers on it."""

    predicate: Ref
    value: Term
    qualifiers: tuple[Note, ...] = ()


Notes: TypeAlias = Union[tuple[Note, ...], None]


class Scope(StrEnum):
    """How close a synonym is to its term."""

    EXACT = "exact"
    NARROW = "narrow"
    BROAD = "broad"
    RELATED = "related"


class NodeType(StrEnum):
    """What kind of entity a creation makes; ``node`` leaves it to the default, a class."""

    NODE = "node"
    INSTANCE = "instance"
    ANNOTATION_PROPERTY = "annotation property"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a change stands in its source; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Subject, predicate and object of the edge that a change is about."""

    subject: Ref
    predicate: Ref | None = None
    object: Ref | None = None
