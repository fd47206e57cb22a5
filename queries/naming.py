"""Which node a person means by an id or by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.prefixes import PrefixMap, is_absolute
from kgcl.changes import Ref, RefKind
from kgcl.resolve import Resolver, UnresolvedError
from queries.errors import QueryError

if TYPE_CHECKING:
    from graph.model import Node
    from graph.snapshot import Snapshot


def node_named(text: str, snapshot: Snapshot) -> Node:
    """The node of an IRI, a CURIE, a label, a synonym or a shorthand, in this order.

    An id needs no statements: a deleted node can be asked for. Raises QueryError where a name
    means nothing or several nodes.
    """
    text = text.strip()
    if text.startswith("<") and text.endswith(">"):
        return text[1:-1]
    if is_absolute(text):
        return text
    prefixes = PrefixMap.of(snapshot)
    resolver = Resolver(snapshot, prefixes)
    try:
        return resolver.node(Ref(text, RefKind.LABEL))
    except UnresolvedError as reason:
        node = prefixes.expand(text)
        known = any(True for _ in snapshot.statements(subjects={node}))
        if known or (":" in text and " " not in text):
            return node
        raise QueryError(str(reason)) from None
