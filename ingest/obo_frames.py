"""One OBO frame to statements: every clause a statement, or kept verbatim and reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graph.expression import Expression
from graph.model import Literal, Node, Object, Statement
from graph.owl_terms import AXIOM
from graph.prefixes import PrefixMap, ontology_iri
from graph.statement_text import StatementSyntaxError, read_statement
from graph.vocabulary import ANNOTATION_PROPERTY, RDF_TYPE, SHORTHAND, SUBCLASS_OF
from ingest.clauses import (
    ClauseError,
    Modifier,
    split_comment,
    split_modifiers,
    split_tag,
    stanza_of,
    unescape,
)
from ingest.obo_comments import comment_of
from ingest.obo_relations import Relations, general_axiom, is_metadata_tag, quantified, split_gci
from ingest.obo_values import ValueReader
from ingest.tags import (
    BOOLEANS,
    CHAINS,
    CHARACTERISTICS,
    FALSE_FLAGS,
    FLAGS,
    GROUPS,
    HIERARCHICAL,
    JUNK,
    NODES,
    OLD_SYNONYMS,
    OLD_XREFS,
    QUOTED,
    SINGLE,
    STANZAS,
    TEXTS,
    TRANSITIVE_OVER,
    VERBATIM,
)

#: A clause of our own that says any statement; other tools pass over it.
STATEMENT_TAG: Final = "kgdelta-statement"

#: A clause: its place in the frame, its tag, its value, and the line.
Clause = tuple[int, str, str, str]


@dataclass(slots=True)
class Frame:
    """What the lines of one frame came to; line numbers count from the frame's first line."""

    subject: Node | None = None
    statements: list[Statement] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)


class _Part(NamedTuple):
    """A part of a group as read, None where it cannot be, and as text."""

    number: int
    operand: Object | None
    text: str


@dataclass(slots=True)
class _Work:
    """A frame while it is read."""

    frame: Frame
    kind: str
    subject: Node
    said: set[Statement] = field(default_factory=set)
    groups: dict[str, list[_Part]] = field(default_factory=dict)

    def add(self, statement: Statement, number: int, raw: str) -> None:
        """Take a statement; a line that says what another one says is layout, and reported."""
        if statement not in self.said:
            self.said.add(statement)
            self.frame.statements.append(statement)
        elif raw:
            self.frame.problems.append((number, f"said twice: {raw[:60]}"))
            self.frame.remarks.append((number, raw))

    def tell(self, number: int, reason: str) -> None:
        """Report something."""
        self.frame.problems.append((number, reason))


