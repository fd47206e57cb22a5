"""Names to nodes: exact before case, labels before synonyms, live before obsolete."""

from __future__ import annotations

import pytest

from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import (
    DEPRECATED,
    EXACT_SYNONYM,
    LABEL,
    OBO,
    RELATED_SYNONYM,
    REPLACED_BY,
    SHORTHAND,
    XSD_BOOLEAN,
)
from kgcl.changes import Ref, RefKind
from kgcl.resolve import Resolver, UnresolvedError

TRUE = Literal("true", XSD_BOOLEAN)


def node(number: int) -> str:
    return f"{OBO}X_{number:07d}"


def said(number: int, predicate: str, text: str) -> Statement:
    return Statement(node(number), predicate, Literal(text))


GRAPH = MemorySnapshot(
    [
        said(1, LABEL, "arm"),
        said(2, LABEL, "Arm"),
        said(3, EXACT_SYNONYM, "arm"),
        said(4, LABEL, "leg"),
        said(5, RELATED_SYNONYM, "leg"),
        said(6, LABEL, "wing"),
        said(7, LABEL, "wing"),
        Statement(node(7), DEPRECATED, TRUE),
        Statement(node(7), REPLACED_BY, node(6)),
        said(8, LABEL, "fin"),
        said(9, LABEL, "fin"),
        said(10, LABEL, "old fin"),
        Statement(node(10), DEPRECATED, TRUE),
        said(11, LABEL, "gill"),
        Statement(node(11), DEPRECATED, TRUE),
        Statement(node(11), REPLACED_BY, node(8)),
        said(12, LABEL, "gill"),
        Statement(node(12), DEPRECATED, TRUE),
        said(13, LABEL, "part of"),
        Statement(node(13), SHORTHAND, Literal("part_of")),
        said(14, LABEL, "Parkinson disease"),
        said(15, LABEL, "TAIL"),
        said(16, EXACT_SYNONYM, "Tail"),
    ]
)
RESOLVER = Resolver(GRAPH, PrefixMap.of(GRAPH))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("arm", 1),
        ("Arm", 2),
        ("leg", 4),
        ("LEG", 4),
        ("wing", 6),
        ("old fin", 10),
        ("tail", 15),
        ("Tail", 16),
        ("part of", 13),
        ("parkinson disease", 14),
    ],
)
def test_the_closest_node_in_use_is_meant(text: str, number: int) -> None:
    assert RESOLVER.node(Ref(text, RefKind.LABEL)) == node(number)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fin", "'fin' names 2 nodes (X:0000008 'fin', X:0000009 'fin'): use an id"),
        (
            "gill",
            "'gill' names 2 nodes (X:0000011 'gill' (obsolete, use X:0000008), "
            "X:0000012 'gill' (obsolete)): use an id",
        ),
        (
            "Parkinson diseas",
            "nothing is called 'Parkinson diseas'; did you mean 'Parkinson disease'?",
        ),
        (
            "Parkinsn disease",
            "nothing is called 'Parkinsn disease'; did you mean 'Parkinson disease'?",
        ),
        ("nothing of the kind", "nothing is called 'nothing of the kind'"),
        ("", "nothing is called ''"),
    ],
)
def test_what_cannot_be_told_says_why(text: str, reason: str) -> None:
    with pytest.raises(UnresolvedError) as caught:
        RESOLVER.node(Ref(text, RefKind.LABEL))
    assert str(caught.value) == reason
