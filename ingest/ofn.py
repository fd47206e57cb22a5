"""OWL functional syntax to statements: every axiom with its annotations, and what was no axiom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Final

from graph.model import Statement
from ingest.document import Document, Layout, ReadOptions, Remark
from ingest.errors import IngestError
from ingest.ofn_scan import LineCounter, Scanner
from ingest.owl_prefixes import STANDARD
from ingest.owl_reading import identified, read_items
from ingest.reporting import Report

#: Bytes that one line may have; a longer one is refused before it is decoded.
LONGEST_LINE: Final = 1 << 26
_BLOCK: Final = 1 << 20
_COMMENT: Final = re.compile(r"#[^\n]*")
#: A comment inside of an axiom, or what may hold its mark without being one.
_INNER: Final = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|<[^<>\s]*+>|[^\s()<>"#]++(?:\#[^\s()<>"]*+)?|(\#[^\n]*)',
    re.DOTALL,
)
_GENERATED: Final = re.compile(
    r"#{28}|#   (?:Annotation Properties|Object Properties|Data Properties|Datatypes|Classes"
    r"|Named Individuals)|# (?:Annotation Property|Object Property|Data Property|Datatype|Class"
    r"|Individual): .*"
)


def read_ofn(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of a file in functional syntax. Raises IngestError (see ReadOptions)."""
    report = Report(source, options.strict)
    text = decoded(stream, report)
    reading = read_items(scanner(text, options).items(), options)
    lines = LineCounter(text)
    for place, reason in reading.problems:
        report.add(lines.line(place), reason)
    statements: set[Statement] = set()
    for statement, item in reading.statements():
        if statement in statements:
            line = lines.line(item.start)
            report.add(line, f"said twice: {text[item.start : item.end][:60]!r}")
        statements.add(statement)
    named = identified(statements, report)
    return Document(source, named, Layout(tuple(_remarks(text, reading.spans))), report.problems)


def scanner(text: str, options: ReadOptions) -> Scanner:
    """A scanner of a text, with the prefixes that it need not declare."""
    return Scanner(text, {**options.prefixes, **STANDARD})


def decoded(stream: IO[bytes], report: Report) -> str:
    """All of a stream as text, line ends as they are; what is not UTF-8 is reported.

    Raises IngestError for a line of more than ``LONGEST_LINE`` bytes.
    """
    parts: list[bytes] = []
    waiting, line = 0, 1
    while chunk := stream.read(_BLOCK):
        end = chunk.find(b"\n")
        if waiting + (end if end >= 0 else len(chunk)) > LONGEST_LINE:
            raise IngestError(report.source, line, f"a line of more than {LONGEST_LINE >> 20} MiB")
        waiting = waiting + len(chunk) if end < 0 else len(chunk) - chunk.rfind(b"\n")
        line += chunk.count(b"\n")
        parts.append(chunk)
    content = b"".join(parts).removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    for encoding, name in (("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        report.add(line, f"not UTF-8; read as {name}")
        return text
    raise IngestError(report.source, line, "the encoding cannot be told")


def _remarks(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Remark]:
    """Comments, but for those that tools write anew with each file."""
    if "#" not in text:
        return
    lines = LineCounter(text)
    place = 0
    for start, end in (*spans, (len(text), len(text))):
        for found in _COMMENT.finditer(text, place, start):
            bare = found[0].strip()
            if not _GENERATED.fullmatch(bare):
                yield Remark(lines.line(found.start()), bare)
        if "#" in text[start:end] and "\n" in text[start:end]:
            for found in _INNER.finditer(text, start, end):
                if found[1]:
                    yield Remark(lines.line(found.start()), found[1].strip())
        place = end
