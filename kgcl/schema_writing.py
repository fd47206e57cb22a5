"""Typed changes to plain data of the official schema, so that nothing is lost.

A change whose slots say all of it is written with them alone. Where they cannot, its canonical
text goes beside them: as ``change_description``, or, in classes whose Python model lacks that,
as the ``description`` of an activity that the change ``was_generated_by``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kgcl import changes as c
from kgcl.parser import MAX_BLOCKS
from kgcl.render import render
from kgcl.schema_classes import told, whole_characters
from kgcl.schema_reading import MADE_ID, SETS, Beside, read_one
from kgcl.schema_rest import Rest, normal, read_rest
from kgcl.schema_slots import DESCRIBED, FORCING, Plain, SchemaError

_ANY_ID: Final = "kgcl:change_0000000000000000"


def to_schema(changes: Iterable[c.Change]) -> Plain:
    """A session that holds the changes.

    Raises ValueError for a change that no text can say and no slots hold.
    """
    document = _Document()
    top = [_Open(change, f"change_set[{n}]") for n, change in enumerate(changes)]
    order = _inner_first(top)
    for each in order:
        document.reserve(each.change)
    for each in order:
        each.plain = document.write(each)
    session: Plain = {"change_set": [each.plain for each in top]}
    if document.activities:
        session["activity_set"] = document.activities_of(order)
    return session


@dataclass(slots=True)
class _Open:
    """A change that is being written, and the changes inside it."""

    change: c.Change
    path: str
    inside: dict[str, list[_Open]] = field(default_factory=dict)
    plain: Plain = field(default_factory=dict)


def _inner_first(top: list[_Open]) -> list[_Open]:
    """Every change after those inside it; nested sets cost no recursion."""
    order: list[_Open] = []
    waiting = [(each, 0) for each in top]
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_BLOCKS:
            raise ValueError(f"sets nest more than {MAX_BLOCKS} deep")
        order.append(each)
        for slot, members in _sets_of(each.change).items():
            path = f"{each.path}.{slot}"
            inside = [_Open(member, f"{path}[{n}]") for n, member in enumerate(members)]
            each.inside[slot] = inside
            waiting += [(member, depth + 1) for member in inside]
    return order[::-1]


def _sets_of(change: c.Change) -> dict[str, tuple[c.Change, ...]]:
    """The sets that slots of the change have room for."""
    found: dict[str, tuple[c.Change, ...]] = {}
    if isinstance(change, (c.Transaction, c.MultiNodeObsoletion)):
        found["change_set"] = change.change_set
    forced = change.meta.associated_change_set if change.meta else ()
    if forced and type(change).__name__ in FORCING:
        found["associated_change_set"] = forced
    return found


class _Document:
    """What the changes of a document share: ids and activities."""

    def __init__(self) -> None:
        self.activities: dict[str, Plain] = {}
        self._ids: set[str] = set()
        self._reserved: set[str] = set()

    def reserve(self, change: c.Change) -> None:
        if change.meta is not None and change.meta.id:
            self._reserved.add(change.meta.id)

    def activities_of(self, order: list[_Open]) -> list[Plain]:
        """The activities in the order that changes refer to them, then the others."""
        referred = [str(each.plain.get("was_generated_by")) for each in order]
        keys = dict.fromkeys([*referred, *self.activities])
        return [self.activities[key] for key in keys if key in self.activities]

    def write(self, each: _Open) -> Plain:
        change = each.change
        meta = change.meta or c.Meta()
        plain = told(change)
        sets = {slot: [inner.plain for inner in inside] for slot, inside in each.inside.items()}
        rest = read_rest(meta.change_description)
        full = _with_rest(plain, rest)
        own_id = meta.id if meta.id not in self._ids else ""
        own_id = own_id if whole_characters(own_id) == own_id else ""
        whole = own_id == meta.id and self._has_room_for(rest)
        if whole and _reads_back(full, sets, rest.activities, change):
            for activity in rest.activities:
                self.activities[activity["id"]] = activity
        else:
            full = self._with_text(plain, change, each.path)
        full = _ordered({**full, **sets})
        key = self._take(own_id if not MADE_ID.fullmatch(own_id) else "", full)
        return {"id": key, **full}

    def _has_room_for(self, rest: Rest) -> bool:
        return all(
            self.activities.get(each["id"], each) == each == whole_characters(each)
            for each in rest.activities
        )

    def _with_text(self, plain: Plain, change: c.Change, path: str) -> Plain:
        try:
            text = render(change)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        if plain["type"] in DESCRIBED:
            return {**plain, "change_description": text}
        informed = plain.get("was_generated_by", "")
        key = "kgcl:text_" + _digest([text, informed])
        activity = {"id": key, "description": text}
        if informed:
            activity["was_informed_by"] = informed
        self.activities[key] = activity
        return {**plain, "was_generated_by": key}

    def _take(self, key: str, plain: Plain) -> str:
        """The id of a change: its own, or one that is made from what it says."""
        if not key:
            made = "kgcl:change_" + _digest(plain)
            key, number = made, 1
            while key in self._ids or key in self._reserved:
                number += 1
                key = f"{made}_{number}"
        self._ids.add(key)
        return key


def _digest(plain: object) -> str:
    text = json.dumps(plain, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def _ordered(plain: Plain) -> Plain:
    """The class first, sets of changes last."""
    last: Plain = {slot: plain[slot] for slot in SETS if slot in plain}
    return {**{slot: value for slot, value in plain.items() if slot not in last}, **last}


def _with_rest(plain: Plain, rest: Rest) -> Plain:
    full = {slot: value for slot, value in plain.items() if rest.fields.get(slot, "") is not None}
    full.update((slot, value) for slot, value in rest.fields.items() if value is not None)
    if rest.description:
        full["change_description"] = rest.description
    return {slot: whole_characters(value) for slot, value in full.items()}


def _reads_back(
    plain: Plain,
    sets: dict[str, list[Plain]],
    activities: tuple[Plain, ...],
    change: c.Change,
) -> bool:
    if "change_description" in plain and plain.get("type") not in DESCRIBED:
        return False
    members = _sets_of(change)
    given: Plain = {"id": (change.meta and change.meta.id) or _ANY_ID, **plain}
    given.update(sets)
    try:
        read = read_one(normal(given, ""), "", members, Beside(activities=activities))
    except SchemaError:
        return False
    return read == change
