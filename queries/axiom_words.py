"""Logical axioms in words, as people write them who use the Manchester syntax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kgcl import changes as c

_JOINED: Final[Mapping[str, str]] = MappingProxyType(
    {"ObjectIntersectionOf": "and", "ObjectUnionOf": "or"}
)
_RESTRICTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ObjectSomeValuesFrom": "some",
        "ObjectAllValuesFrom": "only",
        "ObjectHasValue": "value",
        "DataSomeValuesFrom": "some",
        "DataAllValuesFrom": "only",
        "DataHasValue": "value",
    }
)
_COUNTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ObjectMinCardinality": "min",
        "ObjectMaxCardinality": "max",
        "ObjectExactCardinality": "exactly",
        "DataMinCardinality": "min",
        "DataMaxCardinality": "max",
        "DataExactCardinality": "exactly",
    }
)
_RELATED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EquivalentClasses": "is equivalent to",
        "EquivalentObjectProperties": "is equivalent to",
        "DisjointClasses": "is disjoint with",
        "DisjointObjectProperties": "is disjoint with",
        "SubClassOf": "is a kind of",
        "SubObjectPropertyOf": "is a kind of",
        "InverseObjectProperties": "is the inverse of",
    }
)
#: Axioms whose sides may be told in any order.
_SYMMETRIC: Final = frozenset(_RELATED) - {"SubClassOf", "SubObjectPropertyOf"}


def axiom_sentence(change: c.LogicalAxiomChange, name: Callable[[str], str]) -> str:
    """What became of an axiom; ``name`` gives what to call the entity of a Ref's text."""
    old, new = (
        None if value is None else axiom_words(value, name)
        for value in (change.old_value, change.new_value)
    )
    if old is None:
        return f"Added: {new}."
    return f"Removed: {old}." if new is None else f"Changed: {old}. Now: {new}."


def axiom_words(axiom: c.Term, name: Callable[[str], str]) -> str:
    """An axiom of two sides as a sentence, any other as functional syntax with names."""
    if isinstance(axiom, (c.Ref, c.Text)):
        return _words(axiom, name)
    verb = _RELATED.get(axiom.operator)
    sides = _sides(axiom)
    if verb is None or len(sides) != 2:
        return f"{axiom.operator}({', '.join(_words(side, name) for side in axiom.arguments)})"
    return f"{_words(sides[0], name)} {verb} {_words(sides[1], name)}"


def axiom_about(axiom: c.Term) -> c.Ref | None:
    """The named side that an axiom is told of, None where it has none."""
    if not isinstance(axiom, c.Compound) or axiom.operator not in _RELATED:
        return None
    first = _sides(axiom)[:1]
    return first[0] if first and isinstance(first[0], c.Ref) else None


def _sides(axiom: c.Compound) -> list[c.Term]:
    if axiom.operator not in _SYMMETRIC:
        return list(axiom.arguments)
    return sorted(axiom.arguments, key=lambda side: not isinstance(side, c.Ref))


def _words(term: c.Term, name: Callable[[str], str], inner: bool = False) -> str:
    if isinstance(term, c.Ref):
        return term.text if term.kind is c.RefKind.LABEL else name(term.text)
    if isinstance(term, c.Text):
        return f"“{term.value}”"
    operator, parts = term.operator, term.arguments
    told = _compound(operator, parts, name)
    if told is None:
        return f"{operator}({', '.join(_words(part, name) for part in parts)})"
    return f"({told})" if inner else told


def _compound(operator: str, parts: tuple[c.Term, ...], name: Callable[[str], str]) -> str | None:
    """An expression in infix form, None where it has none."""
    if operator in _JOINED:
        # The kind of thing first, then what is said of it.
        ordered = sorted(parts, key=lambda part: not isinstance(part, c.Ref))
        return f" {_JOINED[operator]} ".join(_words(part, name, inner=True) for part in ordered)
    words = [_words(part, name, inner=True) for part in parts]
    if operator in _RESTRICTED and len(words) == 2:
        return f"{words[0]} {_RESTRICTED[operator]} {words[1]}"
    if operator in _COUNTED and len(words) in (2, 3):
        count = parts[0].value if isinstance(parts[0], c.Text) else words[0]
        return " ".join([words[1], _COUNTED[operator], count, *words[2:]])
    if operator == "ObjectComplementOf" and len(words) == 1:
        return f"not {words[0]}"
    if operator == "ObjectInverseOf" and len(words) == 1:
        return f"inverse {words[0]}"
    return None
