"""Plain data of the official schema to typed changes.

A text that stands beside the slots (the description of a change, or of an activity that we made
for it) says more than they can. It is believed only where it says what they say, and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kgcl import changes as c
from kgcl.parser import MAX_BLOCKS
from kgcl.render import render
from kgcl.schema_classes import class_of, kind_slots, read_own, told
from kgcl.schema_parts import Slots
from kgcl.schema_rest import Rest, fields_beside, normal, with_activities
from kgcl.schema_slots import ACTIVITY_SLOTS, COMMON, Plain, SchemaError

#: Ids that are made for a document, and dropped when it is read.
MADE_ID: Final = re.compile(r"kgcl:change_[0-9a-f]{16}(?:_[0-9]+)?")
TEXT_ID: Final = re.compile(r"kgcl:text_[0-9a-f]{16}")
SETS: Final = ("change_set", "associated_change_set")

Members = Mapping[str, tuple[c.Change, ...]]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a document says of a change outside its slots.

    ``text`` is the change in full and ``informed`` its own activity, where an activity that was
    made for the text stands between; ``activities`` are those of the document that go with it.
    """

    text: str = ""
    informed: str = ""
    activities: tuple[Plain, ...] = ()


@dataclass(slots=True)
class _Found:
    """A change in a document, with the changes inside it."""

    plain: Plain
    path: str
    inside: dict[str, list[_Found]] = field(default_factory=dict)
    change: c.Change | None = None


def from_schema(document: Any) -> list[c.Change]:
    """The changes of a session, of a list of changes, or of one change. Raises SchemaError."""
    plains, activities, path = _document(document)
    top = [_Found(plain, f"{path}[{n}]" if path else f"[{n}]") for n, plain in enumerate(plains)]
    order = list(_walk(top))
    claims = _Claims(activities)
    beside = [claims.beside(each) for each in order]
    for each, known in zip(reversed(order), reversed(beside), strict=True):
        members = {slot: tuple(map(_made, found)) for slot, found in each.inside.items()}
        each.change = read_one(each.plain, each.path, members, known)
    changes = [_checked(each) for each in top]
    left = claims.left()
    if left and not changes:
        raise SchemaError("there are activities and no change", "activity_set")
    if left:
        changes[0] = with_activities(changes[0], left)
    return changes


def _made(found: _Found) -> c.Change:
    if found.change is None:
        raise SchemaError("is part of itself", found.path)
    return found.change


def _checked(found: _Found) -> c.Change:
    """A change that text can say too, so that it can be shown, kept and written."""
    change = _made(found)
    try:
        render(change)
    except ValueError as error:
        raise SchemaError(str(error), found.path) from None
    return change


def _document(document: Any) -> tuple[list[Any], list[Plain], str]:
    if isinstance(document, list):
        return document, [], ""
    if not isinstance(document, dict):
        raise SchemaError("a session, a change or a list of changes is wanted here")
    name = document.get("type", document.get("@type", "Session"))
    if name != "Session":
        return [document], [], ""
    for slot in document:
        if slot not in ("change_set", "activity_set", "type", "@type"):
            raise SchemaError("a session has no such slot in the schema", str(slot))
    activities = _list_of(document.get("activity_set"), "activity_set")
    for n, activity in enumerate(activities):
        path = f"activity_set[{n}]"
        if not isinstance(activity, dict) or activity.get("id") is None:
            raise SchemaError("an activity with an id is wanted here", path)
        for slot in activity:
            if slot not in ACTIVITY_SLOTS:
                raise SchemaError("an activity has no such slot in the schema", f"{path}.{slot}")
    activities = [
        {slot: str(value) for slot, value in each.items() if value is not None}
        for each in activities
    ]
    return _list_of(document.get("change_set"), "change_set"), activities, "change_set"


