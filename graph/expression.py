"""Logical expressions as trees in OWL functional syntax, canonically ordered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graph.encoding import encode_list, encode_text
from graph.model import Literal, Node, Object, encode_object, nodes_in, show
from graph.vocabulary import XSD_COUNT

#: Operators whose arguments are a set (OWL 2 Structural Specification, sections 8 and 9).
COMMUTATIVE: Final = frozenset(
    {
        "ObjectIntersectionOf",
        "ObjectUnionOf",
        "ObjectOneOf",
        "DataIntersectionOf",
        "DataUnionOf",
        "DataOneOf",
        "EquivalentClasses",
        "DisjointClasses",
        "EquivalentObjectProperties",
        "DisjointObjectProperties",
        "InverseObjectProperties",
        "EquivalentDataProperties",
        "DisjointDataProperties",
        "SameIndividual",
        "DifferentIndividuals",
    }
)

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<open>[A-Za-z]+)\(            # an operator and its parenthesis
      | (?P<close>\))
      | <(?P<iri>[^<>]*)>
      | (?P<count>[0-9]+)
      | "(?P<text>(?:[^"\\]|\\.)*)"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^<(?P<datatype>[^<>]*)>)?
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Expression:
    """An operator of OWL functional syntax and its arguments.

    Arguments of commutative operators are a set: given in any order, kept in canonical order.
    """

    operator: str
    arguments: tuple[Object, ...]

    def __post_init__(self) -> None:
        if self.operator in COMMUTATIVE:
            ordered = sorted(set(self.arguments), key=encode_object)
            object.__setattr__(self, "arguments", tuple(ordered))

    def encode(self) -> bytes:
        """The canonical bytes of this tree."""
        arguments = encode_list(encode_object(argument) for argument in self.arguments)
        return b"E" + encode_text(self.operator) + arguments

    def mentions(self) -> Iterator[Node]:
        """Nodes anywhere in the tree, with repetitions."""
        for argument in self.arguments:
            yield from nodes_in(argument)

    def substitute(self, replacements: Mapping[Node, Node]) -> Expression:
        """The tree with nodes replaced, in canonical order again."""
        return Expression(
            self.operator,
            tuple(substitute(argument, replacements) for argument in self.arguments),
        )

    def __str__(self) -> str:
        return f"{self.operator}({' '.join(_show_argument(a) for a in self.arguments)})"


def _show_argument(argument: Object) -> str:
    if (
        isinstance(argument, Literal)
        and argument.datatype == XSD_COUNT
        and argument.value.isdigit()
    ):
        return argument.value
    return show(argument)


def substitute(value: Object, replacements: Mapping[Node, Node]) -> Object:
    """An object with nodes replaced, inside expressions too; literals stay."""
    if isinstance(value, str):
        return replacements.get(value, value)
    if isinstance(value, Expression):
        return value.substitute(replacements)
    return value


def unescape(text: str) -> str:
    """Undo the escapes that :class:`Literal` writes."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)


def parse_expression(text: str) -> Expression:
    """Read the text that ``str(expression)`` writes.

    Raises ValueError with the offset where the text is not an expression with full IRIs.
    """
    stack: list[tuple[str, list[Object]]] = []
    position = 0
    while found := _TOKEN.match(text, position):
        position = found.end()
        if found["open"] is not None:
            stack.append((found["open"], []))
            continue
        if not stack:
            break
        if found["close"] is None:
            stack[-1][1].append(_leaf(found))
            continue
        operator, arguments = stack.pop()
        tree = Expression(operator, tuple(arguments))
        if stack:
            stack[-1][1].append(tree)
        elif text[position:].strip():
            break
        else:
            return tree
    raise ValueError(
        f"not an expression in OWL functional syntax at offset {position}: {text[:80]!r}"
    )


def _leaf(found: re.Match[str]) -> Object:
    if found["iri"] is not None:
        return found["iri"]
    if found["count"] is not None:
        return Literal(found["count"], XSD_COUNT)
    value = unescape(found["text"])
    if found["language"]:
        return Literal(value, language=found["language"])
    return Literal(value, found["datatype"]) if found["datatype"] else Literal(value)
