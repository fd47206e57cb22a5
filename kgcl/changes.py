"""The changes of KGCL, one frozen dataclass per class, with the field names of the KGCL schema.

Entities, texts and expressions are kept as people write them; :mod:`kgcl.resolve` turns them
into nodes and literals against a snapshot. ``qualifiers`` of None means *none* on what a change
adds, and *as they were* on what it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias, Union


class RefKind(StrEnum):
    """How an entity is written."""

    IRI = "iri"
    CURIE = "curie"
    LABEL = "label"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Ref:
    """An entity as written: ``<IRI>``, ``prefix:local``, ``'label'``, or a bare name.

    A bare name is a shorthand such as ``part_of``, or a token of a triple set.
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
    CLASS = "class"
    RELATION = "relation"
    INSTANCE = "instance"
    ANNOTATION_PROPERTY = "annotation property"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a change stands in its source; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a person meant. Its position is not part of its identity."""

    position: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """Subject, predicate and object of the edge that a change is about."""

    subject: Ref
    predicate: Ref | None = None
    object: Ref | None = None


@dataclass(frozen=True, slots=True)
class NodeCreation(Change):
    """A node of a type comes to be, with a label where it has one."""

    node_id: Ref
    name: str | None = None
    language: str = ""
    node_type: NodeType = NodeType.CLASS
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class NodeRename(Change):
    """The label becomes another; an old value that is given must be the present one."""

    about_node: Ref
    old_value: str | None
    new_value: str
    old_language: str = ""
    new_language: str = ""
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class NodeObsoletion(Change):
    """A node is no longer to be used; what else happens is the policy's."""

    about_node: Ref
    has_direct_replacement: Ref | None = None


@dataclass(frozen=True, slots=True)
class NodeUnobsoletion(Change):
    """An obsolete node is in use again."""

    about_node: Ref


@dataclass(frozen=True, slots=True)
class NodeDeletion(Change):
    """A node and everything said of it goes."""

    about_node: Ref


@dataclass(frozen=True, slots=True)
class NewSynonym(Change):
    """A synonym is added; without a scope, the policy's."""

    about_node: Ref
    new_value: str
    qualifier: Scope | None = None
    language: str = ""
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class RemoveSynonym(Change):
    """A synonym goes; without a scope, the one that has the text must be the only one."""

    about_node: Ref
    old_value: str
    qualifier: Scope | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class SynonymReplacement(Change):
    """The text of a synonym becomes another; its scope stays."""

    about_node: Ref
    old_value: str
    new_value: str
    qualifier: Scope | None = None
    old_language: str = ""
    new_language: str = ""
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class NewTextDefinition(Change):
    """A node that has no definition gets one."""

    about_node: Ref
    new_value: str
    language: str = ""
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class RemoveTextDefinition(Change):
    """The definition goes."""

    about_node: Ref
    old_value: str | None = None


@dataclass(frozen=True, slots=True)
class TextDefinitionReplacement(Change):
    """The definition becomes another; an old value that is given must be the present one."""

    about_node: Ref
    old_value: str | None
    new_value: str
    old_language: str = ""
    new_language: str = ""
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class EdgeCreation(Change):
    """An edge comes to be."""

    subject: Ref
    predicate: Ref
    object: Ref
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class EdgeDeletion(Change):
    """An edge goes, with its qualifiers."""

    subject: Ref
    predicate: Ref
    object: Ref


@dataclass(frozen=True, slots=True)
class NodeMove(Change):
    """An edge of a node goes from one object to another; without a predicate, the hierarchy's."""

    about_edge: Edge
    old_value: Ref
    new_value: Ref
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class PredicateChange(Change):
    """An edge between two nodes gets another predicate."""

    about_edge: Edge
    old_value: Ref
    new_value: Ref
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class NodeAnnotationChange(Change):
    """The value of an annotation becomes another."""

    about_node: Ref
    annotation_property: Ref
    old_value: Term
    new_value: Term
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class StatementAddition(Change):
    """Any statement is added: the fall-through for what no named change says."""

    subject: Ref
    predicate: Ref
    object: Term
    qualifiers: Notes = None


@dataclass(frozen=True, slots=True)
class StatementRemoval(Change):
    """Any statement is removed; without qualifiers, the only one of its key."""

    subject: Ref
    predicate: Ref
    object: Term
    qualifiers: Notes = None


#: The concrete classes, in the order of the documentation.
ALL: Final[tuple[type[Change], ...]] = (
    NodeCreation,
    NodeRename,
    NodeObsoletion,
    NodeUnobsoletion,
    NodeDeletion,
    NewSynonym,
    RemoveSynonym,
    SynonymReplacement,
    NewTextDefinition,
    RemoveTextDefinition,
    TextDefinitionReplacement,
    EdgeCreation,
    EdgeDeletion,
    NodeMove,
    PredicateChange,
    NodeAnnotationChange,
    StatementAddition,
    StatementRemoval,
)
