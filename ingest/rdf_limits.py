"""Checks that come before a parser: nesting, entities, encodings that are not safe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from ingest.document import Remark
from ingest.errors import IngestError
from ingest.rdf_terms import DEEPEST
from ingest.reporting import Report

#: Elements that may be open at once.
DEEPEST_ELEMENT: Final = 1_000
#: Characters that the entities of one source may come to in its text.
LARGEST_EXPANSION: Final = 1 << 26

_TRIPLE_TERM: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|"(?:[^"\\\n]|\\.)*+"'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+'''|'(?:[^'\\\n]|\\.)*+'"
    r"|<[^<>\"{}|^`\\\s]*+>|\#[^\n]*+|(?P<open><<\()|(?P<close>\)>>)",
    re.DOTALL,
)
_REFERENCE: Final = re.compile(r"&(?!#)([^;&\s]+);")
_PREDEFINED: Final = frozenset({"lt", "gt", "amp", "apos", "quot"})
#: Characters in which an XML declaration stands, if there is one.
_BEGINNING: Final = 1_000
_DECLARATION: Final = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODING: Final = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][A-Za-z0-9._-]+["']""")


def check_triple_lines(content: bytes, source: str, first: int) -> None:
    """Raise IngestError where a line has triple terms nested deeper than a parser bears."""
    if content.count(b"<<(") > DEEPEST:
        for number, line in enumerate(content.split(b"\n"), first):
            if line.count(b"<<(") > DEEPEST:
                check_triple_terms(line.decode("latin-1"), source, number)


def check_triple_terms(text: str, source: str, first: int = 1) -> None:
    """Raise IngestError where triple terms nest deeper than a parser bears.

    ``first`` is the number of the first line.
    """
    if text.count("<<(") <= DEEPEST:
        return
    depth = 0
    for found in _TRIPLE_TERM.finditer(text):
        if found["open"]:
            depth += 1
            if depth > DEEPEST:
                line = first + text.count("\n", 0, found.start())
                raise IngestError(source, line, f"triple terms nest more than {DEEPEST} deep")
        elif found["close"]:
            depth = max(0, depth - 1)


def check_json(text: str, report: Report) -> None:
    """Raise IngestError for JSON too deep; report keys that JSON-LD passes over."""
    try:
        read = json.loads(text)
    except RecursionError:
        raise IngestError(report.source, 0, "the JSON is nested too deeply") from None
    except ValueError:
        return
    terms = _Terms()
    terms.collect(read)
    if terms.has_vocabulary or terms.is_remote:
        return
    for key in sorted(terms.used - terms.defined):
        report.add(0, f"the key {key!r} stands for no IRI; JSON-LD passes over what it holds")


class _Terms:
    """The keys of a JSON-LD document, and the terms that its contexts define."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.defined: set[str] = set()
        self.has_vocabulary = False
        self.is_remote = False

    def collect(self, read: Any) -> None:
        waiting = [read]
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting += value
            elif isinstance(value, dict):
                for key, inner in value.items():
                    if key == "@context":
                        self._define(inner)
                    elif not key.startswith("@"):
                        if ":" not in key:
                            self.used.add(key)
                        waiting.append(inner)
                    elif key != "@value":
                        waiting.append(inner)

    def _define(self, context: Any) -> None:
        for part in context if isinstance(context, list) else [context]:
            if isinstance(part, str):
                self.is_remote = True
            elif isinstance(part, dict):
                self.has_vocabulary |= bool(part.get("@vocab"))
                for term, meaning in part.items():
                    self.defined.add(term)
                    if isinstance(meaning, dict):
                        # Keys under an index or language map are no terms, so none is missed.
                        self.is_remote |= "@container" in meaning
                        if "@context" in meaning:
                            self._define(meaning["@context"])


@dataclass(slots=True)
class XmlScan:
    """What a first look at an XML source finds: prefixes of the root element, and comments."""

    prefixes: dict[str, str] = field(default_factory=dict)
    comments: list[Remark] = field(default_factory=list)


def decode_xml(content: bytes, report: Report) -> str:
    """The text of an XML source by its byte order mark or declaration; line ends are LF.

    The declaration of the text names no encoding any more.
    """
    encoding = "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith((b"<\x00", b"\x00<")):
        encoding = "utf-16-le" if content.startswith(b"<") else "utf-16-be"
    elif found := _DECLARATION.match(content.removeprefix(b"\xef\xbb\xbf")):
        encoding = found[1].decode()
        encoding = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        report.add(1, f"not in the encoding {encoding}; read as Latin-1 ({error})")
        text = content.decode("latin-1")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    head = _ENCODING.sub(r"\1", text[:_BEGINNING], count=1)
    return head + text[_BEGINNING:]


def scan_xml(text: str, report: Report) -> XmlScan:
    """Look through an XML text before it is parsed: prefixes, and whether it is safe.

    An entity may stand for text, not for other entities. Raises IngestError for entities within
    entities or outside of the source, and for elements more than ``DEEPEST_ELEMENT`` deep; where
    the text is not well-formed, that is reported.
    """
    scan = XmlScan()
    # Without namespaces, which the parser that comes next knows, this takes half the time.
    parser = expat.ParserCreate("utf-8")
    entities: dict[str, int] = {}
    depth = 0

    def fail(reason: str) -> IngestError:
        return IngestError(report.source, parser.CurrentLineNumber, reason)

    def declare(name: str, _parameter: bool, value: str | None, *_external: str | None) -> None:
        if value is None:
            raise fail(f"the entity {name} lies outside of the source, which is not fetched")
        inner = set(_REFERENCE.findall(value)) - _PREDEFINED
        if inner:
            raise fail(f"the entity {name} is made of the entity {min(inner)}, which is not safe")
        entities[name] = len(value)

    def start(_name: str, attributes: list[str]) -> None:
        nonlocal depth
        if not depth:
            declared = zip(attributes[::2], attributes[1::2], strict=True)
            scan.prefixes |= {
                name.partition(":")[2]: iri
                for name, iri in declared
                if name == "xmlns" or name.startswith("xmlns:")
            }
        depth += 1
        if depth > DEEPEST_ELEMENT:
            raise fail(f"elements nest more than {DEEPEST_ELEMENT:,} deep")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def comment(text: str) -> None:
        scan.comments.append(Remark(parser.CurrentLineNumber, text.strip()))

    parser.ordered_attributes = True
    parser.CommentHandler = comment
    parser.EntityDeclHandler = declare
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        report.add(error.lineno, f"column {error.offset + 1}: not well-formed XML: {reason}")
    _check_expansion(text, entities, report)
    return scan


def _check_expansion(text: str, entities: dict[str, int], report: Report) -> None:
    if sum(entities.values()) * text.count("&") <= LARGEST_EXPANSION:
        return
    expanded = sum(_lengths(text, entities))
    if expanded > LARGEST_EXPANSION:
        raise IngestError(
            report.source, 0, f"its entities come to more than {LARGEST_EXPANSION >> 20} MiB"
        )


def _lengths(text: str, entities: dict[str, int]) -> Iterable[int]:
    return (entities.get(found[1], 0) for found in _REFERENCE.finditer(text))
