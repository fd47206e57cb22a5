"""What goes against what inside a batch, found before any of it is applied.

A *conflict* is a pair of which the later takes back what the earlier says, says something else in
its place, or could not be made after it. A *warning* is a pair that makes sense in its order and
may still not be meant. README.md has the table. What :func:`kgcl.diff.diff` finds never conflicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from kgcl import changes as c
from kgcl.claims import claims
from kgcl.claims_base import AXIOM, Act, Claim, Key, Names
from kgcl.writing import Writer

if TYPE_CHECKING:
    from kgcl.state import State


class ConflictKind(StrEnum):
    """How two changes of a batch stand against each other."""

    TWO_VALUES = "two new values for one thing"
    TAKEN_BACK = "takes back what the other does"
    GONE = "uses what the other takes away"
    TWO_ENDS = "two ends for one node"
    CREATED_TWICE = "two creations of one node"
    CYCLE = "edges that close a cycle"
    STALE_LABEL = "renames by a label that the other changes"
    SAID_TWICE = "says the same"
    ENDS_SOON = "changes what the other ends"
    SET_ANEW = "sets anew what the other removes"


#: Kinds that keep a batch from being applied; the others are told.
CONTRADICTIONS: Final = frozenset(
    {
        ConflictKind.TWO_VALUES,
        ConflictKind.TAKEN_BACK,
        ConflictKind.GONE,
        ConflictKind.TWO_ENDS,
        ConflictKind.CREATED_TWICE,
        ConflictKind.CYCLE,
        ConflictKind.STALE_LABEL,
    }
)


@dataclass(frozen=True, slots=True)
class BatchConflict:
    """Two changes of a batch that do not go together, or may not be meant together.

    ``first`` and ``second`` are their places in the batch, from 0; the changes of a set have the
    place of the set.
    """

    kind: ConflictKind
    first: int
    second: int
    earlier: c.Change
    later: c.Change
    about: str

    @property
    def is_error(self) -> bool:
        """Whether the two contradict each other."""
        return self.kind in CONTRADICTIONS

    def place(self, of: c.Change, number: int) -> str:
        """Where one of the two stands: its line, else its number in the batch."""
        return f"line {of.position.line}" if of.position else f"change {number + 1}"

    @property
    def reason(self) -> str:
        """Why the later one is rejected, or worth a look."""
        earlier = self.place(self.earlier, self.first)
        return f"{self.kind.value}, {earlier}: {self.about}"


@dataclass(frozen=True, slots=True)
class _Placed:
    number: int
    change: c.Change
    claim: Claim


def find_conflicts(batch: Sequence[c.Change], state: State) -> tuple[BatchConflict, ...]:
    """The pairs of a batch that stand against each other, in order of the later change."""
    if len(batch) == 1 and not isinstance(batch[0], c.Transaction | c.MultiNodeObsoletion):
        return ()
    finder = _Finder(state)
    for number, change in _single(batch):
        finder.take(number, change)
    unique = {(f.kind, id(f.earlier), id(f.later)): f for f in finder.found}
    return tuple(unique.values())


def _single(batch: Sequence[c.Change]) -> Iterator[tuple[int, c.Change]]:
    for number, change in enumerate(batch):
        if isinstance(change, c.Transaction | c.MultiNodeObsoletion):
            yield from ((number, member) for _, member in _single(change.change_set))
        else:
            yield number, change


_ENDS: Final = frozenset({Act.OBSOLETE, Act.MERGE, Act.DELETE})
_ON_NODES: Final = frozenset(
    {Act.MAKE, Act.REVIVE, Act.EDIT, Act.RENAME, Act.PARENT, Act.INSTEAD, Act.LEAVE, *_ENDS}
)
_TAKES_AWAY: Final = frozenset({Act.DELETE, Act.MERGE, Act.LEAVE})

#: An act on a node, then a later one on the same: what of it is always so.
_PAIRS: Final[Mapping[tuple[Act, Act], ConflictKind]] = MappingProxyType(
    {
        (Act.MAKE, Act.DELETE): ConflictKind.TAKEN_BACK,
        (Act.MAKE, Act.OBSOLETE): ConflictKind.ENDS_SOON,
        (Act.MAKE, Act.MERGE): ConflictKind.ENDS_SOON,
        (Act.MAKE, Act.LEAVE): ConflictKind.ENDS_SOON,
        (Act.DELETE, Act.MAKE): ConflictKind.SET_ANEW,
        (Act.LEAVE, Act.MAKE): ConflictKind.SET_ANEW,
        (Act.OBSOLETE, Act.REVIVE): ConflictKind.TAKEN_BACK,
        (Act.REVIVE, Act.OBSOLETE): ConflictKind.SET_ANEW,
        (Act.OBSOLETE, Act.MERGE): ConflictKind.TWO_ENDS,
        (Act.OBSOLETE, Act.DELETE): ConflictKind.TWO_ENDS,
        (Act.OBSOLETE, Act.PARENT): ConflictKind.ENDS_SOON,
        (Act.OBSOLETE, Act.INSTEAD): ConflictKind.GONE,
        (Act.RENAME, Act.OBSOLETE): ConflictKind.ENDS_SOON,
        (Act.RENAME, Act.MERGE): ConflictKind.ENDS_SOON,
        (Act.RENAME, Act.DELETE): ConflictKind.ENDS_SOON,
        (Act.PARENT, Act.OBSOLETE): ConflictKind.ENDS_SOON,
        (Act.PARENT, Act.DELETE): ConflictKind.ENDS_SOON,
        (Act.INSTEAD, Act.OBSOLETE): ConflictKind.ENDS_SOON,
        (Act.INSTEAD, Act.MERGE): ConflictKind.ENDS_SOON,
        (Act.INSTEAD, Act.DELETE): ConflictKind.ENDS_SOON,
    }
)


class _Finder:
    """Goes through a batch once, and keeps what was claimed by slot."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.names = Names(state)
        self.found: list[BatchConflict] = []
        #: The first claim of each act on a node: a later one of the same act adds nothing.
        self.nodes: defaultdict[Key, dict[Act, _Placed]] = defaultdict(dict)
        self.slots: defaultdict[Key, list[_Placed]] = defaultdict(list)
        self.parents: dict[Key, dict[Key, _Placed]] = {}

    def take(self, number: int, change: c.Change) -> None:
        for claim in claims(change, self.names):
            placed = _Placed(number, change, claim)
            if claim.act in _ON_NODES:
                acts = self.nodes[claim.slot]
                self._compare_all(acts.values(), placed)
                acts.setdefault(claim.act, placed)
            else:
                self._compare_all(self.slots[claim.slot], placed)
                self.slots[claim.slot].append(placed)
                self._follow_values(placed)

    def _tell(self, kind: ConflictKind, before: _Placed, after: _Placed, about: str) -> None:
        pair = (before.number, after.number, before.change, after.change)
        self.found.append(BatchConflict(kind, *pair, about))

    def _compare_all(self, there: Iterable[_Placed], after: _Placed) -> None:
        for before in there:
            if before.change is after.change:
                continue
            if after.claim.act in _ON_NODES:
                kind = self._on_node(before.claim, after.claim)
            else:
                kind = _on_slot(before.claim, after.claim)
            if kind is not None:
                self._tell(kind, before, after, self._about(after.claim))

    def _on_node(self, before: Claim, after: Claim) -> ConflictKind | None:
        acts = before.act, after.act
        if before.act is after.act:
            return self._same_act(before, after)
        if before.act in _TAKES_AWAY and after.act is not Act.MAKE and self._is_gone(before):
            if after.act in (Act.PARENT, Act.INSTEAD) and self._is_outside(after.slot):
                return None
            ended = after.act in _ENDS and before.act in _ENDS
            return ConflictKind.TWO_ENDS if ended else ConflictKind.GONE
        if acts == (Act.LEAVE, Act.MAKE) and after.old == before.new:
            return ConflictKind.TAKEN_BACK
        if acts == (Act.MAKE, Act.LEAVE) and before.old is not None:
            # one id after another is a sequence, unless it goes back, which is told above
            return None
        if acts == (Act.OBSOLETE, Act.RENAME) and self._is_stale(after):
            return ConflictKind.STALE_LABEL
        return _PAIRS.get(acts)

    def _same_act(self, before: Claim, after: Claim) -> ConflictKind | None:
        """The same act on one node twice; what is only named may be named again."""
        if before.act in (Act.EDIT, Act.PARENT, Act.INSTEAD, Act.RENAME):
            return None
        if before.new == after.new:
            gone = before.act in _TAKES_AWAY and self._is_gone(before)
            return ConflictKind.GONE if gone else ConflictKind.SAID_TWICE
        if before.act is Act.LEAVE:
            return ConflictKind.TWO_VALUES
        return ConflictKind.CREATED_TWICE if before.act is Act.MAKE else ConflictKind.TWO_ENDS

    def _is_gone(self, before: Claim) -> bool:
        """Whether a node is still gone: it was not made again, nor does it stay when merged."""
        stays = before.act is Act.MERGE and self.state.policy.merged_stays
        return not stays and Act.MAKE not in self.nodes[before.slot]

    def _is_outside(self, node: Key) -> bool:
        """Whether a node may be named without being there."""
        return isinstance(node, str) and self.state.is_outside(node)

    def _is_stale(self, rename: Claim) -> bool:
        """Whether a rename of an obsolete node names the label that the obsoletion prefixed."""
        prefix = self.state.policy.label_prefix
        return bool(prefix) and rename.old is not None and not str(rename.old).startswith(prefix)

    def _follow_values(self, placed: _Placed) -> None:
        """Edges of the hierarchy that the batch makes, and whether a new one closes a cycle."""
        claim, act = placed.claim, placed.claim.act
        if len(claim.slot) < 2 or claim.slot[1] not in HIERARCHY_PREDICATES:
            return
        subject = claim.slot[0]
        old, new = (claim.old, claim.new) if act is Act.SET else (claim.slot[2], claim.slot[2])
        above = self.parents.setdefault(subject, {})
        if act is Act.REMOVE or (act is Act.SET and old is not None):
            above.pop(old, None)
        elif act is Act.SET:
            above.clear()
        if act is Act.REMOVE:
            return
        way = self._way(new, subject)
        if way is not None:
            self._tell(ConflictKind.CYCLE, way, placed, self._about(Claim(Act.EDIT, subject)))
            return
        above[new] = placed

    def _way(self, start: Key, end: Key) -> _Placed | None:
        """The last edge of the batch on a way up from a node to another."""
        seen, open_ends = {start}, [start]
        while open_ends:
            for parent, placed in self.parents.get(open_ends.pop(), {}).items():
                if parent == end:
                    return placed
                if parent not in seen:
                    seen.add(parent)
                    open_ends.append(parent)
        return None

    def _about(self, claim: Claim) -> str:
        slot = claim.slot
        if isinstance(slot, tuple) and slot[0] == AXIOM:
            return Writer(None).axiom(slot[1])
        if claim.act not in _ON_NODES and isinstance(slot, tuple):
            slot = slot[0]
        if isinstance(slot, str):
            return self.state.show(slot)
        return slot[0] if isinstance(slot[0], str) else "what it makes"


