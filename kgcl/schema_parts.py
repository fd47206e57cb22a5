"""Single fields of changes as slots of the schema, both ways.

A part writes what its slots have room for, and no more; whether a change is whole is judged by
reading it back (:mod:`kgcl.schema_writing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from kgcl import changes as c
from kgcl.schema_slots import Plain, SchemaError, entity, kind_to_tell


class Slots:
    """The slots of one change or of a part of it, and where they stand."""

    def __init__(self, plain: Plain, path: str) -> None:
        self.plain = plain
        self.path = path

    def error(self, slot: str, reason: str) -> SchemaError:
        return SchemaError(reason, f"{self.path}.{slot}" if self.path else slot)

    def text(self, *slots: str) -> str | None:
        """The text of the first of the slots that is there."""
        for slot in slots:
            value = self.plain.get(slot)
            if value is not None:
                if not isinstance(value, str):
                    raise self.error(slot, "a text is wanted here")
                return value
        return None

    def wanted(self, *slots: str) -> str:
        found = self.text(*slots)
        if found is None:
            raise self.error(slots[0], "is missing")
        return found

    def inner(self, slot: str, allowed: frozenset[str]) -> Slots | None:
        value = self.plain.get(slot)
        if value is None:
            return None
        if isinstance(value, list) and len(value) == 1 and slot == "annotation_set":
            value = value[0]
        if not isinstance(value, dict):
            raise self.error(slot, "a mapping of slots is wanted here")
        found = Slots(value, f"{self.path}.{slot}" if self.path else slot)
        for each in value:
            if each not in allowed:
                raise found.error(each, "the schema has no such slot here")
        return found


class Part(Protocol):
    """A field of a change and its slots."""

    @property
    def field(self) -> str: ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Slots that only tell what another slot holds."""

    def write(self, change: Any, out: Plain) -> None: ...

    def read(self, slots: Slots) -> Any: ...


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity; ``kind`` is the slot that tells whether it is a label."""

    field: str
    slot: str
    kind: str = ""
    needed: bool = True
    also: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else ()

    def write(self, change: Any, out: Plain) -> None:
        ref: c.Ref | None = getattr(change, self.field)
        if ref is not None:
            write_ref(ref, self.slot, self.kind, out)

    def read(self, slots: Slots) -> c.Ref | None:
        text = slots.text(self.slot, *self.also)
        if text is None:
            if self.needed:
                raise slots.error(self.slot, "is missing")
            return None
        return entity(text, slots.text(self.kind) if self.kind else None)


def write_ref(ref: c.Ref, slot: str, kind_slot: str, out: Plain) -> None:
    """Write an entity, and its kind where that has a slot and would not be guessed."""
    out[slot] = ref.text
    kind = kind_to_tell(ref)
    if kind_slot and kind is not None:
        out[kind_slot] = kind


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities in a list."""

    field: str
    slot: str
    needed: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        refs: tuple[c.Ref, ...] = getattr(change, self.field)
        if refs:
            # linkml reads no empty text in a list; what stands for it is told in full elsewhere
            out[self.slot] = [ref.text or "_" for ref in refs]

    def read(self, slots: Slots) -> tuple[c.Ref, ...]:
        value = slots.plain.get(self.slot)
        if value is None:
            value = []
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise slots.error(self.slot, "a list of entities is wanted here")
        if self.needed and not value:
            raise slots.error(self.slot, "is missing")
        return tuple(entity(each) for each in value)


@dataclass(frozen=True, slots=True)
class Words:
    """A plain text."""

    field: str
    slot: str
    needed: bool = True
    also: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        value: str | None = getattr(change, self.field)
        if value is not None:
            out[self.slot] = value

    def read(self, slots: Slots) -> str | None:
        found = slots.text(self.slot, *self.also)
        if found is None and self.needed:
            raise slots.error(self.slot, "is missing")
        return found


@dataclass(frozen=True, slots=True)
class Language:
    """A language tag; '' is none."""

    field: str
    slot: str
    also: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        if value := getattr(change, self.field):
            out[self.slot] = value

    def read(self, slots: Slots) -> str:
        return slots.text(self.slot, *self.also) or ""


@dataclass(frozen=True, slots=True)
class ScopeWord:
    """The scope of a synonym; with ``kind`` it may be an entity instead."""

    field: str
    slot: str
    kind: str = ""
    needed: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else ()

    def write(self, change: Any, out: Plain) -> None:
        value: c.Scope | c.Ref | None = getattr(change, self.field)
        if isinstance(value, c.Scope):
            out[self.slot] = value.value
        elif value is not None:
            write_ref(value, self.slot, self.kind, out)

    def read(self, slots: Slots) -> c.Scope | c.Ref | None:
        text = slots.wanted(self.slot) if self.needed else slots.text(self.slot)
        if text is None:
            return None
        kind = slots.text(self.kind) if self.kind else None
        if kind != "label" and text.lower() in set(c.Scope):
            return c.Scope(text.lower())
        if not self.kind:
            raise slots.error(self.slot, "exact, narrow, broad or related is wanted here")
        return entity(text, kind)
