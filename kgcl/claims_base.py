"""What a claim of a change is: an act on a slot, in names that a batch knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kgcl import changes as c
from kgcl.resolve import UnresolvedError, is_placeholder

if TYPE_CHECKING:
    from kgcl.state import State

#: A node, or what stands for one that the state at the start does not know.
Key: TypeAlias = Any
#: What the slot of an axiom begins with; the axiom follows.
AXIOM: Final = "an axiom"


class Act(Enum):
    """What a change does to what it claims."""

    MAKE = "makes"
    OBSOLETE = "obsoletes"
    REVIVE = "unobsoletes"
    MERGE = "merges"
    DELETE = "deletes"
    LEAVE = "gives another id to"
    EDIT = "changes"
    RENAME = "renames"
    PARENT = "leads to"
    INSTEAD = "names as replacement"
    SET = "sets"
    ADD = "adds"
    REMOVE = "removes"


@dataclass(frozen=True, slots=True)
class Claim:
    """One act of a change on one slot: a node, a value that is set, or an item that is there.

    ``old`` and ``new`` are what a slot has before and after; None for what is not said.
    """

    act: Act
    slot: Key
    old: Any = None
    new: Any = None
    notes: c.Notes = None


class Names:
    """What references mean to a batch: nodes of the start, and names that it gives itself."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.given: dict[str, Key] = {}
        self._ids: dict[Key, Key] = {}

    def key(self, ref: c.Ref) -> Key:
        """The node of a reference, or its text where nothing is known of it yet."""
        if ref.kind is c.RefKind.IRI:
            return ref.text
        if is_placeholder(ref):
            return (ref.text,)
        given = self._now(self.given.get(ref.text)) if ref.kind is c.RefKind.LABEL else None
        try:
            node = self.state.node(ref)
        except UnresolvedError:
            return given or (ref.text,)
        if ref.kind is c.RefKind.LABEL:
            node = self._now(node)
        # a name of the start that the batch gives again may mean either
        return node if given in (None, node) else (ref.text,)

    def move(self, node: Key, target: Key) -> None:
        """From here on, what is called by its name is the node with the other id."""
        self._ids.pop(target, None)
        self._ids[node] = target

    def _now(self, node: Key) -> Key:
        while node in self._ids:
            node = self._ids[node]
        return node

    def value(self, term: c.Term | None) -> Any:
        """A value as it can be compared."""
        return self.key(term) if isinstance(term, c.Ref) else term
