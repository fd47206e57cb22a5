"""Conflicts of every kind, and what either choice makes of them."""

from __future__ import annotations

from graph.conflicts import ConflictKind
from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    COMMENT,
    DEFINITION,
    EQUIVALENT_CLASS,
    EXACT_SYNONYM,
    REPLACED_BY,
    XREF,
)
from tests.graph.merging import (
    A,
    B,
    C,
    D,
    E,
    isa,
    noted,
    obsolete,
    text,
)

UNION = Statement(B, EQUIVALENT_CLASS, Expression("ObjectUnionOf", (A, C)))
LEAF = {text(A, "a"), text(A, "note", COMMENT), isa(B, A)}

#: Base, ours, theirs; the kinds of conflict; the state where ours stands, and where theirs does.
SCOPES: dict[str, tuple[set, set, set, set, set, set]] = {
    "a value": (
        {text(A, "a"), text(B, "b")},
        {text(A, "x"), text(B, "b"), isa(A, B)},
        {text(A, "y"), text(B, "b"), isa(A, C)},
        {ConflictKind.DIVERGENT_VALUE},
        {text(A, "x"), text(B, "b"), isa(A, B), isa(A, C)},
        {text(A, "y"), text(B, "b"), isa(A, B), isa(A, C)},
    ),
    "a value in one of two languages": (
        {text(A, "a", language="en"), text(A, "a", language="de")},
        {text(A, "x", language="en"), text(A, "x", language="de")},
        {text(A, "y", language="en"), text(A, "a", language="de")},
        {ConflictKind.DIVERGENT_VALUE},
        {text(A, "x", language="en"), text(A, "x", language="de")},
        {text(A, "y", language="en"), text(A, "x", language="de")},
    ),
    "a key": (
        {noted(text(A, "s", EXACT_SYNONYM), "1"), text(A, "a")},
        {text(A, "a")},
        {noted(text(A, "s", EXACT_SYNONYM), "2"), text(A, "b")},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "b")},
        {noted(text(A, "s", EXACT_SYNONYM), "2"), text(A, "b")},
    ),
    "a deleted node": (
        LEAF,
        {isa(B, C)},
        LEAF | {isa(A, D), text(B, "b")},
        {ConflictKind.DELETE_MODIFY},
        {isa(B, C), text(B, "b")},
        {text(A, "a"), text(A, "note", COMMENT), isa(A, D), isa(B, C), text(B, "b")},
    ),
    "a node that wears away": (
        {text(A, "a"), text(A, "note", COMMENT), isa(B, A)},
        {text(A, "a"), isa(B, A)},
        {text(A, "note", COMMENT), isa(B, A)},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "a"), isa(B, A)},
        {text(A, "note", COMMENT), isa(B, A)},
    ),
    "an edge to a deleted node": (
        {*LEAF, isa(E, A), isa(D, C)},
        {isa(B, C), isa(D, C)},
        {*LEAF, isa(E, A), isa(D, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {isa(B, C), isa(D, C)},
        {*LEAF, isa(E, A), isa(B, C), isa(D, A)},
    ),
    # Qualifiers are not moved with an edge, and their change is no removal.
    "an edge moved beside one that is changed": (
        {text(A, "a"), isa(D, C), isa(D, E)},
        {isa(D, C), isa(D, E)},
        {text(A, "a"), isa(D, A), noted(isa(D, E), "1")},
        {ConflictKind.EDGE_TO_DELETED},
        {isa(D, C), noted(isa(D, E), "1")},
        {text(A, "a"), isa(D, A), noted(isa(D, E), "1")},
    ),
    "an edge to a deleted node that is changed": (
        {text(A, "a"), isa(D, A), isa(D, C)},
        {isa(D, A), isa(D, C)},
        {text(A, "a"), noted(isa(D, A), "1")},
        {ConflictKind.EDGE_TO_DELETED},
        {isa(D, A)},
        {text(A, "a"), noted(isa(D, A), "1")},
    ),
    "an edge that the side which deletes its node has changed": (
        {text(A, "a"), isa(E, A)},
        {noted(isa(E, A), "1")},
        {text(A, "a"), isa(E, A), isa(D, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {noted(isa(E, A), "1")},
        {text(A, "a"), noted(isa(E, A), "1"), isa(D, A)},
    ),
    "an edge to a node made obsolete": (
        {text(A, "a"), isa(B, A), isa(D, C)},
        {text(A, "obsolete a"), obsolete(A), Statement(A, REPLACED_BY, C), isa(B, C), isa(D, C)},
        {text(A, "a"), isa(B, A), isa(D, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {text(A, "obsolete a"), obsolete(A), Statement(A, REPLACED_BY, C), isa(B, C), isa(D, C)},
        {text(A, "a"), isa(B, A), isa(B, C), isa(D, A)},
    ),
    "an expression over a deleted node": (
        {text(A, "a")},
        set(),
        {text(A, "a"), UNION},
        {ConflictKind.EDGE_TO_DELETED},
        set(),
        {text(A, "a"), UNION},
    ),
    "a cycle": (
        {isa(A, C), isa(B, D), text(A, "a")},
        {isa(A, B), isa(B, D), text(A, "x")},
        {isa(A, C), isa(B, A), text(A, "a"), text(B, "b")},
        {ConflictKind.CYCLE},
        {isa(A, B), isa(B, D), text(A, "x"), text(B, "b")},
        {isa(A, C), isa(B, A), text(A, "x"), text(B, "b")},
    ),
    "a node created twice": (
        set(),
        {text(A, "mass"), text(A, "how heavy", DEFINITION), isa(A, B)},
        {text(A, "weight"), text(A, "its force", DEFINITION), isa(A, C), isa(D, A)},
        {ConflictKind.DUPLICATE_CREATION},
        {text(A, "mass"), text(A, "how heavy", DEFINITION), isa(A, B), isa(D, A)},
        {text(A, "weight"), text(A, "its force", DEFINITION), isa(A, C), isa(D, A)},
    ),
    "two nodes of one name": (
        {isa(D, E)},
        {isa(D, E), text(A, "Rest  mass"), isa(A, C)},
        {text(B, "rest mass"), isa(D, B), isa(B, C)},
        {ConflictKind.DUPLICATE_CREATION},
        {isa(D, E), text(A, "Rest  mass"), isa(A, C)},
        {text(B, "rest mass"), isa(D, B), isa(B, C)},
    ),
    # Keeping B keeps its edge to A, so A, which the same side deleted, comes back too.
    "a deletion that hangs on another": (
        {text(A, "a"), text(B, "b"), isa(B, A)},
        set(),
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
        {ConflictKind.DELETE_MODIFY},
        set(),
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
    ),
    # Likewise where it made A obsolete.
    "an obsoletion that hangs on a deletion": (
        {text(A, "a"), text(B, "b"), isa(B, A)},
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
        {text(A, "a"), obsolete(A)},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "a"), text(B, "b"), isa(B, A), text(B, "note", COMMENT)},
        {text(A, "a"), obsolete(A)},
    ),
    # Theirs wrote A anew; without its synonym nothing of A would be left below B.
    "a node that the loser wrote anew": (
        {text(A, "note", COMMENT), text(D, "d")},
        {text(A, "note", COMMENT)},
        {Statement(A, EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, D),)), text(D, "d"), isa(B, A)},
        {ConflictKind.EDGE_TO_DELETED},
        {text(A, "note", COMMENT), isa(B, A)},
        {Statement(A, EXACT_SYNONYM, Literal("s"), (Qualifier(XREF, D),)), text(D, "d"), isa(B, A)},
    ),
    # Theirs turns an edge round; with its half on A it loses the half on B.
    "an edge turned round": (
        {text(A, "a"), isa(A, B), text(B, "b")},
        {text(A, "a"), isa(A, B), text(B, "b"), isa(A, D)},
        {text(B, "b"), isa(B, A)},
        {ConflictKind.DELETE_MODIFY},
        {text(A, "a"), isa(A, B), text(B, "b"), isa(A, D)},
        {text(B, "b"), isa(B, A)},
    ),
}
