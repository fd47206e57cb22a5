"""What a document says that changes have no field for, kept in the description of a change.

A description that begins with ``kgcl:rest`` goes on with JSON: ``fields``, the slots of the
change that its fields do not tell (null: one that they tell and that was not there);
``activity_set``, the activities that it refers to; ``description``, the description itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from kgcl import changes as c
from kgcl.parser import MAX_DEPTH
from kgcl.schema_classes import UNDER
from kgcl.schema_slots import ABSTRACT, Plain, SchemaError
from kgcl.writing import is_curie

MARK: Final = "kgcl:rest "
_SEPARATE: Final = frozenset({"id", "change_description", "change_set", "associated_change_set"})
_PLAIN_KINDS: Final = frozenset({"curie", "uri", "iri"})
_RENAMES: Final = ("NodeRename", "NameBecomesSynonym")


@dataclass(frozen=True, slots=True)
class Rest:
    """What the fields of a change do not say."""

    fields: Plain
    activities: tuple[Plain, ...] = ()
    description: str = ""

    def __bool__(self) -> bool:
        return bool(self.fields or self.activities)

    def text(self) -> str:
        """The description that keeps it."""
        if not self:
            return self.description
        kept: Plain = {}
        if self.fields:
            kept["fields"] = self.fields
        if self.activities:
            kept["activity_set"] = list(self.activities)
        if self.description:
            kept["description"] = self.description
        return MARK + json.dumps(kept, ensure_ascii=False, sort_keys=True)


def read_rest(description: str) -> Rest:
    """What a description keeps; a plain description keeps only itself."""
    if not description.startswith(MARK):
        return Rest({}, (), description)
    try:
        kept = json.loads(description[len(MARK) :])
        fields, activities = kept.get("fields", {}), tuple(kept.get("activity_set", ()))
        known = all(isinstance(each["id"], str) for each in activities)
        said = kept.get("description", "")
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return Rest({}, (), description)
    if not (known and isinstance(fields, dict) and isinstance(said, str)):
        return Rest({}, (), description)
    return Rest(fields, activities, said)


def with_activities(change: c.Change, activities: tuple[Plain, ...]) -> c.Change:
    """A change whose description keeps the activities too."""
    if not activities:
        return change
    from dataclasses import replace

    meta = change.meta or c.Meta()
    rest = read_rest(meta.change_description)
    known = {each["id"] for each in rest.activities}
    more = tuple(each for each in activities if each["id"] not in known)
    rest = Rest(rest.fields, rest.activities + more, rest.description)
    return replace(change, meta=replace(meta, change_description=rest.text()))


def fields_beside(given: Plain, told: Plain, kinds: frozenset[str]) -> Plain:
    """The slots of a change that differ from what its fields tell.

    Deprecated slots that only say *curie* are not kept, nor is how an entity that is an IRI was
    bracketed: the fields know.
    """
    skipped = _SEPARATE | kinds
    found: Plain = {}
    for slot, value in given.items():
        if slot in skipped or (slot.endswith("_type") and str(value) in _PLAIN_KINDS):
            continue
        if not _same(value, told.get(slot)):
            found[slot] = value
    for slot in told:
        if slot not in given and slot not in skipped:
            found[slot] = None
    return found


def _same(given: Any, told: Any) -> bool:
    if given == told:
        return True
    if isinstance(given, str) and isinstance(told, str):
        return given == f"<{told}>"
    if isinstance(given, list) and isinstance(told, list) and len(given) == len(told):
        return all(map(_same, given, told))
    if isinstance(given, list) and len(given) == 1:
        return _same(given[0], told)
    if not isinstance(given, dict) or not isinstance(told, dict):
        return False
    a, b = _bare(given), _bare(told)
    return a.keys() == b.keys() and all(_same(a[slot], b[slot]) for slot in a)


def _bare(plain: Plain) -> Plain:
    ends = ("_representation", "_type")
    return {slot: value for slot, value in plain.items() if not slot.endswith(ends)}


def normal(plain: Plain, path: str) -> Plain:
    """A change as the schema's tools write it at their best: texts for numbers, bare class names.

    Their parser leaves out the node of ``rename 'a' to 'b'``, calls a new definition by an
    abstract class, and says of any node whose synonym it changes that it is written as a label.
    """
    out = {
        slot: value if slot in ("change_set", "associated_change_set") else _texts(value, path, 0)
        for slot, value in plain.items()
        if value is not None
    }
    name = out.pop("@type", None)
    name = out.get("type", name)
    if isinstance(name, str):
        name = name.rpartition("/")[2].rpartition(":")[2]
        if name == ABSTRACT:
            gone = "old_value" in out and "new_value" not in out
            name = "RemoveTextDefinition" if gone else "TextDefinitionReplacement"
        out["type"] = name
    if name in _RENAMES and "about_node" not in out and "old_value" in out:
        out["about_node"] = out["old_value"]
        out["about_node_representation"] = "label"
    if name in ("PlaceUnder", "RemoveUnder"):
        out.setdefault("predicate", UNDER)
    if name == "SynonymReplacement" and is_curie(str(out.get("about_node", ""))):
        out.pop("about_node_representation", None)
    return out


def _texts(value: Any, path: str, depth: int) -> Any:
    if isinstance(value, str):
        return value
    if depth > MAX_DEPTH:
        raise SchemaError(f"nested more than {MAX_DEPTH} deep", path)
    if isinstance(value, dict):
        return {
            str(slot): _texts(each, path, depth + 1)
            for slot, each in value.items()
            if each is not None
        }
    if isinstance(value, list):
        return [_texts(each, path, depth + 1) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
