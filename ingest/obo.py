"""OBO files as they really are: every line a statement, layout, or a reported problem."""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Final

from graph.model import Literal, Node, Statement
from graph.prefixes import PrefixMap, ontology_iri
from graph.vocabulary import DEFAULT_ONTOLOGY, ONTOLOGY, RDF_TYPE
from ingest.clauses import (
    ClauseError,
    is_canonical_id,
    is_well_headed,
    split_comment,
    split_modifiers,
    split_tag,
    stanza_of,
    unescape,
)
from ingest.decoding import decode
from ingest.document import Document, Layout, Problem, ReadOptions, Remark
from ingest.errors import IngestError
from ingest.header import read_header_clause
from ingest.obo_conformance import header_oddity
from ingest.obo_frame_parts import Frame
from ingest.obo_frames import FrameReader
from ingest.obo_relations import Relations, relations_of
from ingest.obo_text import logical_lines
from ingest.tags import HEADER_SINGLE, HEADER_TAGS, JUNK, STANZAS, VERBATIM

#: Bytes of text that one source may come to: more than any ontology of today.
LARGEST: Final = 1 << 30
#: Bytes that one line may have; a longer one is refused before it is decoded.
LONGEST_LINE: Final = 1 << 26
_BLOCK: Final = 1 << 20
#: Header tags after whose value a comment may stand.
_COMMENTED: Final = frozenset({"ontology", "subsetdef", "synonymtypedef", "idspace"})
#: What a line may begin with that is a heading, however badly it is written.
_OPENINGS: Final = ("[", *" \t\x0b\x0c\xa0\u2003\u3000")
_PLAIN_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def read_obo(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document in OBO. Raises IngestError."""
    return read_kept(stream, source, options, OboReader(remember=False))


def read_kept(stream: IO[bytes], source: str, options: ReadOptions, reader: OboReader) -> Document:
    """Like :func:`read_obo`, with a reader that remembers frames. Raises IngestError."""
    content = _content(stream, source)
    text, problems = decode(content, source)
    if options.strict and problems:
        raise IngestError(source, problems[0].line, problems[0].reason)
    del content
    with _without_collection():
        document = reader.read(text, source, options.ontology, options.strict)
    if not problems:
        return document
    return replace(document, problems=(*problems, *document.problems))


def _content(stream: IO[bytes], source: str) -> bytes:
    """All bytes of a stream. Raises IngestError for too many of them, or for too long a line."""
    parts: list[bytes] = []
    size = waiting = lines = 0
    while chunk := stream.read(_BLOCK):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            raise IngestError(source, 0, f"more than {LARGEST >> 20} MiB of OBO")
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        waiting = waiting + len(chunk) if end < 0 else len(chunk) - end
        lines += chunk.count(b"\n")
        if waiting > LONGEST_LINE:
            reason = f"a line of more than {LONGEST_LINE >> 20} MiB"
            raise IngestError(source, lines + 1, reason)
    return b"".join(parts)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave cyclic garbage for later while a million objects are made that all stay.

    They have no cycles, and looking through them again and again takes half of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not gc.get_freeze_count():
                # All that was made stays: old at once, and not looked through as if it were new.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of the header or of one stanza; ``start`` is the number of the first."""

    kind: str
    start: int
    lines: tuple[str, ...]
    heading: str = ""


class OboReader:
    """Reads OBO files; frames that one file shares with the next are read once.

    Releases of an ontology repeat most of their frames, so one reader for a history is several
    times as fast as a reader per file.
    """

    def __init__(self, remember: bool = True) -> None:
        self._remember = remember
        self._key: object = None
        self._frames: dict[tuple[str, tuple[str, ...]], Frame] = {}

    def read(
        self, text: str, source: str, ontology: str | None = None, strict: bool = False
    ) -> Document:
        """The document of a text.

        ``ontology`` is the OBO id to use where the header names none; without it the default
        namespace in lower case, then ``kgdelta:ontology``. Raises IngestError for the first
        problem where ``strict``.
        """
        lines, odd = logical_lines(text)
        problems = [Problem(source, number, reason) for number, reason in odd]
        blocks = list(blocks_of(lines))
        remarks: list[Remark] = []
        prefixes, statements = read_header(blocks[0], blocks, ontology, source, problems, remarks)
        typedefs = (block.lines for block in blocks if block.kind == "Typedef")
        reader = self.reader_for(prefixes, relations_of(typedefs, prefixes, blocks[0].lines))
        said = list(statements)
        seen: set[Node] = set()
        for block in blocks[1:]:
            _note_heading(block, source, problems, remarks)
            frame = self.frame(block, reader)
            if frame.subject is not None:
                if frame.subject in seen:
                    reason = f"a second frame for {prefixes.contract(frame.subject)}"
                    problems.append(Problem(source, block.start - 1, reason))
                seen.add(frame.subject)
            said += frame.statements
            if frame.problems or frame.remarks:
                start = block.start
                problems += [Problem(source, start + n, reason) for n, reason in frame.problems]
                remarks += [Remark(start + n, line) for n, line in frame.remarks]
        if strict and problems:
            first = min(problems, key=lambda problem: problem.line)
            raise IngestError(source, first.line, first.reason)
        problems.sort(key=lambda problem: problem.line)
        return Document(source, frozenset(said), Layout(tuple(remarks)), tuple(problems))

    def reader_for(self, prefixes: PrefixMap, relations: Relations) -> FrameReader:
        """The reader of frames of a file; what was remembered of files read otherwise is gone."""
        key = (
            relations,
            prefixes.ontology,
            tuple(sorted(prefixes.declared.items())),
            tuple(sorted(prefixes.shorthands.items())),
        )
        if key != self._key:
            self._key = key
            self._frames.clear()
        return FrameReader(prefixes, relations)

    def frame(self, block: Block, reader: FrameReader) -> Frame:
        """The frame of a block, read once."""
        key = (block.kind, block.lines)
        frame = self._frames.get(key) if self._remember else None
        if frame is None:
            if block.kind in STANZAS:
                frame = reader.read(block.kind, block.lines)
            else:
                frame = Frame()
                frame.problems.append((-1, f"unknown stanza [{block.kind}]; kept as layout"))
                frame.remarks.append((-1, f"[{block.kind}]"))
                frame.remarks += [(n, line) for n, line in enumerate(block.lines) if line.strip()]
            if self._remember:
                self._frames[key] = frame
        return frame


def blocks_of(lines: list[str]) -> Iterator[Block]:
    """The header and the stanzas of logical lines, whose numbers begin with 1."""
    kind, start, heading = "", 1, ""
    for number, line in enumerate(lines, 1):
        if line[:1] == "[" or (line[:1].isspace() and line.lstrip()[:1] == "["):
            found = stanza_of(line)
            if found:
                yield Block(kind, start, tuple(lines[start - 1 : number - 1]), heading)
                kind, start, heading = found, number + 1, line.rstrip()
    yield Block(kind, start, tuple(lines[start - 1 :]), heading)


def _note_heading(
    block: Block, source: str, problems: list[Problem], remarks: list[Remark]
) -> None:
    """What a heading says beside its stanza is layout; how it is written wrong is a problem."""
    if block.heading == f"[{block.kind}]":
        return
    remarks.append(Remark(block.start - 1, block.heading))
    if not is_well_headed(block.heading):
        reason = f"the heading {block.heading[:60]!r} read as [{block.kind}]"
        problems.append(Problem(source, block.start - 1, reason))


def read_header(
    header: Block,
    blocks: list[Block],
    ontology: str | None,
    source: str,
    problems: list[Problem],
    remarks: list[Remark],
) -> tuple[PrefixMap, set[Statement]]:
    """The prefixes of a file, and what its header says; problems and layout go to the lists."""
    clauses: list[tuple[int, str, str, str]] = []
    for number, line in enumerate(header.lines, header.start):
        if not line.strip():
            continue
        if line.lstrip().startswith("!"):
            remarks.append(Remark(number, line))
            continue
        split = split_tag(line.lstrip())
        if split is None:
            problems.append(Problem(source, number, f"no tag in {line[:60]!r}; kept as it is"))
            clauses.append((number, JUNK, line, line))
            continue
        if line[0].isspace():
            problems.append(Problem(source, number, "white space before the tag; read without"))
        clauses.append((number, *split, line))
    if not any(tag == "format-version" for _, tag, _, _ in clauses):
        problems.append(Problem(source, 1, "no format-version in the header"))
    name = _ontology(clauses, ontology)
    namespaces: dict[str, str] = {}
    for _, tag, value, _ in clauses:
        parts = value.split(None, 2)
        if tag == "idspace" and len(parts) >= 2:
            namespaces[parts[0]] = parts[1]
    prefixes = PrefixMap(namespaces, {}, name)
    prefixes = PrefixMap(namespaces, _shorthands(blocks, prefixes), name)
    node = ontology_iri(name)
    statements = {Statement(node, RDF_TYPE, ONTOLOGY)}
    named = False
    single: set[str] = set()
    for number, tag, value, line in clauses:
        if tag in HEADER_SINGLE:
            if tag in single:
                problems.append(Problem(source, number, f"a second {tag}; both are kept"))
            single.add(tag)
        odd = header_oddity(tag, value)
        if odd is not None:
            problems.append(Problem(source, number, f"{tag}: {odd}"))
        if tag not in HEADER_TAGS:
            problems.append(Problem(source, number, f"unknown tag {tag}; kept as it is"))
        if tag == "ontology" and value:
            if unescape(split_comment(value)) == name and not named:
                named = True
                remarks += _comment(number, tag, value)
                continue
            reason = f"another ontology, {value!r}; the graph is that of {name!r}"
            problems.append(Problem(source, number, reason))
        try:
            made = read_header_clause(node, tag, value, prefixes)
            remarks += _comment(number, tag, value)
        except ClauseError as error:
            problems.append(Problem(source, number, f"{tag}: {error}; kept as it is"))
            made = [Statement(node, VERBATIM + tag, Literal(value))]
        if made and statements.issuperset(made):
            problems.append(Problem(source, number, f"said twice: {line[:60]}"))
            remarks.append(Remark(number, line))
        statements.update(made)
    return prefixes, statements


def _comment(number: int, tag: str, value: str) -> list[Remark]:
    """The comment at the end of a header clause, as layout."""
    bare = split_comment(value) if tag in _COMMENTED else value
    return [] if bare == value else [Remark(number, value[len(bare) :].lstrip())]


def _ontology(clauses: list[tuple[int, str, str, str]], given: str | None) -> str:
    """The OBO id of the graph.

    Of several in the header (merged imports leave theirs) the one that is given; where none is
    given, the one that is the default namespace, else the first. Of none, the one given, else the
    default namespace.
    """
    named = [unescape(split_comment(v)) for _, tag, v, _ in clauses if tag == "ontology" and v]
    spaces = [
        value.lower()
        for _, tag, value, _ in clauses
        if tag == "default-namespace" and _PLAIN_ID.fullmatch(value)
    ]
    wanted = [*([given] if given else []), *spaces]
    if len(set(named)) > 1 and given:
        return given
    if named:
        return next((name for name in wanted if name in named), named[0])
    return wanted[0] if wanted else DEFAULT_ONTOLOGY


def _shorthands(blocks: list[Block], prefixes: PrefixMap) -> dict[str, Node]:
    """Unprefixed relation ids that stand for the id in their only canonical xref."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for block in blocks:
        if block.kind != "Typedef":
            continue
        name, xrefs = "", []
        for line in block.lines:
            tag, value = split_tag(line.lstrip()) or ("", "")
            if tag == "id":
                name = name or unescape(split_comment(value))
            elif tag == "xref":
                xrefs.append(split_modifiers(split_comment(value))[0])
        canonical = [xref for xref in xrefs if is_canonical_id(xref)]
        if name and ":" not in name and len(canonical) == 1:
            found[canonical[0]].add(name)
    # Two names for one id would not contract to the text they came from.
    return {min(names): prefixes.expand(xref) for xref, names in found.items() if len(names) == 1}
