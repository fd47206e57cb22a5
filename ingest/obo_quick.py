"""Clauses as nearly all are, read without detours; what is not quite so is left to others.

Each reader gives what :mod:`ingest.obo_frames` gives for the same value, or None where the value
has anything out of the ordinary: an escape, qualifiers, a node not seen before, odd spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.vocabulary import LABEL, SYNONYM_TYPE, XREF, XSD_BOOLEAN
from ingest.obo_conformance import ID_TEXTS, is_date
from ingest.obo_frame_parts import Part
from ingest.tags import FLAGS, GROUPS, HIERARCHICAL, NODES, QUOTED, SCOPES, TEXTS

if TYPE_CHECKING:
    from ingest.obo_frame_parts import Work
    from ingest.obo_values import ValueReader

#: What a reader gives whose clause is part of a group.
TAKEN: Final = Statement("", "", "")
QuickReader = Callable[["ValueReader", "Work", int, str], Statement | None]

#: Ends of values that a reader must look into: qualifiers, and white space.
ODD: Final = "} \t\r"
_QUOTED: Final = re.compile(r'"([^"\\]*)" \[([^"\\\[\]{}!]*)\]')
_SYNONYM: Final = re.compile(r'"([^"\\]*)" ([A-Z]+) (?:([^\s"\\\[\]{}!]+) )?\[([^"\\\[\]{}!]*)\]')
_PROPERTY: Final = re.compile(r'([^\s"]+) "([^"\\]*)" ([^\s"\\{}!]+)')
_PLAIN_ID: Final = re.compile(r'[^\s!{}"\\]+')
_DESCRIBED: Final = re.compile(r'([^\s"\\{}!]+) "([^"\\]*)"')
#: White space in an xref of a list, and not around it.
_SPACED: Final = re.compile(r"[^\s,]\s+[^\s,]")
_TRUE: Final = Literal("true", XSD_BOOLEAN)


def _id(reader: ValueReader, text: str) -> Node | None:
    """The node of an id without escapes, None of another text."""
    known = reader.nodes.get(text)
    if known is None and _PLAIN_ID.fullmatch(text):
        known = reader.node(text)
    return known


def _text(predicate: Node) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        del reader, number
        return None if "\\" in value else Statement(work.subject, predicate, Literal(value))

    return read


def _id_text(predicate: Node) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        del reader, number
        if "\\" in value or " " in value or "\t" in value:
            return None
        return Statement(work.subject, predicate, Literal(value))

    return read


def _date(predicate: Node) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        del reader, number
        return Statement(work.subject, predicate, Literal(value)) if is_date(value) else None

    return read


def _quoted(predicate: Node) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        del number
        found = _QUOTED.fullmatch(value)
        if found is None:
            return None
        text, xrefs = found.groups()
        if " " in xrefs and _SPACED.search(xrefs):
            return None
        return Statement(work.subject, predicate, Literal(text), reader.plain_list(xrefs))

    return read


def _node(predicate: Node) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        name, mark, comment = value.partition(" ! ")
        node = reader.nodes.get(name) or _id(reader, name)
        if node is None:
            return None
        if mark:
            work.frame.remarks.append((number, f"! {comment}"))
        return Statement(work.subject, predicate, node)

    return read


def _flag(predicate: Node) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        del reader, number
        return Statement(work.subject, predicate, _TRUE) if value == "true" else None

    return read


def _synonym(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
    del number
    found = _SYNONYM.fullmatch(value)
    if found is None:
        return None
    text, scope, kind, xrefs = found.groups()
    predicate = SCOPES.get(scope)
    if predicate is None or (" " in xrefs and _SPACED.search(xrefs)):
        return None
    qualifiers = reader.plain_list(xrefs)
    if kind:
        qualifiers = (*qualifiers, Qualifier(SYNONYM_TYPE, reader.node(kind)))
    return Statement(work.subject, predicate, Literal(text), qualifiers)


def _xref(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
    del reader, number
    if '"' not in value and "\\" not in value:
        spaced = " " in value or "\t" in value
        return None if spaced else Statement(work.subject, XREF, Literal(value))
    found = _DESCRIBED.fullmatch(value)
    if found is None:
        return None
    name, text = found.groups()
    return Statement(work.subject, XREF, Literal(name), (Qualifier(LABEL, Literal(text)),))


def _relationship(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
    bare, mark, comment = value.partition(" ! ")
    name, _, target = bare.partition(" ")
    relation, node = _id(reader, name), _id(reader, target)
    if relation is None or node is None or name == "is_a":
        return None
    if relation in reader.relations.class_level:
        return None
    if mark:
        work.frame.remarks.append((number, f"! {comment}"))
    return Statement(work.subject, relation, node)


def _property_value(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
    del number
    found = _PROPERTY.fullmatch(value)
    if found is None:
        name, _, target = value.partition(" ")
        relation, node = _id(reader, name), _id(reader, target)
        if relation is None or node is None or relation in reader.relations.declared:
            return None
        return Statement(work.subject, relation, node)
    name, text, datatype = found.groups()
    predicate = reader.nodes.get(name) or _id(reader, name)
    if predicate is None:
        return None
    return Statement(work.subject, predicate, Literal(text, reader.node(datatype)))


def _part(tag: str) -> QuickReader:
    def read(reader: ValueReader, work: Work, number: int, value: str) -> Statement | None:
        bare, mark, comment = value.partition(" ! ")
        name, space, target = bare.partition(" ")
        first = _id(reader, name)
        operand: Object | None = first
        if space:
            second = _id(reader, target)
            if first is None or second is None or first in reader.relations.class_level:
                return None
            operand = Expression("ObjectSomeValuesFrom", (first, second))
        if operand is None:
            return None
        if mark:
            work.frame.remarks.append((number, f"! {comment}"))
        work.groups.setdefault(tag, []).append(Part(number, operand, bare))
        return TAKEN

    return read


#: Readers by tag, for stanzas that are no relations.
QUICK: Final[Mapping[str, QuickReader]] = MappingProxyType(
    {
        **{tag: _text(predicate) for tag, predicate in TEXTS.items()},
        **{tag: _id_text(TEXTS[tag]) for tag in ID_TEXTS & TEXTS.keys()},
        "creation_date": _date(TEXTS["creation_date"]),
        **{tag: _node(predicate) for tag, predicate in NODES.items()},
        **{tag: _node(choices[0]) for tag, choices in HIERARCHICAL.items()},
        **{tag: _quoted(predicate) for tag, predicate in QUOTED.items()},
        **{tag: _flag(predicate) for tag, predicate in FLAGS.items()},
        **{tag: _part(tag) for tag in GROUPS},
        "synonym": _synonym,
        "xref": _xref,
        "property_value": _property_value,
    }
)
#: The same for terms.
QUICK_IN_TERMS: Final[Mapping[str, QuickReader]] = MappingProxyType(
    {**QUICK, "relationship": _relationship}
)