def _list_of(value: Any, path: str) -> list[Any]:
    """A list as it is, or a mapping from ids to what has them."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [
            {"id": key, **each} if isinstance(each, dict) else each for key, each in value.items()
        ]
    if not isinstance(value, list):
        raise SchemaError("a list is wanted here", path)
    return value


def _walk(top: list[_Found]) -> Iterator[_Found]:
    """Every change before those inside it; nested sets cost no recursion."""
    waiting = [(each, 0) for each in reversed(top)]
    while waiting:
        found, depth = waiting.pop()
        if depth > MAX_BLOCKS:
            raise SchemaError(f"sets nest more than {MAX_BLOCKS} deep", found.path[:80])
        if not isinstance(found.plain, dict):
            raise SchemaError("a change is wanted here", found.path)
        found.plain = normal(found.plain, found.path)
        for slot in SETS:
            if slot in found.plain:
                path = f"{found.path}.{slot}"
                inside = _list_of(found.plain[slot], path)
                found.inside[slot] = [
                    _Found(plain, f"{path}[{n}]") for n, plain in enumerate(inside)
                ]
        yield found
        for slot in reversed(SETS):
            waiting += [(each, depth + 1) for each in reversed(found.inside.get(slot, []))]


class _Claims:
    """Gives each activity to the first change that refers to it."""

    def __init__(self, activities: list[Plain]) -> None:
        self._by_id: dict[str, Plain] = {}
        for n, activity in enumerate(activities):
            if activity["id"] in self._by_id:
                raise SchemaError("the id is there twice", f"activity_set[{n}].id")
            self._by_id[activity["id"]] = activity
        self._given: set[str] = set()

    def beside(self, found: _Found) -> Beside:
        key = found.plain.get("was_generated_by")
        activity = self._by_id.get(key) if isinstance(key, str) else None
        if activity is None or not TEXT_ID.fullmatch(activity["id"]):
            return Beside(activities=self._take(key))
        self._given.add(activity["id"])
        informed = activity.get("was_informed_by", "")
        return Beside(activity.get("description", ""), informed, self._take(informed))

    def _take(self, key: Any) -> tuple[Plain, ...]:
        found: list[Plain] = []
        while isinstance(key, str) and key in self._by_id and key not in self._given:
            self._given.add(key)
            found.append(self._by_id[key])
            key = self._by_id[key].get("was_informed_by")
        return tuple(found)

    def left(self) -> tuple[Plain, ...]:
        return tuple(self._by_id[key] for key in self._by_id if key not in self._given)


def read_one(plain: Plain, path: str, members: Members, beside: Beside) -> c.Change:
    """One change, from slots as :func:`normal` leaves them and the changes inside it."""
    slots = Slots(plain, path)
    described = slots.text("change_description") or ""
    text = beside.text or described
    if text:
        trusted = _said_in_full(text, slots, members, beside)
        if trusted is not None:
            return with_activities(trusted, beside.activities)
    base = _from_slots(slots, members, beside)
    given = dict(plain)
    if beside.text:
        given.pop("was_generated_by", None)
        if beside.informed:
            given["was_generated_by"] = beside.informed
    kinds = kind_slots(type(base))
    fields = fields_beside(given, told(base), kinds)
    rest = Rest(fields, beside.activities, described or beside.text)
    return _described(base, rest.text())


def _described(change: c.Change, text: str) -> c.Change:
    if not text:
        return change
    return replace(change, meta=replace(change.meta or c.Meta(), change_description=text))


def _from_slots(slots: Slots, members: Members, beside: Beside) -> c.Change:
    """The change as its slots alone say it, without a description."""
    kind = class_of(slots)
    values = read_own(kind, slots)
    if "change_set" in kind.__dataclass_fields__:
        values["change_set"] = _set_of(kind, slots, members)
    said = {slot: text for slot in COMMON if (text := slots.text(slot))}
    if beside.text:
        said.pop("was_generated_by", None)
        if beside.informed:
            said["was_generated_by"] = beside.informed
    if (key := slots.text("id")) and not MADE_ID.fullmatch(key):
        said["id"] = key
    forced = members.get("associated_change_set", ())
    if said or forced:
        values["meta"] = c.Meta(**said, associated_change_set=forced)
    return kind(**values)


def _set_of(kind: type[c.Change], slots: Slots, members: Members) -> tuple[c.Change, ...]:
    found = members.get("change_set", ())
    if not found:
        raise slots.error("change_set", "has no change in it")
    if kind is c.MultiNodeObsoletion:
        for n, each in enumerate(found):
            if not isinstance(each, c.OBSOLETIONS):
                raise slots.error(f"change_set[{n}].type", "an obsoletion is wanted here")
    return found


def _said_in_full(text: str, slots: Slots, members: Members, beside: Beside) -> c.Change | None:
    """What a text says, where it says what the slots say and more; else nothing."""
    said = _parsed(text)
    if said is None or not _agrees(said, slots.plain, members, beside):
        return None
    key = slots.text("id") or ""
    if key and not MADE_ID.fullmatch(key):
        said = replace(said, meta=replace(said.meta or c.Meta(), id=key))
    try:
        alone = _from_slots(slots, members, beside)
    except SchemaError:
        return said
    return None if alone == said else said


def _parsed(text: str) -> c.Change | None:
    from kgcl.parser import parse_all

    if "\n" in text:
        return None
    parsed = parse_all(text)
    if parsed.errors or len(parsed.commands) != 1:
        return None
    return parsed.commands[0].change


def _agrees(said: c.Change, plain: Plain, members: Members, beside: Beside) -> bool:
    given = {slot: value for slot, value in plain.items() if slot not in (*SETS, "id")}
    if beside.text:
        given["was_generated_by"] = beside.informed
        if not beside.informed:
            del given["was_generated_by"]
    else:
        given.pop("change_description", None)
    if given != told(said) or getattr(said, "change_set", ()) != members.get("change_set", ()):
        return False
    forced = said.meta.associated_change_set if said.meta else ()
    return "associated_change_set" not in members or forced == members["associated_change_set"]
