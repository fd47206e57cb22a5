"""Class by class: which fields go to which slots, and which class data is read as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from graph.vocabulary import SUBCLASS_OF
from kgcl import changes as c
from kgcl.schema_parts import Entities, Entity, Language, Part, ScopeWord, Slots, Words
from kgcl.schema_slots import ABSTRACT, ANY, COMMON, SLOTS, Plain
from kgcl.schema_values import About, Axiom, OwlType, Qualifiers, Value

_NODE: Final = Entity("about_node", "about_node", "about_node_representation")
_NEW_NODE: Final = (
    Entity("about_node", "about_node", "about_node_representation", False, ("node_id",)),
    Words("name", "name", False, ("new_value",)),
    Language("language", "language", ("new_language",)),
    Qualifiers(),
)
_OLD: Final = Words("old_value", "old_value")
_OLD_IF_SAID: Final = Words("old_value", "old_value", False)
_NEW: Final = Words("new_value", "new_value")
_NEW_IF_SAID: Final = Words("new_value", "new_value", False)
_LANGUAGES: Final = (
    Language("old_language", "old_language"),
    Language("new_language", "new_language"),
)
_SYNONYM_LANGUAGES: Final = (
    Language("old_language", "old_language", ("language",)),
    Language("new_language", "new_language", ("language",)),
)
_PROPERTY: Final = Entity("annotation_property", "annotation_property", "annotation_property_type")


def _value(side: str, needed: bool) -> Value:
    slots = (f"{side}_value", f"{side}_value_type", f"{side}_language", f"{side}_datatype")
    return Value(slots[0], *slots, needed)


def _sides(old: bool, new: bool) -> tuple[Part, ...]:
    return _value("old", old), _value("new", new)


_PREDICATES: Final[tuple[Part, ...]] = (
    Entity("old_value", "old_value", "old_value_type"),
    Entity("new_value", "new_value", "new_value_type"),
)
_SAID: Final[tuple[Part, ...]] = (_NODE, Value("object", "object", language="language"))
_METADATA: Final[tuple[Part, ...]] = (_NODE, Entity("predicate", "predicate"), _SAID[1])
_MAPPING: Final[tuple[Part, ...]] = (*_SAID, Entity("predicate", "predicate", needed=False))
_SUBJECT: Final = Entity("subject", "subject", "subject_type")
_EDGE: Final[tuple[Part, ...]] = (
    _SUBJECT,
    Entity("predicate", "predicate", "predicate_type"),
    Value("object", "object", "object_type", "language", "datatype", labels=True),
    Qualifiers(),
)
_PLACED: Final[tuple[Part, ...]] = (
    _SUBJECT,
    Entity("object", "object", "object_type"),
    Qualifiers(),
)
_MOVE: Final[tuple[Part, ...]] = (
    About("object"),
    Entity("old_value", "old_value", "old_object_type", needed=False),
    Entity("new_value", "new_value", "new_object_type"),
)
_WHOLE_EDGE: Final = About(needed=("predicate", "object"))
_REPLACEMENT: Final[tuple[Part, ...]] = (
    _NODE,
    Entity("has_direct_replacement", "has_direct_replacement"),
    Entities("has_nondirect_replacement", "has_nondirect_replacement"),
)

#: The fields of each class that its slots have room for.
PARTS: Final[Mapping[type[c.Change], tuple[Part, ...]]] = MappingProxyType(
    {
        c.NodeCreation: (*_NEW_NODE, OwlType()),
        c.ClassCreation: (*_NEW_NODE, Entity("superclass", "superclass", needed=False)),
        c.ObjectPropertyCreation: _NEW_NODE,
        c.NodeObsoletion: (_NODE,),
        c.NodeObsoletionWithDirectReplacement: _REPLACEMENT,
        c.NodeObsoletionWithNoDirectReplacement: (
            _NODE,
            Entities("has_nondirect_replacement", "has_nondirect_replacement", True),
        ),
        c.NodeDirectMerge: _REPLACEMENT,
        c.NodeUnobsoletion: (
            _NODE,
            Entity("replaced_by", "replaced_by", "", False, ("has_direct_replacement",)),
            Entity("consider", "consider", needed=False),
        ),
        c.NodeDeletion: (_NODE,),
        c.MultiNodeObsoletion: (),
        c.Transaction: (),
        c.NodeRename: (_NODE, _OLD_IF_SAID, _NEW, *_LANGUAGES),
        c.SetLanguageForName: (_NODE, _OLD_IF_SAID, _NEW),
        c.NameBecomesSynonym: (_NODE, _OLD_IF_SAID, _NEW, *_LANGUAGES),
        c.NewSynonym: (
            _NODE,
            _NEW,
            ScopeWord("qualifier", "qualifier"),
            Language("language", "language", ("new_language",)),
            Entity("predicate", "predicate", needed=False),
        ),
        c.RemoveSynonym: (_NODE, _OLD, Language("language", "language", ("old_language",))),
        c.SynonymReplacement: (
            *(_NODE, _OLD, _NEW, ScopeWord("qualifier", "qualifier")),
            *_SYNONYM_LANGUAGES,
        ),
        c.SynonymPredicateChange: (
            _NODE,
            Words("target", "target"),
            ScopeWord("old_value", "old_value", "old_value_type"),
            ScopeWord("new_value", "new_value", "new_value_type", True),
            Language("language", "language"),
        ),
        c.NodeSynonymChange: (_NODE, _OLD_IF_SAID, _NEW_IF_SAID, *_SYNONYM_LANGUAGES),
        c.NewTextDefinition: (_NODE, _NEW, Language("language", "language", ("new_language",))),
        c.RemoveTextDefinition: (
            *(_NODE, _OLD_IF_SAID),
            Language("old_language", "old_language", ("language",)),
        ),
        c.TextDefinitionReplacement: (_NODE, _OLD_IF_SAID, _NEW, *_LANGUAGES),
        c.NodeAnnotationChange: (_NODE, _PROPERTY, *_sides(False, False)),
        c.NodeAnnotationReplacement: (_NODE, _PROPERTY, *_sides(False, True)),
        c.NewMapping: _MAPPING,
        c.RemoveMapping: _MAPPING,
        c.MappingReplacement: (_NODE, *_sides(True, True)),
        c.MappingPredicateChange: (_NODE, *_PREDICATES),
        c.NodeMappingChange: (_NODE, *_sides(False, False)),
        c.MappingCreation: (
            *_EDGE[:2],
            Entity("object", "object", "object_type"),
            Qualifiers(),
        ),
        c.NewMetadataAssertion: _METADATA,
        c.RemoveMetadataAssertion: _METADATA,
        c.MetadataAssertionReplacement: (_NODE, *_sides(True, True)),
        c.MetadataAssertionPredicateChange: (_NODE, *_PREDICATES),
        c.NodeMetadataAssertionChange: (_NODE, *_sides(False, False)),
        c.AddNodeToSubset: (_NODE, Entity("in_subset", "in_subset")),
        c.RemoveNodeFromSubset: (_NODE, Entity("in_subset", "in_subset", "", True, ("subset",))),
        c.EdgeCreation: _EDGE,
        c.EdgeDeletion: _EDGE,
        c.EdgeObsoletion: (
            Entity("subject", "subject"),
            Entity("predicate", "predicate"),
            *_EDGE[2:],
        ),
        c.PlaceUnder: _PLACED,
        c.RemoveUnder: _PLACED,
        c.EdgeRewiring: (_WHOLE_EDGE, *_PREDICATES),
        c.NodeMove: _MOVE,
        c.NodeDeepening: _MOVE,
        c.NodeShallowing: _MOVE,
        c.PredicateChange: (About("predicate", ("object",)), *_PREDICATES),
        c.EdgeLogicalInterpretationChange: (_WHOLE_EDGE, _OLD_IF_SAID, _NEW),
        c.LogicalAxiomChange: (Axiom("old_value", "old_value"), Axiom("new_value", "new_value")),
    }
)
#: A parent is an edge of this predicate; the schema writes it, and it is the only one there is.
UNDER: Final = "rdfs:subClassOf"
_SUBCLASS: Final = frozenset({UNDER, SUBCLASS_OF, f"<{SUBCLASS_OF}>"})
_EDGE_OF: Final[Mapping[type[c.Change], type[c.Change]]] = MappingProxyType(
    {c.PlaceUnder: c.EdgeCreation, c.RemoveUnder: c.EdgeDeletion}
)
_HALF: Final = re.compile("[\ud800-\udfff]")
_BY_NAME: Final = MappingProxyType({kind.__name__: kind for kind in c.ALL})
_CREATED: Final[Mapping[str, type[c.Change]]] = MappingProxyType(
    {
        "CLASS": c.ClassCreation,
        "owl:Class": c.ClassCreation,
        "OBJECT_PROPERTY": c.ObjectPropertyCreation,
        "owl:ObjectProperty": c.ObjectPropertyCreation,
    }
)


def class_of(slots: Slots) -> type[c.Change]:
    """The class that data is read as: the named one, or the one that its slots say."""
    name = slots.wanted("type")
    if name not in SLOTS and name != ABSTRACT:
        raise slots.error("type", f"the schema has no concrete change {name!r}")
    allowed = SLOTS["TextDefinitionReplacement" if name == ABSTRACT else name]
    _check_slots(slots, name, allowed)
    if name == ABSTRACT:
        gone = slots.text("new_value") is None and slots.text("old_value") is not None
        return c.RemoveTextDefinition if gone else c.TextDefinitionReplacement
    kind = _BY_NAME[name]
    if kind in _EDGE_OF and slots.text("predicate") not in (None, *_SUBCLASS):
        return _EDGE_OF[kind]
    if issubclass(kind, (c.NodeCreation, c.ClassCreation, c.ObjectPropertyCreation)):
        return _creation(kind, slots)
    return _obsoletion(kind, slots)


def _check_slots(slots: Slots, name: str, allowed: frozenset[str]) -> None:
    for slot in slots.plain:
        if slot not in allowed and slot not in ANY:
            raise slots.error(slot, f"{name} has no such slot in the schema")


def _creation(kind: type[c.Change], slots: Slots) -> type[c.Change]:
    made = slots.text("owl_type")
    said = _CREATED.get(made or "")
    if kind is c.NodeCreation:
        return said or kind
    if made is not None and said is not kind:
        raise slots.error("owl_type", f"{kind.__name__} does not make this")
    return kind


def _obsoletion(kind: type[c.Change], slots: Slots) -> type[c.Change]:
    replaced = slots.text("has_direct_replacement") is not None
    if kind is c.NodeObsoletionWithNoDirectReplacement and replaced:
        raise slots.error("has_direct_replacement", "this class says that there is none")
    if kind is c.NodeObsoletion and replaced:
        return c.NodeObsoletionWithDirectReplacement
    if kind is c.NodeObsoletion and slots.plain.get("has_nondirect_replacement"):
        return c.NodeObsoletionWithNoDirectReplacement
    return kind


def told(change: c.Change) -> Plain:
    """What slots have room for, without the id, the description and the sets of the change.

    Raises ValueError where an expression holds what no text can say.
    """
    meta = change.meta
    about = {} if meta is None else {slot: getattr(meta, slot) for slot in COMMON}
    plain = {**_told_by_fields(change), **{slot: text for slot, text in about.items() if text}}
    return {slot: whole_characters(value) for slot, value in plain.items()}


def whole_characters(value: Any) -> Any:
    """Plain data without halves of characters, which readers of YAML refuse."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, dict):
        return {slot: whole_characters(each) for slot, each in value.items()}
    return [whole_characters(each) for each in value] if isinstance(value, list) else value


