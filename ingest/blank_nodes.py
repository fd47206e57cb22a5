"""Ids for the blank nodes of a source, made from what is said of them.

Blank nodes that statements link are a component. The id of a node is ``urn:kgdelta:blank:``, a hash
of its component (20 hex digits), ``-``, its index in the component's canonical order, and for the
second and further copies of an equal component ``-`` and the number of the copy. So a source that
is read twice, reordered or relabelled gives the same ids, and an edit touches one component.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final, TypeAlias

from graph.expression import substitute
from graph.model import (
    Literal,
    Node,
    Qualifier,
    Statement,
    encode_qualifiers,
    nodes_in,
)
from graph.vocabulary import KGDELTA
from ingest.canonical_order import Order, Pattern, canonical_order

BLANK: Final = KGDELTA + "blank:"
_ID: Final = re.compile(re.escape(BLANK) + r"[0-9a-f]{20}-(?:0|[1-9][0-9]*)(?:-[1-9][0-9]*)?")
#: Nodes that hold together, and what is said of them.
Component: TypeAlias = tuple[list[str], list[Pattern]]
_NOTHING: Final[Set[Node]] = frozenset()


@dataclass(frozen=True, slots=True)
class BlankNodes:
    """The id of each blank label, and the labels whose ids the order of the source decided."""

    ids: Mapping[str, Node]
    doubtful: Sequence[str] = ()


def is_blank_id(node: Node) -> bool:
    """Whether a node's id has the form of those made for blank nodes."""
    return node.startswith(BLANK) and _ID.fullmatch(node) is not None


def component_of(node: Node) -> tuple[str, str]:
    """What the ids of all nodes of one component share: its hash and the number of the copy."""
    digest, _, number = node.removeprefix(BLANK).partition("-")
    return digest, number.partition("-")[2]


def identify(statements: Iterable[Statement], taken: Set[Node] = _NOTHING) -> BlankNodes:
    """Ids for the nodes of the form ``_:label`` in statements; none of them is in ``taken``."""
    equal: dict[str, list[tuple[str, ...]]] = {}
    doubtful: list[str] = []
    for order in _orders(statements):
        digest = sha256(order.text.encode()).hexdigest()[:20]
        equal.setdefault(digest, []).append(order.nodes)
        if not order.exact:
            doubtful += order.nodes
    ids: dict[str, Node] = {}
    for digest, copies in equal.items():
        number = 0
        for copy in copies:
            number += 1
            while taken and any(_id(digest, n, number) in taken for n in range(len(copy))):
                number += 1
            ids.update((node, _id(digest, index, number)) for index, node in enumerate(copy))
    return BlankNodes(ids, doubtful)


def rename(statement: Statement, names: Mapping[Node, Node]) -> Statement:
    """The statement with nodes replaced wherever they stand."""
    return Statement(
        names.get(statement.subject, statement.subject),
        statement.predicate,
        substitute(statement.object, names),
        _rename_qualifiers(statement.qualifiers, names),
    )


def rename_all(statements: Iterable[Statement], names: Mapping[str, Node]) -> list[Statement]:
    """Statements with ids in place of their blank labels."""
    made = []
    name_of = names.get
    for statement in statements:
        value = statement.object
        if statement.qualifiers or not isinstance(value, (str, Literal)):
            made.append(rename(statement, names) if blanks_in(statement) else statement)
            continue
        start, end = name_of(statement.subject), name_of(value) if isinstance(value, str) else None
        if start or end:
            statement = Statement(start or statement.subject, statement.predicate, end or value)
        made.append(statement)
    return made


def blanks_in(statement: Statement) -> tuple[str, ...]:
    """The blank labels that a statement mentions, its subject's first."""
    subject, value = statement.subject, statement.object
    found = {subject: None} if subject.startswith("_:") else {}
    if isinstance(value, str):
        if value.startswith("_:"):
            found[value] = None
    elif not isinstance(value, Literal):
        found.update((node, None) for node in nodes_in(value) if node.startswith("_:"))
    for qualifier in statement.qualifiers:
        found.update((node, None) for node in qualifier.mentions() if node.startswith("_:"))
    return tuple(found)


def _id(digest: str, index: int, number: int) -> Node:
    return f"{BLANK}{digest}-{index}" + (f"-{number}" if number > 1 else "")


def _rename_qualifiers(
    qualifiers: tuple[Qualifier, ...], names: Mapping[Node, Node]
) -> tuple[Qualifier, ...]:
    return tuple(
        Qualifier(
            qualifier.predicate,
            substitute(qualifier.value, names),
            _rename_qualifiers(qualifier.qualifiers, names),
        )
        for qualifier in qualifiers
    )


