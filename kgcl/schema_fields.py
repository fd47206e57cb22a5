"""Changes as plain dicts with every field, richer than the official schema has room for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final, TypeAlias, Union

from kgcl import changes as c
from kgcl.schema_slots import SchemaError

Plain: TypeAlias = Union[str, list["Plain"], dict[str, "Plain"], None]

_KIND: Final = "_representation"
_SETS: Final = ("change_set", "associated_change_set")


def to_fields(change: c.Change) -> dict[str, Plain]:
    """The fields of a change that are set, ready for JSON; see :func:`from_fields`.

    Entities are their text, with ``<field>_representation`` (iri, curie, label or name) beside;
    what is said about the change stands among its fields; changes inside it are
    ``{class, fields}``.
    """
    found = _fields_of(change)
    if change.meta is not None:
        found.update(_fields_of(change.meta))
    return found


def _fields_of(value: c.Change | c.Edge | c.Meta) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for each in fields(value):
        part = getattr(value, each.name)
        if each.name in ("position", "meta") or part is None:
            continue
        if part == "" and (isinstance(value, c.Meta) or "language" in each.name):
            continue
        if isinstance(part, c.Ref):
            found[each.name] = part.text
            found[each.name + _KIND] = part.kind.value
        elif isinstance(part, c.Edge):
            found[each.name] = _fields_of(part)
        elif not isinstance(part, tuple):
            found[each.name] = _plain(part)
        elif part or each.name == "qualifiers":
            found[each.name] = [_member(member) for member in part]
    return found


def _member(member: c.Note | c.Ref | c.Change) -> Plain:
    if isinstance(member, c.Note):
        return _note(member)
    if isinstance(member, c.Ref):
        return _plain(member)
    return {"class": type(member).__name__, "fields": to_fields(member)}


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


def from_fields(name: str, given: Mapping[str, Any]) -> c.Change:
    """The change of a class that has these fields. Raises SchemaError."""
    kinds = {kind.__name__: kind for kind in c.ALL}
    kind = kinds.get(name)
    if kind is None:
        raise SchemaError(f"there is no change {name!r}", "class")
    own = {each.name for each in fields(kind)} - {"position", "meta"}
    said = {each.name for each in fields(c.Meta)}
    for field in given:
        if field not in own | said and not field.endswith(_KIND):
            raise SchemaError(f"{name} has no such field", field)
    try:
        values = {field: _read(name, field, given) for field in own if given.get(field) is not None}
        meta = {field: _read(name, field, given) for field in said if given.get(field)}
        for each in fields(kind):
            if each.name not in values and str(each.type).endswith("| None"):
                values[each.name] = None
        return kind(**{**values, "meta": c.Meta(**meta) if meta else None})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise SchemaError(f"{name}: {error}", "fields") from None


def _read(name: str, field: str, given: Mapping[str, Any]) -> Any:
    value = given[field]
    if (kind := given.get(field + _KIND)) is not None:
        return c.Ref(value, c.RefKind(kind))
    if field == "about_edge":
        return c.Edge(
            **{
                end: _read(name, end, value)
                for end in ("subject", "predicate", "object")
                if end in value
            }
        )
    if field in _SETS:
        return tuple(from_fields(each["class"], each["fields"]) for each in value)
    if field == "qualifiers":
        return _notes(value)
    if isinstance(value, list):
        return tuple(_term(each) for each in value)
    if field == "qualifier" or (name == "SynonymPredicateChange" and field.endswith("_value")):
        return c.Scope(value)
    if field == "owl_type":
        return c.NodeType(value)
    return _term(value)


def _term(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if "operator" in value:
        return c.Compound(value["operator"], tuple(map(_term, value["arguments"])))
    if "id" in value:
        return c.Ref(value["id"], c.RefKind(value["representation"]))
    datatype = value.get("datatype")
    return c.Text(value["value"], value.get("language", ""), datatype and _term(datatype))


def _notes(values: list[Any]) -> tuple[c.Note, ...]:
    return tuple(
        c.Note(_term(each["predicate"]), _term(each["value"]), _notes(each.get("qualifiers", [])))
        for each in values
    )
