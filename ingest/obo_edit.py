"""Edits that keep an OBO file: only the lines that must change do.

Each line of a frame that is touched is read by itself. It stays where all that it says still
holds; what is then not said yet comes in new lines, written as the canonical writer does. The
result is read back before it is handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from graph.memory import MemorySnapshot
from graph.model import Literal, Node, Statement, in_order
from graph.prefixes import ontology_iri
from graph.vocabulary import LABEL, ONTOLOGY, RDF_TYPE, SUBPROPERTY_OF
from ingest.clauses import plain, split_comment, split_modifiers, split_tag, unescape
from ingest.errors import IngestError
from ingest.header import write_header
from ingest.obo import OboReader, read_header
from ingest.obo_axioms import OWL_AXIOMS, write_axioms
from ingest.obo_clause_writing import ClauseWriter
from ingest.obo_frames import STATEMENT_TAG
from ingest.obo_lines import (
    Line,
    Section,
    Unit,
    frame_units,
    header_units,
    newline_of,
    sections_of,
)
from ingest.obo_placing import TagOrder, frame_place, place_among
from ingest.obo_relations import relations_of
from ingest.obo_style import Style
from ingest.obo_writer import OboWriter, write_obo
from ingest.tags import STANZAS

_MARK: Final = " ! "


def edit_obo(
    text: str,
    old: AbstractSet[Statement],
    new: AbstractSet[Statement],
    *,
    ontology: str | None = None,
    reader: OboReader | None = None,
    refresh: bool = True,
    source: str = "",
) -> str:
    """The text with what is only in ``old`` removed and what is only in ``new`` added.

    The text reads as ``new`` where it read as ``old``; a file that says other things too keeps
    saying them. ``ontology`` is that of a file whose header names none; a ``reader`` that has
    read the text before saves time. With ``refresh`` the comments that name a renamed node follow
    its label, as ROBOT would write them. Raises IngestError for what no OBO file can say.
    """
    reader = reader or OboReader()
    said = reader.read(text, "", ontology).statements
    wanted = (said - (old - new)) | (new - old)
    if wanted == said:
        return text
    sections = sections_of(text)
    if sections is not None:
        edit = _Edit(sections, said, wanted, ontology, reader, text)
        edited = edit.run(refresh)
        if reader.read(edited, "", ontology).statements == wanted:
            return edited
    # Rare: a change of prefixes or relations lets other lines mean something else.
    whole = write_obo(MemorySnapshot(wanted)).replace("\n", newline_of(text))
    if reader.read(whole, "", ontology).statements != wanted:
        raise IngestError(source, 0, "an OBO file cannot say this: which ontology it is, stays")
    return whole


@dataclass(slots=True)
class _Draft:
    """A section with the places of its lines that go, and new lines by the place they go to."""

    section: Section
    units: list[Unit] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    new: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    removed: bool = False

    def drop(self, wanted: AbstractSet[Statement]) -> None:
        """Let go of the lines that say something that is not wanted."""
        for unit in self.units:
            if not unit.statements <= wanted:
                self.gone.update(unit.places)

    def kept(self) -> frozenset[Statement]:
        """What is said by the lines that stay."""
        return frozenset().union(
            *(unit.statements for unit in self.units if not self.gone.issuperset(unit.places))
        )

    def insert(self, tag: str, lines: Sequence[str], order: TagOrder) -> None:
        """Put lines of one clause or group where they belong."""
        section = self.section
        own = [n for n, line in enumerate(section.lines) if line.tag == tag]
        gone = [n for n in own if n in self.gone and n not in self.new]
        present = [(n, section.lines[n].text) for n in own if n not in self.gone]
        if present:
            place = place_among(lines[0], tag, present, gone)
        elif gone:
            place = gone[0]
        else:
            place = order.place(tag, [line.tag for line in section.lines])
        self.new.setdefault(place, []).extend((tag, line) for line in lines)

    def raw(self, newline: str, order: TagOrder) -> str:
        """The section as it stands after the edit."""
        if not self.gone and not self.new:
            return self.section.raw
        parts = [self.section.heading.raw if self.section.heading else ""]
        for place in range(len(self.section.lines) + 1):
            for text in self._in_order(place, order):
                if parts[-1] and not parts[-1].endswith(("\n", "\r")):
                    parts[-1] += newline
                parts.append(text + newline)
            if place < len(self.section.lines) and place not in self.gone:
                parts.append(self.section.lines[place].raw)
        return "".join(parts)

    def _in_order(self, place: int, order: TagOrder) -> list[str]:
        """New lines that meet at one place, as they would follow one another."""
        found: list[tuple[str, str]] = []
        for tag, text in self.new.get(place, ()):
            at = len(found)
            while at and found[at - 1][0] != tag and not order.precedes(found[at - 1][0], tag):
                at -= 1
            found.insert(at, (tag, text))
        return [text for _, text in found]


class _Edit:
    """One edit of the sections of a file."""

    def __init__(
        self,
        sections: list[Section],
        said: AbstractSet[Statement],
        wanted: AbstractSet[Statement],
        ontology: str | None,
        reader: OboReader,
        text: str,
    ) -> None:
        self._said, self._wanted = said, wanted
        self._newline = newline_of(text)
        self._tail = text[len(text.rstrip("\r\n")) :]
        blocks = [section.block for section in sections]
        self._prefixes, _ = read_header(blocks[0], blocks, ontology, "", [], [])
        typedefs = [block.lines for block in blocks if block.kind == "Typedef"]
        relations = relations_of(typedefs, self._prefixes, blocks[0].lines)
        self._reader = reader.reader_for(self._prefixes, relations)
        self._node = ontology_iri(self._prefixes.ontology)
        self._drafts = [_Draft(section) for section in sections]
        self._frames = [
            reader.frame(block, self._reader) if block.kind in STANZAS else None for block in blocks
        ]
        self._order = TagOrder(sections[1:])
        self._header_order = TagOrder(sections[:1], header=True)
        self._style = Style(sections)
        self._writer = self._writer_for(ClauseWriter(self._prefixes, relations))

    def _writer_for(self, clauses: ClauseWriter) -> OboWriter:
        """The canonical writer, for what is touched, with the words of this file."""
        touched = {s.subject for s in self._said ^ self._wanted} | {self._node}
        about = {s for s in self._wanted if s.subject in touched}
        mentioned = {node for s in about for node in s.mentions()}
        about |= {s for s in self._wanted if s.predicate == LABEL and s.subject in mentioned}
        writer = OboWriter(MemorySnapshot(about))
        writer.prefixes, writer.reader = self._prefixes, self._reader
        writer.clauses = clauses
        for statement in writer.by_subject.get(self._node, ()):
            found = writer.clauses.general(statement)
            if found is not None:
                writer.general[found[0]].append((statement, found[1], found[2]))
        if not self._style.commented:
            writer.labels = {}
        return writer

    def run(self, refresh: bool) -> str:
        """The text after the edit."""
        self._remove()
        unsaid = set(self._wanted) - self._still_said()
        self._add_to_frames(unsaid)
        self._add_frames(unsaid)
        self._add_to_header(unsaid)
        if refresh:
            self._refresh()
        return self._text()

    def _remove(self) -> None:
        going = self._said - self._wanted
        header = self._drafts[0]
        header.units = header_units(header.section.lines, self._node, self._prefixes)
        header.drop(self._wanted)
        for draft, frame in zip(self._drafts, self._frames, strict=True):
            if frame is None or going.isdisjoint(frame.statements):
                continue
            draft.units = frame_units(draft.section.kind, draft.section.lines, self._reader)
            if draft.units and not draft.units[0].statements <= self._wanted:
                draft.removed = True
            else:
                draft.drop(self._wanted)

    def _still_said(self) -> set[Statement]:
        said = {Statement(self._node, RDF_TYPE, ONTOLOGY), *self._drafts[0].kept()}
        for draft, frame in zip(self._drafts, self._frames, strict=True):
            if frame is None or draft.removed:
                continue
            said |= draft.kept() if draft.units else frozenset(frame.statements)
        return said

    def _add_to_frames(self, unsaid: set[Statement]) -> None:
        """New lines in frames that are there; what they say is said then."""
        nodes = {s.subject for s in unsaid}
        nodes |= {
            n for n, told in self._writer.general.items() if any(s in unsaid for s, *_ in told)
        }
        for draft, frame in zip(self._drafts, self._frames, strict=True):
            if frame is None or draft.removed or frame.subject not in nodes:
                continue
            kind = draft.section.kind
            name = self._writer.name(kind, frame.subject)
            if name is None:
                continue
            nodes.discard(frame.subject)
            lines = _as_lines(self._writer.body(kind, frame.subject, name))
            for unit in frame_units(kind, lines, self._reader)[1:]:
                if not unsaid.isdisjoint(unit.statements):
                    going = [draft.section.lines[place].text for place in sorted(draft.gone)]
                    texts = [self._style.line(lines[n].text, going) for n in unit.places]
                    draft.insert(unit.tag, texts, self._order)
                    unsaid -= unit.statements
            for statement in in_order(s for s in unsaid if s.subject == frame.subject):
                draft.insert(STATEMENT_TAG, [f"{STATEMENT_TAG}: {statement}"], self._order)
                unsaid.discard(statement)

    def _add_frames(self, unsaid: set[Statement]) -> None:
        """Frames for nodes that have none."""
        header = write_header(self._node, self._writer.by_subject, self._prefixes)
        defined = {s.subject for s in header.said if s.predicate == SUBPROPERTY_OF}
        there = {
            frame.subject
            for draft, frame in zip(self._drafts, self._frames, strict=True)
            if frame is not None and not draft.removed
        }
        for kind, frames in self._writer.frames(defined).items():
            for node, name in frames:
                if node in there or not any(s.subject == node for s in unsaid):
                    continue
                lines = self._writer.body(kind, node, name)
                read = self._reader.read(kind, lines).statements
                unsaid.difference_update(read)
                rest = [s for s in in_order(unsaid) if s.subject == node]
                unsaid.difference_update(rest)
                lines += [f"{STATEMENT_TAG}: {statement}" for statement in rest]
                self._add_frame(kind, name, [self._style.line(line) for line in lines])

    def _add_frame(self, kind: str, name: str, lines: Sequence[str]) -> None:
        heading = Line(f"[{kind}]{self._newline}", (f"[{kind}]",))
        section = Section(kind, 0, heading, _as_lines(lines, self._newline))
        there = [(d.section.kind, _id_of(d.section)) for d in self._drafts[1:] if not d.removed]
        place = frame_place(kind, name, there)
        live = [n for n, draft in enumerate(self._drafts) if n and not draft.removed]
        at = live[place] if place < len(live) else len(self._drafts)
        self._drafts.insert(at, _Draft(section))
        self._frames.insert(at, None)

    def _add_to_header(self, unsaid: set[Statement]) -> None:
        header = self._drafts[0]
        written = write_header(self._node, self._writer.by_subject, self._prefixes)
        lines = _as_lines(written.lines)
        units = header_units(lines, self._node, self._prefixes)
        # Of several ontologies the first is that of the graph, so it must be named as well.
        named = [line for line in header.section.lines if line.tag == "ontology"]
        others = [u for u in units if u.tag == "ontology" and not unsaid.isdisjoint(u.statements)]
        for unit in units:
            naming = unit.tag == "ontology" and others and not named
            if naming or not unsaid.isdisjoint(unit.statements):
                header.insert(unit.tag, [lines[unit.places[0]].text], self._header_order)
                unsaid -= unit.statements
        axioms, said = write_axioms(self._node, unsaid)
        if axioms:
            header.insert(OWL_AXIOMS, [f"{OWL_AXIOMS}: {axioms}"], self._header_order)
        for statement in in_order(unsaid - said):
            header.insert(STATEMENT_TAG, [f"{STATEMENT_TAG}: {statement}"], self._header_order)

    def _refresh(self) -> None:
        """Let comments that name a node follow its new label, where they had the old one."""
        going = _labels(self._said - self._wanted)
        coming = _labels(self._wanted - self._said)
        renamed = {n: (going[n], coming[n]) for n in going.keys() & coming.keys()}
        old = {before for before, _ in renamed.values()}
        for draft in self._drafts if renamed else ():
            for place, line in enumerate(draft.section.lines):
                comment = line.text.rpartition(_MARK)[2].strip() if _MARK in line.text else ""
                if comment in old and len(line.logical) == 1 and line.tag:
                    before, after = renamed.get(self._last_node(line.text), ("", ""))
                    if before == comment:
                        start, mark, end = line.raw.rpartition(_MARK)
                        raw = start + mark + end.replace(before, after, 1)
                        draft.section.lines[place] = Line(raw, (raw.rstrip("\r\n"),))

    def _last_node(self, text: str) -> Node:
        """The last node that a line names before its comment."""
        value = split_modifiers(split_comment((split_tag(text.lstrip()) or ("", ""))[1]))[0]
        return self._prefixes.expand(unescape(value.split()[-1])) if value.strip() else ""

    def _text(self) -> str:
        drafts = [draft for draft in self._drafts if not draft.removed]
        spaced = any(d.section.lines and not d.section.lines[-1].text.strip() for d in drafts[:-1])
        text = ""
        for number, draft in enumerate(drafts):
            if text and draft.section.heading and not text.endswith(("\n", "\r")):
                text += self._newline
            fresh = not draft.section.start or (number and not drafts[number - 1].section.start)
            if fresh and spaced and not text.endswith(self._newline * 2):
                text += self._newline
            order = self._order if number else self._header_order
            text += draft.raw(self._newline, order)
        return text.rstrip("\r\n") + self._tail


def _as_lines(texts: Iterable[str], newline: str = "") -> list[Line]:
    return [Line(text + newline, (text,)) for text in texts]


def _id_of(section: Section) -> str:
    for line in section.lines:
        if line.tag == "id":
            return split_comment((split_tag(line.text.lstrip()) or ("", ""))[1])
    return ""


def _labels(statements: Iterable[Statement]) -> dict[Node, str]:
    """Labels by node, as a comment has them."""
    return {
        s.subject: plain(s.object.value)
        for s in statements
        if s.predicate == LABEL and isinstance(s.object, Literal)
    }
