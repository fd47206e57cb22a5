"""Statements as compact JSON, one line each, and back: what bundles carry.

A statement is ``[subject, predicate, object]``, or that and a list of qualifiers; a qualifier is
``[predicate, value]``, or that and a list of qualifiers on it. A node is its IRI, a literal
``{"v": text}`` with ``"t"`` for a datatype other than ``xsd:string`` or ``"l"`` for a language,
an expression ``{"e": [operator, argument, ...]}``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any, Final

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement
from graph.vocabulary import XSD_STRING

_LITERAL_KEYS: Final = ({"v"}, {"v", "t"}, {"v", "l"})


def encode_statement(statement: Statement) -> str:
    """A statement as one line of JSON, without the line break; equal ones give equal text."""
    subject, predicate = (
        encode_basestring(statement.subject),
        encode_basestring(statement.predicate),
    )
    value = object_text(statement.object)
    if statement.qualifiers:
        return f"[{subject},{predicate},{value},{qualifiers_text(statement.qualifiers)}]"
    return f"[{subject},{predicate},{value}]"


def decode_statement(text: str) -> Statement:
    """The statement that a line says. Raises ValueError where it says none."""
    return decode_statements([text])[0]


def decode_statements(lines: Sequence[str]) -> list[Statement]:
    """The statements that lines say, a hundred or so at once faster than one by one.

    Raises ValueError where they are not one statement a line.
    """
    text = f"[{','.join(lines)}]"
    try:
        read = json.loads(text)
        if len(read) != len(lines):
            raise ValueError("not one statement a line")
        statements = [_statement(one) for one in read]
    except RecursionError:
        raise ValueError("nested too deeply") from None
    # Half a surrogate pair can only come in by an escape; encoding such a text is a ValueError.
    if "\\ud" in text or "\\uD" in text:
        for statement in statements:
            statement.encode()
    return statements


def object_text(value: Object) -> str:
    """A term as JSON; equal ones give equal text."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, Literal):
        text = encode_basestring(value.value)
        if value.language:
            return f'{{"v":{text},"l":{encode_basestring(value.language)}}}'
        if value.datatype != XSD_STRING:
            return f'{{"v":{text},"t":{encode_basestring(value.datatype)}}}'
        return f'{{"v":{text}}}'
    inner = [encode_basestring(value.operator), *map(object_text, value.arguments)]
    return f'{{"e":[{",".join(inner)}]}}'


def qualifiers_text(qualifiers: tuple[Qualifier, ...]) -> str:
    """Qualifiers as JSON; equal ones give equal text."""
    return f"[{','.join(map(_encode_qualifier, qualifiers))}]"


def _encode_qualifier(qualifier: Qualifier) -> str:
    start = f"{encode_basestring(qualifier.predicate)},{object_text(qualifier.value)}"
    if qualifier.qualifiers:
        return f"[{start},{qualifiers_text(qualifier.qualifiers)}]"
    return f"[{start}]"


def _statement(read: Any) -> Statement:
    if type(read) is list:
        if len(read) == 3:
            subject, predicate, value = read
            if type(subject) is type(predicate) is str:
                return Statement(subject, predicate, read_object(value))
        elif len(read) == 4:
            subject, predicate, value, qualifiers = read
            if type(subject) is type(predicate) is str:
                return Statement(
                    subject, predicate, read_object(value), read_qualifiers(qualifiers)
                )
    raise ValueError("not a statement")


def read_object(read: Any) -> Object:
    """The term that parsed JSON says. Raises ValueError."""
    if type(read) is str:
        return read
    if type(read) is dict:
        if "e" in read:
            return _expression(read)
        if read.keys() in _LITERAL_KEYS and all(type(text) is str for text in read.values()):
            return Literal(read["v"], read.get("t", XSD_STRING), read.get("l", ""))
    raise ValueError("not a node, a literal or an expression")


def _expression(read: dict[str, Any]) -> Expression:
    tree = read["e"]
    if len(read) != 1 or type(tree) is not list or not tree or type(tree[0]) is not str:
        raise ValueError("not an expression")
    return Expression(tree[0], tuple(map(read_object, tree[1:])))


def read_qualifiers(read: Any) -> tuple[Qualifier, ...]:
    """The qualifiers that parsed JSON says. Raises ValueError."""
    if type(read) is not list:
        raise ValueError("not a list of qualifiers")
    return tuple(map(_qualifier, read))


def _qualifier(read: Any) -> Qualifier:
    if type(read) is not list or len(read) not in (2, 3) or type(read[0]) is not str:
        raise ValueError("not a qualifier")
    return Qualifier(
        read[0], read_object(read[1]), read_qualifiers(read[2]) if len(read) == 3 else ()
    )