class FrameReader(ValueReader):
    """Reads frames with the prefixes of their file, and with what it says of its relations."""

    def __init__(self, prefixes: PrefixMap, relations: Relations | None = None) -> None:
        super().__init__(prefixes, relations)
        self.ontology = ontology_iri(prefixes.ontology)

    def read(self, kind: str, lines: Sequence[str]) -> Frame:
        """The frame of a stanza, its heading left out."""
        frame = Frame()
        clauses = _clauses(lines, frame)
        frame.subject = self._subject(clauses, frame)
        if frame.subject is None:
            return frame
        work = _Work(frame, kind, frame.subject)
        if not (kind == "Typedef" and any(is_metadata_tag(tag, v) for _, tag, v, _ in clauses)):
            work.add(Statement(frame.subject, RDF_TYPE, STANZAS[kind]), 0, "")
        single: set[str] = set()
        for number, tag, value, raw in clauses:
            if tag == "id":
                self._shorthand(work, number, value)
                continue
            bare, comment = comment_of(tag, value) if "!" in value else (value, "")
            try:
                statement = self._statement(work, number, tag, bare)
                if comment:
                    frame.remarks.append((number, comment))
            except ClauseError as error:
                work.tell(number, f"{tag}: {error}; kept as it is")
                if tag in GROUPS:
                    work.groups.setdefault(tag, []).append(_Part(number, None, value))
                    continue
                statement = Statement(frame.subject, VERBATIM + tag, Literal(value))
            if statement is None:
                continue
            if tag in SINGLE:
                if tag in single and statement not in work.said:
                    work.tell(number, f"a second {tag}; both are kept")
                single.add(tag)
            work.add(statement, number, raw)
        for tag, parts in work.groups.items():
            self._close(work, tag, parts)
        return frame

    def _subject(self, clauses: Sequence[Clause], frame: Frame) -> Node | None:
        named: list[tuple[int, str]] = []
        for number, tag, value, _ in clauses:
            if tag == "id":
                bare = split_comment(value) if "!" in value else value
                if bare:
                    named.append((number, bare))
        if not named:
            frame.problems.append((-1, "a frame without an id; kept as layout"))
            frame.remarks += [(number, raw) for number, _, _, raw in clauses]
            return None
        for number, tag, value, _ in clauses:
            if tag == "id" and ("!" in value or value[-1:] == "}"):
                _note_id(frame, number, value)
        for number, text in named[1:]:
            frame.problems.append((number, f"a second id {text!r}; the first one counts"))
        return self.prefixes.expand(unescape(split_modifiers(named[0][1])[0]))

    def _shorthand(self, work: _Work, number: int, value: str) -> None:
        if not self.prefixes.shorthands:
            return
        text = unescape(split_modifiers(split_comment(value))[0])
        if self.prefixes.shorthands.get(text) == work.subject:
            work.add(Statement(work.subject, SHORTHAND, Literal(text)), number, "")

    def _statement(self, work: _Work, number: int, tag: str, value: str) -> Statement | None:
        """The statement of one clause; None where it needs none. Raises ClauseError."""
        text_predicate = TEXTS.get(tag)
        if text_predicate is not None:
            if not value:
                work.tell(number, f"{tag}: empty; kept as it is")
            return self.text(work.subject, text_predicate, value)
        special = _SPECIAL.get(tag)
        if special is not None:
            return special(self, work, number, tag, value)
        bare, pairs = split_modifiers(value) if value[-1:] == "}" else (value, [])
        if tag in HIERARCHICAL:
            predicate = HIERARCHICAL[tag][work.kind == "Typedef"]
            if pairs and predicate == SUBCLASS_OF:
                return self._below(work, self.node(bare), pairs)
            return self.make(work.subject, predicate, self.node(bare), pairs)
        predicate = NODES.get(tag, "")
        if predicate:
            return self.make(work.subject, predicate, self.node(bare), pairs)
        if bare in BOOLEANS:
            found = self._flag(work, number, tag, bare, pairs)
            if found is not None:
                return found
        elif tag in FLAGS or tag in FALSE_FLAGS:
            raise ClauseError("true or false is expected")
        work.tell(number, f"unknown tag {tag}; kept as it is")
        return Statement(work.subject, VERBATIM + tag, Literal(value))

    def _flag(
        self, work: _Work, number: int, tag: str, bare: str, pairs: list[Modifier]
    ) -> Statement | None:
        truth = BOOLEANS[bare]
        if work.kind == "Typedef" and not pairs and is_metadata_tag(tag, bare):
            found = Statement(work.subject, RDF_TYPE, ANNOTATION_PROPERTY)
        elif tag in CHARACTERISTICS and truth == "true":
            found = self.make(work.subject, RDF_TYPE, CHARACTERISTICS[tag], pairs)
        elif tag in FLAGS or (tag in FALSE_FLAGS and truth == "false"):
            predicate = FLAGS.get(tag) or FALSE_FLAGS[tag]
            found = self.flag(work.subject, predicate, truth, pairs)
        else:
            return None
        if bare != truth:
            work.tell(number, f"{bare} read as {truth}")
        return found

    def _junk(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        del number, tag
        return Statement(work.subject, JUNK, Literal(value))

    def _quoted(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        if value.endswith('"') and value.count('"') > 1:
            work.tell(number, f"{tag}: no xref list; read without")
            value += " []"
        return self.quoted(work.subject, QUOTED[tag], value)

    def _synonym(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        if tag == "synonym":
            return self.synonym(work.subject, value)
        found = self.old_synonym(work.subject, OLD_SYNONYMS[tag], value)
        work.tell(number, f"{tag} is of OBO 1.0; read as synonym")
        return found

    def _xref(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        found = self.xref(work.subject, value)
        if tag != "xref":
            work.tell(number, f"{tag} is of OBO 1.0; read as xref")
        return found

    def _property_value(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        del number, tag
        return self.property_value(work.subject, value, work.kind)

    def _any(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        del work, number, tag  # the clause names its own subject
        try:
            return read_statement(value)
        except StatementSyntaxError as error:
            raise ClauseError(str(error)) from None

    def _old_is_a(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        bare, pairs = split_modifiers(value)
        predicate = HIERARCHICAL["is_a"][work.kind == "Typedef"]
        found = self.make(work.subject, predicate, self.node(bare), pairs)
        work.tell(number, f"{tag}: read as is_a")
        return found

    def _chain(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        del number
        if work.kind != "Typedef":
            raise ClauseError("of no relation")
        bare, pairs = split_modifiers(value)
        if tag == TRANSITIVE_OVER:
            return self.chain(work.subject, [work.subject, self.node(bare)], pairs)
        return self.chain(work.subject, [*map(self.node, bare.split())], pairs, CHAINS[tag])

    def _relationship(self, work: _Work, number: int, tag: str, value: str) -> Statement:
        del tag
        bare, pairs = split_modifiers(value) if value[-1:] == "}" else (value, [])
        parts = bare.split()
        if len(parts) != 2:
            raise ClauseError("a relation and an id are expected")
        if parts[0] == "is_a" and "is_a" not in self.prefixes.shorthands:
            found = self._statement(work, number, "is_a", value.partition("is_a")[2].strip())
            work.tell(number, "relationship: is_a; read as is_a")
            return found or Statement(work.subject, VERBATIM, Literal(value))
        relation, target = self.node(parts[0]), self.node(parts[1])
        if work.kind != "Term":
            return self.make(work.subject, relation, target, pairs)
        at_class = relation in self.relations.class_level
        if not pairs and not at_class:
            return Statement(work.subject, relation, target)
        narrowing, pairs = split_gci(pairs)
        said = quantified(relation, target, pairs, at_class)
        work.frame.remarks += [(number, f'{{{key}="{text}"}}') for key, text in said.idle]
        if narrowing is not None:
            tree = said.restriction(relation, target)
            return self._general(work, narrowing, tree, said.rest)
        if said.tree is not None:
            return self.make(work.subject, SUBCLASS_OF, said.tree, said.rest)
        return self.make(work.subject, relation, target, said.rest, said.qualifiers)

    def _below(self, work: _Work, above: Node, pairs: list[Modifier]) -> Statement:
        narrowing, rest = split_gci(pairs) if work.kind == "Term" else (None, pairs)
        if narrowing is not None:
            return self._general(work, narrowing, above, rest)
        return self.make(work.subject, SUBCLASS_OF, above, rest)

    def _general(
        self, work: _Work, narrowing: tuple[str, str], above: Object, rest: list[Modifier]
    ) -> Statement:
        relation, filler = map(self.node, narrowing)
        at_class = relation in self.relations.class_level
        tree = quantified(relation, filler, (), at_class).restriction(relation, filler)
        return self.make(self.ontology, AXIOM, general_axiom(work.subject, tree, above), rest)

    def _part(self, work: _Work, number: int, tag: str, value: str) -> None:
        bare, pairs = split_modifiers(value) if value[-1:] == "}" else (value, [])
        parts = bare.split()
        found: Object
        if len(parts) == 1 and not pairs:
            found = self.node(parts[0])
        elif len(parts) == 2:
            relation, target = self.node(parts[0]), self.node(parts[1])
            at_class = relation in self.relations.class_level
            said = quantified(relation, target, pairs, at_class)
            if said.rest:
                raise ClauseError("qualifiers on a part of a group")
            work.frame.remarks += [(number, f'{{{key}="{text}"}}') for key, text in said.idle]
            found = said.restriction(relation, target)
        elif pairs:
            raise ClauseError("qualifiers on a part of a group")
        else:
            raise ClauseError("an id, or a relation and an id, are expected")
        work.groups.setdefault(tag, []).append(_Part(number, found, value))

    def _close(self, work: _Work, tag: str, parts: list[_Part]) -> None:
        """The statement of a group; where it has none, its parts as they are."""
        operands = [part.operand for part in parts if part.operand is not None]
        tree = Expression(GROUPS[tag], tuple(operands))
        if len(operands) == len(parts) and len(tree.arguments) > 1:
            if len(tree.arguments) < len(operands):
                work.tell(parts[-1].number, f"{tag}: a part is said twice")
            predicate = HIERARCHICAL["equivalent_to"][work.kind == "Typedef"]
            work.add(Statement(work.subject, predicate, tree), parts[0].number, "")
            return
        broken = len(operands) < len(parts)
        reason = "another part cannot be read" if broken else "one part alone says nothing"
        for part in parts:
            if part.operand is not None:
                work.tell(part.number, f"{tag}: {reason}; kept as it is")
            kept = Statement(work.subject, VERBATIM + tag, Literal(part.text))
            work.add(kept, part.number, f"{tag}: {part.text}")


_Reader = Callable[[FrameReader, _Work, int, str, str], Statement | None]
_SPECIAL: Final[dict[str, _Reader]] = {
    JUNK: FrameReader._junk,
    "synonym": FrameReader._synonym,
    "xref": FrameReader._xref,
    "relationship": FrameReader._relationship,
    "property_value": FrameReader._property_value,
    "is-a": FrameReader._old_is_a,
    STATEMENT_TAG: FrameReader._any,
    TRANSITIVE_OVER: FrameReader._chain,
    **dict.fromkeys(CHAINS, FrameReader._chain),
    **dict.fromkeys(GROUPS, FrameReader._part),
    **dict.fromkeys(QUOTED, FrameReader._quoted),
    **dict.fromkeys(OLD_SYNONYMS, FrameReader._synonym),
    **dict.fromkeys(OLD_XREFS, FrameReader._xref),
}


def _note_id(frame: Frame, number: int, value: str) -> None:
    """What an id line says beside the id is layout."""
    bare = split_comment(value)
    if bare != value:
        frame.remarks.append((number, value[len(bare) :].lstrip()))
    name, pairs = split_modifiers(bare)
    if pairs:
        frame.problems.append((number, "qualifiers on an id; kept as layout"))
        frame.remarks.append((number, bare[len(name) :].lstrip()))


def _clauses(lines: Sequence[str], frame: Frame) -> list[Clause]:
    """Lines as clauses; comments go to the layout, junk is kept verbatim."""
    found: list[Clause] = []
    for number, line in enumerate(lines):
        if not line or line.isspace():
            continue
        clause = split_tag(line)
        if clause is not None:
            found.append((number, *clause, line))
            continue
        bare = line.lstrip()
        if bare.startswith("!"):
            frame.remarks.append((number, line))
            continue
        if stanza_of(line) is not None:
            # The reader of a file never sees one here; a writer's line must not become one.
            frame.problems.append((number, "a heading inside a frame"))
            continue
        clause = split_tag(bare)
        if clause is not None:
            frame.problems.append((number, "white space before the tag; read without"))
            found.append((number, *clause, line))
        else:
            frame.problems.append((number, f"no tag in {line[:60]!r}; kept as it is"))
            found.append((number, JUNK, line, line))
    return found
