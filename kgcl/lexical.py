"""What a token of KGCL may look like, for the reader and the writer alike."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = """
    add and annotation as axiom because begin between broad by change class contributor create
    deepen definition delete described edge end exact for forcing from generated identified
    instance into issue mapping mappings merge metadata move narrow node none obsolete of on
    place property pull related relation relationship remove rename replace replacement
    retaining rewire see shallow statement subset synonym synonyms to under undone unobsolete
    with without
"""
#: Words of the language, in lower case, that are never the name of an entity: those that may stand
#: where an entity may, and the ones that begin or join commands.
KEYWORDS: Final = frozenset(_WORDS.split())
IRI: Final = re.compile(r'[^<>"{}|\\^`\s]+')
CURIE: Final = re.compile(
    r"""[A-Za-z_][A-Za-z0-9_.-]*:[^\s<>"'{}|\\^`()\[\],;=]*"""
    r"""[^\s<>"'{}|\\^`()\[\],;=.:!?*&#@-]"""
)
NAME: Final = re.compile(
    r"""[^\s<>"'{}|\\^`()\[\],;=:@#*.!?&~+$-]"""
    r"""(?:[^\s<>"'{}|\\^`()\[\],;=:]*[^\s<>"'{}|\\^`()\[\],;=:.!?*&#@-])?"""
)
#: Half of a character, which no file can hold.
HALF: Final = re.compile("[\ud800-\udfff]")
LANGUAGE: Final = re.compile(r"[A-Za-z0-9-]+")
OPERATOR: Final = re.compile(r"[A-Za-z]+")
COUNT: Final = re.compile(r"[0-9]+")

_TRIPLE: Final = ("'''", '"""')
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "'": "'", '"': '"', "\\": "\\"}
_UNSAFE: Final = re.compile(r"['\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "'": "\\'", "\\": "\\\\"}


class TokenError(Exception):
    """Something that the grammar lets through and that says nothing, at an offset."""

    def __init__(self, reason: str, offset: int) -> None:
        self.reason = reason
        self.offset = offset
        super().__init__(reason)


def unquote(token: str) -> str:
    """The text of a quoted token; raises ValueError at an escape that is none."""
    width = 3 if len(token) > 5 and token[:3] in _TRIPLE else 1
    body = token[width:-width]
    return _ESCAPE.sub(_unescape, body) if "\\" in body else body


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2] not in _ESCAPED:
        raise ValueError(f"unknown escape \\{found[2]}; write \\\\ for a backslash")
    return _ESCAPED[found[2]]


def quote(text: str) -> str:
    """A text in single quotes, on one line."""
    return "'" + _UNSAFE.sub(_escape, text) + "'"


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"
