"""Logical expressions as trees in OWL functional syntax, canonically ordered."""

from __future__ import annotations

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
