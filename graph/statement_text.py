"""The text of ``str(statement)`` read back: for what a format has no words of its own for.

Nodes stand in angle brackets, literals in quotes, expressions in OWL functional syntax,
qualifiers in braces.
"""

from __future__ import annotations

import re
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement
from graph.vocabulary import XSD_COUNT

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<mark>[{},)])
      | (?P<open>[A-Za-z]+)\(
      | <(?P<iri>[^<>]*)>
      | (?P<count>[0-9]+)
      | "(?P<text>(?:[^"\\]|\\.)*)"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^<(?P<datatype>[^<>]*)>)?
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r"}
_DEEPEST: Final = 100


class StatementSyntaxError(ValueError):
    """A text is not what it should be; says at which character."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self, expected: str) -> StatementSyntaxError:
        return StatementSyntaxError(f"{expected} is expected at character {self.at + 1}")

    def peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.at)

    def take(self, expected: str) -> re.Match[str]:
        found = self.peek()
        if found is None:
            raise self.fail(expected)
        self.at = found.end()
        return found

    def accept(self, mark: str) -> bool:
        found = self.peek()
        if found is None or found["mark"] != mark:
            return False
        self.at = found.end()
        return True

    def node(self) -> str:
        iri = self.take("<a node>")["iri"]
        if iri is None:
            raise self.fail("<a node>")
        return iri

    def object(self) -> Object:
        found = self.take("an object")
        if found["iri"] is not None:
            return found["iri"]
        if found["text"] is not None:
            value = unescape(found["text"])
            if found["language"]:
                return Literal(value, language=found["language"])
            return Literal(value, found["datatype"]) if found["datatype"] else Literal(value)
        if found["count"] is not None:
            return Literal(found["count"], XSD_COUNT)
        if found["open"] is None:
            raise self.fail("an object")
        self.descend()
        arguments: list[Object] = []
        while not self.accept(")"):
            arguments.append(self.object())
        self.depth -= 1
        return Expression(found["open"], tuple(arguments))

    def qualifiers(self) -> tuple[Qualifier, ...]:
        if not self.accept("{"):
            return ()
        self.descend()
        found: list[Qualifier] = []
        while True:
            found.append(Qualifier(self.node(), self.object(), self.qualifiers()))
            if self.accept("}"):
                self.depth -= 1
                return tuple(found)
            if not self.accept(","):
                raise self.fail("',' or '}'")

    def end(self) -> None:
        if self.text[self.at :].strip():
            raise self.fail("the end")

    def descend(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise StatementSyntaxError(f"nested more than {_DEEPEST} deep")


def read_statement(text: str) -> Statement:
    """The statement that a text says. Raises StatementSyntaxError."""
    reader = _Reader(text)
    statement = Statement(reader.node(), reader.node(), reader.object(), reader.qualifiers())
    reader.end()
    return statement


def read_object(text: str) -> Object:
    """The node, literal or expression that a text says. Raises StatementSyntaxError."""
    reader = _Reader(text)
    value = reader.object()
    reader.end()
    return value


def unescape(text: str) -> str:
    """Undo the escapes that :class:`Literal` writes."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)