def _orders(statements: Iterable[Statement]) -> Iterator[Order]:
    """The components that statements make, each in its order, those of one node first."""
    alone: dict[str, list[Statement]] = {}
    linking: dict[Statement, tuple[str, ...]] = {}
    for statement in statements:
        subject, value = statement.subject, statement.object
        blanks: tuple[str, ...]
        if statement.qualifiers or not isinstance(value, (str, Literal)):
            blanks = blanks_in(statement)
        else:
            # What blanks_in gives, for the many that are plain.
            end = value if isinstance(value, str) and value[:2] == "_:" else ""
            if subject[:2] != "_:":
                blanks = (end,) if end else ()
            else:
                blanks = (subject, end) if end and end != subject else (subject,)
        if len(blanks) == 1:
            alone.setdefault(blanks[0], []).append(statement)
        elif blanks:
            linking[statement] = blanks
    parent: dict[str, str] = {}
    for blanks in linking.values():
        first = _root(parent, parent.setdefault(blanks[0], blanks[0]))
        for other in blanks[1:]:
            parent[_root(parent, parent.setdefault(other, other))] = first
    for node, said in alone.items():
        if node not in parent:
            yield _order_of_one(node, said)
    yield from (canonical_order(*each) for each in _linked(alone, linking, parent))


def _linked(
    alone: Mapping[str, list[Statement]],
    linking: Mapping[Statement, tuple[str, ...]],
    parent: dict[str, str],
) -> Iterator[Component]:
    """The components of more than one node, in the order of the source."""
    nodes: dict[str, list[str]] = {}
    about: dict[str, list[Pattern]] = {}
    for node in parent:
        nodes.setdefault(_root(parent, node), []).append(node)
    for statement, blanks in linking.items():
        about.setdefault(_root(parent, blanks[0]), []).append(_pattern(statement, blanks))
    for node, said in alone.items():
        if node in parent:
            patterns = about[_root(parent, node)]
            patterns += [_pattern(statement, (node,)) for statement in dict.fromkeys(said)]
    for root, members in nodes.items():
        yield members, about[root]


def _order_of_one(node: str, said: Sequence[Statement]) -> Order:
    """The order of a component of one node: its text, without a search."""
    distinct = dict.fromkeys(said) if len(said) > 1 else said
    texts: list[str] = []
    for statement in distinct:
        subject, value = statement.subject, statement.object
        if statement.qualifiers:
            return canonical_order([node], [_pattern(each, (node,)) for each in distinct])
        if isinstance(value, str):
            end = "0" if value == node else f"N{value}"
        elif isinstance(value, Literal):
            end = _literal_text(value)
        else:
            return canonical_order([node], [_pattern(each, (node,)) for each in distinct])
        start = "0" if subject == node else f"N{subject}"
        texts.append(f"{start}\x00{statement.predicate}\x00{end}")
    texts.sort()
    return Order((node,), "".join([f"{len(text)}:{text}" for text in texts]))


def _literal_text(value: Literal) -> str:
    return f"L{len(value.value)}:{value.value}{value.language or value.datatype}"


def _root(parent: dict[str, str], node: str) -> str:
    while parent[node] != node:
        # Halving the path keeps long lists from being walked over and over.
        parent[node] = node = parent[parent[node]]
    return node


def _pattern(statement: Statement, blanks: tuple[str, ...]) -> Pattern:
    subject, value = statement.subject, statement.object
    linking = blanks[0] if subject.startswith("_:") else ""
    if isinstance(value, Literal):
        text = _literal_text(value)
    elif isinstance(value, str):
        text = value if value.startswith("_:") else f"N{value}"
    else:
        return Pattern(blanks, partial(_render, statement), linking)
    middle = statement.predicate
    if statement.qualifiers:
        if any(n.startswith("_:") for q in statement.qualifiers for n in q.mentions()):
            return Pattern(blanks, partial(_render, statement), linking)
        middle += encode_qualifiers(statement.qualifiers).decode("latin-1")
    start = subject if linking else f"N{subject}"
    return Pattern(blanks, partial(_render_plain, start, middle, text), linking)


def _render_plain(subject: str, middle: str, value: str, names: Mapping[str, str]) -> str:
    return f"{names.get(subject, subject)}\x00{middle}\x00{names.get(value, value)}"


def _render(statement: Statement, names: Mapping[str, str]) -> str:
    # Sets inside of expressions and qualifiers are in the order of the names they are given.
    given = {node: f"_:{names[node]}" for node in blanks_in(statement)}
    return rename(statement, given).encode().decode("latin-1")
