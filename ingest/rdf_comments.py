"""Comments of RDF sources, as remarks: what a source says beside its triples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.document import Remark

#: What stands before a comment, and in no IRI before a ``#``; in a string it may.
_BEFORE: Final = frozenset(" \t\n\r.;,()[]{}>\"'|~")
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|"(?:[^"\\\n]|\\.)*+"'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+'''|'(?:[^'\\\n]|\\.)*+'"
    r"|<[^<>\"{}|^`\\\s]*+>|\\\#|\#(?P<comment>[^\n]*+)",
    re.DOTALL,
)


def comments_of_text(text: str) -> Iterator[Remark]:
    """The comments of Turtle or TriG with their lines."""
    if '"""' in text or "'''" in text:
        yield from _comments(text)
        return
    # No string goes on behind the end of its line, so only lines that may have a comment count.
    line, counted, at = 1, 0, text.find("#")
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if at == 0 or text[at - 1] in _BEFORE:
            begin = text.rfind("\n", 0, at) + 1
            line += text.count("\n", counted, begin)
            counted = begin
            yield from (Remark(line, remark.text) for remark in _comments(text[begin:end]))
            at = end
        at = text.find("#", at + 1)


def _comments(text: str) -> Iterator[Remark]:
    line, at = 1, 0
    for found in _TOKEN.finditer(text):
        if found["comment"] is not None:
            line += text.count("\n", at, found.start())
            at = found.start()
            yield Remark(line, found["comment"].strip())


def comments_of_block(block: bytes, first: int) -> Iterator[Remark]:
    """The comments of lines of N-Triples or N-Quads, those that declare prefixes left aside.

    ``first`` is the number of the first line.
    """
    at, line = 0, first
    for start in _starts(block):
        line += block.count(b"\n", at, start)
        at = start
        begin = block.rfind(b"\n", 0, start) + 1
        end = block.find(b"\n", start)
        text = block[begin : end if end >= 0 else len(block)].decode(errors="replace")
        for remark in comments_of_text(text.rstrip("\r")):
            if not remark.text.startswith("@prefix "):
                yield Remark(line, remark.text)


def _starts(block: bytes) -> list[int]:
    """Where comments may begin, one place for each line at most."""
    places: dict[int, int] = {}
    for at in _marks(block):
        places.setdefault(block.rfind(b"\n", 0, at) + 1, at)
    return list(places.values())


def _marks(block: bytes) -> list[int]:
    """Places of ``#`` where a line begins, or behind white space or the end of a statement."""
    import numpy as np

    letters = np.frombuffer(block, dtype=np.uint8)
    places = np.flatnonzero(letters == ord("#"))
    before = letters[np.maximum(places - 1, 0)]
    wanted = np.isin(before, np.frombuffer(b"\n .\t", dtype=np.uint8)) | (places == 0)
    found: list[int] = places[wanted].tolist()
    return found
