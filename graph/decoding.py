"""Canonical bytes back to terms: the inverse of the encodings in :mod:`graph.model`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier

#: No qualifiers.
_NONE: Final = bytes(4)


def decode_object(data: bytes) -> Object:
    """The term whose canonical bytes these are. Raises ValueError where they are not any."""
    value, end = _object(data, 0)
    _at_end(data, end)
    return value


def decode_qualifiers(data: bytes) -> tuple[Qualifier, ...]:
    """The qualifiers whose canonical bytes these are. Raises ValueError."""
    qualifiers, end = _qualifiers(data, 0)
    _at_end(data, end)
    return qualifiers


def _at_end(data: bytes, end: int) -> None:
    if end != len(data):
        raise ValueError(f"{len(data)} bytes encode a term of {end} bytes")


def _number(data: bytes, at: int, width: int) -> tuple[int, int]:
    if at + width > len(data):
        raise ValueError(f"a length is cut off at byte {at}")
    return int.from_bytes(data[at : at + width], "big"), at + width


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, start = _number(data, at, 8)
    if start + length > len(data):
        raise ValueError(f"a text is cut off at byte {start}")
    return data[start : start + length].decode(), start + length


@lru_cache(maxsize=4096)
def _often(data: bytes) -> str:
    """Text that comes again and again: predicates, datatypes, languages."""
    return data.decode()


def _literal(data: bytes, at: int) -> tuple[Object, int]:
    # Slices beyond the end are empty, so that one look at the end sees what is cut off.
    start = at + 8
    end = start + int.from_bytes(data[at:start], "big")
    value = data[start:end].decode()
    start = end + 8
    at = start + int.from_bytes(data[end:start], "big")
    datatype = _often(data[start:at])
    start = at + 8
    end = start + int.from_bytes(data[at:start], "big")
    if end > len(data):
        raise ValueError(f"a literal is cut off at byte {at}")
    return Literal(value, datatype, _often(data[start:end])), end


def _object(data: bytes, at: int) -> tuple[Object, int]:
    kind, at = data[at : at + 1], at + 1
    if kind == b"N":
        return _text(data, at)
    if kind == b"L":
        return _literal(data, at)
    if kind == b"E":
        operator, at = _text(data, at)
        count, at = _number(data, at, 8)
        arguments: list[Object] = []
        for _ in range(count):
            _, at = _number(data, at, 8)
            argument, at = _object(data, at)
            arguments.append(argument)
        return Expression(operator, tuple(arguments)), at
    raise ValueError(f"no kind of term begins with {kind!r}")


def _qualifiers(data: bytes, at: int) -> tuple[tuple[Qualifier, ...], int]:
    count, at = _number(data, at, 4)
    found: list[Qualifier] = []
    for _ in range(count):
        start = at + 8
        at = start + int.from_bytes(data[at:start], "big")
        predicate = _often(data[start:at])
        if data[at : at + 1] == b"L":
            value, at = _literal(data, at + 1)
        else:
            value, at = _object(data, at)
        if data[at : at + 4] == _NONE:
            at += 4
            found.append(Qualifier(predicate, value))
        else:
            nested, at = _qualifiers(data, at)
            found.append(Qualifier(predicate, value, nested))
    return tuple(found), at
