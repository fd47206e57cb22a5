"""Nodes, statements and namespaces as people write them, against the states that know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from graph.prefixes import PrefixMap, is_absolute
from kgdelta.errors import UsageError
from queries.errors import QueryError
from queries.naming import node_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graph.model import Node, Statement
    from graph.snapshot import Snapshot
    from kgcl.changes import StatementAddition

T = TypeVar("T")

_COMMAND = "add statement "


def node_in(text: str, *snapshots: Snapshot) -> Node:
    """The node of an id or a label, in the first of the states that knows it.

    Raises QueryError where none does, or where a label names several nodes.
    """
    return _first(snapshots, lambda snapshot: node_named(text, snapshot))


def statement_in(text: str, *snapshots: Snapshot) -> Statement:
    """The statement of a text such as ``EX:1 rdfs:label "trap"``, as the change language has it.

    Raises UsageError where it is none, QueryError where a label names nothing.
    """
    change = _addition(text)
    return _first(snapshots, lambda snapshot: _resolved(change, snapshot))


def namespace_of(text: str, prefixes: PrefixMap) -> str:
    """How the IRIs of a namespace begin, from a prefix (``MS``, ``MS:``) or the beginning itself.

    A prefix that is not declared is read by OBO's rules, as the ids with it are. Raises UsageError.
    """
    if text.startswith("<") and text.endswith(">"):
        return text[1:-1]
    if is_absolute(text):
        return text
    prefix = text.removesuffix(":")
    if not prefix:
        raise UsageError("a namespace is a prefix such as MS, or the beginning of an IRI")
    return prefixes.expand(f"{prefix}:0").removesuffix("0")


def _first(snapshots: Sequence[Snapshot], read: Callable[[Snapshot], T]) -> T:
    refused: QueryError | None = None
    for snapshot in snapshots:
        try:
            return read(snapshot)
        except QueryError as error:
            refused = refused or error
    raise refused or QueryError("there is no state to look in")


def _addition(text: str) -> StatementAddition:
    from kgcl.changes import StatementAddition
    from kgcl.errors import KgclSyntaxError
    from kgcl.parser import parse

    # The change language says what a statement looks like; its words before it are ours.
    try:
        changes = parse(_COMMAND + text.strip())
    except KgclSyntaxError as error:
        place = max(1, error.column - len(_COMMAND))
        raise UsageError(_not_a_statement(text, f"{error.reason}, character {place}")) from None
    if len(changes) != 1 or not isinstance(changes[0], StatementAddition):
        raise UsageError(_not_a_statement(text, "it is more than one"))
    return changes[0]


def _not_a_statement(text: str, reason: str) -> str:
    hint = "write SUBJECT PREDICATE OBJECT, as in 'EX:1 rdfs:label \"trap\"'"
    return f"{text!r} is not a statement ({reason}): {hint}"


def _resolved(change: StatementAddition, snapshot: Snapshot) -> Statement:
    from graph.model import Statement
    from kgcl.resolve import Resolver, UnresolvedError

    resolver = Resolver(snapshot, PrefixMap.of(snapshot))
    try:
        return Statement(
            resolver.node(change.subject),
            resolver.node(change.predicate),
            resolver.object(change.object),
            resolver.qualifiers(change.qualifiers or ()),
        )
    except UnresolvedError as error:
        raise QueryError(str(error)) from None
