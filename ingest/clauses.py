"""OBO lines as clauses: tag, value, trailing qualifiers; and the escapes of values.

OBO Flat File Format 1.4, section 2 (document structure).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TAG: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):[ \t]*")
_MODIFIERS: Final = re.compile(
    r'[ \t]*\{[ \t]*((?:[^\s={},"]+[ \t]*=[ \t]*"(?:[^"\\]|\\.)*"[ \t]*,?[ \t]*)+)\}[ \t]*$'
)
_MODIFIER: Final = re.compile(r'([^\s={},"]+)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"')
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CANONICAL_ID: Final = re.compile(r"[A-Za-z][A-Za-z_]*:[0-9]+")
_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*"|!')
_HEADING: Final = re.compile(r"\[([A-Za-z]+)\]\s*(?:!.*)?")
_ODD_HEADING: Final = re.compile(r"\s*\[\s*(Term|Typedef|Instance)\b.*")
_ESCAPE: Final = re.compile(r"\\(.)")
_SPECIAL: Final = {"n": "\n", "r": "\r", "t": "\t", "W": " "}
_IN_QUOTES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_IN_TEXT: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_IN_ID: Final = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", " ": "\\W", "!": "\\!", "{": "\\{"}
)
_IN_XREF: Final = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", ",": "\\,", "]": "\\]", '"': '\\"'}
)

#: A qualifier as written: its key and its text.
Modifier = tuple[str, str]


class ClauseError(Exception):
    """A value does not have the form that its tag asks for."""


@dataclass(frozen=True, slots=True)
class Xref:
    """An entry of an xref list, with its description if it has one."""

    id: str
    description: str | None = None


def split_tag(line: str) -> tuple[str, str] | None:
    """The tag of a line and the rest, None where the line has no tag."""
    found = _TAG.match(line)
    return (found[1], line[found.end() :].rstrip(" \t\r")) if found else None


def split_modifiers(value: str) -> tuple[str, list[Modifier]]:
    """A value without its trailing qualifier block, and the pairs of that block."""
    if not value.endswith("}"):
        return value, []
    found = _MODIFIERS.search(value)
    if found is None:
        return value, []
    pairs = [(m[1], unescape(m[2])) for m in _MODIFIER.finditer(found[1])]
    return value[: found.start()].rstrip(), pairs


def split_comment(value: str) -> str:
    """A value without the comment that a ``!`` begins, outside quotes and after white space."""
    if "!" not in value:
        return value
    for found in _MARK.finditer(value):
        at = found.start()
        if found[0] == "!" and (at == 0 or value[at - 1] in " \t"):
            return value[:at].rstrip()
    return value


def stanza_of(line: str) -> str | None:
    """The stanza that a line begins, however badly it is written; None where it begins none."""
    if "[" not in line:
        return None
    found = _HEADING.fullmatch(line.rstrip()) or _ODD_HEADING.fullmatch(line)
    return found[1] if found else None


def is_well_headed(line: str) -> bool:
    """Whether a heading is written as OBO wants it."""
    return _HEADING.fullmatch(line.rstrip()) is not None


def split_listed_comment(value: str) -> tuple[str, str]:
    """A value with an xref list without the comment after it, and that comment."""
    if "!" not in value:
        return value, ""
    try:
        rest = take_quoted(value)[1]
        tail = take_xrefs(rest[rest.find("[") :])[1] if "[" in rest else rest
    except ClauseError:
        return value, ""
    bare = split_comment(tail)
    if bare == tail:
        return value, ""
    end = len(value) - len(tail)
    return (value[:end] + bare).rstrip(), tail[len(bare) :].lstrip()


def unescape(text: str) -> str:
    """Undo the backslash escapes of a value."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _SPECIAL.get(found[1], found[1]), text)


def take_quoted(value: str) -> tuple[str, str]:
    """The quoted text that a value begins with, and the rest. Raises ClauseError."""
    found = _QUOTED.match(value)
    if found is None:
        raise ClauseError("a quoted text is expected")
    return unescape(found[1]), value[found.end() :].lstrip()


def take_xrefs(value: str) -> tuple[list[Xref], str]:
    """The xref list in brackets that a value begins with, and the rest. Raises ClauseError."""
    if not value.startswith("["):
        raise ClauseError("an xref list in brackets is expected")
    found: list[Xref] = []
    start = at = 1
    size = len(value)
    while at < size:
        mark = value[at]
        if mark == "\\":
            at += 2
            continue
        if mark == '"':
            quoted = _QUOTED.match(value, at)
            if quoted is None:
                raise ClauseError("a quote in the xref list is not closed")
            at = quoted.end()
            continue
        if mark in ",]":
            text = value[start:at].strip()
            if text:
                found.append(read_xref(text))
            start = at + 1
            if mark == "]":
                return found, value[start:].lstrip()
        at += 1
    raise ClauseError("the xref list is not closed")


def read_xref(text: str) -> Xref:
    """An xref with its optional description."""
    at = 0
    while (at := text.find('"', at)) >= 0 and text[at - 1 : at] == "\\":
        at += 1
    if at < 0:
        return Xref(unescape(text))
    description, rest = take_quoted(text[at:])
    if rest:
        raise ClauseError("text after the description of an xref")
    return Xref(unescape(text[:at].rstrip()), description)


def quoted(text: str) -> str:
    """A text in quotes, escaped."""
    return f'"{text.translate(_IN_QUOTES)}"'


def plain(text: str) -> str:
    """A text as an unquoted value, escaped."""
    return text.translate(_IN_TEXT)


def identifier(text: str) -> str:
    """An id as written, escaped so that neither white space nor a comment is seen in it."""
    return text.translate(_IN_ID)


def xref_text(xref: Xref) -> str:
    """An xref as written in a list or after ``xref:``."""
    text = xref.id.translate(_IN_XREF)
    return text if xref.description is None else f"{text} {quoted(xref.description)}"


def modifiers_text(pairs: list[Modifier]) -> str:
    """A trailing qualifier block, or nothing."""
    if not pairs:
        return ""
    return " {" + ", ".join(f"{key}={quoted(value)}" for key, value in pairs) + "}"


def is_canonical_id(text: str) -> bool:
    """Whether a text is an id such as ``GO:0008150``."""
    return _CANONICAL_ID.fullmatch(text) is not None
