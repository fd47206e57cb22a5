"""Statements as OBO text, in a canonical order; what OBO cannot say is said in a clause of ours.

Every clause is read back by the reader before it is used, so what is written says exactly the
statement it was made from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final

from graph.model import Literal, Node, Statement, in_order
from graph.prefixes import PrefixMap, ontology_id, ontology_node
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    LABEL,
    OBJECT_PROPERTY,
    ONTOLOGY,
    RDF_TYPE,
    SHORTHAND,
    SUBPROPERTY_OF,
    XREF,
)
from ingest.clauses import identifier, is_canonical_id, plain
from ingest.header import write_header
from ingest.obo_axioms import OWL_AXIOMS, write_axioms
from ingest.obo_clause_writing import ClauseWriter, obo_id
from ingest.obo_frames import STATEMENT_TAG, FrameReader
from ingest.obo_relations import Relations, relations_of
from ingest.obo_text import is_continued
from ingest.tags import (
    GROUPS,
    JUNK,
    METADATA_TAG,
    STANZAS,
    SUBSET_PROPERTY,
    SYNONYM_TYPE_PROPERTY,
    TAG_ORDER,
    VERBATIM,
)

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

_RANK: Final = MappingProxyType({tag: rank for rank, tag in enumerate(TAG_ORDER)})
_KINDS: Final = ("Term", "Typedef", "Instance")
_COMMENTED: Final = frozenset({"is_a", "relationship", "disjoint_from", "instance_of"})
_KEPT_GROUPS: Final = frozenset(VERBATIM + tag for tag in GROUPS)


class OboWriter:
    """Writes a snapshot as one OBO file."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_subject: defaultdict[Node, list[Statement]] = defaultdict(list)
        for statement in snapshot.statements():
            self.by_subject[statement.subject].append(statement)
        self.labels = {
            s.subject: s.object.value
            for about in self.by_subject.values()
            for s in in_order(s for s in about if s.predicate == LABEL)[::-1]
            if isinstance(s.object, Literal)
        }
        self.ontology = self._ontology(snapshot)
        self.prefixes = self._prefixes(snapshot)
        self.reader = FrameReader(self.prefixes)
        self.clauses = ClauseWriter(self.prefixes, Relations())
        self.said: set[Statement] = set()
        self.general: defaultdict[Node, list[tuple[Statement, str, str]]] = defaultdict(list)

    def _ontology(self, snapshot: Snapshot) -> Node:
        """The node that the header names, which it can only do without qualifiers."""
        typed = snapshot.statements(predicates={RDF_TYPE}, objects={ONTOLOGY})
        named = (s.subject for s in typed if not s.qualifiers)
        return min(named, default=ontology_node(snapshot))

    def _prefixes(self, snapshot: Snapshot) -> PrefixMap:
        """The prefixes that a reader of the file will find: a shorthand needs its xref."""
        declared = PrefixMap.of(snapshot)
        bare = PrefixMap(declared.declared, {}, ontology_id(self.ontology))
        shorthands = {}
        for text, node in declared.shorthands.items():
            about = self.by_subject[node]
            named = [s for s in about if s.predicate == SHORTHAND]
            xrefs = [
                s.object.value
                for s in about
                if s.predicate == XREF
                and isinstance(s.object, Literal)
                and is_canonical_id(s.object.value)
            ]
            implied = ":" not in text and len(named) == 1 and not named[0].qualifiers
            implied = implied and _is_typedef(about)
            if implied and len(xrefs) == 1 and bare.expand(xrefs[0]) == node:
                shorthands[text] = node
        return PrefixMap(declared.declared, shorthands, ontology_id(self.ontology))

    def text(self) -> str:
        """The file."""
        header = write_header(self.ontology, self.by_subject, self.prefixes)
        self.said = set(header.said)
        frames = self.frames({s.subject for s in header.said if s.predicate == SUBPROPERTY_OF})
        # Typedefs first: what they say of relations decides how other clauses are read.
        bodies = {node: self.body("Typedef", node, name) for node, name in frames["Typedef"]}
        self.learn(bodies.values(), header.lines)
        for kind in ("Term", "Instance"):
            bodies |= {node: self.body(kind, node, name) for node, name in frames[kind]}
        unsaid = [s for about in self.by_subject.values() for s in about if s not in self.said]
        axioms, said = write_axioms(self.ontology, unsaid)
        self.said |= said
        lines = header.lines + ([f"{OWL_AXIOMS}: {axioms}"] if axioms else [])
        homeless = (
            s for node, about in self.by_subject.items() if node not in bodies for s in about
        )
        lines += self.rest(homeless)
        parts = ["\n".join(lines) + "\n"]
        for kind in _KINDS:
            for node, _ in frames[kind]:
                rest = self.rest(self.by_subject[node])
                parts.append("\n".join([f"[{kind}]", *bodies[node], *rest]) + "\n")
        return "\n".join(parts)

    def rest(self, statements: Iterable[Statement]) -> list[str]:
        """A clause of ours for each statement that nothing else says."""
        unsaid = (s for s in statements if s not in self.said)
        return [f"{STATEMENT_TAG}: {statement}" for statement in in_order(unsaid)]

    def frames(self, defined: AbstractSet[Node]) -> dict[str, list[tuple[Node, str]]]:
        """The frames of each stanza in order, as nodes and ids; ``defined`` are by the header."""
        frames: dict[str, list[tuple[Node, str]]] = {kind: [] for kind in _KINDS}
        for node, about in self.by_subject.items():
            types = {s.object for s in about if s.predicate == RDF_TYPE and not s.qualifiers}
            tag = ANNOTATION_PROPERTY in types and node not in defined
            kind = next((kind for kind in _KINDS if STANZAS[kind] in types), None)
            if tag and kind in (None, "Instance"):
                kind = "Typedef"
            name = None if kind is None else self.name(kind, node)
            if kind is not None and name is not None:
                frames[kind].append((node, name))
        for found in frames.values():
            found.sort(key=lambda frame: (self.prefixes.contract(frame[0]), frame[0]))
        return frames

    def name(self, kind: str, node: Node) -> str | None:
        """A node as the id of its frame, None where none would be read as this node."""
        names = (identifier(text) for text in (obo_id(self.prefixes, node), node))
        return next(
            (n for n in names if self.reader.read(kind, [f"id: {n}"]).subject == node), None
        )

    def learn(self, typedefs: Iterable[Sequence[str]], header: Iterable[str] = ()) -> None:
        """Take what written lines say of relations, as a reader of the file will."""
        relations = relations_of(typedefs, self.prefixes, header)
        self.reader = FrameReader(self.prefixes, relations)
        self.clauses = ClauseWriter(self.prefixes, relations)
        for statement in self.by_subject.get(self.ontology, ()):
            found = self.clauses.general(statement)
            if found is not None:
                self.general[found[0]].append((statement, found[1], found[2]))

    def body(self, kind: str, node: Node, name: str) -> list[str]:
        """The lines of a stanza, as far as clauses can say what is said of its node."""
        about = [s for s in in_order(self.by_subject[node]) if s not in self.said]
        own = Statement(node, RDF_TYPE, STANZAS[kind])
        lines: list[tuple[int, str]] = []
        if own not in self.by_subject[node]:
            own = Statement(node, RDF_TYPE, ANNOTATION_PROPERTY)
            lines.append((_RANK[METADATA_TAG], f"{METADATA_TAG}: true"))
        self.said.add(own)
        if self.prefixes.shorthands.get(self.prefixes.contract(node)) == node:
            self.said.add(Statement(node, SHORTHAND, Literal(self.prefixes.contract(node))))
        grouped: set[str] = set()
        for tag in GROUPS:
            lines += self._kept_group(kind, name, tag, about, grouped)
        for statement in about:
            if statement not in self.said:
                lines += self._lines(kind, name, statement, grouped)
        for statement, tag, value in self.general[node] if kind == "Term" else ():
            lines += self._line(kind, name, statement, tag, value)
        return [f"id: {name}", *(line for _, line in sorted(lines))]

    def _kept_group(
        self, kind: str, name: str, tag: str, about: Sequence[Statement], grouped: set[str]
    ) -> list[tuple[int, str]]:
        """Parts of a group that could not be read, as they are: together or not at all."""
        kept = [s for s in about if s.predicate == VERBATIM + tag]
        texts = [s.object.value for s in kept if isinstance(s.object, Literal)]
        lines = [f"{tag}: {text}" for text in texts]
        if not kept or self._read(kind, [f"id: {name}", *lines]) != set(kept):
            return []
        grouped.add(tag)
        self.said.update(kept)
        return [(_RANK[tag], line) for line in lines]

    def _lines(
        self, kind: str, name: str, statement: Statement, grouped: set[str]
    ) -> list[tuple[int, str]]:
        group = self.clauses.group(statement, kind)
        if group is not None and group[0] not in grouped:
            tag, values = group
            clauses = [f"{tag}: {value}" for value in values]
            if self._read(kind, [f"id: {name}", *clauses]) == {statement}:
                grouped.add(tag)
                self.said.add(statement)
                return [(_RANK[tag], f"{tag}: {v}{self._comment(v)}") for v in values]
        if statement.predicate in _KEPT_GROUPS:
            return []
        clause = self.clauses.clause(statement, kind)
        return [] if clause is None else self._line(kind, name, statement, *clause)

    def _line(
        self, kind: str, name: str, statement: Statement, tag: str, value: str
    ) -> list[tuple[int, str]]:
        """The line of a clause, if it is read as the statement; else nothing."""
        line = value if tag == JUNK else f"{tag}: {value}"
        if self._read(kind, [f"id: {name}", line]) != {statement}:
            return []
        self.said.add(statement)
        commented = tag in _COMMENTED and not statement.predicate.startswith(VERBATIM)
        comment = self._comment(value) if commented else ""
        return [(_RANK.get(tag, len(_RANK)), line + comment)]

    def _read(self, kind: str, lines: list[str]) -> set[Statement] | None:
        """What the reader makes of lines, the type left out; None if it changes them."""
        for line in lines:
            if "\n" in line or "\r" in line or (line[-1:] == "\\" and is_continued(line)):
                return None
        frame = self.reader.read(kind, lines)
        if frame.remarks or any(not _is_kept(reason) for _, reason in frame.problems):
            return None
        skipped = {(RDF_TYPE, STANZAS[kind])}
        return {
            s
            for s in frame.statements
            if (s.predicate, s.object) not in skipped and s.predicate != SHORTHAND
        }

    def _comment(self, value: str) -> str:
        """The label of the last id of a value, as a comment."""
        last = value.split(" {", 1)[0].split()[-1]
        label = self.labels.get(self.prefixes.expand(last))
        return f" ! {plain(label)}" if label else ""


def _is_typedef(about: Iterable[Statement]) -> bool:
    """Whether a node has a Typedef frame, and not one of a term or a place in the header."""
    types = {s.object for s in about if s.predicate == RDF_TYPE and not s.qualifiers}
    above = {s.object for s in about if s.predicate == SUBPROPERTY_OF}
    if CLASS in types or not above.isdisjoint({SUBSET_PROPERTY, SYNONYM_TYPE_PROPERTY}):
        return False
    return OBJECT_PROPERTY in types or ANNOTATION_PROPERTY in types


def _is_kept(reason: str) -> bool:
    return reason.endswith("kept as it is")


def write_obo(snapshot: Snapshot) -> str:
    """A snapshot as OBO text; reading it back gives the same statements."""
    return OboWriter(snapshot).text()


def write_obo_file(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a snapshot as canonical OBO, in UTF-8."""
    stream.write(write_obo(snapshot).encode())
