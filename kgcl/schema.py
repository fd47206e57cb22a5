"""Changes as plain dicts, in the field names of the KGCL schema."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import TypeAlias, Union

from kgcl import changes as c

Plain: TypeAlias = Union[str, list["Plain"], dict[str, "Plain"], None]


def to_fields(change: c.Change) -> dict[str, Plain]:
    """The fields of a change that are set, ready for JSON.

    Entities are their text, with ``<field>_representation`` (iri, curie, label or name) beside.
    """
    return _fields_of(change)


def _fields_of(value: c.Change | c.Edge) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for each in fields(value):
        part = getattr(value, each.name)
        if each.name == "position" or part is None or (part == "" and "language" in each.name):
            continue
        if isinstance(part, c.Ref):
            found[each.name] = part.text
            found[f"{each.name}_representation"] = part.kind.value
        elif isinstance(part, c.Edge):
            found[each.name] = _fields_of(part)
        elif isinstance(part, tuple):
            found[each.name] = [_note(note) for note in part]
        else:
            found[each.name] = _plain(part)
    return found


def _plain(value: c.Term | str) -> Plain:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, c.Ref):
        return {"id": value.text, "representation": value.kind.value}
    if isinstance(value, c.Compound):
        return {
            "operator": value.operator,
            "arguments": [_plain(argument) for argument in value.arguments],
        }
    text: dict[str, Plain] = {"value": value.value}
    if value.language:
        text["language"] = value.language
    if value.datatype is not None:
        text["datatype"] = _plain(value.datatype)
    return text


def _note(note: c.Note) -> Plain:
    found: dict[str, Plain] = {"predicate": _plain(note.predicate), "value": _plain(note.value)}
    if note.qualifiers:
        found["qualifiers"] = [_note(inner) for inner in note.qualifiers]
    return found
