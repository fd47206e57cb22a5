"""Canonical text of changes of edges, axioms and statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kgcl import changes as c
from kgcl.lexical import quote
from kgcl.writing import Writer, is_name


def _edge(
    verb: str,
) -> Callable[[Writer, c.EdgeCreation | c.EdgeDeletion | c.EdgeObsoletion], str]:
    return lambda w, x: (
        f"{verb} edge {w.entity(x.subject)} {w.entity(x.predicate)} {w.target(x.object)}"
    )


def _full(w: Writer, edge: c.Edge) -> str:
    if edge.predicate is None or edge.object is None:
        raise ValueError("the edge has a subject, a predicate and an object")
    return f"{w.entity(edge.subject)} {w.entity(edge.predicate)} {w.entity(edge.object)}"


def _mapping(w: Writer, x: c.MappingCreation) -> str:
    return f"create mapping {w.entity(x.subject)} {w.entity(x.predicate)} {w.entity(x.object)}"


def _place(w: Writer, x: c.PlaceUnder) -> str:
    return f"place {w.entity(x.subject)} under {w.entity(x.object)}"


def _remove_under(w: Writer, x: c.RemoveUnder) -> str:
    return f"remove {w.entity(x.subject)} from under {w.entity(x.object)}"


def _move(verb: str) -> Callable[[Writer, c.NodeMove], str]:
    def write(w: Writer, x: c.NodeMove) -> str:
        edge = x.about_edge
        if edge.object is not None and (edge.predicate is None or edge.object != x.old_value):
            raise ValueError("an edge to move has a predicate and ends at the old value")
        parts = [part for part in (edge.subject, edge.predicate, edge.object) if part is not None]
        what = " ".join(w.entity(part) for part in parts)
        if x.old_value is not None:
            return f"{verb} {what} from {w.entity(x.old_value)} to {w.entity(x.new_value)}"
        return f"{verb} {what} under {w.entity(x.new_value)}"

    return write


def _rewire(w: Writer, x: c.EdgeRewiring) -> str:
    old, new = w.entity(x.old_value), w.entity(x.new_value)
    return f"rewire edge {_full(w, x.about_edge)} from {old} to {new}"


def _predicate(w: Writer, x: c.PredicateChange) -> str:
    edge = x.about_edge
    if edge.object is None or edge.predicate is not None:
        raise ValueError("a change of relationship has a subject and an object, and no predicate")
    return (
        f"change relationship between {w.entity(edge.subject)} and {w.entity(edge.object)}"
        f" from {w.entity(x.old_value)} to {w.entity(x.new_value)}"
    )


def _quantifier(w: Writer, x: c.EdgeLogicalInterpretationChange) -> str:
    def word(text: str) -> str:
        return text if is_name(text) else quote(text)

    old = "" if x.old_value is None else f" from {word(x.old_value)}"
    return f"change quantifier of edge {_full(w, x.about_edge)}{old} to {word(x.new_value)}"


def _axiom(w: Writer, x: c.LogicalAxiomChange) -> str:
    if x.old_value is not None and x.new_value is not None:
        return f"change axiom from {w.axiom(x.old_value)} to {w.axiom(x.new_value)}"
    if x.new_value is not None:
        return f"add axiom {w.axiom(x.new_value)}"
    if x.old_value is None:
        raise ValueError("a change has an old value or a new one")
    return f"remove axiom {w.axiom(x.old_value)}"


def _statement(verb: str) -> Callable[[Writer, c.StatementAddition | c.StatementRemoval], str]:
    return lambda w, x: (
        f"{verb} statement {w.entity(x.subject)} {w.entity(x.predicate)} {w.term(x.object)}"
    )


EDGE_FORMS: Final[Mapping[type[c.Change], Callable[[Writer, Any], str]]] = MappingProxyType(
    {
        c.EdgeCreation: _edge("create"),
        c.EdgeDeletion: _edge("delete"),
        c.EdgeObsoletion: _edge("obsolete"),
        c.EdgeRewiring: _rewire,
        c.MappingCreation: _mapping,
        c.PlaceUnder: _place,
        c.RemoveUnder: _remove_under,
        c.NodeMove: _move("move"),
        c.NodeDeepening: _move("deepen"),
        c.NodeShallowing: _move("shallow"),
        c.PredicateChange: _predicate,
        c.EdgeLogicalInterpretationChange: _quantifier,
        c.LogicalAxiomChange: _axiom,
        c.StatementAddition: _statement("add"),
        c.StatementRemoval: _statement("remove"),
    }
)
