"""Changes in the life of nodes, and sets of changes that are one."""

from __future__ import annotations

from dataclasses import dataclass

from kgcl.changes_base import Change
from kgcl.terms import NodeType, Ref


@dataclass(frozen=True, slots=True)
class NodeCreation(Change):
    """A node comes to be, with a label where it has one.

    Without ``about_node`` the policy gives an id.
    """

    about_node: Ref | None
    name: str | None = None
    language: str = ""
    owl_type: NodeType = NodeType.NODE


@dataclass(frozen=True, slots=True)
class ClassCreation(Change):
    """A class comes to be; ``superclass`` and ``definition`` say more of it at once."""

    about_node: Ref | None
    name: str | None = None
    language: str = ""
    superclass: Ref | None = None
    definition: str | None = None
    definition_language: str = ""


@dataclass(frozen=True, slots=True)
class ObjectPropertyCreation(Change):
    """A relation comes to be."""

    about_node: Ref | None
    name: str | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class NodeObsoletion(Change):
    """A node is no longer to be used, and nothing is said of what to use instead."""

    about_node: Ref


@dataclass(frozen=True, slots=True)
class NodeObsoletionWithDirectReplacement(Change):
    """A node is no longer to be used; what points at it may point at the replacement."""

    about_node: Ref
    has_direct_replacement: Ref
    has_nondirect_replacement: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeObsoletionWithNoDirectReplacement(Change):
    """A node is no longer to be used; a person has to choose among the alternatives."""

    about_node: Ref
    has_nondirect_replacement: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class NodeDirectMerge(Change):
    """A node becomes part of another: its id an alternative id, its texts and edges moved."""

    about_node: Ref
    has_direct_replacement: Ref
    has_nondirect_replacement: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeUnobsoletion(Change):
    """An obsolete node is in use again; what it pointed at instead may be named."""

    about_node: Ref
    replaced_by: Ref | None = None
    consider: Ref | None = None


@dataclass(frozen=True, slots=True)
class NodeDeletion(Change):
    """A node and everything said of it goes."""

    about_node: Ref


@dataclass(frozen=True, slots=True)
class NodeIdChange(Change):
    """A node gets another id; what is said of it and what leads to it stays as it is."""

    about_node: Ref
    new_value: Ref


@dataclass(frozen=True, slots=True)
class AddNodeToSubset(Change):
    """A node becomes part of a subset."""

    about_node: Ref
    in_subset: Ref


@dataclass(frozen=True, slots=True)
class RemoveNodeFromSubset(Change):
    """A node is no longer part of a subset."""

    about_node: Ref
    in_subset: Ref


@dataclass(frozen=True, slots=True)
class Transaction(Change):
    """Changes that are made together or not at all."""

    change_set: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class MultiNodeObsoletion(Change):
    """Obsoletions that are one decision: edges are rewired past all of the nodes."""

    change_set: tuple[Change, ...]