def _on_slot(before: Claim, after: Claim) -> ConflictKind | None:
    """Two claims on one value, or on one item."""
    if Act.SET in (before.act, after.act):
        return _on_value(before, after)
    same = before.notes == after.notes
    if before.act is after.act:
        return ConflictKind.SAID_TWICE if same else None
    if before.act is Act.ADD:
        return ConflictKind.TAKEN_BACK if same or after.notes is None else None
    return ConflictKind.SET_ANEW


def _on_value(before: Claim, after: Claim) -> ConflictKind | None:
    """A value that is set twice: one after the other, from different ones, or both at once."""
    if before.act is not after.act:
        return None
    if after.old is not None and after.old == before.new:
        return ConflictKind.TAKEN_BACK if before.old == after.new else None
    if before.old is not None and after.old is not None and before.old != after.old:
        return None
    if before.new == after.new:
        return ConflictKind.SAID_TWICE
    return ConflictKind.TWO_VALUES


def contradictions(found: Iterable[BatchConflict]) -> Mapping[int, Sequence[BatchConflict]]:
    """The contradictions of each change that is the later one of some, by its place."""
    errors: defaultdict[int, list[BatchConflict]] = defaultdict(list)
    for conflict in found:
        if conflict.is_error:
            errors[conflict.second].append(conflict)
    return errors