def _told_by_fields(change: c.Change) -> Plain:
    official, name = _stand_in(change)
    out: Plain = {"type": name}
    if official is None:
        out["old_value" if isinstance(change, c.StatementRemoval) else "new_value"] = _said(change)
        return out
    for part in PARTS[type(official)]:
        part.write(official, out)
    if isinstance(official, (c.PlaceUnder, c.RemoveUnder)):
        out["predicate"] = UNDER
    return out


def _stand_in(change: c.Change) -> tuple[c.Change | None, str]:
    """A change of the schema that says what one of ours says, as nearly as there is one."""
    if isinstance(change, c.NodeIdChange):
        # to the schema a merge moves all of a node to another, and so does a new id
        merge = c.NodeDirectMerge(change.about_node, change.new_value)
        return merge, "NodeDirectMerge"
    if isinstance(change, c.SynonymTypeChange):
        text, language = change.target, change.language
        near = c.NodeSynonymChange(change.about_node, text, text, language, language)
        return near, "NodeSynonymChange"
    if not isinstance(change, (c.StatementAddition, c.StatementRemoval)):
        return change, type(change).__name__
    added = isinstance(change, c.StatementAddition)
    value = change.object
    if isinstance(value, c.Compound):
        return None, "LogicalAxiomChange"
    if isinstance(value, c.Text):
        old, new = (None, value) if added else (value, None)
        annotation = c.NodeAnnotationChange(change.subject, change.predicate, old, new)
        return annotation, "NodeAnnotationChange"
    kind = c.EdgeCreation if added else c.EdgeDeletion
    edge = kind(change.subject, change.predicate, value, qualifiers=change.qualifiers)
    return edge, kind.__name__


def _said(change: c.Change) -> str:
    from dataclasses import replace

    from kgcl.render import render

    return render(replace(change, qualifiers=None, meta=None)).partition(" statement ")[2]


def read_own(kind: type[c.Change], slots: Slots) -> dict[str, Any]:
    """The fields of a change that its slots say. Raises SchemaError."""
    return {part.field: part.read(slots) for part in PARTS[kind]}


def kind_slots(kind: type[c.Change]) -> frozenset[str]:
    """Slots of a class that only tell what another slot holds."""
    return frozenset(slot for part in PARTS[kind] for slot in part.kinds)
